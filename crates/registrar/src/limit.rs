use serde::{Deserialize, Serialize};
use std::time::{Duration, Instant};

/// How often something may be asked for: `burst` at once, `per_hour` on average.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Limit {
    /// At once, 1 or more.
    pub burst: u32,
    /// On average, 1 or more.
    pub per_hour: u32,
}

/// What has been asked for, in one instant of memory: the generic cell rate algorithm (ITU-T I.371).
#[derive(Clone, Copy, Debug)]
pub struct Meter {
    interval: Duration,
    tolerance: Duration,
    /// When the next request would come if all came at the average rate.
    due: Option<Instant>,
}

impl Meter {
    /// Nothing asked for yet. Zeros are read as ones.
    pub fn new(limit: Limit) -> Self {
        let interval = Duration::from_secs(3600) / limit.per_hour.max(1);
        Self { interval, tolerance: interval * limit.burst.max(1), due: None }
    }

    /// Counts a request, or says how long to wait.
    ///
    /// # Errors
    /// The time until a request will be accepted; nothing was counted.
    pub fn take(&mut self, now: Instant) -> Result<(), Duration> {
        let due = self.due.map_or(now, |due| due.max(now)) + self.interval;
        let ahead = due - now;
        if ahead > self.tolerance {
            return Err(ahead - self.tolerance);
        }
        self.due = Some(due);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_then_the_average() {
        let mut meter = Meter::new(Limit { burst: 3, per_hour: 60 });
        let start = Instant::now();
        let minute = Duration::from_secs(60);
        assert!((0..3).all(|_| meter.take(start).is_ok()));
        assert_eq!(meter.take(start), Err(minute));
        assert_eq!(meter.take(start + minute / 2), Err(minute / 2));
        assert_eq!(meter.take(start + minute), Ok(()));
        assert!(meter.take(start + minute).is_err());
        // An hour of rest gives the burst back, and no more.
        let later = start + minute * 60;
        assert_eq!((0..10).filter(|_| meter.take(later).is_ok()).count(), 3);
    }
}
