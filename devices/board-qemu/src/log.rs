//! Lines to the host, by semihosting: the UART belongs to the car.

use core::arch::asm;
use core::fmt;

/// Writes one line.
#[macro_export]
macro_rules! log {
    ($($argument:tt)*) => { $crate::log::line(format_args!($($argument)*)) };
}

/// As [`log!`]; a line too long is cut.
pub(crate) fn line(text: fmt::Arguments<'_>) {
    let mut line = Line { bytes: [0; 256], len: 0 };
    let _ = fmt::Write::write_fmt(&mut line, text);
    let end = line.len.min(254);
    line.bytes[end] = b'\n';
    line.bytes[end + 1] = 0;
    write0(&line.bytes);
}

struct Line {
    bytes: [u8; 256],
    len: usize,
}

impl fmt::Write for Line {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        for byte in text.bytes().filter(|byte| *byte != 0) {
            *self.bytes.get_mut(self.len).ok_or(fmt::Error)? = byte;
            self.len += 1;
        }
        Ok(())
    }
}

/// SYS_WRITE0: a text that ends with a zero.
fn write0(text: &[u8; 256]) {
    const SYS_WRITE0: usize = 4;
    // SAFETY: the three instructions are RISC-V's semihosting call; the host reads up to the zero.
    unsafe {
        asm!(
            ".option push",
            ".option norvc",
            ".align 4",
            "slli zero, zero, 0x1f",
            "ebreak",
            "srai zero, zero, 7",
            ".option pop",
            inlateout("a0") SYS_WRITE0 => _,
            in("a1") text.as_ptr(),
            options(readonly, nostack),
        );
    }
}
