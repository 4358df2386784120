//! The `autochain` binary.

use std::process::ExitCode;

fn main() -> ExitCode {
    autochain_cli::run(std::env::args_os())
}
