//! Kernels for AVX2: the portable frame, compiled for these instructions. The states of enough items to hide
//! the latency of memory exceed the sixteen registers, so they lie in the first-level cache.

use super::portable::{fill_items, full_batch, light_batch, mix_items, padded};
use crate::fastmod::FastMod;
use crate::hashimoto::{Output, Seal};
use crate::keccak::Lanes4;
use crate::table::{Cache, Pages, Row};

/// Dataset items side by side.
const ITEMS: usize = 16;

pub(super) const LIGHT_BATCH: usize = ITEMS / 2;
pub(super) const FULL_BATCH: usize = 16;

#[target_feature(enable = "avx2,bmi1,bmi2")]
pub(super) fn build_cache(rows: &mut [Row], seed: &[u8; 32]) {
    crate::cache::build(rows, seed);
}

#[target_feature(enable = "avx2,bmi1,bmi2")]
pub(super) fn items(cache: Cache<'_>, first: u32, out: &mut [Row]) {
    fill_items(first, out, |numbers: [u32; ITEMS]| mix_items::<Lanes4, ITEMS>(cache, numbers));
}

#[target_feature(enable = "avx2,bmi1,bmi2")]
pub(super) fn light(cache: Cache<'_>, pages: FastMod, seals: &[Seal], out: &mut [Output]) {
    for (seals, out) in seals.chunks(LIGHT_BATCH).zip(out.chunks_mut(LIGHT_BATCH)) {
        match seals {
            [one] => light_batch([*one], out, pages, |n: [u32; 2]| mix_items::<Lanes4, 2>(cache, n)),
            _ => light_batch(padded::<LIGHT_BATCH>(seals), out, pages, |n: [u32; ITEMS]| {
                mix_items::<Lanes4, ITEMS>(cache, n)
            }),
        }
    }
}

#[target_feature(enable = "avx2,bmi1,bmi2")]
pub(super) fn full(pages: Pages<'_>, seal_hash: &[u8; 32], start_nonce: u64, out: &mut [Output]) {
    if out.len() == 1 {
        return full_batch::<u64, 1>(pages, seal_hash, start_nonce, out);
    }
    let mut nonce = start_nonce;
    for out in out.chunks_mut(FULL_BATCH) {
        full_batch::<Lanes4, FULL_BATCH>(pages, seal_hash, nonce, out);
        nonce = nonce.wrapping_add(FULL_BATCH as u64);
    }
}
