use crate::expect::Class;
use autochain_primitives::{Address, B256, Block, U256};

/// Why an importer refuses a block.
#[derive(Clone, Debug)]
pub(crate) struct Refusal {
    pub(crate) class: Class,
    pub(crate) text: String,
}

impl Refusal {
    pub(crate) fn new(class: Class, error: impl std::fmt::Display) -> Self {
        Self { class, text: error.to_string() }
    }
}

/// A chain that takes blocks one by one: the one in memory, and the node's own over its database.
pub(crate) trait Importer {
    /// Takes a block on any known parent, and moves the head if its chain is heavier.
    fn import(&mut self, block: Block) -> Result<(), Refusal>;

    /// The hash of the head.
    fn head(&self) -> B256;

    /// The state root that the head's state really has.
    fn state_root(&self) -> Result<B256, String>;

    /// The account at the head: nonce, balance, code.
    fn account(&self, address: Address) -> Result<Option<(u64, U256, autochain_primitives::Bytes)>, String>;

    /// All slots of an account at the head that are not zero, sorted.
    fn storage(&self, address: Address) -> Result<Vec<(U256, U256)>, String>;

    /// How many accounts there are at the head.
    fn account_count(&self) -> Result<usize, String>;
}
