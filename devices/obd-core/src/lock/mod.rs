//! Who may start a car: the device half of a lock that follows the chain without being on it.
//!
//! ```text
//!  t of n attestors ─ sign ─► Tenure: epoch, owner, block, issued, expiry ─► Lock::accept ─► State, stored
//!  owner ─ signs ─► Certificate: a driver, from, until ──┐
//!  lock ─ Challenge ─► driver ─ signs ─► Start ──────────┴► Lock::start ──► release    ┐ only while Motion
//!  owner's recovery key ─ signs ─► Recover ───────────────► Lock::recover ► release    │ says that the car
//!                                                           Lock::engage ─► immobilise ┘ stands
//! ```
//!
//! The lock trusts t attestors: together they can make anyone the owner. It asks them to speak of blocks at
//! the chain's `safe` depth, which it cannot check. What it does check: the epoch never falls, the block
//! always rises, nothing is good for longer than [`Pins::max_offline`], each challenge is answered once and
//! soon, and a clock that went back ends what was good until some time.

mod machine;
mod motion;
mod state;
mod statement;
#[cfg(test)]
mod tests;

pub use machine::{Challenge, Lock, LockError, Pins, PinsError, Start, Store};
pub use motion::{Motion, Seen};
pub use state::{STATE_LEN, State};
pub use statement::{Certificate, Credential, LockDomain, Tenure};

/// The longest that anything is good for without word of the chain, in seconds, unless an owner wants less.
pub const MAX_OFFLINE: u64 = 72 * 3_600;

/// The most attestors that a lock knows.
pub const MAX_ATTESTORS: usize = 8;
