use crate::{TransactionError, floor_gas, intrinsic_gas};
use autochain_chainspec::{ChainSpec, Fork};
use autochain_primitives::{Transaction, TransactionFields as _, TxType};

/// Most gas of one transaction from Osaka on: 2²⁴ (EIP-7825).
pub const MAX_TRANSACTION_GAS: u64 = 1 << 24;
/// Most bytes of init code from Shanghai on (EIP-3860).
pub const MAX_INIT_CODE_BYTES: usize = 49_152;

/// What the rules of a block ask of a transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TransactionRules {
    /// The rules of execution.
    pub fork: Fork,
    /// The chain's id (EIP-155).
    pub chain_id: u64,
    /// Whether signatures may commit to a chain id (EIP-155).
    pub replay_protection: bool,
}

impl TransactionRules {
    /// Of `spec` at a block of this number and timestamp (seconds).
    pub fn at(spec: &ChainSpec, number: u64, timestamp: u64) -> Self {
        Self {
            fork: spec.fork_at(number, timestamp),
            chain_id: spec.chain_id,
            replay_protection: spec.replay_protection(number),
        }
    }

    /// Of Ethereum at a fork.
    pub const fn ethereum(fork: Fork) -> Self {
        Self { fork, chain_id: 1, replay_protection: fork as u8 >= Fork::SpuriousDragon as u8 }
    }
}

/// Checks what a transaction must be whatever the state: type, chain id (EIP-155), fee caps (EIP-1559), nonce
/// (EIP-2681), authorizations (EIP-7702), gas cap (EIP-7825), init code (EIP-3860), intrinsic gas and data floor
/// (EIP-7623). The signature is checked by recovering the sender.
///
/// # Errors
/// [`TransactionError`]: the first broken rule.
pub fn validate_transaction_static(
    transaction: &Transaction,
    rules: &TransactionRules,
) -> Result<(), TransactionError> {
    let fork = rules.fork;
    check_type(transaction.tx_type(), fork)?;
    match transaction.chain_id() {
        Some(got) if !rules.replay_protection => {
            return Err(TransactionError::ReplayProtectionNotActive { got });
        }
        Some(got) if got != rules.chain_id => {
            return Err(TransactionError::ChainId { got, expected: rules.chain_id });
        }
        _ => {}
    }
    if let Some(tip) = transaction.max_priority_fee_per_gas()
        && tip > transaction.max_fee_per_gas()
    {
        return Err(TransactionError::TipAboveFeeCap { tip, cap: transaction.max_fee_per_gas() });
    }
    if transaction.nonce() == u64::MAX {
        return Err(TransactionError::NonceTooHigh { got: u64::MAX });
    }
    if transaction.authorization_list().is_some_and(<[_]>::is_empty) {
        return Err(TransactionError::NoAuthorizations);
    }
    let got = transaction.gas_limit();
    if fork >= Fork::Osaka && got > MAX_TRANSACTION_GAS {
        return Err(TransactionError::GasAboveCap { got, max: MAX_TRANSACTION_GAS });
    }
    let length = transaction.input().len();
    if fork >= Fork::Shanghai && transaction.is_create() && length > MAX_INIT_CODE_BYTES {
        return Err(TransactionError::InitCodeTooLong { got: length, max: MAX_INIT_CODE_BYTES });
    }
    let needed = intrinsic_gas(transaction, fork);
    if got < needed {
        return Err(TransactionError::IntrinsicGas { got, needed });
    }
    let needed = floor_gas(transaction, fork);
    if got < needed {
        return Err(TransactionError::FloorGas { got, needed });
    }
    Ok(())
}

fn check_type(tx_type: TxType, fork: Fork) -> Result<(), TransactionError> {
    let since = match tx_type {
        TxType::Legacy => return Ok(()),
        TxType::Eip2930 => Fork::Berlin,
        TxType::Eip1559 => Fork::London,
        TxType::Eip7702 => Fork::Prague,
        TxType::Eip4844 => return Err(TransactionError::Blob),
    };
    if fork < since { Err(TransactionError::TypeNotActive { tx_type, since }) } else { Ok(()) }
}
