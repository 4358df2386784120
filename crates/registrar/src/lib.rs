//! The registrars of vehicles: a tag for each VIN that nobody can compute alone, and the signatures with which a car is
//! registered.
//!
//! The tag of a VIN is keccak256(F(k, VIN)) with RFC 9497's verifiable oblivious pseudorandom function F on
//! ristretto255-SHA512. No one has k: each of n registrars has a share, and t of them together give a tag.
//!
//! ```text
//!  client                                registrar 1 … n (any t)
//!  VIN ──blind──► element ──evaluate──►  kᵢ·element, DLEQ proof ──┐
//!                                                                 ▼
//!  tag = keccak256(Finalize(Σ λᵢ·kᵢ·element))  ◄── checked against the roster, combined in the exponent
//!
//!  VIN, salt, blind, partial evaluations, ──sign──► tag and commitment recomputed, then
//!  minter, nonce, deadline                          EIP-712 Register(tag, commitment, minter, nonce, deadline)
//!       │                                                         │
//!       └──────────── VehicleRegistry.register(…) ◄── t signatures in ascending order
//! ```
//!
//! k comes from a ceremony of the members in which each deals a secret of its own ([`deal_random`]), and can be shared
//! anew, to other members and another threshold, without changing k or any tag ([`deal_again`]).
//!
//! **What each party learns.** *Evaluation*: nothing; the element is uniformly random. *Signature*: the VIN and the
//! salt, since a registrar vouches that the tag is this VIN's and that the commitment opens to it; it logs neither.
//! *A reader of the chain*, or one with fewer than t shares: tag and commitment, which do not let a VIN be tested. *t
//! registrars together* can compute the tag of any VIN, and so find out which VINs of a list are registered: that is
//! the trust that remains. A client with a token can test VINs at the rate that its registrars allow.

mod api;
mod client;
mod config;
mod error;
mod limit;
mod mint;
mod service;
mod sharing;
mod statement;
mod tag;
mod vin;

pub use api::{EvaluateRequest, Identity, Refusal, RefusalCode, SignRequest, Signed};
pub use client::{Endpoint, Registrars, Registration};
pub use config::{Client, Config, ConfigError, read_share, write_secret};
pub use error::{ClientError, SharingError, TagError, VinError};
pub use limit::{Limit, Meter};
pub use mint::{Minted, NodeRpc};
pub use service::{Registrar, router};
pub use sharing::{
    Dealing, Index, Roster, Share, SubShare, assemble, check_same_secret, deal_again, deal_random,
};
pub use statement::{Domain, Statement};
pub use tag::{Blinded, Partial};
pub use vin::Vin;
