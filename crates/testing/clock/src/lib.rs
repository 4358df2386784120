//! Gives a process another date: a shared library that is loaded before all others (`LD_PRELOAD`) and adds
//! `AUTOCHAIN_CLOCK_OFFSET` seconds, negative ones for the past, to what the system says is the time of day.
//!
//! Only the time of day is shifted; clocks that measure how long something takes stay as they are. With it a test plays
//! months on a chain, from one start of a node to the next, without waiting.

use libc::{c_int, c_long, clockid_t, time_t, timespec};
use std::sync::OnceLock;

/// Seconds to add; 0 without the variable.
fn offset() -> time_t {
    static OFFSET: OnceLock<time_t> = OnceLock::new();
    *OFFSET.get_or_init(|| {
        std::env::var("AUTOCHAIN_CLOCK_OFFSET").ok().and_then(|text| text.parse().ok()).unwrap_or_default()
    })
}

/// `clock_gettime(2)`, with the time of day shifted.
///
/// # Safety
/// As the system's: `time` points to a `timespec` or is refused by the system.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn clock_gettime(clock: clockid_t, time: *mut timespec) -> c_int {
    // SAFETY: the arguments go to the system as they came, which checks the pointer.
    let answer = unsafe { libc::syscall(libc::SYS_clock_gettime, c_long::from(clock), time) };
    if answer == 0 && (clock == libc::CLOCK_REALTIME || clock == libc::CLOCK_REALTIME_COARSE) {
        // SAFETY: the system has just written there.
        unsafe { (*time).tv_sec = (*time).tv_sec.saturating_add(offset()) };
    }
    answer as c_int
}
