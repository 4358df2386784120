//! The first instructions, and the last.

use crate::log;
#[cfg(not(feature = "whole"))]
use crate::plain::run;
#[cfg(feature = "whole")]
use crate::whole::run;
use core::arch::global_asm;
use core::panic::PanicInfo;

global_asm!(
    r#"
.section .text.start
.global _start
_start:
    .option push
    .option norelax
    la gp, __global_pointer$
    .option pop
    la sp, _stack
    la t0, _bss
    la t1, _ebss
1:  bgeu t0, t1, 2f
    sw zero, 0(t0)
    addi t0, t0, 4
    j 1b
2:  la t0, _stack_low
    li t1, 0x5afe57ac
3:  bgeu t0, sp, 4f
    sw t1, 0(t0)
    addi t0, t0, 4
    j 3b
4:  la t0, trap
    csrw mtvec, t0
    call start
.align 2
trap:
    csrr a0, mcause
    csrr a1, mepc
    csrr a2, mtval
    call trapped
"#
);

/// Called with a painted stack and zeroed memory.
#[unsafe(no_mangle)]
extern "C" fn start() -> ! {
    match run() {
        Ok(never) => match never {},
        Err(error) => {
            log!("stopped: {error}");
            exit(2)
        }
    }
}

#[unsafe(no_mangle)]
extern "C" fn trapped(cause: usize, at: usize, value: usize) -> ! {
    log!("trap {cause:#x} at {at:#x}, {value:#x}");
    exit(3)
}

#[panic_handler]
fn panic(info: &PanicInfo<'_>) -> ! {
    // Where is enough: what panics could say, of all types, is kilobytes of text.
    if let Some(place) = info.location() {
        log!("panic at {}:{}", place.file(), place.line());
    }
    exit(4)
}

/// Ends the machine with an exit code.
pub(crate) fn exit(code: u32) -> ! {
    const FAIL: u32 = 0x3333;
    finish(code << 16 | FAIL)
}

/// Starts anew, as after a reset.
#[cfg(feature = "whole")]
pub(crate) fn restart() -> ! {
    const RESET: u32 = 0x7777;
    finish(RESET)
}

fn finish(word: u32) -> ! {
    // The machine's test device.
    let device = 0x10_0000 as *mut u32;
    // SAFETY: `virt` has it at this address, and one store ends the machine.
    unsafe { device.write_volatile(word) };
    #[expect(clippy::empty_loop, reason = "the machine is off")]
    loop {}
}
