//! The project's chores: `cargo xtask test`, `vectors`, `genesis`, `bench`, `firmware`, `dongle`.
//!
//! ```text
//! cargo xtask test [GROUP…] ──► group: commands, their output passed through and counted ──► N passed, N failed, N skipped
//! cargo xtask genesis [--check] ──► autochain-genesis: allocation, contracts/artifacts ──EVM──► genesis/*.json
//! ```
//!
//! The tests build the whole workspace with one command, and run what that made: one selection of packages means one
//! set of features, so that dependencies are compiled once. For the same reason this package itself has almost none.

mod count;
mod groups;
mod shell;

use eyre::{Result, bail};
use std::process::ExitCode;

const USAGE: &str = "\
cargo xtask test [GROUP…]     run everything, or groups: rust vectors contracts devices network e2e
cargo xtask vectors [ARG…]    run the public test vectors; arguments go to the runner
cargo xtask genesis [--check] build genesis/*.json from allocations and contracts/artifacts, or compare
cargo xtask bench [ARG…]      run the benchmarks; arguments go to the bench binary
cargo xtask firmware          build the images of both chips, check them, print their sizes
cargo xtask dongle            a dongle on your desk without hardware: emulated, in a simulated car, with a chain";

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    match run(&args) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("xtask: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(args: &[String]) -> Result<bool> {
    match args.split_first().map(|(command, rest)| (command.as_str(), rest)) {
        Some(("test", names)) => groups::test(names),
        Some(("vectors", rest)) => {
            shell::cargo(&["run", "--release", "-q", "-p", "autochain-vectors", "--"], rest)
        }
        Some(("bench", rest)) => {
            shell::cargo(&["run", "--release", "-q", "-p", "autochain-bench", "--"], rest)
        }
        Some(("genesis", rest)) => {
            shell::cargo(&["run", "--release", "-q", "-p", "autochain-genesis", "--"], rest)
        }
        Some(("firmware", _)) => shell::script("devices/firmware.sh"),
        Some(("dongle", _)) => shell::script("devices/desk.sh"),
        Some((command, _)) => bail!("unknown command `{command}`\n{USAGE}"),
        None => bail!("no command\n{USAGE}"),
    }
}
