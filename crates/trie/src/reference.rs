//! The trie by its definition: the oracle that the fast one is tested against.
//!
//! Written from Yellow Paper appendix C and D formula by formula, for keys of any length and with values in
//! branches. It keeps nothing, stores nothing and is slow; it shares no code with the rest of the crate.

use autochain_primitives::{B256, keccak256, rlp::Encodable, rlp::Header};
use std::collections::BTreeMap;

/// TRIE(𝕴): the root hash of these pairs of key and value, in any order. Of equal keys the last counts, and a
/// pair without value bytes counts as absent, as in a sequence of writes.
pub fn naive_root(pairs: &[(Vec<u8>, Vec<u8>)]) -> B256 {
    let unique: BTreeMap<_, _> = pairs.iter().map(|(key, value)| (nibbles(key), value.as_slice())).collect();
    let pairs: Vec<_> = unique.into_iter().filter(|(_, value)| !value.is_empty()).collect();
    if pairs.is_empty() { keccak256(string(&[])) } else { keccak256(node(&pairs, 0)) }
}

/// A key in nibbles with its value.
type Pair<'a> = (Vec<u8>, &'a [u8]);

/// c(𝕴, i): the RLP of the node of these pairs, sorted and at least one, whose first `i` nibbles are equal and
/// already spoken for.
fn node(pairs: &[Pair<'_>], i: usize) -> Vec<u8> {
    let Some((first, last)) = pairs.first().zip(pairs.last()) else {
        return string(&[]);
    };
    if pairs.len() == 1 {
        let path = first.0.iter().skip(i).copied();
        return list(&[string(&hex_prefix(&path.collect::<Vec<_>>(), true)), string(first.1)]);
    }
    let j = first.0.iter().zip(&last.0).take_while(|(a, b)| a == b).count();
    if j > i {
        let path = first.0.iter().take(j).skip(i).copied();
        return list(&[string(&hex_prefix(&path.collect::<Vec<_>>(), false)), reference(pairs, j)]);
    }
    let mut items = Vec::new();
    for nibble in 0..16 {
        let below: Vec<_> = pairs.iter().filter(|(key, _)| key.get(i) == Some(&nibble)).cloned().collect();
        items.push(reference(&below, i + 1));
    }
    let value = pairs.iter().find(|(key, _)| key.len() == i).map_or(&[][..], |(_, value)| value);
    items.push(string(value));
    list(&items)
}

/// n(𝕴, i): nothing, the node itself where its RLP is below 32 bytes, or its hash.
fn reference(pairs: &[Pair<'_>], i: usize) -> Vec<u8> {
    if pairs.is_empty() {
        return string(&[]);
    }
    let node = node(pairs, i);
    if node.len() < 32 { node } else { string(keccak256(node).as_slice()) }
}

/// HP(x, t): nibbles as bytes, with a flag for their parity and for `terminal` (a leaf).
pub fn hex_prefix(nibbles: &[u8], terminal: bool) -> Vec<u8> {
    let mut nibbles = nibbles.to_vec();
    let flag = if terminal { 2 } else { 0 };
    if nibbles.len().is_multiple_of(2) {
        nibbles.splice(0..0, [flag, 0]);
    } else {
        nibbles.insert(0, flag + 1);
    }
    nibbles.chunks(2).map(|pair| pair.iter().fold(0, |byte, nibble| byte << 4 | nibble)).collect()
}

fn nibbles(key: &[u8]) -> Vec<u8> {
    key.iter().flat_map(|byte| [byte >> 4, byte & 0x0f]).collect()
}

/// RLP of a byte string.
fn string(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    bytes.encode(&mut out);
    out
}

/// RLP of a list of items that are RLP already.
fn list(items: &[Vec<u8>]) -> Vec<u8> {
    let payload = items.concat();
    let mut out = Vec::new();
    Header { list: true, payload_length: payload.len() }.encode(&mut out);
    out.extend(payload);
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use autochain_primitives::b256;

    fn root_of(pairs: &[(&str, &str)]) -> B256 {
        let pairs: Vec<_> =
            pairs.iter().map(|(k, v)| (k.as_bytes().to_vec(), v.as_bytes().to_vec())).collect();
        naive_root(&pairs)
    }

    #[test]
    fn nothing() {
        assert_eq!(root_of(&[]), crate::EMPTY_ROOT_HASH);
        assert_eq!(root_of(&[("a", "b"), ("a", "")]), crate::EMPTY_ROOT_HASH);
    }

    /// From ethereum/tests, TrieTests/trieanyorder.json.
    #[test]
    fn known_roots() {
        let puppy = [("do", "verb"), ("horse", "stallion"), ("doge", "coin"), ("dog", "puppy")];
        let expected = b256!("5991bb8c6514148a29db676a14ac506cd2cd5775ace63c30a4fe457715e9ac84");
        assert_eq!(root_of(&puppy), expected);
        let dogs = [("doe", "reindeer"), ("dog", "puppy"), ("dogglesworth", "cat")];
        let expected = b256!("8aad789dff2f538bca5d8ea56e8abe10f4c7ba3a5dea95fea4cd6e7c3a1168d3");
        assert_eq!(root_of(&dogs), expected);
    }
}
