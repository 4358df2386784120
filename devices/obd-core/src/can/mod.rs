//! The CAN bus as the dongle sees it: classic frames in, checked frames out, and how well the bus does.
//!
//! ```text
//!  controller ── Bus::receive ─► Guard ─► Frame ─► isotp
//!             ── Bus::health ──► Guard: falls silent before it does harm
//!             ◄─ Bus::transmit ─ Guard ◄─ obd::TxFrame, the only thing that can be sent
//! ```

mod bus;
mod frame;
mod guard;
pub mod slcan;

pub use bus::{Bitrate, Bus, BusError, Health, Mode};
pub use embedded_can::{ExtendedId, Id, StandardId};
pub use frame::{Frame, MAX_DATA};
pub use guard::{Guard, Silence, Standing};
