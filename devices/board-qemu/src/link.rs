use crate::dongle::Uplink;
use crate::tcp::Tcp;
use obd_core::Instant;
use obd_core::client::{Endpoint, LinkError, REQUEST_LEN, Target};

/// Plain HTTP: one request at a time, served a little whenever the loop comes by.
pub(crate) struct Link<'a> {
    tcp: Tcp<'a>,
    peer: Option<Target>,
    request: [u8; REQUEST_LEN],
    len: usize,
    sent: usize,
    waiting: bool,
}

impl<'a> Link<'a> {
    /// Over `tcp`.
    pub(crate) const fn new(tcp: Tcp<'a>) -> Self {
        Self { tcp, peer: None, request: [0; REQUEST_LEN], len: 0, sent: 0, waiting: false }
    }
}

impl<'s> Uplink<'s> for Link<'_> {
    fn send(&mut self, target: Target, endpoint: &Endpoint<'s>, fresh: bool, bytes: &[u8]) {
        let len = bytes.len().min(REQUEST_LEN);
        self.request[..len].copy_from_slice(&bytes[..len]);
        (self.len, self.sent, self.waiting) = (len, 0, true);
        if fresh || self.peer != Some(target) || !self.tcp.is_established() {
            self.peer = Some(target);
            self.tcp.connect(endpoint.host, endpoint.port);
        }
    }

    fn poll(&mut self, now: Instant, mut receive: impl FnMut(&[u8]) -> bool) -> Result<(), LinkError> {
        self.tcp.poll(now);
        if !self.waiting {
            return Ok(());
        }
        let opening = self.tcp.is_opening();
        let socket = self.tcp.socket();
        if socket.can_send() && self.sent < self.len {
            self.sent += socket.send_slice(&self.request[self.sent..self.len]).unwrap_or_default();
        }
        if socket.can_recv() {
            let whole = socket.recv(|bytes| (bytes.len(), receive(bytes))).unwrap_or_default();
            if whole {
                self.waiting = false;
                return Ok(());
            }
        }
        if !socket.may_recv() && !opening {
            self.waiting = false;
            socket.abort();
            return Err(if self.sent > 0 { LinkError::Closed } else { LinkError::Unreachable });
        }
        Ok(())
    }
}
