use crate::fastmod::FastMod;

/// Sixteen 32-bit words: a cache row, or an item of the dataset. The bytes of the specification are these
/// words in little-endian order.
pub(crate) type Row = [u32; 16];

/// Rows that are looked up at random by hash, `ROWS` neighbouring ones at a time: the cache row by row, the
/// dataset in pages of two.
#[derive(Clone, Copy)]
pub(crate) struct Table<'a, const ROWS: usize> {
    rows: &'a [Row],
    entries: FastMod,
}

/// The cache.
pub(crate) type Cache<'a> = Table<'a, 1>;
/// The dataset.
pub(crate) type Pages<'a> = Table<'a, 2>;

/// What an empty table is taken for, so that a lookup always has a row to give.
static BLANK: [Row; 2] = [[0; 16]; 2];

impl<'a, const ROWS: usize> Table<'a, ROWS> {
    /// A table of all complete entries of `rows`.
    pub(crate) fn new(rows: &'a [Row]) -> Self {
        const { assert!(ROWS >= 1 && ROWS <= BLANK.len()) };
        let rows = if rows.len() < ROWS { &BLANK[..ROWS] } else { rows };
        Self { rows, entries: Self::index(rows.len()) }
    }

    /// Reduces a hash to the number of an entry of a table of `rows` rows.
    pub(crate) fn index(rows: usize) -> FastMod {
        FastMod::new(u32::try_from(rows / ROWS).unwrap_or(u32::MAX))
    }

    /// The entry that a hash selects: number `hash mod entries`.
    #[inline(always)]
    pub(crate) fn pick(self, hash: u32) -> &'a [Row; ROWS] {
        let first = self.entries.rem(hash) as usize * ROWS;
        // SAFETY: `entries * ROWS <= rows.len()` by construction, and `rem` is less than `entries`.
        // `[Row; ROWS]` has the alignment and the layout of `ROWS` consecutive rows.
        unsafe { &*self.rows.as_ptr().add(first).cast() }
    }
}

/// The words of rows as bytes, in the machine's order.
pub(crate) fn bytes(rows: &[Row]) -> &[u8] {
    // SAFETY: the same memory, initialised and without padding; any of its bytes is a valid `u8`.
    unsafe { std::slice::from_raw_parts(rows.as_ptr().cast(), size_of_val(rows)) }
}
