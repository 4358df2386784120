//! Lines to the host, by semihosting: the UART belongs to the car.

use crate::host::{self, Operation};
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
    // SAFETY: the line ends with a zero.
    unsafe { host::ask(Operation::Write0, line.bytes.as_ptr()) };
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
