use crate::{Activation, Bomb, ChainSpec, Fork, GenesisAccount, RewardRule, SealRule};
use serde_json::{Map, Value, json, value::RawValue};
use std::collections::BTreeMap;

/// The genesis file as one line of JSON, readable by geth and by this crate.
pub(crate) fn genesis(spec: &ChainSpec) -> String {
    let genesis = &spec.genesis;
    let config = if genesis.config.is_empty() { config(spec) } else { genesis.config.clone() };
    let mut fields: Vec<(&str, String)> = vec![
        ("config", config),
        ("nonce", text(format!("{:#x}", genesis.nonce))),
        ("timestamp", text(format!("{:#x}", genesis.timestamp))),
        ("extraData", text(genesis.extra_data.to_string())),
        ("gasLimit", text(format!("{:#x}", genesis.gas_limit))),
        ("difficulty", text(format!("{:#x}", genesis.difficulty))),
        ("mixHash", text(genesis.mix_hash.to_string())),
        ("coinbase", text(format!("{:#x}", genesis.coinbase))),
    ];
    let alloc: BTreeMap<String, Value> =
        genesis.alloc.iter().map(|(address, entry)| (format!("{address:x}"), account(entry))).collect();
    fields.push(("alloc", json!(alloc).to_string()));
    fields.push(("number", text("0x0".to_owned())));
    fields.push(("gasUsed", text(format!("{:#x}", genesis.gas_used))));
    fields.push(("parentHash", text(genesis.parent_hash.to_string())));
    if let Some(base_fee) = genesis.base_fee {
        fields.push(("baseFeePerGas", text(format!("{base_fee:#x}"))));
    }
    let body: Vec<String> =
        fields.into_iter().map(|(key, value)| format!("{}:{value}", json!(key))).collect();
    format!("{{{}}}", body.join(","))
}

fn text(value: String) -> String {
    Value::String(value).to_string()
}

fn account(account: &GenesisAccount) -> Value {
    let mut fields = Map::new();
    fields.insert("balance".to_owned(), format!("{:#x}", account.balance).into());
    if account.nonce != 0 {
        fields.insert("nonce".to_owned(), format!("{:#x}", account.nonce).into());
    }
    if !account.code.is_empty() {
        fields.insert("code".to_owned(), account.code.to_string().into());
    }
    if !account.storage.is_empty() {
        let storage =
            account.storage.iter().map(|(slot, value)| (slot.to_string(), format!("0x{value:064x}").into()));
        fields.insert("storage".to_owned(), Value::Object(storage.collect()));
    }
    Value::Object(fields)
}

/// The `config` of a spec that was built in code.
fn config(spec: &ChainSpec) -> String {
    let mut fields: Vec<(String, String)> = vec![("chainId".to_owned(), spec.chain_id.to_string())];
    if spec.network_id != spec.chain_id {
        fields.push(("networkId".to_owned(), spec.network_id.to_string()));
    }
    let mut put = |key: &str, value: u64| fields.push((key.to_owned(), value.to_string()));
    for fork in Fork::ALL.into_iter().skip(1) {
        match spec.forks.get(fork) {
            Activation::Block(at) | Activation::Time(at) => put(fork.key(), at),
            // Absent would mean Constantinople's block.
            Activation::Never if fork == Fork::Petersburg => {
                if spec.forks.get(Fork::Constantinople) != Activation::Never {
                    put(fork.key(), u64::MAX);
                }
            }
            Activation::Never => {}
        }
    }
    if let Some(at) = spec.forks.replay_protection().block() {
        put("eip155Block", at);
    }
    if let Some(at) = spec.long_epochs_from {
        put("ecip1099FBlock", at);
    }
    match &spec.reward {
        RewardRule::Era { from, rounds } => {
            put("ecip1017FBlock", *from);
            put("ecip1017EraRounds", *rounds);
        }
        RewardRule::Schedule(rows) => {
            let rows: BTreeMap<String, String> =
                rows.iter().map(|(from, reward)| (format!("{from:#x}"), format!("{reward:#x}"))).collect();
            fields.push(("blockReward".to_owned(), json!(rows).to_string()));
        }
        RewardRule::Ethereum | RewardRule::Reserve { .. } => {}
    }
    match &spec.bomb {
        Bomb::Classic { pause, length, disposal } => {
            fields.push(("ecip1010PauseBlock".to_owned(), pause.to_string()));
            fields.push(("ecip1010Length".to_owned(), length.to_string()));
            fields.extend(disposal.map(|at| ("disposalBlock".to_owned(), at.to_string())));
        }
        Bomb::Delays(rows) => {
            let rows: BTreeMap<String, String> =
                rows.iter().map(|(from, more)| (format!("{from:#x}"), format!("{more:#x}"))).collect();
            fields.push(("difficultyBombDelays".to_owned(), json!(rows).to_string()));
        }
        Bomb::Ethereum | Bomb::Off => {}
    }
    if let Some(support) = spec.dao_support {
        fields.push(("daoForkSupport".to_owned(), support.to_string()));
    }
    if let Some(terminal) = spec.terminal_total_difficulty {
        fields.push(("terminalTotalDifficulty".to_owned(), terminal.to_string()));
    }
    fields.push(("ethash".to_owned(), "{}".to_owned()));
    let own = own_rules(spec);
    if !own.is_empty() {
        fields.push(("autochain".to_owned(), Value::Object(own).to_string()));
    }
    let body: Vec<String> =
        fields.into_iter().map(|(key, value)| format!("{}:{value}", json!(key))).collect();
    let config = format!("{{{}}}", body.join(","));
    debug_assert!(serde_json::from_str::<&RawValue>(&config).is_ok());
    config
}

fn own_rules(spec: &ChainSpec) -> Map<String, Value> {
    let plain = ChainSpec::new(spec.chain_id, spec.forks.clone(), crate::Genesis::default());
    let mut own = Map::new();
    if spec.seal != SealRule::Full {
        own.insert("ethash".to_owned(), spec.seal.name().into());
    }
    if let Some(difficulty) = spec.fixed_difficulty {
        own.insert("fixedDifficulty".to_owned(), difficulty.to_string().into());
    }
    if let RewardRule::Reserve { reserve } = spec.reward {
        own.insert("reward".to_owned(), json!({"reserve": format!("{reserve:#x}")}));
    }
    if spec.bomb == Bomb::Off {
        own.insert("bomb".to_owned(), false.into());
    }
    if spec.minimum_difficulty != plain.minimum_difficulty {
        own.insert("minimumDifficulty".to_owned(), spec.minimum_difficulty.to_string().into());
    }
    if spec.safe_depth != plain.safe_depth {
        own.insert("safeDepth".to_owned(), spec.safe_depth.into());
    }
    if spec.finalized_depth != plain.finalized_depth {
        own.insert("finalizedDepth".to_owned(), spec.finalized_depth.into());
    }
    own
}
