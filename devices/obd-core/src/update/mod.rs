//! Updates over the air: two slots, one of which runs while the other is written.
//!
//! ```text
//!  release key ── signs ──► Manifest ‖ image
//!  Download ─► Installer::begin ─ signature, version ─► write… ─► finish ─ hash as it lies in flash ─► Journal: trial
//!                                                                                       ─► OtaData: other slot
//!  start ─► raise ─┬─ trial, tried less than MAX_ATTEMPTS times ─► counter + 1, go on
//!                  └─ tried that often ─► OtaData: back to the other slot ─► reset
//!  self-test passed and an upload acknowledged ─► confirm ─► the version is the floor of all later ones
//! ```
//!
//! The bootloader is Espressif's as it comes, which knows nothing of trials: it starts the slot that the
//! `otadata` partition names. [`raise`] is the first thing the firmware does, before the radio and the bus.
//! An image that dies before that first instruction is beyond this scheme and needs a cable.
//!
//! Every step is a write that is whole or ignored, so that a cut at any of them leaves a slot that starts.

mod crc;
mod download;
mod install;
mod journal;
mod manifest;
mod otadata;
mod partition;
#[cfg(test)]
mod tests;
mod trial;
mod version;

pub use download::{Download, DownloadError};
pub use install::{InstallError, Installed, Installer, Running};
pub use journal::{Journal, State, Trial};
pub use manifest::{Board, MANIFEST_LEN, Manifest, ManifestError};
pub use otadata::OtaData;
pub use partition::{FlashError, Layout, Partition, SECTOR};
pub use trial::{Checks, MAX_ATTEMPTS, Standing, confirm, raise, reject};
pub use version::version;

/// One of the two partitions that hold firmware.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Slot {
    /// The partition `ota_0`, where a cable puts the first image.
    A,
    /// The partition `ota_1`.
    B,
}

impl Slot {
    /// The one that does not run.
    #[must_use]
    pub const fn other(self) -> Self {
        match self {
            Self::A => Self::B,
            Self::B => Self::A,
        }
    }
}
