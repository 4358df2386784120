//! The first instructions, and the last.

use crate::{dongle, log};
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
2:  la t0, trap
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

/// Called with a stack and zeroed memory.
#[unsafe(no_mangle)]
extern "C" fn start() -> ! {
    match dongle::run() {
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
    log!("{info}");
    exit(4)
}

/// Ends the machine with an exit code.
fn exit(code: u32) -> ! {
    // The machine's test device.
    let device = 0x10_0000 as *mut u32;
    // SAFETY: `virt` has it at this address, and one store ends the machine.
    unsafe { device.write_volatile(code << 16 | 0x3333) };
    #[expect(clippy::empty_loop, reason = "the machine is off")]
    loop {}
}
