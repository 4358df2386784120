use std::io;

use memmap2::MmapMut;

use crate::table::Row;

/// Zeroed memory for rows, in huge pages where the system gives them: lookups are random, and with pages of
/// 4 KiB most of them would also miss the address translation buffer.
pub(crate) struct Buffer {
    map: MmapMut,
    /// Bytes skipped at the front, so that the rows start on a huge page.
    offset: usize,
    rows: usize,
}

/// Size of a huge page on x86-64 and AArch64.
const HUGE: usize = 2 << 20;

impl Buffer {
    /// Reserves `rows` rows. The system hands out the memory as it is written.
    pub(crate) fn new(rows: usize) -> io::Result<Self> {
        let bytes = rows.checked_mul(size_of::<Row>()).ok_or(io::ErrorKind::OutOfMemory)?;
        if bytes < HUGE {
            return Ok(Self { map: MmapMut::map_anon(bytes)?, offset: 0, rows });
        }
        let map = MmapMut::map_anon(bytes.checked_add(HUGE).ok_or(io::ErrorKind::OutOfMemory)?)?;
        // Only a hint: where it is refused, hashing is right and slower.
        #[cfg(target_os = "linux")]
        let _ = map.advise(memmap2::Advice::HugePage);
        let offset = map.as_ptr().align_offset(HUGE).min(HUGE);
        Ok(Self { map, offset, rows })
    }

    pub(crate) fn rows(&self) -> &[Row] {
        // SAFETY: the mapping is at least `offset + rows * 64` bytes long, lives as long as `self`, and is
        // initialised (zeroed by the system). Its base is aligned to a page and `offset` to 4 bytes at least.
        unsafe { std::slice::from_raw_parts(self.map.as_ptr().add(self.offset).cast(), self.rows) }
    }

    pub(crate) fn rows_mut(&mut self) -> &mut [Row] {
        // SAFETY: as in `rows`; `&mut self` makes the view unique.
        unsafe { std::slice::from_raw_parts_mut(self.map.as_mut_ptr().add(self.offset).cast(), self.rows) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gives_aligned_zeroed_rows() {
        for rows in [0, 1, 16, 40_000] {
            let mut buffer = Buffer::new(rows).unwrap();
            assert_eq!(buffer.rows().len(), rows);
            assert!(buffer.rows().iter().all(|row| row == &[0; 16]));
            assert_eq!(buffer.rows().as_ptr() as usize % 64, 0);
            buffer.rows_mut().fill([7; 16]);
            assert!(buffer.rows().iter().all(|row| row == &[7; 16]));
        }
    }

    #[test]
    fn refuses_what_no_machine_has() {
        assert!(Buffer::new(usize::MAX).is_err());
        assert!(Buffer::new(usize::MAX / 64).is_err());
    }
}
