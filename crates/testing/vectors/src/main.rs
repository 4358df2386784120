//! `autochain-vectors [GROUP…] [--filter S] [--failures N]`: runs the public test vectors.

use std::process::ExitCode;

fn main() -> ExitCode {
    autochain_vectors::main(std::env::args().skip(1))
}
