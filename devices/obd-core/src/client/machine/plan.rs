use super::{Client, Head, Plan, Session, UPLOAD, Upload};
use crate::client::answer::{Receipt, Standing};
use crate::client::ask::Ask;
use crate::client::budget::Budget;
use crate::client::pending::Pending;
use crate::client::{Event, Failure, MAX_ENDPOINTS};
use crate::queue::{Note, Queue, QueueError};
use crate::record::SealedRecord;
use crate::{Chain, Eip1559, Flags, Instant, Quality, Reading, Source};
use core::ops::ControlFlow;
use embedded_storage::nor_flash::MultiwriteNorFlash;

/// What to do next: from what is in flash and what the current node said.
impl Client<'_> {
    pub(super) fn plan<F: MultiwriteNorFlash>(
        &mut self,
        now: Instant,
        day: Option<u32>,
        queue: &mut Queue<'_, F>,
    ) -> Result<Plan, QueueError> {
        if !self.loaded {
            let noted = queue.journal().read(Note::Pending)?.and_then(|bytes| bytes.try_into().ok());
            let pending = noted.and_then(Pending::from_bytes);
            self.upload = Upload { pending, ..Upload::default() };
            self.loaded = true;
            if pending.is_none() && queue.acknowledged().counter() == 0 {
                // A new device, or one whose journal is gone with an upload on its way, whose records must not
                // go out a second time: what is on its way arrives.
                self.resume_at = now.after(self.settings.timing.patience);
            }
        }
        let timing = self.settings.timing;
        let under_way = self.upload.pending.filter(|pending| !pending.done);
        if under_way.is_none() && queue.newest() <= queue.acknowledged().counter() {
            return Ok(Plan::Wait(now.after(timing.poll)));
        }
        if now < self.resume_at {
            return Ok(Plan::Wait(self.resume_at));
        }
        if self.account.is_none() && self.settings.relay.is_none() {
            self.tell(Event::NoRelay);
            self.resume_at = now.after(timing.pause);
            return Ok(Plan::Wait(self.resume_at));
        }
        if let Err(until) = self.choose_node(now) {
            return Ok(Plan::Wait(until));
        }
        if !self.session.chain {
            return Ok(Plan::Ask(Ask::ChainId));
        }
        if !self.session.genesis {
            return Ok(Plan::Ask(Ask::Genesis));
        }
        if self.wants_stamp(now) {
            return Ok(Plan::Ask(Ask::Stamp));
        }
        let Some(head) = self.session.head.filter(|head| now < head.at.after(timing.poll)) else {
            return Ok(Plan::Ask(Ask::Fees));
        };
        match under_way {
            Some(pending) if !self.vetted => self.vet(pending, queue),
            Some(_) if self.upload.refused => Ok(self.plan_refused(head)),
            Some(pending) => self.plan_upload(now, day, head, pending, queue),
            None => self.plan_next(now, day, head, queue),
        }
    }

    /// Makes the current node one that may be asked, or says when one may be.
    pub(super) fn choose_node(&mut self, now: Instant) -> Result<(), Instant> {
        let count = self.settings.nodes.len().min(MAX_ENDPOINTS);
        let health = |index: usize| self.nodes.get(index).copied().unwrap_or_default();
        let order = (self.current..count).chain(0..self.current.min(count));
        let Some(next) = order.min_by_key(|index| health(*index).retry_at().max(now)) else {
            return Err(now.after(self.settings.timing.pause));
        };
        if health(next).retry_at() > now {
            return Err(health(next).retry_at());
        }
        if next != self.current {
            self.leave_node();
            self.current = next;
        }
        Ok(())
    }

    pub(super) fn leave_node(&mut self) {
        self.session = Session::default();
        self.fresh = true;
    }

    /// Turns to another node, without a grudge.
    pub(super) fn next_node(&mut self) {
        self.leave_node();
        let count = self.settings.nodes.len().min(MAX_ENDPOINTS);
        self.current = self.current.saturating_add(1).checked_rem(count).unwrap_or_default();
    }

    /// Nothing is under way: may something be?
    pub(super) fn plan_next<F: MultiwriteNorFlash>(
        &mut self,
        now: Instant,
        day: Option<u32>,
        head: Head,
        queue: &mut Queue<'_, F>,
    ) -> Result<Plan, QueueError> {
        let Some(standing) = self.session.standing else { return Ok(Plan::Ask(Ask::Standing(None))) };
        if !self.is_ours(&standing) {
            return Ok(Plan::Ask(Ask::Standing(Some(self.deep(head)))));
        }
        let direct = self.account.is_some();
        let nonce = match self.session.nonce {
            None if direct => return Ok(Plan::Ask(Ask::Nonce)),
            nonce => nonce.unwrap_or_default(),
        };
        if self.forget_other_epochs(queue)? {
            return Ok(Plan::Again);
        }
        if standing.counter > queue.acknowledged().counter() {
            let deep = self.deep(head);
            return Ok(Plan::Ask(if self.session.settled {
                Ask::LastReading(deep)
            } else {
                Ask::Standing(Some(deep))
            }));
        }
        let reading = self.next_reading(queue)?;
        let (priority_fee, fee) = self.fees(head);
        let floor = self.upload.pending.map_or(0, |done| done.floor);
        let pending = Pending::new(nonce, floor, reading, priority_fee, fee);
        if direct && !self.charge(now, day, pending, queue)? {
            return Ok(Plan::Again);
        }
        if !direct {
            self.begin(pending, queue)?;
        }
        Ok(Plan::Again)
    }

    /// An upload was under way before this start. If that was under an earlier pairing, it is no more.
    fn vet<F: MultiwriteNorFlash>(
        &mut self,
        pending: Pending,
        queue: &mut Queue<'_, F>,
    ) -> Result<Plan, QueueError> {
        if self.forget_other_epochs(queue)? {
            self.finish(pending, queue)?;
        }
        self.vetted = true;
        Ok(Plan::Again)
    }

    /// A relay carries nothing for a device that is not paired any more, and no receipt tells.
    fn plan_refused(&mut self, head: Head) -> Plan {
        match self.session.standing {
            None => Plan::Ask(Ask::Standing(None)),
            Some(standing) if self.is_ours(&standing) => {
                self.upload.refused = false;
                Plan::Again
            }
            Some(_) => Plan::Ask(Ask::Standing(Some(self.deep(head)))),
        }
    }

    pub(super) fn plan_upload<F: MultiwriteNorFlash>(
        &mut self,
        now: Instant,
        day: Option<u32>,
        head: Head,
        pending: Pending,
        queue: &mut Queue<'_, F>,
    ) -> Result<Plan, QueueError> {
        let relayed = self.account.is_none();
        let timing = self.settings.timing;
        let upload = self.upload;
        if upload.overtaken {
            return Ok(Plan::Ask(Ask::Standing(Some(self.deep(head)))));
        }
        if self.settings.relay.is_some() {
            let relay_at = self.relay.retry_at();
            let relay_needed = !upload.stored || (relayed && upload.sent_at.is_none());
            if relay_needed && relay_at > now {
                return Ok(Plan::Wait(relay_at));
            }
            if !upload.stored {
                // Records that were dropped since then cannot be handed in any more.
                let whole = queue.batch_to(pending.reading.counter, UPLOAD)?.root() == pending.reading.hash;
                self.upload.stored = !whole;
                return Ok(if whole { Plan::Ask(Ask::Store) } else { Plan::Again });
            }
        }
        let Some(sent_at) = upload.sent_at else {
            return Ok(Plan::Ask(if relayed { Ask::Relay } else { Ask::Send([0; 32]) }));
        };
        if let Some(nonce) = upload.taken {
            return match pending.variants().get(upload.variant) {
                Some(hash) => Ok(Plan::Ask(Ask::Receipt(*hash))),
                None => self.renumber(now, day, head, pending.with_nonce(nonce), queue),
            };
        }
        let stuck = upload.receipt.is_none() && now >= sent_at.after(timing.patience);
        if upload.doubted {
            return self.replace(now, day, head, pending, queue);
        }
        if stuck {
            // The node may have swallowed it, or lied about the nonce: ask and tell another one.
            self.next_node();
            if relayed {
                self.upload.sent_at = None
            } else {
                self.upload.doubted = true
            }
            return Ok(Plan::Again);
        }
        if let Some(asked) = upload.asked_at.filter(|asked| now < asked.after(timing.poll)) {
            return Ok(Plan::Wait(asked.after(timing.poll)));
        }
        let deep = |receipt: &Receipt| receipt.block.saturating_add(self.settings.depth) <= head.number;
        let mined = upload.receipt.filter(deep).is_some_and(|receipt| receipt.succeeded);
        if relayed || mined {
            return Ok(Plan::Ask(Ask::LastReading(self.deep(head))));
        }
        let hash = pending.variants().get(upload.variant).or_else(|| pending.variants().first());
        Ok(Plan::Ask(hash.map_or(Ask::Send([0; 32]), |hash| Ask::Receipt(*hash))))
    }

    /// The transaction is stuck: the same nonce again, with a fee that nodes take for a replacement.
    pub(super) fn replace<F: MultiwriteNorFlash>(
        &mut self,
        now: Instant,
        day: Option<u32>,
        head: Head,
        pending: Pending,
        queue: &mut Queue<'_, F>,
    ) -> Result<Plan, QueueError> {
        let Some(nonce) = self.session.nonce.take() else { return Ok(Plan::Ask(Ask::Nonce)) };
        self.upload.doubted = false;
        if nonce > pending.nonce {
            (self.upload.taken, self.upload.variant) = (Some(nonce), 0);
            return Ok(Plan::Again);
        }
        if nonce < pending.nonce {
            // The node that gave the nonce was ahead of this one, or lied.
            return self.renumber(now, day, head, pending.with_nonce(nonce), queue);
        }
        self.upload.sent_at = None;
        // Nodes want a tenth more; an eighth leaves no doubt about the rounding.
        let raised = |old: u128| old.saturating_add(old >> 3).saturating_add(1);
        let policy = self.settings.policy;
        let (priority_fee, fee) = self.fees(head);
        let (priority_fee, fee) =
            (raised(pending.priority_fee).max(priority_fee), raised(pending.fee).max(fee));
        if pending.may_be_replaced()
            && fee <= policy.max_fee_per_gas
            && priority_fee <= policy.max_priority_fee_per_gas
            && self.charge(now, day, pending.with_fees(priority_fee, fee), queue)?
        {
            self.tell(Event::Replaced { counter: pending.reading.counter, fee });
        }
        // Otherwise the same transaction again: nodes drop some.
        Ok(Plan::Again)
    }

    /// Another transaction of this account took the nonce: the same reading with the next one. Should both
    /// be mined after all, the registry refuses the second by its counter.
    pub(super) fn renumber<F: MultiwriteNorFlash>(
        &mut self,
        now: Instant,
        day: Option<u32>,
        head: Head,
        pending: Pending,
        queue: &mut Queue<'_, F>,
    ) -> Result<Plan, QueueError> {
        let (priority_fee, fee) = self.fees(head);
        if !self.charge(now, day, pending.with_fees(priority_fee, fee), queue)? {
            self.upload.taken = None;
        }
        Ok(Plan::Again)
    }

    /// Charges the day's budget for what `pending` may cost beyond what it was charged for, and makes it
    /// the upload under way; `false` when the policy or the budget does not allow it.
    pub(super) fn charge<F: MultiwriteNorFlash>(
        &mut self,
        now: Instant,
        day: Option<u32>,
        mut pending: Pending,
        queue: &mut Queue<'_, F>,
    ) -> Result<bool, QueueError> {
        let data = pending.reading.calldata();
        if let Err(refusal) = self.transaction(&pending, &data).check(&self.settings.policy) {
            self.tell(Event::Refused(refusal));
            self.fail(now, &Ask::Fees, Failure::Fees);
            return Ok(false);
        }
        let worst = u128::from(self.settings.gas_limit).saturating_mul(pending.fee);
        let more = worst.saturating_sub(pending.charged);
        let spent = queue.journal().read(Note::Spending)?.and_then(|bytes| bytes.try_into().ok());
        let spent = spent.map(Budget::from_bytes).unwrap_or_default();
        let Some(spent) = spent.charge(day, more, self.settings.daily_cap) else {
            self.tell(Event::OverBudget);
            self.resume_at = now.after(self.settings.timing.pause);
            return Ok(false);
        };
        pending.charged = worst.max(pending.charged);
        queue.journal().write(Note::Spending, &spent.to_bytes())?;
        self.begin(pending, queue)?;
        Ok(true)
    }

    /// Notes the upload in flash and forgets what was known of an earlier form of it.
    pub(super) fn begin<F: MultiwriteNorFlash>(
        &mut self,
        pending: Pending,
        queue: &mut Queue<'_, F>,
    ) -> Result<(), QueueError> {
        queue.journal().write(Note::Pending, &pending.to_bytes())?;
        let same = self.upload.pending.is_some_and(|before| before.reading == pending.reading);
        let stored = same && self.upload.stored;
        self.upload = Upload { pending: Some(pending), stored, ..Upload::default() };
        self.lost = false;
        Ok(())
    }

    /// The tip that is usual, and a fee that outlives six full blocks; both in wei per gas, within the caps
    /// where the base fee leaves room.
    pub(super) fn fees(&self, head: Head) -> (u128, u128) {
        let tip = head.tip.min(self.settings.policy.max_priority_fee_per_gas);
        let fee = head.base_fee.saturating_mul(2).saturating_add(tip);
        let least = head.base_fee.saturating_add(tip);
        (
            tip,
            if least <= self.settings.policy.max_fee_per_gas {
                fee.min(self.settings.policy.max_fee_per_gas)
            } else {
                fee
            },
        )
    }

    /// Passes over records of an earlier pairing: what an owner did not get in their time is not the next
    /// one's to read. `true` when there were any.
    pub(super) fn forget_other_epochs<F: MultiwriteNorFlash>(
        &mut self,
        queue: &mut Queue<'_, F>,
    ) -> Result<bool, QueueError> {
        let ours = (self.settings.vehicle, self.settings.epoch);
        let mut last = None;
        queue.waiting(|entry| {
            let sealed = entry.payload.try_into().ok().map(SealedRecord::from_bytes);
            match sealed.and_then(|sealed| sealed.head().ok()) {
                Some(head) if (head.vehicle, head.epoch) != ours => {
                    last = Some(entry.seq);
                    ControlFlow::Continue(())
                }
                _ => ControlFlow::Break(()),
            }
        })?;
        let Some(counter) = last else { return Ok(false) };
        queue.acknowledge(Chain::resume(counter, queue.acknowledged().hash()))?;
        self.tell(Event::Forgotten { counter });
        Ok(true)
    }

    /// The public part of the next upload: the newest of its records, the root of them all.
    pub(super) fn next_reading<F: MultiwriteNorFlash>(
        &self,
        queue: &mut Queue<'_, F>,
    ) -> Result<Reading, QueueError> {
        let prev_hash = queue.acknowledged().hash();
        let batch = queue.batch(UPLOAD)?;
        let mut newest = None;
        queue.waiting(|entry| {
            if entry.seq > batch.last() {
                return ControlFlow::Break(());
            }
            let sealed = entry.payload.try_into().ok().map(SealedRecord::from_bytes);
            newest = sealed.and_then(|sealed| sealed.head().ok()).or(newest);
            ControlFlow::Continue(())
        })?;
        let (odometer_km, flags) =
            newest.map_or((0, Flags::new(Source::None)), |head| (head.odometer_km, head.flags));
        let flags = if batch.has_gap() || self.lost { flags.with(Quality::RecordsLost) } else { flags };
        let vehicle = self.settings.vehicle;
        Ok(Reading { vehicle, counter: batch.last(), odometer_km, flags, prev_hash, hash: batch.root() })
    }

    pub(super) const fn deep(&self, head: Head) -> u64 {
        head.number.saturating_sub(self.settings.depth)
    }

    pub(super) fn is_ours(&self, standing: &Standing) -> bool {
        standing.active && standing.vehicle == self.settings.vehicle
    }

    pub(super) fn transaction<'a>(&self, pending: &Pending, data: &'a [u8]) -> Eip1559<'a> {
        Eip1559 {
            chain_id: self.settings.policy.chain_id,
            nonce: pending.nonce,
            max_priority_fee_per_gas: pending.priority_fee,
            max_fee_per_gas: pending.fee,
            gas_limit: self.settings.gas_limit,
            to: self.settings.registry(),
            value: 0,
            data,
        }
    }
}
