use super::{
    super::personal::{accounts, key_error},
    Api, at,
    call::estimated,
    state::next_nonce,
};
use crate::{
    RpcError,
    jsonrpc::{Json, json},
    oracle,
    params::Params,
    types::{BlockId, BlockTag, CallArgs, HexBytes, RpcTransaction, Wei},
};
use alloy_consensus::{SignableTransaction, TxEip1559, TxEip2930, TxLegacy};
use autochain_chainspec::ChainSpec;
use autochain_consensus::next_base_fee;
use autochain_evm::{AccessList, CallOptions};
use autochain_keystore::KeystoreError;
use autochain_primitives::{
    Address, B256, Bytes, Decodable2718, Encodable2718, Transaction, TransactionFields, TxKind, U256,
    alloy_primitives::{Signature, eip191_hash_message},
    hex,
};
use autochain_txpool::Origin;
use serde_json::json as object;

pub(super) fn call(api: &Api, method: &str, params: &Params) -> Option<Result<Json, RpcError>> {
    Some(match method {
        "sendRawTransaction" => send_raw(api, params),
        "sendTransaction" => params
            .required::<CallArgs>(0)
            .and_then(|args| send_unsigned(api, &args, |a, h| sign_with_key(api, a, h))),
        "signTransaction" => sign_transaction(api, params),
        "sign" => sign(api, params),
        "accounts" => accounts(api).and_then(|accounts| json(&accounts)),
        _ => return None,
    })
}

/// What `eth_sign` and `personal_sign` sign (EIP-191, version 0x45).
pub(crate) fn message_hash(data: &[u8]) -> B256 {
    eip191_hash_message(data)
}

fn send_raw(api: &Api, params: &Params) -> Result<Json, RpcError> {
    let raw = params.required::<HexBytes>(0)?.0;
    json(&submit(api, decode(&raw)?)?)
}

/// Reads exactly one signed transaction.
pub(crate) fn decode(raw: &Bytes) -> Result<Transaction, RpcError> {
    let mut rest: &[u8] = raw;
    if rest.is_empty() {
        return Err(RpcError::server("typed transaction too short"));
    }
    let transaction = Transaction::decode_2718(&mut rest).map_err(|error| {
        let unknown = raw.first().is_some_and(|first| (0x05..0xc0).contains(first));
        let text =
            if unknown { "transaction type not supported".to_owned() } else { format!("rlp: {error}") };
        RpcError::server(text)
    })?;
    if !rest.is_empty() {
        return Err(RpcError::server("rlp: input contains more than one value"));
    }
    Ok(transaction)
}

/// Hands a transaction of a user to the pool.
fn submit(api: &Api, transaction: Transaction) -> Result<B256, RpcError> {
    let cap = api.config.tx_fee_cap;
    let fee = transaction.max_fee_per_gas().saturating_mul(u128::from(transaction.gas_limit()));
    if cap != 0 && fee > cap {
        let coins = |wei: u128| wei as f64 / 1e18;
        return Err(RpcError::server(format!(
            "tx fee ({:.2} ether) exceeds the configured cap ({:.2} ether)",
            coins(fee),
            coins(cap)
        )));
    }
    if transaction.chain_id().is_none() && !api.config.allow_unprotected {
        return Err(RpcError::server("only replay-protected (EIP-155) transactions allowed over RPC"));
    }
    let created = transaction.is_create();
    let hash = api
        .backend
        .pool()
        .add(transaction, Origin::Local, api.backend.account_state())
        .map_err(|error| RpcError::server(error.to_string()))?;
    tracing::info!(%hash, created, "Submitted transaction");
    Ok(hash)
}

fn sign_with_key(api: &Api, address: Address, hash: B256) -> Result<Signature, KeystoreError> {
    api.backend.keystore().sign(&address, hash)
}

/// Fills in what a transaction lacks, signs and sends it.
pub(crate) fn send_unsigned(
    api: &Api,
    args: &CallArgs,
    sign: impl FnOnce(Address, B256) -> Result<Signature, KeystoreError>,
) -> Result<Json, RpcError> {
    let from =
        args.from.ok_or_else(|| RpcError::invalid_params("missing value for required argument: from"))?;
    if !accounts(api)?.contains(&from) {
        return Err(RpcError::server("unknown account"));
    }
    let unsigned = Unsigned::fill(api, from, args)?;
    let signature = sign(from, unsigned.signature_hash()).map_err(key_error)?;
    json(&submit(api, unsigned.into_signed(signature))?)
}

/// `eth_signTransaction`: everything has to be given.
fn sign_transaction(api: &Api, params: &Params) -> Result<Json, RpcError> {
    let args = params.required::<CallArgs>(0)?;
    let missing = |what: &str| RpcError::server(format!("{what} not specified"));
    let from = args.from.ok_or_else(|| missing("from"))?;
    if args.gas.is_none() {
        return Err(missing("gas"));
    }
    if args.gas_price.is_none() && (args.max_fee_per_gas.is_none() || args.max_priority_fee_per_gas.is_none())
    {
        return Err(missing("missing gasPrice or maxFeePerGas/maxPriorityFeePerGas:"));
    }
    if args.nonce.is_none() {
        return Err(missing("nonce"));
    }
    let unsigned = Unsigned::fill(api, from, &args)?;
    let signature = sign_with_key(api, from, unsigned.signature_hash()).map_err(key_error)?;
    let transaction = unsigned.into_signed(signature);
    let raw = Bytes::from(transaction.encoded_2718());
    json(&object!({ "raw": raw, "tx": RpcTransaction::new(&transaction, from, None) }))
}

/// Address, data.
fn sign(api: &Api, params: &Params) -> Result<Json, RpcError> {
    let (address, data) = (params.address(0)?, params.required::<HexBytes>(1)?);
    let signature = sign_with_key(api, address, message_hash(&data.0)).map_err(key_error)?;
    json(&format!("0x{}", hex::encode(signature.as_bytes())))
}

/// A complete transaction that lacks its signature.
enum Unsigned {
    Legacy(TxLegacy),
    AccessList(TxEip2930),
    Dynamic(TxEip1559),
}

impl Unsigned {
    /// Takes nonce, gas and fees from pool, estimate and oracle where the user gave none.
    fn fill(api: &Api, from: Address, args: &CallArgs) -> Result<Self, RpcError> {
        args.check_fees()?;
        let spec = api.backend.spec();
        check_chain_id(spec, args)?;
        let input = args.input()?;
        if args.to.is_none() && input.is_empty() {
            return Err(RpcError::server("contract creation without any data provided"));
        }
        let nonce = match args.nonce {
            Some(nonce) => nonce.0,
            None => next_nonce(api, &from)?,
        };
        let gas_limit = match args.gas {
            Some(gas) => gas.0,
            None => {
                let at = at(api, BlockId::Tag(BlockTag::Pending))?;
                let gas_cap = (api.config.gas_cap != 0).then_some(api.config.gas_cap);
                let options = CallOptions { gas_cap, ..Default::default() };
                let mut request = args.request()?;
                request.from = Some(from);
                estimated(api, &at, &request, &options)?
            }
        };
        let to = args.to.map_or(TxKind::Create, TxKind::Call);
        let value = args.value.unwrap_or_default().0;
        let list = args.access_list.clone().map(AccessList);
        let chain_id = spec.chain_id;
        let base_fee = next_base_fee(spec, &api.backend.head().0);
        if let (None, Some(base_fee)) = (args.gas_price, base_fee) {
            let tip = match args.max_priority_fee_per_gas {
                Some(tip) => fee(tip)?,
                None => match args.max_fee_per_gas {
                    Some(cap) => oracle::tip(api)?.min(fee(cap)?),
                    None => oracle::tip(api)?,
                },
            };
            let cap = match args.max_fee_per_gas {
                Some(cap) => fee(cap)?,
                None => tip.saturating_add(2 * u128::from(base_fee)),
            };
            return Ok(Self::Dynamic(TxEip1559 {
                chain_id,
                nonce,
                gas_limit,
                max_fee_per_gas: cap,
                max_priority_fee_per_gas: tip,
                to,
                value,
                access_list: list.unwrap_or_default(),
                input,
            }));
        }
        if args.max_fee_per_gas.is_some() || args.max_priority_fee_per_gas.is_some() {
            return Err(RpcError::server(
                "maxFeePerGas and maxPriorityFeePerGas are not valid before London is active",
            ));
        }
        let gas_price = match args.gas_price {
            Some(price) => fee(price)?,
            None => oracle::gas_price(api)?,
        };
        Ok(match list {
            Some(access_list) => Self::AccessList(TxEip2930 {
                chain_id,
                nonce,
                gas_price,
                gas_limit,
                to,
                value,
                access_list,
                input,
            }),
            None => {
                let protected = spec.replay_protection(api.backend.head().0.number.saturating_add(1));
                let chain_id = protected.then_some(chain_id);
                Self::Legacy(TxLegacy { chain_id, nonce, gas_price, gas_limit, to, value, input })
            }
        })
    }

    fn signature_hash(&self) -> B256 {
        match self {
            Self::Legacy(transaction) => transaction.signature_hash(),
            Self::AccessList(transaction) => transaction.signature_hash(),
            Self::Dynamic(transaction) => transaction.signature_hash(),
        }
    }

    fn into_signed(self, signature: Signature) -> Transaction {
        match self {
            Self::Legacy(transaction) => transaction.into_signed(signature).into(),
            Self::AccessList(transaction) => transaction.into_signed(signature).into(),
            Self::Dynamic(transaction) => transaction.into_signed(signature).into(),
        }
    }
}

fn check_chain_id(spec: &ChainSpec, args: &CallArgs) -> Result<(), RpcError> {
    match args.chain_id {
        Some(chain_id) if chain_id.0 != spec.chain_id => Err(RpcError::server(format!(
            "chainId does not match node's (have={}, want={})",
            chain_id.0, spec.chain_id
        ))),
        _ => Ok(()),
    }
}

/// A fee that a transaction can carry.
fn fee(wei: Wei) -> Result<u128, RpcError> {
    u128::try_from(wei.0).map_err(|_| {
        RpcError::invalid_params(format!("fee {:#x} wei per gas is above 128 bits", U256::from(wei.0)))
    })
}
