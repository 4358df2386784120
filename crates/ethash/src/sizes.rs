use crate::keccak;

/// Blocks in an epoch of the original rules. ECIP-1099 chains use 60,000.
pub const EPOCH_LENGTH: u64 = 30_000;

/// The last epoch whose dataset can be addressed with the 32-bit item numbers of the specification
/// (256 GiB, reached at block 979,200,000). Every function of this crate reads a larger epoch as this
/// one, so that no number, however large, costs unbounded time.
pub const MAX_EPOCH: u64 = 32_640;

/// Bytes of a cache row and of a dataset item (`HASH_BYTES` in the specification).
pub(crate) const ROW_BYTES: u64 = 64;
/// Bytes of a dataset page, the unit that hashing reads (`MIX_BYTES`).
pub(crate) const PAGE_BYTES: u64 = 128;

const CACHE_BYTES_INIT: u64 = 1 << 24;
const CACHE_BYTES_GROWTH: u64 = 1 << 17;
const DATASET_BYTES_INIT: u64 = 1 << 30;
const DATASET_BYTES_GROWTH: u64 = 1 << 23;

/// How large the tables of an epoch are.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash, Default)]
pub enum Sizes {
    /// The sizes of the specification: they grow with the epoch.
    #[default]
    Full,
    /// A cache of 1,024 bytes and a dataset of 32 KiB for every epoch, as geth's `ModeTest` has them. The
    /// seed still follows the epoch, so that epochs differ.
    Test,
}

/// What determines the tables of one epoch.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
pub struct Params {
    /// Number of the epoch, counted in epochs of the chain's own length.
    pub epoch: u64,
    /// The hash from which the cache grows.
    pub seed: [u8; 32],
    /// Size of the cache in bytes; a multiple of 64.
    pub cache_bytes: u64,
    /// Size of the dataset in bytes; a multiple of 128.
    pub dataset_bytes: u64,
}

impl Params {
    /// Parameters of an epoch of [`EPOCH_LENGTH`] blocks. Epochs after [`MAX_EPOCH`] are read as it.
    pub fn new(epoch: u64, sizes: Sizes) -> Self {
        let epoch = epoch.min(MAX_EPOCH);
        Self::with_seed(epoch, seed_hash(epoch), sizes)
    }

    /// Parameters for the block `number` on a chain whose epochs last `epoch_length` blocks (0 is read as
    /// [`EPOCH_LENGTH`]).
    ///
    /// The sizes follow the chain's own epoch, but the seed still advances every 30,000 blocks, as ECIP-1099
    /// prescribes: with epochs of 60,000 blocks, consecutive epochs are two seeds apart.
    pub fn for_block(number: u64, sizes: Sizes, epoch_length: u64) -> Self {
        let length = if epoch_length == 0 { EPOCH_LENGTH } else { epoch_length };
        let epoch = (number / length).min(MAX_EPOCH);
        let first_block = epoch.saturating_mul(length);
        Self::with_seed(epoch, seed_hash(first_block / EPOCH_LENGTH), sizes)
    }

    fn with_seed(epoch: u64, seed: [u8; 32], sizes: Sizes) -> Self {
        let (cache_bytes, dataset_bytes) = match sizes {
            Sizes::Full => (cache_size(epoch), dataset_size(epoch)),
            Sizes::Test => (1024, 32 * 1024),
        };
        Self { epoch, seed, cache_bytes, dataset_bytes }
    }

    /// Rows of the cache. The fields are public, so a size without meaning must still give a table.
    pub(crate) fn cache_rows(&self) -> u32 {
        u32::try_from(self.cache_bytes / ROW_BYTES).unwrap_or(u32::MAX).max(1)
    }

    /// Pages of the dataset; their items can be numbered in 32 bits.
    pub(crate) fn dataset_pages(&self) -> u32 {
        u32::try_from(self.dataset_bytes / PAGE_BYTES).unwrap_or(u32::MAX).clamp(1, 1 << 31)
    }
}

/// The epoch of a block, in epochs of [`EPOCH_LENGTH`] blocks.
pub fn epoch(number: u64) -> u64 {
    number / EPOCH_LENGTH
}

/// The seed of an epoch of [`EPOCH_LENGTH`] blocks: `epoch` rounds of Keccak-256 over 32 zero bytes (Yellow
/// Paper, appendix J.2). Costs about a quarter of a microsecond per epoch; stops at `2 * MAX_EPOCH`.
pub fn seed_hash(epoch: u64) -> [u8; 32] {
    (0..epoch.min(2 * MAX_EPOCH)).fold([0; 32], |seed, _| keccak::keccak256(&seed))
}

/// Size of the cache of an epoch in bytes: the largest prime number of 64-byte rows under the linear growth
/// of 128 KiB an epoch (Yellow Paper, appendix J.2).
pub fn cache_size(epoch: u64) -> u64 {
    largest_prime_size(CACHE_BYTES_INIT + CACHE_BYTES_GROWTH * epoch.min(MAX_EPOCH), ROW_BYTES)
}

/// Size of the dataset of an epoch in bytes: the largest prime number of 128-byte pages under the linear
/// growth of 8 MiB an epoch (Yellow Paper, appendix J.2).
pub fn dataset_size(epoch: u64) -> u64 {
    largest_prime_size(DATASET_BYTES_INIT + DATASET_BYTES_GROWTH * epoch.min(MAX_EPOCH), PAGE_BYTES)
}

/// The largest prime multiple of `unit` that is less than `limit`, an even multiple of it.
fn largest_prime_size(limit: u64, unit: u64) -> u64 {
    let mut units = limit / unit - 1;
    while !is_prime(units) {
        units -= 2;
    }
    units * unit
}

/// Trial division: at most 23,000 steps for the counts that occur, all under 2^31.
fn is_prime(n: u64) -> bool {
    n >= 2
        && (n == 2 || !n.is_multiple_of(2))
        && (3..).step_by(2).take_while(|d| d * d <= n).all(|d| !n.is_multiple_of(d))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::hex;

    #[test]
    fn sizes_of_a_spread_of_epochs() {
        for (epoch, cache, dataset) in [
            (0, 16_776_896, 1_073_739_904),
            (1, 16_907_456, 1_082_130_304),
            (2, 17_039_296, 1_090_514_816),
            (23, 19_791_424, 1_266_673_792),
            (269, 52_035_136, 3_330_273_152),
            (397, 68_811_968, 4_404_019_072),
            (804, 122_157_632, 7_818_179_968),
            (1519, 215_874_752, 13_816_036_736),
        ] {
            assert_eq!((cache_size(epoch), dataset_size(epoch)), (cache, dataset), "epoch {epoch}");
        }
    }

    #[test]
    fn sizes_equal_the_reference_crate() {
        for epoch in (0..2048).step_by(37) {
            assert_eq!(cache_size(epoch), ethash_oracle::get_cache_size(epoch as usize) as u64);
            assert_eq!(dataset_size(epoch), ethash_oracle::get_full_size(epoch as usize) as u64);
            assert_eq!(seed_hash(epoch), ethash_oracle::get_seedhash(epoch as usize).0);
        }
    }

    #[test]
    fn seeds() {
        assert_eq!(seed_hash(0), [0; 32]);
        assert_eq!(seed_hash(1), hex("290decd9548b62a8d60345a988386fc84ba6bc95484008f6362f93160ef3e563"));
        assert_eq!(seed_hash(2), hex("510e4e770828ddbf7f7b00ab00a9f6adaf81c0dc9cc85f1f8249c256942d61d9"));
    }

    #[test]
    fn longer_epochs_keep_the_pace_of_the_seed() {
        let params = Params::for_block(11_700_000, Sizes::Full, 60_000);
        assert_eq!(params.epoch, 195);
        assert_eq!(params.seed, seed_hash(390));
        assert_eq!(params.cache_bytes, cache_size(195));
        assert_eq!(params.dataset_bytes, dataset_size(195));
        assert_eq!(Params::for_block(59_999, Sizes::Full, 60_000), Params::new(0, Sizes::Full));
        assert_eq!(Params::for_block(30_000, Sizes::Test, EPOCH_LENGTH), Params::new(1, Sizes::Test));
    }

    #[test]
    fn hostile_numbers_cost_bounded_time() {
        let last = Params::new(MAX_EPOCH, Sizes::Full);
        assert_eq!(last.dataset_bytes, ((1 << 31) - 1) * 128);
        assert_eq!(Params::new(u64::MAX, Sizes::Full), last);
        assert_eq!(Params::for_block(u64::MAX, Sizes::Full, 1).epoch, MAX_EPOCH);
        assert_eq!(Params::for_block(u64::MAX, Sizes::Full, u64::MAX).epoch, 1);
        assert_eq!(Params::for_block(1, Sizes::Full, 0), Params::new(0, Sizes::Full));
    }
}
