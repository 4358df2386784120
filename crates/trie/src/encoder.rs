//! RLP of the three node kinds, written into one reused buffer.

use crate::path::{KEY_NIBBLES, nibble};
use crate::{Nibbles, NodeRef};
use autochain_primitives::B256;

/// Hex-prefix flag of a leaf (Yellow Paper, appendix C); an extension has 0.
const LEAF: u8 = 0x20;
/// Hex-prefix flag of an odd number of nibbles; the first of them shares the flag's byte.
const ODD: u8 = 0x10;

/// Writes nodes. What a method returns stands until the next call.
#[derive(Debug, Default)]
pub(crate) struct Encoder {
    buffer: Vec<u8>,
}

impl Encoder {
    /// A leaf whose parent has used the first `depth` nibbles of `key`.
    #[inline]
    pub(crate) fn leaf(&mut self, key: &B256, depth: usize, value: &[u8]) -> &[u8] {
        let nibbles = KEY_NIBBLES.saturating_sub(depth);
        let path_len = 1 + nibbles / 2;
        self.buffer.clear();
        put_header(&mut self.buffer, 0xc0, short_string_len(path_len) + string_len(value));
        if path_len > 1 {
            self.buffer.push(0x80 + path_len as u8);
        }
        self.buffer.push(if nibbles % 2 == 1 { LEAF | ODD | nibble(key, depth) } else { LEAF });
        self.buffer.extend_from_slice(key.get(depth.div_ceil(2)..).unwrap_or_default());
        put_string(&mut self.buffer, value);
        &self.buffer
    }

    /// An extension from `depth` to the branch at `path`.
    pub(crate) fn extension(&mut self, path: &Nibbles, depth: usize, child: &NodeRef) -> &[u8] {
        let nibbles = path.len().saturating_sub(depth);
        let path_len = 1 + nibbles / 2;
        self.buffer.clear();
        put_header(&mut self.buffer, 0xc0, short_string_len(path_len) + child.rlp_len());
        if path_len > 1 {
            self.buffer.push(0x80 + path_len as u8);
        }
        let mut rest = path.iter().skip(depth);
        let first = if nibbles % 2 == 1 { rest.next() } else { None };
        self.buffer.push(first.map_or(0, |nibble| ODD | nibble));
        while let (Some(high), Some(low)) = (rest.next(), rest.next()) {
            self.buffer.push(high << 4 | low);
        }
        put_reference(&mut self.buffer, child);
        &self.buffer
    }

    /// A branch with a reference for each bit of `children` and no value.
    #[inline]
    pub(crate) fn branch(&mut self, children: u16, references: &[NodeRef]) -> &[u8] {
        let present: usize = references.iter().map(NodeRef::rlp_len).sum();
        self.buffer.clear();
        put_header(&mut self.buffer, 0xc0, present + 17 - children.count_ones() as usize);
        let mut references = references.iter();
        for nibble in 0..16 {
            match (children >> nibble & 1 == 1).then(|| references.next()).flatten() {
                Some(reference) => put_reference(&mut self.buffer, reference),
                None => self.buffer.push(0x80),
            }
        }
        self.buffer.push(0x80);
        &self.buffer
    }
}

/// RLP length of a string of `len` ≤ 55 bytes that is, if one byte long, below 0x80.
const fn short_string_len(len: usize) -> usize {
    if len == 1 { 1 } else { 1 + len }
}

#[inline]
fn string_len(string: &[u8]) -> usize {
    match string {
        [byte] if *byte < 0x80 => 1,
        _ if string.len() <= 55 => 1 + string.len(),
        _ => 1 + significant(string.len()) + string.len(),
    }
}

/// Bytes of `len` without its leading zeros.
const fn significant(len: usize) -> usize {
    size_of::<usize>() - len.leading_zeros() as usize / 8
}

#[inline]
fn put_string(buffer: &mut Vec<u8>, string: &[u8]) {
    if !matches!(string, [byte] if *byte < 0x80) {
        put_header(buffer, 0x80, string.len());
    }
    buffer.extend_from_slice(string);
}

/// The header of a string (`base` 0x80) or a list (`base` 0xc0) of `len` bytes.
#[inline]
fn put_header(buffer: &mut Vec<u8>, base: u8, len: usize) {
    if len <= 55 {
        buffer.push(base + len as u8);
    } else {
        let bytes = significant(len);
        buffer.push(base + 55 + bytes as u8);
        buffer.extend(len.to_be_bytes().iter().skip(size_of::<usize>() - bytes));
    }
}

#[inline]
fn put_reference(buffer: &mut Vec<u8>, reference: &NodeRef) {
    if !reference.is_inline() {
        buffer.push(0x80 + 32);
    }
    buffer.extend_from_slice(reference.as_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloy_trie::nodes as oracle;
    use autochain_primitives::{b256, rlp::encode};

    const KEY: B256 = b256!("123456789abcdef0000000000000000000000000000000000000000000000009");

    #[test]
    fn leaves_agree_with_another_encoder() {
        for value in
            [vec![], vec![0], vec![0x7f], vec![0x80], vec![1; 55], vec![1; 56], vec![1; 256], vec![1; 70_000]]
        {
            for depth in 0..=64 {
                let key = Nibbles::unpack(KEY).slice(depth..);
                let expected = encode(oracle::LeafNode::new(key, value.clone()));
                assert_eq!(
                    Encoder::default().leaf(&KEY, depth, &value),
                    expected,
                    "{depth}, {}",
                    value.len()
                );
            }
        }
    }

    #[test]
    fn extensions_agree_with_another_encoder() {
        for child in [NodeRef::of(&[0xc1, 0x20]), NodeRef::from_hash(KEY)] {
            let rlp = match child.hash() {
                Some(hash) => oracle::RlpNode::word_rlp(&hash),
                None => oracle::RlpNode::from_raw(child.as_bytes()).unwrap(),
            };
            for end in 1..64 {
                for start in 0..end {
                    let path = Nibbles::unpack(KEY).slice(..end);
                    let expected = encode(oracle::ExtensionNode::new(path.slice(start..), rlp.clone()));
                    assert_eq!(
                        Encoder::default().extension(&path, start, &child),
                        expected,
                        "{start}..{end}"
                    );
                }
            }
        }
    }
}
