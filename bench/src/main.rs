//! Benchmarks of Autochain against other implementations, both sides in one run.
//!
//! ```text
//! autochain-bench ethash [--quick]                      proof of work against the `ethash` crate
//! autochain-bench import [--chain NAME…] [--rounds N]   real chains against revm without a database
//! autochain-bench idle [BINARY]                         memory of an idle --dev node
//! ```

mod ethash;
mod idle;
mod import;

use eyre::{Result, bail};

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments[..] {
        ["ethash"] => ethash::run(ethash::Extent::Full),
        ["ethash", "--quick"] => ethash::run(ethash::Extent::Quick),
        ["import", ref options @ ..] => import::run(options),
        ["idle"] => idle::run("target/release/autochain"),
        ["idle", binary] => idle::run(binary),
        _ => bail!(
            "usage: autochain-bench ethash [--quick]\n       autochain-bench import [--chain NAME…] [--rounds N]\n       \
             autochain-bench idle [BINARY]"
        ),
    }
}
