use super::batch::{MAX_BATCH, leaf};
use super::flash::{Chip, Shared, now};
use super::{Batch, Journal, Note, merkle};
use crate::{Chain, Hash};
use core::ops::{ControlFlow, Range};
use embedded_storage::nor_flash::{MultiwriteNorFlash, NorFlash, NorFlashError, NorFlashErrorKind};
use sequential_storage::cache::NoCache;
use sequential_storage::queue::{QueueConfig, QueueStorage};
use thiserror::Error;

/// The longest payload of an entry, in bytes.
pub const MAX_ENTRY: usize = 512;
/// Priority and number.
const HEAD: usize = 9;
const BUFFER: usize = MAX_ENTRY + HEAD + 3;

/// What is shown an entry, and whether it has seen enough. A pointer, so that the walk over a ring is in flash
/// once.
type Visit<'v> = dyn FnMut(Entry<'_>) -> ControlFlow<()> + 'v;

type Ring<'f, F> = QueueStorage<Shared<'f, F>, NoCache>;

/// Records that wait for the registry.
pub struct Queue<'f, F: NorFlash> {
    chip: &'f Chip<F>,
    main: Ring<'f, F>,
    keep: Ring<'f, F>,
    journal: Journal<'f, F>,
    /// The highest number in the keep ring. What stands in the main ring up to it is a copy, or was about
    /// to be dropped.
    kept: u64,
    newest: u64,
    acknowledged: Chain,
    losses: u32,
    buffer: [u8; BUFFER],
}

/// Where things stand in flash, as byte ranges of whole pages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layout {
    /// Every record comes here first; at least two pages.
    pub main: Range<u32>,
    /// High-priority records that the main ring had no room for; at least two pages.
    pub keep: Range<u32>,
    /// The mark and the client's notes; at least two pages.
    pub journal: Range<u32>,
}

/// What happens to an entry when the main ring is full.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Priority {
    /// It is dropped, oldest first.
    Low,
    /// It is kept elsewhere while there is room for it.
    High,
}

/// One record, as it was pushed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry<'a> {
    /// Its number.
    pub seq: u64,
    /// Its priority.
    pub priority: Priority,
    /// Its bytes: the ciphertext.
    pub payload: &'a [u8],
}

impl<'a> Entry<'a> {
    fn parse(bytes: &'a [u8]) -> Option<Self> {
        let (priority, rest) = bytes.split_first()?;
        let (seq, payload) = rest.split_first_chunk()?;
        let priority = if *priority == 0 { Priority::Low } else { Priority::High };
        Some(Self { seq: u64::from_be_bytes(*seq), priority, payload })
    }

    fn write<'b>(&self, out: &'b mut [u8; BUFFER]) -> Result<&'b [u8], QueueError> {
        let (got, most) = (self.payload.len(), MAX_ENTRY);
        if got > most {
            return Err(QueueError::TooLong { got, most });
        }
        let (head, seq) = ([u8::from(self.priority == Priority::High)], self.seq.to_be_bytes());
        let bytes = head.iter().chain(&seq).chain(self.payload);
        for (to, from) in out.iter_mut().zip(bytes) {
            *to = *from;
        }
        out.get(..got.saturating_add(HEAD)).ok_or(QueueError::TooLong { got, most })
    }
}

impl<'f, F: MultiwriteNorFlash> Queue<'f, F> {
    /// Finds what the chip holds. A ring that cannot be repaired is erased and counted
    /// ([`Queue::losses`]): the numbers that it held are missing from then on.
    pub fn open(chip: &'f Chip<F>, layout: Layout) -> Result<Self, QueueError> {
        let ring = |pages: Range<u32>| {
            let page = u32::try_from(F::ERASE_SIZE).map_err(|_| QueueError::Layout)?;
            let len = pages.end.checked_sub(pages.start).ok_or(QueueError::Layout)?;
            if len < page.saturating_mul(2) {
                return Err(QueueError::Layout);
            }
            let config = QueueConfig::try_new(pages).ok_or(QueueError::Layout)?;
            Ok(QueueStorage::new(Shared::new(chip), config, NoCache::new()))
        };
        let mut queue = Self {
            chip,
            main: ring(layout.main)?,
            keep: ring(layout.keep)?,
            journal: Journal::open(chip, layout.journal)?,
            kept: 0,
            newest: 0,
            acknowledged: Chain::default(),
            losses: 0,
            buffer: [0; BUFFER],
        };
        queue.acknowledged = queue.mark()?;
        queue.kept = highest(&mut queue.keep, &mut queue.buffer, &mut queue.losses)?;
        let in_main = highest(&mut queue.main, &mut queue.buffer, &mut queue.losses)?;
        queue.newest = in_main.max(queue.kept).max(queue.acknowledged.counter());
        Ok(queue)
    }

    /// Stores an entry; when this returns, no power cut loses it. Numbers must rise, and may skip.
    pub fn push(&mut self, priority: Priority, seq: u64, payload: &[u8]) -> Result<(), QueueError> {
        if seq <= self.newest {
            return Err(QueueError::NotRising { got: seq, newest: self.newest });
        }
        let entry = Entry { seq, priority, payload };
        let bytes = entry.write(&mut self.buffer)?;
        match now(self.main.push(bytes, false)).ok_or(QueueError::Stuck)? {
            Ok(()) => {}
            Err(sequential_storage::Error::FullStorage) => {
                self.save_high()?;
                let bytes = entry.write(&mut self.buffer)?;
                now(self.main.push(bytes, true)).ok_or(QueueError::Stuck)??;
            }
            Err(error) => {
                match error.into() {
                    QueueError::Corrupted => {}
                    error => return Err(error),
                }
                self.losses = self.losses.saturating_add(1);
                now(self.main.erase_all()).ok_or(QueueError::Stuck)??;
                now(self.main.push(bytes, false)).ok_or(QueueError::Stuck)??;
            }
        }
        self.newest = seq;
        Ok(())
    }

    /// The next entries that wait, at most `limit` and [`super::MAX_BATCH`]; empty when none does.
    pub fn batch(&mut self, limit: usize) -> Result<Batch, QueueError> {
        self.batch_to(u64::MAX, limit)
    }

    /// The entries that wait, up to the number `last`: the same batch again after a restart.
    pub fn batch_to(&mut self, last: u64, limit: usize) -> Result<Batch, QueueError> {
        let mut batch = Batch::after(self.acknowledged.counter());
        self.waiting(|entry| {
            if entry.seq > last || batch.leaves().len() >= limit || !batch.add(entry.seq, entry.payload) {
                return ControlFlow::Break(());
            }
            ControlFlow::Continue(())
        })?;
        Ok(batch)
    }

    /// Whether the entries that wait, up to the number `last` and with it, end with a batch of this root, of
    /// whatever length.
    pub fn ends_with(&mut self, last: u64, root: &Hash) -> Result<bool, QueueError> {
        let mut leaves = [[0; 32]; MAX_BATCH];
        let (mut newest, mut count) = (0, 0_usize);
        self.waiting(|entry| {
            if entry.seq > last {
                return ControlFlow::Break(());
            }
            leaves.rotate_left(1);
            if let Some(place) = leaves.last_mut() {
                *place = leaf(entry.payload);
            }
            (newest, count) = (entry.seq, count.saturating_add(1));
            ControlFlow::Continue(())
        })?;
        let known = leaves.get(MAX_BATCH.saturating_sub(count)..).unwrap_or_default();
        Ok(newest == last
            && (0..known.len())
                .any(|from| known.get(from..).is_some_and(|leaves| merkle::root(leaves) == *root)))
    }

    /// Shows the entries that wait, oldest first, until `visit` breaks.
    pub fn waiting(&mut self, mut visit: impl FnMut(Entry<'_>) -> ControlFlow<()>) -> Result<(), QueueError> {
        self.visit_waiting(&mut visit)
    }

    fn visit_waiting(&mut self, visit: &mut Visit<'_>) -> Result<(), QueueError> {
        let mark = self.acknowledged.counter();
        let kept = self.kept;
        let above = |floor: u64, entry: &Entry<'_>| entry.seq > floor.max(mark);
        let mut last = 0;
        let mut broken = false;
        each(&mut self.keep, &mut self.buffer, &mut |entry| {
            if above(last, &entry) {
                last = entry.seq;
                broken = visit(entry).is_break();
            }
            if broken { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        })?;
        if broken {
            return Ok(());
        }
        each(&mut self.main, &mut self.buffer, &mut |entry| {
            if above(kept, &entry) { visit(entry) } else { ControlFlow::Continue(()) }
        })
    }

    /// The registry holds everything up to `chain`'s counter, and `chain`'s hash as the vehicle's last. One
    /// write makes it so; the entries are removed after it, except the newest. A mark never falls.
    pub fn acknowledge(&mut self, chain: Chain) -> Result<(), QueueError> {
        if chain.counter() < self.acknowledged.counter() {
            return Ok(());
        }
        self.journal.write(Note::Acknowledged, &chain.to_bytes())?;
        self.acknowledged = chain;
        self.newest = self.newest.max(chain.counter());
        let (mark, newest) = (chain.counter(), self.newest);
        let done = |entry: &Entry<'_>| entry.seq <= mark && entry.seq != newest;
        remove(&mut self.keep, &mut self.buffer, &done)?;
        remove(&mut self.main, &mut self.buffer, &done)
    }

    /// What the registry is known to hold.
    pub const fn acknowledged(&self) -> Chain {
        self.acknowledged
    }

    /// The highest number ever pushed or acknowledged; 0 when none was.
    pub const fn newest(&self) -> u64 {
        self.newest
    }

    /// The newest entry's bytes into `out`; `None` when the flash holds none. A record chain goes on from it.
    pub fn newest_payload<'b>(&mut self, out: &'b mut [u8]) -> Result<Option<&'b [u8]>, QueueError> {
        let newest = self.newest;
        let mut len = None;
        let mut copy = |entry: Entry<'_>| {
            if entry.seq == newest
                && let Some(place) = out.get_mut(..entry.payload.len())
            {
                place.copy_from_slice(entry.payload);
                len = Some(entry.payload.len());
            }
            ControlFlow::Continue(())
        };
        each(&mut self.keep, &mut self.buffer, &mut copy)?;
        each(&mut self.main, &mut self.buffer, &mut copy)?;
        Ok(len.and_then(|len| out.get(..len)))
    }

    /// How many rings or journals had to be erased since the start because nothing in them was readable.
    pub const fn losses(&self) -> u32 {
        self.losses
    }

    /// The client's notes.
    pub const fn journal(&mut self) -> &mut Journal<'f, F> {
        &mut self.journal
    }

    fn mark(&mut self) -> Result<Chain, QueueError> {
        let stored = match self.journal.read(Note::Acknowledged) {
            Ok(stored) => stored.and_then(|bytes| bytes.try_into().ok()).map(Chain::from_bytes),
            Err(QueueError::Corrupted) => {
                self.losses = self.losses.saturating_add(1);
                self.journal.erase()?;
                None
            }
            Err(error) => return Err(error),
        };
        Ok(stored.unwrap_or_default())
    }

    /// Copies what must not be dropped out of the main ring's oldest page, which the next push erases.
    fn save_high(&mut self) -> Result<(), QueueError> {
        let page = u32::try_from(F::ERASE_SIZE).map_err(|_| QueueError::Layout)?;
        let mark = self.acknowledged.counter();
        let chip = self.chip;
        let mut entries = now(self.main.iter()).ok_or(QueueError::Stuck)??;
        let mut oldest = None;
        loop {
            let Some(entry) = now(entries.next(&mut self.buffer)).ok_or(QueueError::Stuck)?? else { break };
            let bytes = entry.into_buf();
            let at = chip.last_read().checked_div(page);
            if *oldest.get_or_insert(at) != at {
                break;
            }
            let Some(entry) = Entry::parse(bytes) else { continue };
            if entry.priority == Priority::High && entry.seq > self.kept.max(mark) {
                now(self.keep.push(bytes, true)).ok_or(QueueError::Stuck)??;
                self.kept = entry.seq;
            }
        }
        Ok(())
    }
}

/// Shows a ring's entries, oldest first, until `visit` breaks.
fn each<F: MultiwriteNorFlash>(
    ring: &mut Ring<'_, F>,
    buffer: &mut [u8; BUFFER],
    visit: &mut Visit<'_>,
) -> Result<(), QueueError> {
    let mut entries = now(ring.iter()).ok_or(QueueError::Stuck)??;
    while let Some(entry) = now(entries.next(buffer)).ok_or(QueueError::Stuck)?? {
        if Entry::parse(&entry).is_some_and(|entry| visit(entry).is_break()) {
            break;
        }
    }
    Ok(())
}

/// Removes the entries that are `done`.
fn remove<F: MultiwriteNorFlash>(
    ring: &mut Ring<'_, F>,
    buffer: &mut [u8; BUFFER],
    done: &dyn Fn(&Entry<'_>) -> bool,
) -> Result<(), QueueError> {
    let mut entries = now(ring.iter()).ok_or(QueueError::Stuck)??;
    while let Some(entry) = now(entries.next(buffer)).ok_or(QueueError::Stuck)?? {
        if !Entry::parse(&entry).is_none_or(|entry| done(&entry)) {
            break;
        }
        now(entry.pop()).ok_or(QueueError::Stuck)??;
    }
    Ok(())
}

/// The highest number in a ring. One that cannot be read is erased and counted.
fn highest<F: MultiwriteNorFlash>(
    ring: &mut Ring<'_, F>,
    buffer: &mut [u8; BUFFER],
    losses: &mut u32,
) -> Result<u64, QueueError> {
    let mut highest = 0;
    let read = each(ring, buffer, &mut |entry| {
        highest = entry.seq.max(highest);
        ControlFlow::Continue(())
    });
    match read {
        Err(QueueError::Corrupted) => {
            *losses = losses.saturating_add(1);
            now(ring.erase_all()).ok_or(QueueError::Stuck)??;
            Ok(0)
        }
        read => read.map(|()| highest),
    }
}

/// The entry is not stored, or nothing is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum QueueError {
    /// The chip's driver failed.
    #[error("the flash chip failed: {0:?}")]
    Flash(NorFlashErrorKind),
    /// What the flash holds makes no sense, and could not be repaired.
    #[error("the flash holds what nobody wrote")]
    Corrupted,
    /// The ranges are not whole pages of the chip, or fewer than two.
    #[error("a ring needs two whole pages at least")]
    Layout,
    /// The value is longer than any may be.
    #[error("{got} bytes are more than {most}")]
    TooLong {
        /// The value's length, in bytes.
        got: usize,
        /// In bytes.
        most: usize,
    },
    /// The number was used already.
    #[error("entry {got} does not come after {newest}")]
    NotRising {
        /// The entry's number.
        got: u64,
        /// The newest number used.
        newest: u64,
    },
    /// No page is free.
    #[error("there is no room in flash")]
    Full,
    /// The driver waits where it must not.
    #[error("the flash driver did not finish")]
    Stuck,
}

impl<E: NorFlashError> From<sequential_storage::Error<E>> for QueueError {
    fn from(error: sequential_storage::Error<E>) -> Self {
        use sequential_storage::Error;
        match error {
            Error::Storage { value } => Self::Flash(value.kind()),
            Error::FullStorage => Self::Full,
            Error::ItemTooBig => Self::TooLong { got: usize::MAX, most: MAX_ENTRY },
            // The buffers hold whatever this crate wrote, so that anything longer is not ours.
            _ => Self::Corrupted,
        }
    }
}
