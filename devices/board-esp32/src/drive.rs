//! Asks the car, keeps what it says, and decides when to sleep.

use crate::can::Twai;
use crate::power::{self, Battery};
use crate::shared::Shared;
use crate::start::{now, rest};
use embassy_time::{Duration, Timer};
use esp_hal::peripherals::LPWR;
use obd_core::Instant;
use obd_core::poll::{Car, Memory};
use obd_core::power::{Drain, Order, Policy, Sleeper};
use obd_core::queue::Note;
use obd_core::record::EpochKeys;
use obd_core::recorder::{Commitment, Recorder};

/// Between two turns: shorter than two frames of a busy bus fill the controller's memory.
const TURN: Duration = Duration::from_millis(1);
/// Between two looks at the battery.
const LOOK: obd_core::Duration = obd_core::Duration::from_secs(1);
/// Between two records.
const RECORD: obd_core::Duration = obd_core::Duration::from_secs(60);

/// What the task needs.
pub(crate) struct Drive {
    pub(crate) can: Twai,
    pub(crate) battery: Battery,
    pub(crate) lpwr: LPWR<'static>,
    pub(crate) shared: &'static Shared,
    pub(crate) keys: EpochKeys,
    pub(crate) commitment: Commitment,
    /// What the sleep before this start was.
    pub(crate) slept: Option<Sleeper>,
}

/// Runs for ever, or until the device sleeps.
#[embassy_executor::task]
pub(crate) async fn task(drive: Drive) {
    let Drive { can, mut battery, lpwr, shared, keys, commitment, mut slept } = drive;
    let queue = &shared.queue;
    // The number of the newest record tells one start from the next.
    let start = u16::try_from(queue.borrow().newest() & 0xffff).unwrap_or_default();
    let opened = Recorder::open(keys, Some(commitment), start, &mut queue.borrow_mut());
    let Ok(mut recorder) = opened else {
        // Flash that does not work now may work after the next wake-up; a device that stays awake with it
        // empties the battery.
        return rest(lpwr, &mut battery, slept, shared.clock());
    };
    let mut policy = Policy::new(now(), battery.millivolts());
    let mut car = Car::new(can);
    if let Ok(Some(bytes)) = queue.borrow_mut().journal().read(Note::Car)
        && let Ok(bytes) = bytes.try_into()
    {
        car.remember(Memory::from_bytes(bytes));
    }
    let mut remembered = car.memory().to_bytes();
    let mut polling = false;
    let mut resting: Option<Rest> = None;
    let (mut look_at, mut record_at) = (Instant::default(), now().after(RECORD));
    loop {
        if let Some(event) = car.poll(now()) {
            // A record that the flash refuses is lost, and its number shows it.
            let _ = recorder.note(&event, shared.time(), &mut queue.borrow_mut());
            shared.other_vehicle.set(recorder.is_other_vehicle());
        }
        if now() >= record_at {
            record_at = now().after(RECORD);
            let _ = recorder.store(shared.time(), &mut queue.borrow_mut());
            // The battery may be taken off at any time: that is how codes are cleared.
            let memory = car.memory().to_bytes();
            if memory != remembered && queue.borrow_mut().journal().write(Note::Car, &memory).is_ok() {
                remembered = memory;
            }
        }
        if now() >= look_at {
            look_at = now().after(LOOK);
            let millivolts = battery.millivolts();
            let seen = car.observation(millivolts, None);
            let order = policy.observe(now(), &seen);
            // A car that woke the device is parked until it is driven.
            shared.parked.set(policy.is_parked() || slept.is_some() && !policy.was_driven());
            match order {
                Order::Poll if !polling => {
                    car.wake();
                    polling = true;
                }
                Order::Poll => {}
                Order::Hush | Order::Sleep | Order::CutOff => {
                    if polling {
                        car.hush(now());
                        polling = false;
                    }
                }
            }
            let asleep = match (order, &mut resting) {
                (Order::Poll | Order::Hush, _) => None,
                (Order::Sleep, Some(rest)) => rest.is_over(shared).then_some(rest.sleeper),
                (Order::Sleep | Order::CutOff, _) => {
                    let _ = recorder.store(shared.time(), &mut queue.borrow_mut());
                    let _ = queue.borrow_mut().journal().write(Note::Car, &car.memory().to_bytes());
                    let (cut_off, driven) = (order == Order::CutOff, policy.was_driven());
                    let sleeper = Sleeper::new(power::now(), millivolts, cut_off, driven, slept);
                    let acknowledged = queue.borrow().acknowledged().counter();
                    let drain = Drain::new(now(), acknowledged);
                    let begun = resting.insert(Rest { sleeper, drain, frames: seen.foreign_frames });
                    (cut_off || begun.is_over(shared)).then_some(sleeper)
                }
            };
            if let Some(sleeper) = asleep {
                drop(car);
                power::sleep(lpwr, &sleeper, &shared.clock())
            }
            if let Some(waiting) = &mut resting
                && waiting.is_disturbed(millivolts, seen.foreign_frames)
            {
                // As if it had slept and woken up.
                slept = Some(waiting.sleeper);
                resting = None;
                policy = Policy::new(now(), millivolts);
            }
        }
        Timer::after(TURN).await;
    }
}

/// A device that would sleep, but for what waits in its queue.
struct Rest {
    sleeper: Sleeper,
    drain: Drain,
    /// Frames on the bus so far.
    frames: u32,
}

impl Rest {
    /// Whether nothing is left to stay awake for.
    fn is_over(&mut self, shared: &Shared) -> bool {
        let queue = shared.queue.borrow();
        let acknowledged = queue.acknowledged().counter();
        let uploads = queue.newest() > acknowledged && !shared.other_vehicle.get();
        let waits = uploads || shared.updating.get();
        !self.drain.goes_on(now(), acknowledged, waits, shared.is_reachable())
    }

    /// Whether the car is in use again, as a sleeping device would see it.
    fn is_disturbed(&mut self, millivolts: u16, frames: u32) -> bool {
        let moved = core::mem::replace(&mut self.frames, frames) != frames;
        self.sleeper.check(power::now(), millivolts, moved).is_some()
    }
}
