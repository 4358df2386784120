//! Import of real chains, and what the same blocks cost at least: signature recovery, stock revm without any
//! database or root, batched seals.
//!
//! Both sides run in this process, in turns, several rounds; the best round of each counts. The ratio is of CPU
//! time over all threads, so that a busy machine or a slow disk does not speak.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::time::{Duration, Instant};

use autochain_chain::{Chain, ImportStats, ImportSummary};
use autochain_chainspec::{ChainSpec, Fork};
use autochain_consensus::payouts;
use autochain_ethash::{EPOCH_LENGTH, Light, Params, Sizes};
use autochain_evm::Rules;
use autochain_evm::revm::context::{BlockEnv, CfgEnv, Context, TxEnv};
use autochain_evm::revm::context_interface::block::BlobExcessGasAndPrice;
use autochain_evm::revm::database::{CacheDB, EmptyDB};
use autochain_evm::revm::primitives::hardfork::SpecId;
use autochain_evm::revm::state::{AccountInfo, Bytecode};
use autochain_evm::revm::{Database as _, ExecuteCommitEvm as _, MainBuilder as _, MainContext as _};
use autochain_primitives::{
    Address, Block, BlockFile, Header, HeaderExt as _, KECCAK256_EMPTY, Transaction, TransactionFields as _,
    U256, recover_sender, thread_time,
};
use autochain_store::{Options, Store};
use eyre::{Result, WrapErr as _, bail, ensure, eyre};

/// Whole-import CPU over the baseline's: what is asked for.
const TARGET: f64 = 2.5;

/// Seals that are hashed together, as the node does it.
const SEAL_BATCH: usize = 16;

/// A chain of the vectors pack: its name here, its genesis and its blocks.
struct Source {
    name: &'static str,
    genesis: &'static str,
    blocks: &'static str,
    /// Number of the last block.
    head: u64,
}

const SOURCES: [Source; 4] = [
    Source {
        name: "mainnet",
        genesis: "genesis/besu-mainnet.json",
        blocks: "mainnet-00000-5ec1ffb8.era1",
        head: 8_191,
    },
    Source {
        name: "sepolia",
        genesis: "genesis/besu-sepolia.json",
        blocks: "sepolia-00000-643a00f7.era1",
        head: 8_191,
    },
    Source {
        name: "hive",
        genesis: "hive-devp2p/genesis.json",
        blocks: "hive-devp2p/fullchain.rlp",
        head: 3_000,
    },
    Source {
        name: "condense",
        genesis: "core-geth/foundation-condense-state/foundation.conf.json",
        blocks: "core-geth/foundation-condense-state/export.rlp.gz",
        head: 1_310,
    },
];

/// Runs the comparison and prints tables in Markdown.
pub(crate) fn run(arguments: &[&str]) -> Result<()> {
    let (chosen, rounds) = choose(arguments)?;
    let folder = tempfile::tempdir()?;
    let pack = unpack(folder.path())?;
    let mut results = Vec::new();
    for source in chosen {
        eprintln!("{} …", source.name);
        results.push((source, measure(source, &pack, folder.path(), rounds)?));
    }
    print(&results);
    Ok(())
}

fn choose<'a>(arguments: &[&str]) -> Result<(Vec<&'a Source>, usize)> {
    let mut chosen = Vec::new();
    let mut rounds = 3;
    let mut arguments = arguments.iter();
    while let Some(argument) = arguments.next() {
        let value = arguments.next().ok_or_else(|| eyre!("{argument} needs a value"))?;
        match *argument {
            "--chain" => {
                let source = SOURCES.iter().find(|source| source.name == *value);
                let names = SOURCES.map(|source| source.name).join(", ");
                chosen.push(source.ok_or_else(|| eyre!("no chain {value}; there are {names}"))?);
            }
            "--rounds" => rounds = value.parse().wrap_err("--rounds wants a number")?,
            other => bail!("unknown option {other}; there are --chain NAME and --rounds N"),
        }
    }
    if chosen.is_empty() {
        chosen.extend(&SOURCES);
    }
    ensure!(rounds > 0, "--rounds wants 1 or more");
    Ok((chosen, rounds))
}

/// Unpacks the chains of the vectors pack.
fn unpack(folder: &Path) -> Result<PathBuf> {
    let pack = std::env::var_os("AUTOCHAIN_VECTORS")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/vectors"), PathBuf::from);
    let archive = pack.join("chains.tar.zst");
    ensure!(archive.exists(), "{} is not there; name the pack in AUTOCHAIN_VECTORS", archive.display());
    let status = Command::new("tar").arg("--zstd").arg("-xf").arg(&archive).arg("-C").arg(folder).status()?;
    ensure!(status.success(), "tar could not unpack {}", archive.display());
    Ok(folder.join("chains"))
}

/// The best round of both sides.
struct Measured {
    import: Import,
    baseline: Baseline,
}

struct Import {
    summary: ImportSummary,
    wall: Duration,
    cpu: Duration,
    /// Most resident memory in bytes while the import ran, mapped pages of the database among it.
    peak: Option<u64>,
    /// Resident before it began.
    before: Option<u64>,
}

#[derive(Default)]
struct Baseline {
    senders: Duration,
    execute: Duration,
    seals: Duration,
    /// Blocks whose gas was not the header's: there the sides did not do the same.
    different: u64,
}

impl Baseline {
    fn cpu(&self) -> Duration {
        self.senders + self.execute + self.seals
    }
}

fn measure(source: &Source, pack: &Path, folder: &Path, rounds: usize) -> Result<Measured> {
    let genesis = std::fs::read(pack.join(source.genesis))?;
    let spec = Arc::new(ChainSpec::from_genesis_slice(&genesis)?);
    let file = pack.join(source.blocks);
    let mut imports = Vec::new();
    for _ in 0..rounds {
        imports.push(import(source, &spec, &file, folder)?);
    }
    let blocks = BlockFile::open(&file)?
        .map(|block| Ok(block?.block))
        .filter(|block| !matches!(block, Ok(Block { header: Header { number: 0, .. }, .. })))
        .collect::<Result<Vec<Block>>>()?;
    let mut baselines = Vec::new();
    for _ in 0..rounds {
        baselines.push(baseline(&spec, &blocks)?);
    }
    let nothing = || eyre!("no rounds");
    Ok(Measured {
        import: imports.into_iter().min_by_key(|import| import.cpu).ok_or_else(nothing)?,
        baseline: baselines.into_iter().min_by_key(Baseline::cpu).ok_or_else(nothing)?,
    })
}

/// Imports the file into a new database, durably, with every check.
fn import(source: &Source, spec: &Arc<ChainSpec>, file: &Path, folder: &Path) -> Result<Import> {
    let datadir = tempfile::tempdir_in(folder)?;
    let store = Store::open(datadir.path(), &Options::default())?;
    let chain = Chain::open(store, spec.clone())?;
    forget_peak();
    let before = memory("VmRSS:");
    let (started, cpu) = (Instant::now(), process_time());
    let blocks = BlockFile::open(file)?.map(|block| block.map(|block| block.block));
    let summary = chain.import_stream(blocks, |_, _| {})?;
    let (wall, cpu) = (started.elapsed(), process_time().saturating_sub(cpu));
    let head = chain.head().header.number;
    ensure!(head == source.head, "{} ended at block {head}, not {}", source.name, source.head);
    Ok(Import { summary, wall, cpu, peak: memory("VmHWM:"), before })
}

/// What the blocks cost with nothing around them, on this one thread.
fn baseline(spec: &ChainSpec, blocks: &[Block]) -> Result<Baseline> {
    let mut costs = Baseline::default();

    let started = thread_time();
    let mut senders = Vec::with_capacity(blocks.len());
    for Block { header, transactions, .. } in blocks {
        let low_s = spec.is_active(Fork::Homestead, header.number, header.timestamp);
        let recovered = transactions.iter().map(|transaction| recover_sender(transaction, low_s));
        senders.push(recovered.collect::<Result<Vec<_>, _>>()?);
    }
    costs.senders = thread_time().saturating_sub(started);

    let mut db = genesis_db(spec);
    let started = thread_time();
    for (block, senders) in blocks.iter().zip(&senders) {
        costs.different += u64::from(execute(spec, &mut db, block, senders)? != block.header.gas_used);
    }
    costs.execute = thread_time().saturating_sub(started);

    let started = thread_time();
    check_seals(blocks)?;
    costs.seals = thread_time().saturating_sub(started);
    Ok(costs)
}

type Db = CacheDB<EmptyDB>;

fn genesis_db(spec: &ChainSpec) -> Db {
    let mut db = Db::default();
    for (address, account) in &spec.genesis.alloc {
        let code = Bytecode::new_raw(account.code.clone());
        let info = AccountInfo::new(account.balance, account.nonce, account.code_hash(), code);
        db.insert_account_info(*address, info);
        for (slot, value) in account.occupied_storage() {
            let Ok(()) = db.insert_account_storage(*address, slot.into(), value);
        }
    }
    db
}

/// Executes a block on stock revm; returns its gas.
fn execute(spec: &ChainSpec, db: &mut Db, block: &Block, senders: &[Address]) -> Result<u64> {
    let header = &block.header;
    let mut gas = 0;
    if !block.transactions.is_empty() {
        let rules = Rules::at(spec, header.number, header.timestamp);
        let mut cfg = CfgEnv::new_with_spec(rules.spec_id);
        cfg.chain_id = spec.chain_id;
        cfg.tx_gas_limit_cap = Some(u64::MAX);
        let mut evm = Context::mainnet()
            .with_db(&mut *db)
            .with_cfg(cfg)
            .with_block(block_env(header, rules.spec_id))
            .build_mainnet();
        for (transaction, sender) in block.transactions.iter().zip(senders) {
            let result = evm.transact_commit(tx_env(transaction, *sender));
            gas += result.map_err(|error| eyre!("block {}: {error:?}", header.number))?.tx_gas_used();
        }
    }
    for payout in payouts(spec, header, &block.ommers, None).credits {
        let mut info = db
            .basic(payout.address)?
            .unwrap_or(AccountInfo { code_hash: KECCAK256_EMPTY, ..AccountInfo::default() });
        info.balance += payout.amount;
        db.insert_account_info(payout.address, info);
    }
    Ok(gas)
}

fn block_env(header: &Header, spec_id: SpecId) -> BlockEnv {
    BlockEnv {
        number: U256::from(header.number),
        beneficiary: header.beneficiary,
        timestamp: U256::from(header.timestamp),
        gas_limit: header.gas_limit,
        basefee: header.base_fee_per_gas.unwrap_or_default(),
        difficulty: header.difficulty,
        prevrandao: Some(header.mix_hash),
        blob_excess_gas_and_price: spec_id
            .is_enabled_in(SpecId::CANCUN)
            .then_some(BlobExcessGasAndPrice { excess_blob_gas: 0, blob_gasprice: 1 }),
        ..BlockEnv::default()
    }
}

fn tx_env(transaction: &Transaction, sender: Address) -> TxEnv {
    TxEnv {
        tx_type: transaction.tx_type() as u8,
        caller: sender,
        gas_limit: transaction.gas_limit(),
        gas_price: transaction.max_fee_per_gas(),
        kind: transaction.kind(),
        value: transaction.value(),
        data: transaction.input().clone(),
        nonce: transaction.nonce(),
        chain_id: transaction.chain_id(),
        access_list: transaction.access_list().cloned().unwrap_or_default(),
        gas_priority_fee: transaction.max_priority_fee_per_gas(),
        ..TxEnv::default()
    }
}

/// Hashes the seals of all headers and uncles, batch after batch, and compares the mix hashes.
fn check_seals(blocks: &[Block]) -> Result<()> {
    let headers: Vec<&Header> =
        blocks.iter().flat_map(|block| std::iter::once(&block.header).chain(&block.ommers)).collect();
    let Some(last) = headers.iter().map(|header| header.number).max() else { return Ok(()) };
    ensure!(last < EPOCH_LENGTH, "the chain is longer than an epoch");
    let light = Light::new(Params::new(0, Sizes::Full));
    for batch in headers.chunks(SEAL_BATCH) {
        let seals: Vec<_> =
            batch.iter().map(|header| (header.seal_hash().0, u64::from_be_bytes(header.nonce.0))).collect();
        for (header, output) in batch.iter().zip(light.hash_many(&seals)) {
            ensure!(header.mix_hash.0 == output.mix_hash, "block {} has a wrong seal", header.number);
        }
    }
    Ok(())
}

fn print(results: &[(&Source, Measured)]) {
    println!(
        "| chain | blocks | transactions | Mgas | wall | blocks/s | tx/s | Mgas/s | CPU | peak memory |"
    );
    println!("|---|---|---|---|---|---|---|---|---|---|");
    for (source, Measured { import, .. }) in results {
        let seconds = import.wall.as_secs_f64();
        let (blocks, mgas) = (import.summary.canonical, import.summary.gas as f64 / 1e6);
        let transactions = import.summary.transactions;
        println!(
            "| {} | {blocks} | {transactions} | {mgas:.1} | {} | {:.0} | {:.0} | {:.1} | {} | {} (+{}) |",
            source.name,
            time(import.wall),
            blocks as f64 / seconds,
            transactions as f64 / seconds,
            mgas / seconds,
            time(import.cpu),
            mebibytes(import.peak),
            mebibytes(import.peak.zip(import.before).map(|(peak, before)| peak.saturating_sub(before))),
        );
    }
    println!("\nCPU time of each stage, on all threads:\n");
    println!("| chain | decode | senders | seals | checks | execute | root | commit | rest |");
    println!("|---|---|---|---|---|---|---|---|---|");
    for (source, Measured { import, .. }) in results {
        let ImportStats { decode, senders, seals, checks, execute, root, commit } = import.summary.stats;
        let stages = [decode, senders, seals, checks, execute, root, commit];
        let rest = import.cpu.saturating_sub(stages.iter().sum());
        let cells: Vec<String> = stages.into_iter().chain([rest]).map(time).collect();
        println!("| {} | {} |", source.name, cells.join(" | "));
    }
    println!("\nWhole import against signature recovery, stock revm on `CacheDB` and batched seals (CPU):\n");
    println!("| chain | senders | revm | seals | together | import | ratio | target |");
    println!("|---|---|---|---|---|---|---|---|");
    for (source, Measured { import, baseline }) in results {
        println!(
            "| {} | {} | {} | {} | {} | {} | {:.2} | ≤ {TARGET} |",
            source.name,
            time(baseline.senders),
            time(baseline.execute),
            time(baseline.seals),
            time(baseline.cpu()),
            time(import.cpu),
            import.cpu.as_secs_f64() / baseline.cpu().as_secs_f64(),
        );
        if baseline.different > 0 {
            println!("\n{}: revm's gas was not the header's in {} blocks\n", source.name, baseline.different);
        }
    }
}

fn time(duration: Duration) -> String {
    format!("{:.2} s", duration.as_secs_f64())
}

fn mebibytes(bytes: Option<u64>) -> String {
    bytes.map_or_else(|| "?".to_owned(), |bytes| format!("{} MiB", bytes >> 20))
}

/// Lets the kernel count the peak of resident memory from now on.
fn forget_peak() {
    if let Err(error) = std::fs::write("/proc/self/clear_refs", "5") {
        eprintln!("the peak of memory counts from the start of the process: {error}");
    }
}

/// A line of /proc/self/status, in bytes.
fn memory(key: &str) -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix(key))?;
    let kibibytes: u64 = line.trim().trim_end_matches("kB").trim().parse().ok()?;
    Some(kibibytes << 10)
}

/// CPU time of all threads of this process.
fn process_time() -> Duration {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: `time` is a valid place to write to; this clock exists wherever the benchmark runs.
    unsafe { libc::clock_gettime(libc::CLOCK_PROCESS_CPUTIME_ID, &mut time) };
    Duration::new(time.tv_sec as u64, time.tv_nsec as u32)
}
