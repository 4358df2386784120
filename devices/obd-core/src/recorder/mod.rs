//! What a trip leaves behind: turns what the car says into sealed records and queues them.
//!
//! ```text
//!  poll::Event ─► Recorder::note ─┬─ VIN ─► commitment: another car? ─► uploads stop
//!                                 └─ samples ─► trip │ health │ energy
//!  Recorder::store ─► Record ─► SealedRecord::seal (counter, hash chain) ─► Queue
//! ```

mod bucket;
mod commitment;
mod record;

pub use commitment::Commitment;
pub use record::{Recorder, StoreError};
