//! Deep sleep.

use esp_hal::peripherals::LPWR;
use esp_hal::rtc_cntl::sleep::{LowPower, RtcSleepConfig};
use esp_hal::rtc_cntl::{WakeupSource, wakeup_cause};
use esp_hal::time::{Duration, Instant};

/// Whether this start is the end of an orderly sleep, which is no attempt of an image on trial.
pub fn woke() -> bool {
    wakeup_cause().contains(WakeupSource::Timer)
}

/// Sleeps until the battery is looked at again. The radio is off and the CAN controller stopped before.
pub fn sleep(lpwr: LPWR<'_>, seconds: u64) -> ! {
    let mut low = LowPower::new(lpwr);
    low.set_wakeup_deadline(Instant::now() + Duration::from_secs(seconds.max(1)));
    low.sleep_deep(RtcSleepConfig::deep())
}
