use crate::ChainSpec;
use autochain_primitives::{B256, b256};

/// Hash of Ethereum mainnet's block 0.
pub const MAINNET_GENESIS_HASH: B256 =
    b256!("d4e56740f876aef8c010b86a40d5f56745a118d0906a34e69aec8c0db1cb8fa3");
/// Hash of Sepolia's block 0.
pub const SEPOLIA_GENESIS_HASH: B256 =
    b256!("25a5cc106eea7138acab33231d7160d69cb777ee0c2c553fcddf5138993e6dd9");

struct Known {
    name: &'static str,
    chain_id: u64,
    genesis: B256,
}

const KNOWN: [Known; 2] = [
    Known { name: "Ethereum mainnet", chain_id: 1, genesis: MAINNET_GENESIS_HASH },
    Known { name: "Sepolia", chain_id: 11_155_111, genesis: SEPOLIA_GENESIS_HASH },
];

pub(crate) fn name(genesis: B256) -> Option<&'static str> {
    KNOWN.iter().find(|known| known.genesis == genesis).map(|known| known.name)
}

pub(crate) fn foreign_chain_id(spec: &ChainSpec) -> Option<String> {
    let known = KNOWN.iter().find(|known| known.chain_id == spec.chain_id)?;
    let hash = spec.genesis_hash();
    (hash != known.genesis).then(|| {
        format!(
            "chain id {} belongs to {}, whose genesis is {}; this one is {hash}: transactions of one chain are \
             valid on the other, better choose another chainId",
            known.chain_id, known.name, known.genesis
        )
    })
}

pub(crate) fn notes(spec: &ChainSpec) -> Vec<String> {
    let mut notes = Vec::new();
    let timestamp = spec.genesis.timestamp;
    let london = spec.genesis_header().base_fee_per_gas.is_some();
    let shanghai = spec.shanghai_time.is_some_and(|time| time <= timestamp);
    if london && shanghai {
        notes.push(format!(
            "shanghaiTime is reached at block 0: geth 1.11 and later add a withdrawals root to this genesis and give \
             it another hash; here it keeps London's header and is {}",
            spec.genesis_hash()
        ));
    }
    if spec.terminal_total_difficulty.is_some() && spec.shanghai_time.is_some() {
        notes.push(
            "with terminalTotalDifficulty set, the time forks belong to proof of stake and are not run; remove it to \
             get their execution rules on this proof-of-work chain"
                .to_owned(),
        );
    }
    notes
}
