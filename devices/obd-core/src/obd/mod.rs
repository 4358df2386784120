//! What is asked of a car and what it answers: SAE J1979 (services 01, 02, 03, 07, 09, 0A), J1979-2 and
//! J1979-3 (UDS services 22 and 19) on ISO 15765-4 addresses.
//!
//! ```text
//!  Request ─► TxFrame ─► the bus ─► isotp ─► Request::answer ─► Answer::Data ─┬► Quantity::decode ► a number
//!                                                                             ├► Readiness, CodeList
//!                                                                             └► Vin, Supported …
//! ```

mod address;
mod answer;
mod code;
mod identity;
mod quantity;
mod readiness;
mod request;
mod transmit;

pub use address::{Addressing, Ecu};
pub use answer::{Answer, ResponseCode};
pub use code::{Code, CodeKind, CodeList};
pub use identity::{Supported, Vin, verification_numbers};
pub use quantity::Quantity;
pub use readiness::Readiness;
pub use request::{CodeQuery, Did, InfoType, Pid, Request};
pub use transmit::TxFrame;
