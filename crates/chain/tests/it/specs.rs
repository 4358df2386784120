//! The chains of these tests: no seals, and a difficulty that the clock moves by up to a twentieth a block, so that
//! a shorter branch can be the heavier one.

use crate::{
    contracts::{FACTORY, FACTORY_CODE},
    forge::senders,
};
use autochain_chainspec::{ChainSpec, RewardRule};
use autochain_evm::HISTORY_STORAGE_ADDRESS;
use autochain_primitives::hex;
use serde_json::{Map, Value, json};

const BLOCK_FORKS: [&str; 11] = [
    "homesteadBlock",
    "eip150Block",
    "eip155Block",
    "eip158Block",
    "byzantiumBlock",
    "constantinopleBlock",
    "petersburgBlock",
    "istanbulBlock",
    "muirGlacierBlock",
    "berlinBlock",
    "londonBlock",
];

/// Autochain's rules: everything up to Osaka, the mining reserve.
pub(crate) fn autochain() -> ChainSpec {
    let mut config = blocks(BLOCK_FORKS.len());
    for time in ["shanghaiTime", "cancunTime", "pragueTime", "osakaTime"] {
        config.insert(time.to_owned(), json!(0));
    }
    spec(config, "reserve")
}

/// Istanbul with Ethereum's rewards: a destroyed contract loses its storage, and CREATE2 brings it back.
pub(crate) fn istanbul() -> ChainSpec {
    spec(blocks(9), "ethereum")
}

/// From Frontier to Byzantium on the way: receipts hold state roots before block 24.
pub(crate) fn frontier() -> ChainSpec {
    let mut config = Map::new();
    let forks = [("homesteadBlock", 6), ("eip150Block", 10), ("eip155Block", 14), ("eip158Block", 14)];
    for (fork, number) in forks.into_iter().chain([("byzantiumBlock", 24)]) {
        config.insert(fork.to_owned(), json!(number));
    }
    spec(config, "ethereum")
}

fn blocks(count: usize) -> Map<String, Value> {
    BLOCK_FORKS.iter().take(count).map(|fork| ((*fork).to_owned(), json!(0))).collect()
}

fn spec(mut config: Map<String, Value>, reward: &str) -> ChainSpec {
    config.insert("chainId".to_owned(), json!(4_281_669));
    config.insert("ethash".to_owned(), json!({}));
    config.insert(
        "autochain".to_owned(),
        json!({ "ethash": "none", "reward": reward, "bomb": false, "minimumDifficulty": "0x400" }),
    );
    let mut alloc = Map::new();
    for sender in senders() {
        alloc.insert(sender.to_string(), json!({ "balance": "0xd3c21bcecceda1000000" }));
    }
    let reserve = RewardRule::autochain_reserve();
    alloc.insert(reserve.to_string(), json!({ "balance": "0x33b2e3c9fd0803ce8000000" }));
    alloc
        .insert(FACTORY.to_string(), json!({ "balance": "0x0", "code": hex::encode_prefixed(FACTORY_CODE) }));
    let history = json!({ "balance": "0x0", "nonce": "0x1", "code": "0x00" });
    alloc.insert(HISTORY_STORAGE_ADDRESS.to_string(), history);
    let json = json!({
        "config": config,
        "timestamp": "0x5f5e1000",
        "gasLimit": "0x1c9c380",
        "difficulty": "0x100000",
        "alloc": alloc,
    });
    ChainSpec::from_genesis_json(&json.to_string()).unwrap()
}
