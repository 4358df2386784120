use obd_core::Duration;
use obd_core::client::Timing;

/// What a test may change of a device that is otherwise provisioned like any: the first sector of the flash
/// image, one name and its value on each line. Erased, everything is as on the chips.
pub(crate) struct Tempo {
    /// Confirmations before a reading is done with, in blocks.
    pub(crate) depth: u64,
    /// Between two records.
    pub(crate) interval: Duration,
    /// The client's.
    pub(crate) timing: Timing,
}

impl Tempo {
    /// As on the road: the chain's `safe` depth, a record a minute.
    const ROAD: Self = Self { depth: 32, interval: Duration::from_secs(60), timing: Timing::DEFAULT };

    /// Reads the lines up to the first byte that is not text; `None` when one is not understood.
    pub(crate) fn parse(bytes: &[u8]) -> Option<Self> {
        let end = bytes.iter().position(|byte| matches!(byte, 0 | 0xff)).unwrap_or(bytes.len());
        let mut tempo = Self::ROAD;
        for line in core::str::from_utf8(bytes.get(..end)?).ok()?.lines() {
            match line.split_once(' ') {
                Some(("depth", blocks)) => tempo.depth = blocks.parse().ok()?,
                Some(("interval", millis)) => tempo.interval = Duration::from_millis(millis.parse().ok()?),
                None if line == "fast" => tempo.timing = crate::dongle::FAST,
                _ => return None,
            }
        }
        Some(tempo)
    }
}
