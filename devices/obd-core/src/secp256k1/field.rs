use super::limbs::{self, Column, Limbs, Ring};
use zeroize::Zeroize;

/// A number modulo p = 2^256 − 2^32 − 977, always the least one.
#[derive(Clone, Copy, PartialEq, Eq, Zeroize)]
#[cfg_attr(test, derive(Debug))]
pub(crate) struct Field(Limbs);

/// 2^256 − p, in two limbs.
const C: [u32; 2] = [977, 1];
/// p.
const P: Limbs = [0xffff_fc2f, 0xffff_fffe, !0, !0, !0, !0, !0, !0];
/// p − 2.
const INVERSE: Limbs = [0xffff_fc2d, 0xffff_fffe, !0, !0, !0, !0, !0, !0];
/// (p + 1) / 4, as p is 3 modulo 4.
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
        let (_, below) = limbs::sub(&limbs, &P);
        (below == 1).then_some(Self(limbs))
    }

    pub(crate) fn to_be_bytes(self) -> [u8; 32] {
        limbs::to_be_bytes(&self.0)
    }

    pub(crate) const fn is_odd(&self) -> bool {
        self.0[0] & 1 == 1
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
        let [l0, l1, l2, l3, l4, l5, l6, l7, h0, h1, h2, h3, h4, h5, h6, h7] =
            limbs::mul_wide(&self.0, &other.0);
        // 2^256 is C modulo p: the upper half comes back, times 977 and one limb higher.
        let mut sum = Column::default();
        let mut out = [0; 8];
        macro_rules! column {
            ($k:literal: $low:ident + $high:ident $(+ $higher:ident)?) => {
                sum.add($low);
                sum.mul_add($high, C[0]);
                $(sum.add($higher);)?
                out[$k] = sum.next();
            };
        }
        column!(0: l0 + h0);
        column!(1: l1 + h1 + h0);
        column!(2: l2 + h2 + h1);
        column!(3: l3 + h3 + h2);
        column!(4: l4 + h4 + h3);
        column!(5: l5 + h5 + h4);
        column!(6: l6 + h6 + h5);
        column!(7: l7 + h7 + h6);
        sum.add(h7);
        fold(&out, &mut sum)
    }

    pub(crate) fn square(&self) -> Self {
        self.mul(self)
    }

    /// Times a small number.
    #[inline(never)]
    pub(crate) fn mul_small(&self, factor: u32) -> Self {
        let mut sum = Column::default();
        let mut out = [0; 8];
        for (to, limb) in out.iter_mut().zip(&self.0) {
            sum.mul_add(*limb, factor);
            *to = sum.next();
        }
        fold(&out, &mut sum)
    }

    /// 1/x; 0 for 0.
    pub(crate) fn invert(&self) -> Self {
        limbs::power(self, &INVERSE)
    }

    /// A square root, if there is one.
    pub(crate) fn sqrt(&self) -> Option<Self> {
        let root = limbs::power(self, &ROOT);
        (root.square() == *self).then_some(root)
    }

    /// `a` under a mask of ones, `b` under zero.
    pub(super) fn select(mask: u32, a: &Self, b: &Self) -> Self {
        Self(limbs::select(mask, &a.0, &b.0))
    }
}

impl Ring for Field {
    const ONE: Self = Self::ONE;

    fn times(&self, other: &Self) -> Self {
        self.mul(other)
    }
}

/// out + top · 2^256, where top is below 2^64.
#[inline(always)]
fn fold(out: &Limbs, top: &mut Column) -> Field {
    let (t0, t1) = (top.next(), top.next());
    let mut sum = Column::default();
    let mut folded = [0; 8];
    sum.add(out[0]);
    sum.mul_add(t0, C[0]);
    folded[0] = sum.next();
    sum.add(out[1]);
    sum.mul_add(t1, C[0]);
    sum.add(t0);
    folded[1] = sum.next();
    sum.add(out[2]);
    sum.add(t1);
    folded[2] = sum.next();
    for (to, limb) in folded.iter_mut().zip(out).skip(3) {
        sum.add(*limb);
        *to = sum.next();
    }
    reduce_once(&folded, sum.next())
}

/// A number below 2p, given with its carry, modulo p.
#[inline(always)]
fn reduce_once(limbs: &Limbs, carry: u32) -> Field {
    // From p on, adding 2^256 − p carries out and leaves the rest.
    let (reduced, over) = limbs::add(limbs, &[C[0], C[1], 0, 0, 0, 0, 0, 0]);
    Field(limbs::select(limbs::mask(carry | over), &reduced, limbs))
}
