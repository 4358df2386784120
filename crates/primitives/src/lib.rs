//! The types that every room of the node shares: headers, transactions, blocks, receipts and accounts.
//!
//! ```text
//! bytes ──decode──► Block ──seal_slow──► SealedBlock ──recover_senders──► RecoveredBlock
//! ```
//!
//! Ethereum's own types come from `alloy`; what stands here is what a proof-of-work chain needs beside them:
//! a block without withdrawals, a header that refuses post-London fields, the ethash seal hash, and receipts
//! that can carry a post-state root (before EIP-658).

mod account;
mod block;
mod block_file;
mod clock;
mod era;
pub mod fuzz;
mod header;
mod receipt;
mod signature;
mod transaction;

pub use account::Account;
pub use alloy_consensus::{
    EMPTY_OMMER_ROOT_HASH, EMPTY_ROOT_HASH, Eip658Value, Header, Transaction as TransactionFields, TxType,
    Typed2718,
};
pub use alloy_eips::eip2718::{Decodable2718, Encodable2718};
pub use alloy_primitives::{
    self, Address, B64, B256, BlockNumber, Bloom, Bytes, KECCAK256_EMPTY, Log, LogData, TxHash, TxKind, U256,
    address, b256, bytes, hex, keccak256, map,
};
pub use alloy_rlp as rlp;
pub use block::{Block, BlockDecodeError, RecoveredBlock, SealedBlock};
pub use block_file::{BlockFile, BlockFileError, FileBlock, decode_block_file};
pub use clock::thread_time;
pub use era::{ERA1_BLOCKS, Era1Reader, EraBlock, EraError, decode_era1, read_era1};
pub use header::{HeaderExt, SealedHeader, decode_header, ommers_hash};
pub use receipt::{Receipt, logs_bloom, receipts_root};
pub use signature::{SignatureError, recover_sender, recover_signer, sign_hash};
pub use transaction::{Transaction, transactions_root};
