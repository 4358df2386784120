use autochain_chainspec::Fork;
use autochain_primitives::{Transaction, TransactionFields as _};

/// Every transaction (Yellow Paper, appendix G).
const TRANSACTION: u64 = 21_000;
/// More for creating a contract (EIP-2).
const CREATE: u64 = 32_000;
/// A zero byte of data.
const ZERO_BYTE: u64 = 4;
/// A non-zero byte of data before Istanbul.
const NON_ZERO_BYTE: u64 = 68;
/// A non-zero byte of data (EIP-2028).
const NON_ZERO_BYTE_ISTANBUL: u64 = 16;
/// An address of an access list (EIP-2930).
const ACCESS_LIST_ADDRESS: u64 = 2_400;
/// A storage key of an access list (EIP-2930).
const ACCESS_LIST_KEY: u64 = 1_900;
/// A word of init code (EIP-3860).
const INIT_CODE_WORD: u64 = 2;
/// An authorization, before any refund (EIP-7702).
const AUTHORIZATION: u64 = 25_000;
/// A token of data at least (EIP-7623); a zero byte is one token, any other four.
const FLOOR_TOKEN: u64 = 10;
const TOKENS_OF_NON_ZERO_BYTE: u64 = 4;

/// What a transaction costs before its first instruction, in gas, under `fork` (Yellow Paper §6.2, EIP-2, 2028,
/// 2930, 3860, 7702).
pub fn intrinsic_gas(transaction: &Transaction, fork: Fork) -> u64 {
    let (zero, non_zero) = count(transaction.input());
    let non_zero_byte = if fork >= Fork::Istanbul { NON_ZERO_BYTE_ISTANBUL } else { NON_ZERO_BYTE };
    let mut gas = TRANSACTION
        .saturating_add(zero.saturating_mul(ZERO_BYTE))
        .saturating_add(non_zero.saturating_mul(non_zero_byte));
    if transaction.is_create() {
        if fork >= Fork::Homestead {
            gas = gas.saturating_add(CREATE);
        }
        if fork >= Fork::Shanghai {
            let words = wide(transaction.input().len()).div_ceil(32);
            gas = gas.saturating_add(words.saturating_mul(INIT_CODE_WORD));
        }
    }
    if let Some(list) = transaction.access_list() {
        for item in list.iter() {
            let keys = wide(item.storage_keys.len()).saturating_mul(ACCESS_LIST_KEY);
            gas = gas.saturating_add(ACCESS_LIST_ADDRESS).saturating_add(keys);
        }
    }
    let authorizations = wide(transaction.authorization_list().map_or(0, <[_]>::len));
    gas.saturating_add(authorizations.saturating_mul(AUTHORIZATION))
}

/// The least gas that a transaction pays for its data under `fork` (EIP-7623); 0 before Prague.
pub fn floor_gas(transaction: &Transaction, fork: Fork) -> u64 {
    if fork < Fork::Prague {
        return 0;
    }
    let (zero, non_zero) = count(transaction.input());
    let tokens = zero.saturating_add(non_zero.saturating_mul(TOKENS_OF_NON_ZERO_BYTE));
    TRANSACTION.saturating_add(tokens.saturating_mul(FLOOR_TOKEN))
}

fn count(data: &[u8]) -> (u64, u64) {
    let zero = data.iter().filter(|byte| **byte == 0).count();
    (wide(zero), wide(data.len().saturating_sub(zero)))
}

fn wide(count: usize) -> u64 {
    u64::try_from(count).unwrap_or(u64::MAX)
}
