use super::{InstallError, Installed, Installer, Layout, MANIFEST_LEN, Running};
use crate::Address;
use embedded_storage::nor_flash::NorFlash;
use thiserror::Error;

/// The longest head of a response, in bytes.
const HEAD: usize = 1_024;

/// Takes an update out of an HTTP/1.1 response, byte by byte as it comes: the head, the manifest, the image.
///
/// ```text
///  HTTP/1.1 200 … content-length: N ─► manifest ─► Installer::begin ─► write… ─► finish
/// ```
///
/// A version that is not newer ends it after the manifest, so that asking often costs little.
pub struct Download<'a, F> {
    part: Part<'a, F>,
    context: Context<'a>,
    buffer: [u8; HEAD],
    filled: usize,
    left: u32,
}

/// What is checked against.
#[derive(Clone, Copy)]
struct Context<'a> {
    layout: Layout,
    keys: &'a [Address],
    running: Running,
}

#[expect(clippy::large_enum_variant, reason = "there is no heap to put the larger ones on")]
enum Part<'a, F> {
    Head(&'a mut F),
    Manifest(&'a mut F),
    Image(Installer<'a, F>),
    Over,
}

impl<'a, F: NorFlash> Download<'a, F> {
    /// With what [`Installer::begin`] needs.
    pub const fn new(flash: &'a mut F, layout: Layout, keys: &'a [Address], running: Running) -> Self {
        let context = Context { layout, keys, running };
        Self { part: Part::Head(flash), context, buffer: [0; HEAD], filled: 0, left: 0 }
    }

    /// Writes the request for the update of this board; its length, or none when it does not fit.
    pub fn request(running: &Running, host: &str, out: &mut [u8]) -> Option<usize> {
        let parts = [
            "GET /firmware/",
            running.board.name(),
            ".update HTTP/1.1\r\nhost: ",
            host,
            "\r\nconnection: close\r\naccept-encoding: identity\r\n\r\n",
        ];
        let mut length = 0_usize;
        for part in parts {
            let end = length.checked_add(part.len())?;
            out.get_mut(length..end)?.copy_from_slice(part.as_bytes());
            length = end;
        }
        Some(length)
    }

    /// Takes the next bytes; what was installed once the last one is there.
    pub fn feed(&mut self, mut bytes: &[u8]) -> Result<Option<Installed>, DownloadError> {
        while !bytes.is_empty() {
            match core::mem::replace(&mut self.part, Part::Over) {
                Part::Head(flash) => {
                    let rest = self.take(bytes, HEAD, b"\r\n\r\n").ok_or(DownloadError::Head)?;
                    bytes = rest.0;
                    self.part = if rest.1 {
                        let head = self.buffer.get(..self.filled).unwrap_or_default();
                        self.left = length(head)?;
                        self.filled = 0;
                        Part::Manifest(flash)
                    } else {
                        Part::Head(flash)
                    };
                }
                Part::Manifest(flash) => {
                    let rest = self.take(bytes, MANIFEST_LEN, &[]).ok_or(DownloadError::Head)?;
                    self.left = self.left.saturating_sub(count(bytes.len().saturating_sub(rest.0.len())));
                    bytes = rest.0;
                    self.part = match self.buffer.first_chunk::<MANIFEST_LEN>().filter(|_| rest.1) {
                        None => Part::Manifest(flash),
                        Some(manifest) => {
                            let Context { layout, keys, running } = self.context;
                            Part::Image(Installer::begin(flash, layout, keys, running, manifest)?)
                        }
                    };
                }
                Part::Image(mut installer) => {
                    installer.write(bytes)?;
                    self.left = self.left.checked_sub(count(bytes.len())).ok_or(DownloadError::TooMuch)?;
                    bytes = &[];
                    if self.left == 0 {
                        return Ok(Some(installer.finish()?));
                    }
                    self.part = Part::Image(installer);
                }
                Part::Over => return Err(DownloadError::TooMuch),
            }
        }
        Ok(None)
    }

    /// Fills the buffer up to `most` bytes, or to the end mark if there is one: what is left over, and whether
    /// the end was reached. None when the mark does not come.
    fn take<'b>(&mut self, bytes: &'b [u8], most: usize, end: &[u8]) -> Option<(&'b [u8], bool)> {
        for (at, byte) in bytes.iter().enumerate() {
            *self.buffer.get_mut(self.filled)? = *byte;
            self.filled = self.filled.saturating_add(1);
            let rest = bytes.get(at.saturating_add(1)..).unwrap_or_default();
            let so_far = self.buffer.get(..self.filled).unwrap_or_default();
            if end.is_empty() && self.filled == most || !end.is_empty() && so_far.ends_with(end) {
                return Some((rest, true));
            }
        }
        Some((&[], false))
    }
}

/// The length of the body of a response that brings one whole.
fn length(head: &[u8]) -> Result<u32, DownloadError> {
    let text = core::str::from_utf8(head).map_err(|_| DownloadError::Head)?;
    let mut lines = text.split("\r\n");
    let status = lines.next().and_then(|line| line.strip_prefix("HTTP/1.1 ")).and_then(|line| line.get(..3));
    match status {
        Some("200") => {}
        Some("404") => return Err(DownloadError::None),
        _ => return Err(DownloadError::Head),
    }
    let mut length = None;
    for line in lines {
        let Some((name, value)) = line.split_once(':') else { continue };
        if name.eq_ignore_ascii_case("content-length") {
            length = value.trim().parse().ok();
        }
        if name.eq_ignore_ascii_case("transfer-encoding") {
            return Err(DownloadError::Head);
        }
    }
    length.ok_or(DownloadError::Head)
}

fn count(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}

/// Why nothing was installed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum DownloadError {
    /// The host has no update for this board.
    #[error("the host has no update for this board")]
    None,
    /// The head is not of a response that brings a body of known length.
    #[error("the host's answer is not an update")]
    Head,
    /// More came than was announced.
    #[error("the host sent more than it announced")]
    TooMuch,
    /// The update was refused, or the flash failed.
    #[error(transparent)]
    Install(#[from] InstallError),
}
