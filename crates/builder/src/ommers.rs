use crate::BuildError;
use autochain_chain::Chain;
use autochain_consensus::{AncestorInfo, check_ommers};
use autochain_primitives::{B256, Block, Header, SealedHeader};
use autochain_store::Reader;

/// Most ommers of a block.
const MAX_OMMERS: usize = 2;
/// Generations in which an ommer may lie, and one more for its parent.
const GENERATIONS: u64 = 7;

/// Up to two side blocks that a block with this header may name as ommers, the best paid ones first.
pub(crate) fn candidates(chain: &Chain, reader: &Reader, header: &Header) -> Result<Vec<Header>, BuildError> {
    let first = header.number.saturating_sub(GENERATIONS);
    let mut side = chain.side_headers();
    side.retain(|candidate| (first..header.number).contains(&candidate.number));
    side.sort_by_key(|candidate| candidate.number);
    if side.is_empty() {
        return Ok(Vec::new());
    }
    let mut known: Vec<(SealedHeader, Vec<B256>)> = Vec::new();
    for number in (first..header.number).rev() {
        let Some(block) = reader.block(number)? else { break };
        let ommers = block.ommers.iter().map(|ommer| ommer.hash_slow()).collect();
        known.push((block.sealed_header(), ommers));
    }
    let ancestors: Vec<AncestorInfo<'_>> =
        known.iter().map(|(header, ommers)| AncestorInfo { header, ommers }).collect();
    let mut chosen: Vec<Header> = Vec::new();
    // Newer ommers pay more.
    for candidate in side.iter().rev() {
        if chosen.len() == MAX_OMMERS {
            break;
        }
        let mut trial = chosen.clone();
        trial.push(candidate.inner().clone());
        let block = Block { header: header.clone(), ommers: trial, ..Block::default() }.seal_slow();
        if check_ommers(chain.spec(), &block, &ancestors, u64::MAX).is_ok() {
            chosen.push(candidate.inner().clone());
        }
    }
    Ok(chosen)
}
