use super::open;
use crate::flags::NodeFlags;
use eyre::Result;
use std::path::Path;

/// Writes the genesis block into the datadir.
pub(crate) fn run(flags: &NodeFlags, genesis: &Path) -> Result<()> {
    let spec = open::with_flags(open::genesis_file(genesis)?, &flags.chain);
    for note in spec.notes() {
        tracing::info!("{note}");
    }
    if let Some(name) = spec.known_name() {
        tracing::info!("This is the genesis of {name}");
    }
    let datadir = open::datadir(&flags.chain)?;
    let store = open::store(&flags.chain, &datadir)?;
    let chain = open::open(store, spec)?;
    let hash = chain.spec().genesis_hash();
    let fork_id = chain.spec().fork_id(0, chain.spec().genesis.timestamp);
    tracing::info!(
        database = %datadir.database().display(),
        hash = %hash,
        forkid = %autochain_primitives::hex::encode(fork_id.hash.0),
        chainid = chain.spec().chain_id,
        "Successfully wrote genesis state"
    );
    Ok(())
}
