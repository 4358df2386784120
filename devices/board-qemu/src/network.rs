//! A network card of virtio behind smoltcp.

use crate::virtio::{self, Memory};
use core::cell::RefCell;
use smoltcp::phy::{self, DeviceCapabilities, Medium};
use smoltcp::time::Instant;
use virtio_drivers::device::net::VirtIONetRaw;
use virtio_drivers::transport::DeviceType;
use virtio_drivers::transport::mmio::MmioTransport;

/// An Ethernet frame and virtio's header.
const FRAME: usize = 1_600;

type Raw = VirtIONetRaw<Memory, MmioTransport<'static>, 8>;

/// The network card.
pub(crate) struct Network {
    card: RefCell<Raw>,
    received: [u8; FRAME],
    armed: Option<u16>,
}

impl Network {
    /// The first network card of the machine; `None` when it has none.
    pub(crate) fn find() -> Option<Self> {
        let transport = virtio::find(DeviceType::Network)?;
        Some(Self { card: RefCell::new(Raw::new(transport).ok()?), received: [0; FRAME], armed: None })
    }

    /// The card's address.
    pub(crate) fn address(&self) -> [u8; 6] {
        self.card.borrow().mac_address()
    }

    /// Gives the card a buffer to receive into, if it has none.
    fn arm(&mut self) {
        if self.armed.is_none() {
            // SAFETY: the buffer lives in `self`, which never moves once the loop runs, and is not touched
            // before `receive_complete`.
            self.armed = unsafe { self.card.get_mut().receive_begin(&mut self.received) }.ok();
        }
    }
}

impl phy::Device for Network {
    type RxToken<'a> = Received;
    type TxToken<'a> = Sending<'a>;

    fn receive(&mut self, _: Instant) -> Option<(Received, Sending<'_>)> {
        self.arm();
        let card = self.card.get_mut();
        card.poll_receive()?;
        let token = self.armed.take()?;
        // SAFETY: the buffer that was given with this token.
        let (start, len) = unsafe { card.receive_complete(token, &mut self.received) }.ok()?;
        let received = Received { bytes: self.received, start, len };
        self.arm();
        Some((received, Sending(&self.card)))
    }

    fn transmit(&mut self, _: Instant) -> Option<Sending<'_>> {
        Some(Sending(&self.card))
    }

    fn capabilities(&self) -> DeviceCapabilities {
        let mut capabilities = DeviceCapabilities::default();
        capabilities.max_transmission_unit = 1_514;
        capabilities.medium = Medium::Ethernet;
        capabilities
    }
}

/// One frame that arrived.
pub(crate) struct Received {
    bytes: [u8; FRAME],
    start: usize,
    len: usize,
}

impl phy::RxToken for Received {
    fn consume<R, F: FnOnce(&[u8]) -> R>(self, read: F) -> R {
        read(self.bytes.get(self.start..self.start + self.len).unwrap_or_default())
    }
}

/// Room for one frame.
pub(crate) struct Sending<'a>(&'a RefCell<Raw>);

impl phy::TxToken for Sending<'_> {
    fn consume<R, F: FnOnce(&mut [u8]) -> R>(self, len: usize, write: F) -> R {
        let mut bytes = [0; FRAME];
        let frame = &mut bytes[..len.min(FRAME)];
        let written = write(frame);
        // A frame that the card does not take is a frame lost, as on any network.
        let _ = self.0.borrow_mut().send(frame);
        written
    }
}
