use crate::table::Row;

/// The two hashes of a seal. Their bytes are in the order in which Ethereum prints them.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash, Default)]
pub struct Output {
    /// The mix hash, which a header carries so that a cheap check can precede the costly one.
    pub mix_hash: [u8; 32],
    /// The number, most significant byte first, that must not exceed the boundary.
    pub result: [u8; 32],
}

/// A seal hash (the hash of a header without its seal) and a nonce.
pub(crate) type Seal = ([u8; 32], u64);

/// Dataset pages that one hash reads (`ACCESSES` in the specification).
pub(crate) const ACCESSES: u32 = 64;
/// Cache rows that one dataset item is mixed from (`DATASET_PARENTS`).
pub(crate) const PARENTS: u32 = 256;
/// The prime by which Fowler, Noll and Vo's hash multiplies.
pub(crate) const FNV_PRIME: u32 = 0x0100_0193;

/// The state of a hash between two pages. Aligned for the widest vectors.
#[derive(Clone, Copy)]
#[repr(C, align(64))]
pub(crate) struct Mix(pub(crate) [Row; 2]);

impl Mix {
    /// The state before the first page.
    #[inline(always)]
    pub(crate) fn new(start: &Row) -> Self {
        Self([*start, *start])
    }

    /// The number, not yet reduced, of the page that is read in step `step`.
    #[inline(always)]
    pub(crate) fn page(&self, start: &Row, step: u32) -> u32 {
        let word = step as usize % 32;
        fnv(step ^ start[0], self.0[word / 16][word % 16])
    }

    #[inline(always)]
    pub(crate) fn absorb(&mut self, page: &[Row; 2]) {
        for (half, row) in self.0.iter_mut().zip(page) {
            fnv_row(half, row);
        }
    }

    /// The mix hash, as the first half of a row.
    #[inline(always)]
    pub(crate) fn compress(&self) -> Row {
        let mut out = [0; 16];
        for (half, row) in self.0.iter().enumerate() {
            for (k, four) in row.as_chunks::<4>().0.iter().enumerate() {
                out[4 * half + k] = fnv(fnv(fnv(four[0], four[1]), four[2]), four[3]);
            }
        }
        out
    }
}

/// The specification's variant of FNV-1, on whole words.
#[inline(always)]
pub(crate) fn fnv(a: u32, b: u32) -> u32 {
    a.wrapping_mul(FNV_PRIME) ^ b
}

/// [`fnv`] of each word of `mix` and of `row`.
#[inline(always)]
pub(crate) fn fnv_row(mix: &mut Row, row: &Row) {
    for (a, b) in mix.iter_mut().zip(row) {
        *a = fnv(*a, *b);
    }
}

/// The bytes of the first eight words.
#[inline(always)]
pub(crate) fn bytes(row: &Row) -> [u8; 32] {
    let mut out = [0; 32];
    for (bytes, word) in out.chunks_exact_mut(4).zip(row) {
        bytes.copy_from_slice(&word.to_le_bytes());
    }
    out
}
