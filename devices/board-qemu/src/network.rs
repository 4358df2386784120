//! A network card behind smoltcp: virtio over memory-mapped registers, memory from a fixed pool.

use core::cell::RefCell;
use core::ptr::NonNull;
use smoltcp::phy::{self, DeviceCapabilities, Medium};
use smoltcp::time::Instant;
use virtio_drivers::device::net::VirtIONetRaw;
use virtio_drivers::transport::mmio::{MmioTransport, VirtIOHeader};
use virtio_drivers::transport::{DeviceType, Transport as _};
use virtio_drivers::{BufferDirection, Hal, PhysAddr};

/// The eight virtio slots of `virt`.
const SLOTS: usize = 8;
const FIRST_SLOT: usize = 0x1000_1000;
const SLOT_LEN: usize = 0x1000;
/// Queues and their rings.
const POOL_PAGES: usize = 8;
const PAGE: usize = 4096;
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
        let transport = (0..SLOTS).find_map(|slot| {
            let header = NonNull::new((FIRST_SLOT + slot * SLOT_LEN) as *mut VirtIOHeader)?;
            // SAFETY: the machine's registers; nothing else uses them.
            let transport = unsafe { MmioTransport::new(header, SLOT_LEN) }.ok()?;
            (transport.device_type() == DeviceType::Network).then_some(transport)
        })?;
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

#[repr(align(4096))]
struct Pool([u8; POOL_PAGES * PAGE]);

static mut POOL: Pool = Pool([0; POOL_PAGES * PAGE]);
static mut TAKEN: usize = 0;

/// Memory as the card sees it: the machine has no address translation.
struct Memory;

// SAFETY: addresses are physical, pages are handed out once, and one core runs.
unsafe impl Hal for Memory {
    fn dma_alloc(pages: usize, _: BufferDirection) -> (PhysAddr, NonNull<u8>) {
        // SAFETY: one core, no interrupts.
        unsafe {
            let start = TAKEN;
            TAKEN += pages * PAGE;
            assert!(TAKEN <= POOL_PAGES * PAGE, "the network card wants more memory than there is");
            let page = (&raw mut POOL.0).cast::<u8>().add(start);
            (page as usize as PhysAddr, NonNull::new_unchecked(page))
        }
    }

    unsafe fn dma_dealloc(_: PhysAddr, _: NonNull<u8>, _: usize) -> i32 {
        0
    }

    unsafe fn mmio_phys_to_virt(address: PhysAddr, _: usize) -> NonNull<u8> {
        // SAFETY: no device lies at address 0.
        unsafe { NonNull::new_unchecked(address as usize as *mut u8) }
    }

    unsafe fn share(buffer: NonNull<[u8]>, _: BufferDirection) -> PhysAddr {
        buffer.as_ptr().cast::<u8>() as usize as PhysAddr
    }

    unsafe fn unshare(_: PhysAddr, _: NonNull<[u8]>, _: BufferDirection) {}
}
