use eyre::{Context, Result, bail};
use std::{
    io::{BufRead, BufReader, Read},
    process::{Child, Command, Stdio},
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    thread::JoinHandle,
    time::{Duration, Instant},
};

/// A running process whose output is kept line by line. Dropped, it is killed.
pub struct Process {
    child: Child,
    name: String,
    output: Arc<Output>,
    readers: Vec<JoinHandle<()>>,
    ended: Option<Ended>,
    started: Instant,
}

/// How a process ended.
#[derive(Clone, Debug)]
pub struct Ended {
    /// The exit code; `None` when a signal ended it.
    pub code: Option<i32>,
    /// The signal that ended it.
    pub signal: Option<i32>,
    /// All of standard output.
    pub stdout: String,
    /// All of standard error.
    pub stderr: String,
    /// The most memory that was resident at once, in bytes, mapped file pages included.
    pub peak_memory: u64,
    /// From start to end.
    pub took: Duration,
}

/// Lines so far, and whether the streams are open.
#[derive(Default)]
struct Output {
    lines: Mutex<Lines>,
    news: Condvar,
}

#[derive(Default)]
struct Lines {
    stdout: Vec<String>,
    stderr: Vec<String>,
    closed: usize,
}

impl Output {
    fn lock(&self) -> MutexGuard<'_, Lines> {
        self.lines.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Process {
    /// Starts a command with both outputs captured and nothing to read.
    pub fn spawn(command: &mut Command) -> Result<Self> {
        let name = format!("{command:?}");
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().wrap_err_with(|| format!("cannot start {name}"))?;
        let output = Arc::new(Output::default());
        let mut readers = Vec::new();
        if let Some(stdout) = child.stdout.take() {
            readers.push(follow(stdout, output.clone(), |lines| &mut lines.stdout));
        }
        if let Some(stderr) = child.stderr.take() {
            readers.push(follow(stderr, output.clone(), |lines| &mut lines.stderr));
        }
        Ok(Self { child, name, output, readers, ended: None, started: Instant::now() })
    }

    /// The process id.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// What it wrote to standard error so far.
    pub fn stderr(&self) -> Vec<String> {
        self.output.lock().stderr.clone()
    }

    /// Lines of standard error that contain `text`, so far.
    pub fn count_lines(&self, text: &str) -> usize {
        self.output.lock().stderr.iter().filter(|line| line.contains(text)).count()
    }

    /// Waits until `count` lines of standard error contain `text`, and returns the last of them.
    pub fn wait_for_lines(&self, text: &str, count: usize, patience: Duration) -> Result<String> {
        let until = Instant::now() + patience;
        let mut lines = self.output.lock();
        loop {
            if let Some(line) = lines.stderr.iter().filter(|line| line.contains(text)).nth(count - 1) {
                return Ok(line.clone());
            }
            if lines.closed == 2 {
                bail!("{} ended before it said `{text}`:\n{}", self.name, lines.stderr.join("\n"));
            }
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                bail!("{} did not say `{text}` in {patience:?}:\n{}", self.name, lines.stderr.join("\n"));
            }
            lines = self.output.news.wait_timeout(lines, left).unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// Sends a signal.
    pub fn signal(&self, signal: i32) {
        if self.ended.is_none()
            && let Ok(pid) = i32::try_from(self.child.id())
        {
            // SAFETY: the process is a child that was not waited for, so the id is still its own.
            unsafe { libc::kill(pid, signal) };
        }
    }

    /// `kill -9`, and the end of it.
    pub fn kill(&mut self) -> Result<Ended> {
        self.signal(libc::SIGKILL);
        self.wait(Duration::from_secs(60))
    }

    /// Waits for the end; a process that takes longer is killed, and that is an error.
    pub fn wait(&mut self, patience: Duration) -> Result<Ended> {
        let started = Instant::now();
        loop {
            if let Some(ended) = self.poll()? {
                return Ok(ended);
            }
            if started.elapsed() > patience {
                self.signal(libc::SIGKILL);
                let ended = self.wait(Duration::from_secs(60))?;
                bail!("{} did not end in {patience:?}:\n{}", self.name, tail(&ended.stderr));
            }
            std::thread::sleep(Duration::from_millis(3));
        }
    }

    /// How it ended, if it has.
    pub fn poll(&mut self) -> Result<Option<Ended>> {
        if let Some(ended) = &self.ended {
            return Ok(Some(ended.clone()));
        }
        let pid = i32::try_from(self.child.id())?;
        let mut status = 0;
        // SAFETY: plain data that the kernel fills.
        let (reaped, usage) = unsafe {
            let mut usage: libc::rusage = std::mem::zeroed();
            (libc::wait4(pid, &raw mut status, libc::WNOHANG, &raw mut usage), usage)
        };
        if reaped == 0 {
            return Ok(None);
        }
        if reaped < 0 {
            bail!("cannot wait for {}: {}", self.name, std::io::Error::last_os_error());
        }
        for reader in self.readers.drain(..) {
            drop(reader.join());
        }
        let lines = self.output.lock();
        let ended = Ended {
            code: libc::WIFEXITED(status).then(|| libc::WEXITSTATUS(status)),
            signal: libc::WIFSIGNALED(status).then(|| libc::WTERMSIG(status)),
            stdout: lines.stdout.join("\n"),
            stderr: lines.stderr.join("\n"),
            peak_memory: u64::try_from(usage.ru_maxrss)?.saturating_mul(1024),
            took: self.started.elapsed(),
        };
        drop(lines);
        self.ended = Some(ended.clone());
        Ok(Some(ended))
    }

    /// Memory that is resident now, in bytes.
    pub fn resident(&self) -> Result<u64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let kib = line.and_then(|line| line.split_whitespace().next()).unwrap_or_default();
        Ok(kib.parse::<u64>().wrap_err("VmRSS")?.saturating_mul(1024))
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        if self.ended.is_none() {
            drop(self.kill());
        }
    }
}

impl Ended {
    /// Requires exit code 0.
    pub fn ok(self) -> Result<Self> {
        match self.code {
            Some(0) => Ok(self),
            _ => bail!(
                "exit code {:?}, signal {:?}\n{}\n{}",
                self.code,
                self.signal,
                tail(&self.stdout),
                tail(&self.stderr)
            ),
        }
    }

    /// Requires an exit code that is not 0 and a reason that contains `reason`; a signal is never a refusal.
    pub fn refused(self, reason: &str) -> Result<Self> {
        let said = self.stderr.to_lowercase().contains(&reason.to_lowercase());
        match self.code {
            Some(code) if code != 0 && said => Ok(self),
            Some(0) => bail!("was not refused; expected `{reason}`\n{}\n{}", self.stdout, tail(&self.stderr)),
            Some(code) => bail!("exit code {code} without `{reason}`\n{}", tail(&self.stderr)),
            None => bail!("signal {:?}, expected `{reason}`\n{}", self.signal, tail(&self.stderr)),
        }
    }
}

fn follow(
    stream: impl Read + Send + 'static,
    output: Arc<Output>,
    part: fn(&mut Lines) -> &mut Vec<String>,
) -> JoinHandle<()> {
    std::thread::spawn(move || {
        let mut stream = BufReader::new(stream);
        let mut line = Vec::new();
        loop {
            line.clear();
            match stream.read_until(b'\n', &mut line) {
                Ok(read) if read > 0 => {
                    let text = String::from_utf8_lossy(&line).trim_end().to_owned();
                    part(&mut output.lock()).push(text);
                }
                _ => break,
            }
            output.news.notify_all();
        }
        output.lock().closed += 1;
        output.news.notify_all();
    })
}

/// The last lines of a long output.
fn tail(text: &str) -> String {
    let lines: Vec<_> = text.lines().collect();
    lines.get(lines.len().saturating_sub(40)..).unwrap_or_default().join("\n")
}
