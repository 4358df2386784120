//! The core against simulated cars, under a clock that the tests move: what is read, that nothing is harmed,
//! what goes wrong and how it ends, and when the dongle sleeps.

mod faults;
mod power;
mod program;
mod properties;
mod reading;
mod rig;
mod safety;

pub(crate) use rig::Rig;
