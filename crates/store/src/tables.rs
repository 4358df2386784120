//! All tables of the node.
//!
//! ```text
//! table           key                                value                                        changed by
//! ─────────────── ────────────────────────────────── ──────────────────────────────────────────── ──────────────
//! Meta            name                               genesis, config, seal, head                  genesis, commit
//!                                                                                       the canonical chain
//! Headers         number 8                           hash 32 ‖ rlp(header)                        append, unwind
//! HeaderNumbers   block hash 32                      number 8
//! Bodies          number 8                           rlp([transactions, ommers])                  append, unwind
//! Senders         number 8                           address 20, one for each transaction         append, unwind
//! Receipts        number 8                           rlp([[type, status, gas, logs], …])          append, unwind
//! Difficulty      number 8                           total difficulty, trimmed                    append, unwind
//! Transactions    transaction hash 32                number 8 ‖ index 4
//! SideBlocks      block hash 32                      TD length 1 ‖ TD ‖ rlp(block)                blocks off the chain
//!                                                                                        the state at the head
//! Accounts        address 20                         flags 1 ‖ nonce ‖ code hash? ‖ balance
//! Storage         address 20 ‖ slot 32               value, trimmed; never 0
//! Code            code hash 32                       code                                         never deleted
//!                                                                                   the same for the state trie
//! HashedAccounts  keccak(address) 32                 flags 1 ‖ nonce ‖ root? ‖ code hash? ‖ balance
//! HashedStorage   keccak(address) 32 ‖ keccak(slot)  value, trimmed; never 0
//! AccountNodes    path, one nibble a byte            branch node
//! StorageNodes    keccak(address) 32 ‖ path          branch node
//!                                                                                       the state's history
//! AccountChanges  number 8 ‖ address 20              account before the block; empty: none        append, unwind
//! StorageChanges  number 8 ‖ address 20 ‖ slot 32    value before the block, trimmed              append, unwind
//! AccountHistory  address 20 ‖ last block 8          numbers of blocks that changed it, as a shard
//! StorageHistory  address 20 ‖ slot 32 ‖ last block  numbers of blocks that changed it, as a shard
//! ```
//!
//! Numbers in keys are big-endian; *trimmed* is big-endian without leading zeros. A path is at most 64 nibbles: a
//! shorter one sorts before those that it begins. The open shard of a history stands under the block number 2⁶⁴ − 1.

use crate::{
    block::{Body, SideBlock},
    hashed_account::HashedAccount,
    history::Shard,
};
use autochain_db::{CodecError, Key, KeyBuf, Schema, StoredHeader, Value, tables};
use autochain_primitives::{Account, Address, B256, Bytes, Receipt, U256};
use autochain_trie::{BranchNode, Nibbles};

/// Version of the tables. A release opens its own version only.
///
/// - 1: the first.
pub const SCHEMA_VERSION: u32 = 1;

/// What the file is signed with.
pub(crate) const SCHEMA: Schema = Schema { name: "autochain", version: SCHEMA_VERSION, tables: TABLES };

tables! {
    /// Names of all tables.
    pub const TABLES;
    /// What the node must know before it reads anything else.
    pub(crate) table Meta: MetaKey => Bytes;
    /// Canonical headers.
    pub(crate) table Headers: u64 => StoredHeader;
    /// Numbers of canonical blocks.
    pub(crate) table HeaderNumbers: B256 => u64;
    /// Transactions and ommers of canonical blocks.
    pub(crate) table Bodies: u64 => Body;
    /// Senders of canonical transactions.
    pub(crate) table Senders: u64 => Vec<Address>;
    /// Receipts of canonical blocks.
    pub(crate) table Receipts: u64 => Vec<Receipt>;
    /// Total difficulty up to and with a canonical block.
    pub(crate) table Difficulty: u64 => U256;
    /// Where a canonical transaction stands.
    pub(crate) table Transactions: B256 => (u64, u32);
    /// Blocks that are not canonical.
    pub(crate) table SideBlocks: B256 => SideBlock;
    /// Accounts at the head.
    pub(crate) table Accounts: Address => Account;
    /// Storage at the head.
    pub(crate) table Storage: (Address, U256) => U256;
    /// Code by its hash.
    pub(crate) table Code: B256 => Bytes;
    /// Leaves of the account trie.
    pub(crate) table HashedAccounts: B256 => HashedAccount;
    /// Leaves of the storage tries.
    pub(crate) table HashedStorage: (B256, B256) => U256;
    /// Branch nodes of the account trie.
    pub(crate) table AccountNodes: NodePath => StoredNode;
    /// Branch nodes of the storage tries.
    pub(crate) table StorageNodes: StorageNodePath => StoredNode;
    /// Accounts before each block that changed them.
    pub(crate) table AccountChanges: (u64, Address) => Option<Account>;
    /// Storage before each block that changed it.
    pub(crate) table StorageChanges: (u64, Address, U256) => U256;
    /// Blocks that changed an account.
    pub(crate) table AccountHistory: (Address, u64) => Shard;
    /// Blocks that changed a slot.
    pub(crate) table StorageHistory: (Address, U256, u64) => Shard;
}

/// The tables that are a function of the canonical chain alone.
pub const CANONICAL_TABLES: &[&str] = &[
    "Meta",
    "Headers",
    "HeaderNumbers",
    "Bodies",
    "Senders",
    "Receipts",
    "Difficulty",
    "Transactions",
    "Accounts",
    "Storage",
    "HashedAccounts",
    "HashedStorage",
    "AccountNodes",
    "StorageNodes",
    "AccountChanges",
    "StorageChanges",
    "AccountHistory",
    "StorageHistory",
];

/// A record of [`Meta`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum MetaKey {
    /// Hash of block 0.
    Genesis,
    /// The genesis JSON as it was given.
    Config,
    /// The seal rule, by name.
    SealRule,
    /// `number ‖ hash` of the last canonical block.
    Head,
}

impl MetaKey {
    const ALL: [Self; 4] = [Self::Genesis, Self::Config, Self::SealRule, Self::Head];

    const fn name(self) -> &'static str {
        match self {
            Self::Genesis => "genesis",
            Self::Config => "config",
            Self::SealRule => "seal",
            Self::Head => "head",
        }
    }
}

impl Key for MetaKey {
    fn write_key(&self, out: &mut KeyBuf) {
        out.push(self.name().as_bytes());
    }

    fn read_key(bytes: &[u8]) -> Result<Self, CodecError> {
        Self::ALL
            .into_iter()
            .find(|key| key.name().as_bytes() == bytes)
            .ok_or_else(|| CodecError::Other("unknown name in table Meta".to_owned()))
    }
}

/// Path of a branch node of the account trie.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct NodePath(pub(crate) Nibbles);

impl Key for NodePath {
    fn write_key(&self, out: &mut KeyBuf) {
        self.0.iter().for_each(|nibble| out.push(&[nibble]));
    }

    fn read_key(bytes: &[u8]) -> Result<Self, CodecError> {
        if bytes.len() > 64 {
            return Err(CodecError::Length { got: bytes.len(), expected: "at most 64 nibbles" });
        }
        if let Some(byte) = bytes.iter().find(|byte| **byte > 15) {
            return Err(CodecError::Byte { got: *byte, place: "a path" });
        }
        Ok(Self(Nibbles::from_nibbles_unchecked(bytes)))
    }
}

/// Account and path of a branch node of a storage trie.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct StorageNodePath(pub(crate) B256, pub(crate) Nibbles);

impl Key for StorageNodePath {
    fn write_key(&self, out: &mut KeyBuf) {
        out.push(self.0.as_slice());
        NodePath(self.1).write_key(out);
    }

    fn read_key(bytes: &[u8]) -> Result<Self, CodecError> {
        let wrong = CodecError::Length { got: bytes.len(), expected: "at least 32" };
        let (account, path) = bytes.split_at_checked(32).ok_or(wrong)?;
        Ok(Self(B256::from_slice(account), NodePath::read_key(path)?.0))
    }
}

/// A branch node as the trie encodes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct StoredNode(pub(crate) BranchNode);

impl Value for StoredNode {
    fn write_value(&self, out: &mut Vec<u8>) {
        self.0.encode_to(out);
    }

    fn read_value(bytes: &[u8]) -> Result<Self, CodecError> {
        BranchNode::decode(bytes).map(Self).map_err(|error| CodecError::Other(error.to_string()))
    }
}
