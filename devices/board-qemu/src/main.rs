//! The dongle on QEMU's RISC-V `virt` machine: the same core as on the chip, with a car at the other end of
//! the UART, a network of virtio, and flash that survives the end of the process.
//!
//! ```text
//!  UART (SLCAN) ─► poll::Car ─► Recorder ─► Queue (pflash) ─► Client ─► TCP (smoltcp) ─► virtio-net
//!                        semihosting ◄─ log lines
//! ```
//!
//! One loop, nothing waits: the car is asked while the network is down, and the network is served while the
//! car is silent. With the feature `whole` the board is a dongle as a person gets it: a console to provision it,
//! keys that it draws itself, TLS. See `README.md` for the command lines.
#![cfg_attr(target_os = "none", no_std, no_main)]

#[cfg(all(target_os = "none", feature = "whole"))]
mod button;
#[cfg(target_os = "none")]
mod clock;
#[cfg(all(target_os = "none", not(feature = "whole")))]
mod config;
#[cfg(all(target_os = "none", feature = "whole"))]
mod console;
#[cfg(target_os = "none")]
mod dongle;
#[cfg(target_os = "none")]
mod host;
#[cfg(all(target_os = "none", not(feature = "whole")))]
mod link;
#[cfg(target_os = "none")]
mod log;
#[cfg(target_os = "none")]
mod network;
#[cfg(all(target_os = "none", feature = "whole"))]
mod pci;
#[cfg(target_os = "none")]
mod pflash;
#[cfg(all(target_os = "none", not(feature = "whole")))]
mod plain;
#[cfg(all(target_os = "none", feature = "whole"))]
mod random;
#[cfg(all(target_os = "none", feature = "whole"))]
mod stack;
#[cfg(target_os = "none")]
mod start;
#[cfg(all(target_os = "none", feature = "whole"))]
mod store;
#[cfg(target_os = "none")]
mod tcp;
#[cfg(all(target_os = "none", feature = "whole"))]
mod tempo;
#[cfg(all(target_os = "none", feature = "whole"))]
mod tls;
#[cfg(target_os = "none")]
mod uart;
#[cfg(target_os = "none")]
mod virtio;
#[cfg(all(target_os = "none", feature = "whole"))]
mod whole;

/// On the host there is nothing to do.
#[cfg(not(target_os = "none"))]
fn main() {}
