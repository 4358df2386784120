use autochain_chainspec::ChainSpec;
use autochain_primitives::{Account, U256};
use autochain_state::{GenesisEntry, StateError, genesis_delta};
use autochain_store::Genesis;

/// What the store needs to write block 0 of `spec`, or to compare it with the one it has.
///
/// # Errors
/// [`StateError`] when the tries cannot be built.
pub fn genesis_input(spec: &ChainSpec) -> Result<Genesis, StateError> {
    let block = spec.genesis_block();
    let alloc = spec.genesis.alloc.iter().map(|(address, account)| {
        let entry = GenesisEntry {
            account: Account {
                nonce: account.nonce,
                balance: account.balance,
                code_hash: account.code_hash(),
            },
            code: (!account.code.is_empty()).then(|| account.code.clone()),
            storage: account
                .occupied_storage()
                .map(|(slot, value)| (U256::from_be_bytes(slot.0), value))
                .collect(),
        };
        (*address, entry)
    });
    let (_root, state) = genesis_delta(alloc)?;
    Ok(Genesis {
        total_difficulty: block.header.difficulty,
        block,
        config_json: spec.to_json(),
        seal_rule: spec.seal.name().to_owned(),
        state,
    })
}
