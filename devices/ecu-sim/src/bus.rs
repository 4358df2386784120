use crate::Wire;
use obd_core::Instant;
use obd_core::can::{Bitrate, Bus, BusError, Frame, Health, Mode};
use obd_core::obd::TxFrame;
use std::cell::{Cell, RefCell};
use std::rc::Rc;

/// A controller on the simulated wires for programs that move the clock themselves.
#[derive(Clone, Debug)]
pub struct SimBus {
    wire: Rc<RefCell<Wire>>,
    clock: Rc<Cell<Instant>>,
}

impl SimBus {
    /// At time zero.
    pub fn new(wire: Wire) -> Self {
        Self { wire: Rc::new(RefCell::new(wire)), clock: Rc::default() }
    }

    /// Moves the clock.
    pub fn set_now(&self, now: Instant) {
        self.clock.set(now);
    }

    /// Looks at, or changes, what is behind.
    pub fn wire<T>(&self, look: impl FnOnce(&mut Wire) -> T) -> T {
        look(&mut self.wire.borrow_mut())
    }
}

impl Bus for SimBus {
    fn start(&mut self, bitrate: Bitrate, mode: Mode) -> Result<(), BusError> {
        self.wire.borrow_mut().open(self.clock.get(), Some(bitrate), mode);
        Ok(())
    }

    fn stop(&mut self) {
        self.wire.borrow_mut().close(self.clock.get());
    }

    fn receive(&mut self) -> Option<Frame> {
        self.wire.borrow_mut().receive(self.clock.get())
    }

    fn transmit(&mut self, frame: &TxFrame) -> Result<(), BusError> {
        let sent = self.wire.borrow_mut().transmit(self.clock.get(), frame.frame());
        if sent { Ok(()) } else { Err(BusError::Silent) }
    }

    fn health(&mut self) -> Health {
        self.wire.borrow_mut().health(self.clock.get())
    }
}
