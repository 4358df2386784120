use super::Files;
use crate::{case::Case, pack::Pack};
use autochain_chainspec::{ChainSpec, Fork};
use autochain_consensus::{AncestorInfo, Seals, check_body, check_header, check_ommers};
use autochain_primitives::{
    B256, Block, BlockFile, EraBlock, Header, SealedBlock, SealedHeader, U256, decode_block_file,
    decode_era1, logs_bloom, read_era1, receipts_root,
};
use rayon::prelude::*;
use std::io::Cursor;

/// A real chain: its file, its genesis, and what importing it ends in.
struct Chain {
    file: &'static str,
    genesis: &'static str,
    /// Blocks after genesis.
    blocks: usize,
    ommers: usize,
    transactions: usize,
    /// First bytes of the published accumulator root, where the file is an era.
    accumulator: Option<[u8; 4]>,
    /// First and last bytes of the published hash of the head.
    head: Option<([u8; 4], [u8; 2])>,
}

const CHAINS: [Chain; 6] = [
    Chain {
        file: "mainnet-00000-5ec1ffb8.era1",
        genesis: MAINNET,
        blocks: 8191,
        ommers: 1410,
        transactions: 0,
        accumulator: Some([0x5e, 0xc1, 0xff, 0xb8]),
        head: Some(([0xa6, 0x86, 0x0f, 0xef], [0xbe, 0xd4])),
    },
    Chain {
        file: "besu/mainnet-0-999.blocks",
        genesis: MAINNET,
        blocks: 999,
        ommers: 293,
        transactions: 0,
        accumulator: None,
        head: None,
    },
    Chain {
        file: "sepolia-00000-643a00f7.era1",
        genesis: "genesis/besu-sepolia.json",
        blocks: 8191,
        ommers: 0,
        transactions: 0,
        accumulator: Some([0x64, 0x3a, 0x00, 0xf7]),
        head: None,
    },
    Chain {
        file: "hive-devp2p/fullchain.rlp",
        genesis: HIVE,
        blocks: 3000,
        ommers: 0,
        transactions: 300,
        accumulator: None,
        head: None,
    },
    Chain {
        file: "hive-devp2p/halfchain.rlp",
        genesis: HIVE,
        blocks: 999,
        ommers: 0,
        transactions: 100,
        accumulator: None,
        head: None,
    },
    Chain {
        file: CONDENSE,
        genesis: "core-geth/foundation-condense-state/foundation.conf.json",
        blocks: 1310,
        ommers: 0,
        transactions: 22_258,
        accumulator: None,
        head: None,
    },
];

const MAINNET: &str = "genesis/besu-mainnet.json";
const HIVE: &str = "hive-devp2p/genesis.json";
const CONDENSE: &str = "core-geth/foundation-condense-state/export.rlp.gz";

/// Header import of real chains: everything about them but execution, which the import tests of the node do.
pub(super) fn run(files: &Files, _: &Pack) -> Vec<(String, Case)> {
    let mut cases: Vec<_> =
        CHAINS.par_iter().with_max_len(1).flat_map_iter(|chain| chain_cases(files, chain)).collect();
    let mut add = |path: &str, name: &str, result| cases.push((path.to_owned(), Case::new(name, result)));
    add("besu/badpow.blocks", "refused for its seal", bad_seal(files));
    // It names the version that wrote the chain, and no more.
    let version = files.open("core-geth/foundation-condense-state/geth_version.txt");
    add("core-geth/foundation-condense-state/geth_version.txt", "present", version.map(|_| ()));
    for (path, name, result) in damaged(files) {
        add(path, &name, result);
    }
    cases
}

/// The parts of a chain's check, each a case.
fn chain_cases(files: &Files, chain: &Chain) -> Vec<(String, Case)> {
    let mut cases = Vec::new();
    let mut add = |name: &str, result| cases.push((chain.file.to_owned(), Case::new(name, result)));
    let (spec, blocks) =
        match genesis(files, chain.genesis).and_then(|spec| Ok((spec, blocks(files, chain)?))) {
            Ok(read) => read,
            Err(error) => {
                add("read", Err(error));
                return cases;
            }
        };
    let blocks: Vec<_> = blocks.into_iter().map(Block::seal_slow).collect();
    add("read", counts(chain, &spec, &blocks));
    add("headers", headers(&spec, &blocks));
    add("seals", seals(&spec, &blocks));
    add("bodies and senders", bodies(&spec, &blocks));
    add("ommers", ommers(&spec, &blocks));
    if chain.accumulator.is_some() {
        add("receipts and total difficulties", era(files, chain, &spec));
    }
    cases
}

fn genesis(files: &Files, path: &str) -> Result<ChainSpec, String> {
    ChainSpec::from_genesis_slice(files.open(path)?).map_err(|error| error.to_string())
}

fn blocks(files: &Files, chain: &Chain) -> Result<Vec<Block>, String> {
    let bytes = files.open(chain.file)?.to_vec();
    let size = bytes.len() as u64;
    let file = BlockFile::from_reader(Cursor::new(bytes), size).map_err(|error| error.to_string())?;
    file.map(|block| block.map(|block| block.block).map_err(|error| error.to_string())).collect()
}

/// As many blocks, ommers and transactions as there should be, from the genesis block (which some files leave
/// out) to the head.
fn counts(chain: &Chain, spec: &ChainSpec, blocks: &[SealedBlock]) -> Result<(), String> {
    let first = blocks.first().ok_or("no blocks")?;
    let named = if first.header.number == 0 { first.hash() } else { first.header.parent_hash };
    if named != spec.genesis_hash() {
        return Err(format!("the chain begins at {named}, the genesis file gives {}", spec.genesis_hash()));
    }
    let after = after_genesis(blocks);
    let ommers = after.iter().map(|block| block.ommers.len()).sum();
    let transactions = after.iter().map(|block| block.transactions.len()).sum();
    let (got, want) = ((after.len(), ommers, transactions), (chain.blocks, chain.ommers, chain.transactions));
    if got != want {
        return Err(format!("{got:?} blocks, ommers, transactions; expected {want:?}"));
    }
    let head = after.last().ok_or("no head")?.hash();
    match chain.head {
        Some((start, end)) if !(head.starts_with(&start) && head.ends_with(&end)) => {
            Err(format!("the head is {head}"))
        }
        _ => Ok(()),
    }
}

fn after_genesis(blocks: &[SealedBlock]) -> &[SealedBlock] {
    let genesis = blocks.first().is_some_and(|block| block.header.number == 0);
    &blocks[usize::from(genesis)..]
}

fn headers(spec: &ChainSpec, blocks: &[SealedBlock]) -> Result<(), String> {
    let mut parent = spec.genesis_header();
    let mut hash = spec.genesis_hash();
    for block in after_genesis(blocks) {
        if block.header.parent_hash != hash {
            return Err(format!("block {} does not follow the one before it", block.header.number));
        }
        check_header(spec, &block.header, parent, block.header.timestamp)
            .map_err(|error| format!("block {}: {error}", block.header.number))?;
        parent = &block.header;
        hash = block.hash();
    }
    Ok(())
}

fn seals(spec: &ChainSpec, blocks: &[SealedBlock]) -> Result<(), String> {
    let headers: Vec<&Header> = after_genesis(blocks)
        .iter()
        .flat_map(|block| std::iter::once(&block.header).chain(&block.ommers))
        .collect();
    Seals::new(spec).check(&headers).map_err(|error| error.to_string())
}

fn bodies(spec: &ChainSpec, blocks: &[SealedBlock]) -> Result<(), String> {
    after_genesis(blocks).par_iter().try_for_each(|block| {
        let number = block.header.number;
        check_body(spec, block).map_err(|error| format!("block {number}: {error}"))?;
        let low_s = spec.is_active(Fork::Homestead, number, block.header.timestamp);
        let recovered = block.clone().recover(low_s);
        recovered.map(drop).map_err(|(index, error)| format!("block {number}, transaction {index}: {error}"))
    })
}

fn ommers(spec: &ChainSpec, blocks: &[SealedBlock]) -> Result<(), String> {
    let genesis = (spec.sealed_genesis_header().clone(), Vec::new());
    let after = after_genesis(blocks);
    let known: Vec<(SealedHeader, Vec<B256>)> = std::iter::once(genesis)
        .chain(
            after
                .iter()
                .map(|block| (block.sealed_header(), block.ommers.iter().map(Header::hash_slow).collect())),
        )
        .collect();
    for (index, block) in after.iter().enumerate() {
        // The blocks up to the parent end at `known[index]`.
        let ancestors: Vec<_> = known[..=index]
            .iter()
            .rev()
            .take(7)
            .map(|(header, ommers)| AncestorInfo { header, ommers })
            .collect();
        check_ommers(spec, block, &ancestors, block.header.timestamp)
            .map_err(|error| format!("block {}: {error}", block.header.number))?;
    }
    Ok(())
}

/// What an era says besides the blocks.
fn era(files: &Files, chain: &Chain, spec: &ChainSpec) -> Result<(), String> {
    let mut reader = read_era1(files.open(chain.file)?);
    let mut total_difficulty = U256::ZERO;
    for item in reader.by_ref() {
        let EraBlock { block, receipts, total_difficulty: told } = item.map_err(|error| error.to_string())?;
        let header = &block.header;
        total_difficulty += header.difficulty;
        if told != total_difficulty {
            return Err(format!("block {}: total difficulty {told}, sum {total_difficulty}", header.number));
        }
        let got = (receipts_root(&receipts), logs_bloom(&receipts));
        if header.number > 0 && got != (header.receipts_root, header.logs_bloom) {
            return Err(format!("block {}: other receipts than the header's", header.number));
        }
    }
    let accumulator = reader.accumulator().ok_or("no accumulator")?;
    if !accumulator.starts_with(&chain.accumulator.unwrap_or_default()) {
        return Err(format!("the accumulator is {accumulator}, which the file's name contradicts"));
    }
    if spec.genesis_header().difficulty > total_difficulty {
        return Err("the era does not begin at genesis".to_owned());
    }
    Ok(())
}

/// The header is good in all but its seal.
fn bad_seal(files: &Files) -> Result<(), String> {
    let spec = genesis(files, MAINNET)?;
    let bytes = files.open("besu/badpow.blocks")?.to_vec();
    let size = bytes.len() as u64;
    let file = BlockFile::from_reader(Cursor::new(bytes), size).map_err(|error| error.to_string())?;
    let blocks: Vec<_> = file.collect::<Result<_, _>>().map_err(|error| error.to_string())?;
    let [genesis, block] = blocks.as_slice() else {
        return Err(format!("{} blocks, expected 2", blocks.len()));
    };
    if genesis.block.header.hash_slow() != spec.genesis_hash() {
        return Err("the file begins with another genesis".to_owned());
    }
    let header = &block.block.header;
    check_header(&spec, header, spec.genesis_header(), header.timestamp)
        .map_err(|error| error.to_string())?;
    match Seals::new(&spec).check(&[header]) {
        Ok(()) => Err("its seal is accepted".to_owned()),
        Err(_) => Ok(()),
    }
}

/// Real files cut off and with a bit flipped: each ends in an error.
fn damaged(files: &Files) -> Vec<(&'static str, String, Result<(), String>)> {
    let read = |path: &str, bytes: Vec<u8>| -> Result<usize, String> {
        if path.ends_with(".era1") {
            decode_era1(&bytes).map_err(|error| error.to_string())
        } else {
            decode_block_file(bytes).map_err(|error| error.to_string())
        }
    };
    let paths = ["sepolia-00000-643a00f7.era1", CONDENSE, "hive-devp2p/fullchain.rlp"];
    let refused = |result: Result<usize, String>| match result {
        Ok(count) => Err(format!("{count} blocks are read")),
        Err(_) => Ok(()),
    };
    let mut results = Vec::new();
    for path in paths {
        let Ok(bytes) = files.open(path) else { continue };
        for part in [3, 2] {
            let cut = bytes[..bytes.len() / part].to_vec();
            results.push((path, format!("cut to 1/{part}"), refused(read(path, cut))));
        }
        if path == "hive-devp2p/fullchain.rlp" {
            // Plain RLP carries no checksum: the block hashes are what finds a flipped bit.
            continue;
        }
        let mut flipped = bytes.to_vec();
        flipped[bytes.len() / 2] ^= 0x10;
        results.push((path, "a bit flipped".to_owned(), refused(read(path, flipped))));
    }
    results
}
