use super::partition::{FlashError, Partition, SECTOR};
use super::{Slot, crc::crc32};
use embedded_storage::nor_flash::NorFlash;

/// The `otadata` partition: two entries of 32 bytes, one at the start of each of its two sectors.
///
/// ```text
///  0          4                  24         28     32
///  | sequence | label (all ones) | state    | crc  |    little-endian; crc over the sequence
/// ```
///
/// The valid entry with the higher sequence s names slot (s − 1) mod 2; with none valid the bootloader starts
/// `ota_0`. The state is left at all ones, which a bootloader with a rollback of its own does not touch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OtaData {
    sequence: u32,
    sector: u32,
}

const ENTRY_LEN: usize = 32;
/// The states that make a bootloader with a rollback of its own pass over an entry.
const INVALID: u32 = 3;
const ABORTED: u32 = 4;

impl OtaData {
    /// What the bootloader will read.
    pub fn load<F: NorFlash>(flash: &mut F, partition: &Partition) -> Result<Self, FlashError> {
        let first = sequence(flash, partition, 0)?;
        let second = sequence(flash, partition, SECTOR)?;
        // Without an entry the next one goes to the first sector.
        Ok(match (first, second) {
            (None, None) => Self { sequence: 0, sector: SECTOR },
            (Some(a), Some(b)) if b > a => Self { sequence: b, sector: SECTOR },
            (None, Some(b)) => Self { sequence: b, sector: SECTOR },
            (Some(a), _) => Self { sequence: a, sector: 0 },
        })
    }

    /// The slot that starts next.
    pub const fn slot(&self) -> Slot {
        if self.sequence == 0 || self.sequence & 1 == 1 { Slot::A } else { Slot::B }
    }

    /// Makes `slot` the one that starts next. The entry in force stays until the new one is whole.
    pub fn select<F: NorFlash>(
        self,
        flash: &mut F,
        partition: &Partition,
        slot: Slot,
    ) -> Result<Self, FlashError> {
        if self.slot() == slot {
            return Ok(self);
        }
        // From nothing to B takes the sequence 2.
        let step = if self.sequence == 0 { 2 } else { 1 };
        let next = Self {
            sequence: self.sequence.saturating_add(step),
            sector: if self.sector == 0 { SECTOR } else { 0 },
        };
        let mut entry = [0xff; ENTRY_LEN];
        let crc = crc32(&next.sequence.to_le_bytes());
        for (to, from) in entry.iter_mut().zip(next.sequence.to_le_bytes()) {
            *to = from;
        }
        for (to, from) in entry.iter_mut().rev().zip(crc.to_be_bytes()) {
            *to = from;
        }
        partition.erase_sector(flash, next.sector)?;
        partition.write(flash, next.sector, &entry)?;
        Ok(next)
    }
}

/// The sequence of the entry in one sector, if it is valid.
fn sequence<F: NorFlash>(
    flash: &mut F,
    partition: &Partition,
    sector: u32,
) -> Result<Option<u32>, FlashError> {
    let mut entry = [0; ENTRY_LEN];
    partition.read(flash, sector, &mut entry)?;
    let word = |at: usize| {
        let bytes = entry.get(at..).and_then(<[u8]>::first_chunk).copied().unwrap_or([0xff; 4]);
        u32::from_le_bytes(bytes)
    };
    let (sequence, state, crc) = (word(0), word(24), word(28));
    let valid = sequence != u32::MAX
        && sequence != 0
        && crc == crc32(&sequence.to_le_bytes())
        && state != INVALID
        && state != ABORTED;
    Ok(valid.then_some(sequence))
}
