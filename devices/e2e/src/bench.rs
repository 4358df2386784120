use crate::process::program;
use rustix::io::{FdFlags, fcntl_setfd};
use std::fs;
use std::net::TcpListener;
use std::os::fd::AsRawFd as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// A cable to the console of a board, which stays in place while the board has no power.
pub struct Cable {
    listener: TcpListener,
    port: String,
}

impl Cable {
    /// Plugged in.
    ///
    /// # Panics
    ///
    /// When no port is free.
    pub fn new() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        // QEMU listens on it, whenever it runs.
        fcntl_setfd(&listener, FdFlags::empty()).unwrap();
        let port = format!("tcp:{}", listener.local_addr().unwrap());
        Self { listener, port }
    }

    /// The end for `autochain-provision`: its `PORT`.
    pub fn port(&self) -> &str {
        &self.port
    }

    /// The end that goes into the machine: a descriptor.
    pub(crate) fn descriptor(&self) -> i32 {
        self.listener.as_raw_fd()
    }

    /// Runs `autochain-provision` with this command at the other end; what it printed, or its complaint.
    ///
    /// # Errors
    ///
    /// The device's, or the tool's.
    ///
    /// # Panics
    ///
    /// When the tool is not built.
    pub fn provision(&self, command: &str, args: &[&str]) -> Result<String, String> {
        let tool = "autochain-provision";
        let program = program("PROVISION_BIN", tool, "cargo build --release -p autochain-provision");
        let mut child = Command::new(program);
        let output =
            child.args([command, "--port", &self.port]).args(args).stdin(Stdio::null()).output().unwrap();
        let text = |bytes| String::from_utf8_lossy(bytes).trim().to_owned();
        if output.status.success() { Ok(text(&output.stdout)) } else { Err(text(&output.stderr)) }
    }
}

impl Default for Cable {
    fn default() -> Self {
        Self::new()
    }
}

/// The button of a board, which is a file where its machine runs.
pub struct Button(PathBuf);

impl Button {
    /// Of the machines that run in `folder`.
    pub fn new(folder: &Path) -> Self {
        Self(folder.join("button"))
    }

    /// Keeps it pressed while `work` goes on.
    ///
    /// # Panics
    ///
    /// When the disk is full.
    pub fn press<T>(&self, work: impl FnOnce() -> T) -> T {
        fs::write(&self.0, []).unwrap();
        let done = work();
        fs::remove_file(&self.0).unwrap();
        done
    }
}
