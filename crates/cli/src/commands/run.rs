use super::{account::keystore_folder, open};
use crate::flags::{NodeFlags, SyncMode};
use autochain_chainspec::ChainSpec;
use autochain_keystore::{Cost, KeyStore, SecretKey, dev::DEV_ACCOUNTS};
use autochain_miner::{MinerConfig, Mode};
use autochain_node::{MiningConfig, Node, NodeConfig, Storage};
use autochain_primitives::{Address, Bytes};
use autochain_rpc::{HttpConfig, RpcConfig, ServerConfig, WsConfig};
use autochain_txpool::PoolConfig;
use eyre::{Context as _, Result, bail, eyre};
use std::time::Duration;

/// Gas limit that blocks move towards by default.
const GAS_LIMIT: u64 = 30_000_000;
/// Least tip of a transaction that is mined, in wei, by default; none on a development chain.
const MIN_TIP: u128 = 1_000_000_000;
/// Namespaces of a development node.
const DEV_API: [&str; 9] = ["eth", "net", "web3", "txpool", "miner", "debug", "personal", "admin", "evm"];
/// How long a clean stop may take before the process ends anyway.
const STOP_WITHIN: Duration = Duration::from_secs(5);

/// Runs a node until it is told to stop.
pub(crate) fn run(flags: &NodeFlags) -> Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .wrap_err("cannot start the async runtime")?;
    let result = runtime.block_on(async {
        let config = config(flags)?;
        let is_dev = is_dev(flags);
        // Before anything is started: a signal that comes early must not end the process in the middle of it.
        let stop = StopSignals::catch()?;
        let node = Node::start(config).await?;
        if is_dev {
            print_dev_accounts();
        }
        stop.wait().await?;
        tracing::info!("Got interrupt, shutting down...");
        if tokio::time::timeout(STOP_WITHIN, node.shutdown()).await.is_err() {
            tracing::warn!(
                "The node did not stop within {STOP_WITHIN:?}; every commit is on the disk all the same"
            );
        }
        Ok(())
    });
    runtime.shutdown_timeout(Duration::from_millis(100));
    result
}

fn is_dev(flags: &NodeFlags) -> bool {
    flags.dev.dev || flags.dev.pow || flags.chain.chain.as_deref() == Some("dev")
}

fn config(flags: &NodeFlags) -> Result<NodeConfig> {
    let is_dev = is_dev(flags);
    let spec = spec(flags)?;
    let keystore = keystore(flags, is_dev)?;
    let etherbase = etherbase(flags, &keystore)?;
    let storage = if is_dev && flags.chain.datadir.is_none() {
        Storage::Temporary
    } else {
        let sync = match flags.chain.sync_mode {
            SyncMode::Durable => autochain_store::SyncMode::Durable,
            SyncMode::None => autochain_store::SyncMode::NoSync,
        };
        Storage::Datadir(open::datadir(&flags.chain)?, sync)
    };
    let mode = match flags.dev.period {
        _ if flags.dev.pow || !is_dev => Mode::Continuous,
        Some(seconds) if seconds > 0 => Mode::Period(Duration::from_secs(seconds)),
        _ => Mode::OnDemand,
    };
    if flags.dev.period.is_some() && !is_dev {
        bail!("--dev.period is for --dev; a network's chain is mined without a pause");
    }
    let extra_data = match &flags.miner.extradata {
        Some(text) if text.len() > 32 => {
            bail!("--miner.extradata has {} bytes; a header holds at most 32", text.len())
        }
        Some(text) => Bytes::copy_from_slice(text.as_bytes()),
        None => Bytes::from_static(concat!("autochain/", env!("CARGO_PKG_VERSION")).as_bytes()),
    };
    let min_tip = flags.miner.gasprice.unwrap_or(if is_dev { 0 } else { MIN_TIP });
    let gas_limit = flags.miner.gaslimit.unwrap_or_else(|| flags.dev.gaslimit.unwrap_or(GAS_LIMIT));
    Ok(NodeConfig {
        server: server(flags, &spec, is_dev)?,
        pool: pool(flags, is_dev)?,
        mining: MiningConfig {
            start: flags.miner.mine || is_dev,
            allow_draft: flags.chain.allow_draft_genesis,
            miner: MinerConfig {
                etherbase,
                threads: flags.miner.threads,
                extra_data,
                gas_limit,
                min_tip,
                mode,
                dag_dir: dag_dir(flags),
            },
        },
        storage,
        spec,
        keystore,
    })
}

/// The named chain, or the one that the datadir holds.
fn spec(flags: &NodeFlags) -> Result<ChainSpec> {
    let mut spec = match open::named_spec(flags)? {
        Some(spec) => spec,
        None => {
            let datadir = open::datadir(&flags.chain)?;
            let stored = if datadir.database().exists() {
                open::stored_spec(&open::store(&flags.chain, &datadir)?)?
            } else {
                datadir.refuse_geth()?;
                None
            };
            stored.ok_or_else(|| {
                eyre!(
                    "no chain to run: give --dev for a development chain, --chain FILE with a genesis.json, or run \
                     `autochain init GENESIS` first (the datadir {} holds no chain)",
                    datadir.path().display()
                )
            })?
        }
    };
    if is_dev(flags) {
        spec.dev_clock = true;
    }
    Ok(open::with_flags(spec, &flags.chain))
}

fn keystore(flags: &NodeFlags, is_dev: bool) -> Result<KeyStore> {
    let keystore = if is_dev && flags.chain.datadir.is_none() && flags.chain.keystore.is_none() {
        KeyStore::in_memory()
    } else {
        KeyStore::open(keystore_folder(flags)?, Cost::Standard)
    };
    if is_dev {
        for account in DEV_ACCOUNTS {
            keystore.hold(SecretKey::from_byte_array(account.key.0)?);
        }
    }
    Ok(keystore)
}

/// Who is paid: the flag's address, or the first account, as with geth.
fn etherbase(flags: &NodeFlags, keystore: &KeyStore) -> Result<Address> {
    match flags.miner.etherbase {
        Some(address) => Ok(address),
        None => Ok(keystore.accounts()?.first().map(|account| account.address).unwrap_or_default()),
    }
}

fn dag_dir(flags: &NodeFlags) -> Option<std::path::PathBuf> {
    flags.chain.dag_dir.clone().or_else(|| std::env::home_dir().map(|home| home.join(".ethash")))
}

fn server(flags: &NodeFlags, spec: &ChainSpec, is_dev: bool) -> Result<ServerConfig> {
    let (http, ws, rpc) = (&flags.http, &flags.ws, &flags.rpc);
    let api = |given: &Option<Vec<String>>| match given {
        Some(names) => names.iter().map(|name| name.trim().to_owned()).collect(),
        None if is_dev => DEV_API.map(str::to_owned).to_vec(),
        None => HttpConfig::default().api,
    };
    let all_on_dev = |given: &Option<Vec<String>>, default: Vec<String>| match given {
        Some(names) => names.iter().map(|name| name.trim().to_owned()).collect(),
        None if is_dev => vec!["*".to_owned()],
        None => default,
    };
    let http_config = HttpConfig {
        addr: http.addr,
        port: http.port,
        api: api(&http.api),
        corsdomain: all_on_dev(&http.corsdomain, Vec::new()),
        vhosts: all_on_dev(&http.vhosts, HttpConfig::default().vhosts),
        rpcprefix: http.rpcprefix.clone().unwrap_or_default(),
    };
    // A development node answers WebSocket on the HTTP port too, as other development nodes do.
    let ws_on_http = is_dev && !ws.enabled;
    let ws_config = WsConfig {
        addr: if ws_on_http { http.addr } else { ws.addr },
        port: if ws_on_http { http.port } else { ws.port },
        api: api(&ws.api),
        origins: all_on_dev(&ws.origins, Vec::new()),
        rpcprefix: ws.rpcprefix.clone().unwrap_or_default(),
    };
    let fee_cap = rpc.txfeecap * 1e18;
    if !fee_cap.is_finite() || fee_cap < 0.0 {
        bail!("--rpc.txfeecap {} is not an amount of AUC", rpc.txfeecap);
    }
    Ok(ServerConfig {
        http: (http.enabled || is_dev).then_some(http_config),
        ws: (ws.enabled || is_dev).then_some(ws_config),
        rpc: RpcConfig {
            gas_cap: rpc.gascap,
            evm_timeout: rpc.evmtimeout,
            tx_fee_cap: fee_cap as u128,
            allow_unprotected: rpc.allow_unprotected.unwrap_or(spec.chain_id != 1),
            log_range_limit: rpc.rangelimit,
            batch_request_limit: rpc.batch_request_limit,
            batch_response_max_size: rpc.batch_response_max_size,
            allow_insecure_unlock: rpc.allow_insecure_unlock,
            dev: is_dev,
            ..RpcConfig::default()
        },
    })
}

fn pool(flags: &NodeFlags, is_dev: bool) -> Result<PoolConfig> {
    let pool = &flags.txpool;
    let journal = if is_dev && flags.chain.datadir.is_none() {
        None
    } else {
        let folder = open::datadir(&flags.chain)?.path().join("autochain");
        Some(folder.join(&pool.journal)).filter(|_| !pool.journal.as_os_str().is_empty())
    };
    Ok(PoolConfig {
        locals: pool.locals.clone(),
        no_locals: pool.nolocals,
        journal,
        price_limit: pool.pricelimit,
        price_bump: pool.pricebump,
        account_slots: pool.accountslots,
        global_slots: pool.globalslots,
        account_queue: pool.accountqueue,
        global_queue: pool.globalqueue,
        lifetime: pool.lifetime,
        ..PoolConfig::default()
    })
}

/// The accounts with their keys, as development nodes print them.
fn print_dev_accounts() {
    println!("\nAvailable accounts (1,000,000 AUC each)");
    println!("=======================================");
    for (index, account) in DEV_ACCOUNTS.iter().enumerate() {
        println!("({index}) {}", account.address);
    }
    println!("\nPrivate keys (known to everybody: never use them elsewhere)");
    println!("===========================================================");
    for (index, account) in DEV_ACCOUNTS.iter().enumerate() {
        println!("({index}) {}", account.key);
    }
    println!("\nMnemonic: test test test test test test test test test test test junk\n");
}

/// Ctrl-C and termination signals, caught from [`StopSignals::catch`] on.
struct StopSignals {
    #[cfg(unix)]
    interrupt: tokio::signal::unix::Signal,
    #[cfg(unix)]
    terminate: tokio::signal::unix::Signal,
}

impl StopSignals {
    #[cfg(unix)]
    fn catch() -> Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self { interrupt: signal(SignalKind::interrupt())?, terminate: signal(SignalKind::terminate())? })
    }

    #[cfg(unix)]
    async fn wait(mut self) -> Result<()> {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
        Ok(())
    }

    #[cfg(not(unix))]
    fn catch() -> Result<Self> {
        Ok(Self {})
    }

    #[cfg(not(unix))]
    async fn wait(self) -> Result<()> {
        Ok(tokio::signal::ctrl_c().await?)
    }
}
