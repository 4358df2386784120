use crate::Rules;
use autochain_primitives::{Address, B256, Transaction, TransactionFields as _, U256, recover_signer};
use revm::{
    context::TxEnv,
    context_interface::{
        either::Either,
        result::InvalidTransaction,
        transaction::{RecoveredAuthority, RecoveredAuthorization, SignedAuthorization, TransactionType},
    },
    primitives::{eip3860::MAX_INITCODE_SIZE, hardfork::SpecId, uint},
};

/// Upper bound of `s` in an authorization (EIP-7702, EIP-2).
const HALF_ORDER: U256 = uint!(0x7FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF5D576E7357A4501DDFE92F46681B20A0_U256);

/// Why a transaction cannot stand at this place in a block. The texts are geth's, which tools match.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TransactionError {
    /// The nonce was used before.
    #[error("nonce too low: address {address}, tx: {tx} state: {state}")]
    NonceTooLow {
        /// The sender.
        address: Address,
        /// Nonce of the transaction.
        tx: u64,
        /// Nonce of the account.
        state: u64,
    },
    /// A transaction with a lower nonce has to come first.
    #[error("nonce too high: address {address}, tx: {tx} state: {state}")]
    NonceTooHigh {
        /// The sender.
        address: Address,
        /// Nonce of the transaction.
        tx: u64,
        /// Nonce of the account.
        state: u64,
    },
    /// The nonce is 2⁶⁴ − 1 (EIP-2681).
    #[error("nonce has max value: address {address}, nonce: {nonce}")]
    NonceMax {
        /// The sender.
        address: Address,
        /// Nonce of the transaction.
        nonce: u64,
    },
    /// The block has less gas left than the transaction asks for.
    #[error("gas limit reached")]
    GasLimitReached {
        /// Gas that the block has left.
        available: u64,
        /// Gas limit of the transaction.
        wanted: u64,
    },
    /// The balance does not cover value and highest fee (wei).
    #[error("insufficient funds for gas * price + value: address {address} have {have} want {want}")]
    InsufficientFunds {
        /// The sender.
        address: Address,
        /// Its balance.
        have: U256,
        /// Value and highest fee.
        want: U256,
    },
    /// Value and highest fee do not fit 256 bits.
    #[error(
        "insufficient funds for gas * price + value: address {address} required balance exceeds 256 bits"
    )]
    CostOverflow {
        /// The sender.
        address: Address,
    },
    /// The gas limit is below what the transaction costs before it starts.
    #[error("intrinsic gas too low: have {have}, want {want}")]
    IntrinsicGas {
        /// Gas limit of the transaction.
        have: u64,
        /// Gas it needs.
        want: u64,
    },
    /// The gas limit is below the floor of the transaction's data (EIP-7623).
    #[error("insufficient gas for floor data gas cost: have {have}, want {want}")]
    FloorDataGas {
        /// Gas limit of the transaction.
        have: u64,
        /// The floor.
        want: u64,
    },
    /// The gas limit is above the cap of a transaction (EIP-7825).
    #[error("transaction gas limit too high (cap: {cap}, tx: {have})")]
    GasLimitTooHigh {
        /// Gas limit of the transaction.
        have: u64,
        /// The cap.
        cap: u64,
    },
    /// Creation code longer than the limit (EIP-3860), in bytes.
    #[error("max initcode size exceeded: code size {size} limit {limit}")]
    InitCodeTooLarge {
        /// Bytes of creation code.
        size: usize,
        /// Most that is allowed.
        limit: usize,
    },
    /// The type is unknown at this block.
    #[error("transaction type not supported")]
    TypeNotSupported {
        /// The EIP-2718 type.
        tx_type: u8,
    },
    /// The tip is above the whole fee (EIP-1559), in wei a gas.
    #[error(
        "max priority fee per gas higher than max fee per gas: address {address}, maxPriorityFeePerGas: {tip}, \
         maxFeePerGas: {fee_cap}"
    )]
    TipAboveFeeCap {
        /// The sender.
        address: Address,
        /// Highest tip.
        tip: u128,
        /// Highest fee.
        fee_cap: u128,
    },
    /// The fee does not cover the base fee (EIP-1559), in wei a gas.
    #[error(
        "max fee per gas less than block base fee: address {address}, maxFeePerGas: {fee_cap} baseFee: {base_fee}"
    )]
    FeeCapTooLow {
        /// The sender.
        address: Address,
        /// Highest fee.
        fee_cap: u128,
        /// The block's base fee.
        base_fee: u64,
    },
    /// The sender is a contract (EIP-3607).
    #[error("sender not an eoa: address {address}, codehash: {code_hash}")]
    SenderNotEoa {
        /// The sender.
        address: Address,
        /// Hash of its code; zero where it was not looked up.
        code_hash: B256,
    },
    /// Signed for another chain, or for replay protection before it came (EIP-155).
    #[error("invalid chain id for signer: have {have} want {want}")]
    InvalidChainId {
        /// Chain of the transaction.
        have: u64,
        /// This chain.
        want: u64,
    },
    /// A set-code transaction without authorizations (EIP-7702).
    #[error("EIP-7702 transaction with empty auth list (sender {address})")]
    EmptyAuthorizationList {
        /// The sender.
        address: Address,
    },
    /// Something that only Ethereum's blob transactions can get wrong.
    #[error("{0}")]
    Blob(String),
}

impl TransactionError {
    /// Whether a later block may take the transaction as it is: the nonce is ahead, the block is full, the funds or
    /// the fee do not suffice yet.
    pub const fn is_transient(&self) -> bool {
        matches!(
            self,
            Self::NonceTooHigh { .. }
                | Self::GasLimitReached { .. }
                | Self::InsufficientFunds { .. }
                | Self::FeeCapTooLow { .. }
        )
    }
}

/// The machine's form of a signed transaction. Authorizations are recovered here, with libsecp256k1.
pub(crate) fn tx_env(
    transaction: &Transaction,
    sender: Address,
    rules: &Rules,
) -> Result<TxEnv, TransactionError> {
    let tx_type = transaction.tx_type() as u8;
    if rules.pow_opcodes && tx_type == TransactionType::Eip4844 as u8 {
        return Err(TransactionError::TypeNotSupported { tx_type });
    }
    let chain_id = transaction.chain_id();
    // A typed transaction always names its chain; before its fork it is refused for its type.
    if let Some(have) = chain_id
        && !rules.eip155
        && transaction.is_legacy()
    {
        return Err(TransactionError::InvalidChainId { have, want: rules.chain_id });
    }
    Ok(TxEnv {
        tx_type,
        caller: sender,
        gas_limit: transaction.gas_limit(),
        gas_price: transaction.max_fee_per_gas(),
        kind: transaction.kind(),
        value: transaction.value(),
        data: transaction.input().clone(),
        nonce: transaction.nonce(),
        chain_id,
        access_list: transaction.access_list().cloned().unwrap_or_default(),
        gas_priority_fee: transaction.max_priority_fee_per_gas(),
        blob_hashes: transaction.blob_versioned_hashes().map(<[B256]>::to_vec).unwrap_or_default(),
        max_fee_per_blob_gas: transaction.max_fee_per_blob_gas().unwrap_or_default(),
        authorization_list: recover_authorizations(transaction.authorization_list().unwrap_or_default()),
    })
}

/// Recovers who signed each authorization; one that recovers to nobody is skipped later (EIP-7702).
pub(crate) fn recover_authorizations(
    authorizations: &[SignedAuthorization],
) -> Vec<Either<SignedAuthorization, RecoveredAuthorization>> {
    authorizations
        .iter()
        .map(|signed| {
            let authority = signed
                .signature()
                .ok()
                .filter(|signature| signature.s() <= HALF_ORDER)
                .and_then(|signature| recover_signer(&signature, signed.inner().signature_hash()).ok())
                .map_or(RecoveredAuthority::Invalid, RecoveredAuthority::Valid);
            Either::Right(RecoveredAuthorization::new_unchecked(signed.inner().clone(), authority))
        })
        .collect()
}

/// Says in geth's words what revm says of a transaction.
pub(crate) fn transaction_error(
    error: InvalidTransaction,
    tx: &TxEnv,
    rules: &Rules,
    block_gas_limit: u64,
    base_fee: u64,
) -> TransactionError {
    let address = tx.caller;
    match error {
        InvalidTransaction::PriorityFeeGreaterThanMaxFee => TransactionError::TipAboveFeeCap {
            address,
            tip: tx.gas_priority_fee.unwrap_or_default(),
            fee_cap: tx.gas_price,
        },
        InvalidTransaction::GasPriceLessThanBasefee => {
            TransactionError::FeeCapTooLow { address, fee_cap: tx.gas_price, base_fee }
        }
        InvalidTransaction::CallerGasLimitMoreThanBlock => {
            TransactionError::GasLimitReached { available: block_gas_limit, wanted: tx.gas_limit }
        }
        InvalidTransaction::CallGasCostMoreThanGasLimit { initial_gas, gas_limit } => {
            TransactionError::IntrinsicGas { have: gas_limit, want: initial_gas }
        }
        InvalidTransaction::GasFloorMoreThanGasLimit { gas_floor, gas_limit } => {
            TransactionError::FloorDataGas { have: gas_limit, want: gas_floor }
        }
        InvalidTransaction::RejectCallerWithCode => {
            TransactionError::SenderNotEoa { address, code_hash: B256::ZERO }
        }
        InvalidTransaction::LackOfFundForMaxFee { fee, balance } => {
            TransactionError::InsufficientFunds { address, have: *balance, want: *fee }
        }
        InvalidTransaction::OverflowPaymentInTransaction => TransactionError::CostOverflow { address },
        InvalidTransaction::NonceOverflowInTransaction => {
            TransactionError::NonceMax { address, nonce: tx.nonce }
        }
        InvalidTransaction::NonceTooHigh { tx, state } => {
            TransactionError::NonceTooHigh { address, tx, state }
        }
        InvalidTransaction::NonceTooLow { tx, state } => TransactionError::NonceTooLow { address, tx, state },
        InvalidTransaction::CreateInitCodeSizeLimit => {
            TransactionError::InitCodeTooLarge { size: tx.data.len(), limit: MAX_INITCODE_SIZE }
        }
        InvalidTransaction::InvalidChainId | InvalidTransaction::MissingChainId => {
            TransactionError::InvalidChainId { have: tx.chain_id.unwrap_or_default(), want: rules.chain_id }
        }
        InvalidTransaction::TxGasLimitGreaterThanCap { gas_limit, cap } => {
            TransactionError::GasLimitTooHigh { have: gas_limit, cap }
        }
        InvalidTransaction::EmptyAuthorizationList => TransactionError::EmptyAuthorizationList { address },
        InvalidTransaction::Eip2930NotSupported
        | InvalidTransaction::Eip1559NotSupported
        | InvalidTransaction::Eip4844NotSupported
        | InvalidTransaction::Eip7702NotSupported => {
            TransactionError::TypeNotSupported { tx_type: tx.tx_type }
        }
        other if rules.spec_id.is_enabled_in(SpecId::CANCUN) => TransactionError::Blob(other.to_string()),
        _ => TransactionError::TypeNotSupported { tx_type: tx.tx_type },
    }
}
