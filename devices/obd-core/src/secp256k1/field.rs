use super::invert::{Modulus, invert};
use super::limbs::{self, Limbs};
use zeroize::Zeroize;

/// A number modulo p = 2^256 − 2^32 − 977, always the least one.
#[derive(Clone, Copy, PartialEq, Eq, Zeroize)]
#[cfg_attr(test, derive(Debug))]
pub(crate) struct Field(Limbs);

/// 2^256 − p, in two limbs.
const C: [u32; 2] = [977, 1];
/// p.
const P: Limbs = [0xffff_fc2f, 0xffff_fffe, !0, !0, !0, !0, !0, !0];
/// p, to invert.
const MODULUS: Modulus = Modulus {
    limbs: [
        0x3fff_fc2f,
        0x3fff_fffb,
        0x3fff_ffff,
        0x3fff_ffff,
        0x3fff_ffff,
        0x3fff_ffff,
        0x3fff_ffff,
        0x3fff_ffff,
        0xffff,
    ],
    inverse: 0x2dda_cacf,
};
/// (p + 1) / 4.
const ROOT: Limbs = [0xbfff_ff0c, !0, !0, !0, !0, !0, !0, 0x3fff_ffff];

impl Field {
    pub(crate) const ZERO: Self = Self([0; 8]);
    pub(crate) const ONE: Self = Self([1, 0, 0, 0, 0, 0, 0, 0]);
    /// The curve's b: y² = x³ + 7.
    pub(crate) const SEVEN: Self = Self([7, 0, 0, 0, 0, 0, 0, 0]);

    /// Of a table, where it is below p.
    pub(super) const fn from_limbs(limbs: Limbs) -> Self {
        Self(limbs)
    }

    /// `None` from p on.
    pub(crate) fn from_be_bytes(bytes: &[u8; 32]) -> Option<Self> {
        let limbs = limbs::from_be_bytes(bytes);
        (limbs::is_below(&limbs, &P) == 1).then_some(Self(limbs))
    }

    pub(crate) fn to_be_bytes(self) -> [u8; 32] {
        limbs::to_be_bytes(&self.0)
    }

    /// 1 if it is odd, else 0.
    pub(crate) const fn parity(&self) -> u32 {
        self.0[0] & 1
    }

    pub(super) fn is_zero(&self) -> bool {
        limbs::is_zero(&self.0) == 1
    }

    #[inline(never)]
    pub(crate) fn add(&self, other: &Self) -> Self {
        let (sum, carry) = limbs::add(&self.0, &other.0);
        reduce_once(&sum, carry)
    }

    #[inline(never)]
    pub(crate) fn sub(&self, other: &Self) -> Self {
        let (difference, borrow) = limbs::sub(&self.0, &other.0);
        // Adding p is taking 2^256 − p away from what wrapped around.
        let mask = limbs::mask(borrow);
        let (wrapped, _) = limbs::sub(&difference, &[C[0] & mask, C[1] & mask, 0, 0, 0, 0, 0, 0]);
        Self(wrapped)
    }

    pub(crate) fn neg(&self) -> Self {
        Self::ZERO.sub(self)
    }

    #[inline(never)]
    pub(crate) fn mul(&self, other: &Self) -> Self {
        let (low, high) = limbs::mul_wide(&self.0, &other.0);
        // 2^256 is C modulo p: the upper half comes back, times 977 and one limb higher.
        let ([first], rest) = limbs::mul_rows(&[C[0]], &high, &low);
        let ([s1, s2, s3, s4, s5, s6, s7, top], over) = limbs::add(&rest, &high);
        fold(&[first, s1, s2, s3, s4, s5, s6, s7], top, over)
    }

    pub(crate) fn square(&self) -> Self {
        self.mul(self)
    }

    /// Times a small number.
    #[inline(never)]
    pub(crate) fn mul_small(&self, factor: u32) -> Self {
        let ([first], [s1, s2, s3, s4, s5, s6, s7, top]) = limbs::mul_rows(&[factor], &self.0, &[0; 8]);
        fold(&[first, s1, s2, s3, s4, s5, s6, s7], top, 0)
    }

    /// 1/x; 0 for 0.
    pub(crate) fn invert(&self) -> Self {
        Self(invert(&self.0, &MODULUS))
    }

    /// A square root, if there is one: x^((p + 1)/4), as p is 3 modulo 4. Takes the time of a power.
    pub(crate) fn sqrt(&self) -> Option<Self> {
        let mut root = Self::ONE;
        for limb in ROOT.iter().rev() {
            for bit in (0..32).rev() {
                root = root.square();
                // The exponent is public.
                if limb >> bit & 1 == 1 {
                    root = root.mul(self);
                }
            }
        }
        (root.square() == *self).then_some(root)
    }

    /// `a` under a mask of ones, `b` under zero.
    pub(super) fn select(mask: u32, a: &Self, b: &Self) -> Self {
        Self(limbs::select(mask, &a.0, &b.0))
    }
}

/// low + (top + over · 2^32) · 2^256 modulo p; over is 0 or 1.
#[inline(always)]
fn fold(low: &Limbs, top: u32, over: u32) -> Field {
    // top · 977 + over · 977 · 2^32, and top + over · 2^32 one limb higher: all below 2^66.
    let product = u64::from(top).wrapping_mul(C[0].into());
    let (s0, s1) = limbs::halves(product);
    let (s1, carry) = s1.wrapping_add(over.wrapping_mul(C[0])).overflowing_add(top);
    let (sum, carry) = limbs::add(low, &[s0, s1, over.wrapping_add(carry.into()), 0, 0, 0, 0, 0]);
    reduce_once(&sum, carry)
}

/// A number below 2p, given with its carry, modulo p.
#[inline(always)]
fn reduce_once(limbs: &Limbs, carry: u32) -> Field {
    // From p on, adding 2^256 − p carries out and leaves the rest.
    let (reduced, over) = limbs::add(limbs, &[C[0], C[1], 0, 0, 0, 0, 0, 0]);
    Field(limbs::select(limbs::mask(carry | over), &reduced, limbs))
}
