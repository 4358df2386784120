//! What provisioning stores, each in a sector of its own, so that a power cut while one is replaced leaves the
//! others whole.

use crate::pflash::{Pflash, SECTOR};
use crate::random::Random;
use embedded_storage::nor_flash::{NorFlash as _, NorFlashErrorKind, ReadNorFlash as _};
use obd_core::provision::Stored;
use obd_core::queue::Chip;

// Behind the queue.
const SEALING_KEY: u32 = 9 * SECTOR as u32;
const SECRET: u32 = 10 * SECTOR as u32;
const SETTINGS: u32 = 11 * SECTOR as u32;
const BOND: u32 = 12 * SECTOR as u32;

/// Written behind the sealing key when all of it is there.
const WHOLE: [u8; 4] = [0; 4];

type Done = Result<(), NorFlashErrorKind>;

/// Reads what is stored under this name; whether the flash did.
pub(crate) fn load(chip: &Chip<Pflash>, what: Stored, bytes: &mut [u8]) -> bool {
    matches!(chip.with(|flash| flash.read(place(what), bytes)), Some(Ok(())))
}

/// Replaces what is stored under this name; whether the flash did.
pub(crate) fn store(chip: &Chip<Pflash>, what: Stored, bytes: &[u8]) -> bool {
    matches!(chip.with(|flash| replace(flash, place(what), bytes)), Some(Ok(())))
}

/// The key that seals the device's secret, drawn at the first start: the machine has no eFuses. `None` when
/// the flash failed.
pub(crate) fn sealing_key(chip: &Chip<Pflash>, random: &Random) -> Option<[u8; 32]> {
    let (mut key, mut end) = ([0; 32], [0xff; WHOLE.len()]);
    chip.with(|flash| -> Done {
        flash.read(SEALING_KEY, &mut key)?;
        flash.read(SEALING_KEY + key.len() as u32, &mut end)?;
        if end != WHOLE {
            random.fill(&mut key);
            replace(flash, SEALING_KEY, &key)?;
            flash.write(SEALING_KEY + key.len() as u32, &WHOLE)?;
        }
        Ok(())
    })?
    .ok()?;
    Some(key)
}

fn replace(flash: &mut Pflash, at: u32, bytes: &[u8]) -> Done {
    flash.erase(at, at + SECTOR as u32)?;
    flash.write(at, bytes)
}

const fn place(what: Stored) -> u32 {
    match what {
        Stored::Secret => SECRET,
        Stored::Settings => SETTINGS,
        Stored::Bond => BOND,
    }
}
