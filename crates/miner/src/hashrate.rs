use parking_lot::Mutex;
use std::time::{Duration, Instant};

/// The rate is an average over this time.
const WINDOW: Duration = Duration::from_secs(10);

/// Hashes a second over the last seconds.
#[derive(Debug, Default)]
pub(crate) struct Hashrate {
    samples: Mutex<Vec<(Instant, u64)>>,
}

impl Hashrate {
    pub(crate) fn add(&self, hashes: u64) {
        let now = Instant::now();
        let mut samples = self.samples.lock();
        samples.retain(|(at, _)| now.duration_since(*at) < WINDOW);
        samples.push((now, hashes));
    }

    /// Hashes a second.
    pub(crate) fn get(&self) -> u64 {
        let now = Instant::now();
        let samples = self.samples.lock();
        let recent = samples.iter().filter(|(at, _)| now.duration_since(*at) < WINDOW);
        recent.map(|(_, hashes)| hashes).sum::<u64>() / WINDOW.as_secs()
    }
}
