//! What an end-to-end test of the dongle needs: a car, a machine, a node and a relay as processes, and a
//! network between them that can fail.
//!
//! ```text
//!  ecu-sim ◄─ SLCAN ─► QEMU: board-qemu ◄─► Wire (may be cut) ◄─► autochain --dev
//!                            │ flash image        └─────────────► autochain-relay: records
//!                            └ log lines
//! ```
//!
//! The programs are looked for beside the test's own build and in the repository's target folders; an
//! environment variable (`AUTOCHAIN_BIN`, `BOARD_QEMU`, `QEMU_RISCV32`) names another place.

mod chain;
mod machine;
mod process;
mod wire;

pub use chain::{ACCOUNTS, Chain, GRANTS, Rpc, Vehicle};
pub use machine::{Board, Image, Log, Machine};
pub use process::{Car, Node, Relay, program};
pub use wire::Wire;
