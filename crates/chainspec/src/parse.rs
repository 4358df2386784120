use crate::{
    ChainSpec, ForkSchedule, Genesis, GenesisAccount, GenesisError, RewardRule, config,
    fields::{Field, Fields, address, word},
};
use autochain_primitives::{Address, U256};
use std::collections::BTreeMap;

/// Reads a genesis file.
pub(crate) fn genesis(json: &str) -> Result<ChainSpec, GenesisError> {
    let mut top = Fields::parse(json)?;
    let config_field = top.take("config").ok_or(GenesisError::Missing {
        field: "config",
        example: "\"config\": {\"chainId\": 4242, \"homesteadBlock\": 0, …, \"londonBlock\": 0, \"ethash\": {}}",
    })?;
    let config = config_field.object()?;
    let number = top.u64("number")?.unwrap_or_default();
    if number != 0 {
        return Err(GenesisError::NumberNotZero { got: number });
    }
    let alloc = top.take("alloc").ok_or(GenesisError::Missing {
        field: "alloc",
        example: "\"alloc\": {\"0x…\": {\"balance\": \"0x…\"}}, or {} for none",
    })?;
    let genesis = Genesis {
        nonce: top.u64("nonce")?.unwrap_or_default(),
        timestamp: top.u64("timestamp")?.unwrap_or_default(),
        extra_data: top.bytes("extraData")?.unwrap_or_default(),
        gas_limit: top
            .u64("gasLimit")?
            .ok_or(GenesisError::Missing { field: "gasLimit", example: "\"gasLimit\": \"0x1c9c380\"" })?,
        gas_used: top.u64("gasUsed")?.unwrap_or_default(),
        difficulty: top
            .u256("difficulty")?
            .ok_or(GenesisError::Missing { field: "difficulty", example: "\"difficulty\": \"0x20000\"" })?,
        mix_hash: top.hash("mixHash")?.unwrap_or_default(),
        coinbase: top.address("coinbase")?.unwrap_or_default(),
        parent_hash: top.hash("parentHash")?.unwrap_or_default(),
        base_fee: top.u64("baseFeePerGas")?,
        alloc: accounts(alloc.object()?)?,
        config: config_field.json().to_owned(),
    };
    let mut spec = ChainSpec::new(0, ForkSchedule::default(), genesis);
    config::read(config, &mut spec)?;
    if let RewardRule::Reserve { reserve } = &spec.reward
        && spec.genesis.alloc.get(reserve).is_some_and(|account| !account.code.is_empty())
    {
        return Err(GenesisError::ReserveHasCode(*reserve));
    }
    for key in top.keys() {
        spec.warnings
            .push(format!("{key:?} in the genesis file is not known to this node and has no effect"));
    }
    Ok(spec)
}

fn accounts(alloc: Fields) -> Result<BTreeMap<Address, GenesisAccount>, GenesisError> {
    let mut accounts = BTreeMap::new();
    for field in alloc.into_fields() {
        let address = address(&field.key).ok_or_else(|| GenesisError::Bytes {
            key: "alloc".to_owned(),
            got: format!("{:?}", field.key),
            expected: "an address of 20 bytes",
        })?;
        if accounts.insert(address, account(&field)?).is_some() {
            return Err(GenesisError::Conflict {
                first: address.to_string(),
                second: field.key,
                reason: "alloc names the account twice; remove one".to_owned(),
            });
        }
    }
    Ok(accounts)
}

fn account(field: &Field) -> Result<GenesisAccount, GenesisError> {
    let mut fields = field.object()?;
    let mut account = GenesisAccount {
        balance: fields.u256("balance")?.unwrap_or_default(),
        nonce: fields.u64("nonce")?.unwrap_or_default(),
        code: fields.bytes("code")?.unwrap_or_default(),
        storage: BTreeMap::new(),
    };
    if let Some(storage) = fields.object("storage")? {
        for slot in storage.into_fields() {
            let key = word(&slot.key).ok_or_else(|| GenesisError::Bytes {
                key: format!("storage of {}", field.key),
                got: format!("{:?}", slot.key),
                expected: "a slot of at most 32 bytes",
            })?;
            account.storage.insert(key, U256::from_be_bytes(slot.hash()?.0));
        }
    }
    Ok(account)
}
