use crate::{
    Head, PoolError,
    transaction::{encoded_size, tip_cap},
};
use autochain_chainspec::{ChainSpec, Fork};
use autochain_primitives::{Transaction, TransactionFields, TxType, Typed2718};

/// Largest transaction the pool takes, in bytes.
pub const MAX_TX_SIZE: usize = 4 * SLOT_SIZE;
/// The unit in which room in the pool is counted, in bytes.
pub const SLOT_SIZE: usize = 32 * 1024;
/// Most gas one transaction may ask for since Osaka (EIP-7825).
pub const MAX_TX_GAS: u64 = 1 << 24;
/// Longest init code since Shanghai, in bytes (EIP-3860).
pub const MAX_INIT_CODE_SIZE: usize = 49_152;

const BASE: u64 = 21_000;
const CREATE: u64 = 32_000;
const ZERO_BYTE: u64 = 4;
const BYTE_FRONTIER: u64 = 68;
const BYTE_ISTANBUL: u64 = 16;
const ACCESS_ADDRESS: u64 = 2_400;
const ACCESS_KEY: u64 = 1_900;
const INIT_CODE_WORD: u64 = 2;
const AUTHORIZATION: u64 = 25_000;
const FLOOR_TOKEN: u64 = 10;

/// Which rules for transactions hold at the next block.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TxRules {
    /// EIP-2: low `s`, creation costs 53,000.
    pub homestead: bool,
    /// EIP-2028: 16 gas a byte of data.
    pub istanbul: bool,
    /// EIP-2718 and 2930.
    pub berlin: bool,
    /// EIP-1559.
    pub london: bool,
    /// EIP-3860.
    pub shanghai: bool,
    /// EIP-7702 and 7623.
    pub prague: bool,
    /// EIP-7825.
    pub osaka: bool,
}

impl TxRules {
    /// The rules at block `number` with `timestamp` (seconds).
    pub fn at(spec: &ChainSpec, number: u64, timestamp: u64) -> Self {
        let active = |fork| spec.is_active(fork, number, timestamp);
        Self {
            homestead: active(Fork::Homestead),
            istanbul: active(Fork::Istanbul),
            berlin: active(Fork::Berlin),
            london: active(Fork::London),
            shanghai: active(Fork::Shanghai),
            prague: active(Fork::Prague),
            osaka: active(Fork::Osaka),
        }
    }

    /// Every rule: a chain at Osaka.
    pub const fn latest() -> Self {
        Self {
            homestead: true,
            istanbul: true,
            berlin: true,
            london: true,
            shanghai: true,
            prague: true,
            osaka: true,
        }
    }

    /// Whether transactions of this type may stand in a block.
    pub const fn allows(&self, tx_type: TxType) -> bool {
        match tx_type {
            TxType::Legacy => true,
            TxType::Eip2930 => self.berlin,
            TxType::Eip1559 => self.london,
            TxType::Eip4844 => false,
            TxType::Eip7702 => self.prague,
        }
    }
}

/// Checks everything about a transaction that needs neither its sender nor the state. Returns its encoded size.
pub(crate) fn check_transaction(
    transaction: &Transaction,
    chain_id: u64,
    head: &Head,
) -> Result<usize, PoolError> {
    let rules = &head.rules;
    let tx_type = transaction.tx_type();
    if !rules.allows(tx_type) {
        return Err(PoolError::TypeNotSupported { tx_type: transaction.ty() });
    }
    let size = encoded_size(transaction);
    if size > MAX_TX_SIZE {
        return Err(PoolError::Oversized { size, limit: MAX_TX_SIZE });
    }
    if rules.shanghai && transaction.is_create() && transaction.input().len() > MAX_INIT_CODE_SIZE {
        return Err(PoolError::InitCodeTooLarge {
            got: transaction.input().len(),
            limit: MAX_INIT_CODE_SIZE,
        });
    }
    let gas = transaction.gas_limit();
    if rules.osaka && gas > MAX_TX_GAS {
        return Err(PoolError::GasLimitTooHigh { got: gas, cap: MAX_TX_GAS });
    }
    if gas > head.gas_limit {
        return Err(PoolError::ExceedsBlockGasLimit { got: gas, limit: head.gas_limit });
    }
    let (tip, cap) = (tip_cap(transaction), transaction.max_fee_per_gas());
    if tip > cap {
        return Err(PoolError::TipAboveFeeCap { tip, cap });
    }
    if transaction.nonce() == u64::MAX {
        return Err(PoolError::NonceMax);
    }
    if let Some(got) = transaction.chain_id()
        && got != chain_id
    {
        return Err(PoolError::WrongChain { got, expected: chain_id });
    }
    if transaction.authorization_list().is_some_and(|list| list.is_empty()) {
        return Err(PoolError::EmptyAuthorizations);
    }
    let needed = intrinsic_gas(transaction, rules);
    if gas < needed {
        return Err(PoolError::IntrinsicGasTooLow { got: gas, needed });
    }
    if rules.prague {
        let needed = floor_data_gas(transaction);
        if gas < needed {
            return Err(PoolError::FloorDataGas { got: gas, needed });
        }
    }
    Ok(size)
}

/// Gas a transaction costs before it runs (Yellow Paper §6.2, g₀; EIP-2, 2028, 2930, 3860, 7702).
pub fn intrinsic_gas(transaction: &Transaction, rules: &TxRules) -> u64 {
    let data = transaction.input();
    let (zeros, others) = count_bytes(data);
    let byte = if rules.istanbul { BYTE_ISTANBUL } else { BYTE_FRONTIER };
    let mut gas = BASE + zeros * ZERO_BYTE + others * byte;
    if transaction.is_create() {
        if rules.homestead {
            gas += CREATE;
        }
        if rules.shanghai {
            gas += (data.len() as u64).div_ceil(32) * INIT_CODE_WORD;
        }
    }
    if let Some(list) = transaction.access_list() {
        let keys = list.iter().map(|item| item.storage_keys.len() as u64).sum::<u64>();
        gas += list.len() as u64 * ACCESS_ADDRESS + keys * ACCESS_KEY;
    }
    gas + transaction.authorization_list().map_or(0, <[_]>::len) as u64 * AUTHORIZATION
}

/// The least gas that data costs since Prague (EIP-7623).
pub fn floor_data_gas(transaction: &Transaction) -> u64 {
    let (zeros, others) = count_bytes(transaction.input());
    BASE + (zeros + 4 * others) * FLOOR_TOKEN
}

fn count_bytes(data: &[u8]) -> (u64, u64) {
    let zeros = data.iter().filter(|byte| **byte == 0).count();
    (zeros as u64, (data.len() - zeros) as u64)
}
