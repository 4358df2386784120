//! Kernels for AVX-512: a row is one register, and the states of two dozen items stay in registers from the
//! first parent to the last.
//!
//! States in memory would be stored in every step, and a read of the cache at random must wait for an earlier
//! store whenever their addresses agree in the lowest twelve bits, which is often. So nothing is stored in
//! the inner loops; the word that selects the next read is taken out of the register.

use std::arch::x86_64::*;

use super::portable::{self, fill_items, finish, first_mixes, light_batch, padded};
use crate::fastmod::FastMod;
use crate::hashimoto::{ACCESSES, FNV_PRIME, Mix, Output, PARENTS, Seal, fnv};
use crate::keccak::{self, Lanes8};
use crate::table::{Cache, Pages, Row};

pub(super) const LIGHT_BATCH: usize = 12;
pub(super) const FULL_BATCH: usize = 24;

#[target_feature(enable = "avx2,bmi1,bmi2,avx512f,avx512dq,avx512vl")]
pub(super) fn build_cache(rows: &mut [Row], seed: &[u8; 32]) {
    crate::cache::build(rows, seed);
}

#[target_feature(enable = "avx2,bmi1,bmi2,avx512f,avx512dq,avx512vl")]
pub(super) fn items(cache: Cache<'_>, first: u32, out: &mut [Row]) {
    fill_items(first, out, |numbers| items24(cache, numbers));
}

#[target_feature(enable = "avx2,bmi1,bmi2,avx512f,avx512dq,avx512vl")]
pub(super) fn light(cache: Cache<'_>, pages: FastMod, seals: &[Seal], out: &mut [Output]) {
    for (seals, out) in seals.chunks(LIGHT_BATCH).zip(out.chunks_mut(LIGHT_BATCH)) {
        match seals.len() {
            // Two items only wait for memory, and the way from one read to the next is shorter outside of
            // vector registers.
            1 => light_batch(padded::<1>(seals), out, pages, |numbers| {
                portable::mix_items::<Lanes8, 2>(cache, numbers)
            }),
            2..=4 => light_batch(padded::<4>(seals), out, pages, |numbers| items8(cache, numbers)),
            5..=8 => light_batch(padded::<8>(seals), out, pages, |numbers| items16(cache, numbers)),
            _ => light_batch(padded::<12>(seals), out, pages, |numbers| items24(cache, numbers)),
        }
    }
}

#[target_feature(enable = "avx2,bmi1,bmi2,avx512f,avx512dq,avx512vl")]
pub(super) fn full(pages: Pages<'_>, seal_hash: &[u8; 32], start_nonce: u64, out: &mut [Output]) {
    if out.len() == 1 {
        return portable::full_batch::<u64, 1>(pages, seal_hash, start_nonce, out);
    }
    let mut nonce = start_nonce;
    for out in out.chunks_mut(FULL_BATCH) {
        let mut starts = [[0; 16]; FULL_BATCH];
        keccak::rows_of_seals::<Lanes8>(seal_hash, nonce, &mut starts);
        let mut mixes = starts.map(|start| Mix::new(&start));
        for (starts, mixes) in starts.as_chunks().0.iter().zip(mixes.as_chunks_mut().0) {
            walk12(pages, starts, mixes);
        }
        finish::<Lanes8, FULL_BATCH>(&starts, &mixes, out);
        nonce = nonce.wrapping_add(FULL_BATCH as u64);
    }
}

/// Defines the computation of some items side by side. The list of their places unrolls the loop over them,
/// which keeps the array of states in registers.
macro_rules! items_kernel {
    ($name:ident, $count:literal, [$($k:literal)*]) => {
        #[inline]
        #[target_feature(enable = "avx2,bmi1,bmi2,avx512f,avx512dq,avx512vl")]
        fn $name(cache: Cache<'_>, numbers: [u32; $count]) -> [Row; $count] {
            let mut rows = first_mixes::<Lanes8, $count>(cache, numbers);
            let prime = _mm512_set1_epi32(FNV_PRIME as i32);
            let mut mixes = [$(load(&rows[$k])),*];
            for parent in 0..PARENTS {
                let place = _mm512_set1_epi32(parent as i32 % 16);
                $(
                    let [row] = cache.pick(fnv(numbers[$k] ^ parent, word(mixes[$k], place)));
                    mixes[$k] = _mm512_xor_si512(_mm512_mullo_epi32(mixes[$k], prime), load(row));
                )*
            }
            $(store(&mut rows[$k], mixes[$k]);)*
            keccak::hash_rows::<Lanes8>(&mut rows);
            rows
        }
    };
}

items_kernel!(items8, 8, [0 1 2 3 4 5 6 7]);
items_kernel!(items16, 16, [0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15]);
items_kernel!(items24, 24, [0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23]);

/// Defines the way of some nonces through the dataset side by side, two registers each.
macro_rules! walk_kernel {
    ($name:ident, $count:literal, [$($k:literal)*]) => {
        #[inline]
        #[target_feature(enable = "avx2,bmi1,bmi2,avx512f,avx512dq,avx512vl")]
        fn $name(pages: Pages<'_>, starts: &[Row; $count], mixes: &mut [Mix; $count]) {
            let prime = _mm512_set1_epi32(FNV_PRIME as i32);
            let first_words = [$(starts[$k][0]),*];
            let mut low = [$(load(&mixes[$k].0[0])),*];
            let mut high = [$(load(&mixes[$k].0[1])),*];
            // Sixteen steps that take their word from `$half`.
            macro_rules! steps {
                ($half:ident, $from:expr) => {
                    for step in $from..$from + 16 {
                        let place = _mm512_set1_epi32(step as i32 % 16);
                        $(
                            let [first, second] = pages.pick(fnv(step ^ first_words[$k], word($half[$k], place)));
                            low[$k] = _mm512_xor_si512(_mm512_mullo_epi32(low[$k], prime), load(first));
                            high[$k] = _mm512_xor_si512(_mm512_mullo_epi32(high[$k], prime), load(second));
                        )*
                    }
                };
            }
            for from in (0..ACCESSES).step_by(32) {
                steps!(low, from);
                steps!(high, from + 16);
            }
            $(
                store(&mut mixes[$k].0[0], low[$k]);
                store(&mut mixes[$k].0[1], high[$k]);
            )*
        }
    };
}

walk_kernel!(walk12, 12, [0 1 2 3 4 5 6 7 8 9 10 11]);

#[inline]
#[target_feature(enable = "avx512f")]
fn load(row: &Row) -> __m512i {
    // SAFETY: a row is 64 bytes.
    unsafe { _mm512_loadu_si512(row.as_ptr().cast()) }
}

#[inline]
#[target_feature(enable = "avx512f")]
fn store(row: &mut Row, value: __m512i) {
    // SAFETY: a row is 64 bytes.
    unsafe { _mm512_storeu_si512(row.as_mut_ptr().cast(), value) }
}

/// The word of a row at the place that stands in every word of `place`.
#[inline]
#[target_feature(enable = "avx512f")]
fn word(row: __m512i, place: __m512i) -> u32 {
    _mm_cvtsi128_si32(_mm512_castsi512_si128(_mm512_permutexvar_epi32(place, row))) as u32
}
