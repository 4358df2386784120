//! secp256k1 (SEC 2, section 2.4.1) for a 32-bit core without a carry flag, at constant time in every
//! secret.
//!
//! ```text
//!  limbs   256-bit numbers: carries, products, selection by mask; invert: their inverses
//!    ├► field   modulo p = 2^256 − 2^32 − 977, where coordinates live
//!    ├► scalar  modulo n, the order, where keys and nonces live
//!    └► point   the group, by formulas without exceptions
//!         └► comb   k·G out of a table in flash
//! ```
//!
//! What constant time rests on:
//! - no branch and no address depends on a secret: carries are added, results are selected by masks that
//!   the compiler cannot see through ([`limbs::mask`]), table lookups read every entry;
//! - additions are complete (Renes, Costello, Batina 2015, algorithms 7 to 9), so no sum is a special case;
//! - an inversion always takes the same number of division steps;
//! - the chips' multiplier takes the same time for every operand, and nothing here divides.
//!
//! `icount` runs signatures with different secrets under emulation and fails unless all take the same
//! number of instructions.

mod comb;
mod field;
mod invert;
mod limbs;
mod point;
mod scalar;
mod table;
#[cfg(test)]
mod tests;

pub(crate) use comb::mul_base;
pub(crate) use field::Field;
pub(crate) use point::{Affine, Point};
pub(crate) use scalar::Scalar;
