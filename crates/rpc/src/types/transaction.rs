use autochain_evm::{AccessListItem, SignedAuthorization};
use autochain_primitives::{
    Address, B256, Bytes, Transaction, TransactionFields, TxType, Typed2718, U256,
    alloy_primitives::{U64, U128},
};
use serde::Serialize;

/// Where a transaction stands.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place {
    /// `None` in the pending block.
    pub(crate) block_hash: Option<B256>,
    pub(crate) block_number: u64,
    pub(crate) index: usize,
    /// Wei per gas.
    pub(crate) base_fee: Option<u64>,
}

/// A transaction as geth sends it.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RpcTransaction {
    block_hash: Option<B256>,
    block_number: Option<U64>,
    from: Address,
    gas: U64,
    gas_price: U128,
    #[serde(skip_serializing_if = "Option::is_none")]
    max_fee_per_gas: Option<U128>,
    #[serde(skip_serializing_if = "Option::is_none")]
    max_priority_fee_per_gas: Option<U128>,
    hash: B256,
    input: Bytes,
    nonce: U64,
    to: Option<Address>,
    transaction_index: Option<U64>,
    value: U256,
    #[serde(rename = "type")]
    tx_type: U64,
    #[serde(skip_serializing_if = "Option::is_none")]
    access_list: Option<Vec<AccessListItem>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    chain_id: Option<U64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    authorization_list: Option<Vec<SignedAuthorization>>,
    v: U64,
    r: U256,
    s: U256,
    #[serde(skip_serializing_if = "Option::is_none")]
    y_parity: Option<U64>,
}

impl RpcTransaction {
    /// A transaction in a block, or without a place in the pool.
    pub(crate) fn new(transaction: &Transaction, from: Address, place: Option<Place>) -> Self {
        let signature = transaction.signature();
        let parity = u64::from(signature.v());
        let legacy = transaction.tx_type() == TxType::Legacy;
        let v = match transaction.chain_id() {
            _ if !legacy => parity,
            Some(chain_id) => chain_id.saturating_mul(2).saturating_add(35 + parity),
            None => 27 + parity,
        };
        let dynamic = transaction.is_dynamic_fee();
        let gas_price = match place.filter(|place| place.block_hash.is_some()) {
            Some(place) => transaction.effective_gas_price(place.base_fee),
            None => transaction.max_fee_per_gas(),
        };
        Self {
            block_hash: place.and_then(|place| place.block_hash),
            block_number: place.map(|place| U64::from(place.block_number)),
            from,
            gas: U64::from(transaction.gas_limit()),
            gas_price: U128::from(gas_price),
            max_fee_per_gas: dynamic.then(|| U128::from(transaction.max_fee_per_gas())),
            max_priority_fee_per_gas: transaction.max_priority_fee_per_gas().map(U128::from),
            hash: *transaction.tx_hash(),
            input: transaction.input().clone(),
            nonce: U64::from(transaction.nonce()),
            to: transaction.to(),
            transaction_index: place.map(|place| U64::from(place.index)),
            value: transaction.value(),
            tx_type: U64::from(transaction.ty()),
            access_list: transaction.access_list().map(|list| list.0.clone()),
            chain_id: transaction.chain_id().map(U64::from),
            authorization_list: transaction.authorization_list().map(<[_]>::to_vec),
            v: U64::from(v),
            r: signature.r(),
            s: signature.s(),
            y_parity: (!legacy).then(|| U64::from(parity)),
        }
    }
}
