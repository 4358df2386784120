//! Inverses modulo p and n, by division steps (Bernstein, Yang 2019: "Fast constant-time gcd computation and
//! modular inversion"), a tenth of the work of a power.
//!
//! A division step on (δ, f, g), f odd, halves g:
//!
//! ```text
//! δ > 0, g odd   (1 − δ, g, (g − f)/2)
//! else           (1 + δ, f, (g + (g mod 2)·f)/2)
//! ```
//!
//! From δ = 1/2, f = modulus, g = x, 590 steps bring g to 0 and f to ±gcd, whatever the 256-bit numbers; 600
//! are taken, always. Thirty at a time need the lowest thirty bits only and add up to a matrix t, with
//! 2^30·(f, g) = t·(f₀, g₀). The same matrices, modulo the modulus, take (0, 1) to (±1/x, 0).

use super::limbs::{Limbs, halves, mask};

/// Nine limbs of thirty bits, the lowest first; the last has the sign.
type Signed = [i32; 9];

const STEPS: u32 = 30;
const BATCHES: u32 = 20;
/// The bits of a limb.
const BITS: i32 = (1 << STEPS) - 1;

/// An odd number of 256 bits to calculate modulo.
pub(super) struct Modulus {
    pub(super) limbs: Signed,
    /// Its own inverse modulo 2^30.
    pub(super) inverse: i32,
}

/// 1/x for x below the modulus; 0 for 0.
pub(super) fn invert(x: &Limbs, modulus: &Modulus) -> Limbs {
    let (mut f, mut g) = (modulus.limbs, split(x));
    let (mut d, mut e) = ([0; 9], [1, 0, 0, 0, 0, 0, 0, 0, 0]);
    let mut n = 0;
    for _ in 0..BATCHES {
        let Matrix { u, v, q, r } = steps(&mut n, f[0], g[0]);
        (f, g) = (combine(u, &f, v, &g, 0, modulus), combine(q, &f, r, &g, 0, modulus));
        let (to_d, to_e) = (multiple(u, &d, v, &e, modulus), multiple(q, &d, r, &e, modulus));
        (d, e) = (combine(u, &d, v, &e, to_d, modulus), combine(q, &d, r, &e, to_e, modulus));
    }
    // f is ±1, or ± the modulus for x = 0, when d is 0; d is above −2 and below 1 times the modulus.
    let d = adjust(&d, 0, sign(&d), modulus);
    let d = adjust(&d, sign(&f), 0, modulus);
    join(&adjust(&d, 0, sign(&d), modulus))
}

/// 2^30 · (f, g) = (u·f₀ + v·g₀, q·f₀ + r·g₀); |u| + |v| and |q| + |r| are at most 2^30.
struct Matrix {
    u: i32,
    v: i32,
    q: i32,
    r: i32,
}

/// Thirty division steps. `n` is δ − 1/2.
fn steps(n: &mut i32, mut f: i32, mut g: i32) -> Matrix {
    let mut t = Matrix { u: 1, v: 0, q: 0, r: 1 };
    for _ in 0..STEPS {
        let odd = opaque(g & 1);
        let swap = odd & !(*n >> 31);
        *n = (*n ^ swap).wrapping_add(1);
        (f, g) = turn(swap, f, g);
        (t.u, t.q) = turn(swap, t.u, t.q);
        (t.v, t.r) = turn(swap, t.v, t.r);
        g = g.wrapping_add(f & odd) >> 1;
        t.q = t.q.wrapping_add(t.u & odd);
        t.r = t.r.wrapping_add(t.v & odd);
        (t.u, t.v) = (t.u << 1, t.v << 1);
    }
    t
}

/// (b, −a) under a mask of ones, else (a, b).
#[inline(always)]
const fn turn(mask: i32, a: i32, b: i32) -> (i32, i32) {
    let difference = mask & (a ^ b);
    (a ^ difference, ((b ^ difference) ^ mask).wrapping_sub(mask))
}

/// A mask of ones for 1, none for 0, that the compiler cannot see through.
#[inline(always)]
fn opaque(bit: i32) -> i32 {
    mask(bit.cast_unsigned()).cast_signed()
}

/// (x·a + y·b + z·modulus) / 2^30, which has no rest.
fn combine(x: i32, a: &Signed, y: i32, b: &Signed, z: i32, modulus: &Modulus) -> Signed {
    let mut sum = 0;
    let mut columns = a.iter().zip(b).zip(&modulus.limbs).map(|((a, b), m)| {
        sum = mul_add(mul_add(mul_add(sum, x, *a), y, *b), z, *m);
        let limb = low(sum) & BITS;
        sum >>= STEPS;
        limb
    });
    // The lowest is 0.
    columns.next();
    let mut out = [0; 9];
    for (to, limb) in out.iter_mut().zip(&mut columns) {
        *to = limb;
    }
    out[8] = low(sum);
    out
}

/// What z makes x·a + y·b + z·modulus divisible by 2^30, and keeps the quotient above −2 and below 1 times
/// the modulus, if a and b are.
fn multiple(x: i32, a: &Signed, y: i32, b: &Signed, modulus: &Modulus) -> i32 {
    let base = (x & sign(a)).wrapping_add(y & sign(b));
    let lowest = x.wrapping_mul(a[0]).wrapping_add(y.wrapping_mul(b[0]));
    base.wrapping_sub(modulus.inverse.wrapping_mul(lowest).wrapping_add(base) & BITS)
}

/// ±a + (modulus or 0), by masks.
fn adjust(a: &Signed, negate: i32, add: i32, modulus: &Modulus) -> Signed {
    let mut out = [0; 9];
    let mut sum = 0_i32;
    for ((to, a), m) in out.iter_mut().zip(a).zip(&modulus.limbs) {
        sum = sum.wrapping_add((a ^ negate).wrapping_sub(negate)).wrapping_add(m & add);
        *to = sum & BITS;
        sum >>= STEPS;
    }
    // The last one keeps what is above it: the sign.
    out[8] |= sum << STEPS;
    out
}

/// A mask of ones for a negative number.
const fn sign(a: &Signed) -> i32 {
    a[8] >> 31
}

#[inline(always)]
fn mul_add(sum: i64, a: i32, b: i32) -> i64 {
    sum.wrapping_add(i64::from(a).wrapping_mul(i64::from(b)))
}

#[inline(always)]
const fn low(sum: i64) -> i32 {
    halves(sum.cast_unsigned()).0.cast_signed()
}

fn split(x: &Limbs) -> Signed {
    let mut out = [0; 9];
    let (mut bits, mut have) = (0_u64, 0);
    for (to, limb) in out.iter_mut().zip(x.iter().chain([&0])) {
        bits |= u64::from(*limb) << have;
        *to = low(bits.cast_signed()) & BITS;
        bits >>= STEPS;
        have = 32_u32.wrapping_add(have).wrapping_sub(STEPS);
    }
    out
}

fn join(a: &Signed) -> Limbs {
    let mut out = [0; 8];
    let [lowest, rest @ ..] = a;
    let (mut bits, mut have) = (u64::from(lowest.cast_unsigned()), STEPS);
    for (to, limb) in out.iter_mut().zip(rest) {
        bits |= u64::from(limb.cast_unsigned()) << have;
        *to = halves(bits).0;
        bits >>= 32;
        have = have.wrapping_sub(32_u32.wrapping_sub(STEPS));
    }
    out
}
