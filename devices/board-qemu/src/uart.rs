use obd_core::can::BusError;
use obd_core::can::slcan::Port;

const DATA: *mut u8 = 0x1000_0000 as *mut u8;
const LINE_STATUS: *const u8 = 0x1000_0005 as *const u8;
const RECEIVED: u8 = 1;
const ROOM: u8 = 1 << 5;

/// The machine's UART (16550), polled.
pub(crate) struct Uart;

impl Port for Uart {
    fn read(&mut self) -> Option<u8> {
        // SAFETY: the registers of `virt`'s UART.
        unsafe { (LINE_STATUS.read_volatile() & RECEIVED != 0).then(|| DATA.read_volatile()) }
    }

    fn write(&mut self, bytes: &[u8]) -> Result<(), BusError> {
        for byte in bytes {
            // SAFETY: as above. The emulated line takes bytes as fast as they come.
            unsafe {
                while LINE_STATUS.read_volatile() & ROOM == 0 {}
                DATA.write_volatile(*byte);
            }
        }
        Ok(())
    }
}
