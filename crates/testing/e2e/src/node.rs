use crate::{
    Ended, Process, Rpc,
    autochain::{artifact, field, scratch},
};
use eyre::{Context, Result, ensure, eyre};
use std::{
    ffi::{OsStr, OsString},
    path::Path,
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
    /// `autochain --http --http.port 0 ARGS`; returns when its RPC is open.
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

    /// The same, for a node whose clock is ahead of ours by so many seconds, or behind it.
    pub fn spawn_on_day<A: AsRef<OsStr>>(
        datadir: &Path,
        offset: i64,
        args: impl IntoIterator<Item = A>,
    ) -> Result<Self> {
        let library = artifact("libautochain_clock.so")?;
        Self::spawn_at_under(datadir, args, |command| {
            command.env("LD_PRELOAD", &library).env("AUTOCHAIN_CLOCK_OFFSET", offset.to_string());
        })
    }

    fn spawn_under<A: AsRef<OsStr>>(
        args: impl IntoIterator<Item = A>,
        prepare: impl Fn(&mut Command),
    ) -> Result<Self> {
        let scratch = scratch()?;
        let mut command = Command::new(artifact("autochain")?);
        command.args(["--http", "--http.port", "0"]).args(args);
        // What the node would leave behind when it is killed, and what a user's home would lend it.
        command.env("TMPDIR", scratch.path()).env("HOME", scratch.path()).env_remove("RUST_LOG");
        prepare(&mut command);
        let process = Process::spawn(&mut command)?;
        let started = process.wait_for_lines("HTTP server started", 1, START)?;
        let port = field(&started, "endpoint").and_then(|endpoint| endpoint.rsplit(':').next()?.parse().ok());
        let port = port.ok_or_else(|| eyre!("no port in `{started}`"))?;
        Ok(Self { process, rpc: Rpc::new(port), _scratch: scratch })
    }

    /// Its RPC.
    pub const fn rpc(&self) -> &Rpc {
        &self.rpc
    }

    /// Where its WebSocket is, as clients take it.
    pub fn ws_url(&self) -> Result<String> {
        let line = self.process.wait_for_lines("WebSocket enabled", 1, START)?;
        field(&line, "url").map(str::to_owned).ok_or_else(|| eyre!("no address in `{line}`"))
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
