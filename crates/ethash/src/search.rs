use std::sync::atomic::{AtomicBool, Ordering};

use crate::hashimoto::Output;
use crate::kernel;
use crate::{Dataset, Light};

/// A search for nonces that meet a boundary, in order from a starting nonce, resumable after each find.
pub struct Search<'a> {
    hasher: &'a dyn Hasher,
    seal_hash: [u8; 32],
    boundary: [u8; 32],
    next_nonce: u64,
    attempts: u64,
}

impl<'a> Search<'a> {
    /// A search from `start_nonce` on; nonces wrap.
    pub fn new(hasher: &'a dyn Hasher, seal_hash: [u8; 32], boundary: [u8; 32], start_nonce: u64) -> Self {
        Self { hasher, seal_hash, boundary, next_nonce: start_nonce, attempts: 0 }
    }

    /// Tries at most `attempts` more nonces and returns the first that meets the boundary. A later call goes
    /// on behind it. `None`: all were tried, or `stop` was seen, after which some nonces may not count as
    /// tried though they were.
    pub fn run(&mut self, attempts: u64, stop: &AtomicBool) -> Option<(u64, Output)> {
        // Small enough for an up-to-date count, large enough not to be felt.
        const SLICE: u64 = 1 << 12;
        let mut left = attempts;
        while left > 0 && !stop.load(Ordering::Relaxed) {
            let slice = left.min(SLICE);
            let found = self.hasher.search(&self.seal_hash, &self.boundary, self.next_nonce, slice, stop);
            let tried = match found {
                Some((nonce, _)) => nonce.wrapping_sub(self.next_nonce).saturating_add(1),
                None if stop.load(Ordering::Relaxed) => return None,
                None => slice,
            };
            self.next_nonce = self.next_nonce.wrapping_add(tried);
            self.attempts = self.attempts.saturating_add(tried);
            left = left.saturating_sub(tried);
            if found.is_some() {
                return found;
            }
        }
        None
    }

    /// Nonces tried so far, for hash rates.
    pub fn attempts(&self) -> u64 {
        self.attempts
    }

    /// The nonce that is tried next.
    pub fn next_nonce(&self) -> u64 {
        self.next_nonce
    }
}

/// What turns a seal hash and a nonce into a result: [`Light`] to verify, [`Dataset`] to mine.
pub trait Hasher: Sync {
    /// Hashes one nonce.
    fn hash(&self, seal_hash: &[u8; 32], nonce: u64) -> Output;

    /// The first of `attempts` nonces from `start_nonce` on (wrapping) whose result [`meets`] the boundary.
    /// Works on this thread, in batches; `stop` is looked at between them.
    ///
    /// A dataset in memory or on disk can decay: check what was found with [`Light`] before publishing it.
    fn search(
        &self,
        seal_hash: &[u8; 32],
        boundary: &[u8; 32],
        start_nonce: u64,
        attempts: u64,
        stop: &AtomicBool,
    ) -> Option<(u64, Output)>;
}

impl Hasher for Light {
    fn hash(&self, seal_hash: &[u8; 32], nonce: u64) -> Output {
        Self::hash(self, seal_hash, nonce)
    }

    fn search(
        &self,
        seal_hash: &[u8; 32],
        boundary: &[u8; 32],
        start_nonce: u64,
        attempts: u64,
        stop: &AtomicBool,
    ) -> Option<(u64, Output)> {
        let batch = kernel::light_batch(self.usable_backend());
        let mut seals = Vec::with_capacity(batch);
        in_batches(batch, boundary, start_nonce, attempts, stop, |nonce, out| {
            seals.clear();
            seals.extend((0..out.len() as u64).map(|k| (*seal_hash, nonce.wrapping_add(k))));
            self.hash_into(&seals, out);
        })
    }
}

impl Hasher for Dataset {
    fn hash(&self, seal_hash: &[u8; 32], nonce: u64) -> Output {
        Self::hash(self, seal_hash, nonce)
    }

    fn search(
        &self,
        seal_hash: &[u8; 32],
        boundary: &[u8; 32],
        start_nonce: u64,
        attempts: u64,
        stop: &AtomicBool,
    ) -> Option<(u64, Output)> {
        let batch = kernel::full_batch(self.usable_backend());
        in_batches(batch, boundary, start_nonce, attempts, stop, |nonce, out| {
            self.hash_range(seal_hash, nonce, out);
        })
    }
}

/// Whether a result, a number of 32 bytes with the most significant first, is not above the boundary. The
/// boundary of a difficulty is 2^256 / difficulty, rounded down, and all ones for the difficulty 1.
pub fn meets(result: &[u8; 32], boundary: &[u8; 32]) -> bool {
    result <= boundary
}

/// Hashes up to `attempts` nonces, `batch` at a time, until one meets the boundary.
fn in_batches(
    batch: usize,
    boundary: &[u8; 32],
    start_nonce: u64,
    attempts: u64,
    stop: &AtomicBool,
    mut hash: impl FnMut(u64, &mut [Output]),
) -> Option<(u64, Output)> {
    // Where one nonce in sixteen will do, as on development chains, most of a batch would be in vain.
    let easy = boundary[0] >= 0x10;
    let mut out = vec![Output::default(); if easy { 1 } else { batch }];
    let (mut nonce, mut left) = (start_nonce, attempts);
    while left > 0 && !stop.load(Ordering::Relaxed) {
        let width = usize::try_from(left).map_or(out.len(), |left| left.min(out.len()));
        let batch = &mut out[..width];
        hash(nonce, batch);
        if let Some(k) = batch.iter().position(|output| meets(&output.result, boundary)) {
            return Some((nonce.wrapping_add(k as u64), batch[k]));
        }
        nonce = nonce.wrapping_add(width as u64);
        left -= width as u64;
    }
    None
}
