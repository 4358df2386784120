//! The battery, and deep sleep.

use esp_hal::analog::adc::{Adc, AdcConfig, Attenuation};
use esp_hal::delay::Delay;
use esp_hal::gpio::{AnyPin, Input, InputConfig};
use esp_hal::peripherals::{ADC1, GPIO2, LPWR};
use esp_hal::ram;
use esp_hal::rtc_cntl::sleep::{LowPower, RtcSleepConfig};
use esp_hal::rtc_cntl::{WakeupSource, wakeup_cause};
use esp_hal::time::{Duration, Instant as ChipInstant};
use obd_core::power::Sleeper;
use obd_core::{Clock, Instant};

/// Between two looks of a sleeping device at battery and bus, in seconds.
const LOOK: u64 = 10;

/// 100 kΩ over 10 kΩ: the pin sees an eleventh of the battery.
const DIVIDER: u32 = 11;

/// Full scale of a 12-bit reading at 11 dB, in millivolts. Nominal: chips differ by some percent, and what
/// decides is a change, not a value.
const FULL_SCALE: u32 = 2_500;

/// How long a look listens to the bus, in steps of 10 µs: two frames at 250 kbit/s.
const LISTEN: u32 = 200;

/// What the sleep began with and what time it was, kept through it, and how long the device was asleep and awake
/// before this start.
#[ram(unstable(rtc_fast, persistent))]
static mut SLEEPER: [u8; Sleeper::LEN] = [0; Sleeper::LEN];
#[ram(unstable(rtc_fast, persistent))]
static mut CLOCK: [u8; Clock::LEN] = [0; Clock::LEN];
#[ram(unstable(rtc_fast, persistent))]
static mut SLEPT: u64 = 0;

/// The battery at the connector, through the divider.
pub struct Battery {
    adc: ADC1<'static>,
    pin: GPIO2<'static>,
}

impl Battery {
    /// With the pin of the divider.
    pub const fn new(adc: ADC1<'static>, pin: GPIO2<'static>) -> Self {
        Self { adc, pin }
    }

    /// In millivolts; 0 when the converter gives nothing.
    pub fn millivolts(&mut self) -> u16 {
        let mut config = AdcConfig::new();
        let mut pin = config.enable_pin(self.pin.reborrow(), Attenuation::_11dB);
        let mut adc = Adc::new(self.adc.reborrow(), config);
        let reading = nb::block!(adc.read_oneshot(&mut pin)).unwrap_or_default();
        u16::try_from(u32::from(reading) * FULL_SCALE * DIVIDER / 4_096).unwrap_or(u16::MAX)
    }
}

/// Whether this start is the end of an orderly sleep, which is no attempt of an image on trial.
pub fn woke() -> bool {
    wakeup_cause().contains(WakeupSource::Timer)
}

/// After a wake-up: sleeps on unless battery or bus say that the car is in use. Returns what the sleep was.
pub(crate) fn look(lpwr: &mut LPWR<'static>, battery: &mut Battery, can_rx: &mut AnyPin<'static>) -> Sleeper {
    // SAFETY: one core, and nothing else runs this early.
    let mut sleeper = unsafe { Sleeper::from_bytes(&(&raw const SLEEPER).read()) };
    let moved = bus_moves(can_rx.reborrow());
    if sleeper.check(now(), battery.millivolts(), moved).is_none() {
        sleep_on(lpwr.reborrow(), &sleeper);
    }
    sleeper
}

/// The clock as it was held through the sleep.
pub(crate) fn held_clock() -> Clock {
    // SAFETY: one core, and written only on the way into the sleep.
    unsafe { Clock::from_bytes(&(&raw const CLOCK).read()) }
}

/// Falls asleep. The CAN controller is stopped before; the radio stops with the chip.
pub(crate) fn sleep(lpwr: LPWR<'_>, sleeper: &Sleeper, clock: &Clock) -> ! {
    // SAFETY: one core, and nothing runs after this.
    unsafe { (&raw mut CLOCK).write(clock.to_bytes()) };
    sleep_on(lpwr, sleeper)
}

fn sleep_on(lpwr: LPWR<'_>, sleeper: &Sleeper) -> ! {
    let slept = now().as_micros().saturating_add(LOOK * 1_000_000);
    // SAFETY: one core, and nothing runs after this.
    unsafe {
        (&raw mut SLEEPER).write(sleeper.to_bytes());
        (&raw mut SLEPT).write(slept);
    }
    let mut low = LowPower::new(lpwr);
    low.set_wakeup_deadline(ChipInstant::now() + Duration::from_secs(LOOK));
    low.sleep_deep(RtcSleepConfig::deep())
}

/// The time since power came or the chip was reset, sleeps included, as exact as the oscillator that wakes the
/// chip: some percent.
pub(crate) fn now() -> Instant {
    // SAFETY: one core; written only on the way into the sleep.
    let slept = unsafe { (&raw const SLEPT).read() };
    Instant::from_micros(slept.saturating_add(ChipInstant::now().duration_since_epoch().as_micros()))
}

fn bus_moves(pin: AnyPin<'_>) -> bool {
    let pin = Input::new(pin, InputConfig::default());
    let delay = Delay::new();
    (0..LISTEN).any(|_| {
        delay.delay_micros(10);
        pin.is_low()
    })
}
