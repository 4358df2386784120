use super::Outcome;
use crate::obd::{CodeKind, CodeQuery, Did, InfoType, Pid, Request};
use crate::{Duration, Instant};

/// What is asked when. Values that move are asked often, others seldom; what does not answer is asked ever
/// more seldom and in the end not any more on this trip, so that the dongle never fills a car's bus.
#[derive(Clone, Debug)]
pub struct Plan {
    dialect: Dialect,
    standing: bool,
    entries: [Entry; ITEMS.len()],
    /// No entry is due before.
    idle_until: Instant,
}

/// How a car speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    /// SAE J1979: services 01, 03, 07, 09, 0A.
    Classic,
    /// SAE J1979-2 and, for battery cars, J1979-3: UDS services 22 and 19.
    Uds,
}

/// One thing to ask, whatever the dialect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Item {
    /// A parameter.
    Value(Pid),
    /// The odometer through UDS, where the car has no parameter A6.
    OdometerDid,
    /// Trouble codes.
    Codes(CodeKind),
    /// An item of vehicle information.
    Info(InfoType),
}

impl Item {
    /// The request for it.
    pub const fn request(self, dialect: Dialect) -> Request {
        match (self, dialect) {
            (Self::Value(pid), Dialect::Classic) => Request::Current(pid),
            (Self::Value(pid), Dialect::Uds) => Request::Data(Did::of_pid(pid)),
            (Self::OdometerDid, _) => Request::Data(Did::of_pid(Pid::ODOMETER)),
            (Self::Codes(CodeKind::Confirmed), Dialect::Classic) => Request::ConfirmedCodes,
            (Self::Codes(CodeKind::Pending), Dialect::Classic) => Request::PendingCodes,
            (Self::Codes(CodeKind::Permanent), Dialect::Classic) => Request::PermanentCodes,
            (Self::Codes(CodeKind::Confirmed), Dialect::Uds) => Request::Codes(CodeQuery::CONFIRMED),
            (Self::Codes(CodeKind::Pending), Dialect::Uds) => Request::Codes(CodeQuery::PENDING),
            (Self::Codes(CodeKind::Permanent), Dialect::Uds) => Request::Codes(CodeQuery::Permanent),
            (Self::Info(info), Dialect::Classic) => Request::Info(info),
            (Self::Info(info), Dialect::Uds) => Request::Data(Did::of_info(info)),
        }
    }
}

/// How often an item is asked while the car drives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Tier {
    Second,
    TenSeconds,
    Minute,
    FiveMinutes,
    /// Once in a trip.
    Once,
}

impl Tier {
    /// From an answer to the next request; none when that was the last.
    const fn interval(self) -> Option<Duration> {
        match self {
            Self::Second => Some(Duration::from_secs(1)),
            Self::TenSeconds => Some(Duration::from_secs(10)),
            Self::Minute => Some(Duration::from_secs(60)),
            Self::FiveMinutes => Some(Duration::from_secs(300)),
            Self::Once => None,
        }
    }
}

/// In the order in which they are asked when several are due.
const ITEMS: [(Item, Tier); 28] = {
    use Tier::*;
    const fn value(pid: u8) -> Item {
        Item::Value(Pid(pid))
    }
    [
        (Item::Info(InfoType::VIN), Once),
        (Item::Value(Pid::RPM), Second),
        (Item::Value(Pid::SPEED), Second),
        (Item::Value(Pid::ODOMETER), Minute),
        (Item::OdometerDid, Minute),
        (Item::Codes(CodeKind::Confirmed), FiveMinutes),
        (Item::Codes(CodeKind::Pending), FiveMinutes),
        (Item::Codes(CodeKind::Permanent), FiveMinutes),
        (Item::Value(Pid::MONITORS), Minute),
        (Item::Value(Pid::WARM_UPS), Minute),
        (Item::Value(Pid::DISTANCE_SINCE_CLEARED), Minute),
        (Item::Value(Pid::TIME_SINCE_CLEARED), Minute),
        (Item::Info(InfoType::VERIFICATION_NUMBERS), Once),
        (value(0x04), TenSeconds),
        (value(0x05), TenSeconds),
        (value(0x0b), TenSeconds),
        (value(0x0f), TenSeconds),
        (value(0x10), TenSeconds),
        (value(0x11), TenSeconds),
        (value(0x1f), TenSeconds),
        (value(0x2f), TenSeconds),
        (value(0x42), TenSeconds),
        (value(0x46), TenSeconds),
        (value(0x5b), TenSeconds),
        (value(0x5e), TenSeconds),
        (value(0x21), Minute),
        (value(0x33), Minute),
        (value(0x4d), Minute),
    ]
};

#[derive(Clone, Copy, Debug)]
struct Entry {
    due: Instant,
    misses: u8,
    exists: bool,
    over: bool,
}

impl Plan {
    /// After so many misses in a row an item is not asked any more on this trip.
    const MAX_MISSES: u8 = 8;
    /// Twice this after the first miss, and twice as long after each next one.
    const RETRY: Duration = Duration::from_secs(1);
    /// How long a plan of which nothing is left is not looked at.
    const NOTHING_LEFT: Duration = Duration::from_secs(300);
    /// How much more seldom a car is asked that stands with its engine off.
    const STANDING: u8 = 4;

    /// Everything that `exists` is due at once.
    pub fn new(now: Instant, dialect: Dialect, exists: impl Fn(Item) -> bool) -> Self {
        let entries = [Entry { due: now, misses: 0, exists: false, over: true }; ITEMS.len()];
        let mut plan = Self { dialect, standing: false, entries, idle_until: now };
        plan.learn(now, exists);
        plan
    }

    /// More, or less, `exists` than was known: what is new is due at once, what was asked before goes on as it was.
    pub fn learn(&mut self, now: Instant, exists: impl Fn(Item) -> bool) {
        for (entry, (item, _)) in self.entries.iter_mut().zip(&ITEMS) {
            let known = core::mem::replace(&mut entry.exists, exists(*item));
            if known != entry.exists {
                *entry = Entry { due: now, misses: 0, exists: entry.exists, over: known };
            }
        }
        self.idle_until = now;
    }

    /// Whether the car stands with its engine off.
    pub const fn set_standing(&mut self, standing: bool) {
        self.standing = standing;
    }

    /// The item to ask now, and its place for [`Plan::note`].
    pub fn due(&mut self, now: Instant) -> Option<(usize, Item)> {
        if now < self.idle_until {
            return None;
        }
        let mut earliest: Option<Instant> = None;
        for (place, (entry, (item, _))) in self.entries.iter().zip(&ITEMS).enumerate() {
            if entry.over {
                continue;
            }
            if entry.due <= now {
                return Some((place, *item));
            }
            earliest = Some(earliest.map_or(entry.due, |due| due.min(entry.due)));
        }
        // When nothing is left to ask, the trip is over for the plan.
        self.idle_until = earliest.unwrap_or(now.after(Self::NOTHING_LEFT));
        None
    }

    /// The request for `item` in this car's dialect.
    pub const fn request(&self, item: Item) -> Request {
        item.request(self.dialect)
    }

    /// How the item at `place` went.
    pub fn note(&mut self, now: Instant, place: usize, outcome: Outcome) {
        let (Some(entry), Some((_, tier))) = (self.entries.get_mut(place), ITEMS.get(place)) else { return };
        let pause = if outcome.answered > 0 {
            entry.misses = 0;
            entry.over = tier.interval().is_none();
            tier.interval().unwrap_or_default()
        } else {
            entry.misses = entry.misses.saturating_add(1);
            // A refusal is final; silence is tried again.
            entry.over = entry.misses >= Self::MAX_MISSES || outcome.refused > 0 && outcome.failed == 0;
            Self::RETRY.times(1_u64.wrapping_shl(entry.misses.into()))
        };
        entry.due = now.after(if self.standing { pause.times(Self::STANDING) } else { pause });
        self.idle_until = self.idle_until.min(entry.due);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::vec::Vec;

    const ANSWERED: Outcome = Outcome { answered: 1, refused: 0, failed: 0 };
    const SILENCE: Outcome = Outcome { answered: 0, refused: 0, failed: 0 };
    const REFUSED: Outcome = Outcome { answered: 0, refused: 1, failed: 0 };

    /// What is asked in `seconds`, when every exchange takes 20 ms and goes as `outcome` says.
    fn drive(plan: &mut Plan, seconds: u64, outcome: impl Fn(Item) -> Outcome) -> Vec<Item> {
        let mut asked = Vec::new();
        for tick in 0..seconds * 50 {
            let now = Instant::from_millis(tick * 20);
            if let Some((place, item)) = plan.due(now) {
                asked.push(item);
                plan.note(now, place, outcome(item));
            }
        }
        asked
    }

    fn count(asked: &[Item], item: Item) -> usize {
        asked.iter().filter(|asked| **asked == item).count()
    }

    #[test]
    fn items_are_asked_as_often_as_their_tier_says() {
        let mut plan = Plan::new(Instant::default(), Dialect::Classic, |_| true);
        let asked = drive(&mut plan, 600, |_| ANSWERED);
        assert_eq!(asked[0], Item::Info(InfoType::VIN));
        assert_eq!(count(&asked, Item::Info(InfoType::VIN)), 1);
        assert!((570..=600).contains(&count(&asked, Item::Value(Pid::RPM))));
        assert!((9..=10).contains(&count(&asked, Item::Value(Pid::ODOMETER))));
        assert_eq!(count(&asked, Item::Codes(CodeKind::Permanent)), 2);
        assert!(asked.len() < 600 * 4, "fewer than four requests a second: {}", asked.len());
    }

    #[test]
    fn silence_is_asked_ever_more_seldom_and_then_not_at_all() {
        let mut plan = Plan::new(Instant::default(), Dialect::Classic, |item| item == Item::Value(Pid::RPM));
        let asked = drive(&mut plan, 3_600, |_| SILENCE);
        assert_eq!(asked.len(), usize::from(Plan::MAX_MISSES));
    }

    #[test]
    fn a_refusal_is_taken_at_once() {
        let mut plan = Plan::new(Instant::default(), Dialect::Classic, |_| true);
        let asked = drive(&mut plan, 600, |item| match item {
            Item::Codes(CodeKind::Permanent) => REFUSED,
            _ => ANSWERED,
        });
        assert_eq!(count(&asked, Item::Codes(CodeKind::Permanent)), 1);
    }

    #[test]
    fn what_turns_out_to_exist_is_asked_and_nothing_twice() {
        let odometer = Item::Value(Pid::ODOMETER);
        let mut plan = Plan::new(Instant::default(), Dialect::Classic, |item| item != odometer);
        let before = drive(&mut plan, 30, |_| ANSWERED);
        assert_eq!((count(&before, odometer), count(&before, Item::OdometerDid)), (0, 1));
        plan.learn(Instant::default(), |item| item != Item::OdometerDid);
        let after = drive(&mut plan, 30, |_| ANSWERED);
        assert_eq!((count(&after, odometer), count(&after, Item::OdometerDid)), (1, 0));
        assert_eq!(count(&after, Item::Info(InfoType::VIN)), 0, "once in a trip");
    }

    #[test]
    fn a_standing_car_is_left_alone_more() {
        let mut plan = Plan::new(Instant::default(), Dialect::Classic, |_| true);
        plan.set_standing(true);
        let asked = drive(&mut plan, 600, |_| ANSWERED);
        assert!((140..=150).contains(&count(&asked, Item::Value(Pid::SPEED))));
    }

    #[test]
    fn both_dialects_ask_the_same() {
        let requests = |dialect| ITEMS.map(|(item, _)| item.request(dialect).service());
        assert!(requests(Dialect::Classic).iter().all(|service| *service < 0x10 || *service == 0x22));
        assert!(requests(Dialect::Uds).iter().all(|service| [0x22, 0x19].contains(service)));
    }
}
