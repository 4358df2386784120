//! Asks the car, keeps what it says, and decides when to sleep.

use crate::can::Twai;
use crate::flash::Queue;
use crate::power::{self, Battery};
use crate::start::now;
use core::cell::{Cell, RefCell};
use embassy_time::{Duration, Timer};
use esp_hal::peripherals::LPWR;
use obd_core::Instant;
use obd_core::poll::{Car, Memory};
use obd_core::power::{Order, Policy, Sleeper};
use obd_core::queue::Note;
use obd_core::record::{EpochKeys, Time, TimeSource};
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
    pub(crate) queue: &'static RefCell<Queue>,
    pub(crate) keys: EpochKeys,
    pub(crate) commitment: Commitment,
    /// Set when the car is not the paired one: nothing is uploaded then.
    pub(crate) other_vehicle: &'static Cell<bool>,
    /// What the sleep before this start was.
    pub(crate) slept: Option<Sleeper>,
}

/// Runs for ever, or until the device sleeps.
#[embassy_executor::task]
pub(crate) async fn task(drive: Drive) {
    let Drive { can, mut battery, lpwr, queue, keys, commitment, other_vehicle, slept } = drive;
    // The number of the newest record tells one start from the next.
    let start = u16::try_from(queue.borrow().newest() & 0xffff).unwrap_or_default();
    let opened = Recorder::open(keys, Some(commitment), start, &mut queue.borrow_mut());
    let Ok(mut recorder) = opened else { return };
    let mut policy = Policy::new(now(), battery.millivolts());
    let mut car = Car::new(can);
    if let Ok(Some(bytes)) = queue.borrow_mut().journal().read(Note::Car)
        && let Ok(bytes) = bytes.try_into()
    {
        car.remember(Memory::from_bytes(bytes));
    }
    let mut remembered = car.memory().to_bytes();
    let mut polling = false;
    let (mut look_at, mut record_at) = (Instant::default(), now().after(RECORD));
    loop {
        if let Some(event) = car.poll(now()) {
            // A record that the flash refuses is lost, and its number shows it.
            let _ = recorder.note(&event, time(), &mut queue.borrow_mut());
            other_vehicle.set(recorder.is_other_vehicle());
        }
        if now() >= record_at {
            record_at = now().after(RECORD);
            let _ = recorder.store(time(), &mut queue.borrow_mut());
            // The battery may be taken off at any time: that is how codes are cleared.
            let memory = car.memory().to_bytes();
            if memory != remembered && queue.borrow_mut().journal().write(Note::Car, &memory).is_ok() {
                remembered = memory;
            }
        }
        if now() >= look_at {
            look_at = now().after(LOOK);
            let millivolts = battery.millivolts();
            match policy.observe(now(), &car.observation(millivolts, None)) {
                Order::Poll if !polling => {
                    car.wake();
                    polling = true;
                }
                Order::Poll => {}
                Order::Hush => {
                    if polling {
                        car.hush(now());
                        polling = false;
                    }
                }
                order @ (Order::Sleep | Order::CutOff) => {
                    let _ = recorder.store(time(), &mut queue.borrow_mut());
                    let _ = queue.borrow_mut().journal().write(Note::Car, &car.memory().to_bytes());
                    drop(car);
                    let (cut_off, driven) = (order == Order::CutOff, policy.was_driven());
                    let sleeper = Sleeper::new(power::asleep_now(), millivolts, cut_off, driven, slept);
                    power::sleep(lpwr, &sleeper)
                }
            }
        }
        Timer::after(TURN).await;
    }
}

/// The device has no clock that it trusts: times count from its start.
fn time() -> Time {
    Time { ms: now().as_micros() / 1_000, source: TimeSource::Unset }
}
