use crate::{
    count::Counts,
    shell::{cargo_path, counted, root},
};
use eyre::{Result, bail};
use std::process::Command;

/// A part of the tests that can run alone.
struct Group {
    name: &'static str,
    commands: fn() -> Vec<Command>,
}

/// In the order in which they run: what fails fast comes first.
const GROUPS: &[Group] = &[
    Group { name: "rust", commands: rust },
    Group { name: "vectors", commands: vectors },
    Group { name: "contracts", commands: || vec![script("contracts/test.sh")] },
    Group { name: "devices", commands: || vec![script("devices/test.sh")] },
    Group { name: "network", commands: network },
    Group { name: "e2e", commands: e2e },
];

/// Runs the named groups, or all; the last line is the count of all of them.
pub(crate) fn test(names: &[String]) -> Result<bool> {
    for name in names {
        if !GROUPS.iter().any(|group| group.name == name) {
            let known: Vec<_> = GROUPS.iter().map(|group| group.name).collect();
            bail!("unknown group `{name}`; groups: {}", known.join(" "));
        }
    }
    let mut total = Counts::default();
    let mut failed = Vec::new();
    for group in GROUPS.iter().filter(|group| names.is_empty() || names.iter().any(|name| name == group.name))
    {
        println!("\n== {} ==", group.name);
        let started = std::time::Instant::now();
        let mut ok = true;
        for mut command in (group.commands)() {
            let (success, counts) = counted(&mut command)?;
            total += counts;
            if !success && counts.failed == 0 {
                // A build that broke, a runner that died: it counts as one failure, not as none.
                total.failed += 1;
            }
            ok &= success && counts.failed == 0;
        }
        println!("== {}: {} in {:.0?} ==", group.name, if ok { "ok" } else { "FAILED" }, started.elapsed());
        if !ok {
            failed.push(group.name);
        }
    }
    if !failed.is_empty() {
        println!("\nfailed groups: {}", failed.join(" "));
    }
    println!("\n{} passed, {} failed, {} skipped", total.passed, total.failed, total.skipped);
    Ok(failed.is_empty() && total.failed == 0)
}

fn rust() -> Vec<Command> {
    let mut genesis = binary("autochain-genesis");
    genesis.arg("--check");
    vec![
        cargo(&["fmt", "--all", "--check"]),
        build(),
        cargo(&["test", "--release", "--workspace", "--lib", "--bins", "--test", "it", "--no-fail-fast"]),
        cargo(&["test", "--release", "--workspace", "--doc"]),
        genesis,
    ]
}

fn vectors() -> Vec<Command> {
    vec![build(), binary("autochain-vectors")]
}

fn network() -> Vec<Command> {
    println!("no tests: this node has no peer-to-peer network yet");
    Vec::new()
}

fn e2e() -> Vec<Command> {
    let mut tests = cargo(&["test", "--release", "--workspace", "--no-fail-fast"]);
    for name in ["imports", "crash", "requests", "clients", "pages", "story"] {
        tests.args(["--test", name]);
    }
    tests.args(["--", "--nocapture", "--test-threads=1"]);
    vec![build(), script("crates/testing/e2e/clients/setup.sh"), tests]
}

/// Everything of the workspace, with one set of features.
fn build() -> Command {
    cargo(&["build", "--release", "--workspace", "--all-targets"])
}

/// A program that [`build`] made.
fn binary(name: &str) -> Command {
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), Into::into);
    Command::new(target.join("release").join(name))
}

fn cargo(args: &[&str]) -> Command {
    let mut command = Command::new(cargo_path());
    command.args(args);
    command
}

fn script(path: &str) -> Command {
    let mut command = Command::new("bash");
    command.arg(root().join(path));
    command
}
