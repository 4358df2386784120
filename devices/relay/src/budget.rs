use crate::error::Error;
use std::fs;
use std::io;
use std::path::PathBuf;
use std::time::{SystemTime, UNIX_EPOCH};

/// What was signed away today, at its worst, in a file so that a restart does not forget it.
pub(crate) struct Budget {
    file: PathBuf,
    cap: u128,
    day: u64,
    spent: u128,
}

impl Budget {
    pub(crate) fn open(file: PathBuf, cap: u128) -> io::Result<Self> {
        let text = match fs::read_to_string(&file) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => "0 0".to_owned(),
            text => text?,
        };
        let (day, spent) = text
            .trim()
            .split_once(' ')
            .and_then(|(day, spent)| Some((day.parse().ok()?, spent.parse().ok()?)))
            .ok_or_else(|| io::Error::other(format!("{}: not a day and an amount", file.display())))?;
        Ok(Self { file, cap, day, spent })
    }

    /// Takes `wei` out of today's budget, on disk before anything is signed.
    pub(crate) fn charge(&mut self, wei: u128) -> Result<(), Error> {
        let today = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |now| now.as_secs() / 86_400);
        let (day, before) = if today > self.day { (today, 0) } else { (self.day, self.spent) };
        let spent = before.checked_add(wei).filter(|spent| *spent <= self.cap).ok_or(Error::Budget)?;
        let next = self.file.with_extension("new");
        fs::write(&next, format!("{day} {spent}\n"))?;
        fs::File::open(&next)?.sync_all()?;
        fs::rename(&next, &self.file)?;
        (self.day, self.spent) = (day, spent);
        Ok(())
    }
}
