use super::limbs::{self, Limbs};
use super::{Field, Scalar};
use zeroize::Zeroize;

/// Three times the curve's b.
const B3: u32 = 21;

/// A point of the curve in homogeneous coordinates: x = X/Z, y = Y/Z; Z is 0 at infinity.
#[derive(Clone, Copy, Zeroize)]
pub(crate) struct Point {
    x: Field,
    y: Field,
    z: Field,
}

impl Point {
    pub(crate) const INFINITY: Self = Self { x: Field::ZERO, y: Field::ONE, z: Field::ZERO };

    /// Any two points (Renes, Costello, Batina 2015, algorithm 7).
    pub(crate) fn add(&self, other: &Self) -> Self {
        let Self { x: x1, y: y1, z: z1 } = self;
        let Self { x: x2, y: y2, z: z2 } = other;
        let xx = x1.mul(x2);
        let yy = y1.mul(y2);
        let zz = z1.mul(z2);
        let xy = x1.add(y1).mul(&x2.add(y2)).sub(&xx.add(&yy));
        let yz = y1.add(z1).mul(&y2.add(z2)).sub(&yy.add(&zz));
        let xz = x1.add(z1).mul(&x2.add(z2)).sub(&xx.add(&zz));
        combine(&xx, &yy, &zz.mul_small(B3), &xy, &yz, &xz.mul_small(B3))
    }

    /// Any point and a finite one (algorithm 8).
    pub(crate) fn add_affine(&self, other: &Affine) -> Self {
        let Self { x: x1, y: y1, z: z1 } = self;
        let Affine { x: x2, y: y2 } = other;
        let xx = x1.mul(x2);
        let yy = y1.mul(y2);
        let xy = x1.add(y1).mul(&x2.add(y2)).sub(&xx.add(&yy));
        let yz = y2.mul(z1).add(y1);
        let xz = x2.mul(z1).add(x1);
        combine(&xx, &yy, &z1.mul_small(B3), &xy, &yz, &xz.mul_small(B3))
    }

    /// Any point (algorithm 9).
    pub(crate) fn double(&self) -> Self {
        let Self { x, y, z } = self;
        let yy = y.square();
        let yy2 = yy.add(&yy);
        let yy4 = yy2.add(&yy2);
        let yy8 = yy4.add(&yy4);
        let zz_b = z.square().mul_small(B3);
        let left = yy.sub(&zz_b.add(&zz_b).add(&zz_b));
        let xy = left.mul(&x.mul(y));
        Self { x: xy.add(&xy), y: left.mul(&yy.add(&zz_b)).add(&zz_b.mul(&yy8)), z: y.mul(z).mul(&yy8) }
    }

    /// scalar · self, by windows of four bits whose table is read whole for each.
    pub(crate) fn mul(&self, scalar: &Scalar) -> Self {
        let mut multiples = [Self::INFINITY; 16];
        let mut last = Self::INFINITY;
        for multiple in multiples.iter_mut().skip(1) {
            last = last.add(self);
            *multiple = last;
        }
        let mut result = Self::INFINITY;
        for limb in scalar.limbs().iter().rev() {
            for shift in (0..32_u32).step_by(4).rev() {
                for _ in 0..4 {
                    result = result.double();
                }
                let digit = (limb >> shift) & 15;
                let mut chosen = Self::INFINITY;
                for (multiple, at) in multiples.iter().zip(0..) {
                    chosen = Self::select(limbs::equals(at, digit), multiple, &chosen);
                }
                result = result.add(&chosen);
            }
        }
        multiples.zeroize();
        result
    }

    /// `None` at infinity.
    pub(crate) fn to_affine(self) -> Option<Affine> {
        let inverse = self.z.invert();
        (!self.z.is_zero()).then(|| Affine { x: self.x.mul(&inverse), y: self.y.mul(&inverse) })
    }

    fn select(mask: u32, a: &Self, b: &Self) -> Self {
        Self {
            x: Field::select(mask, &a.x, &b.x),
            y: Field::select(mask, &a.y, &b.y),
            z: Field::select(mask, &a.z, &b.z),
        }
    }
}

/// A point of the curve that is not at infinity.
#[derive(Clone, Copy, PartialEq, Eq, Zeroize)]
#[cfg_attr(test, derive(Debug))]
pub(crate) struct Affine {
    pub(crate) x: Field,
    pub(crate) y: Field,
}

impl Affine {
    /// `None` unless the two lie on the curve.
    pub(crate) fn new(x: Field, y: Field) -> Option<Self> {
        (y.square() == x.square().mul(&x).add(&Field::SEVEN)).then_some(Self { x, y })
    }

    /// The point with this x and a y of this parity, if there is one.
    pub(crate) fn decompress(x: Field, parity: u32) -> Option<Self> {
        let y = x.square().mul(&x).add(&Field::SEVEN).sqrt()?;
        Some(Self { x, y: if y.parity() == parity { y } else { y.neg() } })
    }

    /// Its negative for 1, itself for 0.
    pub(super) fn negate_if(&mut self, bit: u32) {
        self.y = Field::select(limbs::mask(bit), &self.y.neg(), &self.y);
    }

    pub(super) const fn from_limbs([x, y]: [Limbs; 2]) -> Self {
        Self { x: Field::from_limbs(x), y: Field::from_limbs(y) }
    }
}

impl From<Affine> for Point {
    fn from(Affine { x, y }: Affine) -> Self {
        Self { x, y, z: Field::ONE }
    }
}

/// What the two additions share: from the products xx = x1·x2, yy = y1·y2, b3·zz, and the cross sums
/// xy = x1·y2 + x2·y1, yz, b3·xz.
fn combine(xx: &Field, yy: &Field, zz_b: &Field, xy: &Field, yz: &Field, xz_b: &Field) -> Point {
    let xx3 = xx.add(xx).add(xx);
    let plus = yy.add(zz_b);
    let minus = yy.sub(zz_b);
    Point {
        x: xy.mul(&minus).sub(&yz.mul(xz_b)),
        y: minus.mul(&plus).add(&xz_b.mul(&xx3)),
        z: plus.mul(yz).add(&xx3.mul(xy)),
    }
}
