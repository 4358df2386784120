//! The static part of Solidity's ABI: 32-byte words, right-aligned.

pub(crate) type Word = [u8; 32];

/// A big-endian value of at most 32 bytes as a word.
pub(crate) fn word<const N: usize>(bytes: [u8; N]) -> Word {
    let mut word = [0; 32];
    for (to, from) in word.iter_mut().rev().zip(bytes.iter().rev()) {
        *to = *from;
    }
    word
}

/// A selector and its arguments; `N` is 4 + 32 for each.
pub(crate) fn call<const N: usize>(selector: [u8; 4], words: &[Word]) -> [u8; N] {
    let mut out = [0; N];
    for (to, from) in out.iter_mut().zip(selector.iter().chain(words.as_flattened())) {
        *to = *from;
    }
    out
}
