use crate::autochain::artifact;
use eyre::{Result, bail, eyre};
use rand::{Rng, rngs::StdRng};
use std::{
    collections::BTreeMap,
    ffi::OsString,
    fs::{self, OpenOptions},
    os::unix::{ffi::OsStringExt, fs::FileExt},
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

/// What a disk writes whole.
const SECTOR: u64 = 512;
/// Sectors of a page of the page cache, which mostly reach the disk together.
const PAGE_SECTORS: u64 = 8;

/// A machine whose power fails: processes run over the layer of `autochain-powercut`, and after their death
/// [`PowerCut::strike`] takes a random subset of what they wrote and did not sync.
pub struct PowerCut {
    layer: PathBuf,
    /// The watched datadir.
    folder: PathBuf,
    journal: PathBuf,
    boot_id: PathBuf,
}

/// What a power cut took.
#[derive(Clone, Copy, Debug, Default)]
pub struct Lost {
    /// Sectors with writes that were not synced.
    pub unsynced: u64,
    /// Of these, taken back to an older content.
    pub dropped: u64,
    /// Files whose new length was lost.
    pub lengths: u64,
}

/// A file as the journal tells it.
#[derive(Default)]
struct Watched {
    path: PathBuf,
    /// For each sector what stood there before each unsynced write, oldest first.
    sectors: BTreeMap<u64, Vec<Patch>>,
    /// Lengths before each unsynced change, oldest first.
    lengths: Vec<u64>,
    /// Range of the last write, and whether it made the file longer.
    last: Option<(u64, u64, bool)>,
}

/// Former bytes of one sector.
struct Patch {
    offset: u64,
    bytes: Vec<u8>,
}

impl PowerCut {
    /// Watches a datadir; the layer's own files go to `scratch`, which must not lie in it.
    pub fn new(datadir: &Path, scratch: &Path) -> Result<Self> {
        let cut = Self {
            layer: artifact("libautochain_powercut.so")?,
            folder: datadir.to_owned(),
            journal: scratch.join("powercut.journal"),
            boot_id: scratch.join("boot_id"),
        };
        cut.boot()?;
        Ok(cut)
    }

    /// Puts the layer under a process; with `die_in` the power fails in that write or sync.
    pub fn watch(&self, command: &mut Command, die_in: Option<u64>) -> Result<()> {
        if self.journal.exists() {
            fs::remove_file(&self.journal)?;
        }
        command.envs(self.booted());
        command.env("AUTOCHAIN_POWERCUT_FOLDER", &self.folder);
        command.env("AUTOCHAIN_POWERCUT_JOURNAL", &self.journal);
        if let Some(operation) = die_in {
            command.env("AUTOCHAIN_POWERCUT_AFTER", operation.to_string());
        }
        Ok(())
    }

    /// Puts a process on a full disk: writes behind `room` bytes of a file fail.
    pub fn fill_disk(&self, command: &mut Command, room: u64) -> Result<()> {
        self.watch(command, None)?;
        command.env("AUTOCHAIN_POWERCUT_ROOM", room.to_string());
        Ok(())
    }

    /// As [`watch`](Self::watch), on a slow disk: each sync takes `longer`.
    pub fn watch_slow_disk(&self, command: &mut Command, longer: Duration) -> Result<()> {
        self.watch(command, None)?;
        command.env("AUTOCHAIN_POWERCUT_SLOW", longer.as_millis().to_string());
        Ok(())
    }

    /// The environment of a process on the rebooted machine that is not watched.
    pub fn booted(&self) -> Vec<(OsString, OsString)> {
        vec![
            ("LD_PRELOAD".into(), self.layer.clone().into()),
            ("AUTOCHAIN_POWERCUT_BOOT_ID".into(), self.boot_id.clone().into()),
        ]
    }

    /// Writes, changes of length and syncs in the journal.
    pub fn operations(&self) -> Result<u64> {
        let mut count = 0;
        self.replay(|kind, _| count += u64::from(matches!(kind, 2 | 4 | 5)))?;
        Ok(count)
    }

    /// The power is gone: after the death of the watched process, takes unsynced writes back at random, sector by
    /// sector, so that writes are torn and come in any order; then the machine boots anew.
    pub fn strike(&self, random: &mut StdRng) -> Result<Lost> {
        let files = self.replay(|_, _| ())?;
        let mut lost = Lost::default();
        // Mostly some survive; at times all or none.
        let survive = [0.0, 0.2, 0.5, 0.8, 0.95][random.random_range(0..5)];
        for watched in files.into_values().filter(|watched| watched.path.exists()) {
            watched.strike(survive, random, &mut lost)?;
        }
        // MDBX's table of readers is never synced; a booted machine makes it anew.
        let readers = self.folder.join("autochain").join("chaindata").join("mdbx.lck");
        if readers.exists() {
            fs::remove_file(readers)?;
        }
        self.boot()?;
        Ok(lost)
    }

    fn boot(&self) -> Result<()> {
        let random: u128 = rand::random();
        let hex = format!("{random:032x}");
        let (a, b, c, d, e) = (&hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..]);
        Ok(fs::write(&self.boot_id, format!("{a}-{b}-{c}-{d}-{e}\n"))?)
    }

    /// Reads the journal, whose last record may be cut off, and calls `each` with every record's kind and file.
    fn replay(&self, mut each: impl FnMut(u8, &Watched)) -> Result<BTreeMap<u32, Watched>> {
        let mut files = BTreeMap::<u32, Watched>::new();
        if !self.journal.exists() {
            return Ok(files);
        }
        let bytes = fs::read(&self.journal)?;
        let mut rest = Bytes(&bytes);
        while let Some((kind, id)) = rest.head() {
            let watched = files.entry(id).or_default();
            let complete = watched.take(kind, &mut rest)?;
            if complete.is_none() {
                break;
            }
            each(kind, watched);
        }
        Ok(files)
    }
}

impl Watched {
    /// Takes one record in; `None` when it is cut off.
    fn take(&mut self, kind: u8, rest: &mut Bytes<'_>) -> Result<Option<()>> {
        match kind {
            1 => {
                let Some(path) = rest.u32().and_then(|len| rest.bytes(u64::from(len))) else {
                    return Ok(None);
                };
                self.path = PathBuf::from(OsString::from_vec(path.to_vec()));
            }
            2 => {
                let Some([offset, len, file_len, before_len]) = rest.numbers() else { return Ok(None) };
                let Some(before) = rest.bytes(before_len) else { return Ok(None) };
                let mut before = before.to_vec();
                before.resize(usize::try_from(len)?, 0);
                self.remember(offset, &before);
                let longer = offset + len > file_len;
                if longer {
                    self.lengths.push(file_len);
                }
                self.last = Some((offset, len, longer));
            }
            3 => {
                let (offset, len, longer) =
                    self.last.ok_or_else(|| eyre!("a durable write without a write"))?;
                if longer {
                    self.synced();
                } else {
                    self.sectors.retain(|sector, _| {
                        let start = sector * SECTOR;
                        start + SECTOR <= offset || start >= offset + len
                    });
                }
            }
            4 => self.synced(),
            5 => {
                let Some([from, to, cut_len]) = rest.numbers() else { return Ok(None) };
                let Some(cut_off) = rest.bytes(cut_len) else { return Ok(None) };
                self.remember(to, cut_off);
                if from != to {
                    self.lengths.push(from);
                }
            }
            6 => bail!("{} is mapped for writing: the layer does not see such writes", self.path.display()),
            other => bail!("record {other} in the journal"),
        }
        Ok(Some(()))
    }

    fn remember(&mut self, offset: u64, before: &[u8]) {
        let mut at = offset;
        let mut rest = before;
        while !rest.is_empty() {
            let sector = at / SECTOR;
            let left = (SECTOR - at % SECTOR) as usize;
            let (bytes, more) = rest.split_at(left.min(rest.len()));
            self.sectors.entry(sector).or_default().push(Patch { offset: at, bytes: bytes.to_vec() });
            at += bytes.len() as u64;
            rest = more;
        }
    }

    fn synced(&mut self) {
        self.sectors.clear();
        self.lengths.clear();
    }

    fn strike(&self, survive: f64, random: &mut StdRng, lost: &mut Lost) -> Result<()> {
        let file = OpenOptions::new().write(true).open(&self.path)?;
        let len = file.metadata()?.len();
        let mut page = (u64::MAX, Fate::Kept);
        for (sector, patches) in &self.sectors {
            lost.unsynced += 1;
            if page.0 != sector / PAGE_SECTORS {
                page = (sector / PAGE_SECTORS, Fate::of_page(survive, random));
            }
            // How many of the writes to this sector reached the disk.
            let reached = match page.1 {
                Fate::Kept => patches.len(),
                Fate::Dropped => 0,
                Fate::Torn => random.random_range(0..=patches.len()),
            };
            for patch in patches.iter().skip(reached).rev() {
                file.write_all_at(&patch.bytes, patch.offset)?;
            }
            lost.dropped += u64::from(reached < patches.len());
        }
        file.set_len(len)?;
        if !self.lengths.is_empty() && !random.random_bool(survive) {
            file.set_len(self.lengths[random.random_range(0..self.lengths.len())])?;
            lost.lengths += 1;
        }
        Ok(())
    }
}

/// What becomes of a page's unsynced writes.
#[derive(Clone, Copy)]
enum Fate {
    Kept,
    Dropped,
    /// Each sector for itself.
    Torn,
}

impl Fate {
    fn of_page(survive: f64, random: &mut StdRng) -> Self {
        match () {
            () if random.random_bool(0.2) => Self::Torn,
            () if random.random_bool(survive) => Self::Kept,
            () => Self::Dropped,
        }
    }
}

/// The journal's bytes that are still to be read.
struct Bytes<'a>(&'a [u8]);

impl<'a> Bytes<'a> {
    fn bytes(&mut self, len: u64) -> Option<&'a [u8]> {
        let (bytes, rest) = self.0.split_at_checked(usize::try_from(len).ok()?)?;
        self.0 = rest;
        Some(bytes)
    }

    fn u32(&mut self) -> Option<u32> {
        Some(u32::from_le_bytes(self.bytes(4)?.try_into().ok()?))
    }

    fn numbers<const N: usize>(&mut self) -> Option<[u64; N]> {
        let mut numbers = [0; N];
        for number in &mut numbers {
            *number = u64::from_le_bytes(self.bytes(8)?.try_into().ok()?);
        }
        Some(numbers)
    }

    fn head(&mut self) -> Option<(u8, u32)> {
        let kind = *self.bytes(1)?.first()?;
        Some((kind, self.u32()?))
    }
}
