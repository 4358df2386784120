//! `autochain-provision` against a device on the host, the console of the firmware behind a TCP port, and on a
//! development chain of our own node.

mod burn;
mod device;
mod life;
mod onchain;
mod stage;
mod wallet;

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// Runs the program; what it printed, or what it complained of.
fn run(args: &[&str]) -> Result<String, String> {
    run_with(args, "")
}

fn run_with(args: &[&str], input: &str) -> Result<String, String> {
    use std::io::Write as _;
    let mut child = Command::new(env!("CARGO_BIN_EXE_autochain-provision"))
        .args(args)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    let Output { status, stdout, stderr } = child.wait_with_output().unwrap();
    let (out, err) = (String::from_utf8(stdout).unwrap(), String::from_utf8(stderr).unwrap());
    if status.success() { Ok(out.trim().to_owned()) } else { Err(err.trim().to_owned()) }
}

/// A folder of one test.
fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).unwrap();
    folder
}
