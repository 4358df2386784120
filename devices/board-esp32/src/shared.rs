//! What the tasks tell each other. One core runs one task at a time and no borrow lasts over an `await`, so
//! that cells are enough.

use crate::flash::Queue;
use crate::power;
use core::cell::{Cell, RefCell};
use obd_core::Clock;
use obd_core::power::Radio;
use obd_core::record::Time;

/// One for the device.
pub(crate) struct Shared {
    /// Records that wait.
    pub(crate) queue: RefCell<Queue>,
    /// Set by the uplink, read for every record.
    clock: Cell<Clock>,
    /// When the radio may try to join.
    pub(crate) radio: Cell<Radio>,
    /// Whether the network is joined.
    pub(crate) online: Cell<bool>,
    /// Whether the car is parked.
    pub(crate) parked: Cell<bool>,
    /// Whether an update is being fetched.
    pub(crate) updating: Cell<bool>,
    /// Whether the car is not the paired one: nothing is uploaded then.
    pub(crate) other_vehicle: Cell<bool>,
}

impl Shared {
    /// `clock` as it was held through a sleep; after one, the radio waits for the car to be driven.
    pub(crate) const fn new(queue: Queue, clock: Clock, woken: bool) -> Self {
        let radio = if woken { Radio::resting() } else { Radio::new() };
        Self {
            queue: RefCell::new(queue),
            clock: Cell::new(clock),
            radio: Cell::new(radio),
            online: Cell::new(false),
            parked: Cell::new(woken),
            updating: Cell::new(false),
            other_vehicle: Cell::new(false),
        }
    }

    /// What time it is.
    pub(crate) fn time(&self) -> Time {
        self.clock.get().time(power::now())
    }

    /// The day that what is spent counts for.
    pub(crate) fn day(&self) -> Option<u32> {
        self.with_clock(|clock| clock.day(power::now()))
    }

    /// A block's stamp, as so many nodes have it.
    pub(crate) fn set_clock(&self, stamp: u64, nodes: u8) {
        self.with_clock(|clock| clock.set(power::now(), stamp, nodes));
    }

    /// The clock, to be held through a sleep.
    pub(crate) fn clock(&self) -> Clock {
        self.clock.get()
    }

    /// Whether the network is there, or may still be tried.
    pub(crate) fn is_reachable(&self) -> bool {
        self.online.get() || !self.radio.get().is_spent()
    }

    fn with_clock<T>(&self, work: impl FnOnce(&mut Clock) -> T) -> T {
        let mut clock = self.clock.get();
        let result = work(&mut clock);
        self.clock.set(clock);
        result
    }
}
