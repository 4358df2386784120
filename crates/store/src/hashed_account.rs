use autochain_db::{CodecError, Value};
use autochain_primitives::{
    Account, B256, EMPTY_ROOT_HASH, KECCAK256_EMPTY, U256,
    rlp::{self, BufMut, Encodable},
};

/// An account as a leaf of the state trie holds it (Yellow Paper §4.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HashedAccount {
    /// Transactions sent, or contracts created by a contract.
    pub nonce: u64,
    /// Balance in wei.
    pub balance: U256,
    /// Root of its storage trie.
    pub storage_root: B256,
    /// Keccak-256 of its code.
    pub code_hash: B256,
}

impl HashedAccount {
    /// An account with the root of its storage.
    pub const fn new(account: Account, storage_root: B256) -> Self {
        let Account { nonce, balance, code_hash } = account;
        Self { nonce, balance, storage_root, code_hash }
    }

    /// The account without the root of its storage.
    pub const fn account(&self) -> Account {
        Account { nonce: self.nonce, balance: self.balance, code_hash: self.code_hash }
    }

    /// The value of the leaf: `rlp([nonce, balance, storage root, code hash])`.
    pub fn leaf(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(112);
        self.encode(&mut out);
        out
    }

    fn payload_length(&self) -> usize {
        self.nonce.length() + self.balance.length() + self.storage_root.length() + self.code_hash.length()
    }
}

impl Encodable for HashedAccount {
    fn encode(&self, out: &mut dyn BufMut) {
        rlp::Header { list: true, payload_length: self.payload_length() }.encode(out);
        self.nonce.encode(out);
        self.balance.encode(out);
        self.storage_root.encode(out);
        self.code_hash.encode(out);
    }

    fn length(&self) -> usize {
        rlp::Header { list: true, payload_length: self.payload_length() }.length_with_payload()
    }
}

/// Low four bits of the flags: length of the nonce.
const NONCE_LENGTH: u8 = 0x0f;
/// A code hash follows.
const HAS_CODE: u8 = 0x10;
/// A storage root follows.
const HAS_STORAGE: u8 = 0x20;

/// `flags ‖ nonce ‖ storage root? ‖ code hash? ‖ balance`, integers without leading zeros.
impl Value for HashedAccount {
    fn write_value(&self, out: &mut Vec<u8>) {
        let nonce = self.nonce.to_be_bytes();
        let nonce = nonce.get((self.nonce.leading_zeros() / 8) as usize..).unwrap_or_default();
        let code = self.code_hash != KECCAK256_EMPTY;
        let storage = self.storage_root != EMPTY_ROOT_HASH;
        // The nonce has at most 8 bytes.
        let flags = nonce.len() as u8;
        out.push(flags | if code { HAS_CODE } else { 0 } | if storage { HAS_STORAGE } else { 0 });
        out.extend_from_slice(nonce);
        if storage {
            out.extend_from_slice(self.storage_root.as_slice());
        }
        if code {
            out.extend_from_slice(self.code_hash.as_slice());
        }
        self.balance.write_value(out);
    }

    fn read_value(bytes: &[u8]) -> Result<Self, CodecError> {
        let wrong = || CodecError::Length { got: bytes.len(), expected: "an account" };
        let (flags, rest) = bytes.split_first().ok_or_else(wrong)?;
        if flags & !(NONCE_LENGTH | HAS_CODE | HAS_STORAGE) != 0 || flags & NONCE_LENGTH > 8 {
            return Err(CodecError::Byte { got: *flags, place: "the flags of an account" });
        }
        let (nonce, mut rest) = rest.split_at_checked(usize::from(flags & NONCE_LENGTH)).ok_or_else(wrong)?;
        let mut hash = |present: u8, absent: B256| -> Result<B256, CodecError> {
            if flags & present == 0 {
                return Ok(absent);
            }
            let (hash, after) = rest.split_at_checked(32).ok_or_else(wrong)?;
            rest = after;
            Ok(B256::from_slice(hash))
        };
        let storage_root = hash(HAS_STORAGE, EMPTY_ROOT_HASH)?;
        let code_hash = hash(HAS_CODE, KECCAK256_EMPTY)?;
        Ok(Self {
            nonce: nonce.iter().fold(0u64, |nonce, byte| nonce << 8 | u64::from(*byte)),
            balance: U256::read_value(rest)?,
            storage_root,
            code_hash,
        })
    }
}
