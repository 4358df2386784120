use super::limbs::{self, Limbs};
use super::table::TABLE;
use super::{Affine, Point, Scalar};
use zeroize::Zeroize as _;

/// Bits of a scalar that one table entry stands for.
const TEETH: usize = 6;
/// Bits between two teeth, and so rounds of the comb.
const SPACING: usize = 11;
/// Tables, one beside the other; together they cover 264 bits.
const BLOCKS: usize = 4;

/// `TABLE[block][i]` is the point with the digits of i, below, at the teeth of the block.
pub(super) type Table = [[[Limbs; 2]; 1 << (TEETH - 1)]; BLOCKS];

/// scalar · G, by a comb with signed digits (Hamburg 2012, section 3.3), out of 8 KB of flash: 44 additions
/// and 10 doublings.
///
/// Every digit is +1 or −1, never 0: k = Σ dᵢ·2ⁱ over 264 digits, where dᵢ = 2bᵢ − 1 for the bits of
/// b = (k + 2^264 − 1)/2 modulo n. So each table holds only the points whose upper tooth is +1; the others
/// are their negatives. A lookup reads all of its table.
pub(crate) fn mul_base(scalar: &Scalar) -> Point {
    let mut digits = scalar.add(&OFFSET).half();
    let mut result = Point::INFINITY;
    for round in (0..SPACING).rev() {
        if round != SPACING - 1 {
            result = result.double();
        }
        for (block, table) in TABLE.iter().enumerate() {
            let mut index = 0;
            for tooth in (0..TEETH).rev() {
                index = index << 1 | bit(&digits, position(block, tooth, round));
            }
            result = result.add_affine(&lookup(table, index));
        }
    }
    digits.zeroize();
    result
}

/// 2^264 − 1 modulo n.
const OFFSET: Scalar =
    Scalar::from_limbs([0xc9be_beff, 0x2da1_732f, 0xb75f_c440, 0x5123_1950, 0x0000_0145, 0, 0, 0]);

/// Where a tooth of a block stands in a round.
const fn position(block: usize, tooth: usize, round: usize) -> usize {
    block.wrapping_mul(TEETH).wrapping_add(tooth).wrapping_mul(SPACING).wrapping_add(round)
}

/// A bit of a scalar; 0 above it. The position is public.
fn bit(scalar: &Scalar, position: usize) -> u32 {
    let limb = scalar.limbs().get(position / 32).copied().unwrap_or_default();
    limb >> (position % 32) & 1
}

/// The point with the signs of `index`, whose uppermost bit decides over the sign of all.
fn lookup(table: &[[Limbs; 2]], index: u32) -> Affine {
    let negative = (index >> (TEETH - 1)) ^ 1;
    let index = (index ^ 0_u32.wrapping_sub(negative)) & ((1 << (TEETH - 1)) - 1);
    let x = limbs::gather(table.iter().map(|[x, _]| x), index);
    let y = limbs::gather(table.iter().map(|[_, y]| y), index);
    let mut point = Affine::from_limbs([x, y]);
    point.negate_if(negative);
    point
}
