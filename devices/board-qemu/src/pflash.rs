use core::ptr;
use embedded_storage::nor_flash::{
    ErrorType, MultiwriteNorFlash, NorFlash, NorFlashErrorKind, ReadNorFlash, check_erase, check_read,
    check_write,
};

/// `virt`'s second flash bank: two 16-bit chips with Intel's command set side by side.
const BANK: usize = 0x2200_0000;
const SIZE: usize = 32 << 20;
/// The size of an erase sector, in bytes.
pub(crate) const SECTOR: usize = 256 << 10;

const READ_ARRAY: u32 = 0x00ff_00ff;
const PROGRAM: u32 = 0x0040_0040;
const ERASE: u32 = 0x0020_0020;
const CONFIRM: u32 = 0x00d0_00d0;
const READY: u32 = 0x80;

/// The machine's flash. QEMU writes each word to the image file before the next instruction runs, so that
/// the file is what a chip would hold when the process is killed.
pub(crate) struct Pflash(());

impl Pflash {
    /// The bank.
    ///
    /// # Safety
    ///
    /// At most one may exist.
    pub(crate) const unsafe fn new() -> Self {
        Self(())
    }

    fn command(&self, offset: usize, command: u32) {
        // SAFETY: within the bank, aligned; the callers checked the offset.
        unsafe { ((BANK + offset) as *mut u32).write_volatile(command) };
    }

    fn wait(&self, offset: usize) {
        // SAFETY: as above; in status mode every address reads as the status.
        while unsafe { ((BANK + offset) as *const u32).read_volatile() } & READY == 0 {}
    }
}

impl ErrorType for Pflash {
    type Error = NorFlashErrorKind;
}

impl ReadNorFlash for Pflash {
    const READ_SIZE: usize = 1;

    fn read(&mut self, offset: u32, bytes: &mut [u8]) -> Result<(), NorFlashErrorKind> {
        check_read(self, offset, bytes.len())?;
        // SAFETY: checked to be within the bank, which is in array mode outside of the methods below.
        unsafe {
            ptr::copy_nonoverlapping((BANK + offset as usize) as *const u8, bytes.as_mut_ptr(), bytes.len());
        }
        Ok(())
    }

    fn capacity(&self) -> usize {
        SIZE
    }
}

impl NorFlash for Pflash {
    const WRITE_SIZE: usize = 4;
    const ERASE_SIZE: usize = SECTOR;

    fn erase(&mut self, from: u32, to: u32) -> Result<(), NorFlashErrorKind> {
        check_erase(self, from, to)?;
        for sector in (from as usize..to as usize).step_by(SECTOR) {
            self.command(sector, ERASE);
            self.command(sector, CONFIRM);
            self.wait(sector);
            self.command(sector, READ_ARRAY);
        }
        Ok(())
    }

    fn write(&mut self, offset: u32, bytes: &[u8]) -> Result<(), NorFlashErrorKind> {
        check_write(self, offset, bytes.len())?;
        let mut at = offset as usize;
        for word in bytes.as_chunks::<4>().0 {
            self.command(at, PROGRAM);
            self.command(at, u32::from_le_bytes(*word));
            self.wait(at);
            at += 4;
        }
        self.command(offset as usize, READ_ARRAY);
        Ok(())
    }
}

impl MultiwriteNorFlash for Pflash {}
