use crate::args::Order;
use crate::budget::Budget;
use crate::error::Error;
use crate::node::Node;
use crate::reading::SignedReading;
use crate::store::Store;
use device_rpc::{quantity, small};
use obd_core::record::{SEALED_LEN, SealedRecord};
use obd_core::{Address, Domain, Eip1559, Hash, Key, Policy};
use serde_json::{Value, json};
use std::collections::HashMap;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

/// After so long the same reading may be carried again, with a higher fee.
const PATIENCE: Duration = Duration::from_secs(90);

/// Between two looks at what lies in staging.
const SWEEP: Duration = Duration::from_secs(30);

/// What the relay does, whoever asks.
pub(crate) struct Relay {
    store: Store,
    node: Node,
    policy: Policy,
    domain: Domain,
    allowed: Vec<Address>,
    account: Option<Mutex<Account>>,
}

/// Who pays. One transaction is made at a time, so that nonces follow each other.
struct Account {
    key: Key,
    budget: Budget,
    /// The last transaction for each device.
    carried: HashMap<Address, Carried>,
}

#[derive(Clone)]
struct Carried {
    counter: u64,
    nonce: u64,
    fee: u128,
    tip: u128,
    hash: String,
    at: Instant,
}

impl Relay {
    pub(crate) fn open(order: Order) -> io::Result<Arc<Self>> {
        let Order { data, rpc, policy, allowed, secret, daily_cap, .. } = order;
        let store = Store::open(&data, order.max_bytes, order.staging_bytes)?;
        let account = secret
            .map(|secret| {
                let key = Key::from_bytes(&secret).map_err(io::Error::other)?;
                let budget = Budget::open(data.join("spent"), daily_cap)?;
                Ok::<_, io::Error>(Mutex::new(Account { key, budget, carried: HashMap::new() }))
            })
            .transpose()?;
        let domain = Domain::new(policy.chain_id, policy.registry);
        let relay = Arc::new(Self { store, node: Node::new(&rpc), policy, domain, allowed, account });
        let (sweeper, keep) = (Arc::downgrade(&relay), order.staging);
        thread::spawn(move || {
            while let Some(relay) = sweeper.upgrade() {
                if let Err(error) = relay.sweep(keep) {
                    eprintln!("autochain-relay: staging: {error}");
                }
                drop(relay);
                thread::sleep(SWEEP);
            }
        });
        Ok(relay)
    }

    /// Decides about uploads whose time in staging is over: one that the registry holds, as those of devices that
    /// pay themselves, stays for good, others go. What the node cannot tell now, it may the next time.
    fn sweep(&self, keep: Duration) -> Result<(), Error> {
        let overdue = self.store.overdue(keep);
        if overdue.is_empty() {
            return Ok(());
        }
        for upload in overdue {
            let accepted =
                self.node.accepted(self.policy.registry, upload.vehicle, &upload.root, upload.age());
            let done = accepted.and_then(|accepted| match accepted {
                true => self.store.claim(&upload.root),
                false => self.store.forget(&upload.root),
            });
            if let Err(error) = done {
                eprintln!("autochain-relay: staging, {}: {error}", const_hex::encode_prefixed(upload.root));
            }
        }
        Ok(())
    }

    /// One call of JSON-RPC.
    pub(crate) fn call(&self, method: &str, params: &Value) -> Result<Value, Error> {
        match method {
            "autochain_storeRecords" => self.store_records(&params[0]),
            "autochain_relayReading" => self.relay(&params[0]),
            "autochain_getRecord" => {
                Ok(json!(const_hex::encode_prefixed(self.store.record(&hash(&params[0])?)?)))
            }
            "autochain_getUpload" => {
                let leaves = self.store.tree(&hash(&params[0])?)?;
                Ok(leaves
                    .iter()
                    .map(|(leaf, proof)| {
                        let siblings = proof.siblings().iter().map(const_hex::encode_prefixed);
                        json!({ "hash": const_hex::encode_prefixed(leaf), "proof": siblings.collect::<Vec<_>>() })
                    })
                    .collect())
            }
            other => Err(Error::NoMethod(other.chars().take(64).collect())),
        }
    }

    /// Keeps an upload. Anybody may hand one in: what a stranger makes up is bounded by `--staging-bytes`, and
    /// without a reading it goes after `--staging-hours`.
    fn store_records(&self, records: &Value) -> Result<Value, Error> {
        let records: Option<Vec<SealedRecord>> = records.as_array().and_then(|records| {
            let sealed = |record: &Value| {
                let bytes: [u8; SEALED_LEN] = const_hex::decode_to_array(record.as_str()?).ok()?;
                let sealed = SealedRecord::from_bytes(bytes);
                sealed.head().is_ok().then_some(sealed)
            };
            records.iter().map(sealed).collect()
        });
        let root = self.store.keep(&records.ok_or(Error::Records(SEALED_LEN))?)?;
        Ok(json!(const_hex::encode_prefixed(root)))
    }

    fn relay(&self, reading: &Value) -> Result<Value, Error> {
        let signed = SignedReading::parse(reading, &self.domain)?;
        let account = self.account.as_ref().ok_or(Error::NoAccount)?;
        if !self.store.has(&signed.reading.hash) {
            return Err(Error::NoRecords);
        }
        let pairing = self.node.pairing(self.policy.registry, signed.device)?;
        if !pairing.active || pairing.vehicle != signed.reading.vehicle {
            return Err(Error::NotPaired(signed.device));
        }
        if !self.allowed.contains(&pairing.holder) {
            return Err(Error::NotAllowed(pairing.holder));
        }
        let (got, last) = (signed.reading.counter, pairing.counter);
        if got <= last {
            return Err(Error::Counter { got, last });
        }
        self.store.claim(&signed.reading.hash)?;
        let mut account = account.lock().unwrap_or_else(PoisonError::into_inner);
        self.carry(&mut account, &signed)
    }

    /// Signs and sends, once for each reading: asked again soon, it gives the same hash; asked again late,
    /// it replaces the transaction that is stuck.
    fn carry(&self, account: &mut Account, signed: &SignedReading) -> Result<Value, Error> {
        let before = account.carried.get(&signed.device).cloned();
        let same = before.filter(|carried| carried.counter == signed.reading.counter);
        if let Some(carried) = &same
            && carried.at.elapsed() < PATIENCE
        {
            return Ok(json!(carried.hash));
        }
        let got = self.node.quantity("eth_chainId", json!([]))?;
        if got != u128::from(self.policy.chain_id) {
            return Err(Error::Chain { got, pinned: self.policy.chain_id });
        }
        let (mut tip, mut fee) = self.fees()?;
        let count = json!([account.key.address().to_string(), "pending"]);
        let method = "eth_getTransactionCount";
        let mut nonce = small(method, &self.node.call(method, count)?)?;
        let mined = json!([account.key.address().to_string(), "latest"]);
        if let Some(stuck) = same
            && self.node.quantity(method, mined)? <= stuck.nonce.into()
        {
            nonce = stuck.nonce;
            // A replacement has to offer a tenth more.
            fee = fee.max(stuck.fee + stuck.fee / 8 + 1);
            tip = tip.max(stuck.tip + stuck.tip / 8 + 1);
        }
        let data = signed.calldata();
        let transaction = Eip1559 {
            chain_id: self.policy.chain_id,
            nonce,
            max_priority_fee_per_gas: tip,
            max_fee_per_gas: fee,
            gas_limit: self.policy.max_gas,
            to: self.policy.registry,
            value: 0,
            data: &data,
        };
        let checked = transaction.check(&self.policy)?;
        account.budget.charge(fee.saturating_mul(self.policy.max_gas.into()))?;
        let mut out = vec![0; transaction.signed_len()];
        let raw = checked.sign(&account.key, &mut out)?;
        let hash = const_hex::encode_prefixed(raw.hash());
        self.node.call("eth_sendRawTransaction", json!([const_hex::encode_prefixed(raw.raw())]))?;
        let carried = Carried {
            counter: signed.reading.counter,
            nonce,
            fee,
            tip,
            hash: hash.clone(),
            at: Instant::now(),
        };
        account.carried.insert(signed.device, carried);
        Ok(json!(hash))
    }

    /// A usual tip, and a fee that outlives six full blocks, in wei per gas.
    fn fees(&self) -> Result<(u128, u128), Error> {
        let method = "eth_feeHistory";
        let history = self.node.call(method, json!(["0x1", "latest", [50]]))?;
        let base = quantity(method, &history["baseFeePerGas"][1])?;
        let tip = quantity(method, &history["reward"][0][0])?;
        Ok((tip, base.saturating_mul(2).saturating_add(tip)))
    }
}

fn hash(value: &Value) -> Result<Hash, Error> {
    let bytes = value.as_str().and_then(|text| const_hex::decode_to_array(text).ok());
    bytes.ok_or(Error::Params("a hash of 32 bytes is wanted"))
}
