use autochain_chainspec::Fork;
use autochain_primitives::{B256, Bloom, Bytes, SignatureError, TxType, U256};

/// Why a block is not legal.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ConsensusError {
    /// The header alone.
    #[error(transparent)]
    Header(#[from] HeaderError),
    /// The proof of work.
    #[error(transparent)]
    Seal(#[from] SealError),
    /// Transactions and size.
    #[error(transparent)]
    Body(#[from] BodyError),
    /// The uncles.
    #[error(transparent)]
    Ommer(#[from] OmmerError),
    /// What execution gave.
    #[error(transparent)]
    Outcome(#[from] OutcomeError),
}

impl ConsensusError {
    /// Whether the same block may be legal later: "later" is not "never", and such a block is not a bad one.
    pub const fn is_transient(&self) -> bool {
        matches!(self, Self::Header(HeaderError::FutureBlock { .. }))
    }
}

/// Why a header is not legal on its parent.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HeaderError {
    /// Not the number after the parent's.
    #[error("invalid block number: got {got}, expected {expected}")]
    Number {
        /// The header's.
        got: u64,
        /// The parent's, plus one.
        expected: u64,
    },
    /// A field of proof of stake, which no header here carries.
    #[error("header carries a field that came after London (withdrawals, blobs, beacon root or requests)")]
    PostLondonField,
    /// Extra data above 32 bytes.
    #[error("extra data too long: {got} bytes, at most {max}")]
    ExtraDataTooLong {
        /// Bytes found.
        got: usize,
        /// Bytes allowed.
        max: usize,
    },
    /// Not later than the parent.
    #[error("timestamp {got} is not after the parent's, {parent}")]
    TimestampNotAfterParent {
        /// Seconds.
        got: u64,
        /// Seconds.
        parent: u64,
    },
    /// Too far ahead of the clock. Transient: the block may be legal later.
    #[error("block in the future: timestamp {got}, latest allowed now {latest}")]
    FutureBlock {
        /// Seconds.
        got: u64,
        /// The clock plus 15 seconds.
        latest: u64,
    },
    /// Not the difficulty that the rules give.
    #[error("invalid difficulty: got {got}, expected {expected}")]
    Difficulty {
        /// The header's.
        got: U256,
        /// By the rules.
        expected: U256,
    },
    /// Below 5,000.
    #[error("gas limit {got} below the minimum, {min}")]
    GasLimitBelowMinimum {
        /// Gas.
        got: u64,
        /// Gas.
        min: u64,
    },
    /// Above 2⁶³ − 1.
    #[error("gas limit {got} above the maximum, {max}")]
    GasLimitAboveMaximum {
        /// Gas.
        got: u64,
        /// Gas.
        max: u64,
    },
    /// A step of 1/1024 of the parent's limit or more.
    #[error("gas limit {got} is too far from the parent's, {parent}: the step must be below {bound}")]
    GasLimitStep {
        /// Gas.
        got: u64,
        /// Gas; doubled at the London fork (EIP-1559).
        parent: u64,
        /// Gas, exclusive.
        bound: u64,
    },
    /// More gas used than the block has.
    #[error("gas used {got} above the gas limit, {limit}")]
    GasUsedAboveLimit {
        /// Gas.
        got: u64,
        /// Gas.
        limit: u64,
    },
    /// A London header without base fee.
    #[error("header has no base fee, expected {expected}")]
    BaseFeeMissing {
        /// Wei.
        expected: u64,
    },
    /// A base fee before London.
    #[error("header has base fee {got} before London")]
    BaseFeeBeforeLondon {
        /// Wei.
        got: u64,
    },
    /// Not the base fee that EIP-1559 gives.
    #[error("invalid base fee: got {got}, expected {expected}")]
    BaseFee {
        /// Wei.
        got: u64,
        /// Wei.
        expected: u64,
    },
    /// The ten blocks of the DAO fork carry fixed extra data on the chain that supports it, and never on the other.
    #[error("invalid extra data around the DAO fork: got {got}, expected {}", if *.support { "0x64616f2d686172642d666f726b" } else { "anything else" })]
    DaoExtraData {
        /// The header's.
        got: Bytes,
        /// Whether this chain supports the fork.
        support: bool,
    },
    /// Proof of work has ended for this branch.
    #[error(
        "proof of work ends here: the parent's total difficulty {parent_total_difficulty} has reached the terminal \
         {terminal}, and what follows is proof of stake, which this node does not run"
    )]
    TerminalTotalDifficulty {
        /// Of the chain up to the parent.
        parent_total_difficulty: U256,
        /// From genesis.
        terminal: U256,
    },
}

/// Which seal of a batch is wrong, and why.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("invalid seal of block {number}: {fault}")]
pub struct SealError {
    /// Place in the batch.
    pub index: usize,
    /// The header's number.
    pub number: u64,
    /// What is wrong.
    pub fault: SealFault,
}

/// What is wrong with a seal.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SealFault {
    /// No hash meets difficulty 0.
    #[error("difficulty is 0")]
    ZeroDifficulty,
    /// Another mix hash than ethash gives.
    #[error("mix hash is {got}, expected {expected}")]
    MixHash {
        /// The header's.
        got: B256,
        /// By ethash.
        expected: B256,
    },
    /// The result is above the boundary: too little work.
    #[error("not enough work: result {result} is above the boundary {boundary}")]
    AboveBoundary {
        /// Of ethash.
        result: B256,
        /// 2²⁵⁶ / difficulty.
        boundary: B256,
    },
    /// Beyond the last epoch that ethash defines.
    #[error("the block is beyond the last ethash epoch")]
    BeyondLastEpoch,
}

/// Why a body does not go with its header.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BodyError {
    /// The transactions are not those of the header.
    #[error("invalid transactions root: the header has {got}, the body gives {expected}")]
    TransactionsRoot {
        /// The header's.
        got: B256,
        /// Of the body.
        expected: B256,
    },
    /// The uncles are not those of the header.
    #[error("invalid uncles hash: the header has {got}, the body gives {expected}")]
    OmmersHash {
        /// The header's.
        got: B256,
        /// Of the body.
        expected: B256,
    },
    /// Above 8 MiB (EIP-7934).
    #[error("block of {got} bytes, at most {max} (EIP-7934)")]
    TooLarge {
        /// Bytes of RLP.
        got: usize,
        /// Bytes of RLP.
        max: usize,
    },
    /// A transaction breaks a rule that needs no state.
    #[error("transaction {index}: {error}")]
    Transaction {
        /// Place in the block.
        index: usize,
        /// Why.
        error: TransactionError,
    },
    /// A sender does not recover.
    #[error("transaction {index}: {error}")]
    Sender {
        /// Place in the block.
        index: usize,
        /// Why.
        error: SignatureError,
    },
}

/// Why an uncle is not legal.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OmmerError {
    /// More than two.
    #[error("too many uncles: {got}, at most {max}")]
    TooMany {
        /// Uncles found.
        got: usize,
        /// Uncles allowed.
        max: usize,
    },
    /// In this block or an ancestor's uncles already.
    #[error("uncle {index} ({hash}) is included already")]
    Duplicate {
        /// Place in the block.
        index: usize,
        /// The uncle.
        hash: B256,
    },
    /// On this very chain.
    #[error("uncle {index} ({hash}) is an ancestor")]
    IsAncestor {
        /// Place in the block.
        index: usize,
        /// The uncle.
        hash: B256,
    },
    /// More than six generations back.
    #[error("uncle {index} has number {got}, at least {oldest} in this block")]
    TooOld {
        /// Place in the block.
        index: usize,
        /// The uncle's number.
        got: u64,
        /// The oldest allowed.
        oldest: u64,
    },
    /// A child of the block's own parent.
    #[error("uncle {index} is a brother: its parent {parent} is the block's own")]
    IsBrother {
        /// Place in the block.
        index: usize,
        /// The parent of both.
        parent: B256,
    },
    /// Its parent is not on this chain.
    #[error("the parent {parent} of uncle {index} is not an ancestor within seven generations")]
    ParentNotAncestor {
        /// Place in the block.
        index: usize,
        /// The uncle's parent.
        parent: B256,
    },
    /// Not a legal header on its parent.
    #[error("uncle {index}: {error}")]
    Header {
        /// Place in the block.
        index: usize,
        /// Why.
        error: HeaderError,
    },
    /// The caller did not give the ancestors that decide: a fault of the node, not of the block.
    #[error("uncles cannot be judged: {got} ancestors in line are known, {needed} are needed")]
    MissingAncestors {
        /// Ancestors in an unbroken line from the parent.
        got: usize,
        /// As many as there are, up to seven.
        needed: usize,
    },
}

/// Why the result of execution is not what the header promises.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OutcomeError {
    /// Gas.
    #[error("invalid gas used: the header has {got}, execution gives {expected}")]
    GasUsed {
        /// The header's.
        got: u64,
        /// Of execution.
        expected: u64,
    },
    /// Logs bloom.
    #[error("invalid logs bloom: the header has {got}, execution gives {expected}")]
    LogsBloom {
        /// The header's.
        got: Box<Bloom>,
        /// Of execution.
        expected: Box<Bloom>,
    },
    /// Receipts root.
    #[error("invalid receipts root: the header has {got}, execution gives {expected}")]
    ReceiptsRoot {
        /// The header's.
        got: B256,
        /// Of execution.
        expected: B256,
    },
    /// State root.
    #[error("invalid state root: the header has {got}, execution gives {expected}")]
    StateRoot {
        /// The header's.
        got: B256,
        /// Of execution.
        expected: B256,
    },
}

/// Why a transaction is not legal in any block of these rules, whatever the state.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TransactionError {
    /// The type came with a later fork.
    #[error("transaction type {} not supported before {since}", *.tx_type as u8)]
    TypeNotActive {
        /// EIP-2718 type.
        tx_type: TxType,
        /// The fork that brings it.
        since: Fork,
    },
    /// Blobs (EIP-4844) do not exist on a proof-of-work chain.
    #[error("transaction type 3 not supported: there are no blobs on a proof-of-work chain")]
    Blob,
    /// A chain id in the signature before EIP-155.
    #[error("invalid sender: replay-protected signature for chain {got} before EIP-155")]
    ReplayProtectionNotActive {
        /// The chain id signed for.
        got: u64,
    },
    /// Signed for another chain.
    #[error("invalid sender: transaction signed for chain {got}, this chain is {expected}")]
    ChainId {
        /// The chain id signed for.
        got: u64,
        /// This chain's.
        expected: u64,
    },
    /// More for the miner than in all (EIP-1559).
    #[error("max priority fee per gas higher than max fee per gas: {tip} above {cap}")]
    TipAboveFeeCap {
        /// Wei a gas.
        tip: u128,
        /// Wei a gas.
        cap: u128,
    },
    /// The last nonce is 2⁶⁴ − 2 (EIP-2681).
    #[error("nonce has max value: {got} (EIP-2681)")]
    NonceTooHigh {
        /// The nonce.
        got: u64,
    },
    /// An EIP-7702 transaction that authorizes nothing.
    #[error("EIP-7702 transaction with empty auth list")]
    NoAuthorizations,
    /// Gas above 2²⁴ (EIP-7825).
    #[error("transaction gas limit too high: {got} above {max} (EIP-7825)")]
    GasAboveCap {
        /// Gas.
        got: u64,
        /// Gas.
        max: u64,
    },
    /// Init code above 49,152 bytes (EIP-3860).
    #[error("max initcode size exceeded: code size {got}, limit {max}")]
    InitCodeTooLong {
        /// Bytes.
        got: usize,
        /// Bytes.
        max: usize,
    },
    /// Less gas than the transaction costs before its first instruction.
    #[error("intrinsic gas too low: have {got}, want {needed}")]
    IntrinsicGas {
        /// Gas limit of the transaction.
        got: u64,
        /// Gas.
        needed: u64,
    },
    /// Less gas than its data costs at least (EIP-7623).
    #[error("insufficient gas for floor data gas cost: have {got}, want {needed}")]
    FloorGas {
        /// Gas limit of the transaction.
        got: u64,
        /// Gas.
        needed: u64,
    },
}
