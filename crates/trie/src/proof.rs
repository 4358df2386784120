//! The root of a stored trie, and Merkle proofs from it (EIP-1186).

use crate::encoder::Encoder;
use crate::path::{child_path, nibble};
use crate::source::{find_branch, find_leaf, require_branch, require_leaf};
use crate::subtree::Subtree;
use crate::{Nibbles, NodeRef, TrieError, TrieSource};
use alloy_trie::proof::{ProofVerificationError, verify_proof};
use autochain_primitives::{B256, Bytes};
use std::borrow::Cow;

/// The root hash of a stored trie, from its topmost node alone.
pub fn root<S: TrieSource + ?Sized>(source: &mut S) -> Result<B256, TrieError<S::Error>> {
    let everything = Nibbles::new();
    let mut encoder = Encoder::default();
    let trie = if let Some((path, node)) = find_branch(source, &everything)? {
        Subtree::Branch { path, reference: NodeRef::of(encoder.branch(node.children(), node.references())) }
    } else if let Some((key, value)) = find_leaf(source, &everything)? {
        Subtree::Leaf { key, value: Cow::Owned(value) }
    } else {
        Subtree::Empty
    };
    Ok(trie.root(&mut encoder))
}

/// The RLP of the nodes from the root to the leaf of `key`, or to the node where the key's path ends or leaves
/// the trie: a proof of the value or of its absence.
///
/// As EIP-1186 has it, a node shorter than 32 bytes is part of its parent and not listed; the root always is.
/// An empty trie gives an empty list.
pub fn prove<S: TrieSource + ?Sized>(source: &mut S, key: B256) -> Result<Vec<Bytes>, TrieError<S::Error>> {
    let everything = Nibbles::new();
    let mut encoder = Encoder::default();
    let mut proof = Proof(Vec::new());
    let Some((mut path, mut node)) = find_branch(source, &everything)? else {
        if let Some((found, value)) = find_leaf(source, &everything)? {
            proof.push(encoder.leaf(&found, 0, &value));
        }
        return Ok(proof.0);
    };
    let full = Nibbles::unpack_array(&key.0);
    // Nibbles used by the nodes so far.
    let mut depth = 0;
    loop {
        let branch = node.rlp();
        if path.len() > depth {
            proof.push(encoder.extension(&path, depth, &NodeRef::of(&branch)));
            if !full.starts_with(&path) {
                return Ok(proof.0);
            }
        }
        proof.push(&branch);
        let Some(child) = node.child(nibble(&key, path.len())) else {
            return Ok(proof.0);
        };
        depth = path.len() + 1;
        let prefix = child_path(&path, child.nibble);
        if !child.is_branch {
            let (found, value) = require_leaf(source, &prefix)?;
            proof.push(encoder.leaf(&found, depth, &value));
            return Ok(proof.0);
        }
        (path, node) = require_branch(source, &prefix)?;
    }
}

/// Checks a proof: that the trie of this root has this RLP value at the key, or with `None` that it has nothing there.
///
/// # Errors
/// Where the nodes leave the way from the root to the claim.
pub fn verify(
    root: B256,
    key: B256,
    value: Option<Vec<u8>>,
    proof: &[Bytes],
) -> Result<(), ProofVerificationError> {
    verify_proof(root, Nibbles::unpack_array(&key.0), value, proof)
}

/// Nodes collected so far.
struct Proof(Vec<Bytes>);

impl Proof {
    /// Adds a node unless its parent holds it.
    fn push(&mut self, rlp: &[u8]) {
        if self.0.is_empty() || rlp.len() >= 32 {
            self.0.push(Bytes::copy_from_slice(rlp));
        }
    }
}
