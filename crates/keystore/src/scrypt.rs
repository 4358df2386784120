//! scrypt (RFC 7914). Written here because the published crate enforces N < 2^(16·r), while web3's own test vector
//! has N = 2¹⁸ with r = 1.

use pbkdf2::pbkdf2_hmac;
use sha2::Sha256;
use zeroize::Zeroize;

/// Derives `out.len()` bytes. `n` is a power of two above 1; the caller bounds `n`, `r` and `p`.
pub(crate) fn scrypt(password: &[u8], salt: &[u8], n: usize, r: usize, p: usize, out: &mut [u8]) {
    let words = 32 * r;
    let mut blocks = vec![0u8; 4 * words * p];
    pbkdf2_hmac::<Sha256>(password, salt, 1, &mut blocks);
    let mut table = vec![0u32; words * n];
    let (mut x, mut y) = (vec![0u32; words], vec![0u32; words]);
    for block in blocks.chunks_exact_mut(4 * words) {
        for (word, bytes) in x.iter_mut().zip(block.chunks_exact(4)) {
            *word = u32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]);
        }
        for row in table.chunks_exact_mut(words) {
            row.copy_from_slice(&x);
            block_mix(&mut x, &mut y);
        }
        for _ in 0..n {
            let at = (x[words - 16] as usize & (n - 1)) * words;
            for (word, kept) in x.iter_mut().zip(&table[at..at + words]) {
                *word ^= kept;
            }
            block_mix(&mut x, &mut y);
        }
        for (word, bytes) in x.iter().zip(block.chunks_exact_mut(4)) {
            bytes.copy_from_slice(&word.to_le_bytes());
        }
    }
    pbkdf2_hmac::<Sha256>(password, &blocks, 1, out);
    blocks.zeroize();
    table.zeroize();
    x.zeroize();
    y.zeroize();
}

/// scryptBlockMix: 2r chunks of 16 words; even results first, then odd ones.
fn block_mix(x: &mut [u32], y: &mut [u32]) {
    let chunks = x.len() / 16;
    let mut state = [0u32; 16];
    state.copy_from_slice(&x[x.len() - 16..]);
    for (index, chunk) in x.chunks_exact(16).enumerate() {
        for (word, other) in state.iter_mut().zip(chunk) {
            *word ^= other;
        }
        salsa20_8(&mut state);
        let at = (index / 2 + (index % 2) * (chunks / 2)) * 16;
        y[at..at + 16].copy_from_slice(&state);
    }
    x.copy_from_slice(y);
}

/// The Salsa20 core with 8 rounds.
fn salsa20_8(state: &mut [u32; 16]) {
    const QUARTERS: [[usize; 4]; 8] = [
        [0, 4, 8, 12],
        [5, 9, 13, 1],
        [10, 14, 2, 6],
        [15, 3, 7, 11],
        [0, 1, 2, 3],
        [5, 6, 7, 4],
        [10, 11, 8, 9],
        [15, 12, 13, 14],
    ];
    let mut x = *state;
    for _ in 0..4 {
        for [a, b, c, d] in QUARTERS {
            x[b] ^= x[a].wrapping_add(x[d]).rotate_left(7);
            x[c] ^= x[b].wrapping_add(x[a]).rotate_left(9);
            x[d] ^= x[c].wrapping_add(x[b]).rotate_left(13);
            x[a] ^= x[d].wrapping_add(x[c]).rotate_left(18);
        }
    }
    for (word, mixed) in state.iter_mut().zip(x) {
        *word = word.wrapping_add(mixed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equals_the_published_crate() {
        for (log_n, r, p) in [(1u8, 1u32, 1u32), (4, 1, 3), (10, 8, 2), (7, 2, 1)] {
            let (mut ours, mut theirs) = ([0u8; 40], [0u8; 40]);
            scrypt(b"pleaseletmein", b"SodiumChloride", 1 << log_n, r as usize, p as usize, &mut ours);
            let params = ::scrypt::Params::new(log_n, r, p, 40).unwrap();
            ::scrypt::scrypt(b"pleaseletmein", b"SodiumChloride", &params, &mut theirs).unwrap();
            assert_eq!(ours, theirs);
        }
    }
}
