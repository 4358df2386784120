//! The dongle on QEMU's RISC-V `virt` machine: the same core as on the chip, with a car at the other end of
//! the UART, a network of virtio, and flash that survives the end of the process.
//!
//! ```text
//!  UART (SLCAN) ─► poll::Car ─► Recorder ─► Queue (pflash) ─► Client ─► TCP (smoltcp) ─► virtio-net
//!                        semihosting ◄─ log lines
//! ```
//!
//! One loop, nothing waits: the car is asked while the network is down, and the network is served while the
//! car is silent. See `README.md` for the command line.
#![cfg_attr(target_os = "none", no_std, no_main)]

#[cfg(target_os = "none")]
mod clock;
#[cfg(target_os = "none")]
mod config;
#[cfg(target_os = "none")]
mod dongle;
#[cfg(target_os = "none")]
mod link;
#[cfg(target_os = "none")]
mod log;
#[cfg(target_os = "none")]
mod network;
#[cfg(target_os = "none")]
mod pflash;
#[cfg(target_os = "none")]
mod start;
#[cfg(target_os = "none")]
mod uart;

/// On the host there is nothing to do.
#[cfg(not(target_os = "none"))]
fn main() {}
