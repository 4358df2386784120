use crate::{Error, Pins, Revert, Rpc, RpcError, malformed, quantity, shown, small};
use obd_core::{Address, Eip1559, Hash, Key, Policy};
use serde_json::{Value, json};
use std::thread::sleep;
use std::time::{Duration, Instant};

const POLL: Duration = Duration::from_millis(200);

/// What a transaction may cost, and how long it is waited for.
#[derive(Clone, Copy, Debug)]
pub struct Caps {
    /// The highest gas limit, in gas.
    pub gas: u64,
    /// The highest fee, in wei per gas.
    pub fee: u128,
    /// The highest priority fee, in wei per gas.
    pub priority_fee: u128,
    /// Until the block is there.
    pub patience: Duration,
}

/// Calls one contract in transactions of one key.
#[derive(Debug)]
pub struct Sender<'a> {
    rpc: &'a Rpc,
    key: &'a Key,
    policy: Policy,
    patience: Duration,
}

/// A transaction in a block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Receipt {
    /// The transaction.
    pub transaction: Hash,
    /// The block's number.
    pub block: u64,
    /// In gas.
    pub gas: u64,
}

impl<'a> Sender<'a> {
    /// Calls of `contract` on the pinned chain, which the caller has checked.
    pub const fn new(rpc: &'a Rpc, pins: &Pins, contract: Address, key: &'a Key, caps: Caps) -> Self {
        let policy = Policy {
            chain_id: pins.chain_id,
            registry: contract,
            max_gas: caps.gas,
            max_fee_per_gas: caps.fee,
            max_priority_fee_per_gas: caps.priority_fee,
        };
        Self { rpc, key, policy, patience: caps.patience }
    }

    /// Signs the call, sends it and waits until it is mined. Without a gas limit the node's estimate and a
    /// fifth more: another call may come first and make this one dearer.
    ///
    /// # Errors
    ///
    /// Anything but a transaction that was mined and did what it should.
    pub fn send(&self, data: &[u8], gas_limit: Option<u64>) -> Result<Receipt, Error> {
        let from = self.key.address();
        let call = call(from, self.policy.registry, data);
        let (priority, fee) = self.rpc.fees()?;
        let transaction = Eip1559 {
            chain_id: self.policy.chain_id,
            nonce: self.rpc.nonce(from)?,
            max_priority_fee_per_gas: priority,
            max_fee_per_gas: fee,
            gas_limit: match gas_limit {
                Some(limit) => limit,
                None => {
                    let estimate = self.rpc.gas(&call).map_err(|error| error.of(from))?;
                    estimate.saturating_add(estimate / 5)
                }
            },
            to: self.policy.registry,
            value: 0,
            data,
        };
        let mut out = vec![0; transaction.signed_len()];
        let signed = transaction.check(&self.policy)?.sign(self.key, &mut out)?;
        let hash = signed.hash();
        self.rpc.push(signed.raw(), hash).map_err(|error| error.of(from))?;
        self.rpc.receipt(hash, &call, self.patience)
    }
}

/// A call as `eth_call` and `eth_estimateGas` take it.
fn call(from: Address, to: Address, data: &[u8]) -> Value {
    json!({ "from": from.to_string(), "to": to.to_string(), "data": const_hex::encode_prefixed(data) })
}

impl Rpc {
    /// Whether the contract would take the call now.
    ///
    /// # Errors
    ///
    /// [`Error::WouldRevert`].
    pub fn try_out(&self, from: Address, to: Address, data: &[u8]) -> Result<(), Error> {
        self.gas(&call(from, to, data)).map(drop)
    }

    /// Waits for the receipt of a transaction that somebody sent.
    ///
    /// # Errors
    ///
    /// [`Error::NotMined`], [`Error::Reverted`].
    pub fn wait(
        &self,
        hash: Hash,
        (from, to, data): (Address, Address, &[u8]),
        patience: Duration,
    ) -> Result<Receipt, Error> {
        self.receipt(hash, &call(from, to, data), patience)
    }

    /// The priority fee that the node suggests, and a fee that outlives six full blocks, in wei per gas.
    fn fees(&self) -> Result<(u128, u128), Error> {
        let method = "eth_getBlockByNumber";
        let head = self.call(method, json!(["latest", false]))?;
        let base_fee = match &head["baseFeePerGas"] {
            Value::Null if head["hash"].is_string() => return Err(Error::NoBaseFee),
            value => quantity(method, value)?,
        };
        let priority = self.quantity("eth_maxPriorityFeePerGas", json!([]))?;
        let fee = base_fee.checked_mul(2).and_then(|double| double.checked_add(priority));
        Ok((priority, fee.ok_or(Error::AbsurdFee { base_fee, priority })?))
    }

    fn nonce(&self, account: Address) -> Result<u64, Error> {
        let method = "eth_getTransactionCount";
        Ok(small(method, &self.call(method, json!([account.to_string(), "pending"]))?)?)
    }

    fn gas(&self, call: &Value) -> Result<u64, Error> {
        let method = "eth_estimateGas";
        Ok(small(method, &self.call(method, json!([call])).map_err(Error::from_revert)?)?)
    }

    fn push(&self, raw: &[u8], hash: Hash) -> Result<(), Error> {
        let method = "eth_sendRawTransaction";
        let answer = self.call(method, json!([const_hex::encode_prefixed(raw)]))?;
        let theirs = answer.as_str().ok_or_else(|| malformed(method, &answer))?;
        let ours = const_hex::encode_prefixed(hash);
        if !theirs.eq_ignore_ascii_case(&ours) {
            return Err(Error::OtherHash { ours, theirs: shown(theirs) });
        }
        Ok(())
    }

    fn receipt(&self, hash: Hash, call: &Value, patience: Duration) -> Result<Receipt, Error> {
        let method = "eth_getTransactionReceipt";
        let name = const_hex::encode_prefixed(hash);
        let start = Instant::now();
        loop {
            let answer = self.call(method, json!([name]))?;
            if !answer.is_null() {
                let block = small(method, &answer["blockNumber"])?;
                return match quantity(method, &answer["status"])? {
                    0 => Err(Error::Reverted { hash: name, block, revert: self.replay(call, block) }),
                    1 => {
                        let gas = small(method, &answer["gasUsed"])?;
                        Ok(Receipt { transaction: hash, block, gas })
                    }
                    _ => Err(malformed(method, &answer).into()),
                };
            }
            if start.elapsed() >= patience {
                return Err(Error::NotMined { hash: name, waited: patience });
            }
            sleep(POLL);
        }
    }

    /// Why a mined call reverted: the same call on the state before its block.
    fn replay(&self, call: &Value, block: u64) -> Revert {
        let message = match self.call("eth_call", json!([call, format!("{:#x}", block.saturating_sub(1))])) {
            Err(RpcError::Node { data: Some(data), message, .. }) => return Revert { data, message },
            Err(error) => error.to_string(),
            Ok(_) => "the same call goes through on the block before; out of gas?".to_owned(),
        };
        Revert { message, ..Revert::default() }
    }
}
