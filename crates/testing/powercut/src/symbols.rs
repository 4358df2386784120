//! The C library's calls that this layer stands in for. Each goes to the kernel by `syscall`, which sets `errno`.

use crate::watch;
use libc::{c_char, c_int, c_long, c_void, iovec, off64_t, size_t, ssize_t};
use std::ffi::{CStr, OsStr};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

/// Bytes of a vectored write.
///
/// # Safety
/// `count` vectors stand at `vectors`, or the call is one that the kernel refuses.
unsafe fn total(vectors: *const iovec, count: c_int) -> usize {
    match usize::try_from(count) {
        // SAFETY: given by the caller.
        Ok(count) if !vectors.is_null() => unsafe { std::slice::from_raw_parts(vectors, count) }
            .iter()
            .fold(0usize, |sum, vector| sum.saturating_add(vector.iov_len)),
        _ => 0,
    }
}

fn writing(fd: c_int, offset: Option<off64_t>, len: usize, call: impl FnOnce() -> c_long) -> ssize_t {
    let offset = offset.and_then(|offset| u64::try_from(offset).ok());
    let result = match watch::lock(fd) {
        Some(mut watch) => watch.write(fd, offset, len, call),
        None => call(),
    };
    result as ssize_t
}

fn resize(fd: c_int, to: off64_t, may_shrink: bool, call: impl FnOnce() -> c_long) -> c_int {
    let to = u64::try_from(to).unwrap_or(0);
    let result = match watch::lock(fd) {
        Some(mut watch) => watch.resize(fd, to, may_shrink, call),
        None => call(),
    };
    result as c_int
}

fn sync(fd: c_int, call: impl FnOnce() -> c_long) -> c_int {
    let result = match watch::lock(fd) {
        Some(mut watch) => watch.sync(fd, call),
        None => call(),
    };
    result as c_int
}

/// Defines exported functions of the C library's names.
macro_rules! interpose {
    ($($(#[$doc:meta])* fn $name:ident($($arg:ident: $kind:ty),*) -> $result:ty $body:block)*) => {$(
        $(#[$doc])*
        ///
        /// # Safety
        /// That of the C library's function.
        #[unsafe(no_mangle)]
        pub unsafe extern "C" fn $name($($arg: $kind),*) -> $result $body
    )*};
}

// SAFETY of all calls below: the arguments go to the kernel as the caller gave them.
interpose! {
    /// write(2)
    fn write(fd: c_int, buffer: *const c_void, len: size_t) -> ssize_t {
        writing(fd, None, len, || unsafe { libc::syscall(libc::SYS_write, fd, buffer, len) })
    }
    /// writev(2)
    fn writev(fd: c_int, vectors: *const iovec, count: c_int) -> ssize_t {
        let len = unsafe { total(vectors, count) };
        writing(fd, None, len, || unsafe { libc::syscall(libc::SYS_writev, fd, vectors, count) })
    }
    /// pwrite(2)
    fn pwrite(fd: c_int, buffer: *const c_void, len: size_t, offset: off64_t) -> ssize_t {
        writing(fd, Some(offset), len, || unsafe { libc::syscall(libc::SYS_pwrite64, fd, buffer, len, offset) })
    }
    /// pwrite(2)
    fn pwrite64(fd: c_int, buffer: *const c_void, len: size_t, offset: off64_t) -> ssize_t {
        unsafe { pwrite(fd, buffer, len, offset) }
    }
    /// pwritev(2)
    fn pwritev(fd: c_int, vectors: *const iovec, count: c_int, offset: off64_t) -> ssize_t {
        let len = unsafe { total(vectors, count) };
        writing(fd, Some(offset), len, || unsafe {
            libc::syscall(libc::SYS_pwritev, fd, vectors, count, offset, 0)
        })
    }
    /// pwritev(2)
    fn pwritev64(fd: c_int, vectors: *const iovec, count: c_int, offset: off64_t) -> ssize_t {
        unsafe { pwritev(fd, vectors, count, offset) }
    }
    /// pwritev2(2)
    fn pwritev2(fd: c_int, vectors: *const iovec, count: c_int, offset: off64_t, flags: c_int) -> ssize_t {
        let len = unsafe { total(vectors, count) };
        let at = (offset >= 0).then_some(offset);
        writing(fd, at, len, || unsafe {
            libc::syscall(libc::SYS_pwritev2, fd, vectors, count, offset, 0, flags)
        })
    }
    /// pwritev2(2)
    fn pwritev64v2(fd: c_int, vectors: *const iovec, count: c_int, offset: off64_t, flags: c_int) -> ssize_t {
        unsafe { pwritev2(fd, vectors, count, offset, flags) }
    }
    /// ftruncate(2)
    fn ftruncate(fd: c_int, len: off64_t) -> c_int {
        resize(fd, len, true, || unsafe { libc::syscall(libc::SYS_ftruncate, fd, len) })
    }
    /// ftruncate(2)
    fn ftruncate64(fd: c_int, len: off64_t) -> c_int {
        unsafe { ftruncate(fd, len) }
    }
    /// fallocate(2)
    fn fallocate(fd: c_int, mode: c_int, offset: off64_t, len: off64_t) -> c_int {
        resize(fd, offset.saturating_add(len), false, || unsafe {
            libc::syscall(libc::SYS_fallocate, fd, mode, offset, len)
        })
    }
    /// fallocate(2)
    fn fallocate64(fd: c_int, mode: c_int, offset: off64_t, len: off64_t) -> c_int {
        unsafe { fallocate(fd, mode, offset, len) }
    }
    /// fsync(2)
    fn fsync(fd: c_int) -> c_int {
        sync(fd, || unsafe { libc::syscall(libc::SYS_fsync, fd) })
    }
    /// fdatasync(2)
    fn fdatasync(fd: c_int) -> c_int {
        sync(fd, || unsafe { libc::syscall(libc::SYS_fdatasync, fd) })
    }
    /// mmap(2)
    fn mmap(at: *mut c_void, len: size_t, prot: c_int, flags: c_int, fd: c_int, offset: off64_t) -> *mut c_void {
        if fd >= 0 && flags & libc::MAP_SHARED != 0 && prot & libc::PROT_WRITE != 0
            && let Some(mut watch) = watch::lock(fd)
        {
            watch.mapped(fd);
        }
        (unsafe { libc::syscall(libc::SYS_mmap, at, len, prot, flags, fd, offset) }) as *mut c_void
    }
    /// mmap(2)
    fn mmap64(at: *mut c_void, len: size_t, prot: c_int, flags: c_int, fd: c_int, offset: off64_t) -> *mut c_void {
        unsafe { mmap(at, len, prot, flags, fd, offset) }
    }
    /// rename(2)
    fn rename(from: *const c_char, to: *const c_char) -> c_int {
        let result = unsafe { libc::syscall(libc::SYS_renameat, libc::AT_FDCWD, from, libc::AT_FDCWD, to) };
        if result == 0 && !to.is_null() {
            let to = Path::new(OsStr::from_bytes(unsafe { CStr::from_ptr(to) }.to_bytes()));
            watch::renamed(to);
        }
        result as c_int
    }
    /// open(2); `mode` counts only where `flags` ask for it.
    fn open(path: *const c_char, flags: c_int, mode: libc::mode_t) -> c_int {
        let replaced = unsafe { boot_id(path) };
        let path = replaced.as_ref().map_or(path, |path| path.as_ptr());
        (unsafe { libc::syscall(libc::SYS_openat, libc::AT_FDCWD, path, flags, mode) }) as c_int
    }
    /// open(2); `mode` counts only where `flags` ask for it.
    fn open64(path: *const c_char, flags: c_int, mode: libc::mode_t) -> c_int {
        unsafe { open(path, flags, mode) }
    }
}

/// After a power cut the machine has booted anew, and says so where databases look.
///
/// # Safety
/// `path` is a C string.
unsafe fn boot_id(path: *const c_char) -> Option<std::ffi::CString> {
    if path.is_null() {
        return None;
    }
    // SAFETY: given by the caller.
    let path = OsStr::from_bytes(unsafe { CStr::from_ptr(path) }.to_bytes());
    if path != "/proc/sys/kernel/random/boot_id" {
        return None;
    }
    let instead = std::env::var_os("AUTOCHAIN_POWERCUT_BOOT_ID")?;
    std::ffi::CString::new(instead.as_bytes()).ok()
}
