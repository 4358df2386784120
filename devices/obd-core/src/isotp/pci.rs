/// The protocol control information at the head of a frame, with the bytes that it carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pci<'a> {
    /// A whole message of 1 to 7 bytes.
    Single(&'a [u8]),
    /// The beginning of a message of `len` bytes.
    First {
        /// Of the whole message.
        len: u32,
        /// The first six bytes, or two after a length that needs more than 12 bits.
        data: &'a [u8],
    },
    /// What follows; `index` counts from 1 and wraps from 15 to 0.
    Consecutive {
        /// 0 to 15.
        index: u8,
        /// Up to seven bytes, padding included.
        data: &'a [u8],
    },
    /// The receiver's say.
    FlowControl {
        /// Go on, wait or give up.
        status: FlowStatus,
        /// Frames until the next flow control; 0 for all that are left.
        block_size: u8,
        /// STmin as sent; see [`separation_time`](super::separation_time).
        st_min: u8,
    },
}

/// The first nibble's companion in a flow control.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FlowStatus {
    /// Send.
    Continue,
    /// Wait for another flow control.
    Wait,
    /// The message is too long for the receiver.
    Overflow,
    /// A value that the standard reserves; it ends the message.
    Reserved(u8),
}

impl<'a> Pci<'a> {
    /// Reads a frame's bytes; none when ISO 15765-2 wants the frame ignored: an unknown type, an impossible
    /// length, or fewer bytes than announced.
    pub fn parse(frame: &'a [u8]) -> Option<Self> {
        let (head, data) = frame.split_first()?;
        let low = head & 0x0f;
        match head >> 4 {
            0 => data.get(..usize::from(low)).filter(|data| !data.is_empty()).map(Self::Single),
            1 => Self::first(low, data),
            2 => Some(Self::Consecutive { index: low, data }).filter(|_| !data.is_empty()),
            3 => {
                let [block_size, st_min] = *data.first_chunk()?;
                let status = match low {
                    0 => FlowStatus::Continue,
                    1 => FlowStatus::Wait,
                    2 => FlowStatus::Overflow,
                    reserved => FlowStatus::Reserved(reserved),
                };
                Some(Self::FlowControl { status, block_size, st_min })
            }
            _ => None,
        }
    }

    /// A first frame is always full. Lengths that a single frame, or the short form, could hold are refused.
    fn first(low: u8, data: &'a [u8]) -> Option<Self> {
        let data: &[u8; 7] = data.try_into().ok()?;
        let [next, b0, b1, b2, b3, ..] = *data;
        match u16::from_be_bytes([low, next]) {
            0 => {
                let len = u32::from_be_bytes([b0, b1, b2, b3]);
                Some(Self::First { len, data: data.get(5..)? }).filter(|_| len > 0x0fff)
            }
            len => Some(Self::First { len: len.into(), data: data.get(1..)? }).filter(|_| len > 7),
        }
    }
}
