//! What the host's tools ask a node for, and how they send to it. A node is asked, never believed: the chain is
//! pinned, fees and gas have caps, and the hash of what was sent is our own.
//!
//! ```text
//! Rpc ─► view ─► words                    Pins ─► check: chain id, first block
//!  └──► Sender: fees, nonce, gas ─► Policy ─► Key ─► raw transaction ─► Receipt, or why not
//! ```

pub mod abi;
mod client;
mod error;
mod pins;
mod readings;
mod revert;
mod sender;
pub mod view;

pub use client::{Rpc, RpcError, bytes, malformed, quantity, shown, small};
pub use error::Error;
pub use pins::Pins;
pub use readings::Recorded;
pub use revert::Revert;
pub use sender::{Caps, Receipt, Sender};
