use crate::{Hash, keccak256};

/// The parent of two nodes, order-free as OpenZeppelin's `MerkleProof` hashes them: the smaller first.
fn parent(a: &Hash, b: &Hash) -> Hash {
    let (first, second) = if a <= b { (a, b) } else { (b, a) };
    let mut bytes = [0; 64];
    for (to, from) in bytes.iter_mut().zip(first.iter().chain(second)) {
        *to = *from;
    }
    keccak256(&bytes)
}

/// One level up, in place; a last node without a neighbour moves up as it is. Gives the level's length.
fn fold(nodes: &mut [Hash], len: usize) -> usize {
    let mut written = 0_usize;
    let mut read = 0_usize;
    while read < len {
        let node = match (
            nodes.get(read),
            nodes.get(read.saturating_add(1)).filter(|_| read.saturating_add(1) < len),
        ) {
            (Some(left), Some(right)) => parent(left, right),
            (Some(left), None) => *left,
            (None, _) => break,
        };
        if let Some(place) = nodes.get_mut(written) {
            *place = node;
        }
        written = written.saturating_add(1);
        read = read.saturating_add(2);
    }
    written
}

/// The root over the leaves, at most [`super::MAX_BATCH`], those beyond left out; of one leaf, the leaf itself; of none, zero. A leaf is keccak256 of a
/// record's body, which is never 64 bytes long, so that no record passes for an inner node.
pub fn root(leaves: &[Hash]) -> Hash {
    let mut nodes = [[0; 32]; 1 << Proof::MAX];
    let mut len = 0_usize;
    for (to, from) in nodes.iter_mut().zip(leaves) {
        *to = *from;
        len = len.saturating_add(1);
    }
    while len > 1 {
        len = fold(&mut nodes, len);
    }
    nodes.first().copied().filter(|_| len == 1).unwrap_or_default()
}

/// The siblings from a leaf up to the root: what OpenZeppelin's `MerkleProof.verify` takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Proof {
    siblings: [Hash; Proof::MAX],
    len: usize,
}

impl Proof {
    /// The most siblings that a proof has: batches hold at most 2^4 leaves.
    pub const MAX: usize = 4;

    /// For the leaf at `index`; `None` when there is none.
    pub fn new(leaves: &[Hash], mut index: usize) -> Option<Self> {
        let mut nodes = [[0; 32]; 1 << Self::MAX];
        let mut len = leaves.len();
        nodes.get_mut(..len)?.copy_from_slice(leaves);
        leaves.get(index)?;
        let mut proof = Self { siblings: [[0; 32]; Self::MAX], len: 0 };
        while len > 1 {
            let sibling = index ^ 1;
            if sibling < len {
                *proof.siblings.get_mut(proof.len)? = *nodes.get(sibling)?;
                proof.len = proof.len.saturating_add(1);
            }
            len = fold(&mut nodes, len);
            index >>= 1;
        }
        Some(proof)
    }

    /// From the leaf's level upwards.
    pub fn siblings(&self) -> &[Hash] {
        self.siblings.get(..self.len).unwrap_or_default()
    }
}

/// Whether `leaf` stands under `root`.
pub fn verify(root: &Hash, leaf: &Hash, siblings: &[Hash]) -> bool {
    siblings.iter().fold(*leaf, |node, sibling| parent(&node, sibling)) == *root
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_leaf_of_every_batch_is_provable_and_no_other() {
        let leaves: [Hash; 16] = core::array::from_fn(|i| keccak256(&[u8::try_from(i).unwrap(); 96]));
        for len in 1..=16 {
            let leaves = &leaves[..len];
            let root = root(leaves);
            for (index, leaf) in leaves.iter().enumerate() {
                let proof = Proof::new(leaves, index).unwrap();
                assert!(verify(&root, leaf, proof.siblings()), "{index} of {len}");
                let mut altered = *leaf;
                altered[31] ^= 1;
                assert!(!verify(&root, &altered, proof.siblings()));
            }
            assert_eq!(Proof::new(leaves, len), None);
        }
        assert_eq!(root(&leaves[..1]), leaves[0]);
        assert_eq!(root(&[]), [0; 32]);
        assert_eq!(Proof::new(&[[0; 32]; 17], 0), None);
    }
}
