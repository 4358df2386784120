use crate::{groups, known::KnownFailures, pack::Pack, run};
use std::process::ExitCode;

const USAGE: &str = "usage: autochain-vectors [GROUP…] [--filter TEXT] [--failures N]";

/// What to run.
#[derive(Clone, Debug)]
pub(crate) struct Options {
    /// Groups by name; all when empty.
    pub(crate) groups: Vec<String>,
    /// Only files and cases whose `path case` contains this.
    pub(crate) filter: Option<String>,
    /// How many failures are printed in full.
    pub(crate) failures: usize,
}

impl Options {
    fn parse(arguments: impl Iterator<Item = String>) -> Result<Self, String> {
        let mut options = Self { groups: Vec::new(), filter: None, failures: 20 };
        let mut arguments = arguments;
        while let Some(argument) = arguments.next() {
            let mut value = || arguments.next().ok_or(format!("{argument} wants a value\n{USAGE}"));
            match argument.as_str() {
                "--filter" => options.filter = Some(value()?),
                "--failures" => {
                    options.failures =
                        value()?.parse().map_err(|_| format!("--failures wants a number\n{USAGE}"))?;
                }
                "--help" | "-h" => return Err(format!("{USAGE}\ngroups: {}", groups::names().join(" "))),
                flag if flag.starts_with('-') => return Err(format!("unknown flag {flag}\n{USAGE}")),
                group if groups::names().contains(&group) => options.groups.push(argument),
                group => {
                    let names = groups::names().join(" ");
                    return Err(format!("unknown group {group}; the groups are: {names}"));
                }
            }
        }
        Ok(options)
    }

    pub(crate) fn wants(&self, group: &str) -> bool {
        self.groups.is_empty() || self.groups.iter().any(|wanted| wanted == group)
    }
}

/// Runs the vectors as the command line says, prints the counts, and fails when anything failed.
pub fn main(arguments: impl Iterator<Item = String>) -> ExitCode {
    let options = match Options::parse(arguments) {
        Ok(options) => options,
        Err(message) => {
            eprintln!("{message}");
            return ExitCode::from(2);
        }
    };
    let pack = match Pack::find() {
        Ok(pack) => pack,
        Err(tried) => return missing(&tried),
    };
    let result = KnownFailures::load().and_then(|known| run::run(&pack, &options, known));
    match result {
        Ok(summary) => {
            println!("{} passed, {} failed, {} skipped", summary.passed, summary.failed, summary.skipped);
            if summary.failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
        }
        Err(error) => {
            eprintln!("the vectors cannot be run: {error}");
            ExitCode::FAILURE
        }
    }
}

fn missing(tried: &[std::path::PathBuf]) -> ExitCode {
    let required = std::env::var_os("AUTOCHAIN_REQUIRE_VECTORS").is_some_and(|value| value == "1");
    eprintln!("=== THE PUBLIC TEST VECTORS ARE MISSING: {} ===", if required { "FAILED" } else { "SKIPPED" });
    for path in tried.iter().take(2) {
        eprintln!("no pack at {}", path.display());
    }
    eprintln!(
        "Set AUTOCHAIN_VECTORS to the folder of the pack. The suites that it is drawn from are public:\n  \
         github.com/ethereum/tests (tag v14.1), github.com/ethereum/legacytests,\n  \
         github.com/ethereum/execution-spec-tests, github.com/ethereum/execution-apis,\n  \
         github.com/ethereum/go-ethereum and github.com/hyperledger/besu (test data).\n\
         AUTOCHAIN_REQUIRE_VECTORS=1 makes a missing pack a failure."
    );
    println!("0 passed, {} failed, 0 skipped", u8::from(required));
    if required { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(line: &str) -> Result<Options, String> {
        Options::parse(line.split_whitespace().map(str::to_owned))
    }

    #[test]
    fn arguments() {
        let options = parse("basic --filter Difficulty state --failures 3").unwrap();
        assert_eq!(options.groups, ["basic", "state"]);
        assert_eq!((options.filter.as_deref(), options.failures), (Some("Difficulty"), 3));
        assert!(options.wants("state") && !options.wants("rpc"));
        assert!(parse("").unwrap().wants("rpc"));
    }

    #[test]
    fn what_is_unknown_is_named() {
        assert!(parse("basics").unwrap_err().contains("basic transactions"));
        assert!(parse("--filter").unwrap_err().contains("--filter wants a value"));
        assert!(parse("--verbose").unwrap_err().contains("--verbose"));
    }
}
