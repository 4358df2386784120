use std::arch::x86_64::*;

use super::Lane;
use crate::table::Row;

/// One word of four states. A rotation takes three instructions here and the states do not fit into the
/// sixteen registers, so that a hash is only about two and a half times as cheap as a scalar one.
#[derive(Clone, Copy)]
pub(crate) struct Lanes4(__m256i);

// SAFETY of every block below: the instructions need AVX2. `Lane` asks for callers that enable them, and the
// kernels that do so are reached only with a `Usable` backend. Pointers are to half rows of the slices.
impl Lane for Lanes4 {
    const WIDTH: usize = 4;

    #[inline(always)]
    fn splat(word: u64) -> Self {
        Self(unsafe { _mm256_set1_epi64x(word as i64) })
    }

    #[inline(always)]
    fn xor(self, other: Self) -> Self {
        Self(unsafe { _mm256_xor_si256(self.0, other.0) })
    }

    #[inline(always)]
    fn xor5(a: Self, b: Self, c: Self, d: Self, e: Self) -> Self {
        a.xor(b).xor(c.xor(d)).xor(e)
    }

    #[inline(always)]
    fn chi(a: Self, b: Self, c: Self) -> Self {
        Self(unsafe { _mm256_xor_si256(a.0, _mm256_andnot_si256(b.0, c.0)) })
    }

    #[inline(always)]
    fn rotate<const N: i32, const M: i32>(self) -> Self {
        Self(unsafe { _mm256_or_si256(_mm256_slli_epi64::<N>(self.0), _mm256_srli_epi64::<M>(self.0)) })
    }

    #[inline(always)]
    fn from_words(words: &[u64]) -> Self {
        let words: &[u64] = &words[..4];
        Self(unsafe { _mm256_loadu_si256(words.as_ptr().cast()) })
    }

    #[inline(always)]
    fn gather(rows: &[Row]) -> [Self; 8] {
        let rows: &[Row] = &rows[..4];
        let half = |at: usize| {
            transpose(std::array::from_fn(|k| unsafe {
                _mm256_loadu_si256(rows[k][at..at + 8].as_ptr().cast())
            }))
        };
        let ([a, b, c, d], [e, f, g, h]) = (half(0), half(8));
        [a, b, c, d, e, f, g, h].map(Self)
    }

    #[inline(always)]
    fn scatter(words: [Self; 8], rows: &mut [Row]) {
        let rows: &mut [Row] = &mut rows[..4];
        let [a, b, c, d, e, f, g, h] = words.map(|w| w.0);
        let (low, high) = (transpose([a, b, c, d]), transpose([e, f, g, h]));
        for k in 0..4 {
            unsafe {
                _mm256_storeu_si256(rows[k][..8].as_mut_ptr().cast(), low[k]);
                _mm256_storeu_si256(rows[k][8..].as_mut_ptr().cast(), high[k]);
            }
        }
    }
}

/// Transposes four vectors of four 64-bit words.
#[inline(always)]
fn transpose([a, b, c, d]: [__m256i; 4]) -> [__m256i; 4] {
    unsafe {
        let (ab_even, ab_odd) = (_mm256_unpacklo_epi64(a, b), _mm256_unpackhi_epi64(a, b));
        let (cd_even, cd_odd) = (_mm256_unpacklo_epi64(c, d), _mm256_unpackhi_epi64(c, d));
        [
            _mm256_permute2x128_si256::<0x20>(ab_even, cd_even),
            _mm256_permute2x128_si256::<0x20>(ab_odd, cd_odd),
            _mm256_permute2x128_si256::<0x31>(ab_even, cd_even),
            _mm256_permute2x128_si256::<0x31>(ab_odd, cd_odd),
        ]
    }
}
