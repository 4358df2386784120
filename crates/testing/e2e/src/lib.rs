//! The node as its users meet it: the binary is started, fed, asked over RPC, killed and cut off from power.
//!
//! ```text
//! tests/*.rs ─► Autochain ─► Process ── a command, its output, its exit code, its peak of memory
//!           ─► Node ──────► Process ── a running node: RPC, log, SIGTERM, kill -9
//!           ─► PowerCut ─────────────── autochain-powercut under a process; afterwards: unsynced writes are lost
//!           ─► Vectors ──────────────── public chains, unpacked once
//!           ─► Tools ────────────────── forge, cast, wallets and libraries on Node, the device's program
//! ```
//!
//! Everything a test makes lies in one temporary folder and ends with the test. No request leaves this machine.

mod autochain;
mod node;
mod power_cut;
mod process;
mod rpc;
mod tools;
mod vectors;

pub use autochain::{Autochain, Head, artifact, binary, copy_datadir, scratch};
pub use node::Node;
pub use power_cut::{Lost, PowerCut};
pub use process::{Ended, Process};
pub use rpc::{Rpc, RpcError, hex_u64};
pub use tools::{Tools, dev_account, dev_key};
pub use vectors::{BlockSlices, Vectors};
