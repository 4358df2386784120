use std::arch::x86_64::*;

use super::Lane;
use crate::table::Row;

/// One word of eight states. Rotation and the two three-operand steps are single instructions, which with
/// eight states at once makes a hash about six times as cheap as a scalar one.
#[derive(Clone, Copy)]
pub(crate) struct Lanes8(__m512i);

// SAFETY of every block below: the instructions need AVX-512 F. `Lane` asks for callers that enable them, and
// the kernels that do so are reached only with a `Usable` backend. Pointers are to whole rows of the slices.
impl Lane for Lanes8 {
    const WIDTH: usize = 8;

    #[inline(always)]
    fn splat(word: u64) -> Self {
        Self(unsafe { _mm512_set1_epi64(word as i64) })
    }

    #[inline(always)]
    fn xor(self, other: Self) -> Self {
        Self(unsafe { _mm512_xor_si512(self.0, other.0) })
    }

    #[inline(always)]
    fn xor5(a: Self, b: Self, c: Self, d: Self, e: Self) -> Self {
        Self(unsafe {
            let abc = _mm512_ternarylogic_epi64::<0x96>(a.0, b.0, c.0);
            _mm512_ternarylogic_epi64::<0x96>(abc, d.0, e.0)
        })
    }

    #[inline(always)]
    fn chi(a: Self, b: Self, c: Self) -> Self {
        Self(unsafe { _mm512_ternarylogic_epi64::<0xd2>(a.0, b.0, c.0) })
    }

    #[inline(always)]
    fn rotate<const N: i32, const M: i32>(self) -> Self {
        Self(unsafe { _mm512_rol_epi64::<N>(self.0) })
    }

    #[inline(always)]
    fn from_words(words: &[u64]) -> Self {
        let words: &[u64] = &words[..8];
        Self(unsafe { _mm512_loadu_si512(words.as_ptr().cast()) })
    }

    #[inline(always)]
    fn gather(rows: &[Row]) -> [Self; 8] {
        let rows: &[Row] = &rows[..8];
        transpose(std::array::from_fn(|k| unsafe { _mm512_loadu_si512(rows[k].as_ptr().cast()) })).map(Self)
    }

    #[inline(always)]
    fn scatter(words: [Self; 8], rows: &mut [Row]) {
        let rows: &mut [Row] = &mut rows[..8];
        let words = transpose(words.map(|w| w.0));
        for k in 0..8 {
            unsafe { _mm512_storeu_si512(rows[k].as_mut_ptr().cast(), words[k]) }
        }
    }
}

/// Transposes eight vectors of eight 64-bit words.
#[inline(always)]
fn transpose(m: [__m512i; 8]) -> [__m512i; 8] {
    unsafe {
        let pairs = [
            _mm512_unpacklo_epi64(m[0], m[1]),
            _mm512_unpackhi_epi64(m[0], m[1]),
            _mm512_unpacklo_epi64(m[2], m[3]),
            _mm512_unpackhi_epi64(m[2], m[3]),
            _mm512_unpacklo_epi64(m[4], m[5]),
            _mm512_unpackhi_epi64(m[4], m[5]),
            _mm512_unpacklo_epi64(m[6], m[7]),
            _mm512_unpackhi_epi64(m[6], m[7]),
        ];
        // 0x88 takes the even 128-bit quarters of both operands, 0xdd the odd ones.
        let quads = [
            _mm512_shuffle_i64x2::<0x88>(pairs[0], pairs[2]),
            _mm512_shuffle_i64x2::<0x88>(pairs[1], pairs[3]),
            _mm512_shuffle_i64x2::<0xdd>(pairs[0], pairs[2]),
            _mm512_shuffle_i64x2::<0xdd>(pairs[1], pairs[3]),
            _mm512_shuffle_i64x2::<0x88>(pairs[4], pairs[6]),
            _mm512_shuffle_i64x2::<0x88>(pairs[5], pairs[7]),
            _mm512_shuffle_i64x2::<0xdd>(pairs[4], pairs[6]),
            _mm512_shuffle_i64x2::<0xdd>(pairs[5], pairs[7]),
        ];
        [
            _mm512_shuffle_i64x2::<0x88>(quads[0], quads[4]),
            _mm512_shuffle_i64x2::<0x88>(quads[1], quads[5]),
            _mm512_shuffle_i64x2::<0x88>(quads[2], quads[6]),
            _mm512_shuffle_i64x2::<0x88>(quads[3], quads[7]),
            _mm512_shuffle_i64x2::<0xdd>(quads[0], quads[4]),
            _mm512_shuffle_i64x2::<0xdd>(quads[1], quads[5]),
            _mm512_shuffle_i64x2::<0xdd>(quads[2], quads[6]),
            _mm512_shuffle_i64x2::<0xdd>(quads[3], quads[7]),
        ]
    }
}
