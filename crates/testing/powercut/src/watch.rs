//! Which files are watched, and what is written down around each call on them.

use crate::journal::{Journal, Record};
use libc::{c_int, c_long};
use std::{
    collections::HashMap,
    ffi::CString,
    mem::MaybeUninit,
    os::unix::{ffi::OsStrExt, fs::MetadataExt},
    path::{Path, PathBuf},
    sync::{Mutex, MutexGuard, OnceLock, PoisonError},
    time::Duration,
};

/// The layer's memory, one for the process.
pub(crate) struct Watch {
    folder: PathBuf,
    journal: Journal,
    /// By device and inode: the same file through several descriptors is one file.
    files: HashMap<(u64, u64), File>,
    operations: u64,
    /// The operation in which the process dies; 0: none.
    die_in: u64,
    /// Where the disk ends, as a position in each file.
    room: u64,
    /// What every sync takes longer.
    slow: Duration,
}

/// A watched file.
#[derive(Clone, Copy)]
struct File {
    id: u32,
    /// Our own descriptor for reading; never closed, as closing one would drop the process's locks on the file.
    reader: c_int,
    ignored: bool,
}

/// The process's layer, locked, for a call on a regular file; `None` when the layer is off. Pipes and sockets never
/// wait for the lock.
pub(crate) fn lock(fd: c_int) -> Option<MutexGuard<'static, Watch>> {
    status(fd)?;
    lock_any()
}

/// Notes that a file has this name now.
pub(crate) fn renamed(path: &Path) {
    let (Some(watch), Ok(metadata)) = (lock_any(), std::fs::metadata(path)) else { return };
    if let Some(file) = watch.files.get(&(metadata.dev(), metadata.ino())) {
        watch.journal.append(&Record::File { id: file.id, path: path.as_os_str().as_bytes() });
    }
}

fn lock_any() -> Option<MutexGuard<'static, Watch>> {
    static WATCH: OnceLock<Option<Mutex<Watch>>> = OnceLock::new();
    let watch = WATCH.get_or_init(|| Watch::from_environment().map(Mutex::new));
    watch.as_ref().map(|watch| watch.lock().unwrap_or_else(PoisonError::into_inner))
}

impl Watch {
    fn from_environment() -> Option<Self> {
        let folder = PathBuf::from(std::env::var_os("AUTOCHAIN_POWERCUT_FOLDER")?);
        let journal = std::env::var_os("AUTOCHAIN_POWERCUT_JOURNAL")?;
        let journal = Journal::open(&CString::new(journal.as_bytes()).ok()?)?;
        let number = |name: &str| std::env::var(name).ok().and_then(|text| text.parse().ok());
        Some(Self {
            folder,
            journal,
            files: HashMap::new(),
            operations: 0,
            die_in: number("AUTOCHAIN_POWERCUT_AFTER").unwrap_or(0),
            room: number("AUTOCHAIN_POWERCUT_ROOM").unwrap_or(u64::MAX),
            slow: Duration::from_millis(number("AUTOCHAIN_POWERCUT_SLOW").unwrap_or(0)),
        })
    }

    /// Runs a write of `len` bytes at `offset` (`None`: at the descriptor's position) through the journal.
    pub(crate) fn write(
        &mut self,
        fd: c_int,
        offset: Option<u64>,
        len: usize,
        call: impl FnOnce() -> c_long,
    ) -> c_long {
        let Some((file, stat)) = self.file(fd) else { return call() };
        // SAFETY: plain queries on a descriptor.
        let (flags, position) =
            unsafe { (libc::fcntl(fd, libc::F_GETFL), libc::lseek(fd, 0, libc::SEEK_CUR)) };
        let file_len = u64::try_from(stat.st_size).unwrap_or(0);
        let offset = match offset {
            Some(offset) => offset,
            None if flags & libc::O_APPEND != 0 => file_len,
            None => u64::try_from(position).unwrap_or(0),
        };
        let len = len as u64;
        if offset.saturating_add(len) > self.room {
            // SAFETY: the thread's own errno.
            unsafe { *libc::__errno_location() = libc::ENOSPC };
            return -1;
        }
        let before = read(file.reader, offset, len.min(file_len.saturating_sub(offset)));
        self.journal.append(&Record::Write { id: file.id, offset, len, file_len, before: &before });
        let result = call();
        self.count();
        // O_SYNC contains O_DSYNC's bit.
        if flags & libc::O_DSYNC != 0 && u64::try_from(result) == Ok(len) {
            std::thread::sleep(self.slow);
            self.journal.append(&Record::WriteDurable { id: file.id });
        }
        result
    }

    /// Runs a change of the length through the journal; `to` is the length that is asked for.
    pub(crate) fn resize(
        &mut self,
        fd: c_int,
        to: u64,
        may_shrink: bool,
        call: impl FnOnce() -> c_long,
    ) -> c_long {
        let Some((file, stat)) = self.file(fd) else { return call() };
        let from = u64::try_from(stat.st_size).unwrap_or(0);
        let to = if may_shrink { to } else { to.max(from) };
        let cut_off = read(file.reader, to, from.saturating_sub(to));
        self.journal.append(&Record::Resized { id: file.id, from, to, cut_off: &cut_off });
        let result = call();
        self.count();
        result
    }

    /// Runs a sync; what was written before is durable when it succeeds.
    pub(crate) fn sync(&mut self, fd: c_int, call: impl FnOnce() -> c_long) -> c_long {
        let Some((file, _)) = self.file(fd) else { return call() };
        self.count();
        std::thread::sleep(self.slow);
        let result = call();
        if result == 0 {
            self.journal.append(&Record::Synced { id: file.id });
        }
        result
    }

    /// Notes a mapping through which writes would not be seen.
    pub(crate) fn mapped(&mut self, fd: c_int) {
        if let Some((file, _)) = self.file(fd) {
            self.journal.append(&Record::Mapped { id: file.id });
        }
    }

    /// Counts an operation, and dies in the one that was asked for.
    fn count(&mut self) {
        self.operations += 1;
        if self.operations == self.die_in {
            // SAFETY: a signal to ourselves; nothing of the process runs afterwards.
            unsafe { libc::kill(libc::getpid(), libc::SIGKILL) };
        }
    }

    /// The watched file behind a descriptor.
    fn file(&mut self, fd: c_int) -> Option<(File, libc::stat)> {
        let stat = status(fd)?;
        let key = (stat.st_dev, stat.st_ino);
        let file = match self.files.get(&key) {
            Some(file) => *file,
            None => self.new_file(fd, key)?,
        };
        (!file.ignored).then_some((file, stat))
    }

    fn new_file(&mut self, fd: c_int, key: (u64, u64)) -> Option<File> {
        let link = format!("/proc/self/fd/{fd}");
        let path = std::fs::read_link(&link).ok()?;
        if !path.starts_with(&self.folder) {
            return None;
        }
        let link = CString::new(link).ok()?;
        let flags = libc::O_RDONLY | libc::O_CLOEXEC;
        // SAFETY: the path is a C string.
        let reader = unsafe { libc::syscall(libc::SYS_openat, libc::AT_FDCWD, link.as_ptr(), flags) };
        let reader = c_int::try_from(reader).ok().filter(|fd| *fd >= 0)?;
        let id = u32::try_from(self.files.len()).ok()?;
        let ignored = path.extension() == Some("lck".as_ref());
        let file = File { id, reader, ignored };
        self.files.insert(key, file);
        self.journal.append(&Record::File { id, path: path.as_os_str().as_bytes() });
        Some(file)
    }
}

/// The status of a regular file.
fn status(fd: c_int) -> Option<libc::stat> {
    let mut stat = MaybeUninit::<libc::stat>::uninit();
    // SAFETY: on success the kernel has filled the structure.
    let stat = unsafe {
        if libc::fstat(fd, stat.as_mut_ptr()) != 0 {
            return None;
        }
        stat.assume_init()
    };
    (stat.st_mode & libc::S_IFMT == libc::S_IFREG).then_some(stat)
}

/// What stands at an offset, up to the end of the file.
fn read(fd: c_int, offset: u64, len: u64) -> Vec<u8> {
    let mut bytes = vec![0; usize::try_from(len).unwrap_or(0)];
    let mut filled = 0;
    while let Some(rest) = bytes.get_mut(filled..).filter(|rest| !rest.is_empty()) {
        let at = i64::try_from(offset).unwrap_or(i64::MAX).saturating_add(filled as i64);
        // SAFETY: the buffer is valid for its length.
        let got = unsafe { libc::pread64(fd, rest.as_mut_ptr().cast(), rest.len(), at) };
        match usize::try_from(got) {
            Ok(got) if got > 0 => filled += got,
            _ => break,
        }
    }
    bytes.truncate(filled);
    bytes
}
