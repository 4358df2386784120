//! What the registry accepted from the devices of a vehicle.

use crate::view::{account, number};
use crate::{Error, Rpc, RpcError, bytes, malformed, small};
use obd_core::{Address, Hash, keccak256};
use serde_json::{Value, json};
use std::ops::{ControlFlow, RangeInclusive};

const LOGS: &str = "eth_getLogs";
const EVENT: &[u8] = b"ReadingRecorded(uint256,address,uint64,uint32,uint16,bytes32,bytes32)";
/// Blocks whose logs are asked for at once: nodes have limits, and a vehicle has few readings in so many.
const SPAN: u64 = 8_192;

/// A reading that the registry accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Recorded {
    /// The device's number of it.
    pub counter: u64,
    /// Its hash: the root over the records that came with it.
    pub hash: Hash,
}

impl Rpc {
    /// Shows the readings of `vehicle` in these blocks, oldest first, until one is enough.
    ///
    /// # Errors
    ///
    /// As [`Rpc::view`], and what `visit` breaks off with.
    pub fn readings<E: From<Error>>(
        &self,
        registry: Address,
        vehicle: u64,
        blocks: RangeInclusive<u64>,
        mut visit: impl FnMut(Recorded) -> Result<ControlFlow<()>, E>,
    ) -> Result<(), E> {
        let [readings] = self.view(registry, "READINGS()", &[])?;
        // The contract behind the registry that keeps the readings and tells of them.
        let readings = account(&readings).map_err(Error::from)?.to_string();
        let topics = [const_hex::encode_prefixed(keccak256(EVENT)), format!("{vehicle:#066x}")];
        let (mut from, last) = blocks.into_inner();
        while from <= last {
            let to = from.saturating_add(SPAN - 1).min(last);
            let filter = json!([{
                "address": readings, "topics": topics,
                "fromBlock": format!("{from:#x}"), "toBlock": format!("{to:#x}"),
            }]);
            let logs = self.call(LOGS, filter).map_err(Error::from)?;
            let list = logs.as_array().ok_or_else(|| Error::from(malformed(LOGS, &logs)))?;
            for log in list {
                if visit(recorded(log).map_err(Error::from)?)?.is_break() {
                    return Ok(());
                }
            }
            from = to.saturating_add(1);
        }
        Ok(())
    }

    /// The number of the newest block.
    ///
    /// # Errors
    ///
    /// As [`Rpc::call`].
    pub fn head(&self) -> Result<u64, RpcError> {
        let method = "eth_blockNumber";
        small(method, &self.call(method, json!([]))?)
    }
}

/// Counter, kilometres, flags, the hash before, the hash.
fn recorded(log: &Value) -> Result<Recorded, RpcError> {
    let data = bytes(LOGS, &log["data"])?;
    let words: [Hash; 5] = data.as_chunks().0.try_into().map_err(|_| malformed(LOGS, log))?;
    Ok(Recorded { counter: number(&words[0])?, hash: words[4] })
}
