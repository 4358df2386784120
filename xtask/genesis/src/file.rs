use crate::{allocation::Allocation, replay::sender, world::World};
use autochain_primitives::{Address, U256, hex};
use serde_json::{Map, Value, json};

/// The genesis file of a network: its rules, and all accounts of its world but the sender.
pub(crate) fn genesis(name: &str, allocation: &Allocation, world: &World) -> Value {
    let accounts = world.state.accounts().into_iter().filter(|(address, _)| kept(address));
    let alloc: Map<String, Value> = accounts
        .map(|(address, account)| {
            let mut entry = Map::new();
            entry.insert("balance".to_owned(), json!(account.balance));
            if account.nonce > 0 {
                entry.insert("nonce".to_owned(), json!(format!("{:#x}", account.nonce)));
            }
            let code = world.state.code_of(&address);
            if !code.is_empty() {
                entry.insert("code".to_owned(), json!(code));
            }
            let slots = world.state.slots(&address);
            if !slots.is_empty() {
                let slots = slots.into_iter().map(|(slot, value)| (word(slot), json!(word(value))));
                entry.insert("storage".to_owned(), Value::Object(slots.collect()));
            }
            (format!("{address:#x}"), Value::Object(entry))
        })
        .collect();
    json!({
        "config": config(allocation),
        "nonce": "0x0",
        "timestamp": format!("{:#x}", allocation.timestamp),
        "extraData": hex::encode_prefixed(format!("Autochain {name}")),
        "gasLimit": format!("{:#x}", allocation.gas_limit),
        "difficulty": format!("{:#x}", allocation.difficulty),
        "mixHash": format!("0x{}", "00".repeat(32)),
        "coinbase": format!("0x{}", "00".repeat(20)),
        "baseFeePerGas": "0x3b9aca00",
        "alloc": alloc,
    })
}

/// Whether an account belongs to block 0: neither the sender nor the zero address, which only called.
pub(crate) fn kept(address: &Address) -> bool {
    *address != sender() && !address.is_zero()
}

fn config(allocation: &Allocation) -> Value {
    let mut config = Map::new();
    config.insert("chainId".to_owned(), json!(allocation.chain_id));
    for block in [
        "homestead",
        "eip150",
        "eip155",
        "eip158",
        "byzantium",
        "constantinople",
        "petersburg",
        "istanbul",
        "berlin",
        "london",
    ] {
        config.insert(format!("{block}Block"), json!(0));
    }
    for time in ["shanghai", "cancun", "prague", "osaka"] {
        config.insert(format!("{time}Time"), json!(0));
    }
    config.insert("ethash".to_owned(), json!({}));
    let mut rules = json!(allocation.rules);
    rules["reward"] = json!("reserve");
    if allocation.draft {
        rules["draft"] = json!(true);
    }
    config.insert("autochain".to_owned(), rules);
    Value::Object(config)
}

fn word(value: U256) -> String {
    hex::encode_prefixed(value.to_be_bytes::<32>())
}
