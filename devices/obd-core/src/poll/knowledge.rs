use super::{Event, Item, Memory, OdometerSource, Speed, Units};
use crate::obd::{CodeList, Ecu, InfoType, Pid, Readiness, Request, Vin, verification_numbers};
use crate::{Duration, Instant};

/// What has been learnt about a car, and how an answer adds to it.
#[derive(Debug, Default)]
pub(super) struct Knowledge {
    pub(super) units: Units,
    pub(super) speed: Speed,
    pub(super) engine_runs: bool,
    pub(super) memory: Memory,
    /// The car has given an odometer on this trip.
    counted: bool,
    /// When the distance added up was last told.
    integrated_at: Option<Instant>,
    /// Learnt together with the last event, told next.
    second: Option<Event>,
}

/// What an answer is to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Asked {
    /// Which of 32 parameters exist.
    Page(u8),
    /// The item at this place of the plan.
    Item(usize, Item),
}

/// The answer makes no sense.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Nonsense;

impl Knowledge {
    const INTEGRATED_INTERVAL: Duration = Duration::from_secs(60);

    /// Forgets what holds for one conversation only. What is compared between trips stays.
    pub(super) fn part(&mut self) {
        self.units = Units::default();
        self.speed = Speed::default();
        self.engine_runs = false;
        self.counted = false;
        self.integrated_at = None;
    }

    /// What was learnt together with the last event.
    pub(super) const fn second(&mut self) -> Option<Event> {
        self.second.take()
    }

    /// Takes in the data of an answer. Nothing is told of bit fields and of what only confirms.
    pub(super) fn learn(
        &mut self,
        now: Instant,
        asked: Asked,
        request: Request,
        ecu: Ecu,
        data: &[u8],
    ) -> Result<Option<Event>, Nonsense> {
        let item = match asked {
            Asked::Page(page) => return self.units.insert(ecu, page, data).map(|()| None).ok_or(Nonsense),
            Asked::Item(_, item) => item,
        };
        self.item(now, item, request, ecu, data).map(Some).ok_or(Nonsense)
    }

    fn item(&mut self, now: Instant, item: Item, request: Request, ecu: Ecu, data: &[u8]) -> Option<Event> {
        Some(match item {
            Item::Value(Pid::MONITORS) => {
                let readiness = Readiness::from_answer(data)?;
                Event::Readiness { ecu, readiness, bits: u32::from_be_bytes(data.try_into().ok()?) }
            }
            Item::Value(pid) => {
                let value = pid.quantity()?.decode(data)?;
                self.value(now, ecu, pid, value);
                Event::Value { ecu, pid, value }
            }
            Item::OdometerDid => {
                let tenths = u32::try_from(Pid::ODOMETER.quantity()?.decode(data)?).ok()?;
                self.counted = true;
                Event::Odometer(self.memory.odometer.counted(OdometerSource::Did, tenths))
            }
            Item::Codes(kind) => Event::Codes { ecu, kind, codes: CodeList::from_answer(request, data)? },
            Item::Info(InfoType::VIN) => {
                let vin = Vin::from_answer(data)?;
                self.memory.meet(vin);
                Event::Vin(vin)
            }
            Item::Info(_) => {
                let mut all = verification_numbers(data);
                let numbers = [all.next(), all.next()];
                let known = numbers.iter().flatten().count();
                let total =
                    u8::try_from(all.count().saturating_add(known)).ok().filter(|total| *total > 0)?;
                Event::VerificationNumbers { ecu, numbers, total }
            }
        })
    }

    fn value(&mut self, now: Instant, ecu: Ecu, pid: Pid, value: i32) {
        if matches!(pid, Pid::WARM_UPS | Pid::DISTANCE_SINCE_CLEARED) {
            self.second = self.memory.cleared.observe(ecu, pid, value).map(Event::Cleared);
        }
        if self.units.first(pid).is_some_and(|first| first != ecu) {
            return;
        }
        match pid {
            Pid::RPM => self.engine_runs = value > 0,
            Pid::SPEED => {
                // One byte wide, as the parameter is.
                let speed = u8::try_from(value).unwrap_or(u8::MAX);
                self.speed.set(now, speed);
                self.memory.odometer.speed(now, speed);
                self.tell_integrated(now);
            }
            Pid::ODOMETER => {
                self.counted = true;
                let tenths = u32::try_from(value).unwrap_or(0);
                self.second =
                    Some(Event::Odometer(self.memory.odometer.counted(OdometerSource::Pid, tenths)));
            }
            Pid::DISTANCE_SINCE_CLEARED => {
                self.memory.odometer.since_cleared(u16::try_from(value).unwrap_or(u16::MAX));
            }
            _ => {}
        }
    }

    /// Once a minute, in a car that gives no odometer.
    fn tell_integrated(&mut self, now: Instant) {
        let told = *self.integrated_at.get_or_insert(now);
        if !self.counted && now.since(told) >= Self::INTEGRATED_INTERVAL {
            self.integrated_at = Some(now);
            self.second = Some(Event::Odometer(self.memory.odometer.integrated()));
        }
    }
}
