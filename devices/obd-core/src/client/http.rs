use super::text::Text;
use core::fmt::Write as _;
use thiserror::Error;

/// Room before a request's body for its head.
const HEAD_ROOM: usize = 320;

/// One request of HTTP/1.1 in a fixed buffer: the body is written first, the head is put before it.
pub(super) struct Request<const N: usize> {
    buffer: [u8; N],
    start: usize,
    end: usize,
}

impl<const N: usize> Request<N> {
    pub(super) const fn new() -> Self {
        Self { buffer: [0; N], start: 0, end: 0 }
    }

    /// The body's place.
    pub(super) fn body(&mut self) -> Text<'_> {
        Text::new(self.buffer.get_mut(HEAD_ROOM..).unwrap_or_default())
    }

    /// A POST of the first `len` bytes of the body.
    pub(super) fn post(&mut self, host: &str, path: &str, len: usize) -> Result<(), HttpError> {
        let mut head = [0; HEAD_ROOM];
        let mut text = Text::new(&mut head);
        write!(
            text,
            "POST {path} HTTP/1.1\r\nhost: {host}\r\ncontent-type: application/json\r\n\
             content-length: {len}\r\n\r\n"
        )
        .map_err(|_| HttpError::TooLong)?;
        let head = text.written();
        self.start = HEAD_ROOM.saturating_sub(head.len());
        self.end = HEAD_ROOM.saturating_add(len);
        self.buffer.get_mut(self.start..HEAD_ROOM).ok_or(HttpError::TooLong)?.copy_from_slice(head);
        Ok(())
    }

    /// Head and body, to be sent as they are.
    pub(super) fn bytes(&self) -> &[u8] {
        self.buffer.get(self.start..self.end).unwrap_or_default()
    }
}

/// One response of HTTP/1.1, taken in as it comes; head and body are bounded by the buffer.
pub(super) struct Response<const N: usize> {
    buffer: [u8; N],
    len: usize,
    status: u16,
    keep_alive: bool,
    phase: Phase,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    Head,
    /// So many bytes of the body are missing.
    Body(usize),
    /// In a chunk's size, as far as it was read.
    Size(usize),
    /// So many bytes of a chunk are missing.
    Chunk(usize),
    /// After a chunk: the end of its line.
    ChunkEnd,
    /// After the last chunk: trailers, up to an empty line of which so many bytes came.
    Trailer(usize),
    UntilClose,
    Done,
}

impl<const N: usize> Response<N> {
    pub(super) const fn new() -> Self {
        Self { buffer: [0; N], len: 0, status: 0, keep_alive: true, phase: Phase::Head }
    }

    pub(super) fn restart(&mut self) {
        (self.len, self.status, self.keep_alive, self.phase) = (0, 0, true, Phase::Head);
    }

    /// Takes bytes in; `true` when the response is complete. Bytes after its end are an error: nobody asked.
    pub(super) fn feed(&mut self, bytes: &[u8]) -> Result<bool, HttpError> {
        for byte in bytes {
            match self.phase {
                Phase::Head => {
                    self.keep(*byte)?;
                    if self.buffer.get(..self.len).unwrap_or_default().ends_with(b"\r\n\r\n") {
                        self.head()?;
                    }
                }
                Phase::Body(missing) => {
                    self.keep(*byte)?;
                    let missing = missing.saturating_sub(1);
                    self.phase = if missing == 0 { Phase::Done } else { Phase::Body(missing) };
                }
                Phase::Size(size) => self.size(size, *byte)?,
                Phase::Chunk(missing) => {
                    self.keep(*byte)?;
                    let missing = missing.saturating_sub(1);
                    self.phase = if missing == 0 { Phase::ChunkEnd } else { Phase::Chunk(missing) };
                }
                Phase::ChunkEnd => match byte {
                    b'\r' => {}
                    b'\n' => self.phase = Phase::Size(0),
                    _ => return Err(HttpError::Malformed),
                },
                Phase::Trailer(line) => {
                    self.phase = match (byte, line) {
                        (b'\n', 0) => Phase::Done,
                        (b'\n', _) => Phase::Trailer(0),
                        (b'\r', line) => Phase::Trailer(line),
                        (_, line) if line >= N => return Err(HttpError::TooLong),
                        (_, line) => Phase::Trailer(line.saturating_add(1)),
                    }
                }
                Phase::UntilClose => self.keep(*byte)?,
                Phase::Done => return Err(HttpError::Malformed),
            }
        }
        Ok(self.phase == Phase::Done)
    }

    /// The peer closed. `true` when that ended the response as it should.
    pub(super) fn closed(&mut self) -> bool {
        let whole = self.phase == Phase::UntilClose;
        if whole {
            self.phase = Phase::Done;
        }
        whole
    }

    pub(super) fn body(&self) -> &[u8] {
        self.buffer.get(..self.len).unwrap_or_default()
    }

    pub(super) const fn status(&self) -> u16 {
        self.status
    }

    pub(super) const fn keep_alive(&self) -> bool {
        self.keep_alive
    }

    fn keep(&mut self, byte: u8) -> Result<(), HttpError> {
        *self.buffer.get_mut(self.len).ok_or(HttpError::TooLong)? = byte;
        self.len = self.len.saturating_add(1);
        Ok(())
    }

    /// Reads the head in the buffer and makes room for the body.
    fn head(&mut self) -> Result<(), HttpError> {
        let head = self.buffer.get(..self.len).unwrap_or_default();
        let head = core::str::from_utf8(head).map_err(|_| HttpError::Malformed)?;
        let mut lines = head.split("\r\n");
        let status =
            lines.next().and_then(|line| line.strip_prefix("HTTP/1.")).ok_or(HttpError::Malformed)?;
        self.keep_alive = status.starts_with('1');
        self.status = status.get(2..5).and_then(|code| code.parse().ok()).ok_or(HttpError::Malformed)?;
        let mut phase = None;
        for (name, value) in lines.filter_map(|line| line.split_once(':')) {
            let value = value.trim();
            if name.eq_ignore_ascii_case("content-length") {
                let len: usize = value.parse().map_err(|_| HttpError::Malformed)?;
                if phase.is_some() {
                    return Err(HttpError::Malformed);
                }
                if len > N {
                    return Err(HttpError::TooLong);
                }
                phase = Some(if len == 0 { Phase::Done } else { Phase::Body(len) });
            } else if name.eq_ignore_ascii_case("transfer-encoding") {
                // A response with both lengths is an attack (RFC 9112, 6.3).
                if phase.is_some() || !value.eq_ignore_ascii_case("chunked") {
                    return Err(HttpError::Malformed);
                }
                phase = Some(Phase::Size(0));
            } else if name.eq_ignore_ascii_case("connection") && value.eq_ignore_ascii_case("close") {
                self.keep_alive = false;
            }
        }
        self.len = 0;
        self.phase = match phase {
            // 1xx: the real one follows.
            _ if self.status < 200 => Phase::Head,
            Some(phase) => phase,
            None => {
                self.keep_alive = false;
                Phase::UntilClose
            }
        };
        Ok(())
    }

    fn size(&mut self, size: usize, byte: u8) -> Result<(), HttpError> {
        let digit = match byte {
            b'0'..=b'9' => byte.wrapping_sub(b'0'),
            b'a'..=b'f' => byte.wrapping_sub(b'a').wrapping_add(10),
            b'A'..=b'F' => byte.wrapping_sub(b'A').wrapping_add(10),
            b'\r' => return Ok(()),
            b'\n' => {
                self.phase = if size == 0 { Phase::Trailer(0) } else { Phase::Chunk(size) };
                return Ok(());
            }
            _ => return Err(HttpError::Malformed),
        };
        let size = size.saturating_mul(16).saturating_add(digit.into());
        if size > N {
            return Err(HttpError::TooLong);
        }
        self.phase = Phase::Size(size);
        Ok(())
    }
}

/// Not HTTP/1.1 as it is spoken here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum HttpError {
    /// Longer than the buffer.
    #[error("the message is longer than the buffer for it")]
    TooLong,
    /// Not HTTP.
    #[error("the peer does not speak HTTP/1.1")]
    Malformed,
}

#[cfg(test)]
mod tests {
    use super::*;
    extern crate std;
    use std::string::String;
    use std::vec::Vec;

    fn fed(bytes: &[u8], step: usize) -> Result<(bool, String, bool), HttpError> {
        let mut response = Response::<256>::new();
        let mut done = false;
        for part in bytes.chunks(step) {
            done = response.feed(part)?;
        }
        Ok((done, String::from_utf8(response.body().to_vec()).unwrap(), response.keep_alive()))
    }

    #[test]
    fn bodies_come_in_any_pieces() {
        let plain = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";
        let chunked =
            b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nhel\r\n2\r\nlo\r\n0\r\nx: y\r\n\r\n";
        for step in 1..80 {
            assert_eq!(fed(plain, step).unwrap(), (true, "hello".into(), true));
            assert_eq!(fed(chunked, step).unwrap(), (true, "hello".into(), true));
        }
        let close = b"HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 0\r\n\r\n";
        assert_eq!(fed(close, 7).unwrap(), (true, String::new(), false));
        let mut response = Response::<64>::new();
        assert!(!response.feed(b"HTTP/1.1 200 OK\r\n\r\nall").unwrap());
        assert!(response.closed());
        assert_eq!(response.body(), b"all");
    }

    #[test]
    fn a_truncated_body_is_not_whole() {
        let mut response = Response::<64>::new();
        assert!(!response.feed(b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhalf").unwrap());
        assert!(!response.closed());
    }

    #[test]
    fn nonsense_and_excess_are_errors() {
        let too_long: Vec<u8> = [b"HTTP/1.1 200 OK\r\n".to_vec(), [b'a'; 300].to_vec()].concat();
        assert_eq!(fed(&too_long, 9), Err(HttpError::TooLong));
        for (bytes, error) in [
            (&b"HTTP/1.1 200 OK\r\ncontent-length: 999999999\r\n\r\n"[..], HttpError::TooLong),
            (
                b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nffffffffffffffff\r\n",
                HttpError::TooLong,
            ),
            (b"HTTP/1.1 200 OK\r\ncontent-length: -1\r\n\r\n", HttpError::Malformed),
            (
                b"HTTP/1.1 200 OK\r\ncontent-length: 1\r\ntransfer-encoding: chunked\r\n\r\n",
                HttpError::Malformed,
            ),
            (b"HTTP/1.1 200 OK\r\ncontent-length: 1\r\n\r\nab", HttpError::Malformed),
            (b"SSH-2.0-x\r\n\r\n", HttpError::Malformed),
            (b"HTTP/1.1 \xff\xff\xff\r\n\r\n", HttpError::Malformed),
        ] {
            assert_eq!(fed(bytes, 5), Err(error));
        }
    }
}
