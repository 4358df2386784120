use crate::flags::{ChainFlags, NodeFlags, SyncMode};
use autochain_chain::Chain;
use autochain_chainspec::{ChainSpec, SealRule};
use autochain_node::{Datadir, preset};
use autochain_store::Store;
use eyre::{Context as _, Result, bail, eyre};
use std::{fs, path::Path, sync::Arc};

/// The datadir of the flags.
pub(crate) fn datadir(flags: &ChainFlags) -> Result<Datadir> {
    match &flags.datadir {
        Some(path) => Ok(Datadir::new(path)),
        None => Datadir::default_path().ok_or_else(|| eyre!("no home folder is known; give --datadir DIR")),
    }
}

/// Opens the database of the flags' datadir.
pub(crate) fn store(flags: &ChainFlags, datadir: &Datadir) -> Result<Store> {
    let sync = match flags.sync_mode {
        SyncMode::Durable => autochain_store::SyncMode::Durable,
        SyncMode::None => autochain_store::SyncMode::NoSync,
    };
    Ok(datadir.open_store(sync)?)
}

/// Opens the chain: the one that `--chain` or `--dev` names, or the one that the datadir holds.
pub(crate) fn chain(flags: &NodeFlags) -> Result<Chain> {
    let datadir = datadir(&flags.chain)?;
    let store = store(&flags.chain, &datadir)?;
    let spec = match named_spec(flags)? {
        Some(spec) => spec,
        None => stored_spec(&store)?.ok_or_else(|| {
            eyre!(
                "the datadir {} holds no chain; run `autochain init GENESIS` first, or give --chain FILE or --dev",
                datadir.path().display()
            )
        })?,
    };
    open(store, with_flags(spec, &flags.chain))
}

/// Opens a chain on a store, with the cure in the error.
pub(crate) fn open(store: Store, spec: ChainSpec) -> Result<Chain> {
    Ok(Chain::open(store, Arc::new(spec))?)
}

/// The chain that `--chain` or `--dev` names.
pub(crate) fn named_spec(flags: &NodeFlags) -> Result<Option<ChainSpec>> {
    if let Some(name) = &flags.chain.chain {
        let is_dev = flags.dev.dev || flags.dev.pow;
        if is_dev && name != "dev" {
            bail!("--dev is a chain of its own; leave --chain {name} out, or leave --dev out");
        }
        if name == "dev" {
            return Ok(Some(autochain_node::dev_spec(flags.dev.pow, flags.dev.gaslimit)?));
        }
        return Ok(Some(match preset(name) {
            Some(spec) => spec?,
            None => genesis_file(Path::new(name))?,
        }));
    }
    if flags.dev.dev || flags.dev.pow {
        return Ok(Some(autochain_node::dev_spec(flags.dev.pow, flags.dev.gaslimit)?));
    }
    Ok(None)
}

/// Reads a genesis file and says what is worth knowing about it.
pub(crate) fn genesis_file(path: &Path) -> Result<ChainSpec> {
    let json = fs::read(path).wrap_err_with(|| format!("cannot read the genesis file {}", path.display()))?;
    let spec = ChainSpec::from_genesis_slice(&json)
        .wrap_err_with(|| format!("{} is not a genesis of this node", path.display()))?;
    for warning in spec.warnings() {
        tracing::warn!("{warning}");
    }
    Ok(spec)
}

/// The chain that the datadir holds.
pub(crate) fn stored_spec(store: &Store) -> Result<Option<ChainSpec>> {
    let Some(stored) = store.stored_genesis()? else { return Ok(None) };
    let spec = ChainSpec::from_genesis_json(&stored.config_json).wrap_err(
        "the datadir's chain configuration is damaged; run `autochain removedb` and import again",
    )?;
    Ok(Some(spec))
}

/// Flags that change a chain's rules.
pub(crate) fn with_flags(mut spec: ChainSpec, flags: &ChainFlags) -> ChainSpec {
    if flags.fakepow {
        spec.seal = SealRule::None;
    }
    if let Some(id) = flags.networkid {
        spec.network_id = id;
    }
    spec
}
