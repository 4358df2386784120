use crate::{CpuSealer, MinerConfig, Mode, RemoteWork, Seal, Sealer, SubmitError, work::Templates};
use autochain_builder::{Attributes, BuildError, PendingBlock, Template, build};
use autochain_chain::{Chain, ImportError, Origin};
use autochain_ethash::seed_hash;
use autochain_primitives::{Address, B64, B256, Bytes, HeaderExt as _};
use autochain_txpool::Pool;
use parking_lot::{Condvar, Mutex};
use std::{
    collections::HashMap,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    thread::JoinHandle,
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

/// How often a continuous miner takes in new transactions (geth's `--miner.recommit`).
const RECOMMIT: Duration = Duration::from_secs(3);
/// How long the miner waits for the pool to follow the chain before it builds on a stale one.
const POOL_PATIENCE: Duration = Duration::from_secs(2);
/// How long a remote miner's report counts (geth: 10 s).
const REMOTE_LIFETIME: Duration = Duration::from_secs(10);
/// Remote miners whose rate is counted.
const MAX_REMOTES: usize = 1_024;
/// Seconds by which a development chain's stamps may be ahead of the clock without a word.
const QUIET_DRIFT: u64 = 60;

/// The mining thread and its switches.
#[derive(Debug)]
pub struct Miner {
    shared: Arc<Shared>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

/// Why a single block could not be mined.
#[derive(Debug, thiserror::Error)]
pub enum MineError {
    /// No template could be built.
    #[error(transparent)]
    Build(#[from] BuildError),
    /// Our own block was refused.
    #[error(transparent)]
    Import(#[from] ImportError),
    /// Sealing was stopped.
    #[error("sealing was stopped")]
    Stopped,
}

#[derive(Debug)]
struct Shared {
    chain: Arc<Chain>,
    pool: Arc<Pool>,
    sealer: CpuSealer,
    config: Mutex<MinerConfig>,
    templates: Mutex<Templates>,
    pending: PendingBlock,
    /// Rates of remote miners, with the time of their report.
    remote: Mutex<HashMap<B256, (u64, Instant)>>,
    /// The block that the pool has followed to.
    pool_at: AtomicU64,
    /// Whether the thread makes blocks.
    mining: AtomicBool,
    /// The process ends.
    quit: AtomicBool,
    /// Interrupts the seal in hand.
    interrupt: AtomicBool,
    /// Wakes the thread: head, pool or switches changed.
    changed: Mutex<u64>,
    wake: Condvar,
}

impl Miner {
    /// Starts the mining thread; it makes blocks once [`Miner::start`] is called.
    pub fn spawn(chain: Arc<Chain>, pool: Arc<Pool>, config: MinerConfig) -> Self {
        let sealer = CpuSealer::new(chain.spec().seal, chain.seals().clone(), config.dag_dir.clone());
        let shared = Arc::new(Shared {
            chain,
            pool,
            sealer,
            config: Mutex::new(config),
            templates: Mutex::default(),
            pending: PendingBlock::default(),
            remote: Mutex::default(),
            pool_at: AtomicU64::new(0),
            mining: AtomicBool::new(false),
            quit: AtomicBool::new(false),
            interrupt: AtomicBool::new(false),
            changed: Mutex::new(0),
            wake: Condvar::new(),
        });
        let run = shared.clone();
        let thread = std::thread::Builder::new().name("miner".to_owned()).spawn(move || run.run());
        if let Err(error) = &thread {
            tracing::error!(err = %error, "The mining thread cannot be started");
        }
        Self { shared, thread: Mutex::new(thread.ok()) }
    }

    /// Makes blocks from now on. `threads`: sealing threads from now on, 0 for one a core.
    pub fn start(&self, threads: Option<usize>) {
        if let Some(threads) = threads {
            self.shared.config.lock().threads = threads;
        }
        self.shared.mining.store(true, Ordering::Relaxed);
        self.shared.notify();
    }

    /// Makes no more blocks.
    pub fn stop(&self) {
        self.shared.mining.store(false, Ordering::Relaxed);
        self.shared.interrupt();
    }

    /// Whether blocks are made.
    pub fn is_mining(&self) -> bool {
        self.shared.mining.load(Ordering::Relaxed)
    }

    /// Hashes a second: this machine's, and what remote miners report.
    pub fn hashrate(&self) -> u64 {
        let now = Instant::now();
        let remote = self.shared.remote.lock();
        let fresh = remote.values().filter(|(_, at)| now.duration_since(*at) < REMOTE_LIFETIME);
        fresh.map(|(rate, _)| *rate).fold(self.shared.sealer.hashrate(), u64::saturating_add)
    }

    /// Notes the rate that a remote miner reports (`eth_submitHashrate`).
    pub fn note_remote_hashrate(&self, id: B256, rate: u64) {
        let now = Instant::now();
        let mut remote = self.shared.remote.lock();
        remote.retain(|_, (_, at)| now.duration_since(*at) < REMOTE_LIFETIME);
        if remote.len() < MAX_REMOTES {
            remote.insert(id, (rate, now));
        }
    }

    /// Who is paid.
    pub fn etherbase(&self) -> Address {
        self.shared.config.lock().etherbase
    }

    /// Sets who is paid, from the next template on.
    pub fn set_etherbase(&self, etherbase: Address) {
        self.shared.config.lock().etherbase = etherbase;
        self.shared.interrupt();
    }

    /// Sets the extra data of blocks; false if it is longer than 32 bytes.
    pub fn set_extra_data(&self, extra_data: Bytes) -> bool {
        let fits = extra_data.len() <= 32;
        if fits {
            self.shared.config.lock().extra_data = extra_data;
        }
        fits
    }

    /// Sets the gas limit that blocks move towards.
    pub fn set_gas_limit(&self, gas_limit: u64) {
        self.shared.config.lock().gas_limit = gas_limit;
    }

    /// Sets the least tip, in wei.
    pub fn set_min_tip(&self, min_tip: u128) {
        self.shared.config.lock().min_tip = min_tip;
    }

    /// Tells the miner that transactions arrived.
    pub fn notify(&self) {
        self.shared.notify();
    }

    /// Tells the miner that the pool has followed the chain to this block.
    pub fn pool_follows(&self, number: u64) {
        self.shared.pool_at.store(number, Ordering::Relaxed);
        self.shared.notify();
    }

    /// The block that would come next, without a seal.
    ///
    /// # Errors
    /// [`BuildError`].
    pub fn pending(&self) -> Result<Arc<Template>, BuildError> {
        let attributes = self.shared.attributes(false);
        self.shared.pending.get(&self.shared.chain, &self.shared.pool, &attributes)
    }

    /// Mines one block now, with or without transactions (`evm_mine`). Returns its hash.
    ///
    /// # Errors
    /// [`MineError`].
    pub fn mine_one(&self) -> Result<B256, MineError> {
        self.shared.mine_one(&AtomicBool::new(false))
    }

    /// Work for a remote miner.
    ///
    /// # Errors
    /// [`BuildError`].
    pub fn work(&self) -> Result<RemoteWork, BuildError> {
        let template = Arc::new(build(&self.shared.chain, &self.shared.pool, &self.shared.attributes(true))?);
        let mut templates = self.shared.templates.lock();
        let fresh = templates.newest().is_none_or(|(_, newest)| {
            newest.parent.header.hash() != template.parent.header.hash()
                || newest.block.transactions.len() != template.block.transactions.len()
        });
        if fresh {
            templates.push(template.clone());
        }
        let template = templates.newest().map_or(template, |(_, newest)| newest.clone());
        let header = &template.block.header;
        let epoch_length = self.shared.chain.spec().epoch_length(header.number).max(1);
        let seed_epoch = header.number / epoch_length * (epoch_length / 30_000).max(1);
        Ok(RemoteWork {
            seal_hash: header.seal_hash(),
            seed_hash: seed_hash(seed_epoch).into(),
            boundary: header.boundary().into(),
            number: header.number,
        })
    }

    /// Takes a remote miner's seal.
    ///
    /// # Errors
    /// [`SubmitError`]: unknown work, or a wrong seal.
    pub fn submit(&self, seal_hash: B256, nonce: B64, mix_hash: B256) -> Result<B256, SubmitError> {
        let template = self.shared.templates.lock().get(&seal_hash).ok_or(SubmitError::Unknown)?;
        Ok(self.shared.import(&template, Seal { nonce, mix_hash })?)
    }

    /// Ends the thread and waits for it.
    pub fn shutdown(&self) {
        self.shared.quit.store(true, Ordering::Relaxed);
        self.shared.interrupt();
        if let Some(thread) = self.thread.lock().take() {
            drop(thread.join());
        }
    }
}

impl Drop for Miner {
    fn drop(&mut self) {
        self.shutdown();
    }
}

impl Shared {
    fn notify(&self) {
        *self.changed.lock() += 1;
        self.wake.notify_all();
    }

    fn interrupt(&self) {
        self.interrupt.store(true, Ordering::Relaxed);
        self.notify();
    }

    fn run(&self) {
        let mut seen = 0;
        while !self.quit.load(Ordering::Relaxed) {
            self.interrupt.store(false, Ordering::Relaxed);
            if !self.mining.load(Ordering::Relaxed) {
                self.wait(&mut seen, None);
                continue;
            }
            let mode = self.config.lock().mode;
            let result = match mode {
                Mode::OnDemand => self.mine_on_demand(&mut seen),
                Mode::Period(period) => {
                    self.sleep(period);
                    if self.quit.load(Ordering::Relaxed) || !self.mining.load(Ordering::Relaxed) {
                        continue;
                    }
                    self.mine_one(&self.interrupt).map(drop)
                }
                Mode::Continuous => self.mine_continuously(&mut seen),
            };
            match result {
                Ok(()) | Err(MineError::Stopped) => {}
                Err(error) => {
                    tracing::error!(err = %error, "Block sealing failed");
                    self.sleep(Duration::from_secs(1));
                }
            }
        }
    }

    /// Waits for a change, at most for `timeout`.
    fn wait(&self, seen: &mut u64, timeout: Option<Duration>) {
        let mut changed = self.changed.lock();
        if *changed == *seen && !self.quit.load(Ordering::Relaxed) {
            match timeout {
                Some(timeout) => {
                    self.wake.wait_for(&mut changed, timeout);
                }
                None => self.wake.wait(&mut changed),
            }
        }
        *seen = *changed;
    }

    /// Sleeps unless mining is stopped meanwhile.
    fn sleep(&self, duration: Duration) {
        let until = Instant::now() + duration;
        let mut changed = self.changed.lock();
        while !self.quit.load(Ordering::Relaxed) && self.mining.load(Ordering::Relaxed) {
            if self.wake.wait_until(&mut changed, until).timed_out() {
                return;
            }
        }
    }

    fn attributes(&self, with_ommers: bool) -> Attributes {
        let config = self.config.lock();
        Attributes {
            beneficiary: config.etherbase,
            extra_data: config.extra_data.clone(),
            gas_limit: config.gas_limit,
            min_tip: config.min_tip,
            now: unix_now(),
            with_ommers,
        }
    }

    fn threads(&self) -> usize {
        match self.config.lock().threads {
            0 => std::thread::available_parallelism().map_or(1, usize::from),
            threads => threads,
        }
    }

    fn mine_one(&self, stop: &AtomicBool) -> Result<B256, MineError> {
        self.await_pool();
        let template = build(&self.chain, &self.pool, &self.attributes(true))?;
        self.seal_and_import(&template, stop)
    }

    /// Mines a block if a transaction can be in it, else waits for one. Transactions that cannot pay the base fee wait
    /// in the pool: empty blocks are not made for them.
    fn mine_on_demand(&self, seen: &mut u64) -> Result<(), MineError> {
        self.await_pool();
        if self.pool.status().pending > 0 {
            let template = build(&self.chain, &self.pool, &self.attributes(true))?;
            if !template.block.transactions.is_empty() {
                return self.seal_and_import(&template, &self.interrupt).map(drop);
            }
        }
        self.wait(seen, None);
        Ok(())
    }

    fn seal_and_import(&self, template: &Template, stop: &AtomicBool) -> Result<B256, MineError> {
        self.report_drift(template);
        let seal =
            self.sealer.seal(&template.block.header, self.threads(), stop).ok_or(MineError::Stopped)?;
        Ok(self.import(template, seal)?)
    }

    /// Seals one template until it is found, the head moves, or new transactions are to be taken in.
    fn mine_continuously(&self, seen: &mut u64) -> Result<(), MineError> {
        self.await_pool();
        let template = Arc::new(build(&self.chain, &self.pool, &self.attributes(true))?);
        let ahead = template.block.header.timestamp.saturating_sub(unix_now());
        if ahead > 0 && !self.chain.spec().dev_clock {
            // A block from the future would be refused by everybody else.
            self.wait(seen, Some(Duration::from_secs(ahead.min(1))));
            return Ok(());
        }
        self.templates.lock().push(template.clone());
        tracing::info!(
            number = template.block.header.number,
            sealhash = %template.block.header.seal_hash(),
            uncles = template.block.ommers.len(),
            txs = template.block.transactions.len(),
            gas = template.block.header.gas_used,
            "Commit new sealing work"
        );
        let parent = template.parent.header.hash();
        let (done, stop) = (AtomicBool::new(false), AtomicBool::new(false));
        let found = std::thread::scope(|scope| {
            let (done, stop) = (&done, &stop);
            scope.spawn(move || {
                let started = Instant::now();
                let transactions = self.pool.status().pending;
                while !done.load(Ordering::Relaxed) {
                    let stale = self.chain.head().header.hash() != parent
                        || self.interrupt.load(Ordering::Relaxed)
                        || self.quit.load(Ordering::Relaxed)
                        || (started.elapsed() > RECOMMIT && self.pool.status().pending != transactions);
                    if stale {
                        stop.store(true, Ordering::Relaxed);
                        return;
                    }
                    std::thread::park_timeout(Duration::from_millis(20));
                }
            });
            let found = self.sealer.seal(&template.block.header, self.threads(), stop);
            done.store(true, Ordering::Relaxed);
            found
        });
        match found {
            Some(seal) => Ok(self.import(&template, seal).map(drop)?),
            None => Ok(()),
        }
    }

    fn import(&self, template: &Template, seal: Seal) -> Result<B256, ImportError> {
        let started = Instant::now();
        let seal_hash = template.block.header.seal_hash();
        let mut block = template.block.sealed_block().clone().into_block();
        block.header.nonce = seal.nonce;
        block.header.mix_hash = seal.mix_hash;
        let (number, transactions, gas) =
            (block.header.number, block.transactions.len(), block.header.gas_used);
        let hash = block.header.hash_slow();
        self.chain.import(vec![block], Origin::Own)?;
        tracing::info!(number, sealhash = %seal_hash, hash = %hash, txs = transactions, gas,
            elapsed = ?started.elapsed(), "Successfully sealed new block");
        Ok(hash)
    }

    /// The pool follows the chain's events a moment later; a template on a stale pool would lack transactions.
    fn await_pool(&self) {
        let until = Instant::now() + POOL_PATIENCE;
        let follows = || self.pool_at.load(Ordering::Relaxed) >= self.chain.head().header.number;
        while !follows() && Instant::now() < until {
            std::thread::sleep(Duration::from_micros(200));
        }
    }

    fn report_drift(&self, template: &Template) {
        let ahead = template.block.header.timestamp.saturating_sub(unix_now());
        if ahead > QUIET_DRIFT && ahead.is_multiple_of(QUIET_DRIFT) {
            tracing::warn!(
                seconds = ahead,
                "Block timestamps are ahead of the clock: blocks come faster than seconds"
            );
        }
    }
}

fn unix_now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}
