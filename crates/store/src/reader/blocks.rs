use super::Reader;
use crate::{
    Body, StoreError,
    block::SideBlock,
    tables::{
        Bodies, Difficulty, HeaderNumbers, Headers, Receipts as ReceiptTable, Senders, SideBlocks,
        Transactions,
    },
    unwind::missing,
};
use autochain_db::{CodecError, Value as _};
use autochain_primitives::{
    Address, B256, Block, Bytes, Receipt, RecoveredBlock, SealedBlock, SealedHeader, U256, rlp,
};

/// Blocks. By number: canonical ones. By hash: side blocks too, where it says so. All errors are the database's.
impl Reader {
    /// The hash of a canonical block.
    pub fn hash(&self, number: u64) -> Result<Option<B256>, StoreError> {
        Ok(self.tx.get_with::<Headers, _>(&number, |bytes| Ok(split_hash(bytes)?.0))?)
    }

    /// The number of a canonical block.
    pub fn number(&self, hash: &B256) -> Result<Option<u64>, StoreError> {
        Ok(self.tx.get::<HeaderNumbers>(hash)?)
    }

    /// A canonical header.
    pub fn header(&self, number: u64) -> Result<Option<SealedHeader>, StoreError> {
        Ok(self.tx.get::<Headers>(&number)?)
    }

    /// A header, canonical or of a side block.
    pub fn header_by_hash(&self, hash: &B256) -> Result<Option<SealedHeader>, StoreError> {
        match self.number(hash)? {
            Some(number) => self.header(number),
            None => Ok(self.side_block(hash)?.map(|(block, _)| block.sealed_header())),
        }
    }

    /// Transactions and ommers of a canonical block.
    pub fn body(&self, number: u64) -> Result<Option<Body>, StoreError> {
        Ok(self.tx.get::<Bodies>(&number)?)
    }

    /// A canonical block.
    pub fn block(&self, number: u64) -> Result<Option<SealedBlock>, StoreError> {
        let Some(header) = self.header(number)? else { return Ok(None) };
        let Body { transactions, ommers } = self.body(number)?.ok_or_else(|| missing::<Bodies>(number))?;
        let (header, hash) = header.into_parts();
        Ok(Some(SealedBlock::new_unchecked(Block { header, transactions, ommers }, hash)))
    }

    /// A block, canonical or a side block.
    pub fn block_by_hash(&self, hash: &B256) -> Result<Option<SealedBlock>, StoreError> {
        match self.number(hash)? {
            Some(number) => self.block(number),
            None => Ok(self.side_block(hash)?.map(|(block, _)| block)),
        }
    }

    /// A canonical block with its senders.
    pub fn recovered_block(&self, number: u64) -> Result<Option<RecoveredBlock>, StoreError> {
        let Some(block) = self.block(number)? else { return Ok(None) };
        let senders = self.senders(number)?.ok_or_else(|| missing::<Senders>(number))?;
        if senders.len() != block.transactions.len() {
            let (senders, transactions) = (senders.len(), block.transactions.len());
            return Err(StoreError::Inconsistent {
                what: format!("block {number} has {transactions} transactions and {senders} senders"),
            });
        }
        Ok(Some(RecoveredBlock::new_unchecked(block, senders)))
    }

    /// The RLP of a canonical header, without decoding it.
    pub fn header_rlp(&self, number: u64) -> Result<Option<Bytes>, StoreError> {
        Ok(self
            .tx
            .get_with::<Headers, _>(&number, |bytes| Ok(Bytes::copy_from_slice(split_hash(bytes)?.1)))?)
    }

    /// `rlp([transactions, ommers])` of a canonical block, without decoding it.
    pub fn body_rlp(&self, number: u64) -> Result<Option<Bytes>, StoreError> {
        Ok(self.tx.get_with::<Bodies, _>(&number, |bytes| Ok(Bytes::copy_from_slice(bytes)))?)
    }

    /// `rlp([header, transactions, ommers])` of a canonical block, as `export` writes it, without decoding it.
    pub fn block_rlp(&self, number: u64) -> Result<Option<Bytes>, StoreError> {
        let Some(header) = self.header_rlp(number)? else { return Ok(None) };
        let block = self.tx.get_with::<Bodies, _>(&number, |mut bytes| {
            let fields = rlp::Header::decode_bytes(&mut bytes, true)?;
            let payload_length = header.len().saturating_add(fields.len());
            let mut out = Vec::with_capacity(payload_length.saturating_add(9));
            rlp::Header { list: true, payload_length }.encode(&mut out);
            out.extend_from_slice(&header);
            out.extend_from_slice(fields);
            Ok(Bytes::from(out))
        })?;
        block.map(Some).ok_or_else(|| missing::<Bodies>(number))
    }

    /// The sender of each transaction of a canonical block.
    pub fn senders(&self, number: u64) -> Result<Option<Vec<Address>>, StoreError> {
        Ok(self.tx.get::<Senders>(&number)?)
    }

    /// The receipt of each transaction of a canonical block.
    pub fn receipts(&self, number: u64) -> Result<Option<Vec<Receipt>>, StoreError> {
        Ok(self.tx.get::<ReceiptTable>(&number)?)
    }

    /// Sum of the difficulties up to and with a canonical block.
    pub fn total_difficulty(&self, number: u64) -> Result<Option<U256>, StoreError> {
        Ok(self.tx.get::<Difficulty>(&number)?)
    }

    /// Sum of the difficulties up to and with a block, canonical or a side block.
    pub fn total_difficulty_by_hash(&self, hash: &B256) -> Result<Option<U256>, StoreError> {
        match self.number(hash)? {
            Some(number) => self.total_difficulty(number),
            None => self.side_total_difficulty(hash),
        }
    }

    /// Block number and index of a canonical transaction.
    pub fn transaction(&self, hash: &B256) -> Result<Option<(u64, u32)>, StoreError> {
        Ok(self.tx.get::<Transactions>(hash)?)
    }

    /// A side block with its total difficulty.
    pub fn side_block(&self, hash: &B256) -> Result<Option<(SealedBlock, U256)>, StoreError> {
        let side = self.tx.get::<SideBlocks>(hash)?;
        Ok(side.map(|side| (SealedBlock::new_unchecked(side.block, *hash), side.total_difficulty)))
    }

    /// The total difficulty of a side block.
    pub fn side_total_difficulty(&self, hash: &B256) -> Result<Option<U256>, StoreError> {
        Ok(self.tx.get_with::<SideBlocks, _>(hash, |bytes| Ok(SideBlock::split(bytes)?.0))?)
    }

    /// All side blocks with their total difficulty, by hash.
    pub fn side_blocks(
        &self,
    ) -> Result<impl Iterator<Item = Result<(SealedBlock, U256), StoreError>> + '_, StoreError> {
        Ok(self.tx.entries::<SideBlocks>(&[])?.map(|record| {
            let (hash, side) = record?;
            Ok((SealedBlock::new_unchecked(side.block, hash), side.total_difficulty))
        }))
    }
}

/// Splits a record of `Headers` into hash and RLP.
fn split_hash(bytes: &[u8]) -> Result<(B256, &[u8]), CodecError> {
    let wrong = CodecError::Length { got: bytes.len(), expected: "a hash and a header" };
    let (hash, rlp) = bytes.split_at_checked(32).ok_or(wrong)?;
    Ok((B256::read_value(hash)?, rlp))
}
