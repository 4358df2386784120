use crate::support::{assembled, ceremony, index, indices};
use autochain_primitives::B256;
use autochain_registrar::{
    Blinded, Index, Roster, Share, SharingError, TagError, Vin, assemble, check_same_secret, deal_again,
    deal_random,
};
use rand_core::OsRng;

fn vin() -> Vin {
    "WVWZZZ1JZXW000001".parse().unwrap()
}

/// The tag by these members' shares.
fn tag(shares: &[Share], roster: &Roster, members: &[Index]) -> Result<B256, TagError> {
    let blinded = Blinded::new(&vin(), &mut OsRng).unwrap();
    let chosen = shares.iter().filter(|share| members.contains(&share.index()));
    let partials: Vec<_> = chosen.map(|share| share.evaluate(&blinded.element()).unwrap()).collect();
    blinded.tag(roster, &partials)
}

#[test]
fn any_t_members_give_one_tag_and_fewer_give_none() {
    let (shares, roster) = ceremony(3, 5);
    let expected = tag(&shares, &roster, &indices(&[1, 2, 3])).unwrap();
    for members in [[1, 2, 4], [1, 3, 5], [3, 4, 5]] {
        assert_eq!(tag(&shares, &roster, &indices(&members)), Ok(expected), "{members:?}");
    }
    let few = tag(&shares, &roster, &indices(&[2, 5]));
    assert_eq!(few, Err(TagError::TooFew { got: 2, threshold: 3 }));
}

#[test]
fn sharing_anew_keeps_the_key_and_every_tag() {
    let (shares, roster) = ceremony(2, 3);
    let expected = tag(&shares, &roster, &indices(&[1, 2])).unwrap();
    // Registrar 2 leaves; 1 and 3 deal to 1, 3, 4, 5 with threshold 3.
    let (dealers, members) = (indices(&[1, 3]), indices(&[1, 3, 4, 5]));
    let dealt: Vec<_> = [&shares[0], &shares[2]]
        .into_iter()
        .map(|share| deal_again(share, &roster, &dealers, 3, &members, &mut OsRng).unwrap())
        .collect();
    let dealings: Vec<_> = dealt.iter().map(|(dealing, _)| dealing.clone()).collect();
    assert_eq!(check_same_secret(&roster, &dealings), Ok(()));
    let (new_shares, new_roster) = assembled(3, &members, &dealt);
    assert_eq!(new_roster.key(), roster.key());
    assert_eq!(tag(&new_shares, &new_roster, &indices(&[3, 4, 5])), Ok(expected));
    assert_eq!(tag(&new_shares, &new_roster, &indices(&[1, 3, 4])), Ok(expected));

    // An old share is worth nothing among new ones: its owner cannot prove its use.
    let blinded = Blinded::new(&vin(), &mut OsRng).unwrap();
    let old = shares[0].evaluate(&blinded.element()).unwrap();
    assert_eq!(blinded.check(&new_roster, &old), Err(TagError::Proof { index: index(1) }));
}

#[test]
fn a_dealer_that_changes_the_key_is_named() {
    let (shares, roster) = ceremony(2, 3);
    let (dealers, members) = (indices(&[1, 2]), indices(&[1, 2, 3]));
    let honest = deal_again(&shares[0], &roster, &dealers, 2, &members, &mut OsRng).unwrap();
    let other = deal_random(index(2), 2, &members, &mut OsRng).unwrap();
    let refused = check_same_secret(&roster, &[honest.0.clone(), other.0]);
    assert_eq!(refused, Err(SharingError::OtherSecret { dealer: index(2) }));
    let few = check_same_secret(&roster, &[honest.0]);
    assert_eq!(few, Err(SharingError::TooFewDealers { got: 1, threshold: 2 }));
}

#[test]
fn a_wrong_sub_share_is_found_by_its_receiver() {
    let members = indices(&[1, 2, 3]);
    let dealt: Vec<_> =
        members.iter().map(|dealer| deal_random(*dealer, 2, &members, &mut OsRng).unwrap()).collect();
    let dealings: Vec<_> = dealt.iter().map(|(dealing, _)| dealing.clone()).collect();
    let mut subs: Vec<_> = dealt.into_iter().flat_map(|(_, subs)| subs).collect();
    assert!(assemble(index(1), 2, &members, &dealings, &subs).is_ok());
    let from_2 = subs.iter().position(|sub| sub.dealer == index(2) && sub.receiver == index(1)).unwrap();
    subs[from_2].secret.0[0] ^= 1;
    let refused = assemble(index(1), 2, &members, &dealings, &subs);
    assert_eq!(refused.map(|_| ()), Err(SharingError::WrongSubShare { dealer: index(2) }));
    subs.remove(from_2);
    let refused = assemble(index(1), 2, &members, &dealings, &subs);
    assert_eq!(refused.map(|_| ()), Err(SharingError::WrongSubShare { dealer: index(2) }));
}

#[test]
fn a_registrar_that_does_not_use_its_share_is_named() {
    let (shares, roster) = ceremony(2, 3);
    let blinded = Blinded::new(&vin(), &mut OsRng).unwrap();
    let honest = shares[0].evaluate(&blinded.element()).unwrap();
    let mut lying = shares[1].evaluate(&blinded.element()).unwrap();
    lying.element = honest.element;
    let refused = blinded.tag(&roster, &[honest, lying]);
    assert_eq!(refused, Err(TagError::Proof { index: index(2) }));
    // Another's honest partial under a false name, and the same one twice.
    let mut renamed = honest;
    renamed.index = index(3);
    assert_eq!(blinded.tag(&roster, &[honest, renamed]), Err(TagError::Proof { index: index(3) }));
    assert!(matches!(blinded.tag(&roster, &[honest, honest]), Err(TagError::Sharing(_))));
}

#[test]
fn a_roster_whose_keys_do_not_fit_is_refused() {
    let (_, roster) = ceremony(2, 3);
    let text = serde_json::to_string(&roster).unwrap();
    assert_eq!(serde_json::from_str::<Roster>(&text).unwrap(), roster);
    let (_, other) = ceremony(2, 3);
    let foreign = serde_json::to_value(&other).unwrap()["keys"]["3"].clone();
    let mut mixed: serde_json::Value = serde_json::from_str(&text).unwrap();
    mixed["keys"]["3"] = foreign;
    assert!(serde_json::from_value::<Roster>(mixed.clone()).is_err());
    mixed["threshold"] = 4.into();
    assert!(serde_json::from_value::<Roster>(mixed).is_err());
}
