//! How deep the stack went: what the start painted and nobody touched is still in its colour.

use crate::{clock, log};
use obd_core::{Duration, Instant};

/// As in `start.rs`.
const PAINT: u32 = 0x5afe_57ac;

/// Between two looks.
const LOOK: Duration = Duration::from_secs(2);

/// Tells of the mark whenever it rose.
#[derive(Default)]
pub(crate) struct Gauge {
    look_at: Instant,
    told: usize,
}

impl Gauge {
    /// Looks, now and then.
    pub(crate) fn turn(&mut self) {
        let now = clock::now();
        if now < self.look_at {
            return;
        }
        self.look_at = now.after(LOOK);
        let mark = high_water();
        if mark > self.told {
            self.told = mark;
            log!("stack {mark}");
        }
    }
}

/// The most bytes of stack that were ever in use.
fn high_water() -> usize {
    unsafe extern "C" {
        static _stack_low: u32;
        static _stack: u32;
    }
    let low = &raw const _stack_low;
    let size = (&raw const _stack).addr() - low.addr();
    // SAFETY: both symbols bound the stack's memory, which the start code has filled, word by word.
    let untouched = (0..size / 4).take_while(|word| unsafe { low.add(*word).read_volatile() } == PAINT);
    size - untouched.count() * 4
}
