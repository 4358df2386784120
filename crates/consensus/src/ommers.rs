use crate::{OmmerError, header::check_on_parent};
use autochain_chainspec::ChainSpec;
use autochain_primitives::{B256, SealedBlock, SealedHeader};

/// Most uncles of a block.
pub const MAX_OMMERS: usize = 2;
/// Most generations between a block and its uncle.
pub const MAX_OMMER_DEPTH: u64 = 6;
/// Ancestors that decide: the parent of the oldest uncle is one more back.
const ANCESTORS: u64 = MAX_OMMER_DEPTH + 1;

/// What the uncle rules ask of an ancestor.
#[derive(Clone, Copy, Debug)]
pub struct AncestorInfo<'a> {
    /// Its header.
    pub header: &'a SealedHeader,
    /// The hashes of its own uncles.
    pub ommers: &'a [B256],
}

/// Checks the uncles of a block (Yellow Paper §4.3.4, §11.1): at most two, not more than six generations back, each
/// a legal header on one of the ancestors but the parent, not itself an ancestor, and not included before.
///
/// `ancestors` are the last seven (or all that there are), the parent first; they may be left out for a block
/// without uncles. Seals are checked with the block's, by [`crate::Seals`].
///
/// # Errors
/// [`OmmerError`] with the place of the uncle. An uncle has no clock rule: `_now` is taken for symmetry with
/// [`crate::check_header`].
pub fn check_ommers(
    spec: &ChainSpec,
    block: &SealedBlock,
    ancestors: &[AncestorInfo<'_>],
    _now: u64,
) -> Result<(), OmmerError> {
    let ommers = &block.ommers;
    if ommers.len() > MAX_OMMERS {
        return Err(OmmerError::TooMany { got: ommers.len(), max: MAX_OMMERS });
    }
    if ommers.is_empty() {
        return Ok(());
    }
    let ancestors = lineage(block, ancestors)?;
    let number = block.header.number;
    let oldest = number.saturating_sub(MAX_OMMER_DEPTH);
    let mut seen: Vec<B256> = ancestors.iter().flat_map(|ancestor| ancestor.ommers).copied().collect();
    seen.push(block.hash());
    for (index, ommer) in ommers.iter().enumerate() {
        let hash = ommer.hash_slow();
        if seen.contains(&hash) {
            return Err(OmmerError::Duplicate { index, hash });
        }
        seen.push(hash);
        if ancestors.iter().any(|ancestor| ancestor.header.hash() == hash) {
            return Err(OmmerError::IsAncestor { index, hash });
        }
        let parent = ommer.parent_hash;
        if parent == block.header.parent_hash {
            return Err(OmmerError::IsBrother { index, parent });
        }
        let Some(found) = ancestors.iter().find(|ancestor| ancestor.header.hash() == parent) else {
            return Err(if ommer.number < oldest {
                OmmerError::TooOld { index, got: ommer.number, oldest }
            } else {
                OmmerError::ParentNotAncestor { index, parent }
            });
        };
        check_on_parent(spec, ommer, found.header).map_err(|error| OmmerError::Header { index, error })?;
    }
    Ok(())
}

/// The ancestors that count, once it is sure that they are an unbroken line from the parent.
fn lineage<'a, 'b>(
    block: &SealedBlock,
    ancestors: &'b [AncestorInfo<'a>],
) -> Result<&'b [AncestorInfo<'a>], OmmerError> {
    let needed = usize::try_from(block.header.number.min(ANCESTORS)).unwrap_or(usize::MAX);
    let mut wanted = block.header.parent_hash;
    let mut got = 0usize;
    for ancestor in ancestors.iter().take(needed) {
        if ancestor.header.hash() != wanted {
            break;
        }
        wanted = ancestor.header.parent_hash;
        got = got.saturating_add(1);
    }
    ancestors.get(..needed).filter(|_| got == needed).ok_or(OmmerError::MissingAncestors { got, needed })
}
