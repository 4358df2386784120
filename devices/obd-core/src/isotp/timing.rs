use crate::Duration;

/// How long each side waits for the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timing {
    /// N_As: until a frame of the sender is out.
    pub sender_frame: Duration,
    /// N_Bs: until the sender gets the flow control.
    pub flow_control: Duration,
    /// N_Ar: until a flow control of the receiver is out.
    pub receiver_frame: Duration,
    /// N_Cr: until the receiver gets the next consecutive frame.
    pub consecutive_frame: Duration,
    /// N_WFTmax: how many "wait" in a row a sender accepts.
    pub max_waits: u8,
}

impl Timing {
    /// ISO 15765-4, for legislated diagnostics. A unit that must wait more than a few times has no business on
    /// a polled bus.
    pub const OBD: Self = Self {
        sender_frame: Duration::from_millis(25),
        flow_control: Duration::from_millis(75),
        receiver_frame: Duration::from_millis(25),
        consecutive_frame: Duration::from_millis(150),
        max_waits: 8,
    };

    /// ISO 15765-2's own limits, for partners that are programs on a host.
    pub const RELAXED: Self = Self {
        sender_frame: Duration::from_millis(1_000),
        flow_control: Duration::from_millis(1_000),
        receiver_frame: Duration::from_millis(1_000),
        consecutive_frame: Duration::from_millis(1_000),
        max_waits: 8,
    };
}

/// The pause between consecutive frames that a flow control's STmin byte asks for: 0 to 127 ms, or 100 to
/// 900 µs; reserved values mean the longest.
pub fn separation_time(st_min: u8) -> Duration {
    match st_min {
        0..=0x7f => Duration::from_millis(1).times(st_min),
        0xf1..=0xf9 => Duration::from_micros(100).times(st_min & 0x0f),
        _ => Duration::from_millis(127),
    }
}
