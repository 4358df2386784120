//! Semihosting: the board asks the host.

use core::arch::asm;

/// What is asked for, by Arm's numbers, which RISC-V took over.
#[derive(Clone, Copy)]
pub(crate) enum Operation {
    #[cfg(feature = "whole")]
    Open = 1,
    #[cfg(feature = "whole")]
    Close = 2,
    /// A text that ends with a zero.
    Write0 = 4,
}

/// Asks, and gives the answer.
///
/// # Safety
///
/// `parameter` is what the operation wants: its block of words, or a text up to its zero.
pub(crate) unsafe fn ask(operation: Operation, parameter: *const u8) -> usize {
    let answer;
    // SAFETY: the three instructions are RISC-V's semihosting call; what the host reads, the caller vouches for.
    unsafe {
        asm!(
            ".option push",
            ".option norvc",
            ".align 4",
            "slli zero, zero, 0x1f",
            "ebreak",
            "srai zero, zero, 7",
            ".option pop",
            inlateout("a0") operation as usize => answer,
            in("a1") parameter,
            options(readonly, nostack),
        );
    }
    answer
}
