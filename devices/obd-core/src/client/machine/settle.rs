use super::{Claim, Client, Flight, Head};
use crate::client::answer::{Answer, Receipt, Standing};
use crate::client::ask::Ask;
use crate::client::pending::Pending;
use crate::client::{Event, Failure, Lie, NodeError};
use crate::queue::{Note, Queue, QueueError};
use crate::{Chain, Hash, Instant};
use embedded_storage::nor_flash::MultiwriteNorFlash;

/// How far a node may move the nonce at once.
const MAX_NONCE_LEAP: u64 = 1 << 10;

impl Client<'_> {
    /// Takes a whole response in.
    pub(super) fn settle<F: MultiwriteNorFlash>(
        &mut self,
        now: Instant,
        flight: Flight,
        queue: &mut Queue<'_, F>,
    ) -> Result<(), QueueError> {
        if !self.response.keep_alive() {
            self.fresh = true;
        }
        let answer = match Answer::read(&flight.ask, flight.id, self.response.body()) {
            Err(Failure::NotJsonRpc) if self.response.status() != 200 => {
                Err(Failure::Status(self.response.status()))
            }
            answer => answer,
        };
        if flight.ask.is_for_relay() && answer.is_ok() {
            self.relay.good();
        }
        match answer {
            Ok(answer) => self.learn(now, &flight.ask, answer, queue),
            Err(Failure::Node(error)) if matches!(flight.ask, Ask::Send(_)) => {
                self.refused(now, &flight.ask, error);
                Ok(())
            }
            Err(failure @ Failure::Node(_)) if matches!(flight.ask, Ask::Relay) => {
                self.fail(now, &flight.ask, failure);
                // It carries nothing that the registry has already: look there before asking again.
                self.upload.sent_at = Some(now);
                (self.upload.refused, self.session.standing) = (true, None);
                Ok(())
            }
            Err(failure @ (Failure::Node(_) | Failure::Malformed)) if matches!(flight.ask, Ask::Stamp) => {
                self.no_stamp(now, failure);
                Ok(())
            }
            Err(failure) => {
                self.fail(now, &flight.ask, failure);
                Ok(())
            }
        }
    }

    /// Leaves a node, or the relay, alone for a while.
    pub(super) fn fail(&mut self, now: Instant, ask: &Ask, failure: Failure) {
        let lied = matches!(failure, Failure::Lie(_));
        let timing = &self.settings.timing;
        let node = if ask.is_for_relay() {
            self.relay.failed(now, timing, &mut self.random, lied);
            None
        } else {
            if let Some(health) = self.nodes.get_mut(self.current) {
                health.failed(now, timing, &mut self.random, lied);
            }
            self.leave_node();
            Some(self.current)
        };
        self.fresh = true;
        self.tell(Event::Failed { node, failure });
    }

    fn learn<F: MultiwriteNorFlash>(
        &mut self,
        now: Instant,
        ask: &Ask,
        answer: Answer,
        queue: &mut Queue<'_, F>,
    ) -> Result<(), QueueError> {
        match answer {
            Answer::ChainId(got) if got == self.settings.policy.chain_id => self.session.chain = true,
            Answer::ChainId(got) => self.fail(now, ask, Failure::Lie(Lie::ChainId(got))),
            Answer::Genesis(hash) if hash == self.settings.genesis => {
                self.session.genesis = true;
                if let Some(health) = self.nodes.get_mut(self.current) {
                    health.good();
                }
            }
            Answer::Genesis(_) => self.fail(now, ask, Failure::Lie(Lie::Genesis)),
            Answer::Fees { head, base_fee, tip } => {
                self.session.head = Some(Head { number: head, base_fee, tip, at: now });
            }
            Answer::Stamp(stamp) => self.learn_stamp(now, stamp),
            Answer::Standing(standing) => {
                self.spoke |= self.is_ours(&standing);
                match ask {
                    Ask::Standing(Some(_)) => return self.learn_deep_standing(now, standing, queue),
                    _ => self.session.standing = Some(standing),
                }
            }
            Answer::Nonce(got) => self.learn_nonce(now, ask, got),
            Answer::LastReading { counter, hash } => {
                return self.learn_last_reading(now, counter, hash, queue);
            }
            Answer::Receipt(receipt) => return self.learn_receipt(now, ask, receipt, queue),
            Answer::Sent(hash) => match ask {
                Ask::Send(ours) if *ours == hash => self.sent(now, hash),
                _ => self.fail(now, ask, Failure::Lie(Lie::Hash)),
            },
            Answer::Stored(root) => match self.upload.pending {
                Some(pending) if pending.reading.hash == root => self.upload.stored = true,
                _ => self.fail(now, ask, Failure::Lie(Lie::Hash)),
            },
            Answer::Relayed => {
                let hash = self.upload.pending.map(|pending| pending.reading.hash);
                self.sent(now, hash.unwrap_or_default());
            }
        }
        Ok(())
    }

    fn sent(&mut self, now: Instant, hash: Hash) {
        self.upload.sent_at = Some(now);
        if let Some(pending) = self.upload.pending {
            self.tell(Event::Sent { counter: pending.reading.counter, hash });
        }
    }

    /// The node does not take the transaction.
    fn refused(&mut self, now: Instant, ask: &Ask, error: NodeError) {
        match error {
            NodeError::AlreadyKnown | NodeError::Underpriced => self.upload.sent_at = Some(now),
            NodeError::NonceTooLow => {
                (self.upload.sent_at, self.upload.doubted, self.session.nonce) = (Some(now), true, None);
            }
            NodeError::NoFunds => {
                self.tell(Event::NoFunds);
                self.resume_at = now.after(self.settings.timing.pause);
            }
            NodeError::Other(_) => self.fail(now, ask, Failure::Node(error)),
        }
    }

    fn learn_nonce(&mut self, now: Instant, ask: &Ask, got: u64) {
        let least = self.upload.pending.map_or(0, |pending| pending.floor);
        if got < least || got > least.saturating_add(MAX_NONCE_LEAP) {
            self.fail(now, ask, Failure::Lie(Lie::Nonce { got, least }));
        } else {
            self.session.nonce = Some(got);
        }
    }

    /// What the chain says of the device at a depth that no reorganisation reaches.
    fn learn_deep_standing<F: MultiwriteNorFlash>(
        &mut self,
        now: Instant,
        deep: Standing,
        queue: &mut Queue<'_, F>,
    ) -> Result<(), QueueError> {
        if core::mem::take(&mut self.upload.overtaken) {
            return self.learn_overtaken(deep, queue);
        }
        let ours = self.is_ours(&deep);
        match self.session.standing.take() {
            // The registry is ahead of what flash says was acknowledged.
            Some(newest) if self.is_ours(&newest) => {
                if ours && deep.counter == newest.counter {
                    (self.session.standing, self.session.settled) = (Some(newest), true);
                } else {
                    self.resume_at = now.after(self.settings.timing.poll);
                }
                return Ok(());
            }
            // The newest state says that the device does not speak for its vehicle.
            _ if ours => {
                self.upload.agreeing = 0;
                self.tell(Event::Suspended);
            }
            _ if self.is_agreed(Claim::Unpaired(deep.epoch)) => {
                let over = self.spoke || deep.epoch >= self.settings.epoch;
                self.tell(if over { Event::Unpaired { epoch: deep.epoch } } else { Event::Awaited });
            }
            _ => return Ok(()),
        }
        self.resume_at = now.after(self.settings.timing.pause);
        Ok(())
    }

    fn learn_receipt<F: MultiwriteNorFlash>(
        &mut self,
        now: Instant,
        ask: &Ask,
        receipt: Option<Receipt>,
        queue: &mut Queue<'_, F>,
    ) -> Result<(), QueueError> {
        self.upload.asked_at = Some(now);
        let Some(pending) = self.upload.pending else { return Ok(()) };
        let Some(receipt) = receipt else {
            if self.upload.receipt.take().is_some() {
                self.upload.sent_at = None;
                self.upload.agreeing = 0;
                self.tell(Event::Reorganised { counter: pending.reading.counter });
                return Ok(());
            }
            let next = self.upload.variant.saturating_add(1);
            let known = pending.variants().len();
            self.upload.variant =
                if self.upload.taken.is_some() { next } else { next.checked_rem(known).unwrap_or_default() };
            return Ok(());
        };
        let head = self.session.head.map_or(0, |head| head.number);
        // The head may be a few seconds older than the receipt.
        if receipt.block > head.saturating_add(MAX_NONCE_LEAP) {
            let lie = Lie::Receipt { block: receipt.block, head };
            self.fail(now, ask, Failure::Lie(lie));
            return Ok(());
        }
        self.upload.taken = None;
        self.upload.receipt = Some(receipt);
        if !receipt.succeeded && receipt.block.saturating_add(self.settings.depth) <= head {
            self.tell(Event::Reverted { counter: pending.reading.counter });
            self.resume_at = now.after(self.settings.timing.pause);
            return self.finish(pending, queue);
        }
        Ok(())
    }

    /// What the registry holds, deep in the chain: the only thing that acknowledges.
    fn learn_last_reading<F: MultiwriteNorFlash>(
        &mut self,
        now: Instant,
        counter: u64,
        hash: Hash,
        queue: &mut Queue<'_, F>,
    ) -> Result<(), QueueError> {
        self.upload.asked_at = Some(now);
        let Some(pending) = self.upload.pending.filter(|pending| !pending.done) else {
            return self.recover(now, counter, hash, queue);
        };
        let reading = pending.reading;
        if (counter, hash) == (reading.counter, reading.hash) {
            if !self.is_agreed(Claim::Holds(counter, hash)) {
                return Ok(());
            }
            queue.acknowledge(Chain::resume(counter, hash))?;
            self.tell(Event::Acknowledged { counter });
            return self.finish(pending, queue);
        }
        if counter >= reading.counter {
            // Another's reading, of a device that this vehicle had before, or this one's?
            self.upload.overtaken = true;
        } else if self.upload.receipt.take().is_some() {
            // A receipt says that it is there, this node's state says that it is not.
            self.upload.agreeing = 0;
            self.upload.sent_at = None;
            self.tell(Event::Reorganised { counter: reading.counter });
        } else {
            self.upload.agreeing = 0;
        }
        self.session.standing = None;
        Ok(())
    }

    /// How many nodes must agree.
    pub(super) fn quorum(&self) -> usize {
        let nodes = self.settings.nodes.len().min(super::MAX_ENDPOINTS);
        usize::from(self.settings.quorum).clamp(1, nodes.max(1))
    }

    /// Counts the current node in; `false` when another has to agree first, which is asked next.
    pub(super) fn is_agreed(&mut self, claim: Claim) -> bool {
        if self.upload.claim.replace(claim) != Some(claim) {
            self.upload.agreeing = 0;
        }
        let bit = u32::try_from(self.current).ok().and_then(|index| 1_u8.checked_shl(index));
        self.upload.agreeing |= bit.unwrap_or_default();
        let agree = self.upload.agreeing.count_ones();
        if usize::try_from(agree).is_ok_and(|agree| agree >= self.quorum()) {
            self.upload.agreeing = 0;
            return true;
        }
        self.next_node();
        self.upload.asked_at = None;
        false
    }

    /// The upload is over. It stays in flash for its nonce.
    pub(super) fn finish<F: MultiwriteNorFlash>(
        &mut self,
        pending: Pending,
        queue: &mut Queue<'_, F>,
    ) -> Result<(), QueueError> {
        let done = pending.finished();
        queue.journal().write(Note::Pending, &done.to_bytes())?;
        self.upload = super::Upload { pending: Some(done), ..super::Upload::default() };
        (self.session.standing, self.session.nonce) = (None, None);
        Ok(())
    }
}
