use crate::args::Order;
use crate::error::Error;
use crate::registry::standing;
use device_rpc::{Caps, Pins, Receipt, Rpc, Sender};
use obd_core::{Address, Chain, Key, Reading};
use std::fmt;

/// Numbers, signs and pushes one reading, and waits until it is mined.
pub(crate) fn record(order: &Order) -> Result<Recorded, Error> {
    let key = Key::from_bytes(&order.secret)?;
    let rpc = Rpc::new(&order.rpc);
    let pins = Pins { chain_id: order.chain_id, genesis: order.genesis_hash, registry: order.registry };
    pins.check(&rpc)?;
    let reading = next_reading(&rpc, order, key.address())?;
    let caps = Caps {
        gas: order.max_gas,
        fee: order.max_fee,
        priority_fee: order.max_priority_fee,
        patience: order.timeout,
    };
    let sender = Sender::new(&rpc, &pins, order.registry, &key, caps);
    let receipt = sender.send(&reading.calldata(), order.gas_limit)?;
    Ok(Recorded { receipt, reading })
}

/// A reading that stands on the chain.
pub(crate) struct Recorded {
    receipt: Receipt,
    reading: Reading,
}

impl fmt::Display for Recorded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { receipt, reading } = self;
        writeln!(f, "transaction {}", const_hex::encode_prefixed(receipt.transaction))?;
        writeln!(f, "status 1")?;
        writeln!(f, "block {}", receipt.block)?;
        writeln!(f, "gas {}", receipt.gas)?;
        writeln!(f, "vehicle {}", reading.vehicle)?;
        writeln!(f, "counter {}", reading.counter)?;
        write!(f, "hash {}", const_hex::encode_prefixed(reading.hash))
    }
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
