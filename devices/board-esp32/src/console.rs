//! The provisioning console on the chip's own USB port.

use crate::flash::{self, Flash};
use crate::{BOARD, FIRMWARE};
use core::cell::Cell;
use core::fmt::{self, Write as _};
use embassy_time::{Duration, Instant, Timer};
use esp_hal::Blocking;
use esp_hal::efuse;
use esp_hal::gpio::Input;
use esp_hal::rng::Trng;
use esp_hal::rtc_cntl::Rwdt;
use esp_hal::system::software_reset;
use esp_hal::usb::usb_serial_jtag::UsbSerialJtag;
use obd_core::AnyKey;
use obd_core::provision::{Console, Fixture, SETTINGS_LEN, Stored};
use obd_core::update::Board;

/// Settings in hex are the longest line.
const LINE: usize = 2 * SETTINGS_LEN + 16;

/// How long a question waits for the button, in looks at it.
const LOOKS: u32 = 3_000;
/// Between two looks at button and port.
const LOOK: Duration = Duration::from_millis(10);

/// The board as the console sees it.
pub struct Bench {
    /// The flash.
    pub flash: &'static Flash,
    /// Where the question for the button stands.
    pub question: &'static Cell<Question>,
}

/// The question for the button, which the console asks in the middle of an answer, and the other tasks must not
/// wait for: the answer is begun, withheld while a person has not decided, and then given from its beginning.
/// Nothing is changed before the button is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Question {
    /// Not asked.
    None,
    /// Asked, and the answer withheld.
    Asked,
    /// Somebody pressed it.
    Pressed,
    /// Nobody did, in time.
    Ignored,
}

/// The port, while no question is open.
struct Answer<'a> {
    port: &'a mut UsbSerialJtag<'static, Blocking>,
    question: &'static Cell<Question>,
}

impl fmt::Write for Answer<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        if self.question.get() == Question::Asked { Ok(()) } else { self.port.write_str(text) }
    }
}

impl Fixture for Bench {
    fn board(&self) -> Board {
        BOARD
    }

    fn chip(&self) -> [u8; 6] {
        let mut chip = [0; 6];
        chip.copy_from_slice(efuse::base_mac_address().as_bytes());
        chip
    }

    fn firmware(&self) -> u32 {
        FIRMWARE
    }

    fn random(&mut self, bytes: &mut [u8]) {
        // The radio's noise, or the converter's where the radio is off, without which there is no key.
        match Trng::try_new() {
            Ok(random) => random.read(bytes),
            Err(_) => software_reset(),
        }
    }

    fn button(&mut self) -> bool {
        if self.question.get() == Question::None {
            self.question.set(Question::Asked);
        }
        self.question.get() == Question::Pressed
    }

    fn load(&mut self, what: Stored, bytes: &mut [u8]) -> bool {
        flash::load(self.flash, what, bytes)
    }

    fn store(&mut self, what: Stored, bytes: &[u8]) -> bool {
        flash::store(self.flash, what, bytes)
    }
}

/// A console that nobody has used for so long is alone in a car.
const ALONE: Duration = Duration::from_secs(600);

/// Answers lines for ever, feeds the watchdog as long as tasks get their turn, and starts anew when the device
/// was paired or made new. A line that is too long is dropped with an error. `sleep` ends a device that does nothing
/// else, so that it does not empty the battery of a car that it was left in.
pub async fn serve(
    mut port: UsbSerialJtag<'static, Blocking>,
    mut console: Console<Bench, AnyKey>,
    button: Input<'static>,
    question: &'static Cell<Question>,
    mut watchdog: Rwdt,
    mut sleep: Option<impl FnOnce()>,
) -> ! {
    let mut line = [0; LINE];
    let mut length = 0;
    let bond = console.bond();
    let mut used_at = Instant::now();
    loop {
        watchdog.feed();
        if let Some(sleep) = sleep.take_if(|_| used_at.elapsed() > ALONE) {
            sleep();
        }
        match port.read_byte() {
            Err(_) => Timer::after(LOOK).await,
            Ok(b'\n') => {
                match line.get(..length).map(core::str::from_utf8) {
                    Some(Ok(text)) => {
                        question.set(Question::None);
                        let _ = console.answer(text, &mut Answer { port: &mut port, question });
                        if question.get() == Question::Asked {
                            question.set(pressed(&button, &mut watchdog).await);
                            let _ = console.answer(text, &mut port);
                        }
                    }
                    _ => drop(port.write_str("error the line is too long or not text")),
                }
                let _ = port.write_str("\r\n");
                length = 0;
                if console.bond() != bond {
                    Timer::after(Duration::from_millis(200)).await;
                    software_reset();
                }
            }
            Ok(byte) => {
                used_at = Instant::now();
                if let Some(place) = line.get_mut(length) {
                    *place = byte;
                }
                length = length.saturating_add(1);
            }
        }
    }
}

/// Waits for the button, and lets the other tasks run.
async fn pressed(button: &Input<'static>, watchdog: &mut Rwdt) -> Question {
    for _ in 0..LOOKS {
        watchdog.feed();
        if button.is_low() {
            return Question::Pressed;
        }
        Timer::after(LOOK).await;
    }
    Question::Ignored
}
