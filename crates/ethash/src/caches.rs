use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::thread;

use crate::light::Light;
use crate::sizes::{EPOCH_LENGTH, MAX_EPOCH, Params, Sizes};

/// The caches of the epochs in use, for any number of threads. Three are kept: around the head of a chain
/// these are the epochs before, at and after it.
pub struct LightCaches {
    shared: Arc<Shared>,
}

/// Caches that are kept.
const KEPT: usize = 3;

struct Shared {
    sizes: Sizes,
    epoch_length: u64,
    /// The most recently used comes last.
    slots: Mutex<Vec<Slot>>,
}

/// The place of one epoch's cache, empty until the first thread that asked has built it.
#[derive(Clone)]
struct Slot {
    epoch: u64,
    light: Arc<OnceLock<Arc<Light>>>,
}

impl LightCaches {
    /// No caches yet, for a chain whose epochs last `epoch_length` blocks (0 is read as [`EPOCH_LENGTH`]).
    pub fn new(sizes: Sizes, epoch_length: u64) -> Self {
        let epoch_length = if epoch_length == 0 { EPOCH_LENGTH } else { epoch_length };
        Self { shared: Arc::new(Shared { sizes, epoch_length, slots: Mutex::default() }) }
    }

    /// The cache for a block. Builds it if need be, which takes [a while](Light::new); threads that ask for
    /// the same epoch meanwhile wait for that one, others do not.
    pub fn get(&self, block_number: u64) -> Arc<Light> {
        self.shared.get(self.shared.epoch(block_number))
    }

    /// Builds, on a thread of its own and without waiting, the cache for a block and the one of the epoch
    /// that follows, where they are not there yet. Called with the head's number now and then, it spares the
    /// first block of an epoch the wait.
    pub fn prefetch(&self, block_number: u64) {
        let epoch = self.shared.epoch(block_number);
        let next = epoch.saturating_add(1).min(MAX_EPOCH);
        let missing: Vec<_> = [epoch, next].into_iter().filter(|epoch| !self.shared.known(*epoch)).collect();
        if missing.is_empty() {
            return;
        }
        // The places are taken here, so that calls until the thread is done find them and start no other.
        let slots: Vec<_> = missing.into_iter().map(|epoch| self.shared.slot(epoch)).collect();
        let shared = Arc::clone(&self.shared);
        let build = move || slots.iter().for_each(|slot| drop(shared.build(slot)));
        // Without a thread the cache is built by whoever needs it.
        let _ = thread::Builder::new().name("ethash-cache".into()).spawn(build);
    }

    /// Whether [`LightCaches::get`] would return at once.
    pub fn is_ready(&self, block_number: u64) -> bool {
        let epoch = self.shared.epoch(block_number);
        self.shared.slots().iter().any(|slot| slot.epoch == epoch && slot.light.get().is_some())
    }
}

impl Shared {
    fn epoch(&self, block_number: u64) -> u64 {
        (block_number / self.epoch_length).min(MAX_EPOCH)
    }

    fn get(&self, epoch: u64) -> Arc<Light> {
        let slot = self.slot(epoch);
        self.build(&slot)
    }

    /// The cache of a slot. Whoever comes first builds it, outside the lock of the list.
    fn build(&self, slot: &Slot) -> Arc<Light> {
        let params =
            || Params::for_block(slot.epoch.saturating_mul(self.epoch_length), self.sizes, self.epoch_length);
        Arc::clone(slot.light.get_or_init(|| Arc::new(Light::new(params()))))
    }

    fn known(&self, epoch: u64) -> bool {
        self.slots().iter().any(|slot| slot.epoch == epoch)
    }

    /// The slot of an epoch, which becomes the most recently used one; a new one displaces the least.
    fn slot(&self, epoch: u64) -> Slot {
        let mut slots = self.slots();
        let slot = match slots.iter().position(|slot| slot.epoch == epoch) {
            Some(at) => slots.remove(at),
            None => {
                if slots.len() == KEPT {
                    slots.remove(0);
                }
                Slot { epoch, light: Arc::default() }
            }
        };
        slots.push(slot.clone());
        slot
    }

    /// Nothing in the list can be left half done, so a thread that died holding it does no harm.
    fn slots(&self) -> MutexGuard<'_, Vec<Slot>> {
        self.slots.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl std::fmt::Debug for LightCaches {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let epochs: Vec<_> = self.shared.slots().iter().map(|slot| slot.epoch).collect();
        f.debug_struct("LightCaches")
            .field("sizes", &self.shared.sizes)
            .field("epoch_length", &self.shared.epoch_length)
            .field("epochs", &epochs)
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::{Duration, Instant};

    #[test]
    fn concurrent_askers_share_one_build() {
        let caches = LightCaches::new(Sizes::Test, EPOCH_LENGTH);
        assert!(!caches.is_ready(0));
        let all: Vec<_> = thread::scope(|scope| {
            let threads: Vec<_> = (0..8)
                .map(|n| {
                    scope.spawn({
                        let c = &caches;
                        move || c.get(n)
                    })
                })
                .collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        assert!(all.iter().all(|light| Arc::ptr_eq(light, &all[0])));
        assert!(caches.is_ready(29_999) && !caches.is_ready(30_000));
    }

    #[test]
    fn keeps_the_three_most_recently_used() {
        let caches = LightCaches::new(Sizes::Test, 100);
        let first = caches.get(0);
        for number in [100, 200, 0, 300] {
            assert_eq!(caches.get(number).params(), &Params::for_block(number, Sizes::Test, 100));
        }
        assert!(Arc::ptr_eq(&first, &caches.get(99)));
        assert!(!caches.is_ready(100), "epoch 1 was the least recently used");
        assert!(caches.is_ready(200) && caches.is_ready(300));
    }

    #[test]
    fn prefetch_builds_this_epoch_and_the_next() {
        let caches = LightCaches::new(Sizes::Test, EPOCH_LENGTH);
        caches.prefetch(5);
        let start = Instant::now();
        while !(caches.is_ready(5) && caches.is_ready(30_005)) {
            assert!(start.elapsed() < Duration::from_secs(30));
            thread::sleep(Duration::from_millis(1));
        }
        assert!(!caches.is_ready(60_000));
    }

    #[test]
    fn hostile_numbers_are_answered() {
        let caches = LightCaches::new(Sizes::Test, 0);
        assert_eq!(caches.get(u64::MAX).params().epoch, MAX_EPOCH);
        caches.prefetch(u64::MAX);
    }
}
