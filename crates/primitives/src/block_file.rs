use crate::{Block, Era1Reader, EraError, read_era1};
use alloy_primitives::U256;
use alloy_rlp::Decodable;
use flate2::read::MultiGzDecoder;
use std::{
    fs::File,
    io::{self, BufReader, Read},
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

/// Largest block that is read from a file, in bytes.
const MAX_BLOCK: u64 = 64 << 20;

/// The blocks of a file, in the file's order: concatenated block RLP (as `geth export` writes it), the same
/// through gzip, or era1. The content decides, not the name.
///
/// It holds one block in memory and ends at the first error.
pub struct BlockFile {
    source: Source,
    size: u64,
    read: Arc<AtomicU64>,
    finished: bool,
}

/// One block of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileBlock {
    /// The block.
    pub block: Block,
    /// Sum of the difficulties up to and with this block, where the file says it (era1).
    pub total_difficulty: Option<U256>,
}

/// Why a file of blocks cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum BlockFileError {
    /// The file cannot be opened or read.
    #[error("cannot read the block file: {0}")]
    Io(#[source] io::Error),
    /// The file is empty.
    #[error("the block file is empty")]
    Empty,
    /// The file is neither block RLP, nor gzip, nor era1.
    #[error("not a block file: it begins with byte {0:#04x}, neither block RLP, nor gzip, nor era1")]
    UnknownFormat(u8),
    /// An era1 file is truncated or corrupt.
    #[error(transparent)]
    Era1(#[from] EraError),
    /// A gzip stream is corrupt.
    #[error("the gzip stream is corrupt: {0}; fetch or export the file again")]
    Gzip(String),
    /// The file ends inside a block.
    #[error("the block file is truncated inside block {index} of the file; fetch or export it again")]
    Truncated {
        /// How many whole blocks come before.
        index: u64,
    },
    /// A block is larger than what is read (64 MiB).
    #[error("block {index} of the file claims a length of {length} bytes")]
    TooLong {
        /// How many whole blocks come before.
        index: u64,
        /// Length in bytes.
        length: u64,
    },
    /// A block is malformed.
    #[error("block {index} of the file is malformed RLP: {error}")]
    Rlp {
        /// How many whole blocks come before.
        index: u64,
        /// What the decoder says.
        error: alloy_rlp::Error,
    },
}

impl BlockFile {
    /// Opens a file and finds out its format.
    ///
    /// # Errors
    /// [`BlockFileError::Io`], [`BlockFileError::Empty`], [`BlockFileError::UnknownFormat`].
    pub fn open(path: impl AsRef<Path>) -> Result<Self, BlockFileError> {
        let file = File::open(path).map_err(BlockFileError::Io)?;
        let size = file.metadata().map_err(BlockFileError::Io)?.len();
        Self::from_reader(file, size)
    }

    /// Reads from any stream; `size` in bytes is only for [`Self::size`].
    ///
    /// # Errors
    /// As [`Self::open`].
    pub fn from_reader(reader: impl Read + Send + 'static, size: u64) -> Result<Self, BlockFileError> {
        let read = Arc::new(AtomicU64::new(0));
        let counted = Counted { reader, read: Arc::clone(&read) };
        let mut reader = BufReader::with_capacity(1 << 18, counted);
        let mut magic = [0; 2];
        let got = read_up_to(&mut reader, &mut magic).map_err(BlockFileError::Io)?;
        let head = io::Cursor::new(magic).take(got as u64);
        let stream: Stream = Box::new(head.chain(reader));
        let source = match magic {
            _ if got == 0 => return Err(BlockFileError::Empty),
            [0x1f, 0x8b] => Source::Rlp {
                stream: Box::new(BufReader::with_capacity(1 << 16, MultiGzDecoder::new(stream))),
                gzip: true,
                index: 0,
            },
            [0x65, 0x32] => Source::Era1(read_era1(stream)),
            [first, _] if first >= alloy_rlp::EMPTY_LIST_CODE => {
                Source::Rlp { stream, gzip: false, index: 0 }
            }
            [first, _] => return Err(BlockFileError::UnknownFormat(first)),
        };
        Ok(Self { source, size, read, finished: false })
    }

    /// Bytes of the file.
    pub const fn size(&self) -> u64 {
        self.size
    }

    /// Bytes of the file read so far: for progress.
    pub fn bytes_read(&self) -> u64 {
        self.read.load(Ordering::Relaxed)
    }

    fn advance(&mut self) -> Result<Option<FileBlock>, BlockFileError> {
        match &mut self.source {
            Source::Era1(reader) => Ok(reader
                .next()
                .transpose()?
                .map(|item| FileBlock { block: item.block, total_difficulty: Some(item.total_difficulty) })),
            Source::Rlp { stream, gzip, index } => {
                let Some(bytes) = next_item(stream, *index, *gzip)? else { return Ok(None) };
                let mut rest = bytes.as_slice();
                let block =
                    Block::decode(&mut rest).map_err(|error| BlockFileError::Rlp { index: *index, error })?;
                *index += 1;
                Ok(Some(FileBlock { block, total_difficulty: None }))
            }
        }
    }
}

impl Iterator for BlockFile {
    type Item = Result<FileBlock, BlockFileError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.finished {
            return None;
        }
        let item = self.advance().transpose();
        self.finished = !matches!(item, Some(Ok(_)));
        item
    }
}

impl core::fmt::Debug for BlockFile {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("BlockFile").field("size", &self.size).field("read", &self.bytes_read()).finish()
    }
}

/// Decodes a whole block file from memory and counts its blocks: the entry point for fuzzing.
///
/// # Errors
/// The first [`BlockFileError`].
pub fn decode_block_file(bytes: Vec<u8>) -> Result<usize, BlockFileError> {
    let size = bytes.len() as u64;
    BlockFile::from_reader(io::Cursor::new(bytes), size)?.try_fold(0, |count, block| block.map(|_| count + 1))
}

type Stream = Box<dyn Read + Send>;

enum Source {
    Rlp { stream: Stream, gzip: bool, index: u64 },
    Era1(Era1Reader<Stream>),
}

struct Counted<R> {
    reader: R,
    read: Arc<AtomicU64>,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let count = self.reader.read(buf)?;
        self.read.fetch_add(count as u64, Ordering::Relaxed);
        Ok(count)
    }
}

/// The bytes of the next RLP list, with its header; `None` at the end of the stream.
fn next_item(stream: &mut Stream, index: u64, gzip: bool) -> Result<Option<Vec<u8>>, BlockFileError> {
    let failed = |error: io::Error| match error.kind() {
        io::ErrorKind::UnexpectedEof => BlockFileError::Truncated { index },
        io::ErrorKind::InvalidData | io::ErrorKind::InvalidInput if gzip => {
            BlockFileError::Gzip(error.to_string())
        }
        _ => BlockFileError::Io(error),
    };
    let mut head = [0; 9];
    if read_up_to(stream, &mut head[..1]).map_err(failed)? == 0 {
        return Ok(None);
    }
    let length = match head[0] {
        first @ 0xc0..=0xf7 => u64::from(first - 0xc0),
        first @ 0xf8.. => {
            let size = usize::from(first - 0xf7);
            stream.read_exact(&mut head[1..=size]).map_err(failed)?;
            head[1..=size].iter().fold(0u64, |length, byte| (length << 8) | u64::from(*byte))
        }
        _ => return Err(BlockFileError::Rlp { index, error: alloy_rlp::Error::UnexpectedString }),
    };
    if length > MAX_BLOCK {
        return Err(BlockFileError::TooLong { index, length });
    }
    let prefix = 1 + usize::from(head[0].saturating_sub(0xf7));
    let mut bytes = head[..prefix].to_vec();
    stream.take(length).read_to_end(&mut bytes).map_err(failed)?;
    if bytes.len() as u64 != length + prefix as u64 {
        return Err(BlockFileError::Truncated { index });
    }
    Ok(Some(bytes))
}

/// Fills `buf` as far as the stream goes.
fn read_up_to(reader: &mut impl Read, buf: &mut [u8]) -> io::Result<usize> {
    let mut filled = 0;
    while filled < buf.len() {
        match reader.read(&mut buf[filled..]) {
            Ok(0) => break,
            Ok(count) => filled += count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Header;
    use std::io::Write;

    fn chain(count: u64) -> Vec<u8> {
        let mut out = Vec::new();
        for number in 0..count {
            let block = Block { header: Header { number, ..Header::default() }, ..Block::default() };
            alloy_rlp::Encodable::encode(&block, &mut out);
        }
        out
    }

    fn gzipped(plain: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(plain).unwrap();
        encoder.finish().unwrap()
    }

    #[test]
    fn plain_and_gzipped_rlp_are_the_same() {
        assert_eq!(decode_block_file(chain(7)).unwrap(), 7);
        assert_eq!(decode_block_file(gzipped(&chain(7))).unwrap(), 7);
        let two_members = [gzipped(&chain(3)), gzipped(&chain(2))].concat();
        assert_eq!(decode_block_file(two_members).unwrap(), 5);
    }

    #[test]
    fn truncation_is_named() {
        let plain = chain(2);
        let cut = plain.len() - 3;
        assert!(matches!(
            decode_block_file(plain[..cut].to_vec()),
            Err(BlockFileError::Truncated { index: 1 })
        ));
        let packed = gzipped(&plain);
        for length in 3..packed.len() {
            let result = decode_block_file(packed[..length].to_vec());
            assert!(matches!(result, Err(BlockFileError::Truncated { .. })), "{length}: {result:?}");
        }
    }

    #[test]
    fn corruption_is_named() {
        let mut packed = gzipped(&chain(2));
        let crc = packed.len() - 6;
        packed[crc] ^= 0xff;
        assert!(matches!(decode_block_file(packed), Err(BlockFileError::Gzip(_))));
        assert!(matches!(decode_block_file(Vec::new()), Err(BlockFileError::Empty)));
        assert!(matches!(decode_block_file(b"hello".to_vec()), Err(BlockFileError::UnknownFormat(b'h'))));
        assert!(matches!(decode_block_file(vec![0xc1, 0xc0]), Err(BlockFileError::Rlp { index: 0, .. })));
        let huge = vec![0xff, 0xff, 0, 0, 0, 0, 0, 0, 0];
        assert!(matches!(decode_block_file(huge), Err(BlockFileError::TooLong { index: 0, .. })));
    }
}
