//! The core of a dongle: it asks a car, keeps what the car says, and tells the chain. No hardware, no `std`, no
//! allocation: every buffer is the caller's or has a fixed size, so the same code runs on the host, on emulated
//! RISC-V and on the chip.
//!
//! ```text
//!  can ─► isotp ─► obd ─► poll::Car ─► Event ─► recorder ─► record (sealed) ─► queue ─► client ─► the chain
//!                          ▲ power: when to ask, when to sleep      provision, lock, update: beside it
//!
//!  keccak256(encrypted record) ─┐
//!  odometer, flags ─────────────┴► Chain::append ► Reading ─┬► calldata ► Eip1559 ► check(Policy)
//!                                                           │               ► CheckedTx::sign(Key)
//!                                                           │                 ► SignedTx: raw bytes, hash
//!                                                           └► digest(Domain, epoch) ─┐
//!  Pairing ► digest(Domain, device) ──────────────────────────────────────────────────┴► Signer::sign_statement
//! ```
//!
//! A [`Signer`] is a [`Key`], which has an account, or a [`P256Key`], which has none. It signs a [`Digest`], and
//! a digest comes only out of the statements of this crate: nobody gets a signature over bytes of their choice.
//! A transaction is signed only after [`Policy`] has seen it: the chain id and the registry are pinned, fees
//! and gas have caps, no coin ever leaves the device.
//!
//! Nothing here panics; every failure is a typed error.
#![no_std]
#![forbid(unsafe_code)]
#![cfg_attr(
    not(test),
    deny(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        clippy::unreachable,
        clippy::indexing_slicing,
        clippy::arithmetic_side_effects,
        clippy::as_conversions
    )
)]

#[cfg(test)]
extern crate std;

mod abi;
mod address;
mod bytes;
pub mod can;
mod chain;
pub mod client;
mod clock;
mod domain;
mod flags;
pub mod isotp;
mod keccak;
mod key;
pub mod lock;
pub mod obd;
mod pairing;
mod policy;
pub mod poll;
pub mod power;
pub mod provision;
pub mod queue;
mod reading;
pub mod record;
pub mod recorder;
mod recover;
pub mod rlp;
mod secp256k1;
mod time;
mod tx;
pub mod update;

pub use address::Address;
pub use chain::{Chain, ChainError, MAX_LEAP};
pub use clock::Clock;
pub use domain::{Digest, Domain};
pub use flags::{Flags, FlagsError, Quality, Source};
pub use keccak::keccak256;
pub use key::{
    AnyKey, Curve, DeviceKey, DeviceSignature, Key, KeyError, P256Key, P256Signature, PublicKey, Signature,
    Signer,
};
pub use pairing::{Claim, Pairing};
pub use policy::{Policy, Refusal};
pub use reading::{RECORD_CALL_LEN, Reading};
pub use recover::recover;
pub use time::{Duration, Instant};
pub use tx::{CheckedTx, Eip1559, RECORD_TX_LEN, SignError, SignedTx};

/// 32 bytes that keccak-256 gave, or that stand where a hash stands.
pub type Hash = [u8; 32];
