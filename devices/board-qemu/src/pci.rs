//! The machine's PCI bus, as far as a serial card needs it.

use crate::uart::Uart;

/// Where the bus is asked what is on it; each device has 32 KiB there.
const CONFIGURATION: usize = 0x3000_0000;
const DEVICES: usize = 32;
/// Where the machine shows the bus's ports in memory.
const PORTS: usize = 0x0300_0000;

/// QEMU's `pci-serial`: device and vendor.
const SERIAL: u32 = 0x0002_1b36;
const COMMAND: usize = 1;
const ANSWER_AT_PORTS: u32 = 1;
const FIRST_ADDRESS: usize = 4;
/// The card is given these ports.
const SERIAL_PORT: u16 = 0x1000;

/// The first serial card; `None` when the machine has none.
pub(crate) fn serial() -> Option<Uart> {
    let devices = (0..DEVICES).map(|device| (CONFIGURATION + (device << 15)) as *mut u32);
    // SAFETY: the registers of `virt`'s bus; a place without a device reads as all ones.
    let card = devices.into_iter().find(|card| unsafe { card.read_volatile() } == SERIAL)?;
    // SAFETY: the card's registers.
    unsafe {
        card.add(FIRST_ADDRESS).write_volatile(SERIAL_PORT.into());
        card.add(COMMAND).write_volatile(ANSWER_AT_PORTS);
    }
    Some(Uart::at(PORTS + usize::from(SERIAL_PORT)))
}
