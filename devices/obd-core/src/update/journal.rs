use super::partition::{FlashError, Partition, SECTOR};
use super::{Slot, crc::crc32};
use embedded_storage::nor_flash::NorFlash;

/// What is remembered from start to start.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct State {
    /// The slot on trial with the version in it and how often it was started; none when the image that runs
    /// has proved itself.
    pub trial: Option<Trial>,
    /// The highest version that has proved itself. Nothing below or equal is installed any more.
    pub floor: u32,
    /// The last version that failed its trial. It is not installed again; a later one is.
    pub failed: u32,
}

/// An image that has yet to prove itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Trial {
    /// Where it lies.
    pub slot: Slot,
    /// Its version.
    pub version: u32,
    /// How often it was started.
    pub attempts: u8,
}

/// A log of [`State`]s in two sectors: the newest whole entry counts.
///
/// ```text
///  0       4        8       12       16            20          24       28     32
///  | magic | number | floor | failed | trial.version | slot, attempts | ones | crc |   little-endian
/// ```
///
/// Entries are only appended; a sector that is full is left alone until the other one is full too. A cut
/// leaves an entry whose crc is wrong: it is passed over, and so is its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Journal {
    partition: Partition,
    state: State,
    number: u32,
    next: u32,
}

const ENTRY_LEN: usize = 32;
const ENTRY_STEP: u32 = 32;
const MAGIC: u32 = u32::from_le_bytes(*b"AUCj");
const NO_TRIAL: u8 = 0xff;

impl Journal {
    /// Reads all of the two sectors.
    pub fn load<F: NorFlash>(flash: &mut F, partition: Partition) -> Result<Self, FlashError> {
        let mut journal = Self { partition, state: State::default(), number: 0, next: 0 };
        let mut at = 0;
        let mut newest = None;
        while at < SECTOR.saturating_mul(2) {
            let mut bytes = [0; ENTRY_LEN];
            partition.read(flash, at, &mut bytes)?;
            if let Some((number, state)) = decode(&bytes)
                && newest.is_none_or(|(newest, _)| number > newest)
            {
                newest = Some((number, at));
                (journal.number, journal.state) = (number, state);
            }
            at = at.saturating_add(ENTRY_STEP);
        }
        if let Some((_, at)) = newest {
            journal.next = journal.blank_after(flash, at.saturating_add(ENTRY_STEP))?;
        }
        Ok(journal)
    }

    /// The state in force.
    pub const fn state(&self) -> State {
        self.state
    }

    /// Puts a new state in force, or leaves the old one in force.
    pub fn append<F: NorFlash>(&mut self, flash: &mut F, state: State) -> Result<(), FlashError> {
        let number = self.number.saturating_add(1);
        if self.next.is_multiple_of(SECTOR) {
            self.partition.erase_sector(flash, self.next)?;
        }
        // Whatever comes of the write, this place is used.
        let at = self.next;
        self.next = after(at);
        self.partition.write(flash, at, &encode(number, &state))?;
        (self.number, self.state) = (number, state);
        Ok(())
    }

    /// The first place from `at` to the end of its sector that was never written, or the other sector.
    fn blank_after<F: NorFlash>(&self, flash: &mut F, mut at: u32) -> Result<u32, FlashError> {
        while !at.is_multiple_of(SECTOR) {
            let mut bytes = [0; ENTRY_LEN];
            self.partition.read(flash, at, &mut bytes)?;
            if bytes.iter().all(|byte| *byte == 0xff) {
                return Ok(at);
            }
            at = at.saturating_add(ENTRY_STEP);
        }
        Ok(wrapped(at))
    }
}

fn after(at: u32) -> u32 {
    wrapped(at.saturating_add(ENTRY_STEP))
}

fn wrapped(at: u32) -> u32 {
    if at >= SECTOR.saturating_mul(2) { 0 } else { at }
}

fn encode(number: u32, state: &State) -> [u8; ENTRY_LEN] {
    let (version, slot, attempts) = match state.trial {
        None => (0, NO_TRIAL, 0),
        Some(Trial { slot: Slot::A, version, attempts }) => (version, 0, attempts),
        Some(Trial { slot: Slot::B, version, attempts }) => (version, 1, attempts),
    };
    let tail = u32::from_le_bytes([slot, attempts, 0xff, 0xff]);
    let words = [MAGIC, number, state.floor, state.failed, version, tail, u32::MAX];
    let mut bytes = [0xff; ENTRY_LEN];
    for (to, word) in bytes.chunks_exact_mut(4).zip(words) {
        to.copy_from_slice(&word.to_le_bytes());
    }
    if let Some((content, crc)) = bytes.split_last_chunk_mut::<4>() {
        *crc = crc32(content).to_le_bytes();
    }
    bytes
}

fn decode(bytes: &[u8; ENTRY_LEN]) -> Option<(u32, State)> {
    let (content, crc) = bytes.split_last_chunk::<4>()?;
    if u32::from_le_bytes(*crc) != crc32(content) {
        return None;
    }
    let mut words = content.chunks_exact(4).map(|word| {
        let mut le = [0; 4];
        le.copy_from_slice(word);
        u32::from_le_bytes(le)
    });
    if words.next()? != MAGIC {
        return None;
    }
    let (number, floor, failed, version) = (words.next()?, words.next()?, words.next()?, words.next()?);
    let [slot, attempts, ..] = words.next()?.to_le_bytes();
    let slot = match slot {
        0 => Some(Slot::A),
        1 => Some(Slot::B),
        NO_TRIAL => None,
        _ => return None,
    };
    let trial = slot.map(|slot| Trial { slot, version, attempts });
    Some((number, State { trial, floor, failed }))
}
