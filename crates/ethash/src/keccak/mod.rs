//! Keccak with the padding that Ethereum uses (the submission's, not FIPS 202's), for messages that fit into
//! one block, over one state or over several at once.
//!
//! Everything is written once over [`Lane`]; a SIMD type hashes as many messages as it has 64-bit lanes.

#[cfg(target_arch = "x86_64")]
mod avx2;
#[cfg(target_arch = "x86_64")]
mod avx512;
mod scalar;

#[cfg(target_arch = "x86_64")]
pub(crate) use avx2::Lanes4;
#[cfg(target_arch = "x86_64")]
pub(crate) use avx512::Lanes8;

use crate::table::Row;

/// One 64-bit word of `WIDTH` Keccak states.
///
/// The SIMD implementations may only be used inside functions that enable their instructions; every method
/// is `#[inline(always)]` so that it is compiled as part of them.
pub(crate) trait Lane: Copy {
    /// How many states are worked on at once.
    const WIDTH: usize;

    fn splat(word: u64) -> Self;
    fn xor(self, other: Self) -> Self;
    fn xor5(a: Self, b: Self, c: Self, d: Self, e: Self) -> Self;
    /// `a ^ (!b & c)`
    fn chi(a: Self, b: Self, c: Self) -> Self;
    /// Rotates to the left by `N`; `M` is `64 - N`.
    fn rotate<const N: i32, const M: i32>(self) -> Self;
    /// Takes one word for each state from the `WIDTH` words of `words`.
    fn from_words(words: &[u64]) -> Self;
    /// Takes `WIDTH` rows, one for each state, apart into the first eight words of the states.
    fn gather(rows: &[Row]) -> [Self; 8];
    /// The inverse of `gather`.
    fn scatter(words: [Self; 8], rows: &mut [Row]);
}

/// Words of a block of Keccak-512.
const RATE_512: usize = 9;
/// Words of a block of Keccak-256.
const RATE_256: usize = 17;

const ROUND_CONSTANTS: [u64; 24] = [
    0x0000_0000_0000_0001,
    0x0000_0000_0000_8082,
    0x8000_0000_0000_808a,
    0x8000_0000_8000_8000,
    0x0000_0000_0000_808b,
    0x0000_0000_8000_0001,
    0x8000_0000_8000_8081,
    0x8000_0000_0000_8009,
    0x0000_0000_0000_008a,
    0x0000_0000_0000_0088,
    0x0000_0000_8000_8009,
    0x0000_0000_8000_000a,
    0x0000_0000_8000_808b,
    0x8000_0000_0000_008b,
    0x8000_0000_0000_8089,
    0x8000_0000_0000_8003,
    0x8000_0000_0000_8002,
    0x8000_0000_0000_0080,
    0x0000_0000_0000_800a,
    0x8000_0000_8000_000a,
    0x8000_0000_8000_8081,
    0x8000_0000_0000_8080,
    0x0000_0000_8000_0001,
    0x8000_0000_8000_8008,
];

/// Keccak-256 of 32 bytes.
pub(crate) fn keccak256(message: &[u8; 32]) -> [u8; 32] {
    let state = hash_block::<u64, 4, RATE_256>(words(message));
    bytes([state[0], state[1], state[2], state[3]])
}

/// Keccak-512 of 32 bytes, as a row.
#[inline(always)]
pub(crate) fn row_of_seed(seed: &[u8; 32]) -> Row {
    store(hash_block::<u64, 4, RATE_512>(words(seed)))
}

/// Replaces each row by its Keccak-512.
#[inline(always)]
pub(crate) fn hash_rows<L: Lane>(rows: &mut [Row]) {
    let mut groups = rows.chunks_exact_mut(L::WIDTH);
    for group in &mut groups {
        hash_group::<L>(group);
    }
    match groups.into_remainder() {
        [] => (),
        [row] => *row = hash_row(row),
        rows => {
            // Two hashes already cost more singly than a whole group.
            let mut group = [[0; 16]; 8];
            group[..rows.len()].copy_from_slice(rows);
            hash_group::<L>(&mut group[..L::WIDTH]);
            rows.copy_from_slice(&group[..rows.len()]);
        }
    }
}

#[inline(always)]
fn hash_group<L: Lane>(group: &mut [Row]) {
    let state = hash_block::<L, 8, RATE_512>(L::gather(group));
    L::scatter(first8(&state), group);
}

/// Keccak-512 of one row.
#[inline(always)]
pub(crate) fn hash_row(row: &Row) -> Row {
    store(hash_block::<u64, 8, RATE_512>(u64::gather(std::slice::from_ref(row))))
}

/// The row that starts a hash: Keccak-512 of the seal hash and the nonce, least significant byte first.
#[inline(always)]
pub(crate) fn row_of_seal(seal_hash: &[u8; 32], nonce: u64) -> Row {
    let [a, b, c, d] = words(seal_hash);
    store(hash_block::<u64, 5, RATE_512>([a, b, c, d, nonce]))
}

/// [`row_of_seal`] for as many consecutive nonces (which wrap) as there are rows; their number is a multiple
/// of the lane's width.
#[inline(always)]
pub(crate) fn rows_of_seals<L: Lane>(seal_hash: &[u8; 32], start_nonce: u64, rows: &mut [Row]) {
    let [a, b, c, d] = words(seal_hash).map(L::splat);
    let mut nonce = start_nonce;
    for group in rows.chunks_exact_mut(L::WIDTH) {
        let nonces: [u64; 8] = std::array::from_fn(|k| nonce.wrapping_add(k as u64));
        nonce = nonce.wrapping_add(L::WIDTH as u64);
        let state = hash_block::<L, 5, RATE_512>([a, b, c, d, L::from_words(&nonces[..L::WIDTH])]);
        L::scatter(first8(&state), group);
    }
}

/// The end of a hash: Keccak-256 of the starting row and of the compressed mix, the first eight words of `mix`.
/// The result stands in the first eight words.
#[inline(always)]
pub(crate) fn result(start: &Row, mix: &Row) -> Row {
    let mut end = [[0; 16]];
    results::<u64>(&[*start], &[*mix], &mut end);
    end[0]
}

/// [`result`] for many, in groups of the lane's width.
#[inline(always)]
pub(crate) fn results<L: Lane>(starts: &[Row], mixes: &[Row], out: &mut [Row]) {
    let groups = starts.chunks_exact(L::WIDTH).zip(mixes.chunks_exact(L::WIDTH));
    for ((start, mix), out) in groups.zip(out.chunks_exact_mut(L::WIDTH)) {
        let [a, b, c, d, e, f, g, h] = L::gather(start);
        let [i, j, k, l, ..] = L::gather(mix);
        let state = hash_block::<L, 12, RATE_256>([a, b, c, d, e, f, g, h, i, j, k, l]);
        L::scatter(first8(&state), out);
    }
}

/// Absorbs one padded message of `N` words into states whose blocks are `RATE` words.
#[inline(always)]
fn hash_block<L: Lane, const N: usize, const RATE: usize>(message: [L; N]) -> [L; 25] {
    let mut state = [L::splat(0); 25];
    state[..N].copy_from_slice(&message);
    state[N] = state[N].xor(L::splat(1));
    state[RATE - 1] = state[RATE - 1].xor(L::splat(1 << 63));
    permute(&mut state);
    state
}

/// Keccak-f[1600]. `state[x + 5 * y]` is the lane (x, y).
#[inline(always)]
fn permute<L: Lane>(s: &mut [L; 25]) {
    for constant in ROUND_CONSTANTS {
        // theta: the parity of the neighbouring columns
        let c0 = L::xor5(s[0], s[5], s[10], s[15], s[20]);
        let c1 = L::xor5(s[1], s[6], s[11], s[16], s[21]);
        let c2 = L::xor5(s[2], s[7], s[12], s[17], s[22]);
        let c3 = L::xor5(s[3], s[8], s[13], s[18], s[23]);
        let c4 = L::xor5(s[4], s[9], s[14], s[19], s[24]);
        let d0 = c4.xor(c1.rotate::<1, 63>());
        let d1 = c0.xor(c2.rotate::<1, 63>());
        let d2 = c1.xor(c3.rotate::<1, 63>());
        let d3 = c2.xor(c4.rotate::<1, 63>());
        let d4 = c3.xor(c0.rotate::<1, 63>());

        // rho and pi, gathered by the row in which the lanes land
        let row0 = [
            s[0].xor(d0),
            s[6].xor(d1).rotate::<44, 20>(),
            s[12].xor(d2).rotate::<43, 21>(),
            s[18].xor(d3).rotate::<21, 43>(),
            s[24].xor(d4).rotate::<14, 50>(),
        ];
        let row1 = [
            s[3].xor(d3).rotate::<28, 36>(),
            s[9].xor(d4).rotate::<20, 44>(),
            s[10].xor(d0).rotate::<3, 61>(),
            s[16].xor(d1).rotate::<45, 19>(),
            s[22].xor(d2).rotate::<61, 3>(),
        ];
        let row2 = [
            s[1].xor(d1).rotate::<1, 63>(),
            s[7].xor(d2).rotate::<6, 58>(),
            s[13].xor(d3).rotate::<25, 39>(),
            s[19].xor(d4).rotate::<8, 56>(),
            s[20].xor(d0).rotate::<18, 46>(),
        ];
        let row3 = [
            s[4].xor(d4).rotate::<27, 37>(),
            s[5].xor(d0).rotate::<36, 28>(),
            s[11].xor(d1).rotate::<10, 54>(),
            s[17].xor(d2).rotate::<15, 49>(),
            s[23].xor(d3).rotate::<56, 8>(),
        ];
        let row4 = [
            s[2].xor(d2).rotate::<62, 2>(),
            s[8].xor(d3).rotate::<55, 9>(),
            s[14].xor(d4).rotate::<39, 25>(),
            s[15].xor(d0).rotate::<41, 23>(),
            s[21].xor(d1).rotate::<2, 62>(),
        ];

        chi_row(s, 0, row0);
        chi_row(s, 5, row1);
        chi_row(s, 10, row2);
        chi_row(s, 15, row3);
        chi_row(s, 20, row4);
        // iota
        s[0] = s[0].xor(L::splat(constant));
    }
}

#[inline(always)]
fn chi_row<L: Lane>(s: &mut [L; 25], at: usize, [a, b, c, d, e]: [L; 5]) {
    s[at] = L::chi(a, b, c);
    s[at + 1] = L::chi(b, c, d);
    s[at + 2] = L::chi(c, d, e);
    s[at + 3] = L::chi(d, e, a);
    s[at + 4] = L::chi(e, a, b);
}

#[inline(always)]
fn first8<L: Lane>(state: &[L; 25]) -> [L; 8] {
    std::array::from_fn(|k| state[k])
}

#[inline(always)]
fn store(state: [u64; 25]) -> Row {
    let mut row = [[0; 16]];
    u64::scatter(first8(&state), &mut row);
    row[0]
}

#[inline(always)]
fn words(bytes: &[u8; 32]) -> [u64; 4] {
    let (words, _) = bytes.as_chunks::<8>();
    std::array::from_fn(|k| u64::from_le_bytes(words[k]))
}

fn bytes(words: [u64; 4]) -> [u8; 32] {
    let mut out = [0; 32];
    for (bytes, word) in out.chunks_exact_mut(8).zip(words) {
        bytes.copy_from_slice(&word.to_le_bytes());
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::hex;

    #[test]
    fn known_hashes() {
        // Keccak-256 of 32 zero bytes, the seed of epoch 1.
        let zero = hex("290decd9548b62a8d60345a988386fc84ba6bc95484008f6362f93160ef3e563");
        assert_eq!(keccak256(&[0; 32]), zero);
    }

    #[cfg(target_arch = "x86_64")]
    #[test]
    fn wide_lanes_equal_the_scalar_ones() {
        use crate::Backend;

        fn all<L: Lane>() -> [[Row; 8]; 3] {
            let rows: [Row; 8] = std::array::from_fn(|k| {
                std::array::from_fn(|w| (k as u32 * 16 + w as u32).wrapping_mul(0x9e37_79b9))
            });
            let mut hashed = rows;
            hash_rows::<L>(&mut hashed);
            let mut starts = [[0; 16]; 8];
            rows_of_seals::<L>(&[0xa5; 32], u64::MAX - 2, &mut starts);
            let mut ends = [[0; 16]; 8];
            results::<L>(&starts, &rows, &mut ends);
            [hashed, starts, ends]
        }
        #[target_feature(enable = "avx2")]
        fn avx2() -> [[Row; 8]; 3] {
            all::<Lanes4>()
        }
        #[target_feature(enable = "avx512f")]
        fn avx512() -> [[Row; 8]; 3] {
            all::<Lanes8>()
        }

        let scalar = all::<u64>();
        for (k, start) in scalar[1].iter().enumerate() {
            assert_eq!(start, &row_of_seal(&[0xa5; 32], (u64::MAX - 2).wrapping_add(k as u64)));
        }
        if Backend::Avx2.is_available() {
            // SAFETY: the instructions were found.
            assert_eq!(unsafe { avx2() }, scalar);
        }
        if Backend::Avx512.is_available() {
            // SAFETY: the instructions were found.
            assert_eq!(unsafe { avx512() }, scalar);
        }
    }
}

/// Hashing of messages of any length, for known answers over whole tables.
#[cfg(test)]
pub(crate) mod testing {
    use super::*;

    pub(crate) fn keccak256(message: &[u8]) -> [u8; 32] {
        let mut padded = message.to_vec();
        padded.resize((message.len() / 136 + 1) * 136, 0);
        padded[message.len()] ^= 1;
        *padded.last_mut().unwrap() ^= 0x80;
        let mut state = [0; 25];
        for block in padded.chunks_exact(136) {
            for (lane, bytes) in state.iter_mut().zip(block.as_chunks::<8>().0) {
                *lane ^= u64::from_le_bytes(*bytes);
            }
            permute(&mut state);
        }
        bytes([state[0], state[1], state[2], state[3]])
    }
}
