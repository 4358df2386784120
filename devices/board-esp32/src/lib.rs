//! What the ESP32-C3 and C6 boards share: the chip's drivers behind the interfaces of `obd-core`. A board is
//! its pins and a `main`.
//!
//! ```text
//!  reset ─► start: boot counter raised, panics counted ─┬─ give the image up ─► reset
//!                                                       ▼
//!    USB ◄──► console      eFuses ─ HMAC ─► keys
//!    TWAI ◄─ can ─► drive ─ records ─► flash ─► uplink ─► tls ─► net ─► Wi-Fi
//!    battery ─► power ─► deep sleep        clock ◄─ blocks
//! ```
//!
//! Nothing here has been run on silicon; it is compiled, linked and checked as an image.
#![no_std]

pub mod can;
pub mod console;
mod drive;
pub mod flash;
pub mod keys;
pub mod net;
mod ota;
pub mod power;
pub mod safe;
mod shared;
mod start;
pub mod tls;
mod uplink;

pub use start::{Parts, run};

use obd_core::update::{Board, version};

/// The chip that this is compiled for.
#[cfg(feature = "esp32c3")]
pub const BOARD: Board = Board::Esp32C3;
/// The chip that this is compiled for.
#[cfg(feature = "esp32c6")]
pub const BOARD: Board = Board::Esp32C6;

#[cfg(not(any(feature = "esp32c3", feature = "esp32c6")))]
compile_error!("choose a chip: feature esp32c3 or esp32c6");
#[cfg(all(feature = "esp32c3", feature = "esp32c6"))]
compile_error!("choose one chip: feature esp32c3 or esp32c6");

/// The version of this firmware: the workspace's, as a number that rises from release to release.
pub const FIRMWARE: u32 = version(env!("CARGO_PKG_VERSION")).expect("the workspace's version is a release");
