//! From reset to a running device.

use crate::can::Twai;
use crate::console::{self, Bench, Question};
use crate::drive::{self, Drive};
use crate::flash::{self, Flash, LAYOUT, QUEUE};
use crate::power::{self, Battery};
use crate::shared::Shared;
use crate::{keys, net, uplink};
use core::cell::Cell;
use embassy_executor::Spawner;
use esp_hal::gpio::{AnyPin, Input, InputConfig, Pull};
use esp_hal::peripherals::{
    ADC1, FLASH, FROM_CPU_INTR0, GPIO2, HMAC, LPWR, RNG, RTC_TIMER, TIMG0, TWAI0, USB_DEVICE, WIFI,
};
use esp_hal::ram;
use esp_hal::rng::{Trng, TrngSource};
use esp_hal::rtc_cntl::{Rtc, RwdtStage};
use esp_hal::system::software_reset;
use esp_hal::time::Duration;
use esp_hal::timer::timg::TimerGroup;
use esp_hal::usb::usb_serial_jtag::UsbSerialJtag;
use esp_storage::FlashStorage;
use obd_core::can::{Bitrate, Bus as _, Mode};
use obd_core::power::Sleeper;
use obd_core::provision::{Bond, Console, Settings};
use obd_core::queue::{self, Chip};
use obd_core::update::{Standing, raise, reject};
use obd_core::{AnyKey, Clock, Instant, Signer as _};
use static_cell::StaticCell;

/// What a board gives: the chip's parts, and the pins that its wiring chose.
pub struct Parts {
    /// The flash.
    pub flash: FLASH<'static>,
    /// The HMAC unit.
    pub hmac: HMAC<'static>,
    /// Noise for the random generator.
    pub rng: RNG<'static>,
    /// The converter: the battery's voltage, and noise for the random generator.
    pub adc: ADC1<'static>,
    /// The scheduler's timer.
    pub timer: TIMG0<'static>,
    /// The scheduler's interrupt.
    pub interrupt: FROM_CPU_INTR0<'static>,
    /// The clock that runs through sleep, and its watchdog.
    pub rtc: RTC_TIMER<'static>,
    /// Sleep.
    pub lpwr: LPWR<'static>,
    /// The USB port with its serial line.
    pub usb: USB_DEVICE<'static>,
    /// The radio.
    pub wifi: WIFI<'static>,
    /// The CAN controller.
    pub twai: TWAI0<'static>,
    /// From the transceiver.
    pub can_rx: AnyPin<'static>,
    /// To the transceiver.
    pub can_tx: AnyPin<'static>,
    /// The divider at the battery.
    pub battery: GPIO2<'static>,
    /// A button to ground.
    pub button: AnyPin<'static>,
}

/// A device that hangs for so long starts anew.
const WATCHDOG: Duration = Duration::from_secs(60);

/// What a provisioned and paired device works with.
pub(crate) struct Device {
    pub(crate) key: AnyKey,
    pub(crate) settings: Settings,
    pub(crate) bond: Bond,
}

/// Runs the device for ever.
pub async fn run(spawner: Spawner, mut parts: Parts) -> ! {
    static CHIP: StaticCell<Flash> = StaticCell::new();
    static DEVICE: StaticCell<Device> = StaticCell::new();
    static SHARED: StaticCell<Shared> = StaticCell::new();
    static QUESTION: StaticCell<Cell<Question>> = StaticCell::new();

    let mut rtc = Rtc::new(parts.rtc);
    rtc.rwdt.set_timeout(RwdtStage::Stage0, WATCHDOG);
    rtc.rwdt.enable();
    let chip: &'static Flash = CHIP.init(Chip::new(FlashStorage::new(parts.flash)));
    let mut battery = Battery::new(parts.adc, parts.battery);
    let (mut slept, mut clock) = (None, Clock::new());
    // Before the radio, before the bus, before anything that could hang.
    if power::woke() {
        slept = Some(power::look(&mut parts.lpwr, &mut battery, &mut parts.can_rx));
        clock = power::held_clock();
    } else {
        let running = flash::running(chip);
        if let Some(Ok(Standing::Reset)) = chip.with(|flash| raise(flash, &LAYOUT, running)) {
            software_reset();
        }
    }

    esp_alloc::heap_allocator!(#[ram(reclaimed)] size: 64 * 1024);
    esp_alloc::heap_allocator!(size: 36 * 1024);
    esp_rtos::start(TimerGroup::new(parts.timer).timer0, parts.interrupt);

    // SAFETY: the battery is not measured while the converter makes noise.
    let source = TrngSource::new(parts.rng, unsafe { ADC1::steal() });
    let Ok(random) = Trng::try_new() else { software_reset() };
    let (mut fresh, mut seed) = ([0; 32], [0; 8]);
    random.read(&mut fresh);
    random.read(&mut seed);
    drop(random);
    let vault = keys::vault(parts.hmac, chip, fresh);
    let button = Input::new(parts.button, InputConfig::default().with_pull(Pull::Up));
    let question: &'static Cell<Question> = QUESTION.init(Cell::new(Question::None));
    let mut console = Console::with_p256(Bench { flash: chip, question }, vault);
    let usb = UsbSerialJtag::new(parts.usb);

    let (Some(key), Some(settings), Some(bond)) = (console.key(), console.settings(), console.bond()) else {
        // The noise stays on: keys are made here.
        let lpwr = parts.lpwr;
        let sleep = move || {
            drop(source);
            rest(lpwr, &mut battery, slept, clock);
        };
        console::serve(usb, console, button, question, rtc.rwdt, Some(sleep)).await
    };
    drop(source);
    let keys = console.record_keys(&bond, key.address());
    let device: &'static Device = DEVICE.init(Device { key, settings, bond });
    let mut can = Twai::new(parts.twai, parts.can_rx, parts.can_tx);
    let listens = can.start(Bitrate::Kbit500, Mode::ListenOnly).is_ok();
    can.stop();
    let queue = queue::Queue::open(chip, QUEUE);
    let self_test = listens && queue.is_ok() && keys.is_some();
    if !self_test && let Some(Ok(Standing::Reset)) = chip.with(|flash| reject(flash, &LAYOUT)) {
        software_reset();
    }
    let (Ok(queue), Some(keys)) = (queue, keys) else {
        let lpwr = parts.lpwr;
        let sleep = move || rest(lpwr, &mut battery, slept, clock);
        console::serve(usb, console, button, question, rtc.rwdt, Some(sleep)).await
    };
    let shared: &'static Shared = SHARED.init(Shared::new(queue, clock, slept.is_some()));
    let commitment = device.bond.commitment;
    let lpwr = parts.lpwr;
    let drive = Drive { can, battery, lpwr, shared, keys, commitment, slept };
    if let Ok(task) = drive::task(drive) {
        spawner.spawn(task);
    }
    let seed = u64::from_le_bytes(seed);
    if let Some(stack) = net::start(spawner, parts.wifi, &device.settings, shared)
        && let Ok(task) = uplink::task(stack, chip, device, shared, seed, self_test)
    {
        spawner.spawn(task);
    }
    console::serve(usb, console, button, question, rtc.rwdt, None::<fn()>).await
}

/// Sleeps, for want of anything to do until the car is used, and then looks again.
pub(crate) fn rest(lpwr: LPWR<'_>, battery: &mut Battery, slept: Option<Sleeper>, clock: Clock) {
    let sleeper = Sleeper::new(power::now(), battery.millivolts(), false, false, slept);
    power::sleep(lpwr, &sleeper, &clock)
}

/// The time since the chip started.
pub(crate) fn now() -> Instant {
    Instant::from_micros(esp_hal::time::Instant::now().duration_since_epoch().as_micros())
}
