use embedded_can::Id;

/// The most bytes that a classic CAN frame carries.
pub const MAX_DATA: usize = 8;

/// A classic CAN frame (ISO 11898-1): 11 or 29-bit identifier, 0 to 8 bytes, or a remote request for them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Frame {
    id: Id,
    remote: bool,
    len: u8,
    data: [u8; MAX_DATA],
}

impl Frame {
    /// A data frame of all eight bytes.
    pub(crate) const fn full(id: Id, data: [u8; MAX_DATA]) -> Self {
        Self { id, remote: false, len: 8, data }
    }
}

impl embedded_can::Frame for Frame {
    fn new(id: impl Into<Id>, bytes: &[u8]) -> Option<Self> {
        let mut data = [0; MAX_DATA];
        data.get_mut(..bytes.len())?.copy_from_slice(bytes);
        Some(Self { id: id.into(), remote: false, len: u8::try_from(bytes.len()).ok()?, data })
    }

    fn new_remote(id: impl Into<Id>, dlc: usize) -> Option<Self> {
        let len = u8::try_from(dlc).ok().filter(|len| *len <= 8)?;
        Some(Self { id: id.into(), remote: true, len, data: [0; MAX_DATA] })
    }

    fn is_extended(&self) -> bool {
        matches!(self.id, Id::Extended(_))
    }

    fn is_remote_frame(&self) -> bool {
        self.remote
    }

    fn id(&self) -> Id {
        self.id
    }

    fn dlc(&self) -> usize {
        usize::from(self.len)
    }

    fn data(&self) -> &[u8] {
        if self.remote { &[] } else { self.data.get(..usize::from(self.len)).unwrap_or(&self.data) }
    }
}
