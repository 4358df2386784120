//! When to ask the car, when to leave it alone, when to sleep, and when to wake: so that the dongle neither
//! keeps a car awake nor empties its battery, and misses no trip.
//!
//! ```text
//!             driven ────────────────┐
//!               ▼                    │ movement, or rising voltage
//!            Poll ── parked ──────► Hush ── bus silent AND voltage not rising ─► Sleep
//!               ▲                    │                                            │
//!               └── a look, ever ────┘          voltage rises, or the bus speaks  │
//!               └───── more seldom ◄──────────────────────────────────────────────┘
//!  from anywhere: low voltage that does not rise, engine off, not moving ─► CutOff ─ voltage rises ─► Poll
//! ```
//!
//! A parked device sleeps once its queue is drained ([`Drain`]), or the network cannot be had ([`Radio`]).
//!
//! No state is left because of one voltage threshold: batteries, smart alternators and the converters of
//! battery cars all have their own idea of 12 volts. Only the cut-off, which protects the battery, is one.

mod drain;
mod policy;
mod radio;
mod sleeper;
mod voltage;

pub use drain::Drain;
pub use policy::{Observation, Order, Policy};
pub use radio::Radio;
pub use sleeper::{Sleeper, WakeUp};
pub use voltage::Voltage;
