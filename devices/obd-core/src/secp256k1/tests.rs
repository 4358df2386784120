//! Against `k256`, an independent implementation, on drawn numbers and on those where carries and borrows
//! run through: around 0, powers of two, p, n and their halves.

use super::table::TABLE;
use super::{Affine, Field, Point, Scalar, mul_base};
use k256::elliptic_curve::ops::Reduce;
use k256::elliptic_curve::sec1::{FromEncodedPoint as _, ToEncodedPoint as _};
use k256::{AffinePoint, EncodedPoint, FieldElement, ProjectivePoint, U256};
use proptest::prelude::*;
use std::vec::Vec;

type Bytes = [u8; 32];

/// p, n and their halves, as bytes.
const LANDMARKS: [&str; 5] = [
    "fffffffffffffffffffffffffffffffffffffffffffffffffffffffefffffc2f",
    "fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141",
    "7fffffffffffffffffffffffffffffffffffffffffffffffffffffff7ffffe17",
    "7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0",
    "000000000000000000000000000000014551231950b75fc4402da1732fc9bebf",
];

/// Every landmark and power of two, and what is up to two beside them.
fn edges() -> Vec<Bytes> {
    let landmarks = LANDMARKS.iter().map(|hex| U256::from_be_hex(hex));
    let powers = (0..256).map(|bit| U256::ONE.shl_vartime(bit));
    landmarks
        .chain(powers)
        .chain([U256::ZERO])
        .flat_map(|number| {
            (0_u8..3).flat_map(move |by| {
                let by = U256::from(by);
                [number.wrapping_add(&by), number.wrapping_sub(&by)]
            })
        })
        .map(|number| k256::elliptic_curve::bigint::ArrayEncoding::to_be_byte_array(&number).into())
        .collect()
}

fn numbers() -> impl Strategy<Value = Bytes> {
    prop_oneof![any::<Bytes>(), prop::sample::select(edges())]
}

fn field(bytes: &Bytes) -> Option<(Field, FieldElement)> {
    let theirs = Option::from(FieldElement::from_bytes(bytes.into()));
    let ours = Field::from_be_bytes(bytes);
    assert_eq!(ours.is_some(), theirs.is_some());
    ours.zip(theirs)
}

fn scalar(bytes: &Bytes) -> (Scalar, k256::Scalar) {
    let theirs = <k256::Scalar as Reduce<U256>>::reduce_bytes(bytes.into());
    (Scalar::reduce(bytes), theirs)
}

#[track_caller]
fn same_field(ours: &Field, theirs: &FieldElement) {
    assert_eq!(ours.to_be_bytes(), <[u8; 32]>::from(theirs.normalize().to_bytes()));
}

#[track_caller]
fn same_scalar(ours: &Scalar, theirs: &k256::Scalar) {
    assert_eq!(ours.to_be_bytes(), <[u8; 32]>::from(theirs.to_bytes()));
}

#[track_caller]
fn same_point(ours: Option<Affine>, theirs: &ProjectivePoint) {
    let theirs = theirs.to_affine().to_encoded_point(false);
    match ours {
        Some(Affine { x, y }) => {
            assert_eq!(x.to_be_bytes(), <[u8; 32]>::from(*theirs.x().unwrap()));
            assert_eq!(y.to_be_bytes(), <[u8; 32]>::from(*theirs.y().unwrap()));
        }
        None => assert!(theirs.is_identity()),
    }
}

fn point(scalar: &k256::Scalar) -> (Option<Affine>, ProjectivePoint) {
    let theirs = ProjectivePoint::GENERATOR * scalar;
    let encoded = theirs.to_affine().to_encoded_point(false);
    let ours = encoded.x().zip(encoded.y()).map(|(x, y)| {
        let [x, y] = [x, y].map(|bytes| Field::from_be_bytes(&(*bytes).into()).unwrap());
        Affine::new(x, y).unwrap()
    });
    (ours, theirs)
}

fn check_field(a: &Bytes, b: &Bytes) {
    let (Some((a, ka)), Some((b, kb))) = (field(a), field(b)) else { return };
    same_field(&a.add(&b), &(ka + kb));
    same_field(&a.sub(&b), &(ka + kb.negate(1)));
    same_field(&a.neg(), &ka.negate(1));
    same_field(&a.mul(&b), &(ka * kb));
    same_field(&a.mul_small(21), &ka.mul_single(21));
    same_field(&a.square(), &ka.square());
    assert_eq!(a.parity() == 1, bool::from(ka.normalize().is_odd()));
}

fn check_scalar(a: &Bytes, b: &Bytes) {
    let ((a, ka), (b, kb)) = (scalar(a), scalar(b));
    same_scalar(&a.add(&b), &(ka + kb));
    same_scalar(&a.mul(&b), &(ka * kb));
    same_scalar(&a.neg(), &-ka);
    same_scalar(&a.half().add(&a.half()), &ka);
    assert_eq!(a.is_high() == 1, bool::from(k256::elliptic_curve::scalar::IsHigh::is_high(&ka)));
    assert_eq!(a.is_zero(), bool::from(k256::elliptic_curve::Field::is_zero(&ka)));
}

#[test]
fn every_pair_of_edges_calculates_as_k256_does() {
    let edges = edges();
    for a in &edges {
        for b in edges.iter().step_by(7) {
            check_field(a, b);
            check_scalar(a, b);
        }
    }
}

#[test]
fn every_edge_inverts_and_multiplies_the_generator_as_k256_does() {
    for bytes in edges() {
        if let Some((a, ka)) = field(&bytes) {
            let inverse = Option::<FieldElement>::from(ka.invert()).unwrap_or(FieldElement::ZERO);
            same_field(&a.invert(), &inverse);
            assert_eq!(a.sqrt().is_some(), bool::from(ka.sqrt().is_some()));
        }
        let (a, ka) = scalar(&bytes);
        same_scalar(&a.invert(), &Option::from(ka.invert()).unwrap_or(k256::Scalar::ZERO));
        same_point(mul_base(&a).to_affine(), &(ProjectivePoint::GENERATOR * ka));
    }
}

/// The table itself: entry i of block b is the sum of ±2^(11·(6b + t))·G, by the bits of i.
#[test]
fn every_table_entry_is_the_point_it_stands_for() {
    let power = |exponent: usize| (0..exponent).fold(k256::Scalar::ONE, |power, _| power + power);
    for (block, entries) in TABLE.iter().enumerate() {
        for (index, entry) in entries.iter().enumerate() {
            let mut sum = power((block * 6 + 5) * 11);
            for tooth in 0..5 {
                let power = power((block * 6 + tooth) * 11);
                sum += if index >> tooth & 1 == 1 { power } else { -power };
            }
            same_point(Some(Affine::from_limbs(*entry)), &(ProjectivePoint::GENERATOR * sum));
        }
    }
}

/// A point and itself, its negative, infinity: where formulas with exceptions fail.
#[test]
fn additions_have_no_special_case() {
    let (one, two) = (k256::Scalar::ONE, k256::Scalar::ONE + k256::Scalar::ONE);
    for (a, b) in [(one, one), (one, -one), (two, one), (two, -two), (one, two)] {
        let ((Some(pa), ka), (Some(pb), kb)) = (point(&a), point(&b)) else { unreachable!() };
        same_point(Point::from(pa).add(&pb.into()).to_affine(), &(ka + kb));
        same_point(Point::from(pa).add_affine(&pb).to_affine(), &(ka + kb));
        same_point(Point::INFINITY.add(&pb.into()).to_affine(), &kb);
        same_point(Point::INFINITY.add_affine(&pb).to_affine(), &kb);
        same_point(Point::from(pa).add(&Point::INFINITY).to_affine(), &ka);
        same_point(Point::from(pa).double().to_affine(), &(ka + ka));
    }
    same_point(Point::INFINITY.double().to_affine(), &ProjectivePoint::IDENTITY);
    same_point(Point::INFINITY.add(&Point::INFINITY).to_affine(), &ProjectivePoint::IDENTITY);
}

#[test]
fn zero_has_no_point() {
    assert!(mul_base(&Scalar::reduce(&[0; 32])).to_affine().is_none());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn drawn_numbers_calculate_as_k256_does(a in numbers(), b in numbers()) {
        check_field(&a, &b);
        check_scalar(&a, &b);
    }

    #[test]
    fn drawn_scalars_multiply_the_generator_as_k256_does(a in numbers()) {
        let (a, ka) = scalar(&a);
        same_point(mul_base(&a).to_affine(), &(ProjectivePoint::GENERATOR * ka));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn drawn_points_multiply_and_add_as_k256_do(a in numbers(), b in numbers()) {
        let ((a, ka), (_, kb)) = (scalar(&a), scalar(&b));
        if let (Some(pb), kpb) = point(&kb) {
            same_point(Point::from(pb).mul(&a).to_affine(), &(kpb * ka));
            same_point(Point::from(pb).mul(&a).add_affine(&pb).to_affine(), &(kpb * ka + kpb));
        }
    }

    #[test]
    fn compressed_points_open_as_k256_opens_them(x in numbers(), odd: bool) {
        let theirs = EncodedPoint::from_bytes([&[2 + u8::from(odd)][..], &x].concat()).unwrap();
        let theirs = Option::<AffinePoint>::from(AffinePoint::from_encoded_point(&theirs));
        let ours = Field::from_be_bytes(&x).and_then(|x| Affine::decompress(x, odd.into()));
        prop_assert_eq!(ours.is_some(), theirs.is_some());
        if let Some(theirs) = theirs {
            same_point(ours, &theirs.into());
        }
    }
}
