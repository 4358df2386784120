use crate::error::Error;
use obd_core::lock::{
    Certificate, Credential, Lock, LockError, Motion, Pins, STATE_LEN, Seen, Start, State, Store, Tenure,
};
use obd_core::{Address, Instant};
use std::fs::{self, File};
use std::io::{BufRead, Write};
use std::path::{Path, PathBuf};

/// Runs a lock whose clocks and car are what the lines say, until they end.
pub(crate) fn run(
    pins: Pins,
    file: &Path,
    input: impl BufRead,
    output: &mut impl Write,
) -> Result<String, Error> {
    let state = match fs::read(file) {
        Ok(bytes) => {
            let state = bytes.try_into().ok().and_then(|bytes| State::from_bytes(&bytes));
            state.ok_or_else(|| Error::State(file.to_owned()))?
        }
        Err(_) => State::default(),
    };
    let mut bench = Bench {
        lock: Lock::new(pins, state, Disk(file.to_owned())),
        motion: Motion::default(),
        clock: 0,
        at: 0,
    };
    let mut started = 0;
    for line in input.lines() {
        let line = line?;
        match bench.obey(&line) {
            Some(Ok(text)) => {
                started += u32::from(text == "ok: released");
                writeln!(output, "{text}")?;
            }
            Some(Err(error)) => writeln!(output, "no: {error}")?,
            None => writeln!(output, "what? {line}")?,
        }
        output.flush()?;
    }
    Ok(format!("released {started} times"))
}

struct Bench {
    lock: Lock<Disk>,
    motion: Motion,
    clock: u64,
    at: u64,
}

impl Bench {
    /// None when the line makes no sense.
    fn obey(&mut self, line: &str) -> Option<Result<String, LockError>> {
        let words: Vec<&str> = line.split_ascii_whitespace().collect();
        let (clock, at) = (self.clock, Instant::from_millis(self.at.saturating_mul(1_000)));
        let said = |result: Result<(), LockError>, text: &str| Some(result.map(|()| text.to_owned()));
        match *words.as_slice() {
            // Seconds of the monotonic clock, and of the one that tells the date.
            ["at", seconds] => self.at = seconds.parse().ok()?,
            ["clock", seconds] => self.clock = seconds.parse().ok()?,
            ["see", seen] => {
                let seen = match seen {
                    "still" => Seen::Driving { speed: 0, rpm: Some(0) },
                    "idle" => Seen::Driving { speed: 0, rpm: Some(800) },
                    "moving" => Seen::Driving { speed: 50, rpm: Some(2_000) },
                    "silent" => Seen::Silent,
                    "unknown" => Seen::Unknown,
                    _ => return None,
                };
                self.motion.see(seen, at);
            }
            ["tenure", epoch, owner, block, issued, expiry, ref signatures @ ..] => {
                let tenure = Tenure {
                    epoch: epoch.parse().ok()?,
                    owner: address(owner)?,
                    block: block.parse().ok()?,
                    issued: issued.parse().ok()?,
                    expiry: expiry.parse().ok()?,
                };
                let signatures: Option<Vec<_>> = signatures.iter().map(|hex| bytes(hex)).collect();
                return said(self.lock.accept(&tenure, &signatures?, clock), "ok: believed");
            }
            ["credential", epoch, recovery, signature] => {
                let credential = Credential { epoch: epoch.parse().ok()?, recovery: address(recovery)? };
                return said(self.lock.set_recovery(&credential, &bytes(signature)?), "ok: believed");
            }
            ["challenge"] => {
                let mut nonce = [0; 32];
                if getrandom::fill(&mut nonce).is_err() {
                    return None;
                }
                let asked = self.lock.challenge(nonce, at);
                let shown = asked
                    .map(|asked| format!("ok: {} {}", const_hex::encode_prefixed(asked.nonce), asked.epoch));
                return Some(shown);
            }
            ["start", signature] => {
                let start = Start { signature: bytes(signature)?, certificate: None };
                return said(self.lock.start(&start, &self.motion, clock, at), "ok: released");
            }
            ["start", signature, epoch, driver, from, until, by_owner] => {
                let certificate = Certificate {
                    epoch: epoch.parse().ok()?,
                    driver: address(driver)?,
                    from: from.parse().ok()?,
                    until: until.parse().ok()?,
                };
                let certificate = Some((certificate, bytes(by_owner)?));
                let start = Start { signature: bytes(signature)?, certificate };
                return said(self.lock.start(&start, &self.motion, clock, at), "ok: released");
            }
            ["recover", signature] => {
                return said(self.lock.recover(&bytes(signature)?, &self.motion, at), "ok: released");
            }
            ["engage"] => return said(self.lock.engage(&self.motion, at), "ok: immobilised"),
            _ => return None,
        }
        Some(Ok("ok".to_owned()))
    }
}

/// The state in a file, replaced whole.
struct Disk(PathBuf);

impl Store for Disk {
    fn save(&mut self, state: &[u8; STATE_LEN]) -> bool {
        let new = self.0.with_extension("new");
        let write = || {
            let mut file = File::create(&new)?;
            file.write_all(state)?;
            file.sync_all()?;
            fs::rename(&new, &self.0)
        };
        write().is_ok()
    }
}

fn address(text: &str) -> Option<Address> {
    bytes(text).map(Address)
}

fn bytes<const N: usize>(text: &str) -> Option<[u8; N]> {
    const_hex::decode_to_array(text).ok()
}
