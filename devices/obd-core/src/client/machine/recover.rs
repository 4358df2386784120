use super::{Claim, Client};
use crate::client::Event;
use crate::client::answer::Standing;
use crate::queue::{Queue, QueueError};
use crate::{Chain, Hash, Instant, MAX_LEAP};
use embedded_storage::nor_flash::MultiwriteNorFlash;

/// Goes on when flash does not know what the registry holds: the journal was damaged, or the whole chip.
///
/// A number that the registry has passed is never uploaded again. Its record may be on chain already, and one
/// that was numbered anew after the chip was lost is encrypted with bytes that another one used.
impl Client<'_> {
    /// The vehicle's last reading, where the device's counter is above what flash says was acknowledged, and
    /// deep.
    pub(super) fn recover<F: MultiwriteNorFlash>(
        &mut self,
        now: Instant,
        counter: u64,
        hash: Hash,
        queue: &mut Queue<'_, F>,
    ) -> Result<(), QueueError> {
        let Some(standing) = self.session.standing.take() else { return Ok(()) };
        self.session.settled = false;
        let ours = standing.counter;
        let claim = Claim::Holds(ours, hash);
        if self.upload.claim != Some(claim) {
            self.tell(Event::Conflict { counter: ours });
        }
        if ours.saturating_sub(queue.newest()) > MAX_LEAP {
            // A lie must not use the numbers up.
            self.resume_at = now.after(self.settings.timing.pause);
            return Ok(());
        }
        if !self.is_agreed(claim) {
            return Ok(());
        }
        // Uploads take the oldest records first, so that what was there before the batch was accepted before.
        let known = counter == ours && queue.ends_with(ours, &hash)?;
        queue.acknowledge(Chain::resume(ours, hash))?;
        self.lost |= !known;
        self.tell(match known {
            true => Event::Acknowledged { counter: ours },
            false => Event::PassedOver { counter: ours },
        });
        Ok(())
    }

    /// The vehicle's last reading has a counter that is not below the one under way. Where it is the device's
    /// own, the one under way is of an older time, read from a damaged journal, and can never be accepted.
    pub(super) fn learn_overtaken<F: MultiwriteNorFlash>(
        &mut self,
        deep: Standing,
        queue: &mut Queue<'_, F>,
    ) -> Result<(), QueueError> {
        let Some(pending) = self.upload.pending else { return Ok(()) };
        if !self.is_ours(&deep) || deep.counter < pending.reading.counter {
            self.upload.agreeing = 0;
            return Ok(());
        }
        if self.is_agreed(Claim::Overtaken(deep.counter)) {
            self.finish(pending, queue)?;
        }
        Ok(())
    }
}
