//! The firmware of a dongle on an ESP32-C3: the pins of its wiring (`docs/dongle.md`), and nothing else.
#![no_std]
#![no_main]

use board_esp32::{Parts, run};
use embassy_executor::Spawner;
use esp_hal::clock::CpuClock;
use esp_hal::gpio::Pin as _;

esp_bootloader_esp_idf::esp_app_desc!();

#[esp_rtos::main]
async fn main(spawner: Spawner) -> ! {
    let chip = esp_hal::init(esp_hal::Config::default().with_cpu_clock(CpuClock::max()));
    let parts = Parts {
        flash: chip.FLASH,
        hmac: chip.HMAC,
        rng: chip.RNG,
        adc: chip.ADC1,
        timer: chip.TIMG0,
        interrupt: chip.FROM_CPU_INTR0,
        rtc: chip.RTC_TIMER,
        lpwr: chip.LPWR,
        usb: chip.USB_DEVICE,
        wifi: chip.WIFI,
        twai: chip.TWAI0,
        can_rx: chip.GPIO4.degrade(),
        can_tx: chip.GPIO5.degrade(),
        battery: chip.GPIO2,
        button: chip.GPIO9.degrade(),
    };
    run(spawner, parts).await
}
