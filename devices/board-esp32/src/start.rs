//! From reset to a running device.

use crate::can::Twai;
use crate::console::{self, Bench};
use crate::flash::{self, Flash, LAYOUT};
use crate::{keys, net, power, uplink};
use embassy_executor::Spawner;
use esp_hal::gpio::{AnyPin, Input, InputConfig, Pull};
use esp_hal::peripherals::{ADC1, FLASH, FROM_CPU_INTR0, HMAC, LPWR, RNG, TIMG0, TWAI0, USB_DEVICE, WIFI};
use esp_hal::ram;
use esp_hal::rng::{Trng, TrngSource};
use esp_hal::system::software_reset;
use esp_hal::timer::timg::TimerGroup;
use esp_hal::usb::usb_serial_jtag::UsbSerialJtag;
use esp_storage::FlashStorage;
use obd_core::can::{Bitrate, Bus as _, Mode};
use obd_core::provision::{Bond, Console, Settings};
use obd_core::queue::Chip;
use obd_core::update::{Standing, raise, reject};
use obd_core::{Instant, Key};
use static_cell::StaticCell;

/// What a board gives: the chip's parts, and the pins that its wiring chose.
pub struct Parts {
    /// The flash.
    pub flash: FLASH<'static>,
    /// The HMAC unit.
    pub hmac: HMAC<'static>,
    /// Noise for the random generator.
    pub rng: RNG<'static>,
    /// Noise for the random generator.
    pub adc: ADC1<'static>,
    /// The scheduler's timer.
    pub timer: TIMG0<'static>,
    /// The scheduler's interrupt.
    pub interrupt: FROM_CPU_INTR0<'static>,
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
    /// A button to ground.
    pub button: AnyPin<'static>,
}

/// What a provisioned and paired device works with.
pub(crate) struct Device {
    pub(crate) key: Key,
    pub(crate) settings: Settings,
    pub(crate) bond: Bond,
}

/// Runs the device for ever.
pub async fn run(spawner: Spawner, parts: Parts) -> ! {
    static CHIP: StaticCell<Flash> = StaticCell::new();
    static DEVICE: StaticCell<Device> = StaticCell::new();

    let chip: &'static Flash = CHIP.init(Chip::new(FlashStorage::new(parts.flash)));
    // Before the radio, before the bus, before anything that could hang.
    if !power::woke() {
        let running = flash::running(chip);
        if let Some(Ok(Standing::Reset)) = chip.with(|flash| raise(flash, &LAYOUT, running)) {
            software_reset();
        }
    }

    esp_alloc::heap_allocator!(#[ram(reclaimed)] size: 64 * 1024);
    esp_alloc::heap_allocator!(size: 36 * 1024);
    esp_rtos::start(TimerGroup::new(parts.timer).timer0, parts.interrupt);

    let mut car = Twai::new(parts.twai, parts.can_rx, parts.can_tx);
    let source = TrngSource::new(parts.rng, parts.adc);
    let Ok(random) = Trng::try_new() else { software_reset() };
    let mut fresh = [0; 32];
    random.read(&mut fresh);
    let seed = u64::from(random.random()) << 32 | u64::from(random.random());
    let vault = keys::vault(parts.hmac, chip, fresh);
    let button = Input::new(parts.button, InputConfig::default().with_pull(Pull::Up));
    let mut console = Console::new(Bench { flash: chip, random, button }, vault);

    let device = match (console.key(), console.settings(), console.bond()) {
        (Some(key), Some(settings), Some(bond)) => Some(Device { key, settings, bond }),
        _ => None,
    };
    if let Some(device) = device {
        let self_test = car.start(Bitrate::Kbit500, Mode::ListenOnly).is_ok() && uplink::queue_opens(chip);
        car.stop();
        if !self_test && let Some(Ok(Standing::Reset)) = chip.with(|flash| reject(flash, &LAYOUT)) {
            software_reset();
        }
        let device: &'static Device = DEVICE.init(device);
        if let Some(stack) = net::start(spawner, parts.wifi, &device.settings)
            && let Ok(task) = uplink::task(stack, chip, device, seed, self_test)
        {
            spawner.spawn(task);
        }
    }
    // The radio's noise replaces the converter's from here on.
    drop(source);
    console::serve(UsbSerialJtag::new(parts.usb), console).await
}

/// The time since the chip started.
pub(crate) fn now() -> Instant {
    Instant::from_micros(esp_hal::time::Instant::now().duration_since_epoch().as_micros())
}
