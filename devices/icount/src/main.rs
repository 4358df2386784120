//! Runs the core's work on an emulated chip (QEMU `virt`, riscv32imc, `-icount shift=0`) and prints, for
//! each task, the instructions it retired, and how deep the stack went. `icount.sh` runs it and holds
//! the figures against `budgets.txt`.
//!
//! An instruction count repeats exactly, on every machine. So the same program also shows that signing
//! takes the same time for every secret: it exits with an error unless all counts are equal.
#![cfg_attr(target_os = "none", no_std, no_main)]

#[cfg(target_os = "none")]
mod car;
#[cfg(target_os = "none")]
mod machine;
#[cfg(target_os = "none")]
mod tasks;

/// On the host there is nothing to count.
#[cfg(not(target_os = "none"))]
fn main() {}
