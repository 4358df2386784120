use crate::log;
use crate::start::exit;
use crate::virtio::{self, Memory};
use core::cell::RefCell;
use rand_core::{CryptoRng, RngCore};
use virtio_drivers::device::rng::VirtIORng;
use virtio_drivers::transport::DeviceType;
use virtio_drivers::transport::mmio::MmioTransport;

/// The host's random generator, over virtio.
pub(crate) struct Random(RefCell<VirtIORng<Memory, MmioTransport<'static>>>);

impl Random {
    /// The machine's; `None` when it has none.
    pub(crate) fn find() -> Option<Self> {
        let device = VirtIORng::new(virtio::find(DeviceType::EntropySource)?).ok()?;
        Some(Self(RefCell::new(device)))
    }

    /// Fills with true randomness. Without it there is no key and no connection: the machine ends.
    pub(crate) fn fill(&self, bytes: &mut [u8]) {
        let mut rest = bytes;
        while !rest.is_empty() {
            match self.0.borrow_mut().request_entropy(rest) {
                Ok(drawn) => rest = &mut rest[drawn..],
                Err(_) => {
                    log!("no randomness");
                    exit(5)
                }
            }
        }
    }
}

/// One of its users.
pub(crate) struct Draw<'a>(pub(crate) &'a Random);

impl RngCore for Draw<'_> {
    fn next_u32(&mut self) -> u32 {
        let mut bytes = [0; 4];
        self.0.fill(&mut bytes);
        u32::from_le_bytes(bytes)
    }

    fn next_u64(&mut self) -> u64 {
        let mut bytes = [0; 8];
        self.0.fill(&mut bytes);
        u64::from_le_bytes(bytes)
    }

    fn fill_bytes(&mut self, bytes: &mut [u8]) {
        self.0.fill(bytes);
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), rand_core::Error> {
        self.0.fill(bytes);
        Ok(())
    }
}

impl CryptoRng for Draw<'_> {}
