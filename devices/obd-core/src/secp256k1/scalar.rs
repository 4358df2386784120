use super::limbs::{self, Column, Limbs, Ring};
use zeroize::Zeroize;

/// A number modulo n, the order of the curve, always the least one.
#[derive(Clone, Copy, PartialEq, Eq, Zeroize)]
#[cfg_attr(test, derive(Debug))]
pub(crate) struct Scalar(Limbs);

/// n.
const N: Limbs =
    [0xd036_4141, 0xbfd2_5e8c, 0xaf48_a03b, 0xbaae_dce6, 0xffff_fffe, 0xffff_ffff, 0xffff_ffff, 0xffff_ffff];
/// 2^256 − n, in five limbs of which the last is 1.
const C: [u32; 4] = [0x2fc9_bebf, 0x402d_a173, 0x50b7_5fc4, 0x4551_2319];
const C_LIMBS: Limbs = [C[0], C[1], C[2], C[3], 1, 0, 0, 0];
/// n − 2.
const INVERSE: Limbs = [N[0] - 2, N[1], N[2], N[3], N[4], N[5], N[6], N[7]];
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
        let (_, below) = limbs::sub(&limbs, &N);
        (below == 1).then_some(Self(limbs))
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
        let [l0, l1, l2, l3, l4, l5, l6, l7, h @ ..] = limbs::mul_wide(&self.0, &other.0);
        // 2^256 is C modulo n: three times, the upper part comes back as its product with C, of 385, then
        // 260, then 257 bits.
        let (low, high) = fold(&[l0, l1, l2, l3, l4, l5, l6, l7], &h);
        let (low, high) = fold(&low, &high);
        let (low, [carry, ..]) = fold(&low, &[high[0], 0, 0, 0, 0, 0, 0, 0]);
        reduce_once(&low, carry)
    }

    /// 1/x; 0 for 0.
    pub(crate) fn invert(&self) -> Self {
        limbs::power(self, &INVERSE)
    }

    /// 1 if it is above n/2, else 0.
    pub(crate) fn is_high(&self) -> u32 {
        let (_, borrow) = limbs::sub(&HALF, &self.0);
        borrow
    }

    /// `a` for 1, `b` for 0.
    pub(crate) fn choose(bit: u32, a: &Self, b: &Self) -> Self {
        Self(limbs::select(limbs::mask(bit), &a.0, &b.0))
    }
}

impl Ring for Scalar {
    const ONE: Self = Self([1, 0, 0, 0, 0, 0, 0, 0]);

    fn times(&self, other: &Self) -> Self {
        self.mul(other)
    }
}

/// low + high · C, as its lower and upper eight limbs.
#[inline(always)]
fn fold(low: &Limbs, high: &Limbs) -> (Limbs, Limbs) {
    let h = high;
    let l = low;
    let mut sum = Column::default();
    let (mut out, mut top) = ([0; 8], [0; 8]);
    macro_rules! column {
        ($to:ident[$k:literal] = $($low:expr)?; $($i:literal $j:literal),*; $($carry:literal)?) => {
            $(sum.add($low);)?
            $(sum.mul_add(h[$i], C[$j]);)*
            $(sum.add(h[$carry]);)?
            $to[$k] = sum.next();
        };
    }
    column!(out[0] = l[0]; 0 0;);
    column!(out[1] = l[1]; 0 1, 1 0;);
    column!(out[2] = l[2]; 0 2, 1 1, 2 0;);
    column!(out[3] = l[3]; 0 3, 1 2, 2 1, 3 0;);
    column!(out[4] = l[4]; 1 3, 2 2, 3 1, 4 0; 0);
    column!(out[5] = l[5]; 2 3, 3 2, 4 1, 5 0; 1);
    column!(out[6] = l[6]; 3 3, 4 2, 5 1, 6 0; 2);
    column!(out[7] = l[7]; 4 3, 5 2, 6 1, 7 0; 3);
    column!(top[0] = ; 5 3, 6 2, 7 1; 4);
    column!(top[1] = ; 6 3, 7 2; 5);
    column!(top[2] = ; 7 3; 6);
    column!(top[3] = ; ; 7);
    top[4] = sum.next();
    (out, top)
}

/// A number below 2n, given with its carry, modulo n.
#[inline(always)]
fn reduce_once(limbs: &Limbs, carry: u32) -> Scalar {
    let (reduced, over) = limbs::add(limbs, &C_LIMBS);
    Scalar(limbs::select(limbs::mask(carry | over), &reduced, limbs))
}
