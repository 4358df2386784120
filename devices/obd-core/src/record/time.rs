/// When something was read, and how the device knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Time {
    /// Milliseconds since the Unix epoch; since the device started, or got power, where the source is
    /// [`TimeSource::Unset`].
    pub ms: u64,
    /// The clock.
    pub source: TimeSource,
}

impl Time {
    /// Milliseconds since the Unix epoch, where the clock knows them.
    pub fn unix_ms(self) -> Option<u64> {
        (self.source != TimeSource::Unset).then_some(self.ms)
    }
}

/// The clock that a time came from, from the worst to the best.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum TimeSource {
    /// No clock was ever set: the time counts from the start of the device.
    Unset,
    /// The device's own counter, set by one of the clocks below before its last sleep.
    Held,
    /// The stamp of a block, from a node that may lie.
    Block,
    /// A time server (SNTP).
    Network,
    /// A satellite receiver.
    Satellite,
}

impl TimeSource {
    pub(crate) const fn id(self) -> u8 {
        match self {
            Self::Unset => 0,
            Self::Held => 1,
            Self::Block => 2,
            Self::Network => 3,
            Self::Satellite => 4,
        }
    }

    pub(crate) const fn from_id(id: u8) -> Option<Self> {
        match id {
            0 => Some(Self::Unset),
            1 => Some(Self::Held),
            2 => Some(Self::Block),
            3 => Some(Self::Network),
            4 => Some(Self::Satellite),
            _ => None,
        }
    }
}
