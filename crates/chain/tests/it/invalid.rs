//! An invalid block leaves no trace but the memory that it is bad.

use crate::{
    forge::{Forge, Pace},
    specs,
    twin::Twin,
};
use autochain_chain::{ImportError, InvalidBlock, Origin};
use autochain_primitives::{B256, Block, U256};

/// A heavier branch of 12 blocks on a trunk of 10, whose seventh block promises a wrong state root; the blocks
/// behind it follow from the forged one by hash.
struct Case {
    forge: Forge,
    trunk: Vec<usize>,
    good: Vec<usize>,
    bad: Vec<Block>,
}

fn case(seed: u64) -> Case {
    let mut forge = Forge::new(specs::autochain(), seed);
    let trunk = forge.grow(0, 10, Pace::Normal);
    let branch = forge.grow(0, 12, Pace::Fast);
    assert!(forge.nodes[branch].total_difficulty > forge.nodes[trunk].total_difficulty);
    let (trunk, branch) = (forge.branch(trunk), forge.branch(branch));
    let mut bad = vec![forge.forged(branch[6], |header| header.state_root = B256::repeat_byte(7))];
    for node in &branch[7..] {
        let parent_hash = bad.last().unwrap().header.hash_slow();
        bad.push(forge.forged(*node, |header| header.parent_hash = parent_hash));
    }
    Case { good: branch[..6].to_vec(), trunk, bad, forge }
}

impl Case {
    fn blocks(&self, nodes: &[usize]) -> Vec<Block> {
        nodes.iter().map(|node| self.forge.block(*node)).collect()
    }

    /// The trunk alone is canonical, the good part of the branch is beside it, and the bad blocks are refused from
    /// memory, the descendants for their ancestor.
    fn check(&self, mut twin: Twin) {
        let tip = *self.trunk.last().unwrap();
        let imported: Vec<usize> = self.trunk.iter().chain(&self.good).copied().collect();
        twin.check(&self.forge, &imported, tip);
        for (index, block) in self.bad.iter().enumerate() {
            let error = twin.chain.import(vec![block.clone()], Origin::Other).unwrap_err();
            let ImportError::Invalid { hash, number, reason } = &error else { panic!("{error}") };
            assert_eq!((*hash, *number), (block.header.hash_slow(), block.header.number));
            assert!(!error.is_transient());
            match index {
                0 => assert!(matches!(**reason, InvalidBlock::KnownBad(_)), "{reason}"),
                _ => {
                    let parent = block.header.parent_hash;
                    assert!(matches!(**reason, InvalidBlock::BadAncestor(bad) if bad == parent), "{reason}");
                    let again = twin.stream(vec![block.clone()]).unwrap_err();
                    let ImportError::Invalid { reason, .. } = again else { panic!("{again}") };
                    assert!(matches!(*reason, InvalidBlock::KnownBad(_)), "{reason}");
                }
            }
        }
        let error = twin.stream(self.bad.clone()).unwrap_err();
        assert!(
            matches!(error, ImportError::Invalid { reason, .. } if matches!(*reason, InvalidBlock::KnownBad(_)))
        );
        twin.check(&self.forge, &imported, tip);
    }
}

fn assert_root_error(error: &ImportError, bad: &Block, right: B256) {
    let ImportError::Invalid { hash, reason, .. } = error else { panic!("{error}") };
    assert_eq!(*hash, bad.header.hash_slow());
    let InvalidBlock::StateRoot { expected, got } = **reason else { panic!("{reason}") };
    assert_eq!((expected, got), (B256::repeat_byte(7), right));
    assert!(!error.is_transient());
}

#[test]
fn in_a_heavier_branch_block_by_block() {
    let case = case(1);
    let twin = Twin::new(&case.forge);
    for block in case.blocks(&case.trunk).into_iter().chain(case.blocks(&case.good)) {
        twin.chain.import(vec![block], Origin::Other).unwrap();
    }
    let right = case.forge.nodes[case.good[5] + 1].block.header.state_root;
    let error = twin.chain.import(vec![case.bad[0].clone()], Origin::Own).unwrap_err();
    assert_root_error(&error, &case.bad[0], right);
    case.check(twin);
}

#[test]
fn in_a_heavier_branch_as_one_batch() {
    let case = case(2);
    let twin = Twin::new(&case.forge);
    let right = case.forge.nodes[case.good[5] + 1].block.header.state_root;
    let blocks: Vec<Block> =
        case.blocks(&case.trunk).into_iter().chain(case.blocks(&case.good)).chain(case.bad.clone()).collect();
    let error = twin.chain.import(blocks, Origin::Other).unwrap_err();
    assert_root_error(&error, &case.bad[0], right);
    case.check(twin);
}

#[test]
fn in_a_heavier_branch_as_a_stream() {
    let case = case(3);
    let twin = Twin::new(&case.forge);
    let right = case.forge.nodes[case.good[5] + 1].block.header.state_root;
    let blocks: Vec<Block> =
        case.blocks(&case.trunk).into_iter().chain(case.blocks(&case.good)).chain(case.bad.clone()).collect();
    let error = twin.stream(blocks).unwrap_err();
    assert_root_error(&error, &case.bad[0], right);
    case.check(twin);
}

/// On the head: what comes before the bad block in the same batch is kept.
#[test]
fn on_the_head() {
    for stream in [false, true] {
        let case = case(4);
        let mut twin = Twin::new(&case.forge);
        let blocks: Vec<Block> = case.blocks(&case.good).into_iter().chain(case.bad.clone()).collect();
        let import = |blocks| match stream {
            false => twin.chain.import(blocks, Origin::Other),
            true => twin.stream(blocks),
        };
        import(blocks.clone()).unwrap_err();
        assert_eq!(twin.chain.head().header.number, 6);
        // A block that is known to be bad does not take along what stands before it either.
        let rest = case.forge.branch(*case.trunk.last().unwrap());
        let mixed: Vec<Block> = case
            .blocks(&rest[..1])
            .into_iter()
            .chain([case.bad[0].clone()])
            .chain(case.blocks(&rest[1..]))
            .collect();
        import(mixed).unwrap_err();
        let imported: Vec<usize> = case.good.iter().copied().chain([rest[0]]).collect();
        twin.check(&case.forge, &imported, *case.good.last().unwrap());
    }
}

/// Every promise of a header that execution must keep, and a few that it need not even begin for.
#[test]
fn for_each_reason_with_its_type() {
    use autochain_consensus::ConsensusError;
    let mut forge = Forge::new(specs::autochain(), 11);
    let mut tip = forge.grow(0, 3, Pace::Normal);
    while forge.nodes[tip].block.transactions.is_empty() || forge.nodes[tip].receipts.is_empty() {
        tip = forge.extend(tip, Pace::Normal);
    }
    let mut twin = Twin::new(&forge);
    let before = forge.nodes[tip].parent;
    twin.stream(forge.branch(before).into_iter().map(|node| forge.block(node)).collect()).unwrap();
    let refused = |block: Block| {
        let error = twin.chain.import(vec![block], Origin::Other).unwrap_err();
        let ImportError::Invalid { reason, .. } = error else { panic!("{error}") };
        *reason
    };
    let outcome = |reason| matches!(reason, InvalidBlock::Consensus(ConsensusError::Outcome(_)));
    assert!(outcome(refused(forge.forged(tip, |header| header.gas_used += 1))));
    assert!(outcome(refused(forge.forged(tip, |header| header.receipts_root.0[0] ^= 1))));
    assert!(outcome(refused(forge.forged(tip, |header| header.logs_bloom.0[0] ^= 1))));
    let header = |reason| matches!(reason, InvalidBlock::Consensus(ConsensusError::Header(_)));
    assert!(header(refused(forge.forged(tip, |header| header.difficulty += U256::from(1)))));
    assert!(header(refused(forge.forged(tip, |header| header.timestamp = 0))));
    let body = |reason| matches!(reason, InvalidBlock::Consensus(ConsensusError::Body(_)));
    assert!(body(refused(forge.forged(tip, |header| header.transactions_root.0[0] ^= 1))));
    let mut twice = forge.block(tip);
    twice.transactions.push(twice.transactions[0].clone());
    twice.header.transactions_root = autochain_primitives::transactions_root(&twice.transactions);
    assert!(matches!(refused(twice), InvalidBlock::Execution(_)));

    // From the future: refused for now, and taken when its time has come (here: a block that is not ahead).
    let ahead = forge.forged(tip, |header| {
        header.timestamp = u64::MAX / 2;
        header.difficulty = autochain_consensus::next_difficulty(
            &forge.spec,
            &forge.nodes[before].block.header,
            header.timestamp,
        );
    });
    for _ in 0..2 {
        let error = twin.chain.import(vec![ahead.clone()], Origin::Other).unwrap_err();
        assert!(error.is_transient(), "{error}");
    }
    // An orphan is nobody's fault.
    let orphan = forge.forged(tip, |header| header.parent_hash = B256::repeat_byte(1));
    let error = twin.chain.import(vec![orphan], Origin::Other).unwrap_err();
    assert!(matches!(error, ImportError::UnknownParent { .. }) && error.is_transient(), "{error}");

    twin.chain.import(vec![forge.block(tip)], Origin::Other).unwrap();
    let imported = forge.branch(tip);
    twin.check(&forge, &imported, tip);
}
