//! Signatures and recovery against `k256`, on drawn numbers and on those at the ends of the ranges.

use super::*;
use k256::ecdsa::{RecoveryId, Signature as Theirs, SigningKey, VerifyingKey};
use proptest::prelude::*;

#[test]
fn secrets_out_of_range_are_refused() {
    assert_eq!(Key::from_bytes(&[0; 32]).unwrap_err(), KeyError::OutOfRange);
    assert_eq!(Key::from_bytes(&[0xff; 32]).unwrap_err(), KeyError::OutOfRange);
}

#[test]
fn debug_output_keeps_the_secret() {
    let key = Key::from_bytes(&[0x11; 32]).unwrap();
    let shown = std::format!("{key:?}");
    assert_eq!(shown, std::format!("Key {{ address: {}, .. }}", key.address()));
    assert!(!shown.contains("1111"), "{shown}");
}

/// The first account of the mnemonic that development chains share.
#[test]
fn address_in_mixed_case() {
    let secret = [
        0xac, 0x09, 0x74, 0xbe, 0xc3, 0x9a, 0x17, 0xe3, 0x6b, 0xa4, 0xa6, 0xb4, 0xd2, 0x38, 0xff, 0x94, 0x4b,
        0xac, 0xb4, 0x78, 0xcb, 0xed, 0x5e, 0xfc, 0xae, 0x78, 0x4d, 0x7b, 0xf4, 0xf2, 0xff, 0x80,
    ];
    let shown = std::format!("{}", Key::from_bytes(&secret).unwrap().address());
    assert_eq!(shown, "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266");
}

#[test]
fn both_sides_agree() {
    let (a, b) = (Key::from_bytes(&[3; 32]).unwrap(), Key::from_bytes(&[5; 32]).unwrap());
    assert_eq!(a.agree(&b.public_key()), b.agree(&a.public_key()));
    assert_ne!(a.agree(&b.public_key()), a.agree(&a.public_key()));
}

/// The order of the curve.
const ORDER: Hash = [
    0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xfe, 0xba,
    0xae, 0xdc, 0xe6, 0xaf, 0x48, 0xa0, 0x3b, 0xbf, 0xd2, 0x5e, 0x8c, 0xd0, 0x36, 0x41, 0x41,
];

/// 0, 1, 2, the order and its half, what is beside them, a single high bit, and all ones.
fn edges() -> [Hash; 12] {
    const HALF: Hash = [
        0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x5d,
        0x57, 0x6e, 0x73, 0x57, 0xa4, 0x50, 0x1d, 0xdf, 0xe9, 0x2f, 0x46, 0x68, 0x1b, 0x20, 0xa0,
    ];
    let end = |mut number: Hash, last: u8| {
        number[31] = last;
        number
    };
    let mut high = [0; 32];
    high[0] = 0x80;
    [
        [0; 32],
        end([0; 32], 1),
        end([0; 32], 2),
        end(ORDER, 0x3f),
        end(ORDER, 0x40),
        ORDER,
        end(ORDER, 0x42),
        HALF,
        end(HALF, 0xa1),
        high,
        end([0xff; 32], 0xfe),
        [0xff; 32],
    ]
}

fn numbers() -> impl Strategy<Value = Hash> {
    prop_oneof![any::<Hash>(), prop::sample::select(edges().to_vec())]
}

fn check_signing(secret: &Hash, digest: &Hash) {
    let (ours, theirs) = (Key::from_bytes(secret), SigningKey::from_slice(secret));
    assert_eq!(ours.is_ok(), theirs.is_ok());
    let (Ok(ours), Ok(theirs)) = (ours, theirs) else { return };
    let signature = ours.sign(&Digest(*digest)).unwrap();
    assert_eq!(signature.recover(&Digest(*digest)), Ok(ours.public_key()));
    // From the order on (one digest in 2^128) RFC 6979 takes the digest modulo the order, as this crate and
    // ethers do; k256 takes it as it is, and comes to another nonce.
    if *digest >= ORDER {
        return;
    }
    let (expected, id) = theirs.sign_prehash_recoverable(digest).unwrap();
    assert_eq!([signature.r, signature.s].concat(), expected.to_bytes()[..]);
    assert_eq!(signature.y_odd, id.is_y_odd());
}

fn check_recovery(r: &Hash, s: &Hash, y_odd: bool, digest: &Hash) {
    let ours = Signature { r: *r, s: *s, y_odd }.recover(&Digest(*digest)).ok();
    let theirs = Theirs::from_scalars(*r, *s).ok().filter(|theirs| theirs.normalize_s().is_none());
    let id = RecoveryId::new(y_odd, false);
    let theirs = theirs.and_then(|theirs| VerifyingKey::recover_from_prehash(digest, &theirs, id).ok());
    let theirs = theirs.map(|key| key.to_encoded_point(false).as_bytes()[1..].to_vec());
    assert_eq!(ours.map(|key| key.to_bytes().to_vec()), theirs);
}

#[test]
fn every_pair_of_edges_signs_as_k256_does() {
    for secret in edges() {
        for digest in edges() {
            check_signing(&secret, &digest);
        }
    }
}

#[test]
fn every_triple_of_edges_recovers_as_k256_does() {
    for r in edges() {
        for s in edges() {
            for digest in edges() {
                check_recovery(&r, &s, false, &digest);
                check_recovery(&r, &s, true, &digest);
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn drawn_secrets_sign_as_k256_does(secret in numbers(), digest in numbers()) {
        check_signing(&secret, &digest);
    }

    #[test]
    fn drawn_signatures_recover_as_k256_does(r in numbers(), s in numbers(), y_odd: bool, digest in numbers()) {
        check_recovery(&r, &s, y_odd, &digest);
    }

    #[test]
    fn drawn_keys_agree_as_k256_does(a in any::<Hash>(), b in any::<Hash>()) {
        let (Ok(key), Ok(other)) = (Key::from_bytes(&a), Key::from_bytes(&b)) else { return Ok(()) };
        let theirs = k256::ecdsa::VerifyingKey::from(&SigningKey::from_slice(&b).unwrap());
        let scalar = SigningKey::from_slice(&a).unwrap();
        let shared = k256::elliptic_curve::ecdh::diffie_hellman(scalar.as_nonzero_scalar(), theirs.as_affine());
        let ours = key.agree(&other.public_key());
        prop_assert_eq!(&ours[..], &shared.raw_secret_bytes()[..]);
    }
}
