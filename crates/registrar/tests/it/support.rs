use autochain_registrar::{Dealing, Index, Roster, Share, SubShare, assemble, deal_random};
use rand_core::OsRng;

pub(crate) fn index(i: u8) -> Index {
    Index::new(i).unwrap()
}

pub(crate) fn indices(list: &[u8]) -> Vec<Index> {
    list.iter().copied().map(index).collect()
}

/// What each member of a sharing gets.
pub(crate) fn assembled(
    threshold: u8,
    members: &[Index],
    dealt: &[(Dealing, Vec<SubShare>)],
) -> (Vec<Share>, Roster) {
    let dealings: Vec<_> = dealt.iter().map(|(dealing, _)| dealing.clone()).collect();
    let subs: Vec<_> = dealt.iter().flat_map(|(_, subs)| subs.clone()).collect();
    let parts = members.iter().map(|member| assemble(*member, threshold, members, &dealings, &subs).unwrap());
    let (shares, rosters): (Vec<_>, Vec<_>) = parts.unzip();
    assert!(rosters.iter().all(|roster| *roster == rosters[0]));
    (shares, rosters[0].clone())
}

/// A ceremony of n members with threshold t.
pub(crate) fn ceremony(threshold: u8, n: u8) -> (Vec<Share>, Roster) {
    let members: Vec<_> = (1..=n).map(index).collect();
    let dealt: Vec<_> =
        members.iter().map(|dealer| deal_random(*dealer, threshold, &members, &mut OsRng).unwrap()).collect();
    assembled(threshold, &members, &dealt)
}
