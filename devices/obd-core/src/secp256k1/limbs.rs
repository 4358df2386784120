//! 256-bit numbers as eight 32-bit limbs, the lowest first.
//!
//! The core has `mul` and `mulhu` for the halves of a product and no carry flag, so a carry costs a
//! comparison; and it has 31 registers. Products are added up row by row: one factor and the sums stay in
//! registers, the other comes limb by limb. The rows are a loop on purpose. Unrolled, the compiler starts
//! all 64 products first and spends a third of the time on storing them.
//!
//! Everything of a fixed length is written out, so that the count does not hang on an optimisation level.

use core::hint::black_box;

/// A number below 2^256.
pub(super) type Limbs = [u32; 8];

/// a · b + c + d as its lower and upper half: never more than 2^64 − 1.
#[inline(always)]
fn mul_add(a: u32, b: u32, c: u32, d: u32) -> (u32, u32) {
    halves(u64::from(a).wrapping_mul(u64::from(b)).wrapping_add(c.into()).wrapping_add(d.into()))
}

/// The lower and the upper half.
#[inline(always)]
#[allow(clippy::as_conversions, reason = "the two halves are what is wanted")]
pub(super) const fn halves(number: u64) -> (u32, u32) {
    (number as u32, (number >> 32) as u32)
}

/// sum + rows · b: the lowest limbs, one for each row, and the eight above them. `sum` has eight limbs.
#[inline(always)]
pub(super) fn mul_rows<const ROWS: usize>(
    rows: &[u32; ROWS],
    b: &Limbs,
    sum: &Limbs,
) -> ([u32; ROWS], Limbs) {
    let [b0, b1, b2, b3, b4, b5, b6, b7] = *b;
    let [mut s0, mut s1, mut s2, mut s3, mut s4, mut s5, mut s6, mut s7] = *sum;
    let mut low = [0; ROWS];
    for (out, row) in low.iter_mut().zip(rows) {
        let (limb, carry) = mul_add(*row, b0, s0, 0);
        *out = limb;
        let (limb, carry) = mul_add(*row, b1, s1, carry);
        s0 = limb;
        let (limb, carry) = mul_add(*row, b2, s2, carry);
        s1 = limb;
        let (limb, carry) = mul_add(*row, b3, s3, carry);
        s2 = limb;
        let (limb, carry) = mul_add(*row, b4, s4, carry);
        s3 = limb;
        let (limb, carry) = mul_add(*row, b5, s5, carry);
        s4 = limb;
        let (limb, carry) = mul_add(*row, b6, s6, carry);
        s5 = limb;
        let (limb, carry) = mul_add(*row, b7, s7, carry);
        s6 = limb;
        s7 = carry;
    }
    (low, [s0, s1, s2, s3, s4, s5, s6, s7])
}

/// a · b: the lower and the upper eight limbs.
#[inline(always)]
pub(super) fn mul_wide(a: &Limbs, b: &Limbs) -> (Limbs, Limbs) {
    mul_rows(a, b, &[0; 8])
}

/// a + b and the carry, 0 or 1.
#[inline(always)]
pub(super) fn add(a: &Limbs, b: &Limbs) -> (Limbs, u32) {
    let limb = |a: u32, b, carry: bool| {
        let (sum, over) = a.overflowing_add(b);
        let (sum, over_carry) = sum.overflowing_add(carry.into());
        (sum, over | over_carry)
    };
    let (s0, carry) = a[0].overflowing_add(b[0]);
    let (s1, carry) = limb(a[1], b[1], carry);
    let (s2, carry) = limb(a[2], b[2], carry);
    let (s3, carry) = limb(a[3], b[3], carry);
    let (s4, carry) = limb(a[4], b[4], carry);
    let (s5, carry) = limb(a[5], b[5], carry);
    let (s6, carry) = limb(a[6], b[6], carry);
    let (s7, carry) = limb(a[7], b[7], carry);
    ([s0, s1, s2, s3, s4, s5, s6, s7], carry.into())
}

/// a − b and the borrow, 0 or 1.
#[inline(always)]
pub(super) fn sub(a: &Limbs, b: &Limbs) -> (Limbs, u32) {
    let limb = |a: u32, b, borrow: bool| {
        let (difference, under) = a.overflowing_sub(b);
        let (difference, under_borrow) = difference.overflowing_sub(borrow.into());
        (difference, under | under_borrow)
    };
    let (d0, borrow) = a[0].overflowing_sub(b[0]);
    let (d1, borrow) = limb(a[1], b[1], borrow);
    let (d2, borrow) = limb(a[2], b[2], borrow);
    let (d3, borrow) = limb(a[3], b[3], borrow);
    let (d4, borrow) = limb(a[4], b[4], borrow);
    let (d5, borrow) = limb(a[5], b[5], borrow);
    let (d6, borrow) = limb(a[6], b[6], borrow);
    let (d7, borrow) = limb(a[7], b[7], borrow);
    ([d0, d1, d2, d3, d4, d5, d6, d7], borrow.into())
}

/// 1 where a < b, else 0. The bit is hidden from the compiler, which would otherwise compare limb by limb on
/// the way to a branch and leave at the first that differs.
#[inline(always)]
pub(super) fn is_below(a: &Limbs, b: &Limbs) -> u32 {
    black_box(sub(a, b).1)
}

/// All ones for 1, zero for 0, in a way that the compiler cannot turn back into a branch.
#[inline(always)]
pub(super) fn mask(bit: u32) -> u32 {
    black_box(0_u32.wrapping_sub(bit))
}

/// A mask of ones where two numbers are equal.
#[inline(always)]
pub(super) fn equals(a: u32, b: u32) -> u32 {
    mask(is_zero_limb(a ^ b))
}

/// `a` under a mask of ones, `b` under zero.
#[inline(always)]
pub(super) fn select(mask: u32, a: &Limbs, b: &Limbs) -> Limbs {
    let limb = |a, b| b ^ (mask & (a ^ b));
    [
        limb(a[0], b[0]),
        limb(a[1], b[1]),
        limb(a[2], b[2]),
        limb(a[3], b[3]),
        limb(a[4], b[4]),
        limb(a[5], b[5]),
        limb(a[6], b[6]),
        limb(a[7], b[7]),
    ]
}

/// The entry number `index`, found by reading all of them.
#[inline(always)]
pub(super) fn gather<'a>(entries: impl Iterator<Item = &'a Limbs>, index: u32) -> Limbs {
    let mut chosen = [0; 8];
    for (entry, at) in entries.zip(0..) {
        let mask = equals(at, index);
        let [c0, c1, c2, c3, c4, c5, c6, c7] = chosen;
        let [e0, e1, e2, e3, e4, e5, e6, e7] = *entry;
        chosen = [
            c0 | e0 & mask,
            c1 | e1 & mask,
            c2 | e2 & mask,
            c3 | e3 & mask,
            c4 | e4 & mask,
            c5 | e5 & mask,
            c6 | e6 & mask,
            c7 | e7 & mask,
        ];
    }
    chosen
}

/// 1 where `a` is zero, else 0.
#[inline(always)]
pub(super) fn is_zero(a: &Limbs) -> u32 {
    black_box(is_zero_limb(a.iter().fold(0, |any, limb| any | limb)))
}

/// The upper bit of x | −x is set unless x is 0.
#[inline(always)]
const fn is_zero_limb(limb: u32) -> u32 {
    ((limb | 0_u32.wrapping_sub(limb)) >> 31) ^ 1
}

pub(super) fn from_be_bytes(bytes: &[u8; 32]) -> Limbs {
    let mut limbs = [0; 8];
    let (words, _) = bytes.as_chunks();
    for (limb, word) in limbs.iter_mut().rev().zip(words) {
        *limb = u32::from_be_bytes(*word);
    }
    limbs
}

pub(super) fn to_be_bytes(limbs: &Limbs) -> [u8; 32] {
    let mut bytes = [0; 32];
    let (words, _) = bytes.as_chunks_mut();
    for (word, limb) in words.iter_mut().zip(limbs.iter().rev()) {
        *word = limb.to_be_bytes();
    }
    bytes
}
