//! NOR flash in memory, for tests on the host: bits only fall until their page is erased, and the power can
//! be cut at any write or erase, which then happens to a part only.
//!
//! ```text
//! Flash::new(pages) ─► cut(at, Torn) ─► the code under test ─► FlashError::PowerLost, from then on
//!                                                              └─► restart(): the bytes as they lie there
//! ```

use embedded_storage::nor_flash::{
    ErrorType, MultiwriteNorFlash, NorFlash, NorFlashError, NorFlashErrorKind, ReadNorFlash, check_erase,
    check_read, check_write,
};

/// A chip with words of 4 bytes and pages of `PAGE` bytes, as an ESP32's are with 4,096.
#[derive(Clone, Debug)]
pub struct Flash<const PAGE: usize> {
    bytes: Vec<u8>,
    operations: usize,
    cut: Option<(usize, Torn)>,
    dead: bool,
    forgetful: bool,
    damaged: bool,
    durable: Vec<u8>,
    erases: Vec<usize>,
}

/// How far an operation came when the power went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Torn {
    /// Nothing happened.
    Nothing,
    /// The first half is there, the rest is as before.
    Half,
    /// The first half is there, and one word or byte after it is neither old nor new.
    Smeared,
    /// Everything happened, but nobody was told.
    All,
}

impl Torn {
    /// Every way.
    pub const EACH: [Self; 4] = [Self::Nothing, Self::Half, Self::Smeared, Self::All];
}

impl<const PAGE: usize> Flash<PAGE> {
    /// An erased chip.
    pub fn new(pages: usize) -> Self {
        let bytes = vec![0xff; pages * PAGE];
        let durable = bytes.clone();
        let erases = vec![0; pages];
        Self {
            bytes,
            operations: 0,
            cut: None,
            dead: false,
            forgetful: false,
            damaged: false,
            durable,
            erases,
        }
    }

    /// Loses the power at the operation with this index, counted from the last start.
    #[must_use]
    pub fn cut(mut self, at: usize, torn: Torn) -> Self {
        self.cut = Some((at, torn));
        self
    }

    /// A chip that is not one: it takes writes and forgets them all when the power goes. Tests that pass on
    /// it test nothing.
    #[must_use]
    pub fn forgetful(mut self) -> Self {
        self.forgetful = true;
        self
    }

    /// The chip as it is when the power is back, operations counted from 0 again.
    #[must_use]
    pub fn restart(mut self) -> Self {
        if self.forgetful {
            self.bytes.clone_from(&self.durable);
        }
        self.durable.clone_from(&self.bytes);
        (self.operations, self.cut, self.dead) = (0, None, false);
        self
    }

    /// Writes and page erases since the last start.
    pub fn operations(&self) -> usize {
        self.operations
    }

    /// How often each page was erased.
    pub fn erases(&self) -> &[usize] {
        &self.erases
    }

    /// The bytes, to damage them. From then on a write that would raise a bit is no error: the chip does
    /// what it can, as a real one does.
    pub fn bytes_mut(&mut self) -> &mut [u8] {
        self.damaged = true;
        &mut self.bytes
    }

    /// What the next operation may do: all of it, or as much as this before the power goes.
    fn next(&mut self) -> Result<Option<Torn>, FlashError> {
        if self.dead {
            return Err(FlashError::PowerLost);
        }
        let torn = self.cut.filter(|(at, _)| *at == self.operations).map(|(_, torn)| torn);
        self.operations += 1;
        self.dead = torn.is_some();
        Ok(torn)
    }

    fn apply(&mut self, at: usize, new: &[u8], torn: Option<Torn>) -> Result<(), FlashError> {
        let done = match torn {
            None | Some(Torn::All) => new.len(),
            Some(Torn::Nothing) => 0,
            // A word is written at once.
            Some(Torn::Half | Torn::Smeared) => new.len() / 2 / Self::WRITE_SIZE * Self::WRITE_SIZE,
        };
        self.bytes[at..at + done].copy_from_slice(&new[..done]);
        if torn == Some(Torn::Smeared) {
            for (byte, new) in self.bytes[at + done..].iter_mut().zip(&new[done..]).take(Self::WRITE_SIZE) {
                // Some of the bits that change have changed.
                *byte ^= (*byte ^ new) & 0b1010_0101;
            }
        }
        if torn.is_some() { Err(FlashError::PowerLost) } else { Ok(()) }
    }
}

impl<const PAGE: usize> ErrorType for Flash<PAGE> {
    type Error = FlashError;
}

impl<const PAGE: usize> ReadNorFlash for Flash<PAGE> {
    const READ_SIZE: usize = 1;

    fn read(&mut self, offset: u32, bytes: &mut [u8]) -> Result<(), FlashError> {
        check_read(self, offset, bytes.len())?;
        if self.dead {
            return Err(FlashError::PowerLost);
        }
        bytes.copy_from_slice(&self.bytes[offset as usize..][..bytes.len()]);
        Ok(())
    }

    fn capacity(&self) -> usize {
        self.bytes.len()
    }
}

impl<const PAGE: usize> NorFlash for Flash<PAGE> {
    const WRITE_SIZE: usize = 4;
    const ERASE_SIZE: usize = PAGE;

    fn erase(&mut self, from: u32, to: u32) -> Result<(), FlashError> {
        check_erase(self, from, to)?;
        for page in (from as usize..to as usize).step_by(PAGE) {
            let torn = self.next()?;
            self.erases[page / PAGE] += 1;
            self.apply(page, &[0xff; PAGE], torn)?;
        }
        Ok(())
    }

    fn write(&mut self, offset: u32, bytes: &[u8]) -> Result<(), FlashError> {
        check_write(self, offset, bytes.len())?;
        let torn = self.next()?;
        let at = offset as usize;
        let new: Vec<u8> = self.bytes[at..].iter().zip(bytes).map(|(old, new)| old & new).collect();
        if new != bytes && !self.damaged {
            return Err(FlashError::NotErased);
        }
        self.apply(at, &new, torn)
    }
}

impl<const PAGE: usize> MultiwriteNorFlash for Flash<PAGE> {}

/// The chip did not do it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FlashError {
    /// The power went, in this operation or before it.
    PowerLost,
    /// A write would raise a bit.
    NotErased,
    /// The driver's user asked for nonsense.
    Misuse(NorFlashErrorKind),
}

impl From<NorFlashErrorKind> for FlashError {
    fn from(kind: NorFlashErrorKind) -> Self {
        Self::Misuse(kind)
    }
}

impl NorFlashError for FlashError {
    fn kind(&self) -> NorFlashErrorKind {
        match self {
            Self::Misuse(kind) => *kind,
            _ => NorFlashErrorKind::Other,
        }
    }
}
