use crate::error::Error;
use crate::show::{self, Opened};
use obd_core::record::{OPENING_LEN, Opening, SEALED_LEN, SealedRecord};
use std::io::{self, BufRead as _, StdoutLock, Write as _};

/// One line of the input, with its number.
pub(crate) struct Line<'a> {
    pub(crate) number: usize,
    text: &'a str,
}

impl Line<'_> {
    /// A record as hexadecimal digits, as the relay gives it.
    pub(crate) fn record(&self) -> Result<SealedRecord, Error> {
        let sealed = hex::<SEALED_LEN>(self.text.trim_matches('"')).map(SealedRecord::from_bytes);
        sealed.ok_or(Error::NoRecord { line: self.number })
    }

    /// A record with its opening behind it, as `share` prints them.
    pub(crate) fn shared(&self) -> Result<(SealedRecord, Opening), Error> {
        let pair = self.text.split_once(' ').and_then(|(sealed, opening)| {
            let sealed = hex::<SEALED_LEN>(sealed).map(SealedRecord::from_bytes)?;
            Some((sealed, hex::<OPENING_LEN>(opening).map(Opening::from_bytes)?))
        });
        pair.ok_or(Error::NoShared { line: self.number })
    }
}

/// Shows the lines of the input that are not empty, until one fails.
pub(crate) fn each_line(
    mut visit: impl FnMut(&Line<'_>, &mut StdoutLock<'_>) -> Result<(), Error>,
) -> Result<(), Error> {
    let mut out = io::stdout().lock();
    for (number, line) in (1..).zip(io::stdin().lock().lines()) {
        let line = line?;
        let text = line.trim();
        if !text.is_empty() {
            visit(&Line { number, text }, &mut out)?;
        }
    }
    Ok(())
}

/// One JSON object a line.
pub(crate) fn print(out: &mut StdoutLock<'_>, opened: &Opened, sealed: &SealedRecord) -> Result<(), Error> {
    Ok(writeln!(out, "{}", show::json(opened, &sealed.hash()))?)
}

fn hex<const N: usize>(digits: &str) -> Option<[u8; N]> {
    const_hex::decode_to_array(digits).ok()
}
