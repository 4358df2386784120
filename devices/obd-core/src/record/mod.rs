//! What the device keeps of a car: records of fixed size, encrypted where they are made.
//!
//! ```text
//!  Samples │ Identity ─► Record ─┐
//!                                ├► SealedRecord::seal ─┬► SealedRecord: 224 bytes, to storage and to the owner
//!  Chain (counter, last hash) ───┘                      └► Reading: its public part, to the registry
//!
//!  EpochKeys: root of (vehicle, epoch) ─► DataKey of (scope, period) ─► keystream, MAC
//!      │                                     └► HandedKey: of a closed period, to whom the owner lets read
//!      ├► WrappedRoot: to the owner
//!      └► Opening: of one record, to whom the owner lets read
//! ```
//!
//! A record says what was read, in which unit, how well, when, and by which clock. [`Content`] fixes its
//! [`Scope`], the part of a car's life that a permission is given for.

mod content;
mod identity;
mod keys;
mod opening;
mod sample;
mod scope;
mod sealed;
mod time;
mod wrap;

pub use content::{Content, Event, LEN, MalformedRecord, Record};
pub use identity::{Identity, Vin};
pub use keys::{DataKey, EpochKeys};
pub use opening::{OPENING_LEN, Opening, OpeningError};
pub use sample::{MAX_SAMPLES, Sample, SampleQuality, Samples, Signal, TooManySamples, Unit};
pub use scope::{PERIOD_GRACE_SECONDS, PERIOD_SECONDS, Period, Scope};
pub use sealed::{Head, OpenError, SEALED_LEN, SealedRecord};
pub use time::{Time, TimeSource};
pub use wrap::{HandedKey, UnwrapError, WRAPPED_LEN, WrappedRoot};
