use crate::args::Order;
use crate::error::Error;
use crate::registry::{reason, standing, would_revert};
use crate::rpc::{Rpc, RpcError, malformed, quantity, shown, small};
use obd_core::{Address, Chain, Eip1559, Hash, Key, Policy, RECORD_TX_LEN, Reading};
use serde_json::{Value, json};
use std::fmt;
use std::thread::sleep;
use std::time::{Duration, Instant};

const POLL: Duration = Duration::from_millis(200);

/// Numbers, signs and pushes one reading, and waits until it is mined.
pub(crate) fn record(order: &Order) -> Result<Recorded, Error> {
    let key = Key::from_bytes(&order.secret)?;
    let rpc = Rpc::new(&order.rpc);
    check_chain(&rpc, order)?;

    let reading = next_reading(&rpc, order, key.address())?;
    let data = reading.calldata();
    let call = json!({
        "from": key.address().to_string(),
        "to": order.registry.to_string(),
        "data": const_hex::encode_prefixed(data),
    });
    let (priority, fee) = fees(&rpc)?;
    let policy = Policy {
        chain_id: order.chain_id,
        registry: order.registry,
        max_gas: order.max_gas,
        max_fee_per_gas: order.max_fee,
        max_priority_fee_per_gas: order.max_priority_fee,
    };
    let tx = Eip1559 {
        chain_id: order.chain_id,
        nonce: nonce(&rpc, key.address())?,
        max_priority_fee_per_gas: priority,
        max_fee_per_gas: fee,
        gas_limit: match order.gas_limit {
            Some(limit) => limit,
            None => gas(&rpc, &call)?,
        },
        to: order.registry,
        value: 0,
        data: &data,
    };
    let mut out = [0; RECORD_TX_LEN];
    let signed = tx.check(&policy)?.sign(&key, &mut out)?;
    let hash = signed.hash();
    push(&rpc, signed.raw(), hash)?;
    let receipt = wait(&rpc, hash, order.timeout)?;
    if !receipt.success {
        let reason = replay(&rpc, call, receipt.block);
        return Err(Error::Reverted { hash: const_hex::encode_prefixed(hash), block: receipt.block, reason });
    }
    Ok(Recorded { transaction: hash, receipt, reading })
}

/// A reading that stands on the chain.
pub(crate) struct Recorded {
    transaction: Hash,
    receipt: Receipt,
    reading: Reading,
}

impl fmt::Display for Recorded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { transaction, receipt, reading } = self;
        writeln!(f, "transaction {}", const_hex::encode_prefixed(transaction))?;
        writeln!(f, "status 1")?;
        writeln!(f, "block {}", receipt.block)?;
        writeln!(f, "gas {}", receipt.gas)?;
        writeln!(f, "vehicle {}", reading.vehicle)?;
        writeln!(f, "counter {}", reading.counter)?;
        write!(f, "hash {}", const_hex::encode_prefixed(reading.hash))
    }
}

struct Receipt {
    success: bool,
    block: u64,
    gas: u64,
}

/// The node is asked where it is so that it can be left, never so that it can be followed.
fn check_chain(rpc: &Rpc, order: &Order) -> Result<(), Error> {
    let got = rpc.quantity("eth_chainId", json!([]))?;
    if got != u128::from(order.chain_id) {
        return Err(Error::WrongChain { got, pinned: order.chain_id });
    }
    if let Some(pinned) = order.genesis_hash {
        let method = "eth_getBlockByNumber";
        let genesis = rpc.call(method, json!(["0x0", false]))?;
        let got = genesis["hash"].as_str().ok_or_else(|| malformed(method, &genesis))?;
        if !got.eq_ignore_ascii_case(&const_hex::encode_prefixed(pinned)) {
            return Err(Error::WrongGenesis { got: shown(got) });
        }
    }
    Ok(())
}

fn next_reading(rpc: &Rpc, order: &Order, device: Address) -> Result<Reading, Error> {
    let held = standing(rpc, order.registry, device, order.vehicle)?;
    let prev_hash = order.prev_hash.unwrap_or(held.hash);
    let mut chain = match order.counter {
        // Counter 0 exists nowhere; the registry says so better than an error of our own.
        Some(0) => {
            let Order { vehicle, odometer_km, flags, hash, .. } = *order;
            return Ok(Reading { vehicle, counter: 0, odometer_km, flags, prev_hash, hash });
        }
        Some(counter) => Chain::resume(counter - 1, prev_hash),
        None => {
            let mut chain = Chain::default();
            chain.catch_up(held.counter, prev_hash).map_err(Error::Chain)?;
            chain
        }
    };
    chain.append(order.vehicle, order.odometer_km, order.flags, order.hash).map_err(Error::Chain)
}

/// The priority fee that the node suggests, and a fee that outlives six full blocks, in wei per gas.
fn fees(rpc: &Rpc) -> Result<(u128, u128), Error> {
    let method = "eth_getBlockByNumber";
    let head = rpc.call(method, json!(["latest", false]))?;
    let base_fee = match &head["baseFeePerGas"] {
        Value::Null if head["hash"].is_string() => return Err(Error::NoBaseFee),
        value => quantity(method, value)?,
    };
    let priority = rpc.quantity("eth_maxPriorityFeePerGas", json!([]))?;
    let fee = base_fee.checked_mul(2).and_then(|double| double.checked_add(priority));
    Ok((priority, fee.ok_or(Error::AbsurdFee { base_fee, priority })?))
}

fn nonce(rpc: &Rpc, device: Address) -> Result<u64, Error> {
    let method = "eth_getTransactionCount";
    Ok(small(method, &rpc.call(method, json!([device.to_string(), "pending"]))?)?)
}

/// The node's estimate and a fifth more: another reading may come first and make this one dearer.
fn gas(rpc: &Rpc, call: &Value) -> Result<u64, Error> {
    let method = "eth_estimateGas";
    let estimate: u64 = small(method, &rpc.call(method, json!([call])).map_err(would_revert)?)?;
    Ok(estimate.saturating_add(estimate / 5))
}

fn push(rpc: &Rpc, raw: &[u8], hash: Hash) -> Result<(), Error> {
    let method = "eth_sendRawTransaction";
    let answer = rpc.call(method, json!([const_hex::encode_prefixed(raw)]))?;
    let theirs = answer.as_str().ok_or_else(|| malformed(method, &answer))?;
    let ours = const_hex::encode_prefixed(hash);
    if !theirs.eq_ignore_ascii_case(&ours) {
        return Err(Error::OtherHash { ours, theirs: shown(theirs) });
    }
    Ok(())
}

fn wait(rpc: &Rpc, hash: Hash, patience: Duration) -> Result<Receipt, Error> {
    let method = "eth_getTransactionReceipt";
    let hash = const_hex::encode_prefixed(hash);
    let start = Instant::now();
    loop {
        let answer = rpc.call(method, json!([hash]))?;
        if !answer.is_null() {
            let success = match quantity(method, &answer["status"])? {
                0 => false,
                1 => true,
                _ => return Err(malformed(method, &answer).into()),
            };
            let block = small(method, &answer["blockNumber"])?;
            return Ok(Receipt { success, block, gas: small(method, &answer["gasUsed"])? });
        }
        if start.elapsed() >= patience {
            return Err(Error::NotMined { hash, waited: patience });
        }
        sleep(POLL);
    }
}

/// Why a mined call reverted: the same call on the state before its block.
fn replay(rpc: &Rpc, call: Value, block: u64) -> String {
    match rpc.call("eth_call", json!([call, format!("{:#x}", block.saturating_sub(1))])) {
        Err(RpcError::Node { data: Some(data), .. }) => reason(&data),
        Err(error) => error.to_string(),
        Ok(_) => "the same call goes through on the block before; out of gas?".to_owned(),
    }
}
