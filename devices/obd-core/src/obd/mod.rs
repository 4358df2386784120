//! What is asked of a car and what it answers: SAE J1979 (services 01, 02, 03, 07, 09, 0A), J1979-2 and
//! J1979-3 (UDS services 22 and 19) on ISO 15765-4 addresses.

mod address;
mod request;
mod transmit;

pub use address::{Addressing, Ecu};
pub use request::{CodeQuery, Did, InfoType, Pid, Request};
pub use transmit::TxFrame;
