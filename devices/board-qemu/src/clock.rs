use obd_core::Instant;

/// The time since the machine started. `virt` counts `mtime` at 10 MHz.
pub(crate) fn now() -> Instant {
    let mtime = 0x0200_bff8 as *const u32;
    loop {
        // SAFETY: the CLINT of `virt`; its halves are read until the upper one stood still.
        let (high, low, again) =
            unsafe { (mtime.add(1).read_volatile(), mtime.read_volatile(), mtime.add(1).read_volatile()) };
        if high == again {
            return Instant::from_micros((u64::from(high) << 32 | u64::from(low)) / 10);
        }
    }
}

/// Seconds since the Unix epoch, from the machine's real-time clock (Google's Goldfish).
pub(crate) fn unix() -> u64 {
    let rtc = 0x10_1000 as *const u32;
    // SAFETY: the clock of `virt`; reading the lower half holds the upper one.
    let (low, high) = unsafe { (rtc.read_volatile(), rtc.add(1).read_volatile()) };
    (u64::from(high) << 32 | u64::from(low)) / 1_000_000_000
}
