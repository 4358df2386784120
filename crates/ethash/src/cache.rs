use crate::keccak;
use crate::table::{Row, Table};

/// Passes of RandMemoHash over the cache (`CACHE_ROUNDS` in the specification).
const PASSES: usize = 3;

/// Grows the cache of a seed in `rows`: a chain of Keccak-512, then three passes that make each row depend on
/// the one before and on one chosen by its own old value.
///
/// Every hash needs the one before, so nothing here can be done in parallel, and the time (a quarter of a
/// second at epoch 0) is that of four Keccak permutations per row.
#[inline(always)]
pub(crate) fn build(rows: &mut [Row], seed: &[u8; 32]) {
    let mut last = keccak::row_of_seed(seed);
    for (k, row) in rows.iter_mut().enumerate() {
        if k > 0 {
            last = keccak::hash_row(&last);
        }
        *row = last;
    }
    let index = Table::<1>::index(rows.len());
    for _ in 0..PASSES {
        for k in 0..rows.len() {
            // `last` is the row before, and before the first row stands the last one.
            let other = &rows[index.rem(rows[k][0]) as usize];
            for (word, other) in last.iter_mut().zip(other) {
                *word ^= other;
            }
            last = keccak::hash_row(&last);
            rows[k] = last;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Light, Params, Sizes};

    #[test]
    fn equals_the_reference_crate() {
        for rows in [1, 2, 16, 17, 1009] {
            let mut expected = vec![0; rows * 64];
            ethash_oracle::make_cache(&mut expected, [3; 32].into());
            let mut ours = vec![[0; 16]; rows];
            build(&mut ours, &[3; 32]);
            let ours: Vec<u8> = ours.iter().flatten().flat_map(|w| w.to_le_bytes()).collect();
            assert!(ours == expected, "{rows} rows");
        }
    }

    #[test]
    fn test_size_cache() {
        let light = Light::new(Params::new(0, Sizes::Test));
        assert_eq!(light.rows().len(), 16);
    }
}
