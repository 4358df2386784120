use crate::{Duration, Instant};

/// What is known about the car's movement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Seen {
    /// The car answers: its speed, and the speed of the engine where it has one.
    Driving {
        /// In km/h.
        speed: u16,
        /// In turns per minute; none for a battery car.
        rpm: Option<u16>,
    },
    /// The car's bus is asleep.
    Silent,
    /// The bus is alive and does not say how fast the car goes.
    Unknown,
}

/// Watches whether the car stands. Releasing needs a car that stands or sleeps; immobilising one that was
/// seen to stand, since a cut wire is silent too.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Motion {
    still: Option<Still>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Still {
    since: Instant,
    seen_at: Instant,
    /// The car itself said that it stands, and nothing else since.
    said_so: bool,
}

/// How long a car must stand.
const STEADY: Duration = Duration::from_secs(5);

/// How old the last look may be.
const FRESH: Duration = Duration::from_secs(2);

impl Motion {
    /// Takes in a look at the car; at least one in every two seconds, or what was seen before counts for
    /// nothing.
    pub fn see(&mut self, seen: Seen, at: Instant) {
        let said_so = match seen {
            Seen::Driving { speed: 0, rpm: None | Some(0) } => true,
            Seen::Silent => self.last(at).is_some_and(|still| still.said_so),
            Seen::Driving { .. } | Seen::Unknown => {
                self.still = None;
                return;
            }
        };
        let since = self.last(at).map_or(at, |still| still.since);
        self.still = Some(Still { since, seen_at: at, said_so });
    }

    /// Whether the lock may release the car.
    pub fn stands(&self, at: Instant) -> bool {
        self.last(at).is_some_and(|still| at.since(still.since) >= STEADY)
    }

    /// Whether the lock may immobilise the car.
    pub fn surely_stands(&self, at: Instant) -> bool {
        self.stands(at) && self.last(at).is_some_and(|still| still.said_so)
    }

    fn last(&self, at: Instant) -> Option<Still> {
        self.still.filter(|still| at >= still.seen_at && at.since(still.seen_at) <= FRESH)
    }
}
