use crate::{Block, Header, Receipt, decode_header};
use alloy_primitives::{B256, U256};
use alloy_rlp::Decodable;
use sha2::{Digest, Sha256};
use std::io::{self, Read};

/// Blocks in a full era of proof-of-work history.
pub const ERA1_BLOCKS: usize = 8192;

/// Largest record that is read, in bytes, compressed or not. The largest real ones are a few MiB.
const MAX_RECORD: u64 = 64 << 20;

const VERSION: u16 = 0x3265;
const HEADER: u16 = 0x03;
const BODY: u16 = 0x04;
const RECEIPTS: u16 = 0x05;
const TOTAL_DIFFICULTY: u16 = 0x06;
const ACCUMULATOR: u16 = 0x07;
const BLOCK_INDEX: u16 = 0x3266;

/// One block of an era1 file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EraBlock {
    /// The block.
    pub block: Block,
    /// Its receipts.
    pub receipts: Vec<Receipt>,
    /// Sum of the difficulties up to and with this block.
    pub total_difficulty: U256,
}

/// Why bytes are not an era1 file. Offsets are in bytes from the start of the file.
#[derive(Debug, thiserror::Error)]
pub enum EraError {
    /// The file cannot be read.
    #[error("cannot read the era1 file: {0}")]
    Io(#[source] io::Error),
    /// The first record is not the e2store version.
    #[error("not an era1 file: it does not begin with an e2store version record")]
    NotEra1,
    /// The file ends inside a record, or before its index.
    #[error("the era1 file is truncated at byte {offset}; fetch it again")]
    Truncated {
        /// Where the file ends.
        offset: u64,
    },
    /// The two reserved bytes of a record header are not zero.
    #[error("era1 record at byte {offset}: reserved bytes are not zero")]
    Reserved {
        /// Start of the record.
        offset: u64,
    },
    /// A record of another type stands where the format has none of its kind.
    #[error("era1 record at byte {offset} has type {got:#06x}, expected {expected:#06x}")]
    UnexpectedRecord {
        /// Start of the record.
        offset: u64,
        /// Type found.
        got: u16,
        /// Type that belongs here.
        expected: u16,
    },
    /// A record's length does not fit its type, or is above what is read (64 MiB).
    #[error("era1 record at byte {offset} of type {kind:#06x} has a length of {length} bytes")]
    Length {
        /// Start of the record.
        offset: u64,
        /// Type of the record.
        kind: u16,
        /// Its length in bytes, after decompression where the type is compressed.
        length: u64,
    },
    /// A compressed record is not a snappy frame stream.
    #[error("era1 record at byte {offset} is corrupt: {reason}")]
    Snappy {
        /// Start of the record.
        offset: u64,
        /// What the decompressor says.
        reason: String,
    },
    /// A record holds malformed RLP.
    #[error("era1 record at byte {offset} holds malformed RLP: {error}")]
    Rlp {
        /// Start of the record.
        offset: u64,
        /// What the decoder says.
        error: alloy_rlp::Error,
    },
    /// The accumulator does not match hashes and total difficulties of the blocks.
    #[error("era1 accumulator is {got}, but the blocks give {expected}")]
    Accumulator {
        /// Root in the file.
        got: B256,
        /// Root computed from the blocks.
        expected: B256,
    },
    /// The block index does not match the blocks.
    #[error("era1 block index is wrong: {0}")]
    Index(&'static str),
    /// More blocks than an era has.
    #[error("more than {ERA1_BLOCKS} blocks in one era1 file")]
    TooManyBlocks,
    /// Bytes follow the block index.
    #[error("bytes follow the era1 block index at byte {offset}")]
    TrailingBytes {
        /// Where the index ends.
        offset: u64,
    },
}

/// Reads an era1 file: one era of proof-of-work blocks as e2store records (`type ‖ length ‖ 0`, little-endian).
///
/// ```text
/// version  (header body receipts total-difficulty)×n  accumulator  index
/// ```
///
/// Lengths and types are checked before anything is allocated, the accumulator and the index before the
/// iterator ends. It ends at the first error. Memory is one block, plus 64 bytes for each block read.
///
/// # Errors
/// [`EraError`], in place of the block or at the end.
pub fn read_era1<R: Read>(reader: R) -> Era1Reader<R> {
    Era1Reader {
        reader,
        offset: 0,
        started: false,
        finished: false,
        first_number: 0,
        starts: Vec::new(),
        records: Vec::new(),
        accumulator: None,
    }
}

/// Decodes a whole era1 file from memory and counts its blocks: the entry point for fuzzing.
///
/// # Errors
/// The first [`EraError`].
pub fn decode_era1(bytes: &[u8]) -> Result<usize, EraError> {
    read_era1(bytes).try_fold(0, |count, block| block.map(|_| count + 1))
}

/// Iterator over the blocks of an era1 file; see [`read_era1`].
#[derive(Debug)]
pub struct Era1Reader<R> {
    reader: R,
    offset: u64,
    started: bool,
    finished: bool,
    first_number: u64,
    /// Start of each block's header record.
    starts: Vec<u64>,
    /// Root of each block's header record (hash, total difficulty), a leaf of the accumulator.
    records: Vec<[u8; 32]>,
    accumulator: Option<B256>,
}

impl<R> Era1Reader<R> {
    /// The accumulator of the era, once the last block has been read and it was found right. Its first four bytes
    /// are part of a published file's name.
    pub const fn accumulator(&self) -> Option<B256> {
        self.accumulator
    }
}

impl<R: Read> Iterator for Era1Reader<R> {
    type Item = Result<EraBlock, EraError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.finished {
            return None;
        }
        let item = self.advance().transpose();
        self.finished = !matches!(item, Some(Ok(_)));
        item
    }
}

impl<R: Read> Era1Reader<R> {
    fn advance(&mut self) -> Result<Option<EraBlock>, EraError> {
        if !self.started {
            self.version()?;
            self.started = true;
        }
        let start = self.record_header()?;
        match start.kind {
            HEADER => self.block(start).map(Some),
            ACCUMULATOR => self.tail(start).map(|()| None),
            got => Err(EraError::UnexpectedRecord { offset: start.offset, got, expected: HEADER }),
        }
    }

    fn version(&mut self) -> Result<(), EraError> {
        let record = match self.record_header() {
            Err(EraError::Truncated { .. } | EraError::Reserved { .. }) => return Err(EraError::NotEra1),
            other => other?,
        };
        if record.kind != VERSION || record.length != 0 {
            return Err(EraError::NotEra1);
        }
        Ok(())
    }

    fn block(&mut self, header: Record) -> Result<EraBlock, EraError> {
        if self.records.len() == ERA1_BLOCKS {
            return Err(EraError::TooManyBlocks);
        }
        let start = header.offset;
        let header = self.compressed_rlp(header, decode_header)?;
        let body = self.expect(BODY)?;
        let body: Body = self.compressed_rlp(body, Body::decode)?;
        let receipts = self.expect(RECEIPTS)?;
        let receipts = self.compressed_rlp(receipts, Vec::<Receipt>::decode)?;
        let difficulty = self.expect(TOTAL_DIFFICULTY)?;
        let difficulty: [u8; 32] = self.fixed(difficulty)?;

        let hash = header.hash_slow();
        if self.starts.is_empty() {
            self.first_number = header.number;
        }
        self.starts.push(start);
        self.records.push(sha256_pair(&hash.0, &difficulty));
        let Body { transactions, ommers } = body;
        Ok(EraBlock {
            block: Block { header, transactions, ommers },
            receipts,
            total_difficulty: U256::from_le_bytes(difficulty),
        })
    }

    /// Accumulator, index, and nothing after them.
    fn tail(&mut self, accumulator: Record) -> Result<(), EraError> {
        let got = B256::from(self.fixed::<32>(accumulator)?);
        let expected = accumulator_root(&self.records);
        if got != expected {
            return Err(EraError::Accumulator { got, expected });
        }
        self.accumulator = Some(got);
        let index = self.expect(BLOCK_INDEX)?;
        let count = self.starts.len() as u64;
        if index.length != 16 + 8 * count {
            return Err(EraError::Index("its length is not that of one entry per block"));
        }
        if self.word()? != self.first_number {
            return Err(EraError::Index("its first number is not that of the first block"));
        }
        for position in 0..self.starts.len() {
            let relative = self.word()?.cast_signed();
            let target = i64::try_from(index.offset).ok().and_then(|at| at.checked_add(relative));
            let start = self.starts.get(position).and_then(|start| i64::try_from(*start).ok());
            if target.is_none() || target != start {
                return Err(EraError::Index("an entry does not point at its block"));
            }
        }
        if self.word()? != count {
            return Err(EraError::Index("its count is not the number of blocks"));
        }
        match self.reader.read(&mut [0]) {
            Ok(0) => Ok(()),
            Ok(_) => Err(EraError::TrailingBytes { offset: self.offset }),
            Err(error) => Err(EraError::Io(error)),
        }
    }

    fn record_header(&mut self) -> Result<Record, EraError> {
        let offset = self.offset;
        let [k0, k1, l0, l1, l2, l3, r0, r1] = self.bytes::<8>()?;
        if [r0, r1] != [0, 0] {
            return Err(EraError::Reserved { offset });
        }
        let kind = u16::from_le_bytes([k0, k1]);
        let length = u64::from(u32::from_le_bytes([l0, l1, l2, l3]));
        if length > MAX_RECORD {
            return Err(EraError::Length { offset, kind, length });
        }
        Ok(Record { offset, kind, length })
    }

    fn expect(&mut self, kind: u16) -> Result<Record, EraError> {
        let record = self.record_header()?;
        if record.kind != kind {
            return Err(EraError::UnexpectedRecord {
                offset: record.offset,
                got: record.kind,
                expected: kind,
            });
        }
        Ok(record)
    }

    fn fixed<const N: usize>(&mut self, record: Record) -> Result<[u8; N], EraError> {
        if record.length != N as u64 {
            let Record { offset, kind, length } = record;
            return Err(EraError::Length { offset, kind, length });
        }
        self.bytes()
    }

    fn compressed_rlp<T>(
        &mut self,
        record: Record,
        decode: impl FnOnce(&mut &[u8]) -> alloy_rlp::Result<T>,
    ) -> Result<T, EraError> {
        let Record { offset, kind, length } = record;
        let mut framed = Vec::new();
        (&mut self.reader).take(length).read_to_end(&mut framed).map_err(EraError::Io)?;
        self.offset += framed.len() as u64;
        if framed.len() as u64 != length {
            return Err(EraError::Truncated { offset: self.offset });
        }
        let mut plain = Vec::new();
        snap::read::FrameDecoder::new(framed.as_slice())
            .take(MAX_RECORD + 1)
            .read_to_end(&mut plain)
            .map_err(|error| EraError::Snappy { offset, reason: error.to_string() })?;
        if plain.len() as u64 > MAX_RECORD {
            return Err(EraError::Length { offset, kind, length: plain.len() as u64 });
        }
        let mut rest = plain.as_slice();
        let value = decode(&mut rest).map_err(|error| EraError::Rlp { offset, error })?;
        if !rest.is_empty() {
            return Err(EraError::Rlp { offset, error: alloy_rlp::Error::UnexpectedLength });
        }
        Ok(value)
    }

    fn word(&mut self) -> Result<u64, EraError> {
        self.bytes().map(u64::from_le_bytes)
    }

    fn bytes<const N: usize>(&mut self) -> Result<[u8; N], EraError> {
        let mut bytes = [0; N];
        self.reader.read_exact(&mut bytes).map_err(|error| match error.kind() {
            io::ErrorKind::UnexpectedEof => EraError::Truncated { offset: self.offset },
            _ => EraError::Io(error),
        })?;
        self.offset += N as u64;
        Ok(bytes)
    }
}

/// Header of a record.
#[derive(Clone, Copy)]
struct Record {
    offset: u64,
    kind: u16,
    length: u64,
}

/// `rlp([transactions, ommers])`.
struct Body {
    transactions: Vec<crate::Transaction>,
    ommers: Vec<Header>,
}

impl Decodable for Body {
    fn decode(buf: &mut &[u8]) -> alloy_rlp::Result<Self> {
        let mut fields = alloy_rlp::Header::decode_bytes(buf, true)?;
        let transactions = Vec::decode(&mut fields)?;
        let mut list = alloy_rlp::Header::decode_bytes(&mut fields, true)?;
        let mut ommers = Vec::new();
        while !list.is_empty() {
            ommers.push(decode_header(&mut list)?);
        }
        if !fields.is_empty() {
            return Err(alloy_rlp::Error::UnexpectedLength);
        }
        Ok(Self { transactions, ommers })
    }
}

/// `hash_tree_root(List[HeaderRecord, 8192])` over the roots of the records (SSZ merkleization).
fn accumulator_root(records: &[[u8; 32]]) -> B256 {
    let mut level = records.to_vec();
    let mut zero = [0; 32];
    for _ in 0..ERA1_BLOCKS.trailing_zeros() {
        level = level
            .chunks(2)
            .map(|pair| match pair {
                [left, right] => sha256_pair(left, right),
                [left] => sha256_pair(left, &zero),
                _ => zero,
            })
            .collect();
        zero = sha256_pair(&zero, &zero);
    }
    let root = level.first().copied().unwrap_or(zero);
    B256::from(sha256_pair(&root, &U256::from(records.len()).to_le_bytes()))
}

fn sha256_pair(left: &[u8; 32], right: &[u8; 32]) -> [u8; 32] {
    Sha256::new().chain_update(left).chain_update(right).finalize().into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloy_rlp::Encodable;
    use std::io::Write;

    /// A small era1 file with `count` empty blocks from `first` on.
    fn era1(first: u64, count: u64) -> Vec<u8> {
        let mut file = record(VERSION, &[]);
        let mut starts = Vec::new();
        let mut records = Vec::new();
        for number in first..first + count {
            let header = Header { number, ..Header::default() };
            let difficulty = U256::from(number * 7).to_le_bytes::<32>();
            starts.push(file.len() as i64);
            records.push(sha256_pair(&header.hash_slow().0, &difficulty));
            file.extend(record(HEADER, &framed(&alloy_rlp::encode(&header))));
            file.extend(record(BODY, &framed(&[0xc2, 0xc0, 0xc0])));
            file.extend(record(RECEIPTS, &framed(&[0xc0])));
            file.extend(record(TOTAL_DIFFICULTY, &difficulty));
        }
        file.extend(record(ACCUMULATOR, accumulator_root(&records).as_slice()));
        let at = file.len() as i64;
        let mut index = first.to_le_bytes().to_vec();
        index.extend(starts.iter().flat_map(|start| (start - at).to_le_bytes()));
        index.extend(count.to_le_bytes());
        file.extend(record(BLOCK_INDEX, &index));
        file
    }

    fn record(kind: u16, data: &[u8]) -> Vec<u8> {
        let mut out = kind.to_le_bytes().to_vec();
        out.extend((data.len() as u32).to_le_bytes());
        out.extend([0, 0]);
        out.extend(data);
        out
    }

    fn framed(plain: &[u8]) -> Vec<u8> {
        let mut encoder = snap::write::FrameEncoder::new(Vec::new());
        encoder.write_all(plain).unwrap();
        encoder.into_inner().unwrap()
    }

    #[test]
    fn reads_what_the_format_describes() {
        let blocks: Vec<_> = read_era1(era1(8192, 3).as_slice()).collect::<Result<_, _>>().unwrap();
        assert_eq!(blocks.iter().map(|b| b.block.header.number).collect::<Vec<_>>(), [8192, 8193, 8194]);
        assert_eq!(blocks[2].total_difficulty, U256::from(8194 * 7));
        assert!(blocks[0].block.transactions.is_empty() && blocks[0].receipts.is_empty());
        assert_eq!(decode_era1(&era1(0, 0)).unwrap(), 0);
    }

    #[test]
    fn every_truncation_is_an_error() {
        let file = era1(5, 2);
        for length in 0..file.len() {
            assert!(decode_era1(&file[..length]).is_err(), "{length} of {} bytes", file.len());
        }
        assert!(matches!(decode_era1(&file[..file.len() - 1]), Err(EraError::Truncated { .. })));
    }

    #[test]
    fn a_flipped_bit_is_found_or_changes_nothing() {
        // Nothing changes where the bit moves a back reference inside a run of equal bytes.
        let file = era1(5, 1);
        let blocks: Vec<_> = read_era1(file.as_slice()).collect::<Result<_, _>>().unwrap();
        for position in 0..file.len() {
            let mut bad = file.clone();
            bad[position] ^= 1;
            match read_era1(bad.as_slice()).collect::<Result<Vec<_>, _>>() {
                Err(_) => {}
                Ok(same) => assert_eq!(same, blocks, "byte {position}"),
            }
        }
    }

    #[test]
    fn foreign_and_oversized_records_are_refused() {
        let mut rlp = Vec::new();
        Block::default().encode(&mut rlp);
        assert!(matches!(decode_era1(&rlp), Err(EraError::NotEra1)));
        assert!(matches!(decode_era1(b""), Err(EraError::NotEra1)));
        let mut huge = record(VERSION, &[]);
        huge.extend([0x03, 0, 0xff, 0xff, 0xff, 0xff, 0, 0]);
        assert!(matches!(decode_era1(&huge), Err(EraError::Length { .. })));
        let mut trailing = era1(0, 1);
        trailing.push(0);
        assert!(matches!(decode_era1(&trailing), Err(EraError::TrailingBytes { .. })));
        let mut other = record(VERSION, &[]);
        other.extend(record(BODY, &[]));
        assert!(matches!(decode_era1(&other), Err(EraError::UnexpectedRecord { got: BODY, .. })));
    }
}
