use crate::{SealedHeader, SignatureError, Transaction, decode_header, recover_sender};
use alloy_consensus::Header;
use alloy_primitives::{Address, B256, Sealed};
use alloy_rlp::{BufMut, Decodable, Encodable, Error};
use rayon::prelude::*;

/// A block of a proof-of-work chain: `rlp([header, transactions, ommers])`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Block {
    /// The header, in London's shape at most.
    pub header: Header,
    /// Signed transactions in order.
    pub transactions: Vec<Transaction>,
    /// Ommer (uncle) headers, at most two.
    pub ommers: Vec<Header>,
}

/// Why bytes are not a block.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BlockDecodeError {
    /// The RLP is malformed, or a field does not fit its type.
    #[error("malformed block RLP: {0}")]
    Rlp(#[from] Error),
    /// Bytes follow the block.
    #[error("{0} bytes follow the block")]
    TrailingBytes(usize),
}

impl Block {
    /// Decodes exactly one block.
    ///
    /// # Errors
    /// [`BlockDecodeError`]; nothing may follow the block.
    pub fn decode_exact(mut bytes: &[u8]) -> Result<Self, BlockDecodeError> {
        let block = Self::decode(&mut bytes)?;
        if !bytes.is_empty() {
            return Err(BlockDecodeError::TrailingBytes(bytes.len()));
        }
        Ok(block)
    }

    /// Computes the hash.
    pub fn seal_slow(self) -> SealedBlock {
        SealedBlock { hash: self.header.hash_slow(), block: self }
    }

    fn payload_length(&self) -> usize {
        self.header.length() + self.transactions.length() + self.ommers.length()
    }
}

impl Encodable for Block {
    fn encode(&self, out: &mut dyn BufMut) {
        alloy_rlp::Header { list: true, payload_length: self.payload_length() }.encode(out);
        self.header.encode(out);
        self.transactions.encode(out);
        self.ommers.encode(out);
    }

    fn length(&self) -> usize {
        alloy_rlp::Header { list: true, payload_length: self.payload_length() }.length_with_payload()
    }
}

impl Decodable for Block {
    fn decode(buf: &mut &[u8]) -> alloy_rlp::Result<Self> {
        let mut fields = alloy_rlp::Header::decode_bytes(buf, true)?;
        let header = decode_header(&mut fields)?;
        let transactions = Vec::decode(&mut fields)?;
        let mut list = alloy_rlp::Header::decode_bytes(&mut fields, true)?;
        let mut ommers = Vec::new();
        while !list.is_empty() {
            ommers.push(decode_header(&mut list)?);
        }
        if !fields.is_empty() {
            return Err(Error::UnexpectedLength);
        }
        Ok(Self { header, transactions, ommers })
    }
}

/// A block with its hash.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SealedBlock {
    hash: B256,
    block: Block,
}

impl SealedBlock {
    /// Pairs a block with its hash, which was computed before (and stored beside it).
    pub const fn new_unchecked(block: Block, hash: B256) -> Self {
        Self { hash, block }
    }

    /// Keccak-256 of the header's RLP.
    pub const fn hash(&self) -> B256 {
        self.hash
    }

    /// The block without its hash.
    pub fn into_block(self) -> Block {
        self.block
    }

    /// The header with its hash.
    pub fn sealed_header(&self) -> SealedHeader {
        Sealed::new_unchecked(self.block.header.clone(), self.hash)
    }

    /// Recovers all senders, on all cores. `low_s`: EIP-2 holds at this block.
    ///
    /// # Errors
    /// The index of the first transaction whose signature recovers to nothing, with the reason.
    pub fn recover(self, low_s: bool) -> Result<RecoveredBlock, (usize, SignatureError)> {
        let senders = self
            .block
            .transactions
            .par_iter()
            .with_min_len(4)
            .enumerate()
            .map(|(index, transaction)| recover_sender(transaction, low_s).map_err(|error| (index, error)))
            .collect::<Result<Vec<_>, _>>()?;
        Ok(RecoveredBlock { block: self, senders })
    }
}

impl core::ops::Deref for SealedBlock {
    type Target = Block;

    fn deref(&self) -> &Block {
        &self.block
    }
}

/// A block with its hash and the sender of every transaction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecoveredBlock {
    block: SealedBlock,
    senders: Vec<Address>,
}

impl RecoveredBlock {
    /// Pairs a block with senders that were recovered before (the builder's, or the store's).
    /// `senders` has one address for each transaction.
    pub fn new_unchecked(block: SealedBlock, senders: Vec<Address>) -> Self {
        debug_assert_eq!(block.transactions.len(), senders.len());
        Self { block, senders }
    }

    /// The sender of each transaction, in order.
    pub fn senders(&self) -> &[Address] {
        &self.senders
    }

    /// The block with its hash.
    pub const fn sealed_block(&self) -> &SealedBlock {
        &self.block
    }

    /// Splits into block and senders.
    pub fn into_parts(self) -> (SealedBlock, Vec<Address>) {
        (self.block, self.senders)
    }

    /// Each transaction with its sender.
    pub fn transactions_with_senders(&self) -> impl Iterator<Item = (&Transaction, Address)> {
        self.block.transactions.iter().zip(self.senders.iter().copied())
    }
}

impl core::ops::Deref for RecoveredBlock {
    type Target = SealedBlock;

    fn deref(&self) -> &SealedBlock {
        &self.block
    }
}
