//! 256-bit numbers as eight 32-bit limbs, the lowest first.
//!
//! `mul` and `mulhu` give the two halves of a product; there is no carry flag, so that a carry costs a
//! comparison. Products are therefore added up by columns, in an accumulator that stays in registers.

use core::hint::black_box;
use zeroize::Zeroize;

/// A number below 2^256.
pub(super) type Limbs = [u32; 8];

/// A product of two.
pub(super) type Wide = [u32; 16];

/// The sum of a column's products: at most 16 of 64 bits, so that 96 bits always do.
#[derive(Clone, Copy, Default)]
pub(super) struct Column {
    low: u32,
    middle: u32,
    high: u32,
}

impl Column {
    /// Adds a · b.
    #[inline(always)]
    pub(super) fn mul_add(&mut self, a: u32, b: u32) {
        let product = u64::from(a).wrapping_mul(u64::from(b));
        let (low, carry) = self.low.overflowing_add(low(product));
        // The upper half of a product is at most 2^32 − 2.
        let (middle, carry) =
            self.middle.overflowing_add(low_of_high(product).wrapping_add(u32::from(carry)));
        *self = Self { low, middle, high: self.high.wrapping_add(u32::from(carry)) };
    }

    /// Adds a.
    #[inline(always)]
    pub(super) fn add(&mut self, a: u32) {
        let (low, carry) = self.low.overflowing_add(a);
        let (middle, carry) = self.middle.overflowing_add(u32::from(carry));
        *self = Self { low, middle, high: self.high.wrapping_add(u32::from(carry)) };
    }

    /// The finished limb; what is above it goes into the next column.
    #[inline(always)]
    pub(super) fn next(&mut self) -> u32 {
        let limb = self.low;
        *self = Self { low: self.middle, middle: self.high, high: 0 };
        limb
    }
}

#[inline(always)]
#[allow(clippy::as_conversions, reason = "the lower half is what is wanted")]
const fn low(product: u64) -> u32 {
    product as u32
}

#[inline(always)]
const fn low_of_high(product: u64) -> u32 {
    low(product >> 32)
}

/// a · b.
#[inline(always)]
pub(super) fn mul_wide(a: &Limbs, b: &Limbs) -> Wide {
    let mut wide = [0; 16];
    let mut sum = Column::default();
    macro_rules! column {
        ($k:literal: $($i:literal $j:literal),+) => {
            $(sum.mul_add(a[$i], b[$j]);)+
            wide[$k] = sum.next();
        };
    }
    column!(0: 0 0);
    column!(1: 0 1, 1 0);
    column!(2: 0 2, 1 1, 2 0);
    column!(3: 0 3, 1 2, 2 1, 3 0);
    column!(4: 0 4, 1 3, 2 2, 3 1, 4 0);
    column!(5: 0 5, 1 4, 2 3, 3 2, 4 1, 5 0);
    column!(6: 0 6, 1 5, 2 4, 3 3, 4 2, 5 1, 6 0);
    column!(7: 0 7, 1 6, 2 5, 3 4, 4 3, 5 2, 6 1, 7 0);
    column!(8: 1 7, 2 6, 3 5, 4 4, 5 3, 6 2, 7 1);
    column!(9: 2 7, 3 6, 4 5, 5 4, 6 3, 7 2);
    column!(10: 3 7, 4 6, 5 5, 6 4, 7 3);
    column!(11: 4 7, 5 6, 6 5, 7 4);
    column!(12: 5 7, 6 6, 7 5);
    column!(13: 6 7, 7 6);
    column!(14: 7 7);
    wide[15] = sum.next();
    wide
}

/// a + b and the carry, 0 or 1.
#[inline(always)]
pub(super) fn add(a: &Limbs, b: &Limbs) -> (Limbs, u32) {
    let mut sum = [0; 8];
    let mut carry = false;
    for ((to, a), b) in sum.iter_mut().zip(a).zip(b) {
        let (limb, over) = a.overflowing_add(*b);
        let (limb, over_carry) = limb.overflowing_add(u32::from(carry));
        *to = limb;
        carry = over | over_carry;
    }
    (sum, u32::from(carry))
}

/// a − b and the borrow, 0 or 1.
#[inline(always)]
pub(super) fn sub(a: &Limbs, b: &Limbs) -> (Limbs, u32) {
    let mut difference = [0; 8];
    let mut borrow = false;
    for ((to, a), b) in difference.iter_mut().zip(a).zip(b) {
        let (limb, under) = a.overflowing_sub(*b);
        let (limb, under_borrow) = limb.overflowing_sub(u32::from(borrow));
        *to = limb;
        borrow = under | under_borrow;
    }
    (difference, u32::from(borrow))
}

/// All ones for 1, zero for 0, in a way that the compiler cannot turn back into a branch.
#[inline(always)]
pub(super) fn mask(bit: u32) -> u32 {
    black_box(0_u32.wrapping_sub(bit))
}

/// `a` under a mask of ones, `b` under zero.
#[inline(always)]
pub(super) fn select(mask: u32, a: &Limbs, b: &Limbs) -> Limbs {
    let mut chosen = [0; 8];
    for ((to, a), b) in chosen.iter_mut().zip(a).zip(b) {
        *to = b ^ (mask & (a ^ b));
    }
    chosen
}

/// 1 where `a` is zero, else 0.
#[inline(always)]
pub(super) fn is_zero(a: &Limbs) -> u32 {
    let any = a.iter().fold(0, |any, limb| any | limb);
    // The upper bit of x | −x is set unless x is 0.
    ((any | 0_u32.wrapping_sub(any)) >> 31) ^ 1
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

/// What powers and products are taken of.
pub(super) trait Ring: Copy + Zeroize {
    const ONE: Self;
    fn times(&self, other: &Self) -> Self;
}

/// `base` to a public power, by windows of four bits. The order of multiplications depends on the exponent
/// only.
pub(super) fn power<R: Ring>(base: &R, exponent: &Limbs) -> R {
    let mut powers = [R::ONE; 16];
    let mut last = R::ONE;
    for power in powers.iter_mut().skip(1) {
        last = last.times(base);
        *power = last;
    }
    let mut result = R::ONE;
    for limb in exponent.iter().rev() {
        for shift in (0..32_u32).step_by(4).rev() {
            for _ in 0..4 {
                result = result.times(&result);
            }
            let digit = (limb >> shift) & 15;
            for (power, at) in powers.iter().zip(0..) {
                if at == digit && digit != 0 {
                    result = result.times(power);
                }
            }
        }
    }
    powers.zeroize();
    result
}
