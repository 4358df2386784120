use super::{each, each_of_list, equal};
use crate::{
    case::Case,
    json::{self, Number},
    pack::Pack,
};
use autochain_chainspec::{ChainSpec, ForkSchedule, Genesis, GenesisAccount};
use autochain_primitives::{Address, B64, B256, Block, Bytes, rlp};
use std::collections::BTreeMap;

#[derive(serde::Deserialize)]
#[serde(rename_all = "camelCase")]
struct Vector {
    nonce: B64,
    timestamp: Number,
    parent_hash: B256,
    extra_data: Bytes,
    gas_limit: Number,
    difficulty: Number,
    mix_hash: B256,
    coinbase: Address,
    alloc: BTreeMap<Address, Account>,
    result: String,
}

#[derive(serde::Deserialize)]
struct Account {
    #[serde(default, alias = "wei")]
    balance: Number,
    #[serde(default)]
    code: Bytes,
    #[serde(default)]
    storage: BTreeMap<Number, Number>,
}

/// Fields and allocation give exactly the block's RLP.
pub(super) fn blocks(bytes: &[u8]) -> Result<Vec<Case>, String> {
    each(bytes, |vector: Vector| {
        let accounts = vector.alloc.into_iter().map(|(address, account)| {
            let storage = account.storage.into_iter().map(|(slot, value)| (slot.0.into(), value.0)).collect();
            (address, GenesisAccount { balance: account.balance.0, nonce: 0, code: account.code, storage })
        });
        let genesis = Genesis {
            nonce: u64::from_be_bytes(vector.nonce.0),
            timestamp: vector.timestamp.u64()?,
            extra_data: vector.extra_data,
            gas_limit: vector.gas_limit.u64()?,
            difficulty: vector.difficulty.0,
            mix_hash: vector.mix_hash,
            coinbase: vector.coinbase,
            parent_hash: vector.parent_hash,
            alloc: accounts.collect(),
            ..Genesis::default()
        };
        let want = json::unhex(&vector.result)?;
        let spec = ChainSpec::new(1, ForkSchedule::default(), genesis);
        let decoded = Block::decode_exact(&want).map_err(|error| error.to_string())?;
        equal("genesis header", spec.genesis_header(), &decoded.header)?;
        equal("genesis RLP", &rlp::encode(&decoded), &want)
    })
}

/// Blocks of a draft before Frontier (a gas price in the header, no bloom): the decoder refuses them.
pub(super) fn before_frontier(bytes: &[u8]) -> Result<Vec<Case>, String> {
    #[derive(serde::Deserialize)]
    struct Vector {
        result: String,
    }
    each_of_list(bytes, |vector: Vector| match Block::decode_exact(&json::unhex(&vector.result)?) {
        Ok(_) => Err("a header with 13 fields is accepted".to_owned()),
        Err(_) => Ok(()),
    })
}

/// The hash of mainnet's genesis, from the genesis file among the chains.
pub(super) fn mainnet_hash(bytes: &[u8], pack: &Pack) -> Result<Vec<Case>, String> {
    let vector: BTreeMap<String, B256> = json::parse(bytes)?;
    let hash = vector.get("genesis_hash").ok_or("no genesis_hash")?;
    let mut genesis = None;
    let read = pack.stream("chains", |file| {
        if file.path == "genesis/besu-mainnet.json" {
            genesis = Some(file.bytes);
        }
        Ok(())
    });
    read.map_err(|error| error.to_string())?;
    let genesis = genesis.ok_or("the pack lacks mainnet's genesis")?;
    let spec = ChainSpec::from_genesis_slice(&genesis).map_err(|error| error.to_string())?;
    Ok(vec![Case::new("genesis_hash", equal("hash", &spec.genesis_hash(), hash))])
}
