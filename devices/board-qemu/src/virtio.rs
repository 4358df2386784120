//! The machine's virtio devices: their registers, and memory that they share from a fixed pool.

use core::ptr::NonNull;
use virtio_drivers::transport::DeviceType;
use virtio_drivers::transport::mmio::{MmioTransport, VirtIOHeader};
use virtio_drivers::{BufferDirection, Hal, PhysAddr};

/// The eight virtio slots of `virt`.
const SLOTS: usize = 8;
const FIRST_SLOT: usize = 0x1000_1000;
const SLOT_LEN: usize = 0x1000;
/// Queues and their rings.
const POOL_PAGES: usize = 8;
const PAGE: usize = 4096;

/// Where a device says what it is, from the start of its slot.
const DEVICE_ID: usize = 8;

/// The first device of this type; `None` when the machine has none. Each type is asked for once.
pub(crate) fn find(wanted: DeviceType) -> Option<MmioTransport<'static>> {
    let slots = (0..SLOTS).map(|slot| FIRST_SLOT + slot * SLOT_LEN);
    // Looked at first: a transport that is dropped resets its device, which may be in use.
    // SAFETY: the machine's registers.
    let is = |slot: &usize| unsafe { ((slot + DEVICE_ID) as *const u32).read_volatile() } == wanted as u32;
    let header = NonNull::new(slots.into_iter().find(is)? as *mut VirtIOHeader)?;
    // SAFETY: the machine's registers; nothing else uses this slot's.
    unsafe { MmioTransport::new(header, SLOT_LEN) }.ok()
}

#[repr(align(4096))]
struct Pool([u8; POOL_PAGES * PAGE]);

static mut POOL: Pool = Pool([0; POOL_PAGES * PAGE]);
static mut TAKEN: usize = 0;

/// Memory as the devices see it: the machine has no address translation.
pub(crate) struct Memory;

// SAFETY: addresses are physical, pages are handed out once, and one core runs.
unsafe impl Hal for Memory {
    fn dma_alloc(pages: usize, _: BufferDirection) -> (PhysAddr, NonNull<u8>) {
        // SAFETY: one core, no interrupts.
        unsafe {
            let start = TAKEN;
            TAKEN += pages * PAGE;
            assert!(TAKEN <= POOL_PAGES * PAGE, "the devices want more memory than there is");
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
