use std::{net::IpAddr, time::Duration};

/// One coin in wei.
const COIN: u128 = 1_000_000_000_000_000_000;
const GWEI: u128 = 1_000_000_000;

/// What is served where.
#[derive(Clone, Debug, Default)]
pub struct ServerConfig {
    /// HTTP, if at all.
    pub http: Option<HttpConfig>,
    /// WebSocket, if at all. With the same address and port as HTTP both share the listener.
    pub ws: Option<WsConfig>,
    /// Limits and policies of the methods.
    pub rpc: RpcConfig,
}

/// geth's `--http.*` flags.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HttpConfig {
    /// `--http.addr`.
    pub addr: IpAddr,
    /// `--http.port`; 0 takes a free one.
    pub port: u16,
    /// `--http.api`: namespaces.
    pub api: Vec<String>,
    /// `--http.corsdomain`: origins that browsers may call from; `*` for all.
    pub corsdomain: Vec<String>,
    /// `--http.vhosts`: host names that are answered; `*` for all. IP addresses always are.
    pub vhosts: Vec<String>,
    /// `--http.rpcprefix`: the path of the endpoint; empty is `/`.
    pub rpcprefix: String,
}

impl Default for HttpConfig {
    fn default() -> Self {
        Self {
            addr: IpAddr::from([127, 0, 0, 1]),
            port: 8545,
            api: ["eth", "net", "web3"].map(str::to_owned).to_vec(),
            corsdomain: Vec::new(),
            vhosts: vec!["localhost".to_owned()],
            rpcprefix: String::new(),
        }
    }
}

/// geth's `--ws.*` flags.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WsConfig {
    /// `--ws.addr`.
    pub addr: IpAddr,
    /// `--ws.port`; 0 takes a free one.
    pub port: u16,
    /// `--ws.api`: namespaces.
    pub api: Vec<String>,
    /// `--ws.origins`: origins that browsers may connect from; `*` for all.
    pub origins: Vec<String>,
    /// `--ws.rpcprefix`: the path of the endpoint; empty is `/`.
    pub rpcprefix: String,
}

impl Default for WsConfig {
    fn default() -> Self {
        let HttpConfig { addr, api, rpcprefix, .. } = HttpConfig::default();
        Self { addr, port: 8546, api, origins: Vec::new(), rpcprefix }
    }
}

/// Limits and policies of the methods.
#[derive(Clone, Debug)]
pub struct RpcConfig {
    /// `web3_clientVersion`.
    pub client_version: String,
    /// `--rpc.gascap`: most gas of a call; 0 is no cap.
    pub gas_cap: u64,
    /// `--rpc.evmtimeout`: longest call; zero is no limit.
    pub evm_timeout: Duration,
    /// `--rpc.txfeecap`: most a transaction sent over RPC may pay for gas, in wei; 0 is no cap.
    pub tx_fee_cap: u128,
    /// `--rpc.allow-unprotected-txs`: take transactions without a chain id (EIP-155).
    pub allow_unprotected: bool,
    /// `--rpc.batch-request-limit`: requests in one batch; 0 is no limit.
    pub batch_request_limit: usize,
    /// `--rpc.batch-response-max-size`: bytes of the answer to one batch; 0 is no limit.
    pub batch_response_max_size: usize,
    /// `--rpc.rangelimit`: blocks that one `eth_getLogs` may look through; 0 is no limit.
    pub log_range_limit: u64,
    /// Most logs in one answer.
    pub log_result_limit: usize,
    /// Requests that run at the same time; more wait.
    pub max_concurrent: usize,
    /// Connections at the same time, HTTP and WebSocket together; more wait to be accepted.
    pub max_connections: usize,
    /// Filters at the same time.
    pub max_filters: usize,
    /// Idle time after which a filter is dropped.
    pub filter_timeout: Duration,
    /// `--allow-insecure-unlock`: accounts may be unlocked over HTTP and WebSocket.
    pub allow_insecure_unlock: bool,
    /// `--dev`: `evm_*` methods exist.
    pub dev: bool,
    /// The gas price oracle.
    pub gas_oracle: GasOracleConfig,
}

impl Default for RpcConfig {
    fn default() -> Self {
        Self {
            client_version: client_version(),
            gas_cap: 50_000_000,
            evm_timeout: Duration::from_secs(5),
            tx_fee_cap: COIN,
            allow_unprotected: true,
            batch_request_limit: 1000,
            batch_response_max_size: 25_000_000,
            log_range_limit: 0,
            log_result_limit: 100_000,
            max_concurrent: 16,
            max_connections: 1024,
            max_filters: 4096,
            filter_timeout: Duration::from_secs(300),
            allow_insecure_unlock: false,
            dev: false,
            gas_oracle: GasOracleConfig::default(),
        }
    }
}

/// geth's `--gpo.*` flags.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GasOracleConfig {
    /// `--gpo.blocks`: recent blocks that are looked at.
    pub blocks: u64,
    /// `--gpo.percentile`: of their tips.
    pub percentile: u64,
    /// `--gpo.maxprice`: largest tip suggested, in wei per gas.
    pub max_price: u128,
    /// `--gpo.ignoreprice`: tips below do not count, in wei per gas.
    pub ignore_price: u128,
    /// The tip suggested when recent blocks hold none, in wei per gas.
    pub default_tip: u128,
}

impl Default for GasOracleConfig {
    fn default() -> Self {
        Self { blocks: 20, percentile: 60, max_price: 500 * GWEI, ignore_price: 2, default_tip: GWEI }
    }
}

/// `Autochain/v0.1.0/linux-amd64/rustc1.95`.
pub fn client_version() -> String {
    let arch = match std::env::consts::ARCH {
        "x86_64" => "amd64",
        "aarch64" => "arm64",
        other => other,
    };
    let rust = option_env!("CARGO_PKG_RUST_VERSION").filter(|version| !version.is_empty()).unwrap_or("1.95");
    format!("Autochain/v{}/{}-{arch}/rustc{rust}", env!("CARGO_PKG_VERSION"), std::env::consts::OS)
}
