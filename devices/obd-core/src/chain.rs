use crate::{Flags, Hash, Reading};
use thiserror::Error;

/// How far a node may move the counter at once. A lie can cost the device that many numbers, never all of
/// them; an honest node is never this far ahead of a device that keeps its state.
pub const MAX_LEAP: u64 = 1 << 20;

/// The device's place in its own history: the last counter that it used and the hash of its vehicle's last
/// reading. Store it ([`Chain::to_bytes`]) before a reading leaves the device: a number used twice is
/// refused by the registry.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Chain {
    counter: u64,
    hash: Hash,
}

impl Chain {
    /// The length of [`Chain::to_bytes`].
    pub const LEN: usize = 40;

    /// From the last counter used and the hash of the vehicle's last reading; both 0 for a new device.
    pub const fn resume(counter: u64, hash: Hash) -> Self {
        Self { counter, hash }
    }

    /// The last counter used; 0 when none was.
    pub const fn counter(&self) -> u64 {
        self.counter
    }

    /// The hash of the vehicle's last reading; zero when there is none.
    pub const fn hash(&self) -> Hash {
        self.hash
    }

    /// The number of the next reading.
    pub fn next_counter(&self) -> Result<u64, ChainError> {
        self.counter.checked_add(1).ok_or(ChainError::Exhausted)
    }

    /// Numbers and links the next reading. `hash` is keccak256 of the record's ciphertext.
    pub fn append(
        &mut self,
        vehicle: u64,
        odometer_km: u32,
        flags: Flags,
        hash: Hash,
    ) -> Result<Reading, ChainError> {
        let counter = self.next_counter()?;
        let reading = Reading { vehicle, counter, odometer_km, flags, prev_hash: self.hash, hash };
        *self = Self { counter, hash };
        Ok(reading)
    }

    /// Takes in what the registry holds: the device's last counter there and the hash of the vehicle's last
    /// reading. A registry that is behind (readings are on their way) changes nothing; the counter never
    /// falls, and rises by at most [`MAX_LEAP`].
    pub fn catch_up(&mut self, counter: u64, hash: Hash) -> Result<(), ChainError> {
        match counter.checked_sub(self.counter) {
            None => Ok(()),
            Some(leap) if leap > MAX_LEAP => Err(ChainError::Leap { from: self.counter, to: counter }),
            Some(_) => {
                *self = Self { counter, hash };
                Ok(())
            }
        }
    }

    /// The counter, big-endian, and the hash: what is stored.
    pub fn to_bytes(&self) -> [u8; Self::LEN] {
        let mut bytes = [0; Self::LEN];
        for (to, from) in bytes.iter_mut().zip(self.counter.to_be_bytes().iter().chain(&self.hash)) {
            *to = *from;
        }
        bytes
    }

    /// The inverse of [`Chain::to_bytes`].
    pub fn from_bytes(bytes: &[u8; Self::LEN]) -> Self {
        let (mut counter, mut hash) = ([0; 8], [0; 32]);
        for (to, from) in counter.iter_mut().chain(&mut hash).zip(bytes) {
            *to = *from;
        }
        Self { counter: u64::from_be_bytes(counter), hash }
    }
}

/// The history cannot go on like this.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum ChainError {
    /// All 2^64 - 1 numbers are used.
    #[error("the device has used its last counter")]
    Exhausted,
    /// The node claims a counter absurdly far ahead.
    #[error("the node puts the device's counter at {to}, more than {MAX_LEAP} above its own {from}")]
    Leap {
        /// The device's.
        from: u64,
        /// The node's.
        to: u64,
    },
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Source;

    const FLAGS: Flags = Flags::new(Source::Obd);

    #[test]
    fn readings_count_up_and_point_back() {
        let mut chain = Chain::default();
        let first = chain.append(3, 100, FLAGS, [1; 32]).unwrap();
        let second = chain.append(3, 101, FLAGS, [2; 32]).unwrap();
        assert_eq!((first.counter, first.prev_hash), (1, [0; 32]));
        assert_eq!((second.counter, second.prev_hash), (2, first.hash));
        assert_eq!(Chain::from_bytes(&chain.to_bytes()), chain);
        assert_eq!(Chain::resume(2, [2; 32]), chain);
    }

    #[test]
    fn the_last_number_is_used_once() {
        let mut chain = Chain::resume(u64::MAX - 1, [0; 32]);
        assert_eq!(chain.append(1, 0, FLAGS, [1; 32]).unwrap().counter, u64::MAX);
        let before = chain;
        assert_eq!(chain.append(1, 0, FLAGS, [2; 32]), Err(ChainError::Exhausted));
        assert_eq!(chain, before);
    }

    #[test]
    fn a_registry_behind_changes_nothing() {
        let mut chain = Chain::resume(9, [9; 32]);
        assert_eq!(chain.catch_up(8, [8; 32]), Ok(()));
        assert_eq!(chain, Chain::resume(9, [9; 32]));
    }

    /// Another device wrote for the vehicle, or this one lost its state.
    #[test]
    fn a_registry_ahead_is_taken_over() {
        let mut chain = Chain::resume(9, [9; 32]);
        assert_eq!(chain.catch_up(9, [7; 32]), Ok(()));
        assert_eq!(chain, Chain::resume(9, [7; 32]));
        assert_eq!(chain.catch_up(9 + MAX_LEAP, [6; 32]), Ok(()));
        assert_eq!(chain.counter(), 9 + MAX_LEAP);
    }

    #[test]
    fn a_lie_cannot_burn_the_counter() {
        let mut chain = Chain::resume(9, [9; 32]);
        let lie = u64::MAX - 1;
        assert_eq!(chain.catch_up(lie, [1; 32]), Err(ChainError::Leap { from: 9, to: lie }));
        assert_eq!(chain, Chain::resume(9, [9; 32]));
    }
}
