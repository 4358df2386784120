use super::flash::{Chip, Shared, now};
use super::ring::QueueError;
use core::ops::Range;
use embedded_storage::nor_flash::NorFlash;
use sequential_storage::cache::NoCache;
use sequential_storage::map::{MapConfig, MapStorage};

/// Room for the longest note, its key and the flash word's padding.
const BUFFER: usize = 520;

/// Small values that must outlive a power cut; writing one replaces it at once or not at all.
pub struct Journal<'f, F: NorFlash> {
    map: MapStorage<u8, Shared<'f, F>, NoCache>,
    buffer: [u8; BUFFER],
}

/// The values that the journal keeps. The numbers are those in flash and never change meaning.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Note {
    /// The last counter that the registry holds and the vehicle's last hash ([`crate::Chain`]).
    Acknowledged,
    /// The upload under way.
    Pending,
    /// What was spent today.
    Spending,
    /// What the car is remembered by ([`crate::poll::Memory`]).
    Car,
}

impl Note {
    const fn key(self) -> u8 {
        match self {
            Self::Acknowledged => 0,
            Self::Pending => 1,
            Self::Spending => 2,
            Self::Car => 3,
        }
    }
}

impl<'f, F: NorFlash> Journal<'f, F> {
    /// The longest value, in bytes.
    pub const MAX: usize = 512;

    /// On `pages` of the chip, at least two, in bytes.
    pub fn open(chip: &'f Chip<F>, pages: Range<u32>) -> Result<Self, QueueError> {
        let config = MapConfig::try_new(pages).ok_or(QueueError::Layout)?;
        Ok(Self { map: MapStorage::new(Shared::new(chip), config, NoCache::new()), buffer: [0; BUFFER] })
    }

    /// The value as last written; `None` when there is none.
    pub fn read(&mut self, note: Note) -> Result<Option<&[u8]>, QueueError> {
        let key = note.key();
        let read = self.map.fetch_item::<&[u8]>(&mut self.buffer, &key);
        Ok(now(read).ok_or(QueueError::Stuck)??)
    }

    /// Replaces the value. A journal too damaged to take it is erased first and keeps this value alone.
    pub fn write(&mut self, note: Note, value: &[u8]) -> Result<(), QueueError> {
        if value.len() > Self::MAX {
            return Err(QueueError::TooLong { got: value.len(), most: Self::MAX });
        }
        match self.store(note, value) {
            Err(QueueError::Corrupted | QueueError::Full) => {
                self.erase()?;
                self.store(note, value)
            }
            done => done,
        }
    }

    fn store(&mut self, note: Note, value: &[u8]) -> Result<(), QueueError> {
        Ok(now(self.map.store_item(&mut self.buffer, &note.key(), &value)).ok_or(QueueError::Stuck)??)
    }

    /// Forgets everything, for a journal that cannot be read any more.
    pub(super) fn erase(&mut self) -> Result<(), QueueError> {
        Ok(now(self.map.erase_all()).ok_or(QueueError::Stuck)??)
    }
}
