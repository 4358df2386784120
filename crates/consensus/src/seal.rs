use crate::{SealError, SealFault};
use autochain_chainspec::{ChainSpec, ECIP1099_EPOCH_LENGTH, EPOCH_LENGTH, SealRule};
use autochain_ethash::{Light, LightCaches, MAX_EPOCH, Sizes, meets};
use autochain_primitives::{B256, Header, HeaderExt as _, thread_time};
use rayon::prelude::*;
use std::{
    collections::BTreeMap,
    fmt,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

/// Seals that one thread takes at a time: hashing a dozen or more together hides the latency of memory.
const BATCH: usize = 16;

/// Ethash verification by the seal rule of a chain, with the caches of the epochs in use.
pub struct Seals {
    rule: SealRule,
    caches: LightCaches,
    long: Option<(u64, LightCaches)>,
    /// CPU time of hashing, on all threads.
    nanoseconds: AtomicU64,
}

impl Seals {
    /// For a chain. Nothing is computed before the first seal comes.
    pub fn new(spec: &ChainSpec) -> Self {
        let sizes = if spec.seal == SealRule::Test { Sizes::Test } else { Sizes::Full };
        Self {
            rule: spec.seal,
            caches: LightCaches::new(sizes, EPOCH_LENGTH),
            long: spec.long_epochs_from.map(|from| (from, LightCaches::new(sizes, ECIP1099_EPOCH_LENGTH))),
            nanoseconds: AtomicU64::new(0),
        }
    }

    /// Checks the seals of headers and ommers in any order, together by epoch and on all cores. Under
    /// [`SealRule::None`] every seal is right.
    ///
    /// # Errors
    /// The first of the batch that is wrong: difficulty 0, another mix hash, or a result above the boundary.
    pub fn check(&self, headers: &[&Header]) -> Result<(), SealError> {
        if self.rule == SealRule::None {
            return Ok(());
        }
        let mut groups: BTreeMap<(u64, u64), Vec<(usize, &Header)>> = BTreeMap::new();
        let mut first: Option<SealError> = None;
        for (index, header) in headers.iter().copied().enumerate() {
            let length = self.epoch_length(header.number);
            let epoch = header.number.checked_div(length).unwrap_or_default();
            let fault = if header.difficulty.is_zero() {
                SealFault::ZeroDifficulty
            } else if epoch > MAX_EPOCH {
                SealFault::BeyondLastEpoch
            } else {
                groups.entry((length, epoch)).or_default().push((index, header));
                continue;
            };
            first = first.or(Some(SealError { index, number: header.number, fault }));
        }
        for group in groups.values() {
            let Some((_, header)) = group.first() else { continue };
            let light = self.light(header.number);
            let found = group.par_chunks(BATCH).filter_map(|batch| {
                let started = thread_time();
                let error = check_batch(&light, batch);
                let spent = thread_time().saturating_sub(started).as_nanos();
                self.nanoseconds.fetch_add(u64::try_from(spent).unwrap_or_default(), Ordering::Relaxed);
                error
            });
            first = first.into_par_iter().chain(found).min_by_key(|error| error.index);
        }
        first.map_or(Ok(()), Err)
    }

    /// CPU time that hashing has taken so far, on all threads; the building of caches is not in it.
    pub fn hashing_time(&self) -> Duration {
        Duration::from_nanos(self.nanoseconds.load(Ordering::Relaxed))
    }

    /// Builds in the background what the seals from this block on will need. Costs nothing when it is there.
    pub fn prefetch(&self, number: u64) {
        if self.rule != SealRule::None {
            self.caches_for(number).prefetch(number);
        }
    }

    /// The cache of the epoch of a block; built if need be, which takes a third of a second at epoch 0.
    pub fn light(&self, number: u64) -> Arc<Light> {
        self.caches_for(number).get(number)
    }

    fn caches_for(&self, number: u64) -> &LightCaches {
        match &self.long {
            Some((from, caches)) if number >= *from => caches,
            _ => &self.caches,
        }
    }

    fn epoch_length(&self, number: u64) -> u64 {
        match &self.long {
            Some((from, _)) if number >= *from => ECIP1099_EPOCH_LENGTH,
            _ => EPOCH_LENGTH,
        }
    }
}

impl fmt::Debug for Seals {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Seals").field("rule", &self.rule).finish_non_exhaustive()
    }
}

/// The first wrong seal of headers of one epoch.
fn check_batch(light: &Light, batch: &[(usize, &Header)]) -> Option<SealError> {
    let seals: Vec<_> =
        batch.iter().map(|(_, header)| (header.seal_hash().0, u64::from_be_bytes(header.nonce.0))).collect();
    let outputs = light.hash_many(&seals);
    batch.iter().zip(outputs).find_map(|((index, header), output)| {
        let boundary = header.boundary();
        let fault = if header.mix_hash.0 != output.mix_hash {
            SealFault::MixHash { got: header.mix_hash, expected: B256::from(output.mix_hash) }
        } else if !meets(&output.result, &boundary) {
            SealFault::AboveBoundary { result: B256::from(output.result), boundary: B256::from(boundary) }
        } else {
            return None;
        };
        Some(SealError { index: *index, number: header.number, fault })
    })
}
