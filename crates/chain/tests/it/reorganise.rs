//! Whatever the order in which the blocks of a tree come, the chain ends as if only the heaviest branch had come.

use crate::{
    forge::{Forge, Pace, Rng},
    specs,
    twin::Twin,
};
use autochain_chain::Origin;
use autochain_chainspec::ChainSpec;
use proptest::prelude::*;

/// A tree of a trunk and branches that leave it, or each other, anywhere.
fn tree(spec: ChainSpec, seed: u64, trunk: usize, branches: &[(usize, Pace)]) -> Forge {
    let mut forge = Forge::new(spec, seed);
    forge.grow_bushy(0, trunk, Pace::Normal);
    for (length, pace) in branches {
        let nodes = forge.nodes.len() as u64;
        // Mostly near the root of the tree, which makes deep reorganisations.
        let from =
            if forge.rng.below(3) == 0 { forge.rng.below(nodes) } else { forge.rng.below(4).min(nodes - 1) };
        forge.grow_bushy(from as usize, *length, *pace);
    }
    forge
}

/// All nodes but the genesis block, parents first: with `jumps` in ten, the next block is of any branch; else the
/// present one goes on.
fn order(forge: &Forge, rng: &mut Rng, jumps: u64) -> Vec<usize> {
    let mut ready: Vec<usize> = children(forge, 0).collect();
    let mut order = Vec::new();
    while !ready.is_empty() {
        let pick =
            if rng.below(10) < jumps { rng.below(ready.len() as u64) as usize } else { ready.len() - 1 };
        let node = ready.remove(pick);
        order.push(node);
        ready.extend(children(forge, node));
    }
    assert_eq!(order.len(), forge.nodes.len() - 1);
    order
}

fn children(forge: &Forge, parent: usize) -> impl Iterator<Item = usize> {
    (1..forge.nodes.len()).filter(move |node| forge.nodes[*node].parent == parent)
}

/// The head by the rule: a heavier block takes over at once, an equal one does not.
fn heaviest(forge: &Forge, order: &[usize]) -> usize {
    order.iter().fold(0, |head, node| {
        let total = |node: usize| forge.nodes[node].total_difficulty;
        if total(*node) > total(head) { *node } else { head }
    })
}

/// Imports the tree block by block, and checks head, tables, side blocks, state, history and events.
fn one_by_one(forge: &Forge, order: &[usize]) {
    let mut twin = Twin::new(forge);
    for (count, node) in order.iter().enumerate() {
        twin.chain.import(vec![forge.block(*node)], Origin::Other).unwrap();
        twin.listen(forge);
        assert_eq!(twin.head(), forge.hash(heaviest(forge, &order[..=count])));
    }
    twin.check(forge, order, heaviest(forge, order));
}

/// Imports the tree in batches of random length.
fn in_batches(forge: &Forge, order: &[usize], rng: &mut Rng) {
    let mut twin = Twin::new(forge);
    let mut rest = order;
    while !rest.is_empty() {
        let (batch, later) = rest.split_at((1 + rng.below(40) as usize).min(rest.len()));
        let blocks = batch.iter().map(|node| forge.block(*node)).collect();
        twin.chain.import(blocks, Origin::Other).unwrap();
        twin.listen(forge);
        rest = later;
    }
    twin.check(forge, order, heaviest(forge, order));
}

/// Imports the tree as a stream, some blocks twice.
fn as_stream(forge: &Forge, order: &[usize], rng: &mut Rng) {
    let mut twin = Twin::new(forge);
    let mut blocks = Vec::new();
    for (count, node) in order.iter().enumerate() {
        blocks.push(forge.block(*node));
        if rng.below(10) == 0 {
            blocks.push(forge.block(order[rng.below(count as u64 + 1) as usize]));
        }
    }
    let twice = blocks.len() - order.len();
    let summary = twin.stream(blocks).unwrap();
    assert_eq!(summary.known, twice as u64);
    twin.check(forge, order, heaviest(forge, order));
}

fn paces() -> impl Strategy<Value = Pace> {
    prop_oneof![Just(Pace::Fast), Just(Pace::Normal), Just(Pace::Slow)]
}

fn branches() -> impl Strategy<Value = Vec<(usize, Pace)>> {
    let length = prop_oneof![3 => 1usize..12, 1 => 12usize..=64];
    prop::collection::vec((length, paces()), 1..5)
}

fn any_order_ends_like_the_heaviest_branch(
    spec: ChainSpec,
    seed: u64,
    trunk: usize,
    branches: &[(usize, Pace)],
    jumps: u64,
) {
    let forge = tree(spec, seed, trunk, branches);
    let mut rng = Rng(!seed);
    let order = order(&forge, &mut rng, jumps);
    match rng.below(3) {
        0 => one_by_one(&forge, &order),
        1 => in_batches(&forge, &order, &mut rng),
        _ => as_stream(&forge, &order, &mut rng),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, max_shrink_iters: 40, ..ProptestConfig::default() })]

    #[test]
    fn under_autochains_rules(
        seed: u64, trunk in 1usize..40, branches in branches(), jumps in prop_oneof![Just(0u64), Just(1), Just(6)]
    ) {
        any_order_ends_like_the_heaviest_branch(specs::autochain(), seed, trunk, &branches, jumps);
    }

    #[test]
    fn with_wiped_storage(
        seed: u64, trunk in 1usize..40, branches in branches(), jumps in prop_oneof![Just(0u64), Just(1), Just(6)]
    ) {
        any_order_ends_like_the_heaviest_branch(specs::istanbul(), seed, trunk, &branches, jumps);
    }

    #[test]
    fn with_state_roots_in_receipts(
        seed: u64, trunk in 1usize..40, branches in branches(), jumps in prop_oneof![Just(0u64), Just(1), Just(6)]
    ) {
        any_order_ends_like_the_heaviest_branch(specs::frontier(), seed, trunk, &branches, jumps);
    }
}

/// A branch from block 0 replaces the whole chain: `depth` blocks go, as one event.
fn replaces_all(spec: ChainSpec, depth: usize) {
    let mut forge = Forge::new(spec, depth as u64);
    let slow = forge.grow(0, depth, Pace::Normal);
    let fast = forge.grow(0, depth, Pace::Fast);
    assert!(forge.nodes[fast].total_difficulty > forge.nodes[slow].total_difficulty);
    let mut twin = Twin::new(&forge);
    let (slow, fast) = (forge.branch(slow), forge.branch(fast));
    let blocks = |nodes: &[usize]| nodes.iter().map(|node| forge.block(*node)).collect::<Vec<_>>();
    twin.stream(blocks(&slow)).unwrap();
    // The first of the fast blocks are heavier at once where the slow ones are not all there: bring them from the
    // side, so that the whole chain is replaced at the end.
    let mut deepest = 0;
    let mut head = *slow.last().unwrap();
    for node in &fast {
        let summary = twin.chain.import(blocks(&[*node]), Origin::Other).unwrap();
        deepest = deepest.max(summary.deepest);
        if forge.nodes[*node].total_difficulty > forge.nodes[head].total_difficulty {
            head = *node;
        }
        assert_eq!(twin.head(), forge.hash(head));
    }
    assert_eq!(deepest, depth as u64);
    let all: Vec<usize> = slow.iter().chain(&fast).copied().collect();
    twin.check(&forge, &all, *fast.last().unwrap());

    // And back, in one stream: two slow blocks more are not enough, so go on until they are.
    let mut tip = *slow.last().unwrap();
    let mut more = Vec::new();
    while forge.nodes[tip].total_difficulty <= forge.nodes[head].total_difficulty {
        tip = forge.extend(tip, Pace::Normal);
        more.push(tip);
    }
    let summary = twin.stream(more.iter().map(|node| forge.block(*node)).collect()).unwrap();
    assert_eq!(summary.deepest, depth as u64);
    let all: Vec<usize> = all.into_iter().chain(more).collect();
    twin.check(&forge, &all, tip);
}

#[test]
fn sixty_four_blocks_are_replaced_and_come_back() {
    replaces_all(specs::autochain(), 64);
    replaces_all(specs::istanbul(), 64);
    replaces_all(specs::frontier(), 64);
}

#[test]
fn more_than_the_tags_allow_are_replaced_too() {
    replaces_all(specs::istanbul(), 128);
}

/// A shorter branch with more work wins.
#[test]
fn work_counts_and_not_length() {
    let mut forge = Forge::new(specs::autochain(), 5);
    let long = forge.grow(0, 30, Pace::Slow);
    let short = forge.grow(0, 22, Pace::Fast);
    assert!(forge.nodes[short].total_difficulty > forge.nodes[long].total_difficulty);
    let mut twin = Twin::new(&forge);
    let order: Vec<usize> = (1..forge.nodes.len()).collect();
    twin.stream(order.iter().map(|node| forge.block(*node)).collect()).unwrap();
    assert_eq!(twin.chain.head().header.number, 22);
    twin.check(&forge, &order, short);
}

/// Of two blocks with equal total difficulty the first seen stays, unless ours comes: it wins, and stays.
#[test]
fn at_equal_work_the_first_seen_stays_and_ours_wins() {
    let mut forge = Forge::new(specs::autochain(), 9);
    let trunk = forge.grow(0, 3, Pace::Normal);
    // The first step of the clock: equal difficulty whatever the second.
    let rivals: Vec<usize> = (0..4).map(|_| forge.extend(trunk, Pace::Fast)).collect();
    let difficulty = |node: usize| forge.nodes[node].block.header.difficulty;
    assert!(rivals.iter().all(|node| difficulty(*node) == difficulty(rivals[0])));
    let mut twin = Twin::new(&forge);
    twin.stream(forge.branch(trunk).into_iter().map(|node| forge.block(node)).collect()).unwrap();
    let import = |node: usize, origin, expected: usize| {
        twin.chain.import(vec![forge.block(node)], origin).unwrap();
        assert_eq!(twin.head(), forge.hash(expected));
    };
    import(rivals[0], Origin::Other, rivals[0]);
    import(rivals[1], Origin::Other, rivals[0]);
    import(rivals[2], Origin::Own, rivals[2]);
    import(rivals[3], Origin::Other, rivals[2]);
    // A second one of ours does not replace the first.
    let own = forge.extend(trunk, Pace::Fast);
    twin.chain.import(vec![forge.block(own)], Origin::Own).unwrap();
    assert_eq!(twin.head(), forge.hash(rivals[2]));
    let imported: Vec<usize> = (1..forge.nodes.len()).collect();
    twin.check(&forge, &imported, rivals[2]);
}

/// The trees are worth the trouble: in them contracts with storage are destroyed and come back, blocks name uncles,
/// receipts hold roots, branches part from each other and take over from each other.
#[test]
fn the_trees_hold_what_they_are_made_for() {
    let branches = [(40, Pace::Fast), (20, Pace::Slow), (64, Pace::Normal), (30, Pace::Fast)];
    for (spec, wiped, roots) in [
        (specs::autochain(), false, false),
        (specs::istanbul(), true, false),
        (specs::frontier(), true, true),
    ] {
        let forge = tree(spec, 77, 40, &branches);
        let (mut destroyed, mut uncles, mut largest) = (0, 0, 0);
        let (mut with_root, mut failed, mut logs) = (0, 0, 0);
        let mut back = 0;
        for (index, node) in forge.nodes.iter().enumerate().skip(1) {
            let parent = &forge.nodes[node.parent].state;
            let accounts = node.state.accounts();
            let gone = parent
                .accounts()
                .keys()
                .filter(|address| !accounts.contains_key(*address) && !parent.slots(address).is_empty())
                .count();
            destroyed += gone;
            let path = forge.branch(index);
            for (address, account) in &accounts {
                largest = largest.max(node.state.slots(address).len());
                let was_there = |node: &usize| !forge.nodes[*node].state.code_of(address).is_empty();
                if account.has_code() && !was_there(&node.parent) && path.iter().rev().skip(1).any(was_there)
                {
                    back += 1;
                }
            }
            uncles += node.block.ommers.len();
            for receipt in &node.receipts {
                match receipt.status {
                    autochain_primitives::Eip658Value::PostState(_) => with_root += 1,
                    autochain_primitives::Eip658Value::Eip658(success) => failed += usize::from(!success),
                }
                logs += receipt.logs.len();
            }
        }
        println!(
            "destroyed {destroyed}, back {back}, uncles {uncles}, largest {largest}, roots {with_root}, failed {failed}, logs {logs}"
        );
        assert_eq!(destroyed > 3, wiped);
        assert_eq!(with_root > 20, roots);
        assert!(uncles > 10 && largest > 20 && failed > 0 && logs > 50);
        if wiped && !roots {
            assert!(back > 3);
        }
    }
}
