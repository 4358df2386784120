//! HTTPS for a loop that waits for nothing. TLS is a future; the loop polls it a little whenever it comes by,
//! and both meet in [`Line`]: requests one way, answers the other.
//!
//! ```text
//!  loop ─ Link::send ─► request ─► serve: connect ─► handshake ─► write ─► Socket ─┐
//!       ◄─ Link::poll ─ answer ◄─────────────────────────────────── read ◄─ Socket ─┴─ Tcp
//! ```

use crate::dongle::Uplink;
use crate::random::{Draw, Random};
use crate::tcp::Tcp;
use core::cell::RefCell;
use core::convert::Infallible;
use core::future::poll_fn;
use core::pin::{Pin, pin};
use core::task::{Context, Poll, Waker};
use device_tls::{Connection, Records, TlsError};
use embedded_io_async::{ErrorKind, ErrorType, Read, Write};
use obd_core::Instant;
use obd_core::client::{Endpoint, LinkError, REQUEST_LEN, Target};

/// What is moved at once between the loop and TLS, in bytes.
const PIECE: usize = 512;

/// Where the loop and the future meet.
pub(crate) struct Line<'a> {
    tcp: RefCell<Tcp<'a>>,
    state: RefCell<State<'a>>,
}

struct State<'a> {
    /// Whom the connection is to, or will be.
    call: Option<Call<'a>>,
    /// Rises with each connection that is wanted.
    calls: u32,
    request: [u8; REQUEST_LEN],
    len: usize,
    /// The request, until the future takes it up.
    unsent: bool,
    /// Whether an answer is awaited.
    waiting: bool,
    answer: [u8; PIECE],
    answered: usize,
    error: Option<LinkError>,
}

/// A connection that is wanted.
#[derive(Clone, Copy)]
struct Call<'a> {
    number: u32,
    target: Target,
    host: &'a str,
    port: u16,
}

impl<'a> Line<'a> {
    /// Nobody called yet.
    pub(crate) const fn new(tcp: Tcp<'a>) -> Self {
        let state = State {
            call: None,
            calls: 0,
            request: [0; REQUEST_LEN],
            len: 0,
            unsent: false,
            waiting: false,
            answer: [0; PIECE],
            answered: 0,
            error: None,
        };
        Self { tcp: RefCell::new(tcp), state: RefCell::new(state) }
    }

    /// The connection that is wanted, unless it is the one with this number.
    fn call_after(&self, number: u32) -> Option<Call<'a>> {
        self.state.borrow().call.filter(|call| call.number != number)
    }

    /// Whether the answer to the request that was taken up is awaited. The loop may have the next one already.
    fn is_waiting(&self) -> bool {
        let state = self.state.borrow();
        state.waiting && !state.unsent
    }

    /// A piece of the request, from this byte on.
    fn copy_request(&self, from: usize, piece: &mut [u8; PIECE]) -> usize {
        let state = self.state.borrow();
        let rest = state.request.get(from..state.len).unwrap_or_default();
        piece.iter_mut().zip(rest).map(|(to, byte)| *to = *byte).count()
    }
}

/// Keeps the connections that the loop wants, one at a time, for ever. `issuer` is the pinned certificate in DER.
pub(crate) async fn serve(
    line: &Line<'_>,
    issuer: &[u8],
    random: &Random,
    records: &mut Records,
) -> Infallible {
    let mut number = 0;
    loop {
        let call = some(|| line.call_after(number)).await;
        number = call.number;
        let mut talk = pin!(talk(line, &call, issuer, random, records));
        // Dropped when the loop wants another connection.
        let end = poll_fn(|context| match line.call_after(number) {
            Some(_) => Poll::Ready(None),
            None => talk.as_mut().poll(context).map(Some),
        });
        if let Some(error) = end.await {
            let mut state = line.state.borrow_mut();
            state.call = None;
            if state.waiting {
                (state.waiting, state.error) = (false, Some(error));
            }
        }
    }
}

/// One connection, until it ends; why it did.
async fn talk(
    line: &Line<'_>,
    call: &Call<'_>,
    issuer: &[u8],
    random: &Random,
    records: &mut Records,
) -> LinkError {
    line.tcp.borrow_mut().connect(call.host, call.port);
    some(|| (!line.tcp.borrow_mut().is_opening()).then_some(())).await;
    if !line.tcp.borrow_mut().is_established() {
        return LinkError::Unreachable;
    }
    let opened = device_tls::open(Socket(line), call.host, issuer, Draw(random), records).await;
    let Ok(mut link) = opened else { return LinkError::Tls };
    loop {
        some(|| core::mem::take(&mut line.state.borrow_mut().unsent).then_some(())).await;
        if exchange(line, &mut link).await.is_err() {
            return LinkError::Closed;
        }
    }
}

/// Sends the request and hands the answer over until the loop has all of it.
async fn exchange<'l>(line: &'l Line<'_>, link: &mut Connection<'_, Socket<'l, '_>>) -> Result<(), TlsError> {
    let mut piece = [0; PIECE];
    let mut sent = 0;
    loop {
        let len = line.copy_request(sent, &mut piece);
        if len == 0 {
            break;
        }
        sent += link.write(&piece[..len]).await?;
    }
    link.flush().await?;
    while line.is_waiting() {
        let read = link.read(&mut piece).await?;
        if read == 0 {
            return Err(TlsError::ConnectionClosed);
        }
        {
            let mut state = line.state.borrow_mut();
            state.answer[..read].copy_from_slice(&piece[..read]);
            state.answered = read;
        }
        some(|| (line.state.borrow().answered == 0).then_some(())).await;
    }
    Ok(())
}

/// Waits until there is something. Whoever polls comes by again by itself.
async fn some<T>(mut look: impl FnMut() -> Option<T>) -> T {
    poll_fn(|_| look().map_or(Poll::Pending, Poll::Ready)).await
}

/// The line's TCP connection.
struct Socket<'l, 'a>(&'l Line<'a>);

impl ErrorType for Socket<'_, '_> {
    type Error = ErrorKind;
}

impl Read for Socket<'_, '_> {
    async fn read(&mut self, bytes: &mut [u8]) -> Result<usize, ErrorKind> {
        some(|| {
            let mut tcp = self.0.tcp.borrow_mut();
            let socket = tcp.socket();
            match socket.recv_slice(bytes) {
                Ok(0) => None,
                Ok(read) => Some(Ok(read)),
                // The peer closed, or there is no connection.
                Err(_) => Some(Ok(0)),
            }
        })
        .await
    }
}

impl Write for Socket<'_, '_> {
    async fn write(&mut self, bytes: &[u8]) -> Result<usize, ErrorKind> {
        some(|| match self.0.tcp.borrow_mut().socket().send_slice(bytes) {
            Ok(0) => None,
            Ok(sent) => Some(Ok(sent)),
            Err(_) => Some(Err(ErrorKind::BrokenPipe)),
        })
        .await
    }

    async fn flush(&mut self) -> Result<(), ErrorKind> {
        // The loop moves what is in the buffer.
        Ok(())
    }
}

/// The loop's end.
pub(crate) struct Link<'l, 'a> {
    line: &'l Line<'a>,
    service: Pin<&'l mut dyn Future<Output = Infallible>>,
}

impl<'l, 'a> Link<'l, 'a> {
    /// `service` is [`serve`] on the same line.
    pub(crate) fn new(line: &'l Line<'a>, service: Pin<&'l mut dyn Future<Output = Infallible>>) -> Self {
        Self { line, service }
    }
}

impl<'a> Uplink<'a> for Link<'_, 'a> {
    fn send(&mut self, target: Target, endpoint: &Endpoint<'a>, fresh: bool, bytes: &[u8]) {
        let mut state = self.line.state.borrow_mut();
        let len = bytes.len().min(REQUEST_LEN);
        state.request[..len].copy_from_slice(&bytes[..len]);
        (state.len, state.unsent, state.waiting) = (len, true, true);
        (state.answered, state.error) = (0, None);
        let kept = state.call.is_some_and(|call| call.target == target);
        if fresh || !kept || !self.line.tcp.borrow_mut().is_established() {
            state.calls = state.calls.wrapping_add(1);
            let (number, host, port) = (state.calls, endpoint.host, endpoint.port);
            state.call = Some(Call { number, target, host, port });
        }
    }

    fn poll(&mut self, now: Instant, mut receive: impl FnMut(&[u8]) -> bool) -> Result<(), LinkError> {
        self.line.tcp.borrow_mut().poll(now);
        match self.service.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Pending => {}
            Poll::Ready(never) => match never {},
        }
        let mut state = self.line.state.borrow_mut();
        if let Some(error) = state.error.take() {
            return Err(error);
        }
        let answered = core::mem::take(&mut state.answered);
        if answered > 0 && receive(&state.answer[..answered]) {
            state.waiting = false;
        }
        Ok(())
    }
}
