use crate::{
    expect::{Class, consensus_class, transaction_class},
    importer::{Importer, Refusal},
    world::World,
};
use autochain_chainspec::{ChainSpec, Fork};
use autochain_consensus::{
    AncestorInfo, ConsensusError, Seals, check_body, check_header, check_ommers, check_outcome,
    check_state_root, check_terminal,
};
use autochain_evm::{BoxError, InMemoryError, InMemoryState, StateChanges, StateReader, execute_block};
use autochain_primitives::{
    Account, Address, B256, Block, Bytes, Header, SealedBlock, SealedHeader, U256, logs_bloom, receipts_root,
};
use std::{collections::HashMap, sync::Arc};

/// Seconds that no block of the vectors is stamped after: the suites leave the clock out.
const NO_CLOCK: u64 = i64::MAX as u64;

/// The node's import pipeline with everything in memory: each block keeps its state, so that any branch can grow.
pub(crate) struct MemoryChain {
    spec: ChainSpec,
    /// `None` where seals are not looked at.
    seals: Option<&'static Seals>,
    blocks: HashMap<B256, Arc<Node>>,
    head: Arc<Node>,
}

/// A block that was imported.
struct Node {
    header: SealedHeader,
    ommers: Vec<B256>,
    total_difficulty: U256,
    world: World,
    parent: Option<Arc<Node>>,
}

impl MemoryChain {
    pub(crate) fn new(
        spec: ChainSpec,
        seals: Option<&'static Seals>,
        genesis: SealedHeader,
        world: World,
    ) -> Self {
        let total_difficulty = genesis.difficulty;
        let node = Node { header: genesis, ommers: Vec::new(), total_difficulty, world, parent: None };
        let head = Arc::new(node);
        let blocks = HashMap::from([(head.header.hash(), Arc::clone(&head))]);
        Self { spec, seals, blocks, head }
    }

    /// Everything before execution, in the node's order.
    fn verify(&self, parent: &Arc<Node>, block: &SealedBlock) -> Result<(), ConsensusError> {
        check_terminal(&self.spec, parent.total_difficulty)?;
        check_header(&self.spec, &block.header, &parent.header, NO_CLOCK)?;
        let ancestors: Vec<_> = lineage(parent)
            .take(7)
            .map(|node| AncestorInfo { header: &node.header, ommers: &node.ommers })
            .collect();
        check_ommers(&self.spec, block, &ancestors, NO_CLOCK)?;
        if let Some(seals) = self.seals {
            let headers: Vec<&Header> = std::iter::once(&block.header).chain(&block.ommers).collect();
            seals.check(&headers)?;
        }
        check_body(&self.spec, block)?;
        Ok(())
    }

    fn execute(&self, parent: &Arc<Node>, block: SealedBlock) -> Result<Node, Refusal> {
        let header = block.sealed_header();
        let ommers = block.ommers.iter().map(Header::hash_slow).collect();
        let low_s = self.spec.is_active(Fork::Homestead, header.number, header.timestamp);
        let block = block.recover(low_s).map_err(|(_, error)| Refusal::new(Class::Signature, error))?;

        let state = StateAt { state: &parent.world.state, parent };
        let mut between = parent.world.clone();
        let mut root_after = |changes: &StateChanges| between.apply(changes).map_err(BoxError::from);
        let executed = execute_block(&self.spec, &block, &state, Some(&mut root_after)).map_err(|error| {
            let class = error.transaction_error().map_or(Class::Local, transaction_class);
            Refusal::new(class, error)
        })?;
        let consensus = |error: ConsensusError| Refusal::new(consensus_class(&error), error);
        let receipts = receipts_root(&executed.receipts);
        check_outcome(&header, executed.gas_used, receipts, &logs_bloom(&executed.receipts))
            .map_err(|error| consensus(error.into()))?;
        let mut world = parent.world.clone();
        let root = world.apply(&executed.changes).map_err(|error| Refusal::new(Class::Local, error))?;
        check_state_root(&header, root).map_err(|error| consensus(error.into()))?;
        let total_difficulty = parent.total_difficulty.saturating_add(header.difficulty);
        Ok(Node { header, ommers, total_difficulty, world, parent: Some(Arc::clone(parent)) })
    }
}

impl Importer for MemoryChain {
    fn import(&mut self, block: Block) -> Result<(), Refusal> {
        let block = block.seal_slow();
        if self.blocks.contains_key(&block.hash()) {
            return Ok(());
        }
        let parent = self.blocks.get(&block.header.parent_hash).cloned();
        let unknown = || Refusal::new(Class::UnknownParent, format!("parent {}", block.header.parent_hash));
        let parent = parent.ok_or_else(unknown)?;
        self.verify(&parent, &block).map_err(|error| Refusal::new(consensus_class(&error), error))?;
        let node = Arc::new(self.execute(&parent, block)?);
        self.blocks.insert(node.header.hash(), Arc::clone(&node));
        if node.total_difficulty > self.head.total_difficulty {
            self.head = node;
        }
        Ok(())
    }

    fn head(&self) -> B256 {
        self.head.header.hash()
    }

    fn state_root(&self) -> Result<B256, String> {
        Ok(self.head.world.root())
    }

    fn account(&self, address: Address) -> Result<Option<(u64, U256, Bytes)>, String> {
        let state = &self.head.world.state;
        let account = StateReader::account(state, &address).map_err(|error| error.to_string())?;
        Ok(account.map(|account| (account.nonce, account.balance, state.code_of(&address))))
    }

    fn storage(&self, address: Address) -> Result<Vec<(U256, U256)>, String> {
        Ok(self.head.world.state.slots(&address).into_iter().collect())
    }

    fn account_count(&self) -> Result<usize, String> {
        Ok(self.head.world.state.accounts().len())
    }
}

impl Drop for MemoryChain {
    /// Takes long branches apart without recursion.
    fn drop(&mut self) {
        let mut nodes: Vec<_> = self.blocks.drain().map(|(_, node)| node).collect();
        nodes.sort_unstable_by_key(|node| node.header.number);
        while nodes.pop().is_some() {}
    }
}

/// A block and its ancestors.
fn lineage(node: &Arc<Node>) -> impl Iterator<Item = &Arc<Node>> {
    std::iter::successors(Some(node), |node| node.parent.as_ref())
}

/// The state after a block, and the hashes of the blocks up to it.
struct StateAt<'a> {
    state: &'a InMemoryState,
    parent: &'a Arc<Node>,
}

impl StateReader for StateAt<'_> {
    type Error = InMemoryError;

    fn account(&self, address: &Address) -> Result<Option<Account>, InMemoryError> {
        self.state.account(address)
    }

    fn storage(&self, address: &Address, slot: &U256) -> Result<U256, InMemoryError> {
        self.state.storage(address, slot)
    }

    fn code(&self, hash: &B256) -> Result<Bytes, InMemoryError> {
        self.state.code(hash)
    }

    fn block_hash(&self, number: u64) -> Result<B256, InMemoryError> {
        let node = lineage(self.parent).find(|node| node.header.number == number);
        node.map(|node| node.header.hash()).ok_or(InMemoryError::MissingBlockHash(number))
    }

    fn storage_entries(&self, address: &Address) -> Result<Vec<(U256, U256)>, InMemoryError> {
        self.state.storage_entries(address)
    }
}
