use crate::error::Error;
use device_rpc::{Recorded, Rpc, RpcError, malformed};
use obd_core::queue::verify;
use obd_core::record::{SEALED_LEN, SealedRecord};
use obd_core::{Address, Hash};
use serde_json::{Value, json};
use std::io::{self, Write as _};
use std::ops::ControlFlow;

const UPLOAD: &str = "autochain_getUpload";
const RECORD: &str = "autochain_getRecord";

/// Whose records, and from where.
pub(crate) struct Order {
    pub(crate) node: Rpc,
    pub(crate) registry: Address,
    pub(crate) relay: Rpc,
    pub(crate) vehicle: u64,
    /// Of this key epoch only; of all without one.
    pub(crate) epoch: Option<u32>,
    /// The first block that is looked at.
    pub(crate) from: u64,
}

/// Prints every record of the vehicle that a reading on chain stands for, as hexadecimal digits, one a line, in the
/// order of the chain. What the relay gives is proved to stand under the reading's hash, or it is an error.
pub(crate) fn fetch(order: &Order) -> Result<(), Error> {
    let mut out = io::stdout().lock();
    let mut missing = 0_usize;
    let head = order.node.head().map_err(device_rpc::Error::from)?;
    order.node.readings(order.registry, order.vehicle, order.from..=head, |recorded| {
        match upload(&order.relay, &recorded) {
            Ok(records) => {
                let of_epoch = |record: &&SealedRecord| match (order.epoch, record.head()) {
                    (Some(epoch), Ok(head)) => head.epoch == epoch,
                    _ => true,
                };
                for record in records.iter().filter(of_epoch) {
                    writeln!(out, "{}", const_hex::encode(record.as_bytes()))?;
                }
            }
            // The relay answers, and has nothing: what there is elsewhere is worth having.
            Err(Error::Relay(error @ RpcError::Node { .. })) => {
                missing += 1;
                eprintln!("autochain-owner: reading {}: {error}", recorded.counter);
            }
            Err(error) => return Err(error),
        }
        Ok(ControlFlow::Continue(()))
    })?;
    if missing > 0 { Err(Error::Missing(missing)) } else { Ok(()) }
}

/// The records that came with a reading.
fn upload(relay: &Rpc, recorded: &Recorded) -> Result<Vec<SealedRecord>, Error> {
    let leaves = relay.call(UPLOAD, json!([const_hex::encode_prefixed(recorded.hash)]))?;
    let list = leaves.as_array().ok_or_else(|| malformed(UPLOAD, &leaves))?;
    list.iter().map(|leaf| record(relay, recorded, leaf)).collect()
}

fn record(relay: &Rpc, recorded: &Recorded, leaf: &Value) -> Result<SealedRecord, Error> {
    let hash = |value: &Value| -> Result<Hash, RpcError> {
        value
            .as_str()
            .and_then(|text| const_hex::decode_to_array(text).ok())
            .ok_or_else(|| malformed(UPLOAD, value))
    };
    let name = hash(&leaf["hash"])?;
    let siblings = leaf["proof"].as_array().ok_or_else(|| malformed(UPLOAD, leaf))?;
    let proof = siblings.iter().map(hash).collect::<Result<Vec<_>, _>>()?;
    let fetched = relay.call(RECORD, json!([const_hex::encode_prefixed(name)]))?;
    let bytes = fetched.as_str().and_then(|text| const_hex::decode_to_array::<_, SEALED_LEN>(text).ok());
    let record = SealedRecord::from_bytes(bytes.ok_or_else(|| malformed(RECORD, &fetched))?);
    if record.hash() != name || !verify(&recorded.hash, &name, &proof) {
        return Err(Error::NotRecorded { counter: recorded.counter });
    }
    Ok(record)
}
