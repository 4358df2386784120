use core::cell::{Cell, RefCell};
use core::future::Future;
use core::pin::pin;
use core::task::{Context, Poll, Waker};
use embedded_storage::nor_flash::{self as blocking, ErrorType, NorFlashError, NorFlashErrorKind};
use embedded_storage_async::nor_flash as asynch;
use thiserror::Error;

/// The flash chip, lent to the rings and the journal, which each work on pages of their own.
#[derive(Debug)]
pub struct Chip<F> {
    driver: RefCell<F>,
    last_read: Cell<u32>,
}

impl<F> Chip<F> {
    /// Around a blocking driver.
    pub const fn new(driver: F) -> Self {
        Self { driver: RefCell::new(driver), last_read: Cell::new(0) }
    }

    /// The driver, for what else lies on the chip; `None` while it is in use.
    pub fn with<T>(&self, work: impl FnOnce(&mut F) -> T) -> Option<T> {
        self.driver.try_borrow_mut().ok().map(|mut driver| work(&mut driver))
    }

    /// Gives the driver back.
    pub fn into_inner(self) -> F {
        self.driver.into_inner()
    }

    /// Where the last read began. `sequential-storage` does not tell where an entry stands; the read that
    /// brought it does.
    pub(super) const fn last_read(&self) -> u32 {
        self.last_read.get()
    }
}

/// A handle on the chip for `sequential-storage`, which is asynchronous; every future is ready at once.
#[derive(Debug)]
pub struct Shared<'f, F>(&'f Chip<F>);

impl<'f, F> Shared<'f, F> {
    /// One more handle.
    pub const fn new(chip: &'f Chip<F>) -> Self {
        Self(chip)
    }
}

impl<F: ErrorType> ErrorType for Shared<'_, F> {
    type Error = SharedError<F::Error>;
}

impl<F: blocking::ReadNorFlash> asynch::ReadNorFlash for Shared<'_, F> {
    const READ_SIZE: usize = F::READ_SIZE;

    async fn read(&mut self, offset: u32, bytes: &mut [u8]) -> Result<(), Self::Error> {
        self.0.last_read.set(offset);
        self.0.with(|driver| driver.read(offset, bytes)).ok_or(SharedError::Busy)?.map_err(Into::into)
    }

    fn capacity(&self) -> usize {
        self.0.with(|driver| driver.capacity()).unwrap_or_default()
    }
}

impl<F: blocking::NorFlash> asynch::NorFlash for Shared<'_, F> {
    const WRITE_SIZE: usize = F::WRITE_SIZE;
    const ERASE_SIZE: usize = F::ERASE_SIZE;

    async fn erase(&mut self, from: u32, to: u32) -> Result<(), Self::Error> {
        self.0.with(|driver| driver.erase(from, to)).ok_or(SharedError::Busy)?.map_err(Into::into)
    }

    async fn write(&mut self, offset: u32, bytes: &[u8]) -> Result<(), Self::Error> {
        self.0.with(|driver| driver.write(offset, bytes)).ok_or(SharedError::Busy)?.map_err(Into::into)
    }
}

impl<F: blocking::MultiwriteNorFlash> asynch::MultiwriteNorFlash for Shared<'_, F> {}

/// The chip did not do it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum SharedError<E> {
    /// Somebody holds the chip.
    #[error("the flash chip is in use")]
    Busy,
    /// The driver's own error.
    #[error("{0:?}")]
    Chip(E),
}

impl<E> From<E> for SharedError<E> {
    fn from(error: E) -> Self {
        Self::Chip(error)
    }
}

impl<E: NorFlashError> NorFlashError for SharedError<E> {
    fn kind(&self) -> NorFlashErrorKind {
        match self {
            Self::Busy => NorFlashErrorKind::Other,
            Self::Chip(error) => error.kind(),
        }
    }
}

/// Runs a future over a [`Shared`] chip, which never waits; `None` if it does.
pub(super) fn now<T>(future: impl Future<Output = T>) -> Option<T> {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(value) => Some(value),
        Poll::Pending => None,
    }
}
