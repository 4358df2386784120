//! QEMU's `virt` machine, as far as it is needed: start, console, counter, stack, end.

use core::arch::{asm, global_asm};
use core::fmt::{self, Write};
use core::panic::PanicInfo;

/// What the unused stack is filled with before the work starts.
const PAINT: u32 = 0x5afe_57ac;

global_asm!(
    ".section .text.start",
    ".global _start",
    "_start:",
    ".option push",
    ".option norelax",
    "la gp, __global_pointer$",
    ".option pop",
    "la sp, _stack_top",
    "la t0, _bss_start",
    "la t1, _bss_end",
    "1: bgeu t0, t1, 2f",
    "sw zero, 0(t0)",
    "addi t0, t0, 4",
    "j 1b",
    "2: la t0, _stack_low",
    "li t1, {paint}",
    "3: bgeu t0, sp, 4f",
    "sw t1, 0(t0)",
    "addi t0, t0, 4",
    "j 3b",
    "4: call {main}",
    paint = const PAINT,
    main = sym crate::tasks::run,
);

/// The console: the first UART.
pub(crate) struct Console;

impl Write for Console {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        const UART: *mut u8 = 0x1000_0000 as *mut u8;
        for byte in text.bytes() {
            // SAFETY: the machine's NS16550A has its transmit register at this address, and QEMU's takes a
            // byte at any time.
            unsafe { UART.write_volatile(byte) };
        }
        Ok(())
    }
}

/// Instructions retired since the start, modulo 2^32.
#[inline(always)]
fn retired() -> u32 {
    let count;
    // SAFETY: reads a counter that machine mode may always read, and touches nothing else.
    unsafe { asm!("csrr {}, minstret", out(reg) count, options(nomem, nostack)) };
    count
}

/// The instructions that `work` retires, and what it gives.
pub(crate) fn count<T>(work: impl FnOnce() -> T) -> (u32, T) {
    let before = retired();
    let result = work();
    let after = retired();
    (after.wrapping_sub(before), result)
}

/// The most bytes of stack that were ever in use.
pub(crate) fn stack_high_water() -> usize {
    unsafe extern "C" {
        static _stack_low: u32;
        static _stack_top: u32;
    }
    let low = &raw const _stack_low;
    let size = (&raw const _stack_top).addr() - low.addr();
    // SAFETY: both symbols bound the stack's memory, which the start code has filled, word by word.
    let untouched = (0..size / 4).take_while(|word| unsafe { low.add(*word).read_volatile() } == PAINT);
    size - untouched.count() * 4
}

/// Ends the emulation; QEMU exits with this code.
pub(crate) fn exit(code: u32) -> ! {
    const FINISHER: *mut u32 = 0x10_0000 as *mut u32;
    let word = if code == 0 { 0x5555 } else { code << 16 | 0x3333 };
    // SAFETY: the machine's test device ends the emulation on this write.
    unsafe { FINISHER.write_volatile(word) };
    loop {
        core::hint::spin_loop();
    }
}

#[panic_handler]
fn panic(info: &PanicInfo<'_>) -> ! {
    // Nobody is left to tell if the console fails.
    let _ = writeln!(Console, "{info}");
    exit(101)
}
