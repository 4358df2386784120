//! Who can find a VIN in a list that contains it: neither a reader of the chain nor one registrar, but t registrars.

use crate::support::ceremony;
use autochain_primitives::{B256, keccak256};
use autochain_registrar::{Blinded, Roster, Share, Vin};
use rand_core::OsRng;
use sha2::{Digest as _, Sha256};
use voprf::{OprfServer, Ristretto255, VoprfServer};

/// A list of 200 VINs; the car on the chain is the one at 137.
fn list() -> Vec<Vin> {
    (0..200).map(|number| format!("WVWZZZ1JZXW{number:06}").parse().unwrap()).collect()
}

const HIDDEN: usize = 137;

/// What an attacker computes from a VIN and other secrets than the whole key: every hash and every evaluation that
/// could equal what stands on the chain.
fn guesses(vin: &Vin, shares: &[&Share]) -> Vec<B256> {
    let bytes = vin.as_bytes().as_slice();
    let mut all = vec![
        keccak256(bytes),
        B256::from_slice(&Sha256::digest(bytes)),
        vin.commitment(&B256::ZERO),
        keccak256(keccak256(bytes)),
    ];
    for share in shares {
        let key = share.secret();
        let verifiable = VoprfServer::<Ristretto255>::new_with_key(&key).unwrap().evaluate(bytes).unwrap();
        let plain = OprfServer::<Ristretto255>::new_with_key(&key).unwrap().evaluate(bytes).unwrap();
        all.extend([keccak256(verifiable), keccak256(plain)]);
        all.extend([vin.commitment(&key.into()), vin.commitment(&share.public_key())]);
        all.push(keccak256([bytes, key.as_slice()].concat()));
    }
    all
}

/// The VINs of the list for which one of the guesses stands on the chain.
fn found(on_chain: &[B256], shares: &[&Share]) -> Vec<usize> {
    let hit = |vin: &Vin| guesses(vin, shares).iter().any(|guess| on_chain.contains(guess));
    list().iter().enumerate().filter(|(_, vin)| hit(vin)).map(|(place, _)| place).collect()
}

/// What t registrars find together: they evaluate every VIN of the list.
fn found_together(tag: B256, roster: &Roster, shares: &[&Share]) -> Vec<usize> {
    let same = |vin: &Vin| {
        let blinded = Blinded::new(vin, &mut OsRng).unwrap();
        let partials = shares.iter().map(|share| share.evaluate(&blinded.element()).unwrap());
        blinded.tag(roster, &partials.collect::<Vec<_>>()) == Ok(tag)
    };
    list().iter().enumerate().filter(|(_, vin)| same(vin)).map(|(place, _)| place).collect()
}

#[test]
fn only_t_shares_find_a_vin_in_a_list() {
    let (shares, roster) = ceremony(2, 3);
    let vin = &list()[HIDDEN];
    let blinded = Blinded::new(vin, &mut OsRng).unwrap();
    let partials = [0, 2].map(|member: usize| shares[member].evaluate(&blinded.element()).unwrap());
    let tag = blinded.tag(&roster, &partials).unwrap();
    let salt = B256::random();
    let on_chain = [tag, vin.commitment(&salt)];

    assert!(found(&on_chain, &[]).is_empty(), "the chain alone");
    for share in &shares {
        assert!(found(&on_chain, &[share]).is_empty(), "registrar {}", share.index());
        assert!(found_together(tag, &roster, &[share]).is_empty(), "registrar {}", share.index());
    }
    // The guesses work: a tag under one whole key, and a commitment without salt, are both found.
    assert_eq!(found(&[vin.commitment(&B256::ZERO)], &[]), [HIDDEN]);
    let careless = VoprfServer::<Ristretto255>::new_with_key(&shares[0].secret()).unwrap();
    let careless = keccak256(careless.evaluate(vin.as_bytes()).unwrap());
    assert_eq!(found(&[careless], &[&shares[0]]), [HIDDEN]);

    // The trust that remains.
    assert_eq!(found_together(tag, &roster, &[&shares[0], &shares[1]]), [HIDDEN]);
    assert_eq!(found_together(tag, &roster, &[&shares[2], &shares[1]]), [HIDDEN]);
}

/// What a registrar sees of two evaluations of one VIN has nothing in common, though both give the same tag.
#[test]
fn a_registrar_cannot_link_two_evaluations_of_a_vin() {
    let (shares, roster) = ceremony(1, 1);
    let seen = [0, 1].map(|_| Blinded::new(&list()[HIDDEN], &mut OsRng).unwrap());
    let partials = [0, 1].map(|i: usize| shares[0].evaluate(&seen[i].element()).unwrap());
    assert_ne!(seen[0].element(), seen[1].element());
    assert_ne!(partials[0].element, partials[1].element);
    assert_eq!(seen[0].tag(&roster, &partials[..1]).unwrap(), seen[1].tag(&roster, &partials[1..]).unwrap());
}
