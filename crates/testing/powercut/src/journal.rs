//! The journal: records one after the other, integers in little-endian order.
//!
//! | record | fields |
//! |---|---|
//! | `1` file, or its new name | id u32 · length u32 · path |
//! | `2` write | id u32 · offset u64 · length u64 · file length before u64 · length u64 · bytes before (none past its end) |
//! | `3` the last write of the file is durable | id u32 |
//! | `4` all of the file is durable | id u32 |
//! | `5` length changed | id u32 · length before u64 · length after u64 · length u64 · bytes cut off |
//! | `6` mapped shared and writable | id u32 |

use libc::c_int;

/// Appends records to the journal's file, past the interposed calls.
pub(crate) struct Journal {
    fd: c_int,
}

/// One record.
pub(crate) enum Record<'a> {
    File { id: u32, path: &'a [u8] },
    Write { id: u32, offset: u64, len: u64, file_len: u64, before: &'a [u8] },
    WriteDurable { id: u32 },
    Synced { id: u32 },
    Resized { id: u32, from: u64, to: u64, cut_off: &'a [u8] },
    Mapped { id: u32 },
}

impl Journal {
    /// Opens the file for appending; `None` when that fails.
    pub(crate) fn open(path: &std::ffi::CStr) -> Option<Self> {
        let flags = libc::O_WRONLY | libc::O_CREAT | libc::O_APPEND | libc::O_CLOEXEC;
        // SAFETY: the path is a C string; the call has no other requirement.
        let fd = unsafe { libc::syscall(libc::SYS_openat, libc::AT_FDCWD, path.as_ptr(), flags, 0o600) };
        c_int::try_from(fd).ok().filter(|fd| *fd >= 0).map(|fd| Self { fd })
    }

    /// Appends a record. A journal that cannot be written ends the process: a test must not go on blindly.
    pub(crate) fn append(&self, record: &Record<'_>) {
        let bytes = encode(record);
        let mut rest = bytes.as_slice();
        while !rest.is_empty() {
            // SAFETY: the buffer is valid for its length.
            let written = unsafe { libc::syscall(libc::SYS_write, self.fd, rest.as_ptr(), rest.len()) };
            match usize::try_from(written) {
                Ok(written) if written > 0 => rest = rest.get(written..).unwrap_or_default(),
                _ => std::process::abort(),
            }
        }
    }
}

fn encode(record: &Record<'_>) -> Vec<u8> {
    let mut out = Vec::new();
    match *record {
        Record::File { id, path } => {
            head(&mut out, 1, id);
            out.extend(u32::try_from(path.len()).unwrap_or(u32::MAX).to_le_bytes());
            out.extend(path);
        }
        Record::Write { id, offset, len, file_len, before } => {
            head(&mut out, 2, id);
            numbers(&mut out, &[offset, len, file_len, before.len() as u64]);
            out.extend(before);
        }
        Record::WriteDurable { id } => head(&mut out, 3, id),
        Record::Synced { id } => head(&mut out, 4, id),
        Record::Resized { id, from, to, cut_off } => {
            head(&mut out, 5, id);
            numbers(&mut out, &[from, to, cut_off.len() as u64]);
            out.extend(cut_off);
        }
        Record::Mapped { id } => head(&mut out, 6, id),
    }
    out
}

fn head(out: &mut Vec<u8>, kind: u8, id: u32) {
    out.push(kind);
    out.extend(id.to_le_bytes());
}

fn numbers(out: &mut Vec<u8>, numbers: &[u64]) {
    for number in numbers {
        out.extend(number.to_le_bytes());
    }
}
