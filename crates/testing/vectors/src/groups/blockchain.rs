use crate::{
    case::{Case, Skip},
    database_chain::DatabaseChain,
    expect::{Class, Expected},
    importer::{Importer, Refusal},
    json::{self, Alloc, Number},
    memory_chain::MemoryChain,
    network::{self, Network},
    pack::{Pack, VectorFile},
    world::World,
};
use autochain_chainspec::{ChainSpec, SealRule};
use autochain_consensus::Seals;
use autochain_primitives::{
    Address, B64, B256, Block, Bloom, Bytes, Header, SealedHeader, rlp::Decodable, transactions_root,
};
use rayon::prelude::*;
use serde::Deserialize;
use serde_json::value::RawValue;
use std::{
    borrow::Cow,
    collections::{BTreeMap, HashMap},
    sync::OnceLock,
};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Test<'a> {
    #[serde(borrow)]
    network: Cow<'a, str>,
    seal_engine: Option<Cow<'a, str>>,
    genesis_block_header: &'a RawValue,
    #[serde(rename = "genesisRLP")]
    genesis_rlp: Option<&'a RawValue>,
    pre: &'a RawValue,
    blocks: &'a RawValue,
    lastblockhash: B256,
    post_state: Option<&'a RawValue>,
    post_state_hash: Option<B256>,
}

/// A block of a test: `rlp`, `blockHeader` if it is valid, else what is wrong with it.
type TestBlock<'a> = HashMap<Cow<'a, str>, &'a RawValue>;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct TestHeader {
    parent_hash: B256,
    uncle_hash: B256,
    coinbase: Address,
    state_root: B256,
    transactions_trie: B256,
    receipt_trie: B256,
    bloom: Bloom,
    difficulty: Number,
    number: Number,
    gas_limit: Number,
    gas_used: Number,
    timestamp: Number,
    extra_data: Bytes,
    mix_hash: B256,
    nonce: B64,
    hash: B256,
}

/// Malformed blocks, which must fail in the decoder.
const MALFORMED: &str = "/bcForgedTest/bcInvalidRLPTest.json";

/// Through the import pipeline in memory.
pub(super) fn in_memory(file: &VectorFile, _: &Pack) -> Option<Vec<Case>> {
    run(file, |spec, genesis, pre| {
        let seals = (spec.seal == SealRule::Full).then(seals);
        Ok(Box::new(MemoryChain::new(spec, seals, genesis, World::new(pre)?)))
    })
}

/// Through the node's own chain over a database.
pub(super) fn in_database(file: &VectorFile, _: &Pack) -> Option<Vec<Case>> {
    run(file, |spec, genesis, pre| Ok(Box::new(DatabaseChain::new(spec, &genesis, pre)?)))
}

/// Makes an empty chain from rules, genesis and pre state.
type Open = fn(ChainSpec, SealedHeader, &Alloc) -> Result<Box<dyn Importer>, String>;

fn run(file: &VectorFile, open: Open) -> Option<Vec<Case>> {
    if !file.path.ends_with(".json") {
        return None;
    }
    let tests = json::parse::<BTreeMap<Cow<'_, str>, Test<'_>>>(&file.bytes);
    let tests = match tests {
        Ok(tests) => tests,
        Err(error) => return Some(vec![Case::new("(file)", Err(error))]),
    };
    let malformed = file.path.ends_with(MALFORMED);
    Some(tests.par_iter().map(|(name, test)| case(name, test, malformed, open)).collect())
}

fn case(name: &str, test: &Test<'_>, malformed: bool, open: Open) -> Case {
    let spec = match Network::parse(&test.network) {
        Ok(Network::Stake) => return Case::skipped(name, Skip::ProofOfStake),
        Ok(Network::Merging(spec)) => {
            // Its proof-of-work blocks are imported all the same; what follows them is refused.
            return match run_test(test, spec, malformed, true, open) {
                Ok(()) => Case::skipped(name, Skip::ProofOfStake),
                Err(error) => Case::new(name, Err(error)),
            };
        }
        Ok(Network::Work(spec)) => spec,
        Err(error) => return Case::new(name, Err(error)),
    };
    let mut spec = spec;
    let sealed = test.seal_engine.as_deref() == Some("Ethash");
    if sealed {
        spec.seal = SealRule::Full;
    }
    let mut case = Case::new(name, run_test(test, spec, malformed, false, open)).label("PoW-era");
    if sealed {
        case = case.label("sealed");
    }
    if malformed {
        case = case.label("malformed");
    }
    case
}

/// The seal check with its caches, which all sealed tests share.
fn seals() -> &'static Seals {
    static SEALS: OnceLock<Seals> = OnceLock::new();
    SEALS.get_or_init(|| Seals::new(&network::mainnet()))
}

fn run_test(
    test: &Test<'_>,
    spec: ChainSpec,
    malformed: bool,
    merging: bool,
    open: Open,
) -> Result<(), String> {
    let pre: Alloc = json::parse(test.pre.get().as_bytes())?;
    let genesis = genesis(test)?;
    let root = genesis.state_root;
    let mut chain = open(spec, genesis, &pre)?;
    if chain.state_root()? != root {
        return Err(format!("the pre state's root is {}, genesis says {root}", chain.state_root()?));
    }
    import_all(test, chain.as_mut(), malformed, merging)?;
    if merging {
        return Ok(());
    }
    check_end(test, chain.as_ref())
}

/// Imports the blocks in order; valid ones must be taken, invalid ones refused for the expected reason.
fn import_all(
    test: &Test<'_>,
    chain: &mut dyn Importer,
    malformed: bool,
    merging: bool,
) -> Result<(), String> {
    let blocks: Vec<TestBlock<'_>> = json::parse(test.blocks.get().as_bytes())?;
    for (index, block) in blocks.iter().enumerate() {
        let rlp: Cow<'_, str> = json::parse(block.get("rlp").ok_or("a block without RLP")?.get().as_bytes())?;
        let bytes = json::unhex(&rlp)?;
        let decoded = Block::decode_exact(&bytes).map_err(|error| Refusal::new(Class::Malformed, error));
        let result = decoded.clone().and_then(|block| chain.import(block));
        match (block.get("blockHeader"), result) {
            (Some(_), Ok(())) => {}
            (Some(header), Err(refusal)) => {
                let header: TestHeader = json::parse(header.get().as_bytes())?;
                if merging && header.difficulty == Number::default() {
                    continue;
                }
                return Err(format!("block {index} is refused as {:?}: {}", refusal.class, refusal.text));
            }
            (None, Ok(())) => return Err(format!("block {index} is accepted, but invalid")),
            (None, Err(refusal)) => {
                let expected = match expected(test, block)? {
                    Some(expected) => expected,
                    None if malformed => Expected::malformed(),
                    None => continue,
                };
                if merging {
                    continue;
                }
                let refusal = match decoded {
                    // Some of these blocks were made by adding a bad transaction below a header that does not
                    // know it. Then the transaction is judged once more under the root that it gives.
                    Ok(block) if refusal.class == Class::TransactionsRoot && expected.is_of_transaction() => {
                        match chain.import(with_own_root(block)) {
                            Err(refusal) => refusal,
                            Ok(()) => return Err(format!("block {index} is accepted with its own root")),
                        }
                    }
                    _ => refusal,
                };
                expected
                    .check(refusal.class, &refusal.text)
                    .map_err(|error| format!("block {index}: {error}"))?;
            }
        }
    }
    Ok(())
}

/// The block with the transactions root that its body gives.
fn with_own_root(mut block: Block) -> Block {
    block.header.transactions_root = transactions_root(&block.transactions);
    block
}

/// The exception that the network is to raise: one of its own, one for all, or the only one.
fn expected(test: &Test<'_>, block: &TestBlock<'_>) -> Result<Option<Expected>, String> {
    let own = format!("expectException{}", test.network);
    let names = [own.as_str(), "expectExceptionALL", "expectException"];
    let Some(name) = names.iter().find_map(|key| block.get(*key)) else { return Ok(None) };
    let name: Cow<'_, str> = serde_json::from_str(name.get()).map_err(|error| error.to_string())?;
    Expected::block(&name).map(Some)
}

fn check_end(test: &Test<'_>, chain: &dyn Importer) -> Result<(), String> {
    if chain.head() != test.lastblockhash {
        return Err(format!("the head is {}, expected {}", chain.head(), test.lastblockhash));
    }
    if let Some(hash) = test.post_state_hash {
        let root = chain.state_root()?;
        if root != hash {
            return Err(format!("the state root is {root}, expected {hash}"));
        }
    }
    let Some(post) = test.post_state else { return Ok(()) };
    let post: Alloc = json::parse(post.get().as_bytes())?;
    for (address, want) in &post {
        let (nonce, balance, code) =
            chain.account(*address)?.ok_or_else(|| format!("account {address} is missing"))?;
        let wanted = (want.nonce.u64()?, want.balance.0, &want.code);
        if (nonce, balance, &code) != wanted {
            let got = (nonce, balance, &code);
            return Err(format!("account {address} is {got:?}, expected {wanted:?}"));
        }
        let wanted: Vec<_> = want
            .storage
            .iter()
            .filter(|(_, value)| !value.0.is_zero())
            .map(|(slot, value)| (slot.0, value.0))
            .collect();
        let slots = chain.storage(*address)?;
        if slots != wanted {
            return Err(format!("storage of {address} is {slots:?}, expected {wanted:?}"));
        }
    }
    let count = chain.account_count()?;
    if count != post.len() {
        return Err(format!("{count} accounts, expected {}", post.len()));
    }
    Ok(())
}

/// The header of block 0, from its RLP or, where the suite has none, from its fields. Both give its hash.
fn genesis(test: &Test<'_>) -> Result<SealedHeader, String> {
    let fields: TestHeader = json::parse(test.genesis_block_header.get().as_bytes())?;
    let header = match test.genesis_rlp {
        Some(text) => {
            let text: Cow<'_, str> = json::parse(text.get().as_bytes())?;
            let bytes = json::unhex(&text)?;
            Block::decode(&mut bytes.as_slice()).map_err(|error| format!("genesis: {error}"))?.header
        }
        None => Header {
            parent_hash: fields.parent_hash,
            ommers_hash: fields.uncle_hash,
            beneficiary: fields.coinbase,
            state_root: fields.state_root,
            transactions_root: fields.transactions_trie,
            receipts_root: fields.receipt_trie,
            logs_bloom: fields.bloom,
            difficulty: fields.difficulty.0,
            number: fields.number.u64()?,
            gas_limit: fields.gas_limit.u64()?,
            gas_used: fields.gas_used.u64()?,
            timestamp: fields.timestamp.u64()?,
            extra_data: fields.extra_data,
            mix_hash: fields.mix_hash,
            nonce: fields.nonce,
            ..Header::default()
        },
    };
    let hash = header.hash_slow();
    if hash != fields.hash {
        return Err(format!("genesis hashes to {hash}, expected {}", fields.hash));
    }
    Ok(SealedHeader::new_unchecked(header, hash))
}
