use core::fmt;
use obd_core::can::BusError;
use obd_core::can::slcan::Port;

const DATA: usize = 0;
const LINE_STATUS: usize = 5;
const RECEIVED: u8 = 1;
const ROOM: u8 = 1 << 5;

/// A UART (16550), polled.
pub(crate) struct Uart {
    registers: *mut u8,
}

impl Uart {
    /// The machine's own, where the car is.
    pub(crate) const CAR: Self = Self::at(0x1000_0000);

    /// With its registers at this address, where there is a UART.
    pub(crate) const fn at(address: usize) -> Self {
        Self { registers: address as *mut u8 }
    }
}

impl Port for Uart {
    fn read(&mut self) -> Option<u8> {
        // SAFETY: the registers of a UART.
        unsafe {
            let received = self.registers.add(LINE_STATUS).read_volatile() & RECEIVED != 0;
            received.then(|| self.registers.add(DATA).read_volatile())
        }
    }

    fn write(&mut self, bytes: &[u8]) -> Result<(), BusError> {
        for byte in bytes {
            // SAFETY: as above. The emulated line takes bytes as fast as they come.
            unsafe {
                while self.registers.add(LINE_STATUS).read_volatile() & ROOM == 0 {}
                self.registers.add(DATA).write_volatile(*byte);
            }
        }
        Ok(())
    }
}

impl fmt::Write for Uart {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.write(text.as_bytes()).map_err(|_| fmt::Error)
    }
}
