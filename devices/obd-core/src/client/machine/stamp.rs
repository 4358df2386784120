use super::{Client, MAX_ENDPOINTS};
use crate::client::{Event, Failure, Lie};
use crate::{Clock, Duration, Instant};

/// Stamps of nodes that agree lie no further apart: blocks come at random times, and a node may be a little
/// behind.
const SPREAD: Duration = Duration::from_secs(600);

/// The stamps of the newest block that were given in one round of questions.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Stamps {
    /// The last one, in seconds since the Unix epoch, and when it was given.
    last: Option<(u64, Instant)>,
    /// The nodes that agree on it, one bit each.
    agreeing: u8,
    /// Questions in this round.
    asked: usize,
    /// When the next round begins.
    due: Instant,
}

impl Client<'_> {
    /// Whether the current node is to be asked for the time now.
    pub(super) fn wants_stamp(&self, now: Instant) -> bool {
        now >= self.stamps.due
    }

    /// A node gave the newest block's time. When enough agree, the clock is told; where they do not, it is not.
    pub(super) fn learn_stamp(&mut self, now: Instant, stamp: u64) {
        if stamp > Clock::LAST {
            self.no_stamp(now, Failure::Lie(Lie::Stamp(stamp)));
            return;
        }
        let agrees = self.stamps.last.is_some_and(|(last, at)| {
            let expected = last.saturating_add(now.since(at).as_micros() / 1_000_000);
            Duration::from_secs(expected.abs_diff(stamp)) <= SPREAD
        });
        let bit = u32::try_from(self.current).ok().and_then(|index| 1_u8.checked_shl(index));
        let others = if agrees { self.stamps.agreeing } else { 0 };
        self.stamps.last = Some((stamp, now));
        self.stamps.agreeing = others | bit.unwrap_or_default();
        self.stamps.asked = self.stamps.asked.saturating_add(1);
        let nodes = self.stamps.agreeing.count_ones();
        if usize::try_from(nodes).is_ok_and(|nodes| nodes >= self.quorum()) {
            self.tell(Event::Time { stamp, nodes: u8::try_from(nodes).unwrap_or(u8::MAX) });
            self.end_round(now);
        } else if self.stamps.asked >= self.settings.nodes.len().min(MAX_ENDPOINTS) {
            self.end_round(now);
        } else {
            self.next_node();
        }
    }

    /// A node that gives no time may be good for all the rest.
    pub(super) fn no_stamp(&mut self, now: Instant, failure: Failure) {
        self.tell(Event::Failed { node: Some(self.current), failure });
        self.stamps.asked = self.stamps.asked.saturating_add(1);
        if self.stamps.asked >= self.settings.nodes.len().min(MAX_ENDPOINTS) {
            self.end_round(now);
        } else {
            self.next_node();
        }
    }

    fn end_round(&mut self, now: Instant) {
        self.stamps = Stamps { due: now.after(self.settings.timing.clock), ..Stamps::default() };
    }
}
