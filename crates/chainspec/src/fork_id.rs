use crate::ChainSpec;
use alloy_eip2124::{ForkFilter, ForkFilterKey, ForkHash, ForkId, Head};

pub(crate) fn fork_id(spec: &ChainSpec, head_number: u64, head_time: u64) -> ForkId {
    let mut hash = ForkHash::from(spec.genesis_hash());
    for number in spec.forks.id_blocks() {
        if number > head_number {
            return ForkId { hash, next: number };
        }
        hash += number;
    }
    for timestamp in times(spec) {
        if timestamp > head_time {
            return ForkId { hash, next: timestamp };
        }
        hash += timestamp;
    }
    ForkId { hash, next: 0 }
}

pub(crate) fn fork_filter(spec: &ChainSpec, head_number: u64, head_time: u64) -> ForkFilter {
    let head = Head { number: head_number, timestamp: head_time, ..Head::default() };
    let keys = spec.forks.id_blocks().into_iter().map(ForkFilterKey::Block);
    let keys = keys.chain(spec.forks.id_times().into_iter().map(ForkFilterKey::Time));
    ForkFilter::new(head, spec.genesis_hash(), spec.genesis.timestamp, keys)
}

/// A timestamp that block 0 has already reached is no transition (EIP-6122).
fn times(spec: &ChainSpec) -> impl Iterator<Item = u64> {
    let genesis = spec.genesis.timestamp;
    spec.forks.id_times().into_iter().filter(move |timestamp| *timestamp > genesis)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Activation, Fork, ForkSchedule, Genesis};
    use autochain_primitives::{B256, b256};

    /// The forks of mainnet and Sepolia with their genesis hashes; no allocation is needed for a fork id.
    fn id(genesis: B256, blocks: &[u64], times: &[u64], number: u64, time: u64) -> (u32, u64) {
        let mut forks = ForkSchedule::default();
        blocks.iter().for_each(|number| forks.add_id_block(*number));
        times.iter().for_each(|time| forks.add_id_time(*time));
        let spec = ChainSpec::new(1, forks, Genesis::default()).with_genesis_hash(genesis);
        let id = spec.fork_id(number, time);
        assert_eq!(spec.fork_filter(number, time).current(), id);
        (u32::from_be_bytes(id.hash.0), id.next)
    }

    /// The table of EIP-2124, and its continuation by timestamp.
    #[test]
    fn mainnet_table() {
        const BLOCKS: [u64; 12] = [
            1150000, 1920000, 2463000, 2675000, 4370000, 7280000, 9069000, 9200000, 12244000, 12965000,
            13773000, 15050000,
        ];
        const TIMES: [u64; 6] = [1681338455, 1710338135, 1746612311, 1764798551, 1765290071, 1767747671];
        let genesis = b256!("d4e56740f876aef8c010b86a40d5f56745a118d0906a34e69aec8c0db1cb8fa3");
        let table = [
            (0, 0, 0xfc64ec04, 1150000),
            (1149999, 0, 0xfc64ec04, 1150000),
            (1150000, 0, 0x97c2c34c, 1920000),
            (1920000, 0, 0x91d1f948, 2463000),
            (2463000, 0, 0x7a64da13, 2675000),
            (2675000, 0, 0x3edd5b10, 4370000),
            (4370000, 0, 0xa00bc324, 7280000),
            (7280000, 0, 0x668db0af, 9069000),
            (9069000, 0, 0x879d6e30, 9200000),
            (9200000, 0, 0xe029e991, 12244000),
            (12244000, 0, 0x0eb440f6, 12965000),
            (12965000, 0, 0xb715077d, 13773000),
            (13773000, 0, 0x20c327fc, 15050000),
            (15050000, 0, 0xf0afd0e3, 1681338455),
            (20000000, 1681338454, 0xf0afd0e3, 1681338455),
            (20000000, 1681338455, 0xdce96c2d, 1710338135),
            (20000000, 1710338135, 0x9f3d2254, 1746612311),
            (20000000, 1746612311, 0xc376cf8b, 1764798551),
            (20000000, 1764798551, 0x5167e2a6, 1765290071),
            (20000000, 1765290071, 0xcba2a1c0, 1767747671),
            (20000000, 1767747671, 0x07c9462e, 0),
        ];
        for (number, time, hash, next) in table {
            assert_eq!(id(genesis, &BLOCKS, &TIMES, number, time), (hash, next), "at {number}, {time}");
        }
    }

    #[test]
    fn sepolia_table() {
        const TIMES: [u64; 4] = [1677557088, 1706655072, 1741159776, 1760427360];
        let genesis = b256!("25a5cc106eea7138acab33231d7160d69cb777ee0c2c553fcddf5138993e6dd9");
        let table = [
            (0, 0, 0xfe3366e7, 1735371),
            (1735371, 0, 0xb96cbd13, 1677557088),
            (1735372, 1677557088, 0xf7f9bc08, 1706655072),
            (1735372, 1706655072, 0x88cf81d9, 1741159776),
            (1735372, 1741159776, 0xed88b5fd, 1760427360),
        ];
        for (number, time, hash, next) in table {
            assert_eq!(id(genesis, &[1735371], &TIMES, number, time), (hash, next), "at {number}, {time}");
        }
    }

    #[test]
    fn a_fork_counts_once_and_not_at_genesis() {
        let forks = ForkSchedule::up_to(Fork::Istanbul)
            .with(Fork::Berlin, Activation::Block(5))
            .with(Fork::London, Activation::Block(5));
        let spec = ChainSpec::new(7, forks, Genesis::default());
        assert_eq!(spec.fork_id(4, 0).next, 5);
        assert_eq!(spec.fork_id(5, 0).next, 0);
        assert_eq!(spec.fork_id(4, 0).hash, ForkHash::from(spec.genesis_hash()));
    }
}
