//! Puts the key into the chip's eFuses under which the device's secret is sealed. It cannot be undone: a dry
//! run on a copy of the chip's eFuses comes first, and a typed word before the real one.

use crate::error::Error;
use std::fs::{self, File, Permissions};
use std::io::{BufRead, Write};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use zeroize::Zeroizing;

/// What is burnt where.
pub(crate) struct Order {
    pub(crate) espefuse: PathBuf,
    /// `esp32c3` or `esp32c6`.
    pub(crate) chip: String,
    /// The chip's serial port; without it only a fresh chip is tried.
    pub(crate) port: Option<String>,
    /// 0 to 5.
    pub(crate) block: u8,
    /// Burn it, after the dry run and the word.
    pub(crate) really: bool,
}

/// Runs it; what was done.
pub(crate) fn burn(
    order: &Order,
    input: &mut impl BufRead,
    output: &mut impl Write,
) -> Result<String, Error> {
    let folder = Folder::new()?;
    let mut key = Zeroizing::new([0; 32]);
    getrandom::fill(&mut *key).map_err(Error::Random)?;
    let key_file = folder.0.join("key.bin");
    secret_file(&key_file)?.write_all(&*key)?;
    let efuses = folder.0.join("efuses.bin");

    if let Some(port) = &order.port {
        // The dry run starts from what is burnt already.
        let file = efuses.display().to_string();
        order.run(&["--port", port], &["dump", "--format", "joint", "--file-name", &file])?;
    }
    let virt =
        ["--virt", "--path-efuse-file", &efuses.display().to_string(), "--do-not-confirm"].map(str::to_owned);
    let virt: Vec<_> = virt.iter().map(String::as_str).collect();
    let name = format!("BLOCK_KEY{}", order.block);
    let burn = ["burn-key", &name, &key_file.display().to_string(), "HMAC_UP"].map(str::to_owned);
    let burn: Vec<_> = burn.iter().map(String::as_str).collect();
    let report = order.run(&virt, &burn)?;
    writeln!(output, "{report}")?;

    let Some(port) = order.port.as_ref().filter(|_| order.really) else {
        return Ok(format!("dry run: {name} of {} would take the key; nothing was burnt", order.chip));
    };
    let word = format!("burn {name}");
    writeln!(output, "This cannot be undone. Type \"{word}\" to burn the key into the chip at {port}:")?;
    let mut line = String::new();
    input.read_line(&mut line)?;
    if line.trim() != word {
        return Err(Error::NotConfirmed(word));
    }
    order.run(&["--port", port, "--do-not-confirm"], &burn)?;
    Ok(format!("{name} of {} holds the key, which exists nowhere else", order.chip))
}

impl Order {
    fn run(&self, options: &[&str], command: &[&str]) -> Result<String, Error> {
        let output = Command::new(&self.espefuse)
            .args(["--chip", &self.chip])
            .args(options)
            .args(command)
            .output()
            .map_err(|error| Error::Espefuse { reason: error.to_string() })?;
        let text =
            String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
        if output.status.success() { Ok(text) } else { Err(Error::BurnRefused(text)) }
    }
}

/// A folder that only this user reads, gone at the end with the key in it.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Result<Self, Error> {
        let mut name = [0; 8];
        getrandom::fill(&mut name).map_err(Error::Random)?;
        let folder = std::env::temp_dir().join(format!("autochain-burn-{}", const_hex::encode(name)));
        fs::create_dir(&folder)?;
        fs::set_permissions(&folder, Permissions::from_mode(0o700))?;
        Ok(Self(folder))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let key = self.0.join("key.bin");
        if key.exists() {
            // Best effort: a disk may keep what was overwritten.
            let _ = fs::write(&key, [0; 32]);
        }
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn secret_file(path: &Path) -> Result<File, Error> {
    let file = File::create(path)?;
    file.set_permissions(Permissions::from_mode(0o600))?;
    Ok(file)
}
