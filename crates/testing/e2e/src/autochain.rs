use crate::{Ended, PowerCut, Process};
use eyre::{Context, Result, ensure, eyre};
use std::{
    ffi::{OsStr, OsString},
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};
use tempfile::TempDir;

/// Longer than any command of these tests takes on a slow and busy machine.
const PATIENCE: Duration = Duration::from_secs(600);

/// The binary on one datadir.
#[derive(Clone, Debug)]
pub struct Autochain {
    datadir: PathBuf,
    /// For every command, before the subcommand.
    flags: Vec<OsString>,
    environment: Vec<(OsString, OsString)>,
}

/// A block by number and hash, as commands print it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    /// Height.
    pub number: u64,
    /// Hash, `0x` and 64 digits.
    pub hash: String,
}

impl Head {
    /// A head that is known.
    pub fn new(number: u64, hash: &str) -> Self {
        Self { number, hash: hash.to_owned() }
    }
}

impl Autochain {
    /// The binary with `--datadir`.
    pub fn at(datadir: &Path) -> Self {
        Self { datadir: datadir.to_owned(), flags: Vec::new(), environment: Vec::new() }
    }

    /// With more flags for every command.
    pub fn with<A: AsRef<OsStr>>(mut self, flags: impl IntoIterator<Item = A>) -> Self {
        self.flags.extend(flags.into_iter().map(|flag| flag.as_ref().to_owned()));
        self
    }

    /// On a machine that has booted since the last power cut.
    pub fn after(mut self, cut: &PowerCut) -> Self {
        self.environment.extend(cut.booted());
        self
    }

    /// The datadir.
    pub fn datadir(&self) -> &Path {
        &self.datadir
    }

    /// The command, not started.
    pub fn command<A: AsRef<OsStr>>(&self, args: impl IntoIterator<Item = A>) -> Result<Command> {
        let mut command = binary()?;
        command.arg("--datadir").arg(&self.datadir).args(&self.flags).args(args);
        command.envs(self.environment.iter().map(|(name, value)| (name, value)));
        Ok(command)
    }

    /// Runs a command to its end.
    pub fn run<A: AsRef<OsStr>>(&self, args: impl IntoIterator<Item = A>) -> Result<Ended> {
        Process::spawn(&mut self.command(args)?)?.wait(PATIENCE)
    }

    /// `init GENESIS`, which must work.
    pub fn init(&self, genesis: &Path) -> Result<Ended> {
        self.run([OsStr::new("init"), genesis.as_os_str()])?.ok()
    }

    /// `import FILE`.
    pub fn import(&self, file: &Path) -> Result<Ended> {
        self.run([OsStr::new("import"), file.as_os_str()])
    }

    /// The head after `snapshot verify-state`: the recomputed state root is the one in its header.
    pub fn verified_head(&self) -> Result<Head> {
        let ended = self.run(["snapshot", "verify-state"])?.ok()?;
        head_of(&ended.stdout)
    }
}

/// The binary without a datadir.
pub fn binary() -> Result<Command> {
    let path = artifact("autochain")?;
    let mut command = Command::new(path);
    command.env_remove("RUST_LOG");
    Ok(command)
}

/// `number hash …` on the last line.
pub(crate) fn head_of(stdout: &str) -> Result<Head> {
    let line = stdout.lines().last().unwrap_or_default();
    let mut words = line.split_whitespace();
    let number = words.next().and_then(|word| word.parse().ok());
    let (Some(number), Some(hash)) = (number, words.next()) else {
        return Err(eyre!("no head in `{line}`"));
    };
    Ok(Head::new(number, hash))
}

impl Ended {
    /// The head that a command printed.
    pub fn head(&self) -> Result<Head> {
        head_of(&self.stdout)
    }

    /// The last block that was acknowledged in the log, by an import or by the miner.
    pub fn acknowledged(&self) -> Option<Head> {
        let says = |line: &&str| {
            line.contains("Imported new chain segment") || line.contains("Successfully sealed new block")
        };
        let line = self.stderr.lines().rev().find(says)?;
        Some(Head::new(field(line, "number")?.parse().ok()?, field(line, "hash")?))
    }
}

/// The value of `name=value` in a log line.
pub(crate) fn field<'a>(line: &'a str, name: &str) -> Option<&'a str> {
    line.split_whitespace().find_map(|word| word.strip_prefix(name)?.strip_prefix('='))
}

/// A file that cargo built beside this test.
pub fn artifact(name: &str) -> Result<PathBuf> {
    let test = std::env::current_exe()?;
    let folders = test.ancestors().skip(1).take(2).map(Path::to_path_buf);
    let found = folders.map(|folder| folder.join(name)).find(|path| path.is_file());
    found.ok_or_else(|| eyre!("{name} is not built; run `cargo build --release -p autochain` first"))
}

/// A folder that is deleted at the end of the test.
pub fn scratch() -> Result<TempDir> {
    tempfile::Builder::new().prefix("autochain-e2e-").tempdir().wrap_err("no temporary folder")
}

/// Copies a datadir whose database is closed.
pub fn copy_datadir(from: &Path, to: &Path) -> Result<()> {
    ensure!(from.is_dir(), "{} is not a folder", from.display());
    std::fs::create_dir_all(to)?;
    for entry in std::fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy_datadir(&entry.path(), &target)?;
        } else {
            std::fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}
