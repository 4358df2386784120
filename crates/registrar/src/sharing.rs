use crate::SharingError;
use autochain_primitives::B256;
use curve25519_dalek::{
    ristretto::{CompressedRistretto, RistrettoPoint},
    scalar::Scalar,
    traits::Identity as _,
};
use rand_core::{CryptoRng, RngCore};
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, fmt, num::NonZeroU8};
use zeroize::{Zeroize, ZeroizeOnDrop};

/// The place of a registrar among its peers, from 1; the abscissa of its share.
pub type Index = NonZeroU8;

/// One registrar's share of k: the value at its index of a polynomial of degree t − 1 whose value at 0 is k.
#[derive(Clone, ZeroizeOnDrop)]
pub struct Share {
    #[zeroize(skip)]
    index: Index,
    secret: Scalar,
}

impl Share {
    /// A share as it was stored; the secret is a canonical scalar, little-endian (RFC 9497 §4.1).
    ///
    /// # Errors
    /// [`SharingError::Scalar`].
    pub fn from_bytes(index: Index, secret: &[u8; 32]) -> Result<Self, SharingError> {
        Ok(Self { index, secret: scalar(secret)? })
    }

    /// Whose it is.
    pub const fn index(&self) -> Index {
        self.index
    }

    /// The secret, little-endian, for storage and for the evaluation.
    pub fn secret(&self) -> [u8; 32] {
        self.secret.to_bytes()
    }

    /// Its public key: the secret times the base point.
    pub fn public_key(&self) -> B256 {
        encode(&RistrettoPoint::mul_base(&self.secret))
    }
}

impl fmt::Debug for Share {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Share").field("index", &self.index).finish_non_exhaustive()
    }
}

/// What everyone knows of a sharing: the threshold t and the public key of each share. All keys lie on one polynomial
/// of degree t − 1, so that any t of them give the same key of the whole.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "RosterFile", into = "RosterFile")]
pub struct Roster {
    threshold: u8,
    keys: BTreeMap<Index, RistrettoPoint>,
    key: RistrettoPoint,
}

/// The form of a [`Roster`] in files and answers.
#[derive(Serialize, Deserialize)]
struct RosterFile {
    threshold: u8,
    keys: BTreeMap<Index, B256>,
}

impl TryFrom<RosterFile> for Roster {
    type Error = SharingError;

    fn try_from(file: RosterFile) -> Result<Self, SharingError> {
        let keys = file.keys.iter().map(|(index, key)| Ok((*index, decode(key)?)));
        Self::new(file.threshold, keys.collect::<Result<_, SharingError>>()?)
    }
}

impl From<Roster> for RosterFile {
    fn from(roster: Roster) -> Self {
        let keys = roster.keys.iter().map(|(index, key)| (*index, encode(key))).collect();
        Self { threshold: roster.threshold, keys }
    }
}

impl Roster {
    fn new(threshold: u8, keys: BTreeMap<Index, RistrettoPoint>) -> Result<Self, SharingError> {
        let t = usize::from(threshold);
        if t == 0 || t > keys.len() {
            return Err(SharingError::Threshold { threshold, members: keys.len() });
        }
        let base: Vec<_> = keys.iter().take(t).map(|(index, key)| (*index, *key)).collect();
        for (index, key) in keys.iter().skip(t) {
            if interpolate(&base, Scalar::from(index.get())) != *key {
                return Err(SharingError::Inconsistent { index: *index });
            }
        }
        let key = interpolate(&base, Scalar::ZERO);
        Ok(Self { threshold, keys, key })
    }

    /// The shares needed, t.
    pub const fn threshold(&self) -> u8 {
        self.threshold
    }

    /// Who holds a share, in ascending order.
    pub fn members(&self) -> impl Iterator<Item = Index> {
        self.keys.keys().copied()
    }

    /// The key of the whole: k times the base point. It stays the same when k is shared anew.
    pub fn key(&self) -> B256 {
        encode(&self.key)
    }

    /// The public key of a member's share.
    ///
    /// # Errors
    /// [`SharingError::NotAMember`].
    pub fn key_of(&self, index: Index) -> Result<RistrettoPoint, SharingError> {
        self.keys.get(&index).copied().ok_or(SharingError::NotAMember { index })
    }
}

/// The public half of a dealer's polynomial: its coefficients times the base point (Feldman's commitments).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dealing {
    /// Who dealt.
    pub dealer: Index,
    /// The coefficients' points, the constant one first; t of them.
    pub commitments: Vec<B256>,
}

/// The value of a dealer's polynomial at a receiver's index: the receiver's secret.
#[derive(Clone, Serialize, Deserialize)]
pub struct SubShare {
    /// Who dealt.
    pub dealer: Index,
    /// Whose it is.
    pub receiver: Index,
    /// Little-endian scalar.
    pub secret: B256,
}

impl Drop for SubShare {
    fn drop(&mut self) {
        self.secret.0.zeroize();
    }
}

impl fmt::Debug for SubShare {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { dealer, receiver, .. } = self;
        f.debug_struct("SubShare").field("dealer", dealer).field("receiver", receiver).finish_non_exhaustive()
    }
}

/// A dealer's part of a new k: a secret that nobody else knows, dealt to all members. k is the sum of all parts, so it
/// is unknown as long as one dealer is honest.
///
/// # Errors
/// [`SharingError::Threshold`].
pub fn deal_random<R: RngCore + CryptoRng>(
    dealer: Index,
    threshold: u8,
    members: &[Index],
    rng: &mut R,
) -> Result<(Dealing, Vec<SubShare>), SharingError> {
    deal(dealer, Scalar::random(rng), threshold, members, rng)
}

/// A dealer's part of sharing the same k anew: its share times its Lagrange coefficient among the dealers.
///
/// # Errors
/// [`SharingError::Threshold`] for the new sharing, [`SharingError::TooFewDealers`], [`SharingError::NotAMember`].
pub fn deal_again<R: RngCore + CryptoRng>(
    share: &Share,
    roster: &Roster,
    dealers: &[Index],
    threshold: u8,
    members: &[Index],
    rng: &mut R,
) -> Result<(Dealing, Vec<SubShare>), SharingError> {
    check_dealers(roster, dealers)?;
    let coefficient = coefficient(share.index, dealers, Scalar::ZERO)?;
    deal(share.index, coefficient * share.secret, threshold, members, rng)
}

/// Checks that dealings share the roster's k and no other: each constant commitment is the dealer's public key times
/// its Lagrange coefficient.
///
/// # Errors
/// [`SharingError::OtherSecret`] names the dealer; [`SharingError::TooFewDealers`], [`SharingError::NotAMember`].
pub fn check_same_secret(roster: &Roster, dealings: &[Dealing]) -> Result<(), SharingError> {
    let dealers: Vec<_> = dealings.iter().map(|dealing| dealing.dealer).collect();
    check_dealers(roster, &dealers)?;
    for dealing in dealings {
        let expected = roster.key_of(dealing.dealer)? * coefficient(dealing.dealer, &dealers, Scalar::ZERO)?;
        if dealing.commitments.first() != Some(&encode(&expected)) {
            return Err(SharingError::OtherSecret { dealer: dealing.dealer });
        }
    }
    Ok(())
}

/// A member's new share and the new roster, from all dealings and the sub-shares that this member received.
///
/// # Errors
/// [`SharingError::WrongSubShare`] names the dealer whose sub-share is missing or not on its polynomial.
pub fn assemble(
    index: Index,
    threshold: u8,
    members: &[Index],
    dealings: &[Dealing],
    received: &[SubShare],
) -> Result<(Share, Roster), SharingError> {
    let mut secret = Scalar::ZERO;
    let mut polynomial = vec![RistrettoPoint::identity(); usize::from(threshold)];
    for (position, dealing) in dealings.iter().enumerate() {
        let wrong = SharingError::WrongSubShare { dealer: dealing.dealer };
        let again = dealings.iter().take(position).any(|earlier| earlier.dealer == dealing.dealer);
        if again || dealing.commitments.len() != polynomial.len() {
            return Err(wrong);
        }
        let points = dealing.commitments.iter().map(decode).collect::<Result<Vec<_>, _>>()?;
        let mine = received.iter().find(|sub| sub.dealer == dealing.dealer && sub.receiver == index);
        let value = scalar(&mine.ok_or(wrong.clone())?.secret.0)?;
        if RistrettoPoint::mul_base(&value) != value_at(&points, index) {
            return Err(wrong);
        }
        secret += value;
        for (sum, point) in polynomial.iter_mut().zip(points) {
            *sum += point;
        }
    }
    let keys = members.iter().map(|member| (*member, value_at(&polynomial, *member))).collect();
    let roster = Roster::new(threshold, keys)?;
    let share = Share { index, secret };
    if roster.key_of(index)? != RistrettoPoint::mul_base(&share.secret) {
        return Err(SharingError::Inconsistent { index });
    }
    Ok((share, roster))
}

/// The value at 0 of the polynomial through these points "in the exponent": Σ λᵢ·Zᵢ.
///
/// # Errors
/// [`SharingError::NotAMember`] when an index comes twice.
pub(crate) fn combine(points: &[(Index, RistrettoPoint)]) -> Result<RistrettoPoint, SharingError> {
    let indices: Vec<_> = points.iter().map(|(index, _)| *index).collect();
    points.iter().try_fold(RistrettoPoint::identity(), |sum, (index, point)| {
        Ok(sum + point * coefficient(*index, &indices, Scalar::ZERO)?)
    })
}

/// The canonical encoding of a point.
pub(crate) fn encode(point: &RistrettoPoint) -> B256 {
    point.compress().to_bytes().into()
}

/// The point of a canonical encoding; the identity is refused, as RFC 9497 §2.1 has it.
pub(crate) fn decode(bytes: &B256) -> Result<RistrettoPoint, SharingError> {
    let point = CompressedRistretto(bytes.0).decompress();
    point.filter(|point| *point != RistrettoPoint::identity()).ok_or(SharingError::Point)
}

fn scalar(bytes: &[u8; 32]) -> Result<Scalar, SharingError> {
    Option::from(Scalar::from_canonical_bytes(*bytes)).ok_or(SharingError::Scalar)
}

fn check_dealers(roster: &Roster, dealers: &[Index]) -> Result<(), SharingError> {
    if dealers.len() < usize::from(roster.threshold) {
        return Err(SharingError::TooFewDealers { got: dealers.len(), threshold: roster.threshold });
    }
    dealers.iter().try_for_each(|dealer| roster.key_of(*dealer).map(|_| ()))
}

fn deal<R: RngCore + CryptoRng>(
    dealer: Index,
    secret: Scalar,
    threshold: u8,
    members: &[Index],
    rng: &mut R,
) -> Result<(Dealing, Vec<SubShare>), SharingError> {
    if threshold == 0 || usize::from(threshold) > members.len() {
        return Err(SharingError::Threshold { threshold, members: members.len() });
    }
    let mut coefficients = vec![secret];
    coefficients.resize_with(usize::from(threshold), || Scalar::random(rng));
    let commitments = coefficients.iter().map(|c| encode(&RistrettoPoint::mul_base(c))).collect();
    let subs = members.iter().map(|receiver| {
        let x = Scalar::from(receiver.get());
        let value = coefficients.iter().rev().fold(Scalar::ZERO, |sum, c| sum * x + c);
        SubShare { dealer, receiver: *receiver, secret: value.to_bytes().into() }
    });
    let subs = subs.collect();
    coefficients.zeroize();
    Ok((Dealing { dealer, commitments }, subs))
}

/// The value of a polynomial of points at an index.
fn value_at(polynomial: &[RistrettoPoint], index: Index) -> RistrettoPoint {
    let x = Scalar::from(index.get());
    polynomial.iter().rev().fold(RistrettoPoint::identity(), |sum, point| sum * x + point)
}

/// The value at `x` of the polynomial of lowest degree through points with different indices.
fn interpolate(points: &[(Index, RistrettoPoint)], x: Scalar) -> RistrettoPoint {
    points.iter().fold(RistrettoPoint::identity(), |sum, (index, point)| {
        let others = points.iter().map(|(other, _)| *other).filter(|other| other != index);
        sum + point * basis(*index, others, x)
    })
}

/// The Lagrange coefficient of `index` among different `indices`.
fn coefficient(index: Index, indices: &[Index], x: Scalar) -> Result<Scalar, SharingError> {
    let mut seen = indices.to_vec();
    seen.sort_unstable();
    seen.dedup();
    if seen.len() != indices.len() || !indices.contains(&index) {
        return Err(SharingError::NotAMember { index });
    }
    Ok(basis(index, seen.into_iter().filter(|other| *other != index), x))
}

fn basis(index: Index, others: impl Iterator<Item = Index>, x: Scalar) -> Scalar {
    let own = Scalar::from(index.get());
    let (numerator, denominator) =
        others.fold((Scalar::ONE, Scalar::ONE), |(numerator, denominator), other| {
            let other = Scalar::from(other.get());
            (numerator * (x - other), denominator * (own - other))
        });
    numerator * denominator.invert()
}
