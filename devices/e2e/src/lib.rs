//! What an end-to-end test of the dongle needs: a car, a machine, a node and a relay as processes, and a
//! network between them that can fail.
//!
//! ```text
//!  ecu-sim ◄─ SLCAN ─► QEMU: board-qemu ◄─► Wire (may be cut) ◄─► autochain --dev
//!                            │ flash image        └─────────────► autochain-relay: records
//!                            └ log lines
//!
//!  autochain-provision ◄─ Cable ─► the whole board ◄─ TLS ─► TlsProxy ◄─► node, relay
//! ```
//!
//! The programs are looked for beside the test's own build and in the repository's target folders; an
//! environment variable (`AUTOCHAIN_BIN`, `BOARD_QEMU`, `BOARD_QEMU_WHOLE`, `QEMU_RISCV32`) names another place.

mod bench;
mod chain;
mod desk;
mod machine;
mod pki;
mod process;
mod tls;
mod wire;

pub use bench::{Button, Cable};
pub use chain::{ACCOUNTS, Chain, GRANTS, Rpc, Vehicle};
pub use desk::Desk;
pub use machine::{Board, Image, Log, Machine};
pub use pki::Pki;
pub use process::{Car, Node, Relay, program};
pub use tls::TlsProxy;
pub use wire::Wire;
