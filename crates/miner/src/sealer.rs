use crate::{datasets::Datasets, hashrate::Hashrate};
use autochain_chainspec::SealRule;
use autochain_consensus::Seals;
use autochain_ethash::{Hasher, Light};
use autochain_primitives::{B64, B256, Header, HeaderExt as _, U256};
use parking_lot::Mutex;
use rand::Rng as _;
use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

/// Nonces that are tried on the caller's thread before others are started: enough for a development chain.
const FIRST_TRIES: u64 = 256;
/// Nonces that a thread tries between two looks at the flag.
const SLICE: u64 = 1 << 14;

/// What makes a block's proof of work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seal {
    /// The nonce.
    pub nonce: B64,
    /// The mix hash.
    pub mix_hash: B256,
}

/// Finds seals.
pub trait Sealer: Send + Sync {
    /// Seals a header without nonce and mix hash; `None` once `stop` is set.
    fn seal(&self, header: &Header, threads: usize, stop: &AtomicBool) -> Option<Seal>;

    /// Hashes a second, over the last ten.
    fn hashrate(&self) -> u64;
}

/// Seals on this machine's cores: from the light cache while the dataset is being made, then from the dataset.
#[derive(Debug)]
pub struct CpuSealer {
    rule: SealRule,
    seals: Arc<Seals>,
    datasets: Datasets,
    hashrate: Hashrate,
}

impl CpuSealer {
    /// A sealer for a chain with this seal rule.
    pub fn new(rule: SealRule, seals: Arc<Seals>, dag_dir: Option<std::path::PathBuf>) -> Self {
        // Small datasets are made in a moment, and their file would bear the name of the real one.
        let dag_dir = dag_dir.filter(|_| rule == SealRule::Full);
        Self { rule, seals, datasets: Datasets::new(dag_dir), hashrate: Hashrate::default() }
    }

    fn search(
        &self,
        hasher: &(dyn Hasher + '_),
        header: &Header,
        threads: usize,
        stop: &AtomicBool,
        give_up: &(dyn Fn() -> bool + Sync),
    ) -> Option<Seal> {
        let seal_hash = header.seal_hash().0;
        let boundary = header.boundary();
        let start: u64 = rand::rng().random();
        let found = hasher.search(&seal_hash, &boundary, start, FIRST_TRIES, stop);
        self.hashrate.add(FIRST_TRIES);
        if let Some((nonce, output)) = found {
            return Some(Seal { nonce: nonce.into(), mix_hash: output.mix_hash.into() });
        }
        let done = AtomicBool::new(false);
        let result = Mutex::new(None);
        std::thread::scope(|scope| {
            for thread in 0..threads.max(1) as u64 {
                let (done, result) = (&done, &result);
                // Each thread has a stretch of nonces of its own.
                let mut next = start.wrapping_add(FIRST_TRIES).wrapping_add(thread << 48);
                scope.spawn(move || {
                    while !done.load(Ordering::Relaxed) && !stop.load(Ordering::Relaxed) {
                        if let Some((nonce, output)) = hasher.search(&seal_hash, &boundary, next, SLICE, done)
                        {
                            *result.lock() =
                                Some(Seal { nonce: nonce.into(), mix_hash: output.mix_hash.into() });
                            done.store(true, Ordering::Relaxed);
                        }
                        self.hashrate.add(SLICE);
                        next = next.wrapping_add(SLICE);
                        if thread == 0 && give_up() {
                            done.store(true, Ordering::Relaxed);
                        }
                    }
                });
            }
        });
        result.into_inner()
    }
}

impl Sealer for CpuSealer {
    fn seal(&self, header: &Header, threads: usize, stop: &AtomicBool) -> Option<Seal> {
        if self.rule == SealRule::None {
            return Some(Seal { nonce: B64::ZERO, mix_hash: B256::ZERO });
        }
        let light: Arc<Light> = self.seals.light(header.number);
        if self.rule == SealRule::Test && header.difficulty <= U256::from(FIRST_TRIES) {
            return self.search(light.as_ref(), header, threads, stop, &|| false);
        }
        while !stop.load(Ordering::Relaxed) {
            let found = match self.datasets.get(&light, threads) {
                Some(dataset) => self.search(dataset.as_ref(), header, threads, stop, &|| false),
                // The light cache is slow, but on a young chain it finds a block before the dataset is there.
                None => {
                    self.search(light.as_ref(), header, 1, stop, &|| self.datasets.is_ready(light.params()))
                }
            };
            if found.is_some() {
                return found;
            }
        }
        None
    }

    fn hashrate(&self) -> u64 {
        self.hashrate.get()
    }
}
