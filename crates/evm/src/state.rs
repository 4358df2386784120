use autochain_primitives::{Account, Address, B256, Bytes, U256};

/// What the machine reads: the state before a block, and the hashes of its ancestors.
///
/// An account that does not exist has no storage. Storage without an account is never asked for.
pub trait StateReader {
    /// Why a read failed (a database error). Nothing follows from it about the block.
    type Error: core::error::Error + Send + Sync + 'static;

    /// The account, if it exists. Before EIP-161 an account may exist and be empty.
    ///
    /// # Errors
    /// The store cannot be read.
    fn account(&self, address: &Address) -> Result<Option<Account>, Self::Error>;

    /// The value of a storage slot; zero when it was never written.
    ///
    /// # Errors
    /// The store cannot be read.
    fn storage(&self, address: &Address, slot: &U256) -> Result<U256, Self::Error>;

    /// The code with this Keccak-256 hash.
    ///
    /// # Errors
    /// The store cannot be read, or it lacks the code.
    fn code(&self, hash: &B256) -> Result<Bytes, Self::Error>;

    /// The hash of the canonical ancestor `number`, one of the 256 before the block.
    ///
    /// # Errors
    /// The store cannot be read.
    fn block_hash(&self, number: u64) -> Result<B256, Self::Error>;

    /// All slots of an account that are not zero, in any order. Asked only when an account that existed before
    /// the block is destroyed or created anew.
    ///
    /// # Errors
    /// The store cannot be read.
    fn storage_entries(&self, address: &Address) -> Result<Vec<(U256, U256)>, Self::Error>;
}

impl<S: StateReader> StateReader for &S {
    type Error = S::Error;

    fn account(&self, address: &Address) -> Result<Option<Account>, Self::Error> {
        (**self).account(address)
    }

    fn storage(&self, address: &Address, slot: &U256) -> Result<U256, Self::Error> {
        (**self).storage(address, slot)
    }

    fn code(&self, hash: &B256) -> Result<Bytes, Self::Error> {
        (**self).code(hash)
    }

    fn block_hash(&self, number: u64) -> Result<B256, Self::Error> {
        (**self).block_hash(number)
    }

    fn storage_entries(&self, address: &Address) -> Result<Vec<(U256, U256)>, Self::Error> {
        (**self).storage_entries(address)
    }
}

/// A failed read as the machine carries it.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub struct ReadError<E: core::error::Error + Send + Sync + 'static>(pub E);

impl<E: core::error::Error + Send + Sync + 'static> revm::database_interface::DBErrorMarker for ReadError<E> {}
