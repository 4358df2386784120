use autochain_db::{CodecError, Value};
use autochain_primitives::{
    Block, Header, SealedBlock, Transaction, U256, decode_header,
    rlp::{self, Decodable, Encodable},
};

/// What a block holds beside its header.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Body {
    /// Transactions in order.
    pub transactions: Vec<Transaction>,
    /// Ommer headers.
    pub ommers: Vec<Header>,
}

impl Value for Body {
    fn write_value(&self, out: &mut Vec<u8>) {
        write_body(&self.transactions, &self.ommers, out);
    }

    fn read_value(mut bytes: &[u8]) -> Result<Self, CodecError> {
        let mut fields = rlp::Header::decode_bytes(&mut bytes, true)?;
        let transactions = Vec::decode(&mut fields)?;
        let mut list = rlp::Header::decode_bytes(&mut fields, true)?;
        let mut ommers = Vec::new();
        while !list.is_empty() {
            ommers.push(decode_header(&mut list)?);
        }
        if !fields.is_empty() || !bytes.is_empty() {
            return Err(rlp::Error::UnexpectedLength.into());
        }
        Ok(Self { transactions, ommers })
    }
}

/// `rlp([transactions, ommers])`.
fn write_body(transactions: &[Transaction], ommers: &[Header], out: &mut Vec<u8>) {
    let payload_length = rlp::list_length(transactions) + rlp::list_length(ommers);
    rlp::Header { list: true, payload_length }.encode(out);
    rlp::encode_list(transactions, out);
    rlp::encode_list(ommers, out);
}

/// A block that is not canonical, with its total difficulty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SideBlock {
    pub(crate) total_difficulty: U256,
    pub(crate) block: Block,
}

impl SideBlock {
    /// Reads the total difficulty alone; the rest is the RLP of the block.
    pub(crate) fn split(bytes: &[u8]) -> Result<(U256, &[u8]), CodecError> {
        let wrong = || CodecError::Length { got: bytes.len(), expected: "a total difficulty and a block" };
        let (length, rest) = bytes.split_first().ok_or_else(wrong)?;
        let (total_difficulty, rest) = rest.split_at_checked(usize::from(*length)).ok_or_else(wrong)?;
        Ok((U256::read_value(total_difficulty)?, rest))
    }
}

impl Value for SideBlock {
    fn write_value(&self, out: &mut Vec<u8>) {
        write_side_block(&self.total_difficulty, &self.block, out);
    }

    fn read_value(bytes: &[u8]) -> Result<Self, CodecError> {
        let (total_difficulty, block) = Self::split(bytes)?;
        let block = Block::decode_exact(block).map_err(|error| CodecError::Other(error.to_string()))?;
        Ok(Self { total_difficulty, block })
    }
}

fn write_side_block(total_difficulty: &U256, block: &Block, out: &mut Vec<u8>) {
    // At most 32.
    out.push(total_difficulty.byte_len() as u8);
    total_difficulty.write_value(out);
    block.encode(out);
}

/// [`Body`] of a block, without cloning it.
pub(crate) fn body_bytes(block: &SealedBlock, out: &mut Vec<u8>) {
    write_body(&block.transactions, &block.ommers, out);
}

/// [`SideBlock`] of a block, without cloning it.
pub(crate) fn side_block_bytes(block: &SealedBlock, total_difficulty: &U256, out: &mut Vec<u8>) {
    write_side_block(total_difficulty, block, out);
}
