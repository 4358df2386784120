//! The button: a file named `button` in the folder that QEMU runs in. While it is there, somebody presses.

use crate::host::{self, Operation};

const NAME: &[u8] = b"button\0";
const FOR_READING: usize = 0;
const FAILED: usize = usize::MAX;

/// Whether somebody presses it now. A hand on a chip has half a minute; here it is there already or never.
pub(crate) fn is_pressed() -> bool {
    let open = [NAME.as_ptr().addr(), FOR_READING, NAME.len() - 1];
    // SAFETY: name, mode and length.
    let file = unsafe { host::ask(Operation::Open, open.as_ptr().cast()) };
    if file == FAILED {
        return false;
    }
    // SAFETY: the file that was opened.
    unsafe { host::ask(Operation::Close, [file].as_ptr().cast()) };
    true
}
