use crate::bytes::{Pack, Unpack};
use crate::{Flags, Hash, Reading};

/// The most transactions for one upload: the first and its replacements.
const MAX_VARIANTS: usize = 6;

/// The upload under way. It is in flash before anything of it leaves the device, so that a restart goes on
/// with the same nonce and never with a second upload beside it. When it is done it stays, for its nonce.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Pending {
    /// Whether the upload is acknowledged.
    pub(super) done: bool,
    /// The account's nonce.
    pub(super) nonce: u64,
    /// The account's least nonce, as confirmed deep in the chain: no node may go below it.
    pub(super) floor: u64,
    /// Entries up to the reading's counter.
    pub(super) reading: Reading,
    /// In wei per gas.
    pub(super) priority_fee: u128,
    /// In wei per gas.
    pub(super) fee: u128,
    /// What the day's budget was charged for it so far, in wei.
    pub(super) charged: u128,
    variants: [Hash; MAX_VARIANTS],
    count: u8,
}

impl Pending {
    pub(super) const LEN: usize = 152 + 32 * MAX_VARIANTS;

    /// A first transaction, not yet signed.
    pub(super) const fn new(nonce: u64, floor: u64, reading: Reading, priority_fee: u128, fee: u128) -> Self {
        Self {
            done: false,
            nonce,
            floor,
            reading,
            priority_fee,
            fee,
            charged: 0,
            variants: [[0; 32]; MAX_VARIANTS],
            count: 0,
        }
    }

    /// The same upload with other fees, in wei per gas.
    pub(super) const fn with_fees(self, priority_fee: u128, fee: u128) -> Self {
        Self { priority_fee, fee, ..self }
    }

    /// The same upload with another nonce, for which nothing was charged.
    pub(super) const fn with_nonce(self, nonce: u64) -> Self {
        Self { nonce, charged: 0, ..self }
    }

    /// The upload when it is over.
    pub(super) const fn finished(self) -> Self {
        Self { done: true, floor: self.nonce.saturating_add(1), ..self }
    }

    /// The hashes under which the upload was sent, oldest first.
    pub(super) fn variants(&self) -> &[Hash] {
        self.variants.get(..self.count.into()).unwrap_or_default()
    }

    /// Whether one more replacement can be remembered.
    pub(super) fn may_be_replaced(&self) -> bool {
        usize::from(self.count) < MAX_VARIANTS
    }

    /// Remembers a hash; `true` when it is new.
    pub(super) fn add(&mut self, hash: Hash) -> bool {
        if self.variants().contains(&hash) {
            return false;
        }
        if let Some(place) = self.variants.get_mut(usize::from(self.count)) {
            *place = hash;
            self.count = self.count.saturating_add(1);
        }
        true
    }

    pub(super) fn to_bytes(self) -> [u8; Self::LEN] {
        let reading = self.reading;
        Pack::new()
            .put(&[self.done.into(), self.count])
            .put(&self.nonce.to_be_bytes())
            .put(&self.floor.to_be_bytes())
            .put(&reading.vehicle.to_be_bytes())
            .put(&reading.counter.to_be_bytes())
            .put(&reading.odometer_km.to_be_bytes())
            .put(&reading.flags.bits().to_be_bytes())
            .put(&reading.prev_hash)
            .put(&reading.hash)
            .put(&self.priority_fee.to_be_bytes())
            .put(&self.fee.to_be_bytes())
            .put(&self.charged.to_be_bytes())
            .put(self.variants.as_flattened())
            .finish()
    }

    pub(super) fn from_bytes(bytes: &[u8; Self::LEN]) -> Option<Self> {
        let mut fields = Unpack::new(bytes);
        let (done, count) = (fields.byte() != 0, fields.byte());
        let nonce = u64::from_be_bytes(fields.take());
        let floor = u64::from_be_bytes(fields.take());
        let reading = Reading {
            vehicle: u64::from_be_bytes(fields.take()),
            counter: u64::from_be_bytes(fields.take()),
            odometer_km: u32::from_be_bytes(fields.take()),
            flags: Flags::try_from(u16::from_be_bytes(fields.take())).ok()?,
            prev_hash: fields.take(),
            hash: fields.take(),
        };
        let priority_fee = u128::from_be_bytes(fields.take());
        let fee = u128::from_be_bytes(fields.take());
        let charged = u128::from_be_bytes(fields.take());
        let variants = core::array::from_fn(|_| fields.take());
        (usize::from(count) <= MAX_VARIANTS).then_some(Self {
            done,
            nonce,
            floor,
            reading,
            priority_fee,
            fee,
            charged,
            variants,
            count,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Source;

    #[test]
    fn what_is_stored_comes_back() {
        let flags = Flags::new(Source::Obd);
        let reading =
            Reading { vehicle: 1, counter: 2, odometer_km: 3, flags, prev_hash: [4; 32], hash: [5; 32] };
        let mut pending = Pending::new(6, 5, reading, 7, 8);
        for variant in 0..9 {
            assert!(pending.add([variant; 32]));
        }
        assert!(!pending.may_be_replaced());
        assert!(!pending.add([3; 32]));
        assert_eq!(pending.variants().len(), MAX_VARIANTS);
        let mut bytes = pending.to_bytes();
        assert_ne!(bytes[Pending::LEN - 1], 0, "the layout is cut off");
        assert_eq!(Pending::from_bytes(&bytes), Some(pending));
        bytes[1] = 200;
        assert_eq!(Pending::from_bytes(&bytes), None);
    }
}
