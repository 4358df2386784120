//! Kernels without intrinsics. The generic ones are also the frame of the SIMD kernels: they are
//! `#[inline(always)]`, so that they are compiled for the instructions of the function that calls them.

use std::array::from_fn;

use crate::fastmod::FastMod;
use crate::hashimoto::{ACCESSES, Mix, Output, PARENTS, Seal, bytes, fnv, fnv_row};
use crate::keccak::{self, Lane};
use crate::table::{Cache, Pages, Row};

pub(super) const LIGHT_BATCH: usize = 2;
pub(super) const FULL_BATCH: usize = 4;

pub(super) fn build_cache(rows: &mut [Row], seed: &[u8; 32]) {
    crate::cache::build(rows, seed);
}

pub(super) fn items(cache: Cache<'_>, first: u32, out: &mut [Row]) {
    fill_items(first, out, |numbers: [u32; 4]| mix_items::<u64, 4>(cache, numbers));
}

pub(super) fn light(cache: Cache<'_>, pages: FastMod, seals: &[Seal], out: &mut [Output]) {
    for (seals, out) in seals.chunks(2).zip(out.chunks_mut(2)) {
        match seals {
            [one] => light_batch([*one], out, pages, |n: [u32; 2]| mix_items::<u64, 2>(cache, n)),
            _ => light_batch(padded::<2>(seals), out, pages, |n: [u32; 4]| mix_items::<u64, 4>(cache, n)),
        }
    }
}

pub(super) fn full(pages: Pages<'_>, seal_hash: &[u8; 32], start_nonce: u64, out: &mut [Output]) {
    if out.len() == 1 {
        return full_batch::<u64, 1>(pages, seal_hash, start_nonce, out);
    }
    let mut nonce = start_nonce;
    for out in out.chunks_mut(FULL_BATCH) {
        full_batch::<u64, FULL_BATCH>(pages, seal_hash, nonce, out);
        nonce = nonce.wrapping_add(FULL_BATCH as u64);
    }
}

/// The seals, the last one repeated to make up the number: it costs no memory traffic of its own.
#[inline(always)]
pub(super) fn padded<const S: usize>(seals: &[Seal]) -> [Seal; S] {
    from_fn(|k| seals[k.min(seals.len() - 1)])
}

/// Fills `out` with the items from `first` on, `N` at a time.
#[inline(always)]
pub(super) fn fill_items<const N: usize>(first: u32, out: &mut [Row], items: impl Fn([u32; N]) -> [Row; N]) {
    let mut number = first;
    for group in out.chunks_mut(N) {
        let computed = items(from_fn(|k| number.wrapping_add(k as u32)));
        group.copy_from_slice(&computed[..group.len()]);
        number = number.wrapping_add(N as u32);
    }
}

/// `N` dataset items side by side, so that their reads of the cache overlap. What each reads next is asked for
/// as soon as its number is known.
#[inline(always)]
pub(super) fn mix_items<L: Lane, const N: usize>(cache: Cache<'_>, numbers: [u32; N]) -> [Row; N] {
    let mut mixes = Aligned(first_mixes::<L, N>(cache, numbers));
    let mut next: [&[Row; 1]; N] = from_fn(|k| cache.pick(fnv(numbers[k], mixes.0[k][0])));
    for parent in 1..=PARENTS {
        let place = parent as usize % 16;
        for k in 0..N {
            let [row] = next[k];
            // The one word that selects the next read is mixed by itself, ahead of the others.
            let word = fnv(mixes.0[k][place], row[place]);
            next[k] = cache.pick(fnv(numbers[k] ^ parent, word));
            prefetch(next[k]);
            fnv_row(&mut mixes.0[k], row);
        }
    }
    keccak::hash_rows::<L>(&mut mixes.0);
    mixes.0
}

#[repr(align(64))]
struct Aligned<T>(T);

/// The state of dataset items before their first parent.
#[inline(always)]
pub(super) fn first_mixes<L: Lane, const N: usize>(cache: Cache<'_>, numbers: [u32; N]) -> [Row; N] {
    let mut mixes: [Row; N] = from_fn(|k| {
        let [mut row] = *cache.pick(numbers[k]);
        row[0] ^= numbers[k];
        row
    });
    keccak::hash_rows::<L>(&mut mixes);
    mixes
}

/// `S` seals side by side, each of which asks `items` for a page of two items in every step (`N` is `2 * S`).
/// `out` takes as many of the results as it has places.
#[inline(always)]
pub(super) fn light_batch<const S: usize, const N: usize>(
    seals: [Seal; S],
    out: &mut [Output],
    pages: FastMod,
    items: impl Fn([u32; N]) -> [Row; N],
) {
    const { assert!(N == 2 * S) };
    let starts: [Row; S] = from_fn(|k| keccak::row_of_seal(&seals[k].0, seals[k].1));
    let mut mixes: [Mix; S] = from_fn(|k| Mix::new(&starts[k]));
    for step in 0..ACCESSES {
        let picked: [u32; S] = from_fn(|k| pages.rem(mixes[k].page(&starts[k], step)));
        let rows = items(from_fn(|k| picked[k / 2].wrapping_mul(2).wrapping_add(k as u32 % 2)));
        for (mix, page) in mixes.iter_mut().zip(rows.as_chunks::<2>().0) {
            mix.absorb(page);
        }
    }
    for ((mix, start), out) in mixes.iter().zip(&starts).zip(out) {
        let compressed = mix.compress();
        *out = Output { mix_hash: bytes(&compressed), result: bytes(&keccak::result(start, &compressed)) };
    }
}

/// `N` consecutive nonces side by side, `N` a multiple of the lane's width. The page of the next step is
/// asked for as soon as its number is known. `out` takes as many of the results as it has places.
#[inline(always)]
pub(super) fn full_batch<L: Lane, const N: usize>(
    pages: Pages<'_>,
    seal_hash: &[u8; 32],
    start_nonce: u64,
    out: &mut [Output],
) {
    let mut starts = [[0; 16]; N];
    keccak::rows_of_seals::<L>(seal_hash, start_nonce, &mut starts);
    let mut mixes: [Mix; N] = from_fn(|k| Mix::new(&starts[k]));
    let mut next: [&[Row; 2]; N] = from_fn(|k| pages.pick(mixes[k].page(&starts[k], 0)));
    for step in 1..=ACCESSES {
        for k in 0..N {
            mixes[k].absorb(next[k]);
            next[k] = pages.pick(mixes[k].page(&starts[k], step));
            prefetch(next[k]);
        }
    }
    finish::<L, N>(&starts, &mixes, out);
}

/// Compresses the mixes and hashes them to the end.
#[inline(always)]
pub(super) fn finish<L: Lane, const N: usize>(starts: &[Row; N], mixes: &[Mix; N], out: &mut [Output]) {
    let compressed: [Row; N] = from_fn(|k| mixes[k].compress());
    let mut ends = [[0; 16]; N];
    keccak::results::<L>(starts, &compressed, &mut ends);
    for ((out, mix), end) in out.iter_mut().zip(&compressed).zip(&ends) {
        *out = Output { mix_hash: bytes(mix), result: bytes(end) };
    }
}

/// Asks for the lines of some rows.
#[inline(always)]
pub(super) fn prefetch<const N: usize>(page: &[Row; N]) {
    #[cfg(target_arch = "x86_64")]
    for row in page {
        use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
        // SAFETY: SSE belongs to x86-64, and a prefetch is only a hint.
        unsafe { _mm_prefetch::<_MM_HINT_T0>(row.as_ptr().cast()) }
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = page;
}
