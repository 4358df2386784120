//! What a panic leaves behind: a silent bus, a count, and a reset.

use core::panic::PanicInfo;
use esp_hal::peripherals::TWAI0;
use esp_hal::{ram, system};

/// Panics since power came, kept through resets and sleep.
#[ram(unstable(rtc_fast, persistent))]
static mut PANICS: u32 = 0;

/// How many panics there were since the device got power.
pub fn panics() -> u32 {
    // SAFETY: one core, and the only writer is the panic handler, which does not return.
    unsafe { (&raw const PANICS).read_volatile() }
}

#[panic_handler]
fn panic(_: &PanicInfo<'_>) -> ! {
    // First of all the car: reset mode takes the controller off the bus.
    TWAI0::regs().mode().modify(|_, w| w.reset_mode().set_bit());
    // SAFETY: one core, and nothing runs after this.
    unsafe { (&raw mut PANICS).write_volatile(panics().wrapping_add(1)) };
    system::software_reset()
}
