use crate::bytes::{Pack, Unpack};
use crate::{Duration, Instant, Source};

/// What is known of the distance that the car has driven, each source by itself: values of different sources
/// are never compared.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Odometer {
    pid: Option<u32>,
    did: Option<u32>,
    /// Twice the distance that the speed adds up to, in km/h times microseconds.
    driven: u64,
    speed: Option<(Instant, u8)>,
    /// PID 31 and `driven` when they were first seen together.
    check: Option<(u16, u64)>,
    disagrees: bool,
}

/// Where a distance came from, best first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum OdometerSource {
    /// Service 01, PID A6.
    Pid,
    /// UDS service 22, DID F4A6.
    Did,
    /// The speed (PID 0D) added up since the device was fitted.
    Integrated,
}

impl From<OdometerSource> for Source {
    fn from(source: OdometerSource) -> Self {
        match source {
            OdometerSource::Pid => Self::Obd,
            OdometerSource::Did => Self::Maker,
            OdometerSource::Integrated => Self::Estimate,
        }
    }
}

/// A distance, and how it compares with the one before from the same source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OdometerReading {
    /// Tenths of a kilometre.
    pub tenths: u32,
    /// Where it came from.
    pub source: OdometerSource,
    /// Whether it can be.
    pub verdict: Verdict,
}

/// How a distance compares.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// There is nothing to compare it with.
    First,
    /// Not less than before.
    Plausible,
    /// Less than before: the odometer was turned back, or the unit replaced.
    Fell {
        /// Tenths of a kilometre.
        before: u32,
    },
    /// The speed adds up to another distance than the car counts in PID 31.
    Disagrees,
}

impl Odometer {
    /// Two speeds further apart say nothing about the way between them.
    const GAP: Duration = Duration::from_secs(5);
    /// Twice a tenth of a kilometre, in km/h times microseconds.
    const TENTH: u64 = 720_000_000;
    /// How far the speed may be off: what PID 31 rounds away, and a part of the way.
    const TOLERANCE_TENTHS: u64 = 20;
    const TOLERANCE_PART: u64 = 8;

    /// The length of what is stored of it.
    pub(super) const LEN: usize = 5 + 5 + 8;

    /// The last values of PID A6 and DID F4A6, and the distance added up.
    pub(super) fn put<const N: usize>(&self, pack: Pack<N>) -> Pack<N> {
        [self.pid, self.did]
            .into_iter()
            .fold(pack, |pack, last| {
                pack.put(&[u8::from(last.is_some())]).put(&last.unwrap_or(0).to_be_bytes())
            })
            .put(&self.driven.to_be_bytes())
    }

    /// The inverse of [`Odometer::put`].
    pub(super) fn read(fields: &mut Unpack<'_>) -> Self {
        let mut last = || {
            let known = fields.byte() == 1;
            Some(u32::from_be_bytes(fields.take())).filter(|_| known)
        };
        let (pid, did) = (last(), last());
        Self { pid, did, driven: u64::from_be_bytes(fields.take()), ..Self::default() }
    }

    /// The car gave an odometer value, in tenths of a kilometre.
    pub fn counted(&mut self, source: OdometerSource, tenths: u32) -> OdometerReading {
        let last = match source {
            OdometerSource::Pid => &mut self.pid,
            OdometerSource::Did => &mut self.did,
            OdometerSource::Integrated => return self.integrated(),
        };
        let verdict = match last.replace(tenths) {
            None => Verdict::First,
            Some(before) if tenths < before => Verdict::Fell { before },
            Some(_) => Verdict::Plausible,
        };
        OdometerReading { tenths, source, verdict }
    }

    /// The car gave its speed, in km/h.
    pub fn speed(&mut self, now: Instant, speed: u8) {
        if let Some((then, before)) = self.speed.replace((now, speed)) {
            let span = now.since(then);
            if span <= Self::GAP {
                let sum = u64::from(before).saturating_add(speed.into());
                self.driven = self.driven.saturating_add(span.times(sum).as_micros());
            }
        }
    }

    /// The car gave the distance since the codes were cleared, in km, which checks the added-up distance.
    pub fn since_cleared(&mut self, km: u16) {
        let Some((km_then, driven_then)) = self.check else {
            self.check = Some((km, self.driven));
            return;
        };
        let Some(counted) = km.checked_sub(km_then).filter(|_| km < u16::MAX) else {
            // Cleared, or at the end of its range: begin again.
            self.check = Some((km, self.driven));
            return;
        };
        let counted = u64::from(counted).saturating_mul(10);
        let driven = tenths(self.driven.saturating_sub(driven_then));
        let allowed = Self::TOLERANCE_TENTHS.max(counted / Self::TOLERANCE_PART);
        self.disagrees = counted.abs_diff(driven) > allowed;
    }

    /// The distance added up.
    pub fn integrated(&self) -> OdometerReading {
        OdometerReading {
            tenths: u32::try_from(tenths(self.driven)).unwrap_or(u32::MAX),
            source: OdometerSource::Integrated,
            verdict: if self.disagrees { Verdict::Disagrees } else { Verdict::Plausible },
        }
    }
}

const fn tenths(driven: u64) -> u64 {
    driven / Odometer::TENTH
}

#[cfg(test)]
mod tests {
    use super::*;

    fn second(at: u64) -> Instant {
        Instant::from_millis(at * 1_000)
    }

    #[test]
    fn only_equal_sources_are_compared() {
        let mut odometer = Odometer::default();
        assert_eq!(odometer.counted(OdometerSource::Pid, 1_000).verdict, Verdict::First);
        assert_eq!(odometer.counted(OdometerSource::Did, 900).verdict, Verdict::First, "not a fall");
        assert_eq!(odometer.counted(OdometerSource::Pid, 1_001).verdict, Verdict::Plausible);
        assert_eq!(odometer.counted(OdometerSource::Pid, 999).verdict, Verdict::Fell { before: 1_001 });
        assert_eq!(Source::from(OdometerSource::Did), Source::Maker);
    }

    #[test]
    fn speed_adds_up_and_gaps_do_not() {
        let mut odometer = Odometer::default();
        for at in 0..=3_600 {
            odometer.speed(second(at), 60);
        }
        assert_eq!(odometer.integrated().tenths, 600);
        odometer.speed(second(9_000), 60);
        assert_eq!(odometer.integrated().tenths, 600, "nobody knows what happened in between");
    }

    #[test]
    fn the_car_checks_the_sum() {
        let mut odometer = Odometer::default();
        odometer.since_cleared(500);
        for at in 0..=3_600 {
            odometer.speed(second(at), 100);
        }
        odometer.since_cleared(598);
        assert_eq!(odometer.integrated().verdict, Verdict::Plausible);
        odometer.since_cleared(650);
        assert_eq!(odometer.integrated().verdict, Verdict::Disagrees);
        odometer.since_cleared(3);
        odometer.since_cleared(4);
        assert_eq!(odometer.integrated().verdict, Verdict::Plausible, "cleared: begun again");
    }
}
