use crate::count::Counts;
use eyre::{Context as _, Result};
use std::{
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::{Arc, Mutex},
};

/// The repository's root.
pub(crate) fn root() -> PathBuf {
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR"));
    manifest.parent().unwrap_or(manifest).to_path_buf()
}

/// Runs cargo with arguments in the root; whether it succeeded.
pub(crate) fn cargo(args: &[&str], rest: &[String]) -> Result<bool> {
    let status = Command::new(cargo_path())
        .args(args)
        .args(rest)
        .current_dir(root())
        .status()
        .wrap_err("cannot start cargo")?;
    Ok(status.success())
}

/// Runs one of the repository's scripts; whether it succeeded.
pub(crate) fn script(path: &str) -> Result<bool> {
    let status = Command::new("bash").arg(root().join(path)).status().wrap_err("cannot start bash")?;
    Ok(status.success())
}

/// Runs a command in the root with its output passed through and its tests counted.
pub(crate) fn counted(command: &mut Command) -> Result<(bool, Counts)> {
    println!("$ {command:?}");
    let mut child = command
        .current_dir(root())
        // An error says what happened; forty lines of runtime frames under it push that out of a log's last lines.
        .env("RUST_LIB_BACKTRACE", "0")
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .wrap_err_with(|| format!("cannot start {command:?}"))?;
    let counts = Arc::new(Mutex::new(Counts::default()));
    let stderr = child.stderr.take().map(|stderr| {
        let counts = counts.clone();
        std::thread::spawn(move || pass_through(stderr, &counts, |line| eprintln!("{line}")))
    });
    if let Some(stdout) = child.stdout.take() {
        pass_through(stdout, &counts, |line| println!("{line}"));
    }
    if let Some(thread) = stderr {
        drop(thread.join());
    }
    let success = child.wait()?.success();
    let counts = counts.lock().map(|counts| *counts).unwrap_or_default();
    Ok((success, counts))
}

/// The cargo that runs us.
pub(crate) fn cargo_path() -> String {
    std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned())
}

fn pass_through(stream: impl std::io::Read, counts: &Mutex<Counts>, print: impl Fn(&str)) {
    let mut reader = BufReader::new(stream);
    let mut line = Vec::new();
    while reader.read_until(b'\n', &mut line).is_ok_and(|read| read > 0) {
        let text = String::from_utf8_lossy(&line);
        let text = text.trim_end();
        print(text);
        if let Ok(mut counts) = counts.lock() {
            counts.read_line(text);
        }
        line.clear();
    }
}
