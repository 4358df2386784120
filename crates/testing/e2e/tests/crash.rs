//! `kill -9` and power cuts, at random moments of import and mining: the next start is at the last acknowledged block
//! or later, on the same chain, and the state root recomputed from all accounts is the one in the head's header.
//!
//! ```text
//! start ─► blocks are acknowledged … ─► kill -9 ─► [unsynced writes lost] ─► snapshot verify-state ─► start again
//!                     │                                                            │
//!                     └──────────── last acknowledged block ≤ head ◄───────────────┘
//! ```
//!
//! `AUTOCHAIN_CRASH_SEED` repeats a run's random choices (not the scheduler's).

use autochain_e2e::{
    Autochain, BlockSlices, Ended, Head, Lost, Node, PowerCut, Process, Vectors, copy_datadir, dev_account,
    hex_u64, scratch,
};
use eyre::{Context, Result, ensure, eyre};
use rand::{Rng, SeedableRng, rngs::StdRng};
use serde_json::json;
use std::{
    path::{Path, PathBuf},
    sync::Mutex,
    time::{Duration, Instant},
};
use tempfile::TempDir;

const PATIENCE: Duration = Duration::from_secs(120);
/// What a sync of the slow disk takes longer.
const SYNC: Duration = Duration::from_millis(100);
/// Blocks in a file: each file is at least one durable commit.
const SLICE: usize = 20;

/// How a run ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Death {
    Kill,
    PowerCut,
}

/// What was counted over all runs.
#[derive(Default)]
struct Tally {
    runs: u32,
    /// Acknowledged blocks in all runs.
    acknowledged: u64,
    /// Runs after which the head stood above the last acknowledged block.
    ahead: u32,
    /// Runs in which the power cut took something.
    bitten: u32,
    lost: Lost,
}

impl Tally {
    fn note(&mut self, acknowledged: u64, ahead: bool, lost: Lost) {
        self.runs += 1;
        self.acknowledged += acknowledged;
        self.ahead += u32::from(ahead);
        self.bitten += u32::from(lost.dropped + lost.lengths > 0);
        self.lost.unsynced += lost.unsynced;
        self.lost.dropped += lost.dropped;
        self.lost.lengths += lost.lengths;
    }
}

#[test]
fn kill_9_during_import_loses_nothing_acknowledged() -> Result<()> {
    let Some(vectors) = Vectors::find()? else { return Ok(()) };
    imports(&vectors, Death::Kill, 25)
}

#[test]
fn kill_9_during_mining_loses_nothing_acknowledged() -> Result<()> {
    mining(Death::Kill, 25)
}

#[test]
fn a_power_cut_during_import_loses_nothing_acknowledged() -> Result<()> {
    let Some(vectors) = Vectors::find()? else { return Ok(()) };
    imports(&vectors, Death::PowerCut, 25)
}

#[test]
fn a_power_cut_during_mining_loses_nothing_acknowledged() -> Result<()> {
    mining(Death::PowerCut, 25)
}

/// What RPC shows is durable and one picture: once a receipt is there, head and state show its transaction, and a
/// power cut in that moment does not take it back. On a slow disk, so that the moments in between are long.
#[test]
fn a_receipt_agrees_with_the_state_and_survives_a_power_cut() -> Result<()> {
    let scratch = scratch()?;
    let (datadir, cut_files) = (scratch.path().join("chain"), scratch.path().join("cut"));
    std::fs::create_dir_all(&cut_files)?;
    let cut = PowerCut::new(&datadir, &cut_files)?;
    let mut random = random(seed("a power cut after a receipt"), 0);
    let start = |slow: bool| {
        Node::spawn_at_under(&datadir, ["--dev"], |command| {
            command.envs(cut.booted());
            if slow && let Err(error) = cut.watch_slow_disk(command, SYNC) {
                println!("the layer was not prepared: {error}");
            }
        })
    };
    for round in 1..=8_u64 {
        let mut node = start(true)?;
        let to = format!("{round:#042x}");
        let transfer = json!([{ "from": dev_account(0), "to": to, "value": "0x1" }]);
        let started = Instant::now();
        let hash = node.rpc().call("eth_sendTransaction", transfer)?;
        let receipt = loop {
            let receipt = node.rpc().call("eth_getTransactionReceipt", json!([hash]))?;
            if !receipt.is_null() {
                break receipt;
            }
            ensure!(started.elapsed() < PATIENCE, "no receipt in {PATIENCE:?}");
        };
        // Pages and head page: two syncs. Sooner, the disk is not slow, and this proves nothing.
        ensure!(started.elapsed() >= SYNC * 2, "a receipt after {:?}", started.elapsed());
        if round % 2 == 0 {
            let balance = node.rpc().quantity("eth_getBalance", json!([to, "latest"]))?;
            let nonce = node.rpc().quantity("eth_getTransactionCount", json!([dev_account(0), "latest"]))?;
            let head = node.rpc().block_number()?;
            ensure!(balance == 1, "the receipt is there, the balance is not");
            ensure!(nonce == round, "the receipt of transaction {round} is there, the nonce is {nonce}");
            ensure!(head >= hex_u64(&receipt["blockNumber"])?, "the head is {head}, the receipt {receipt}");
        }
        node.process_mut().kill()?;
        let lost = cut.strike(&mut random)?;
        let node = start(false)?;
        let again = node.rpc().call("eth_getTransactionReceipt", json!([hash]))?;
        ensure!(again == receipt, "a power cut took the receipt of round {round}: {lost:?}");
        node.stop()?;
    }
    Ok(())
}

/// The layer bites: what the tests above prove does not hold when nothing is synced.
#[test]
fn without_sync_a_power_cut_loses_acknowledged_blocks() -> Result<()> {
    let Some(vectors) = Vectors::find()? else { return Ok(()) };
    let world = ImportWorld::new(&vectors, &["--db.sync-mode", "none"])?;
    let mut random = random(seed("no sync"), 0);
    let mut failures = Vec::new();
    for run in 0..5 {
        let mut datadir = world.fresh(&format!("none-{run}"))?;
        if let Err(error) = world.run(&mut datadir, Death::PowerCut, &mut random) {
            let text = format!("{error:#}");
            failures
                .push(text.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or_default().to_owned());
        }
    }
    println!("without sync {} of 5 power cuts were noticed: {failures:#?}", failures.len());
    ensure!(!failures.is_empty(), "the power cuts took nothing: they prove nothing");
    Ok(())
}

/// `init` is cut off in each of its writes and syncs; given again, it works, and what it made can be opened again.
#[test]
fn a_power_cut_during_init_leaves_nothing_in_the_way() -> Result<()> {
    let scratch = scratch()?;
    let genesis = scratch.path().join("genesis.json");
    let alloc: Vec<_> = (1..200).map(|account| format!(r#""{account:040x}":{{"balance":"0x1"}}"#)).collect();
    let config = r#"{"chainId":7,"londonBlock":0,"autochain":{"ethash":"test"}}"#;
    let alloc = alloc.join(",");
    let json =
        format!(r#"{{"difficulty":"0x20000","gasLimit":"0x1c9c380","config":{config},"alloc":{{{alloc}}}}}"#);
    std::fs::write(&genesis, json)?;
    let cut_files = scratch.path().join("cut");
    std::fs::create_dir_all(&cut_files)?;
    let mut random = random(seed("power cuts during init"), 0);
    let mut cut_off = 0;
    for round in 0..3 {
        for operation in 1.. {
            let datadir = scratch.path().join(format!("{round}-{operation}"));
            let node = Autochain::at(&datadir);
            let cut = PowerCut::new(&datadir, &cut_files)?;
            let mut command = node.command([Path::new("init"), &genesis])?;
            cut.watch(&mut command, Some(operation))?;
            let ended = Process::spawn(&mut command)?.wait(PATIENCE)?;
            if ended.signal != Some(libc::SIGKILL) {
                ended.ok()?;
                break;
            }
            cut_off += 1;
            let lost = cut.strike(&mut random)?;
            let node = node.after(&cut);
            node.init(&genesis)
                .wrap_err_with(|| format!("after a cut in operation {operation}: {lost:?}"))?;
            ensure!(node.verified_head()?.number == 0);
        }
    }
    println!("init was cut off {cut_off} times");
    ensure!(cut_off >= 15, "only {cut_off} operations were seen");
    Ok(())
}

/// A full disk is an error with a reason; nothing acknowledged is lost, and with room again the import goes on.
#[test]
fn a_full_disk_stops_the_import_and_loses_nothing() -> Result<()> {
    let Some(vectors) = Vectors::find()? else { return Ok(()) };
    let world = ImportWorld::new(&vectors, &[])?;
    for room in [300_000, 1_000_000, 2_000_000] {
        let datadir = world.fresh(&format!("full-{room}"))?;
        let mut command = datadir.node.command(import_args(&world.slices.files))?;
        datadir.cut.fill_disk(&mut command, room)?;
        let refused = Process::spawn(&mut command)?.wait(PATIENCE)?.refused("disk full")?;
        println!("{room} bytes: {}", refused.stderr.lines().last().unwrap_or_default());
        let acknowledged = refused.acknowledged().map_or(0, |head| head.number);
        ensure!(datadir.node.verified_head()?.number == acknowledged);
        let import = datadir.node.run(import_args(world.slices.from_block(acknowledged + 1)))?.ok()?;
        ensure!(import.head()?.hash == *world.slices.hashes.last().unwrap_or(&String::new()));
    }
    Ok(())
}

/// The seed of a test's random choices, printed.
fn seed(name: &str) -> u64 {
    let given = std::env::var("AUTOCHAIN_CRASH_SEED").ok().and_then(|seed| seed.parse().ok());
    let seed = given.unwrap_or_else(rand::random);
    println!("{name}: AUTOCHAIN_CRASH_SEED={seed}");
    seed
}

/// A worker's generator.
fn random(seed: u64, worker: u64) -> StdRng {
    StdRng::seed_from_u64(seed.wrapping_add(worker))
}

/// Two workers, each with datadirs of its own, share the runs.
fn in_parallel(
    name: &str,
    runs: u32,
    worker: impl Fn(u64, &mut StdRng, u32, &Mutex<Tally>) -> Result<()> + Sync,
) -> Result<()> {
    let (started, seed) = (Instant::now(), seed(name));
    let tally = Mutex::new(Tally::default());
    let results = std::thread::scope(|scope| {
        let handles: Vec<_> = [runs.div_ceil(2), runs / 2]
            .into_iter()
            .enumerate()
            .map(|(index, runs)| {
                let (tally, worker) = (&tally, &worker);
                scope.spawn(move || {
                    let index = index as u64;
                    worker(index, &mut random(seed, index), runs, tally)
                })
            })
            .collect();
        handles
            .into_iter()
            .map(|handle| handle.join().map_err(|_| eyre!("a worker panicked"))?)
            .collect::<Vec<_>>()
    });
    for result in results {
        result?;
    }
    let tally = tally.into_inner().map_err(|_| eyre!("a worker panicked"))?;
    println!(
        "{name}: {} runs in {:.0?}, {} blocks acknowledged, {} heads above the last acknowledged block; \
         power cuts that took something: {}, sectors unsynced {}, taken back {}, lengths {}",
        tally.runs,
        started.elapsed(),
        tally.acknowledged,
        tally.ahead,
        tally.bitten,
        tally.lost.unsynced,
        tally.lost.dropped,
        tally.lost.lengths,
    );
    ensure!(tally.runs == runs && tally.acknowledged > 0, "the runs proved nothing");
    Ok(())
}

// Import.

/// The chain in slices, and a datadir with its genesis to start from.
struct ImportWorld {
    slices: BlockSlices,
    template: PathBuf,
    flags: Vec<String>,
    scratch: TempDir,
}

/// A datadir under test.
struct Datadir {
    node: Autochain,
    cut: PowerCut,
    head: u64,
    genesis: String,
}

fn imports(vectors: &Vectors, death: Death, runs: u32) -> Result<()> {
    let world = ImportWorld::new(vectors, &[])?;
    in_parallel(&format!("{death:?} during import"), runs, |worker, random, runs, tally| {
        let mut lives = 0;
        let mut datadir = world.fresh(&format!("{worker}-0"))?;
        for _ in 0..runs {
            if datadir.head as usize + 10 * SLICE > world.slices.hashes.len() {
                lives += 1;
                datadir = world.fresh(&format!("{worker}-{lives}"))?;
            }
            let (acknowledged, ahead, lost) = world.run(&mut datadir, death, random)?;
            tally.lock().map_err(|_| eyre!("a worker panicked"))?.note(acknowledged, ahead, lost);
        }
        // What survived all this takes the rest of the chain.
        let rest = world.slices.from_block(datadir.head + 1);
        let import = datadir.node.clone().after(&datadir.cut).run(import_args(rest))?.ok()?;
        ensure!(import.head()?.hash == *world.slices.hashes.last().unwrap_or(&String::new()));
        datadir.node.verified_head()?;
        Ok(())
    })
}

impl ImportWorld {
    fn new(vectors: &Vectors, flags: &[&str]) -> Result<Self> {
        let scratch = scratch()?;
        let slices = BlockSlices::cut(&vectors.chain("hive-devp2p/fullchain.rlp"), SLICE, scratch.path())?;
        let template = scratch.path().join("template");
        Autochain::at(&template).init(&vectors.chain("hive-devp2p/genesis.json"))?;
        Ok(Self { slices, template, flags: flags.iter().map(|flag| (*flag).to_owned()).collect(), scratch })
    }

    fn fresh(&self, name: &str) -> Result<Datadir> {
        let (datadir, scratch) =
            (self.scratch.path().join(name), self.scratch.path().join(format!("{name}.cut")));
        copy_datadir(&self.template, &datadir)?;
        std::fs::create_dir_all(&scratch)?;
        let node = Autochain::at(&datadir).with(&self.flags);
        let genesis = node.verified_head()?.hash;
        Ok(Datadir { node, cut: PowerCut::new(&datadir, &scratch)?, head: 0, genesis })
    }

    /// One life: import, death, restart. Acknowledged blocks, whether the head is above them, what was lost.
    fn run(&self, datadir: &mut Datadir, death: Death, random: &mut StdRng) -> Result<(u64, bool, Lost)> {
        let mut command = datadir.node.command(import_args(self.slices.from_block(datadir.head + 1)))?;
        let die_in =
            (death == Death::PowerCut && random.random_bool(0.9)).then(|| random.random_range(1..=120));
        if death == Death::PowerCut {
            datadir.cut.watch(&mut command, die_in)?;
        }
        let mut process = Process::spawn(&mut command)?;
        let ended = if die_in.is_some() {
            process.wait(PATIENCE)?
        } else {
            let acknowledgements = random.random_range(1..=8);
            process.wait_for_lines("Imported new chain segment", acknowledgements, PATIENCE)?;
            std::thread::sleep(Duration::from_micros(random.random_range(0..20_000)));
            process.kill()?
        };
        let before = datadir.head;
        let acknowledged = last_acknowledged(&ended, before)?;
        let lost = match death {
            Death::Kill => Lost::default(),
            Death::PowerCut => datadir.cut.strike(random)?,
        };
        let head = datadir.node.clone().after(&datadir.cut).verified_head().wrap_err("the restart")?;
        let expected = match head.number {
            0 => &datadir.genesis,
            number => self.slices.hashes.get(number as usize).ok_or_else(|| eyre!("no block {number}"))?,
        };
        ensure!(head.hash == *expected, "block {} is {}, not {expected}", head.number, head.hash);
        ensure!(
            head.number >= acknowledged,
            "block {acknowledged} was acknowledged, the restart is at block {} ({lost:?})",
            head.number
        );
        datadir.head = head.number;
        Ok((acknowledged - before, head.number > acknowledged, lost))
    }
}

fn import_args(files: &[PathBuf]) -> Vec<PathBuf> {
    std::iter::once(PathBuf::from("import")).chain(files.iter().cloned()).collect()
}

/// The last block that a dead process acknowledged; `before` when it did not come so far.
fn last_acknowledged(ended: &Ended, before: u64) -> Result<u64> {
    ensure!(
        ended.signal == Some(libc::SIGKILL) || ended.code == Some(0),
        "it died by itself: {:?} {:?}\n{}",
        ended.code,
        ended.signal,
        ended.stderr
    );
    Ok(ended.acknowledged().map_or(before, |head| head.number))
}

// Mining.

fn mining(death: Death, runs: u32) -> Result<()> {
    let scratch = scratch()?;
    in_parallel(&format!("{death:?} during mining"), runs, |worker, random, runs, tally| {
        let datadir = scratch.path().join(worker.to_string());
        let cut_files = scratch.path().join(format!("{worker}.cut"));
        std::fs::create_dir_all(&cut_files)?;
        let mut miner = Miner { cut: PowerCut::new(&datadir, &cut_files)?, datadir, last: None, shown: 0 };
        // The chain's first start is not cut off: what a half-made datadir does is the database's own test.
        miner.start(|_| Ok(()))?.stop()?;
        for _ in 0..runs {
            let (acknowledged, ahead, lost) = miner.run(death, random)?;
            tally.lock().map_err(|_| eyre!("a worker panicked"))?.note(acknowledged, ahead, lost);
        }
        Ok(())
    })
}

/// A mining node's datadir over many lives.
struct Miner {
    datadir: PathBuf,
    cut: PowerCut,
    /// The last acknowledged block of the life before.
    last: Option<Head>,
    /// The highest block that RPC showed in this life.
    shown: u64,
}

const MINING: [&str; 5] = ["--dev", "--dev.pow", "--miner.threads", "1", "--verbosity=3"];

impl Miner {
    fn start(&self, prepare: impl Fn(&mut std::process::Command) -> Result<()>) -> Result<Node> {
        let environment = self.cut.booted();
        Node::spawn_at_under(&self.datadir, MINING, |command| {
            command.envs(environment.iter().map(|(name, value)| (name, value)));
            if let Err(error) = prepare(command) {
                println!("the layer was not prepared: {error}");
            }
        })
    }

    fn run(&mut self, death: Death, random: &mut StdRng) -> Result<(u64, bool, Lost)> {
        let die_in =
            (death == Death::PowerCut && random.random_bool(0.9)).then(|| random.random_range(20..=120));
        let node = self.start(|command| match death {
            Death::Kill => Ok(()),
            Death::PowerCut => self.cut.watch(command, die_in),
        });
        let mut node = match node {
            Ok(node) => node,
            // The power may fail before the first answer.
            Err(_) if die_in.is_some() => return self.restart(None, death, random),
            Err(error) => return Err(error),
        };
        if let Some(last) = &self.last
            && let Ok(block) =
                node.rpc().call("eth_getBlockByNumber", json!([format!("{:#x}", last.number), false]))
        {
            ensure!(
                block["hash"] == last.hash.as_str(),
                "block {} was {}, is {}",
                last.number,
                last.hash,
                block["hash"]
            );
        }
        // Some life in the state; the node may die in between.
        for from in 0..8 {
            let to = format!("{:#042x}", random.random::<u128>());
            let transfer = json!([{ "from": dev_account(from), "to": to, "value": "0x1" }]);
            drop(node.rpc().call("eth_sendTransaction", transfer));
        }
        // Until it dies, what its RPC shows is acknowledged too.
        let blocks = random.random_range(1..=8);
        let (started, mut shown) = (Instant::now(), 0);
        let ended = loop {
            if let Some(ended) = node.process_mut().poll()? {
                break ended;
            }
            shown = node.rpc().block_number().unwrap_or(shown);
            let sealed = node.process().count_lines("Successfully sealed new block");
            if die_in.is_none() && sealed >= blocks {
                std::thread::sleep(Duration::from_micros(random.random_range(0..100_000)));
                break node.process_mut().kill()?;
            }
            ensure!(
                started.elapsed() < PATIENCE,
                "no death in {PATIENCE:?}:\n{}",
                node.process().stderr().join("\n")
            );
            std::thread::sleep(Duration::from_millis(5));
        };
        self.shown = shown;
        self.restart(Some(ended), death, random)
    }

    fn restart(
        &mut self,
        ended: Option<Ended>,
        death: Death,
        random: &mut StdRng,
    ) -> Result<(u64, bool, Lost)> {
        let before = self.last.as_ref().map_or(0, |head| head.number);
        if let Some(ended) = &ended {
            last_acknowledged(ended, before)?;
        }
        if let Some(head) = ended.and_then(|ended| ended.acknowledged()) {
            self.last = Some(head);
        }
        let lost = match death {
            Death::Kill => Lost::default(),
            Death::PowerCut => self.cut.strike(random)?,
        };
        let head = verify(&self.datadir, &self.cut)?;
        let last = self.last.as_ref().map_or(0, |last| last.number);
        ensure!(
            head.number >= last.max(self.shown),
            "block {last} was acknowledged, block {} was shown, the restart is at block {} ({lost:?})",
            self.shown,
            head.number
        );
        if let Some(last) = self.last.as_ref().filter(|last| last.number == head.number) {
            ensure!(*last == head, "block {} was {}, is {}", head.number, last.hash, head.hash);
        }
        Ok((last - before.min(last), head.number > last, lost))
    }
}

fn verify(datadir: &Path, cut: &PowerCut) -> Result<Head> {
    Autochain::at(datadir).after(cut).verified_head().wrap_err("the restart")
}
