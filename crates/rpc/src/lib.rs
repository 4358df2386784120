//! JSON-RPC over HTTP and WebSocket, as geth's users expect it: the same namespaces, shapes, error codes and words.
//!
//! ```text
//!   HTTP ─ host, origin, size ─┐                ┌ eth  net  web3  txpool  miner  debug  personal  admin  evm
//!                              ├─► dispatcher ──┤        (threads for blocking work, bounded)
//!   WebSocket ─ origin, size ──┘  batches, ids  └────────────────┬──────────────────────────────────────
//!       ▲                                                        ▼
//!       └── subscriptions ◄── chain and pool events ──── Backend (the node supplies it)
//! ```
//!
//! Every input is bounded: a request is at most 5 MiB, a batch, its answer, the connections, the filters and what
//! they hold are limited by [`RpcConfig`]. A WebSocket client that does not read is dropped.

mod api;
mod backend;
mod config;
mod dispatch;
mod error;
mod filters;
mod jsonrpc;
mod oracle;
mod params;
mod server;
mod state;
mod subscriptions;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;
mod types;

pub use api::NAMESPACES;
pub use backend::{
    AccountProof, Backend, BackendError, BlockRef, ChainBlock, ChainEvent, MinerApi, NetworkApi, NoNetwork,
    PendingBlock, StoredBlock, SyncApi, SyncProgress, Work,
};
pub use config::{GasOracleConfig, HttpConfig, RpcConfig, ServerConfig, WsConfig, client_version};
pub use error::{RpcError, ServeError};
pub use server::{ServerHandle, serve};
pub use state::State;
