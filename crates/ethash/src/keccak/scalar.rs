use super::Lane;
use crate::table::Row;

impl Lane for u64 {
    const WIDTH: usize = 1;

    #[inline(always)]
    fn splat(word: u64) -> Self {
        word
    }

    #[inline(always)]
    fn xor(self, other: Self) -> Self {
        self ^ other
    }

    #[inline(always)]
    fn xor5(a: Self, b: Self, c: Self, d: Self, e: Self) -> Self {
        a ^ b ^ c ^ d ^ e
    }

    #[inline(always)]
    fn chi(a: Self, b: Self, c: Self) -> Self {
        a ^ (!b & c)
    }

    #[inline(always)]
    fn rotate<const N: i32, const M: i32>(self) -> Self {
        self.rotate_left(N as u32)
    }

    #[inline(always)]
    fn from_words(words: &[u64]) -> Self {
        words[0]
    }

    #[inline(always)]
    fn gather(rows: &[Row]) -> [Self; 8] {
        std::array::from_fn(|k| u64::from(rows[0][2 * k]) | u64::from(rows[0][2 * k + 1]) << 32)
    }

    #[inline(always)]
    fn scatter(words: [Self; 8], rows: &mut [Row]) {
        rows[0] = std::array::from_fn(|k| (words[k / 2] >> (32 * (k % 2))) as u32);
    }
}
