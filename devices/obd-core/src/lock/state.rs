use crate::bytes::{Pack, Unpack};
use crate::{Address, keccak256};

/// The length of a stored state.
pub const STATE_LEN: usize = 112;

/// What a lock remembers. All zero before the first tenure.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct State {
    /// The key epoch; never falls.
    pub epoch: u32,
    /// The block of the last tenure; only rises.
    pub block: u64,
    /// The owner in this epoch.
    pub owner: Address,
    /// When the tenure ends, in seconds since the epoch of Unix; 0 when a clock that went back ended it.
    pub until: u64,
    /// The latest time that was seen.
    pub latest: u64,
    /// What is added to the clock: a lock whose clock restarted learns the time from the next tenure.
    pub offset: u64,
    /// Whose signature starts the car when the tenure has run out; zero for nobody's.
    pub recovery: Address,
}

impl State {
    /// As it is stored, with a keccak-256 checksum behind.
    pub fn to_bytes(&self) -> [u8; STATE_LEN] {
        let content = Pack::<{ STATE_LEN - 32 }>::new()
            .put(&self.epoch.to_be_bytes())
            .put(&self.block.to_be_bytes())
            .put(&self.until.to_be_bytes())
            .put(&self.latest.to_be_bytes())
            .put(&self.offset.to_be_bytes())
            .put(&self.owner.0)
            .put(&self.recovery.0)
            .finish();
        Pack::new().put(&content).put(&keccak256(&content)).finish()
    }

    /// None when it is not whole. A lock that finds nothing whole must not begin anew by itself: an old epoch
    /// would be good again.
    pub fn from_bytes(bytes: &[u8; STATE_LEN]) -> Option<Self> {
        let (content, checksum) = bytes.split_last_chunk::<32>()?;
        if keccak256(content) != *checksum {
            return None;
        }
        let mut fields = Unpack::new(content);
        Some(Self {
            epoch: u32::from_be_bytes(fields.take()),
            block: u64::from_be_bytes(fields.take()),
            until: u64::from_be_bytes(fields.take()),
            latest: u64::from_be_bytes(fields.take()),
            offset: u64::from_be_bytes(fields.take()),
            owner: Address(fields.take()),
            recovery: Address(fields.take()),
        })
    }
}
