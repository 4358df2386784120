use super::Slot;
use embedded_storage::nor_flash::{NorFlash, NorFlashError, NorFlashErrorKind};
use thiserror::Error;

/// The bytes that an erase clears, and what every partition is a multiple of.
pub const SECTOR: u32 = 4096;

/// A stretch of flash.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Partition {
    /// Its first byte, from the start of the flash; a multiple of [`SECTOR`].
    pub offset: u32,
    /// Its length in bytes; a multiple of [`SECTOR`].
    pub length: u32,
}

impl Partition {
    pub(super) fn read<F: NorFlash>(
        &self,
        flash: &mut F,
        at: u32,
        bytes: &mut [u8],
    ) -> Result<(), FlashError> {
        let from = self.range(at, bytes.len())?;
        Ok(flash.read(from, bytes).map_err(kind)?)
    }

    pub(super) fn write<F: NorFlash>(&self, flash: &mut F, at: u32, bytes: &[u8]) -> Result<(), FlashError> {
        let from = self.range(at, bytes.len())?;
        Ok(flash.write(from, bytes).map_err(kind)?)
    }

    pub(super) fn erase_sector<F: NorFlash>(&self, flash: &mut F, at: u32) -> Result<(), FlashError> {
        let from = self.range(at, usize::try_from(SECTOR).unwrap_or(usize::MAX))?;
        Ok(flash.erase(from, from.saturating_add(SECTOR)).map_err(kind)?)
    }

    /// The place in the flash of `length` bytes at `at`, all of which lie inside.
    fn range(&self, at: u32, length: usize) -> Result<u32, FlashError> {
        let length = u32::try_from(length).map_err(|_| FlashError::OutOfPartition)?;
        let end = at.checked_add(length).ok_or(FlashError::OutOfPartition)?;
        if end > self.length {
            return Err(FlashError::OutOfPartition);
        }
        self.offset.checked_add(at).ok_or(FlashError::OutOfPartition)
    }
}

/// Where the partitions lie: the same numbers as in the partition table that is flashed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Layout {
    /// The bootloader's choice, two sectors.
    pub otadata: Partition,
    /// The journal of trials, two sectors.
    pub journal: Partition,
    /// `ota_0`.
    pub a: Partition,
    /// `ota_1`.
    pub b: Partition,
}

impl Layout {
    /// The partition of a slot.
    pub const fn slot(&self, slot: Slot) -> &Partition {
        match slot {
            Slot::A => &self.a,
            Slot::B => &self.b,
        }
    }
}

/// The flash did not do what it was told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum FlashError {
    /// The driver's own error.
    #[error("flash failed: {0:?}")]
    Driver(NorFlashErrorKind),
    /// The place is outside the partition: the layout does not fit the code.
    #[error("the place lies outside its partition")]
    OutOfPartition,
}

impl From<NorFlashErrorKind> for FlashError {
    fn from(kind: NorFlashErrorKind) -> Self {
        Self::Driver(kind)
    }
}

fn kind<E: NorFlashError>(error: E) -> NorFlashErrorKind {
    error.kind()
}
