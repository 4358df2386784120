//! The provisioning console, on a serial port of its own beside the car's.

use crate::button;
use crate::log;
use crate::pflash::Pflash;
use crate::random::Random;
use crate::start::restart;
use crate::store;
use crate::uart::Uart;
use core::fmt::Write as _;
use obd_core::AnyKey;
use obd_core::can::slcan::Port as _;
use obd_core::provision::{Bond, Console, Fixture, SETTINGS_LEN, Stored, Vault};
use obd_core::queue::Chip;
use obd_core::update::{Board, version};

/// Settings in hex are the longest line.
const LINE: usize = 2 * SETTINGS_LEN + 16;

/// Bytes that one turn takes from the port, so that the car waits for a few only.
const TURN: usize = 64;

/// The version of this firmware: the workspace's.
const FIRMWARE: u32 = version(env!("CARGO_PKG_VERSION")).expect("the workspace's version is a release");

/// The board as the console sees it.
pub(crate) struct Bench<'a> {
    pub(crate) chip: &'a Chip<Pflash>,
    pub(crate) random: &'a Random,
    /// The network card's address stands for the chip's.
    pub(crate) mac: [u8; 6],
}

impl Fixture for Bench<'_> {
    fn board(&self) -> Board {
        Board::Qemu
    }

    fn chip(&self) -> [u8; 6] {
        self.mac
    }

    fn firmware(&self) -> u32 {
        FIRMWARE
    }

    fn random(&mut self, bytes: &mut [u8]) {
        self.random.fill(bytes);
    }

    fn button(&mut self) -> bool {
        button::is_pressed()
    }

    fn load(&mut self, what: Stored, bytes: &mut [u8]) -> bool {
        store::load(self.chip, what, bytes)
    }

    fn store(&mut self, what: Stored, bytes: &[u8]) -> bool {
        store::store(self.chip, what, bytes)
    }
}

/// The console and the line that it is being sent.
pub(crate) struct Desk<'a> {
    port: Uart,
    console: Console<Bench<'a>, AnyKey>,
    bond: Option<Bond>,
    line: [u8; LINE],
    length: usize,
}

impl<'a> Desk<'a> {
    /// On `port`.
    pub(crate) fn new(port: Uart, bench: Bench<'a>, vault: Vault) -> Self {
        let mut console = Console::with_p256(bench, vault);
        let bond = console.bond();
        Self { port, console, bond, line: [0; LINE], length: 0 }
    }

    /// What is stored.
    pub(crate) const fn console(&mut self) -> &mut Console<Bench<'a>, AnyKey> {
        &mut self.console
    }

    /// Takes what arrived, answers a line that ended, and starts anew when the device was paired or made new. A
    /// line that is too long is dropped with an error.
    pub(crate) fn turn(&mut self) {
        for _ in 0..TURN {
            match self.port.read() {
                None => return,
                Some(b'\n') => self.answer(),
                Some(byte) => {
                    if let Some(place) = self.line.get_mut(self.length) {
                        *place = byte;
                    }
                    self.length = self.length.saturating_add(1);
                }
            }
        }
    }

    fn answer(&mut self) {
        match self.line.get(..self.length).map(core::str::from_utf8) {
            Some(Ok(text)) => drop(self.console.answer(text, &mut self.port)),
            _ => drop(self.port.write_str("error the line is too long or not text")),
        }
        let _ = self.port.write_str("\r\n");
        self.length = 0;
        if self.console.bond() != self.bond {
            log!("the bond changed");
            restart()
        }
    }

    /// Drops the bond and starts anew, as a device that waits to be paired.
    pub(crate) fn unpair(&mut self) {
        if self.console.fixture().store(Stored::Bond, &[]) {
            restart()
        }
    }
}
