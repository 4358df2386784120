use crate::{
    ImportStats, InvalidBlock,
    ancestry::{Ancestry, Known},
    error::ImportError,
};
use autochain_chainspec::{ChainSpec, Fork};
use autochain_consensus::{
    AncestorInfo, ConsensusError, Seals, check_body, check_commitments, check_header, check_ommers,
    check_terminal,
};
use autochain_primitives::{B256, Header, RecoveredBlock, SealedBlock, U256, thread_time};
use autochain_store::Reader;
use rayon::prelude::*;
use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

/// Generations of ancestors that the ommer rules look at.
const OMMER_ANCESTORS: usize = 7;

/// A block of which everything but the execution was checked.
#[derive(Debug)]
pub(crate) struct VerifiedBlock {
    pub(crate) block: RecoveredBlock,
    pub(crate) total_difficulty: U256,
}

/// Checks headers, seals, bodies, senders and ommers of blocks that follow known blocks (or each other).
///
/// Returns the good blocks before the first bad one, and what is wrong with that.
pub(crate) fn verify(
    spec: &ChainSpec,
    seals: &Seals,
    reader: &Reader,
    ancestry: &mut Ancestry,
    blocks: Vec<SealedBlock>,
    now: u64,
    stats: &mut ImportStats,
) -> (Vec<VerifiedBlock>, Option<ImportError>) {
    let started = thread_time();
    let (mut blocks, mut error) = check_links(spec, reader, ancestry, blocks, now);
    stats.checks += thread_time().saturating_sub(started);

    // The hashing is counted where it is done; on this thread the rest, the building of a cache among it.
    let (started, hashed) = (thread_time(), seals.hashing_time());
    let headers: Vec<&Header> =
        blocks.iter().flat_map(|(block, _)| std::iter::once(&block.header).chain(&block.ommers)).collect();
    if let Err(bad) = seals.check(&headers) {
        // The header's place in the flat list tells its block.
        let mut before = 0;
        let index = blocks.iter().position(|(block, _)| {
            before += 1 + block.ommers.len();
            bad.index < before
        });
        let index = index.unwrap_or(0);
        error = blocks.get(index).map(|(block, _)| invalid(block, ConsensusError::from(bad).into()));
        blocks.truncate(index);
    }
    stats.seals += thread_time().saturating_sub(started) + seals.hashing_time().saturating_sub(hashed);

    let cost = Mutex::new((Duration::ZERO, Duration::ZERO));
    let recovered: Vec<Result<VerifiedBlock, ImportError>> = blocks
        .into_par_iter()
        .map(|(block, total_difficulty)| {
            let started = thread_time();
            check_body(spec, &block).map_err(|error| invalid(&block, ConsensusError::from(error).into()))?;
            let checked = thread_time();
            let low_s = spec.is_active(Fork::Homestead, block.header.number, block.header.timestamp);
            let (number, hash) = (block.header.number, block.hash());
            let block = block
                .recover(low_s)
                .map_err(|(index, error)| refused(number, hash, InvalidBlock::Sender { index, error }))?;
            let mut cost = cost.lock().unwrap_or_else(PoisonError::into_inner);
            cost.0 += checked.saturating_sub(started);
            cost.1 += thread_time().saturating_sub(checked);
            Ok(VerifiedBlock { block, total_difficulty })
        })
        .collect();
    let (checks, senders) = cost.into_inner().unwrap_or_else(PoisonError::into_inner);
    stats.checks += checks;
    stats.senders += senders;

    let mut verified = Vec::with_capacity(recovered.len());
    for result in recovered {
        match result {
            Ok(block) => verified.push(block),
            Err(bad) => {
                error = Some(bad);
                break;
            }
        }
    }
    if error.is_some() {
        // Blocks behind the bad one were remembered as ancestors; nothing may build on them.
        ancestry.clear();
    }
    (verified, error)
}

/// The checks that need ancestors, one block after the other, and total difficulties.
fn check_links(
    spec: &ChainSpec,
    reader: &Reader,
    ancestry: &mut Ancestry,
    blocks: Vec<SealedBlock>,
    now: u64,
) -> (Vec<(SealedBlock, U256)>, Option<ImportError>) {
    let mut good = Vec::with_capacity(blocks.len());
    for block in blocks {
        match check_link(spec, reader, ancestry, &block, now) {
            Ok(total_difficulty) => {
                ancestry.insert(Arc::new(Known::new(&block, total_difficulty)));
                good.push((block, total_difficulty));
            }
            Err(error) => return (good, Some(error)),
        }
    }
    (good, None)
}

fn check_link(
    spec: &ChainSpec,
    reader: &Reader,
    ancestry: &mut Ancestry,
    block: &SealedBlock,
    now: u64,
) -> Result<U256, ImportError> {
    let parent_hash = block.header.parent_hash;
    let Some(parent) = ancestry.get(reader, parent_hash)? else {
        let (number, hash) = (block.header.number, block.hash());
        return Err(ImportError::UnknownParent { number, hash, parent: parent_hash });
    };
    let consensus = |error: ConsensusError| invalid(block, error.into());
    check_terminal(spec, parent.total_difficulty).map_err(|error| consensus(error.into()))?;
    check_header(spec, &block.header, &parent.header, now).map_err(|error| consensus(error.into()))?;
    if !block.ommers.is_empty() {
        let ancestors = ancestry.ancestors(reader, parent_hash, OMMER_ANCESTORS)?;
        let ancestors: Vec<AncestorInfo<'_>> = ancestors
            .iter()
            .map(|known| AncestorInfo { header: &known.header, ommers: &known.ommers })
            .collect();
        check_ommers(spec, block, &ancestors, now).map_err(|error| consensus(error.into()))?;
    }
    Ok(parent.total_difficulty.saturating_add(block.header.difficulty))
}

pub(crate) fn invalid(block: &SealedBlock, reason: InvalidBlock) -> ImportError {
    // A fault of the body is laid on this block only if the body is the header's.
    let of_body = matches!(
        reason,
        InvalidBlock::Consensus(ConsensusError::Body(_) | ConsensusError::Ommer(_) | ConsensusError::Seal(_))
    );
    let foreign = if of_body { check_commitments(block).err() } else { None };
    let reason = foreign.map_or(reason, |error| ConsensusError::from(error).into());
    refused(block.header.number, block.hash(), reason)
}

/// As [`invalid`], for a block that is no longer at hand.
pub(crate) fn refused(number: u64, hash: B256, reason: InvalidBlock) -> ImportError {
    ImportError::Invalid { number, hash, reason: Box::new(reason) }
}
