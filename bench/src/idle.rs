//! Resident memory of an idle development node.

use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

use eyre::{Result, WrapErr as _, ensure, eyre};

/// What is asked for.
const TARGET_MIB: u64 = 150;

/// How long the node runs before its memory is read.
const WARM_UP: Duration = Duration::from_secs(10);

/// Starts `binary --dev`, waits, and prints what the kernel says of its memory.
pub(crate) fn run(binary: &str) -> Result<()> {
    let child = Command::new(binary)
        .args(["--dev", "--http.port", "0"])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .wrap_err_with(|| format!("cannot start {binary}; build it with cargo build --release"))?;
    let mut node = Running(child);
    sleep(WARM_UP);
    ensure!(node.0.try_wait()?.is_none(), "{binary} --dev ended");
    let status = std::fs::read_to_string(format!("/proc/{}/status", node.0.id()))?;
    let field = |name: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(name));
        let kibibytes = line.and_then(|line| line.trim().trim_end_matches("kB").trim().parse::<u64>().ok());
        kibibytes.map(|kibibytes| kibibytes >> 10).ok_or_else(|| eyre!("/proc has no {name}"))
    };
    println!("| `--dev`, idle | resident | peak | target |");
    println!("|---|---|---|---|");
    println!("| | {} MiB | {} MiB | < {TARGET_MIB} MiB |", field("VmRSS:")?, field("VmHWM:")?);
    Ok(())
}

/// Ends the node with the benchmark.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
