//! Kinds of refusal: the errors of the rooms and the suites' names for them, brought to one list.

use autochain_consensus::{
    self as consensus, BodyError, ConsensusError, HeaderError, OmmerError, OutcomeError,
};
use autochain_evm::TransactionError;

/// What is wrong with a block or a transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Class {
    /// The decoder refuses the bytes.
    Malformed,
    UnknownParent,
    Number,
    Timestamp,
    Difficulty,
    GasLimit,
    GasUsedAboveLimit,
    BaseFee,
    ExtraData,
    DaoExtraData,
    TerminalDifficulty,
    PostLondonField,
    Seal,
    TransactionsRoot,
    OmmersHash,
    BlockTooLarge,
    TooManyOmmers,
    OmmerIncludedBefore,
    OmmerIsAncestor,
    OmmerIsBrother,
    OmmerTooOld,
    OmmerWithoutParent,
    Signature,
    TransactionType,
    Blobs,
    ChainId,
    Nonce,
    NonceMax,
    Funds,
    FeeCap,
    Tip,
    IntrinsicGas,
    InitCode,
    GasCap,
    BlockGas,
    SenderNotEoa,
    Authorizations,
    GasUsed,
    LogsBloom,
    ReceiptsRoot,
    StateRoot,
    /// Not a rule: the node's own failure.
    Local,
}

/// The classes that an expected exception allows.
#[derive(Clone, Debug)]
pub(crate) struct Expected {
    name: String,
    classes: Vec<Class>,
}

impl Expected {
    /// Of a block, in BlockchainTests.
    pub(crate) fn block(name: &str) -> Result<Self, String> {
        let classes: &[Class] = match name {
            "InvalidTimestamp" | "InvalidTimestampOlderParent" => &[Class::Timestamp],
            "InvalidDifficulty" | "3675PoSBlockRejected" => &[Class::Difficulty],
            "InvalidNumber" => &[Class::Number],
            "InvalidGasLimit" | "InvalidGasLimit2" => &[Class::GasLimit],
            // With a gas limit of 0, both are wrong.
            "TooMuchGasUsed" => &[Class::GasUsedAboveLimit, Class::GasLimit],
            "ExtraDataTooBig" => &[Class::ExtraData],
            "ExtraDataIncorrectDAO" => &[Class::DaoExtraData],
            "UnknownParent" | "UnknownParent2" => &[Class::UnknownParent],
            "InvalidTransactionsRoot" => &[Class::TransactionsRoot],
            "InvalidUnclesHash" => &[Class::OmmersHash],
            "InvalidGasUsed" => &[Class::GasUsed],
            "InvalidLogBloom" => &[Class::LogsBloom],
            "InvalidReceiptsStateRoot" => &[Class::ReceiptsRoot],
            "InvalidStateRoot" => &[Class::StateRoot],
            "TooManyUncles" => &[Class::TooManyOmmers],
            // The older suite has one name for both.
            "UncleInChain" => &[Class::OmmerIsAncestor, Class::OmmerIncludedBefore],
            "UncleIsAncestor" => &[Class::OmmerIsAncestor],
            // The only such case has the same ommer twice.
            "UncleIsBrother" => &[Class::OmmerIsBrother, Class::OmmerIncludedBefore],
            "UncleTooOld" => &[Class::OmmerTooOld],
            // The newer suite has one name for what the older one calls `UncleTooOld`.
            "UncleParentIsNotAncestor" => &[Class::OmmerWithoutParent, Class::OmmerTooOld],
            "InvalidUncleParentHash" => &[Class::OmmerWithoutParent],
            "3675PoWBlockRejected" => &[Class::TerminalDifficulty],
            "1559BlockImportImpossible_HeaderIsLegacy" => &[Class::BaseFee],
            "LegacyBlockImportImpossible" | "LegacyBlockImportImpossible2" => &[Class::BaseFee],
            "BlockException.INCORRECT_BLOCK_FORMAT" => &[Class::Malformed],
            _ => return Self::transaction(name),
        };
        Ok(Self { name: name.to_owned(), classes: classes.to_vec() })
    }

    /// Of a transaction, in state tests and in the blocks made from them. Names joined by `|` are alternatives.
    pub(crate) fn transaction(name: &str) -> Result<Self, String> {
        let mut classes = Vec::new();
        for part in name.split('|') {
            let part = part.trim_start_matches("TransactionException.").trim_start_matches("TR_");
            let allowed: &[Class] = match part {
                "TypeNotSupported" | "TypeNotSupportedBlob" => &[Class::TransactionType, Class::Blobs],
                "SenderNotEOA" => &[Class::SenderNotEoa],
                "NoFunds" => &[Class::Funds],
                "NoFundsOrGas" => &[Class::Funds, Class::IntrinsicGas],
                // Their gas limits do not cover the intrinsic gas either, which is looked at before the state.
                "FeeCapLessThanBlocksORNoFunds" => &[Class::FeeCap, Class::Funds, Class::IntrinsicGas],
                "FeeCapLessThanBlocksORGasLimitReached" => &[Class::FeeCap, Class::BlockGas],
                "IntrinsicGas" => &[Class::IntrinsicGas],
                "RLP_WRONGVALUE" => &[Class::Malformed],
                "FeeCapLessThanBlocks" => &[Class::FeeCap],
                "NonceHasMaxValue" => &[Class::NonceMax],
                "TipGtFeeCap" => &[Class::Tip],
                "GasLimitReached" => &[Class::BlockGas],
                "InitCodeLimitExceeded" => &[Class::InitCode],
                "TYPE_3_TX_PRE_FORK" => &[Class::TransactionType, Class::Blobs],
                "TYPE_3_TX_ZERO_BLOBS"
                | "TYPE_3_TX_INVALID_BLOB_VERSIONED_HASH"
                | "INSUFFICIENT_MAX_FEE_PER_BLOB_GAS"
                | "BLOBVERSION_INVALID"
                | "EMPTYBLOB"
                | "BLOBLIST_OVERSIZE" => &[Class::Blobs],
                other => return Err(format!("exception {other} is unknown")),
            };
            classes.extend_from_slice(allowed);
        }
        Ok(Self { name: name.to_owned(), classes })
    }

    /// Of bytes, in TransactionTests.
    pub(crate) fn transaction_bytes(name: &str) -> Result<Self, String> {
        let short = name.trim_start_matches("TransactionException.");
        let classes: &[Class] = match short {
            // The decoder takes `v` apart before any rule sees it: a `v` without meaning, or with a chain id above
            // 64 bits, is malformed, and before EIP-155 every `v` but 27 and 28 names a chain.
            "INVALID_CHAINID" => &[Class::ChainId, Class::Malformed],
            "INVALID_SIGNATURE_VRS" => &[Class::Signature, Class::ChainId, Class::Malformed],
            // The decoder knows all types and reads their fields before the fork is asked.
            "TYPE_NOT_SUPPORTED" => &[Class::TransactionType, Class::Malformed],
            "ADDRESS_TOO_LONG" | "ADDRESS_TOO_SHORT" => &[Class::Malformed],
            "INTRINSIC_GAS_TOO_LOW" => &[Class::IntrinsicGas],
            "GASLIMIT_OVERFLOW" | "GASPRICE_OVERFLOW" | "GASLIMIT_PRICE_PRODUCT_OVERFLOW" => {
                &[Class::Malformed]
            }
            "NONCE_OVERFLOW" => &[Class::Malformed, Class::NonceMax],
            // A tip above 128 bits, which no field of a fee holds.
            "PRIORITY_GREATER_THAN_MAX_FEE_PER_GAS_2" => &[Class::Tip, Class::Malformed],
            "INITCODE_SIZE_EXCEEDED" => &[Class::InitCode],
            rlp if rlp.starts_with("RLP_") => &[Class::Malformed],
            other => return Err(format!("exception {other} is unknown")),
        };
        Ok(Self { name: name.to_owned(), classes: classes.to_vec() })
    }

    /// Whether it is about a transaction of the block.
    pub(crate) fn is_of_transaction(&self) -> bool {
        Self::transaction(&self.name).is_ok()
    }

    /// The decoder alone.
    pub(crate) fn malformed() -> Self {
        Self { name: "malformed RLP".to_owned(), classes: vec![Class::Malformed] }
    }

    /// Whether a refusal is of an allowed class.
    pub(crate) fn check(&self, class: Class, text: &str) -> Result<(), String> {
        if self.classes.contains(&class) {
            return Ok(());
        }
        Err(format!("refused as {class:?} ({text}), expected {}", self.name))
    }
}

/// The class of an execution error.
pub(crate) const fn transaction_class(error: &TransactionError) -> Class {
    match error {
        TransactionError::NonceTooLow { .. } | TransactionError::NonceTooHigh { .. } => Class::Nonce,
        TransactionError::NonceMax { .. } => Class::NonceMax,
        TransactionError::GasLimitReached { .. } => Class::BlockGas,
        TransactionError::InsufficientFunds { .. } | TransactionError::CostOverflow { .. } => Class::Funds,
        TransactionError::IntrinsicGas { .. } | TransactionError::FloorDataGas { .. } => Class::IntrinsicGas,
        TransactionError::GasLimitTooHigh { .. } => Class::GasCap,
        TransactionError::InitCodeTooLarge { .. } => Class::InitCode,
        TransactionError::TypeNotSupported { .. } => Class::TransactionType,
        TransactionError::TipAboveFeeCap { .. } => Class::Tip,
        TransactionError::FeeCapTooLow { .. } => Class::FeeCap,
        TransactionError::SenderNotEoa { .. } => Class::SenderNotEoa,
        TransactionError::InvalidChainId { .. } => Class::ChainId,
        TransactionError::EmptyAuthorizationList { .. } => Class::Authorizations,
        TransactionError::Blob(_) => Class::Blobs,
    }
}

/// The class of an error that needs no state.
pub(crate) const fn static_class(error: &consensus::TransactionError) -> Class {
    use consensus::TransactionError as E;
    match error {
        E::TypeNotActive { .. } => Class::TransactionType,
        E::Blob => Class::Blobs,
        E::ReplayProtectionNotActive { .. } | E::ChainId { .. } => Class::ChainId,
        E::TipAboveFeeCap { .. } => Class::Tip,
        E::NonceTooHigh { .. } => Class::NonceMax,
        E::NoAuthorizations => Class::Authorizations,
        E::GasAboveCap { .. } => Class::GasCap,
        E::InitCodeTooLong { .. } => Class::InitCode,
        E::IntrinsicGas { .. } | E::FloorGas { .. } => Class::IntrinsicGas,
    }
}

const fn header_class(error: &HeaderError) -> Class {
    match error {
        HeaderError::Number { .. } => Class::Number,
        HeaderError::PostLondonField => Class::PostLondonField,
        HeaderError::ExtraDataTooLong { .. } => Class::ExtraData,
        HeaderError::TimestampNotAfterParent { .. } | HeaderError::FutureBlock { .. } => Class::Timestamp,
        HeaderError::Difficulty { .. } => Class::Difficulty,
        HeaderError::GasLimitBelowMinimum { .. }
        | HeaderError::GasLimitAboveMaximum { .. }
        | HeaderError::GasLimitStep { .. } => Class::GasLimit,
        HeaderError::GasUsedAboveLimit { .. } => Class::GasUsedAboveLimit,
        HeaderError::BaseFeeMissing { .. }
        | HeaderError::BaseFeeBeforeLondon { .. }
        | HeaderError::BaseFee { .. } => Class::BaseFee,
        HeaderError::DaoExtraData { .. } => Class::DaoExtraData,
        HeaderError::TerminalTotalDifficulty { .. } => Class::TerminalDifficulty,
    }
}

/// The class of a consensus error.
pub(crate) const fn consensus_class(error: &ConsensusError) -> Class {
    match error {
        ConsensusError::Header(error) => header_class(error),
        ConsensusError::Seal(_) => Class::Seal,
        ConsensusError::Body(error) => match error {
            BodyError::TransactionsRoot { .. } => Class::TransactionsRoot,
            BodyError::OmmersHash { .. } => Class::OmmersHash,
            BodyError::TooLarge { .. } => Class::BlockTooLarge,
            BodyError::Transaction { error, .. } => static_class(error),
            BodyError::Sender { .. } => Class::Signature,
        },
        ConsensusError::Ommer(error) => match error {
            OmmerError::TooMany { .. } => Class::TooManyOmmers,
            OmmerError::Duplicate { .. } => Class::OmmerIncludedBefore,
            OmmerError::IsAncestor { .. } => Class::OmmerIsAncestor,
            OmmerError::TooOld { .. } => Class::OmmerTooOld,
            OmmerError::IsBrother { .. } => Class::OmmerIsBrother,
            OmmerError::ParentNotAncestor { .. } => Class::OmmerWithoutParent,
            // An ommer's header is judged as any other.
            OmmerError::Header { error, .. } => header_class(error),
            OmmerError::MissingAncestors { .. } => Class::Local,
        },
        ConsensusError::Outcome(error) => match error {
            OutcomeError::GasUsed { .. } => Class::GasUsed,
            OutcomeError::LogsBloom { .. } => Class::LogsBloom,
            OutcomeError::ReceiptsRoot { .. } => Class::ReceiptsRoot,
            OutcomeError::StateRoot { .. } => Class::StateRoot,
        },
    }
}
