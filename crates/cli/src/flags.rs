use autochain_primitives::Address;
use clap::{ArgAction, Args, ValueEnum};
use std::{net::IpAddr, path::PathBuf};

/// The node's flags, geth's names; all are accepted before and after a subcommand.
#[derive(Debug, Args)]
pub(crate) struct NodeFlags {
    #[command(flatten)]
    pub(crate) chain: ChainFlags,
    #[command(flatten)]
    pub(crate) http: HttpFlags,
    #[command(flatten)]
    pub(crate) ws: WsFlags,
    #[command(flatten)]
    pub(crate) rpc: RpcFlags,
    #[command(flatten)]
    pub(crate) miner: MinerFlags,
    #[command(flatten)]
    pub(crate) dev: DevFlags,
    #[command(flatten)]
    pub(crate) txpool: TxPoolFlags,
    #[command(flatten)]
    pub(crate) log: LogFlags,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Chain and data")]
pub(crate) struct ChainFlags {
    /// Folder of database and keystore [default: ~/.autochain].
    #[arg(long, global = true, value_name = "DIR")]
    pub(crate) datadir: Option<PathBuf>,
    /// Folder of the keystore [default: DATADIR/keystore].
    #[arg(long, global = true, value_name = "DIR")]
    pub(crate) keystore: Option<PathBuf>,
    /// `dev`, `testnet`, `autochain`, or a genesis file; the datadir's own chain by default.
    #[arg(long, global = true, value_name = "NAME|FILE")]
    pub(crate) chain: Option<String>,
    /// Network id [default: the chain id].
    #[arg(long, global = true, value_name = "ID")]
    pub(crate) networkid: Option<u64>,
    /// Do not check or make seals; only on a datadir that was made so.
    #[arg(long, global = true, action = ArgAction::Set, num_args = 0..=1, require_equals = true,
          default_missing_value = "true", default_value_t = false, hide_possible_values = true)]
    pub(crate) fakepow: bool,
    /// Mine on a chain whose genesis is marked as a draft.
    #[arg(id = "allow-draft-genesis", long = "allow-draft-genesis", global = true, action = ArgAction::Set,
          num_args = 0..=1, require_equals = true, default_missing_value = "true", default_value_t = false,
          hide_possible_values = true)]
    pub(crate) allow_draft_genesis: bool,
    /// When a commit reaches the disk: always, or when the system likes (a power cut may then lose everything).
    #[arg(id = "db.sync-mode", long = "db.sync-mode", global = true, value_enum, default_value_t = SyncMode::Durable)]
    pub(crate) sync_mode: SyncMode,
    /// Folder of ethash datasets [default: ~/.ethash].
    #[arg(id = "ethash.dagdir", long = "ethash.dagdir", global = true, value_name = "DIR")]
    pub(crate) dag_dir: Option<PathBuf>,
}

/// See `--db.sync-mode`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum SyncMode {
    Durable,
    None,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "HTTP")]
pub(crate) struct HttpFlags {
    /// Serve JSON-RPC over HTTP.
    #[arg(id = "http", long = "http", global = true, action = ArgAction::Set, num_args = 0..=1, require_equals = true,
          default_missing_value = "true", default_value_t = false, hide_possible_values = true)]
    pub(crate) enabled: bool,
    /// Address to listen on.
    #[arg(id = "http.addr", long = "http.addr", global = true, default_value = "127.0.0.1", value_parser = address)]
    pub(crate) addr: IpAddr,
    /// Port to listen on.
    #[arg(id = "http.port", long = "http.port", global = true, default_value_t = 8545)]
    pub(crate) port: u16,
    /// Namespaces [default: eth,net,web3; with --dev all].
    #[arg(id = "http.api", long = "http.api", global = true, value_delimiter = ',')]
    pub(crate) api: Option<Vec<String>>,
    /// Origins that browsers may call from; `*` for all.
    #[arg(id = "http.corsdomain", long = "http.corsdomain", global = true, value_delimiter = ',')]
    pub(crate) corsdomain: Option<Vec<String>>,
    /// Host names to answer to; `*` for all.
    #[arg(id = "http.vhosts", long = "http.vhosts", global = true, value_delimiter = ',')]
    pub(crate) vhosts: Option<Vec<String>>,
    /// Path of the endpoint.
    #[arg(id = "http.rpcprefix", long = "http.rpcprefix", global = true)]
    pub(crate) rpcprefix: Option<String>,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "WebSocket")]
pub(crate) struct WsFlags {
    /// Serve JSON-RPC over WebSocket.
    #[arg(id = "ws", long = "ws", global = true, action = ArgAction::Set, num_args = 0..=1, require_equals = true,
          default_missing_value = "true", default_value_t = false, hide_possible_values = true)]
    pub(crate) enabled: bool,
    /// Address to listen on.
    #[arg(id = "ws.addr", long = "ws.addr", global = true, default_value = "127.0.0.1", value_parser = address)]
    pub(crate) addr: IpAddr,
    /// Port to listen on.
    #[arg(id = "ws.port", long = "ws.port", global = true, default_value_t = 8546)]
    pub(crate) port: u16,
    /// Namespaces [default: eth,net,web3; with --dev all].
    #[arg(id = "ws.api", long = "ws.api", global = true, value_delimiter = ',')]
    pub(crate) api: Option<Vec<String>>,
    /// Origins that browsers may connect from; `*` for all.
    #[arg(id = "ws.origins", long = "ws.origins", global = true, value_delimiter = ',')]
    pub(crate) origins: Option<Vec<String>>,
    /// Path of the endpoint.
    #[arg(id = "ws.rpcprefix", long = "ws.rpcprefix", global = true)]
    pub(crate) rpcprefix: Option<String>,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "RPC limits")]
pub(crate) struct RpcFlags {
    /// Gas that eth_call and eth_estimateGas may use; 0 for no limit.
    #[arg(
        id = "rpc.gascap",
        long = "rpc.gascap",
        global = true,
        default_value_t = 50_000_000,
        value_name = "GAS"
    )]
    pub(crate) gascap: u64,
    /// Seconds that eth_call may run; 0 for no limit.
    #[arg(id = "rpc.evmtimeout", long = "rpc.evmtimeout", global = true, default_value = "5s", value_parser = seconds)]
    pub(crate) evmtimeout: std::time::Duration,
    /// Fee, in AUC, above which a transaction is not taken over RPC; 0 for no limit.
    #[arg(
        id = "rpc.txfeecap",
        long = "rpc.txfeecap",
        global = true,
        default_value_t = 1.0,
        value_name = "AUC"
    )]
    pub(crate) txfeecap: f64,
    /// Blocks that one eth_getLogs may look through; 0 for no limit.
    #[arg(
        id = "rpc.rangelimit",
        long = "rpc.rangelimit",
        global = true,
        default_value_t = 0,
        value_name = "BLOCKS"
    )]
    pub(crate) rangelimit: u64,
    /// Requests in one batch; 0 for no limit.
    #[arg(
        id = "rpc.batch-request-limit",
        long = "rpc.batch-request-limit",
        global = true,
        default_value_t = 1_000,
        value_name = "N"
    )]
    pub(crate) batch_request_limit: usize,
    /// Bytes of the answer to one batch; 0 for no limit.
    #[arg(
        id = "rpc.batch-response-max-size",
        long = "rpc.batch-response-max-size",
        global = true,
        default_value_t = 25_000_000,
        value_name = "BYTES"
    )]
    pub(crate) batch_response_max_size: usize,
    /// Accounts may be unlocked over HTTP and WebSocket (personal_unlockAccount).
    #[arg(id = "allow-insecure-unlock", long = "allow-insecure-unlock", global = true, action = ArgAction::Set,
          num_args = 0..=1, require_equals = true, default_missing_value = "true", default_value_t = false,
          hide_possible_values = true)]
    pub(crate) allow_insecure_unlock: bool,
    /// Take transactions without replay protection over RPC [default: on every chain but id 1].
    #[arg(id = "rpc.allow-unprotected-txs", long = "rpc.allow-unprotected-txs", global = true, action = ArgAction::Set, num_args = 0..=1,
          require_equals = true, default_missing_value = "true")]
    pub(crate) allow_unprotected: Option<bool>,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Mining")]
pub(crate) struct MinerFlags {
    /// Mine.
    #[arg(long, global = true, action = ArgAction::Set, num_args = 0..=1, require_equals = true,
          default_missing_value = "true", default_value_t = false, hide_possible_values = true)]
    pub(crate) mine: bool,
    /// Address that is paid [default: the first account].
    #[arg(id = "miner.etherbase", long = "miner.etherbase", global = true, value_name = "ADDRESS")]
    pub(crate) etherbase: Option<Address>,
    /// Sealing threads; 0 for one a core.
    #[arg(
        id = "miner.threads",
        long = "miner.threads",
        global = true,
        default_value_t = 0,
        value_name = "N"
    )]
    pub(crate) threads: usize,
    /// Gas limit that blocks move towards.
    #[arg(id = "miner.gaslimit", long = "miner.gaslimit", global = true, value_name = "GAS")]
    pub(crate) gaslimit: Option<u64>,
    /// Least tip, in wei, of a transaction that is mined.
    #[arg(id = "miner.gasprice", long = "miner.gasprice", global = true, value_name = "WEI")]
    pub(crate) gasprice: Option<u128>,
    /// Extra data of blocks, at most 32 bytes.
    #[arg(id = "miner.extradata", long = "miner.extradata", global = true, value_name = "TEXT")]
    pub(crate) extradata: Option<String>,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Development chain")]
pub(crate) struct DevFlags {
    /// A chain of its own with funded accounts, mining on demand; forgotten at the end unless --datadir is given.
    #[arg(long, global = true, action = ArgAction::Set, num_args = 0..=1, require_equals = true,
          default_missing_value = "true", default_value_t = false, hide_possible_values = true)]
    pub(crate) dev: bool,
    /// Seconds between blocks; 0 mines when transactions wait.
    #[arg(id = "dev.period", long = "dev.period", global = true, value_name = "SECONDS")]
    pub(crate) period: Option<u64>,
    /// Mine all the time, with the real difficulty rule on small ethash tables.
    #[arg(id = "dev.pow", long = "dev.pow", global = true, action = ArgAction::Set, num_args = 0..=1, require_equals = true,
          default_missing_value = "true", default_value_t = false, hide_possible_values = true)]
    pub(crate) pow: bool,
    /// Gas limit of the first block.
    #[arg(id = "dev.gaslimit", long = "dev.gaslimit", global = true, value_name = "GAS")]
    pub(crate) gaslimit: Option<u64>,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Transaction pool")]
pub(crate) struct TxPoolFlags {
    /// Accounts whose transactions count as local.
    #[arg(
        id = "txpool.locals",
        long = "txpool.locals",
        global = true,
        value_delimiter = ',',
        value_name = "ADDRESSES"
    )]
    pub(crate) locals: Vec<Address>,
    /// No transaction counts as local.
    #[arg(id = "txpool.nolocals", long = "txpool.nolocals", global = true, action = ArgAction::Set, num_args = 0..=1, require_equals = true,
          default_missing_value = "true", default_value_t = false, hide_possible_values = true)]
    pub(crate) nolocals: bool,
    /// File that keeps local transactions over a restart.
    #[arg(id = "txpool.journal", long = "txpool.journal", global = true, default_value = "transactions.rlp")]
    pub(crate) journal: PathBuf,
    /// Least tip, in wei, of a transaction that is taken.
    #[arg(id = "txpool.pricelimit", long = "txpool.pricelimit", global = true, default_value_t = 1)]
    pub(crate) pricelimit: u128,
    /// Percent by which a replacement must pay more.
    #[arg(id = "txpool.pricebump", long = "txpool.pricebump", global = true, default_value_t = 10)]
    pub(crate) pricebump: u64,
    /// Executable slots that an account always has.
    #[arg(id = "txpool.accountslots", long = "txpool.accountslots", global = true, default_value_t = 16)]
    pub(crate) accountslots: usize,
    /// Executable slots of all accounts.
    #[arg(id = "txpool.globalslots", long = "txpool.globalslots", global = true, default_value_t = 5_120)]
    pub(crate) globalslots: usize,
    /// Waiting transactions of an account.
    #[arg(id = "txpool.accountqueue", long = "txpool.accountqueue", global = true, default_value_t = 64)]
    pub(crate) accountqueue: usize,
    /// Waiting transactions of all accounts.
    #[arg(id = "txpool.globalqueue", long = "txpool.globalqueue", global = true, default_value_t = 1_024)]
    pub(crate) globalqueue: usize,
    /// How long a transaction may wait, e.g. 3h.
    #[arg(id = "txpool.lifetime", long = "txpool.lifetime", global = true, default_value = "3h", value_parser = seconds)]
    pub(crate) lifetime: std::time::Duration,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Log")]
pub(crate) struct LogFlags {
    /// 0 silent, 1 error, 2 warn, 3 info, 4 debug, 5 trace.
    #[arg(long, global = true, default_value_t = 3, value_parser = clap::value_parser!(u8).range(0..=5))]
    pub(crate) verbosity: u8,
    /// One JSON object a line.
    #[arg(id = "log.json", long = "log.json", global = true, action = ArgAction::Set, num_args = 0..=1, require_equals = true,
          default_missing_value = "true", default_value_t = false, hide_possible_values = true)]
    pub(crate) json: bool,
}

impl LogFlags {
    pub(crate) fn config(&self) -> autochain_telemetry::LogConfig {
        autochain_telemetry::LogConfig { verbosity: self.verbosity, json: self.json }
    }
}

/// `localhost` is geth's default and means 127.0.0.1.
fn address(text: &str) -> Result<IpAddr, String> {
    if text == "localhost" {
        return Ok(IpAddr::from([127, 0, 0, 1]));
    }
    text.parse().map_err(|_| format!("`{text}` is not an IP address; write 127.0.0.1, 0.0.0.0, ::1 or ::"))
}

/// Go's durations as geth takes them: `300ms`, `5s`, `10m`, `3h`, also a bare number of seconds.
fn seconds(text: &str) -> Result<std::time::Duration, String> {
    let digits = text.trim_end_matches(|unit: char| unit.is_ascii_alphabetic());
    let number: f64 = digits.parse().map_err(|_| format!("`{text}` is not a duration such as 5s or 3h"))?;
    let scale = match &text[digits.len()..] {
        "ms" => 1e-3,
        "" | "s" => 1.0,
        "m" => 60.0,
        "h" => 3_600.0,
        unit => return Err(format!("unknown unit `{unit}` in `{text}`; write ms, s, m or h")),
    };
    std::time::Duration::try_from_secs_f64(number * scale).map_err(|_| format!("`{text}` is out of range"))
}
