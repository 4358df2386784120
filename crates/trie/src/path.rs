//! Paths and keys: a key is 64 nibbles, a path is the first few of them.

use crate::Nibbles;
use autochain_primitives::B256;

/// Nibbles in a key.
pub(crate) const KEY_NIBBLES: usize = 64;

/// The nibble of `key` at position `at` (0 is the most significant), 0 behind its end.
#[inline]
pub(crate) fn nibble(key: &B256, at: usize) -> u8 {
    let byte = key.get(at / 2).copied().unwrap_or(0);
    if at.is_multiple_of(2) { byte >> 4 } else { byte & 0x0f }
}

/// How many leading nibbles two keys share.
#[inline]
pub(crate) fn shared(a: &B256, b: &B256) -> usize {
    for (at, (x, y)) in a.iter().zip(b.iter()).enumerate() {
        if x != y {
            return 2 * at + usize::from(x >> 4 == y >> 4);
        }
    }
    KEY_NIBBLES
}

/// The first `len` nibbles of `key`.
#[inline]
pub(crate) fn path_of(key: &B256, len: usize) -> Nibbles {
    let mut path = Nibbles::unpack_array(&key.0);
    path.truncate(len.min(KEY_NIBBLES));
    path
}

/// The smallest key under `path`: the path, then zeros.
#[inline]
pub(crate) fn first_key(path: &Nibbles) -> B256 {
    let mut key = B256::ZERO;
    path.pack_to(key.as_mut_slice());
    key
}

/// The path of a child. The caller has checked that `path` is shorter than a key.
#[inline]
pub(crate) fn child_path(path: &Nibbles, nibble: u8) -> Nibbles {
    let mut path = *path;
    path.push(nibble);
    path
}

#[cfg(test)]
mod tests {
    use super::*;
    use autochain_primitives::b256;

    const KEY: B256 = b256!("123456789abcdef0000000000000000000000000000000000000000000000009");

    #[test]
    fn nibbles_of_a_key() {
        assert_eq!((nibble(&KEY, 0), nibble(&KEY, 1), nibble(&KEY, 14)), (1, 2, 0xf));
        assert_eq!((nibble(&KEY, 63), nibble(&KEY, 64)), (9, 0));
    }

    #[test]
    fn shared_nibbles() {
        assert_eq!(shared(&KEY, &KEY), 64);
        let mut other = KEY;
        other.0[3] = 0x79;
        assert_eq!(shared(&KEY, &other), 7);
        other.0[3] = 0x88;
        assert_eq!(shared(&KEY, &other), 6);
    }

    #[test]
    fn a_path_and_its_first_key() {
        let path = path_of(&KEY, 5);
        assert_eq!(path, Nibbles::from_nibbles([1, 2, 3, 4, 5]));
        assert_eq!(
            first_key(&path),
            b256!("1234500000000000000000000000000000000000000000000000000000000000")
        );
        assert_eq!(child_path(&path, 6), path_of(&KEY, 6));
    }
}
