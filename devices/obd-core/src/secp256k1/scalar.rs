use super::invert::{Modulus, invert};
use super::limbs::{self, Limbs};
use zeroize::Zeroize;

/// A number modulo n, the order of the curve, always the least one.
#[derive(Clone, Copy, PartialEq, Eq, Zeroize)]
#[cfg_attr(test, derive(Debug))]
pub(crate) struct Scalar(Limbs);

/// n.
const N: Limbs =
    [0xd036_4141, 0xbfd2_5e8c, 0xaf48_a03b, 0xbaae_dce6, 0xffff_fffe, 0xffff_ffff, 0xffff_ffff, 0xffff_ffff];
/// 2^256 − n.
const C: Limbs = [0x2fc9_bebf, 0x402d_a173, 0x50b7_5fc4, 0x4551_2319, 1, 0, 0, 0];
/// n, to invert.
const MODULUS: Modulus = Modulus {
    limbs: [
        0x1036_4141,
        0x3f49_7a33,
        0x348a_03bb,
        0x2bb7_39ab,
        0x3fff_feba,
        0x3fff_ffff,
        0x3fff_ffff,
        0x3fff_ffff,
        0xffff,
    ],
    inverse: 0x2a77_4ec1,
};
/// (n − 1) / 2.
const HALF: Limbs =
    [0x681b_20a0, 0xdfe9_2f46, 0x57a4_501d, 0x5d57_6e73, 0xffff_ffff, 0xffff_ffff, 0xffff_ffff, 0x7fff_ffff];

impl Scalar {
    pub(super) const fn from_limbs(limbs: Limbs) -> Self {
        Self(limbs)
    }

    /// `None` from n on.
    pub(crate) fn from_be_bytes(bytes: &[u8; 32]) -> Option<Self> {
        let limbs = limbs::from_be_bytes(bytes);
        (limbs::is_below(&limbs, &N) == 1).then_some(Self(limbs))
    }

    /// Any 256-bit number modulo n.
    pub(crate) fn reduce(bytes: &[u8; 32]) -> Self {
        reduce_once(&limbs::from_be_bytes(bytes), 0)
    }

    pub(crate) fn to_be_bytes(self) -> [u8; 32] {
        limbs::to_be_bytes(&self.0)
    }

    pub(crate) fn is_zero(&self) -> bool {
        limbs::is_zero(&self.0) == 1
    }

    pub(super) const fn limbs(&self) -> &Limbs {
        &self.0
    }

    pub(crate) fn add(&self, other: &Self) -> Self {
        let (sum, carry) = limbs::add(&self.0, &other.0);
        reduce_once(&sum, carry)
    }

    pub(crate) fn neg(&self) -> Self {
        let (negative, _) = limbs::sub(&N, &self.0);
        // n − 0 is not the least one.
        Self(limbs::select(limbs::mask(limbs::is_zero(&self.0)), &self.0, &negative))
    }

    /// Half of it: x/2 or, for an odd number, (x + n)/2.
    pub(super) fn half(&self) -> Self {
        let mask = limbs::mask(self.0[0] & 1);
        let (even, carry) = limbs::add(&self.0, &limbs::select(mask, &N, &[0; 8]));
        let mut half = [0; 8];
        let above = even.iter().skip(1).chain([&carry]);
        for ((to, limb), above) in half.iter_mut().zip(&even).zip(above) {
            *to = limb >> 1 | above << 31;
        }
        Self(half)
    }

    #[inline(never)]
    pub(crate) fn mul(&self, other: &Self) -> Self {
        let (low, high) = limbs::mul_wide(&self.0, &other.0);
        // 2^256 is C modulo n: three times, the upper part comes back as its product with C, which leaves
        // 385, then 260, then 257 bits.
        let ([s0, s1, s2, s3], rest) = limbs::mul_rows(&[C[0], C[1], C[2], C[3]], &high, &low);
        let ([s4, s5, s6, s7, top @ ..], over) = limbs::add(&rest, &high);
        let low = [s0, s1, s2, s3, s4, s5, s6, s7];
        let high = [top[0], top[1], top[2], top[3], over];
        let ([s0, s1, s2, s3, s4], [s5, s6, s7, top, ..]) = limbs::mul_rows(&high, &C, &low);
        let low = [s0, s1, s2, s3, s4, s5, s6, s7];
        let ([s0], [s1, s2, s3, s4, s5, s6, s7, carry]) = limbs::mul_rows(&[top], &C, &low);
        reduce_once(&[s0, s1, s2, s3, s4, s5, s6, s7], carry)
    }

    /// 1/x; 0 for 0.
    pub(crate) fn invert(&self) -> Self {
        Self(invert(&self.0, &MODULUS))
    }

    /// 1 if it is above n/2, else 0.
    pub(crate) fn is_high(&self) -> u32 {
        limbs::is_below(&HALF, &self.0)
    }

    /// `a` for 1, `b` for 0.
    pub(crate) fn choose(bit: u32, a: &Self, b: &Self) -> Self {
        Self(limbs::select(limbs::mask(bit), &a.0, &b.0))
    }
}

/// A number below 2n, given with its carry, modulo n.
#[inline(always)]
fn reduce_once(limbs: &Limbs, carry: u32) -> Scalar {
    let (reduced, over) = limbs::add(limbs, &C);
    Scalar(limbs::select(limbs::mask(carry | over), &reduced, limbs))
}
