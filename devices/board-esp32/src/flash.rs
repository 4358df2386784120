//! The partitions, as `devices/partitions.csv` lays them out, and the flash behind them.

use embedded_storage::nor_flash::{ErrorType, NorFlash, ReadNorFlash};
use esp_bootloader_esp_idf::partitions::{PARTITION_TABLE_MAX_LEN, read_partition_table};
use esp_storage::{FlashStorage, FlashStorageError};
use obd_core::provision::Stored;
use obd_core::queue::{self, Chip};
use obd_core::update::{Layout, Partition, SECTOR, Slot};

/// What the update needs of the flash.
pub const LAYOUT: Layout = Layout {
    otadata: Partition { offset: 0x9000, length: 0x2000 },
    journal: Partition { offset: 0xb000, length: 0x2000 },
    a: Partition { offset: 0x1_0000, length: 0x1c_0000 },
    b: Partition { offset: 0x1d_0000, length: 0x1c_0000 },
};

/// Where records wait for the network.
pub const QUEUE: queue::Layout =
    queue::Layout { main: 0x39_0000..0x3e_0000, keep: 0x3e_0000..0x3f_e000, journal: 0x3f_e000..0x40_0000 };

const VAULT: u32 = 0xd000;
const SETTINGS: u32 = 0xe000;
const BOND: u32 = 0xf000;

/// Where the sealing key lies when the eFuses hold none: in the vault's sector, behind the secret.
const SOFT_SEALING_KEY: u32 = VAULT + SECTOR / 2;

/// The flash of the chip.
pub type Flash = Chip<FlashStorage<'static>>;

/// A handle on the flash that borrows it for one operation at a time, for work that waits in between.
pub struct Handle(pub &'static Flash);

impl ErrorType for Handle {
    type Error = FlashStorageError;
}

impl ReadNorFlash for Handle {
    const READ_SIZE: usize = <FlashStorage<'_> as ReadNorFlash>::READ_SIZE;

    fn read(&mut self, offset: u32, bytes: &mut [u8]) -> Result<(), FlashStorageError> {
        self.0.with(|flash| ReadNorFlash::read(flash, offset, bytes)).unwrap_or(BUSY)
    }

    fn capacity(&self) -> usize {
        self.0.with(|flash| ReadNorFlash::capacity(flash)).unwrap_or_default()
    }
}

impl NorFlash for Handle {
    const WRITE_SIZE: usize = <FlashStorage<'_> as NorFlash>::WRITE_SIZE;
    const ERASE_SIZE: usize = <FlashStorage<'_> as NorFlash>::ERASE_SIZE;

    fn erase(&mut self, from: u32, to: u32) -> Result<(), FlashStorageError> {
        self.0.with(|flash| NorFlash::erase(flash, from, to)).unwrap_or(BUSY)
    }

    fn write(&mut self, offset: u32, bytes: &[u8]) -> Result<(), FlashStorageError> {
        self.0.with(|flash| NorFlash::write(flash, offset, bytes)).unwrap_or(BUSY)
    }
}

/// Nobody holds the flash while another task runs, so this does not come.
const BUSY: Result<(), FlashStorageError> = Err(FlashStorageError::IoError);

/// The records on it.
pub type Queue = queue::Queue<'static, FlashStorage<'static>>;

/// The slot that runs, as the chip's memory map shows it.
pub fn running(chip: &Flash) -> Slot {
    let mut table = [0; PARTITION_TABLE_MAX_LEN];
    let booted = chip.with(|flash| {
        let table = read_partition_table(flash, &mut table).ok()?;
        Some(table.booted_partition().ok()??.offset())
    });
    if booted.flatten() == Some(LAYOUT.b.offset) { Slot::B } else { Slot::A }
}

/// Reads what provisioning stored; whether the flash did.
pub fn load(chip: &Flash, what: Stored, bytes: &mut [u8]) -> bool {
    done(chip.with(|flash| ReadNorFlash::read(flash, place(what), bytes)))
}

/// Replaces what provisioning stored; whether the flash did.
pub fn store(chip: &Flash, what: Stored, bytes: &[u8]) -> bool {
    done(chip.with(|flash| replace(flash, what, bytes)))
}

/// The sealing key of a chip whose eFuses hold none; `fresh` the first time.
pub fn soft_sealing_key(chip: &Flash, fresh: [u8; 32]) -> [u8; 32] {
    chip.with(|flash| sealing_key(flash, fresh)).and_then(Result::ok).unwrap_or(fresh)
}

// Generic, because the driver's own `write` erases and moves whole sectors.

fn replace<F: NorFlash>(flash: &mut F, what: Stored, bytes: &[u8]) -> Result<(), F::Error> {
    let at = place(what);
    let mut key = [0xff; 32];
    if what == Stored::Secret {
        flash.read(SOFT_SEALING_KEY, &mut key)?;
    }
    flash.erase(at, at + SECTOR)?;
    if what == Stored::Secret {
        flash.write(SOFT_SEALING_KEY, &key)?;
    }
    flash.write(at, bytes)
}

fn sealing_key<F: NorFlash>(flash: &mut F, fresh: [u8; 32]) -> Result<[u8; 32], F::Error> {
    let mut key = [0xff; 32];
    flash.read(SOFT_SEALING_KEY, &mut key)?;
    if key == [0xff; 32] {
        key = fresh;
        flash.write(SOFT_SEALING_KEY, &key)?;
    }
    Ok(key)
}

fn done(result: Option<Result<(), FlashStorageError>>) -> bool {
    matches!(result, Some(Ok(())))
}

const fn place(what: Stored) -> u32 {
    match what {
        Stored::Secret => VAULT,
        Stored::Settings => SETTINGS,
        Stored::Bond => BOND,
    }
}
