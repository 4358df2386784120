//! The root and the stored nodes after a set of changes.

use crate::encoder::Encoder;
use crate::node::Children;
use crate::path::{child_path, first_key, nibble, path_of, shared};
use crate::source::{find_branch, find_leaf, require_branch, require_leaf};
use crate::subtree::Subtree;
use crate::{BranchNode, Child, Nibbles, NodeRef, TrieError, TrieSource};
use autochain_primitives::B256;
use std::borrow::Cow;
use std::collections::BTreeMap;

/// A key and its RLP value (never empty) after the change; `None` removes the leaf, present or not.
pub type Change = (B256, Option<Vec<u8>>);

/// What [`update`] computed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrieUpdate {
    /// Root hash after the changes.
    pub root: B256,
    /// The branch nodes that differ from the source's, by path; `None` = removed.
    pub nodes: BTreeMap<Nibbles, Option<BranchNode>>,
}

/// Applies `changes`, sorted by key without duplicates, to the trie in `source`.
///
/// `source` shows the state before the changes and is only read. Costs one seek per touched branch node and
/// per touched leaf, and one Keccak-256 per touched node. Building from [`EmptySource`](crate::EmptySource) is
/// linear in the number of leaves.
pub fn update<S: TrieSource + ?Sized>(
    source: &mut S,
    changes: &[Change],
) -> Result<TrieUpdate, TrieError<S::Error>> {
    if let Some(index) = changes.windows(2).position(|pair| matches!(pair, [a, b] if a.0 >= b.0)) {
        return Err(TrieError::Unsorted { index: index.saturating_add(1) });
    }
    let mut updater = Updater { source, encoder: Encoder::default(), nodes: Vec::new() };
    let trie = updater.whole(changes)?;
    let root = trie.root(&mut updater.encoder);
    // Almost in order already, which makes the sort inside `collect` one pass.
    Ok(TrieUpdate { root, nodes: updater.nodes.into_iter().collect() })
}

/// One update on its way through the trie.
///
/// A node's slot in `nodes` is taken before those of its descendants, so that paths come out in rising order.
struct Updater<'s, S: ?Sized> {
    source: &'s mut S,
    encoder: Encoder,
    nodes: Vec<(Nibbles, Option<BranchNode>)>,
}

impl<S: TrieSource + ?Sized> Updater<'_, S> {
    /// The trie as a whole: nothing above says what it holds.
    fn whole<'a>(&mut self, changes: &'a [Change]) -> Result<Subtree<'a>, TrieError<S::Error>> {
        let everything = Nibbles::new();
        if let Some((path, node)) = find_branch(self.source, &everything)? {
            self.below_branch(path, node, changes)
        } else if let Some((key, value)) = find_leaf(self.source, &everything)? {
            Ok(self.at_leaf(key, value, changes))
        } else {
            Ok(self.build(changes))
        }
    }

    /// A subtree whose topmost branch is `node` at `path`; the changes may lie beside that path as well.
    fn below_branch<'a>(
        &mut self,
        path: Nibbles,
        node: BranchNode,
        changes: &'a [Change],
    ) -> Result<Subtree<'a>, TrieError<S::Error>> {
        let start = first_key(&path);
        let (before, rest) = split(changes, |change| change.0 < start);
        let (inside, after) = split(rest, |change| shared(&change.0, &start) >= path.len());
        let outside = || before.iter().chain(after).filter(|change| change.1.is_some());

        let inner = if inside.is_empty() {
            Subtree::Branch { path, reference: self.reference_of(&node) }
        } else {
            self.inside_branch(path, node, inside)?
        };
        if outside().next().is_none() {
            return Ok(inner);
        }
        // New leaves beside the path: a branch where the first of them diverges from it.
        let mut elements = Vec::with_capacity(before.len() + after.len() + 1);
        elements.extend(before.iter().map(Part::from));
        elements.extend(Part::of(&inner));
        elements.extend(after.iter().map(Part::from));
        Ok(self.build(&elements).into_owned())
    }

    /// The branch `node` at `path` with at least one change, all of them below that path.
    fn inside_branch<'a>(
        &mut self,
        path: Nibbles,
        node: BranchNode,
        changes: &'a [Change],
    ) -> Result<Subtree<'a>, TrieError<S::Error>> {
        let slot = self.nodes.len();
        self.nodes.push((path, None));
        let depth = path.len();
        let mut children = Children::new();
        let mut lone = Lone::None;
        let mut rest = changes;
        for digit in 0..16u8 {
            let old = node.child(digit);
            let changed;
            (changed, rest) = split(rest, |change| nibble(&change.0, depth) == digit);
            if changed.is_empty() {
                if let Some(child) = old {
                    children.push(child);
                    lone = Lone::Unchanged(child);
                }
                continue;
            }
            let subtree = match old {
                None => self.build(changed),
                Some(child) if child.is_branch => {
                    let (path, node) = require_branch(self.source, &child_path(&path, digit))?;
                    self.below_branch(path, node, changed)?
                }
                Some(_) => {
                    let (key, value) = require_leaf(self.source, &child_path(&path, digit))?;
                    self.at_leaf(key, value, changed)
                }
            };
            if let Some(reference) = subtree.reference(&mut self.encoder, depth + 1) {
                children.push(Child { nibble: digit, reference, is_branch: subtree.is_branch() });
                lone = Lone::Computed(subtree);
            }
        }

        if children.len() < 2 {
            // The node is gone, as its slot says; what is left takes its place.
            return match lone {
                Lone::None => Ok(Subtree::Empty),
                Lone::Computed(subtree) => Ok(subtree),
                Lone::Unchanged(child) => self.stored(&path, child),
            };
        }
        let new = children.into_node();
        let reference = self.reference_of(&new);
        if new == node {
            // Equal references mean equal subtrees: nothing below has changed either.
            self.nodes.truncate(slot);
        } else if let Some((_, entry)) = self.nodes.get_mut(slot) {
            *entry = Some(new);
        }
        Ok(Subtree::Branch { path, reference })
    }

    /// A subtree that is one leaf in the source.
    fn at_leaf<'a>(&mut self, key: B256, value: Vec<u8>, changes: &'a [Change]) -> Subtree<'a> {
        match changes.binary_search_by(|change| change.0.cmp(&key)) {
            Ok(_) => self.build(changes),
            Err(_) if changes.iter().all(|change| change.1.is_none()) => {
                Subtree::Leaf { key, value: Cow::Owned(value) }
            }
            Err(at) => {
                let (before, after) = changes.split_at_checked(at).unwrap_or((changes, &[]));
                let mut elements = Vec::with_capacity(changes.len() + 1);
                elements.extend(before.iter().map(Part::from));
                elements.push(Part { key, content: Content::Leaf(&value) });
                elements.extend(after.iter().map(Part::from));
                self.build(&elements).into_owned()
            }
        }
    }

    /// A subtree of which the source holds nothing but what is among the elements.
    fn build<'e, E: Element>(&mut self, elements: &'e [E]) -> Subtree<'e> {
        let elements = trim(elements);
        let (first, last) = match elements {
            [] => return Subtree::Empty,
            [only] => {
                return match only.content() {
                    Content::Absent => Subtree::Empty,
                    Content::Leaf(value) => Subtree::Leaf { key: *only.key(), value: Cow::Borrowed(value) },
                    Content::Branch { path, reference } => Subtree::Branch { path, reference },
                };
            }
            [first, .., last] => (first, last),
        };
        // Both ends are present and differ at `depth`: the branch has two children at least.
        let depth = shared(first.key(), last.key());
        let path = path_of(first.key(), depth);
        let slot = self.nodes.len();
        self.nodes.push((path, None));
        let mut children = Children::new();
        let mut rest = elements;
        while let Some(head) = rest.first() {
            let digit = nibble(head.key(), depth);
            let part;
            (part, rest) = split(rest, |element| nibble(element.key(), depth) <= digit);
            let subtree = self.build(part);
            if let Some(reference) = subtree.reference(&mut self.encoder, depth + 1) {
                children.push(Child { nibble: digit, reference, is_branch: subtree.is_branch() });
            }
        }
        let node = children.into_node();
        let reference = self.reference_of(&node);
        if let Some((_, entry)) = self.nodes.get_mut(slot) {
            *entry = Some(node);
        }
        Subtree::Branch { path, reference }
    }

    /// The unchanged subtree behind a child of the branch at `path`.
    fn stored(&mut self, path: &Nibbles, child: Child) -> Result<Subtree<'static>, TrieError<S::Error>> {
        let prefix = child_path(path, child.nibble);
        if !child.is_branch {
            let (key, value) = require_leaf(self.source, &prefix)?;
            return Ok(Subtree::Leaf { key, value: Cow::Owned(value) });
        }
        let (path, node) = require_branch(self.source, &prefix)?;
        let reference = if path == prefix { child.reference } else { self.reference_of(&node) };
        Ok(Subtree::Branch { path, reference })
    }

    fn reference_of(&mut self, node: &BranchNode) -> NodeRef {
        NodeRef::of(self.encoder.branch(node.children(), node.references()))
    }
}

/// The last child seen of a branch: the only one, if the branch is left with one.
enum Lone<'a> {
    None,
    Unchanged(Child),
    Computed(Subtree<'a>),
}

/// What [`Updater::build`] makes a subtree of: sorted, with unique keys.
trait Element {
    fn key(&self) -> &B256;
    fn content(&self) -> Content<'_>;
}

/// What stands at an element's key.
#[derive(Clone, Copy)]
enum Content<'a> {
    Absent,
    Leaf(&'a [u8]),
    /// A finished subtree; the key is the first one under `path`, and no other element lies under it.
    Branch {
        path: Nibbles,
        reference: NodeRef,
    },
}

impl Element for Change {
    fn key(&self) -> &B256 {
        &self.0
    }

    fn content(&self) -> Content<'_> {
        self.1.as_deref().map_or(Content::Absent, Content::Leaf)
    }
}

/// An element among changes that is not itself one.
struct Part<'a> {
    key: B256,
    content: Content<'a>,
}

impl<'a> Part<'a> {
    /// A finished subtree, unless empty.
    fn of(subtree: &'a Subtree<'_>) -> Option<Self> {
        match subtree {
            Subtree::Empty => None,
            Subtree::Leaf { key, value } => Some(Self { key: *key, content: Content::Leaf(value) }),
            &Subtree::Branch { path, reference } => {
                Some(Self { key: first_key(&path), content: Content::Branch { path, reference } })
            }
        }
    }
}

impl Element for Part<'_> {
    fn key(&self) -> &B256 {
        &self.key
    }

    fn content(&self) -> Content<'_> {
        self.content
    }
}

impl<'a> From<&'a Change> for Part<'a> {
    fn from(change: &'a Change) -> Self {
        Self { key: change.0, content: change.content() }
    }
}

/// The elements without the absent ones at both ends.
fn trim<E: Element>(mut elements: &[E]) -> &[E] {
    while let [first, rest @ ..] = elements
        && matches!(first.content(), Content::Absent)
    {
        elements = rest;
    }
    while let [rest @ .., last] = elements
        && matches!(last.content(), Content::Absent)
    {
        elements = rest;
    }
    elements
}

/// Splits where `belongs` turns false.
fn split<T>(elements: &[T], belongs: impl FnMut(&T) -> bool) -> (&[T], &[T]) {
    elements.split_at_checked(elements.partition_point(belongs)).unwrap_or((elements, &[]))
}
