use crate::{
    Ended, Process, Rpc,
    autochain::{artifact, scratch},
};
use eyre::{Context, Result, bail, ensure};
use std::{
    ffi::{OsStr, OsString},
    net::TcpListener,
    path::{Path, PathBuf},
    process::Command,
    time::{Duration, Instant},
};
use tempfile::TempDir;

/// How long a start may take on a busy machine.
const START: Duration = Duration::from_secs(60);
/// What the node promises about a stop signal, and what a busy machine may add to it.
const STOP: Duration = Duration::from_secs(5);
const STOP_SLACK: Duration = Duration::from_secs(1);

/// A running node with its RPC. Dropped, it is killed and its temporary files are deleted.
pub struct Node {
    process: Process,
    rpc: Rpc,
    // Deleted after the process has ended.
    _scratch: TempDir,
}

impl Node {
    /// `autochain --http --http.port … ARGS`; returns when it answers.
    pub fn spawn<A: AsRef<OsStr>>(args: impl IntoIterator<Item = A>) -> Result<Self> {
        Self::spawn_under(args, |_| ())
    }

    /// The same on a datadir that outlives the node.
    pub fn spawn_at<A: AsRef<OsStr>>(datadir: &Path, args: impl IntoIterator<Item = A>) -> Result<Self> {
        Self::spawn_at_under(datadir, args, |_| ())
    }

    /// The same with the command prepared by the test.
    pub fn spawn_at_under<A: AsRef<OsStr>>(
        datadir: &Path,
        args: impl IntoIterator<Item = A>,
        prepare: impl Fn(&mut Command),
    ) -> Result<Self> {
        let mut all: Vec<OsString> = vec!["--datadir".into(), datadir.into()];
        all.extend(args.into_iter().map(|arg| arg.as_ref().to_owned()));
        Self::spawn_under(all, prepare)
    }

    fn spawn_under<A: AsRef<OsStr>>(
        args: impl IntoIterator<Item = A>,
        prepare: impl Fn(&mut Command),
    ) -> Result<Self> {
        let args: Vec<OsString> = args.into_iter().map(|arg| arg.as_ref().to_owned()).collect();
        let binary = artifact("autochain")?;
        // Between asking for a free port and using it, another process may take it.
        for _ in 0..5 {
            let scratch = scratch()?;
            let port = free_port()?;
            let mut command = command(&binary, port, scratch.path());
            prepare(command.args(&args));
            let mut node =
                Self { process: Process::spawn(&mut command)?, rpc: Rpc::new(port), _scratch: scratch };
            if node.answers()? {
                return Ok(node);
            }
        }
        bail!("no free port was left alone by other processes")
    }

    /// Waits for the first answer; `false` when the port was taken.
    fn answers(&mut self) -> Result<bool> {
        let started = Instant::now();
        loop {
            if let Some(ended) = self.process.poll()? {
                if ended.stderr.to_lowercase().contains("address already in use") {
                    return Ok(false);
                }
                bail!("the node ended at its start: {:?}\n{}", ended.code, ended.stderr);
            }
            if self.rpc.call("web3_clientVersion", serde_json::json!([])).is_ok() {
                return Ok(true);
            }
            ensure!(
                started.elapsed() < START,
                "no answer in {START:?}:\n{}",
                self.process.stderr().join("\n")
            );
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    /// Its RPC.
    pub const fn rpc(&self) -> &Rpc {
        &self.rpc
    }

    /// The process behind it.
    pub const fn process(&self) -> &Process {
        &self.process
    }

    /// The process behind it, to be killed.
    pub const fn process_mut(&mut self) -> &mut Process {
        &mut self.process
    }

    /// SIGTERM: the node must end by itself, cleanly and in time.
    pub fn stop(mut self) -> Result<Ended> {
        let started = Instant::now();
        self.process.signal(libc::SIGTERM);
        let ended = self.process.wait(STOP * 4).wrap_err("a stop signal")?.ok()?;
        let took = started.elapsed();
        ensure!(took <= STOP + STOP_SLACK, "the stop took {took:?}, {STOP:?} are promised\n{}", ended.stderr);
        Ok(ended)
    }
}

fn command(binary: &PathBuf, port: u16, scratch: &Path) -> Command {
    let mut command = Command::new(binary);
    command.args(["--http", "--http.port", &port.to_string()]);
    // What the node would leave behind when it is killed, and what a user's home would lend it.
    command.env("TMPDIR", scratch).env("HOME", scratch).env_remove("RUST_LOG");
    command
}

fn free_port() -> Result<u16> {
    Ok(TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port())
}
