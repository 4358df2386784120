//! A car on a CAN bus, for tests. It answers SAE J1979, J1979-2 and J1979-3 requests as several control units,
//! misbehaves on demand, and remembers the first frame that a reading dongle must never send.
//!
//! ```text
//!  SLCAN on stdio, TCP, pty ─► Adapter ─┐
//!  a program's own clock ────► SimBus ──┴► Wire: bit rate, acknowledgement, errors, the car's own traffic
//!                                            └► Sim: Watch (what may be sent) ─► Units ─► Faults ─► frames back
//! ```

mod adapter;
mod bus;
mod car;
mod control;
mod encode;
mod fault;
mod sim;
mod unit;
mod watch;
mod wire;

pub use adapter::Adapter;
pub use bus::SimBus;
pub use car::{Car, Profile, UnknownProfile};
pub use control::{Command, MalformedCommand};
pub use encode::encode;
pub use fault::{Fault, FaultKind, MalformedFault};
pub use sim::Sim;
pub use unit::Unit;
pub use watch::{Violation, Watch};
pub use wire::{Traffic, Wire};
