use super::Api;
use crate::{
    BlockRef, PendingBlock, RpcError, State, StoredBlock,
    state::PendingState,
    types::{BlockId, BlockTag},
};
use autochain_evm::{BlockContext, Rules};
use autochain_primitives::{Header, SealedHeader};
use std::sync::Arc;

/// A state, and the block whose values a call on it sees.
pub(crate) struct At {
    pub(crate) state: State,
    pub(crate) header: Header,
}

impl At {
    /// The rules of the block.
    pub(crate) fn rules(&self, api: &Api) -> Rules {
        Rules::at(api.backend.spec(), self.header.number, self.header.timestamp)
    }

    /// What the block tells a call.
    pub(crate) fn context(&self) -> BlockContext {
        BlockContext::from(&self.header)
    }
}

/// geth's error for a block that does not exist.
pub(crate) fn header_not_found() -> RpcError {
    RpcError::server("header not found")
}

/// The number that a tag names; `None` for the pending block.
pub(crate) fn number(api: &Api, tag: BlockTag) -> Option<u64> {
    Some(match tag {
        BlockTag::Earliest => 0,
        BlockTag::Latest => api.backend.head().0.number,
        BlockTag::Safe => api.backend.safe_number(),
        BlockTag::Finalized => api.backend.finalized_number(),
        BlockTag::Number(number) => number,
        BlockTag::Pending => return None,
    })
}

/// The state after a block, and its header. Without a pending block, `pending` is the head.
pub(crate) fn at(api: &Api, id: BlockId) -> Result<At, RpcError> {
    let backend = &api.backend;
    let number = match id {
        BlockId::Hash { hash, .. } => {
            let header = backend.header(BlockRef::Hash(hash))?;
            let header = header.ok_or_else(|| RpcError::server("header for hash not found"))?;
            let canonical = backend.header(BlockRef::Number(header.number))?;
            if canonical.is_none_or(|canonical| canonical.hash() != hash) {
                return Err(RpcError::server("hash is not currently canonical"));
            }
            header.number
        }
        BlockId::Tag(tag) => match number(api, tag) {
            Some(number) => number,
            None => match backend.pending()? {
                Some(pending) => return after_pending(api, pending),
                None => backend.head().0.number,
            },
        },
    };
    let header = backend.header(BlockRef::Number(number))?.ok_or_else(header_not_found)?;
    Ok(At { state: state(api, number)?, header: header.into_inner() })
}

fn after_pending(api: &Api, pending: Arc<PendingBlock>) -> Result<At, RpcError> {
    let header = pending.block.header.clone();
    let parent = state(api, header.number.saturating_sub(1))?;
    Ok(At { state: State::new(PendingState { parent, pending }), header })
}

fn state(api: &Api, number: u64) -> Result<State, RpcError> {
    let state = api.backend.state(number)?;
    state.ok_or_else(|| {
        RpcError::server(format!("missing trie node: the state of block {number} is not available"))
    })
}

/// A block by number or tag, without `pending`.
pub(crate) fn block_by_tag(api: &Api, tag: BlockTag) -> Result<Option<Arc<StoredBlock>>, RpcError> {
    let number = number(api, tag).unwrap_or_else(|| api.backend.head().0.number);
    Ok(api.backend.block(BlockRef::Number(number))?)
}

/// A header by number or tag; `pending` is the head.
pub(crate) fn header_by_tag(api: &Api, tag: BlockTag) -> Result<Option<SealedHeader>, RpcError> {
    let number = number(api, tag).unwrap_or_else(|| api.backend.head().0.number);
    Ok(api.backend.header(BlockRef::Number(number))?)
}

/// A block by anything that names one; `pending` is the head.
pub(crate) fn find_block(api: &Api, id: BlockId) -> Result<Option<Arc<StoredBlock>>, RpcError> {
    match id {
        BlockId::Tag(tag) => block_by_tag(api, tag),
        BlockId::Hash { hash, .. } => Ok(api.backend.block(BlockRef::Hash(hash))?),
    }
}
