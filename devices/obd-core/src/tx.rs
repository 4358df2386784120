use crate::rlp::{BufferTooSmall, Writer, big_endian_len, bytes_len, list_len, uint_len};
use crate::{Address, Digest, Hash, Key, KeyError, Policy, RECORD_CALL_LEN, Refusal, Signature, keccak256};
use thiserror::Error;

/// A buffer of this size holds the signed transaction of any reading, in bytes.
pub const RECORD_TX_LEN: usize = RECORD_CALL_LEN + 157;

/// The transaction type of EIP-1559.
const TYPE: u8 = 0x02;
/// y parity, r and s at their longest, encoded.
const SIGNATURE_LEN: usize = 1 + 33 + 33;
/// An empty list.
const EMPTY_ACCESS_LIST: usize = 1;

/// An EIP-1559 transaction with a recipient and an empty access list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Eip1559<'a> {
    /// The chain that it is good on.
    pub chain_id: u64,
    /// The sender's transaction count.
    pub nonce: u64,
    /// What the miner gets at most, in wei per gas.
    pub max_priority_fee_per_gas: u128,
    /// What it costs at most, in wei per gas.
    pub max_fee_per_gas: u128,
    /// In gas.
    pub gas_limit: u64,
    /// The recipient.
    pub to: Address,
    /// In wei; all the coin there is fits in 94 bits.
    pub value: u128,
    /// The call.
    pub data: &'a [u8],
}

impl<'a> Eip1559<'a> {
    /// Lets only what the policy allows be signed.
    pub fn check(self, policy: &Policy) -> Result<CheckedTx<'a>, Refusal> {
        policy.admit(&self)?;
        Ok(CheckedTx(self))
    }

    /// The length of a buffer that holds the signed transaction, in bytes; a few may stay unused.
    pub fn signed_len(&self) -> usize {
        list_len(self.fields_len().saturating_add(SIGNATURE_LEN)).saturating_add(1)
    }

    /// The digest to sign; `scratch` holds the unsigned form for a moment.
    pub fn signing_digest(&self, scratch: &mut [u8]) -> Result<Digest, BufferTooSmall> {
        let mut writer = Writer::new(scratch);
        writer.raw(&[TYPE])?;
        writer.list(self.fields_len())?;
        self.fields(&mut writer)?;
        Ok(Digest(keccak256(writer.finish())))
    }

    fn signed<'b>(&self, signature: &Signature, out: &'b mut [u8]) -> Result<&'b [u8], BufferTooSmall> {
        let Signature { r, s, y_odd } = signature;
        let signature_len = 1_usize.saturating_add(big_endian_len(r)).saturating_add(big_endian_len(s));
        let mut writer = Writer::new(out);
        writer.raw(&[TYPE])?;
        writer.list(self.fields_len().saturating_add(signature_len))?;
        self.fields(&mut writer)?;
        writer.uint(u128::from(*y_odd))?;
        writer.big_endian(r)?;
        writer.big_endian(s)?;
        Ok(writer.finish())
    }

    fn fields(&self, writer: &mut Writer<'_>) -> Result<(), BufferTooSmall> {
        writer.uint(self.chain_id.into())?;
        writer.uint(self.nonce.into())?;
        writer.uint(self.max_priority_fee_per_gas)?;
        writer.uint(self.max_fee_per_gas)?;
        writer.uint(self.gas_limit.into())?;
        writer.bytes(&self.to.0)?;
        writer.uint(self.value)?;
        writer.bytes(self.data)?;
        writer.list(0)
    }

    fn fields_len(&self) -> usize {
        [
            uint_len(self.chain_id.into()),
            uint_len(self.nonce.into()),
            uint_len(self.max_priority_fee_per_gas),
            uint_len(self.max_fee_per_gas),
            uint_len(self.gas_limit.into()),
            bytes_len(&self.to.0),
            uint_len(self.value),
            bytes_len(self.data),
            EMPTY_ACCESS_LIST,
        ]
        .into_iter()
        .fold(0, usize::saturating_add)
    }
}

/// A transaction that the policy allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CheckedTx<'a>(Eip1559<'a>);

impl CheckedTx<'_> {
    /// Signs into `out`, which needs [`Eip1559::signed_len`] bytes; [`RECORD_TX_LEN`] do for any reading.
    pub fn sign<'b>(&self, key: &Key, out: &'b mut [u8]) -> Result<SignedTx<'b>, SignError> {
        let needed = self.0.signed_len();
        if out.len() < needed {
            return Err(BufferTooSmall { got: out.len(), needed }.into());
        }
        let digest = self.0.signing_digest(out)?;
        let signature = key.sign(&digest)?;
        let raw = self.0.signed(&signature, out)?;
        Ok(SignedTx { raw })
    }
}

/// The bytes that `eth_sendRawTransaction` takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SignedTx<'b> {
    raw: &'b [u8],
}

impl<'b> SignedTx<'b> {
    /// Type byte and RLP.
    pub const fn raw(&self) -> &'b [u8] {
        self.raw
    }

    /// The transaction's hash, which the device computes itself instead of believing a node.
    pub fn hash(&self) -> Hash {
        keccak256(self.raw)
    }
}

/// A transaction that could not be signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum SignError {
    /// The caller's buffer is too small.
    #[error(transparent)]
    Buffer(#[from] BufferTooSmall),
    /// The key failed.
    #[error(transparent)]
    Key(#[from] KeyError),
}

#[cfg(test)]
mod tests {
    use super::*;

    const LONGEST: Eip1559<'_> = Eip1559 {
        chain_id: u64::MAX,
        nonce: u64::MAX,
        max_priority_fee_per_gas: u128::MAX,
        max_fee_per_gas: u128::MAX,
        gas_limit: u64::MAX,
        to: Address([0xff; 20]),
        value: 0,
        data: &[0xff; RECORD_CALL_LEN],
    };
    const POLICY: Policy = Policy {
        chain_id: u64::MAX,
        registry: Address([0xff; 20]),
        max_gas: u64::MAX,
        max_fee_per_gas: u128::MAX,
        max_priority_fee_per_gas: u128::MAX,
    };

    #[test]
    fn the_longest_reading_fits_the_stated_length() {
        assert_eq!(LONGEST.signed_len(), RECORD_TX_LEN);
        let key = Key::from_bytes(&[1; 32]).unwrap();
        let mut out = [0; RECORD_TX_LEN];
        let signed = LONGEST.check(&POLICY).unwrap().sign(&key, &mut out).unwrap();
        assert!(signed.raw().len() <= RECORD_TX_LEN);
    }

    #[test]
    fn a_short_buffer_is_refused_before_signing() {
        let key = Key::from_bytes(&[1; 32]).unwrap();
        let mut out = [0; RECORD_TX_LEN - 1];
        let refused = LONGEST.check(&POLICY).unwrap().sign(&key, &mut out).unwrap_err();
        let expected = BufferTooSmall { got: RECORD_TX_LEN - 1, needed: RECORD_TX_LEN };
        assert_eq!(refused, SignError::Buffer(expected));
        assert!(out.iter().all(|byte| *byte == 0));
    }
}
