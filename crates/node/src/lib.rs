//! Builds the parts of a node in order, connects them, and takes them down in reverse.
//!
//! ```text
//!  Datadir ─► Store ─► Chain ─► Pool ─► Miner ─► RPC server
//!                        │                ▲          ▲
//!                        └── ChainEvent ──┴──────────┘   one follower thread keeps the pool with the chain
//! ```

mod backend;
mod datadir;
mod node;
mod spec;

pub use autochain_state::recompute_state_root;
pub use backend::NodeBackend;
pub use datadir::Datadir;
pub use node::{MiningConfig, Node, NodeConfig, NodeError, Storage};
pub use spec::{dev_spec, preset};

/// What the node calls itself: `Autochain/v0.1.0/linux-amd64/rustc1.95`.
pub use autochain_rpc::client_version;
