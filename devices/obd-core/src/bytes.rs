//! Fixed-size layouts: fields one after the other, numbers big-endian.

/// A layout being written.
pub(crate) struct Pack<const N: usize> {
    bytes: [u8; N],
    len: usize,
}

impl<const N: usize> Pack<N> {
    pub(crate) const fn new() -> Self {
        Self { bytes: [0; N], len: 0 }
    }

    /// The next field. One that goes beyond the layout is left out: the layouts' tests would see it.
    pub(crate) fn put(mut self, field: &[u8]) -> Self {
        let end = self.len.saturating_add(field.len());
        if let Some(room) = self.bytes.get_mut(self.len..end) {
            room.copy_from_slice(field);
        }
        self.len = end;
        self
    }

    /// The layout; zeros where nothing was written.
    pub(crate) const fn finish(self) -> [u8; N] {
        self.bytes
    }
}

/// A layout being read.
pub(crate) struct Unpack<'a>(&'a [u8]);

impl<'a> Unpack<'a> {
    pub(crate) const fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    /// The next `K` bytes; zeros beyond the end.
    pub(crate) fn take<const K: usize>(&mut self) -> [u8; K] {
        match self.0.split_first_chunk() {
            Some((field, rest)) => {
                self.0 = rest;
                *field
            }
            None => [0; K],
        }
    }

    pub(crate) fn byte(&mut self) -> u8 {
        u8::from_be_bytes(self.take())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_put_is_taken() {
        let packed = Pack::<8>::new().put(&[1]).put(&0x0203_u16.to_be_bytes()).put(&[4; 3]).finish();
        assert_eq!(packed, [1, 2, 3, 4, 4, 4, 0, 0]);
        let mut fields = Unpack::new(&packed);
        assert_eq!((fields.byte(), u16::from_be_bytes(fields.take())), (1, 0x0203));
        assert_eq!(fields.take(), [4, 4, 4, 0, 0]);
        assert_eq!(fields.byte(), 0);
    }
}
