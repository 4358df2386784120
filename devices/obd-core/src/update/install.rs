use super::journal::{Journal, Trial};
use super::partition::{FlashError, Layout, Partition, SECTOR};
use super::{Board, MANIFEST_LEN, Manifest, ManifestError, OtaData, Slot};
use crate::Address;
use embedded_storage::nor_flash::NorFlash;
use sha3::{Digest as _, Keccak256};
use thiserror::Error;

/// The bytes that are written at once.
const BLOCK: usize = 256;

/// Writes an image into the slot that does not run, as it arrives, and puts it on trial.
///
/// It holds one block of 256 bytes. An installer that is dropped leaves the running slot in force; the next
/// one begins again.
pub struct Installer<'a, F> {
    flash: &'a mut F,
    layout: Layout,
    journal: Journal,
    manifest: Manifest,
    slot: Slot,
    block: [u8; BLOCK],
    filled: usize,
    written: u32,
}

impl<'a, F: NorFlash> Installer<'a, F> {
    /// Checks the manifest: signed by one of `keys`, for the board of `running`, newer than it and than all
    /// that proved themselves, not the one that failed last, and short enough.
    pub fn begin(
        flash: &'a mut F,
        layout: Layout,
        keys: &[Address],
        running: Running,
        manifest: &[u8; MANIFEST_LEN],
    ) -> Result<Self, InstallError> {
        let manifest = Manifest::open(manifest, keys)?;
        if manifest.board != running.board {
            return Err(InstallError::OtherBoard { got: manifest.board, this: running.board });
        }
        let journal = Journal::load(flash, layout.journal)?;
        let state = journal.state();
        if state.trial.is_some() {
            return Err(InstallError::OnTrial);
        }
        let floor = state.floor.max(running.version);
        if manifest.version <= floor {
            return Err(InstallError::NotNewer { got: manifest.version, floor });
        }
        if manifest.version == state.failed {
            return Err(InstallError::FailedBefore { version: manifest.version });
        }
        let slot = running.slot.other();
        let room = layout.slot(slot).length;
        if manifest.length == 0 || manifest.length > room {
            return Err(InstallError::Size { got: manifest.length, room });
        }
        Ok(Self { flash, layout, journal, manifest, slot, block: [0xff; BLOCK], filled: 0, written: 0 })
    }

    /// Takes the next bytes of the image, any number of them.
    pub fn write(&mut self, bytes: &[u8]) -> Result<(), InstallError> {
        for byte in bytes {
            if let Some(place) = self.block.get_mut(self.filled) {
                *place = *byte;
                self.filled = self.filled.saturating_add(1);
            }
            if self.filled == BLOCK {
                self.flush()?;
            }
        }
        Ok(())
    }

    /// Reads the image back, compares it with the manifest, and lets the bootloader start it next.
    pub fn finish(mut self) -> Result<Installed, InstallError> {
        let got = self.written.saturating_add(u32::try_from(self.filled).unwrap_or(u32::MAX));
        if got != self.manifest.length {
            return Err(InstallError::Length { got, signed: self.manifest.length });
        }
        if self.filled > 0 {
            self.flush()?;
        }
        if hash(self.flash, self.layout.slot(self.slot), self.manifest.length)? != self.manifest.hash {
            return Err(InstallError::Corrupt);
        }
        let (slot, version) = (self.slot, self.manifest.version);
        let mut state = self.journal.state();
        state.trial = Some(Trial { slot, version, attempts: 0 });
        self.journal.append(self.flash, state)?;
        OtaData::load(self.flash, &self.layout.otadata)?.select(self.flash, &self.layout.otadata, slot)?;
        Ok(Installed { slot, version })
    }

    /// Writes the block, filled up with ones, and erases each sector when its first block comes.
    fn flush(&mut self) -> Result<(), InstallError> {
        if self.written >= self.manifest.length {
            let got = self.written.saturating_add(1);
            return Err(InstallError::Length { got, signed: self.manifest.length });
        }
        let partition = self.layout.slot(self.slot);
        if self.written.is_multiple_of(SECTOR) {
            partition.erase_sector(self.flash, self.written)?;
        }
        partition.write(self.flash, self.written, &self.block)?;
        self.written = self.written.saturating_add(u32::try_from(BLOCK).unwrap_or(u32::MAX));
        self.block = [0xff; BLOCK];
        self.filled = 0;
        Ok(())
    }
}

/// The image that runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Running {
    /// What it runs on.
    pub board: Board,
    /// Where it lies.
    pub slot: Slot,
    /// Its version.
    pub version: u32,
}

/// An image that the bootloader starts next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Installed {
    /// Where it lies.
    pub slot: Slot,
    /// Its version.
    pub version: u32,
}

fn hash<F: NorFlash>(flash: &mut F, partition: &Partition, length: u32) -> Result<[u8; 32], FlashError> {
    let mut hasher = Keccak256::new();
    let mut block = [0; BLOCK];
    let mut at = 0;
    while at < length {
        partition.read(flash, at, &mut block)?;
        let left = usize::try_from(length.saturating_sub(at)).unwrap_or(BLOCK).min(BLOCK);
        hasher.update(block.get(..left).unwrap_or_default());
        at = at.saturating_add(u32::try_from(BLOCK).unwrap_or(u32::MAX));
    }
    Ok(hasher.finalize().into())
}

/// Why an update is not installed. The image that runs stays in force.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum InstallError {
    /// The manifest is not one, or not signed by a release key.
    #[error(transparent)]
    Manifest(#[from] ManifestError),
    /// The image is for other hardware.
    #[error("the image is for {got:?}, this is {this:?}")]
    OtherBoard {
        /// The manifest's.
        got: Board,
        /// This one.
        this: Board,
    },
    /// The image that runs has to prove itself first: the other slot is what it would go back to.
    #[error("the running image is on trial; nothing is installed before it has proved itself")]
    OnTrial,
    /// The version does not rise.
    #[error("version {got} is not above {floor}")]
    NotNewer {
        /// The manifest's.
        got: u32,
        /// The highest that runs or has proved itself.
        floor: u32,
    },
    /// This version was installed and went back.
    #[error("version {version} failed its trial on this device")]
    FailedBefore {
        /// The manifest's.
        version: u32,
    },
    /// The image does not fit the slot, or is empty.
    #[error("{got} bytes do not fit a slot of {room}")]
    Size {
        /// In bytes.
        got: u32,
        /// In bytes.
        room: u32,
    },
    /// Fewer or more bytes came than the manifest says.
    #[error("{got} bytes came, {signed} are signed")]
    Length {
        /// In bytes.
        got: u32,
        /// In bytes.
        signed: u32,
    },
    /// What lies in flash is not what was signed.
    #[error("the image in flash is not the one that was signed")]
    Corrupt,
    /// The flash failed.
    #[error(transparent)]
    Flash(#[from] FlashError),
}
