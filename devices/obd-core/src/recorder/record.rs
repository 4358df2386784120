use super::Commitment;
use super::bucket::{Bucket, scope};
use crate::poll;
use crate::queue::{Priority, Queue, QueueError};
use crate::record::{
    Content, EpochKeys, Event, Identity, Period, Record, SEALED_LEN, Scope, SealedRecord, Time, TimeSource,
};
use crate::{Chain, ChainError, Flags, Quality, Source};
use embedded_storage::nor_flash::MultiwriteNorFlash;
use thiserror::Error;

/// Collects what the car says and makes records of it.
pub struct Recorder {
    keys: EpochKeys,
    commitment: Option<Commitment>,
    chain: Chain,
    start: u16,
    period: Period,
    odometer: u32,
    source: Source,
    partial: bool,
    power_lost: bool,
    identity: Option<Identity>,
    other_vehicle: bool,
    trip: Bucket,
    health: Bucket,
    energy: Bucket,
}

impl Recorder {
    /// Goes on from the newest record in the queue: with its period, or with `period` where there is none, for
    /// records of a time when no clock is set. `start` counts the device's starts.
    pub fn open<F: MultiwriteNorFlash>(
        keys: EpochKeys,
        commitment: Option<Commitment>,
        start: u16,
        period: Period,
        queue: &mut Queue<'_, F>,
    ) -> Result<Self, QueueError> {
        let mut newest = [0; SEALED_LEN];
        let found = queue.newest_payload(&mut newest)?.is_some();
        let sealed = SealedRecord::from_bytes(newest);
        let hash = if found { sealed.hash() } else { [0; 32] };
        let mut recorder = Self {
            keys,
            commitment,
            chain: Chain::resume(queue.newest(), hash),
            start,
            period,
            odometer: 0,
            source: Source::None,
            partial: false,
            power_lost: queue.newest() > 0,
            identity: None,
            other_vehicle: false,
            trip: Bucket::default(),
            health: Bucket::default(),
            energy: Bucket::default(),
        };
        // The last odometer stands until the car gives a new one, the last period until a clock is set.
        if let Ok(head) = sealed.head() {
            recorder.period = head.period;
            recorder.odometer = head.odometer_km.saturating_mul(10);
            recorder.source = head.flags.source();
        }
        Ok(recorder)
    }

    /// Whether this is the car that the device was paired with, as far as it has said. When it is not,
    /// nothing is stored but that fact, and uploads are to stop.
    pub const fn is_other_vehicle(&self) -> bool {
        self.other_vehicle
    }

    /// The chain of records, as it would go on.
    pub const fn chain(&self) -> Chain {
        self.chain
    }

    /// Takes in what was learnt. What cannot wait, or has no room, is stored at once; gives the number of
    /// records stored.
    pub fn note<F: MultiwriteNorFlash>(
        &mut self,
        event: &poll::Event,
        time: Time,
        queue: &mut Queue<'_, F>,
    ) -> Result<u32, StoreError> {
        if self.other_vehicle && !matches!(event, poll::Event::Vin(_)) {
            return Ok(0);
        }
        match event {
            poll::Event::Vin(vin) => {
                self.other_vehicle = self.commitment.is_some_and(|commitment| !commitment.is_of(vin));
                if self.other_vehicle {
                    self.trip = Bucket::default();
                    self.trip.event = Some(Event::OtherVehicle);
                    return self.store(time, queue);
                }
                let cvn = self.identity.map_or([0; 8], |identity| identity.cvn);
                self.identity = Some(Identity { vin: *vin.as_bytes(), cvn });
            }
            poll::Event::VerificationNumbers { numbers, .. } => {
                if let Some(identity) = &mut self.identity {
                    let numbers = numbers.iter().flatten().map(|number| u32::from_be_bytes(*number));
                    let free = identity.cvn.iter_mut().filter(|cvn| **cvn == 0);
                    free.zip(numbers).for_each(|(place, number)| *place = number);
                }
            }
            poll::Event::Odometer(reading) => {
                self.odometer = reading.tenths;
                self.source = reading.source.into();
            }
            poll::Event::Nonsense(_) => self.partial = true,
            poll::Event::Cleared(_) => self.health.event = Some(Event::CodesCleared),
            poll::Event::Connected(_) => self.trip.event = Some(Event::IgnitionOn),
            poll::Event::Silent { .. } => self.trip.event = Some(Event::IgnitionOff),
            _ => {}
        }
        let mut stored = 0_u32;
        for sample in event.samples() {
            if !self.bucket(scope(sample.signal)).add(sample) {
                stored = stored.saturating_add(self.store(time, queue)?);
                self.bucket(scope(sample.signal)).add(sample);
            }
        }
        if matches!(event, poll::Event::Cleared(_)) {
            stored = stored.saturating_add(self.store(time, queue)?);
        }
        Ok(stored)
    }

    /// Seals what was collected into records and queues them; gives their number. What is queued when this
    /// returns survives any power cut; the rest is collected again.
    pub fn store<F: MultiwriteNorFlash>(
        &mut self,
        time: Time,
        queue: &mut Queue<'_, F>,
    ) -> Result<u32, StoreError> {
        if let Some(period) = Period::of(time) {
            self.period = period;
        }
        let mut stored = 0_u32;
        if self.other_vehicle {
            if let Some((content, event)) = self.trip.take(Scope::Trip) {
                self.put(content, event, time, queue)?;
                stored = 1;
            }
            return Ok(stored);
        }
        if let Some(identity) = self.identity.take() {
            self.put(Content::Identity(identity), Event::IgnitionOn, time, queue)?;
            stored = stored.saturating_add(1);
        }
        for scope in [Scope::Health, Scope::Energy, Scope::Trip] {
            if let Some((content, event)) = self.bucket(scope).take(scope) {
                self.put(content, event, time, queue)?;
                stored = stored.saturating_add(1);
            }
        }
        Ok(stored)
    }

    fn put<F: MultiwriteNorFlash>(
        &mut self,
        content: Content,
        event: Event,
        time: Time,
        queue: &mut Queue<'_, F>,
    ) -> Result<(), StoreError> {
        // The queue may have moved on: the registry was further.
        if queue.newest() > self.chain.counter() {
            self.chain = Chain::resume(queue.newest(), self.chain.hash());
        }
        let unset = time.source == TimeSource::Unset;
        let qualities = [
            (unset, Quality::ClockUnset),
            (self.partial, Quality::Partial),
            (self.power_lost, Quality::PowerLost),
            (self.other_vehicle, Quality::OtherVehicle),
        ];
        let flags = qualities
            .into_iter()
            .filter(|(is_so, _)| *is_so)
            .fold(Flags::new(self.source), |flags, (_, quality)| flags.with(quality));
        let record = Record { time, event, flags, start: self.start, odometer: self.odometer, content };
        let mut chain = self.chain;
        let (sealed, _) = SealedRecord::seal(&record, self.period, &self.keys, &mut chain)?;
        let important = matches!(event, Event::CodesCleared | Event::CodesChanged | Event::OtherVehicle)
            || matches!(content, Content::Identity(_));
        let priority = if important { Priority::High } else { Priority::Low };
        queue.push(priority, chain.counter(), sealed.as_bytes())?;
        self.chain = chain;
        (self.partial, self.power_lost) = (false, false);
        Ok(())
    }

    const fn bucket(&mut self, scope: Scope) -> &mut Bucket {
        match scope {
            Scope::Health => &mut self.health,
            Scope::Energy => &mut self.energy,
            Scope::Trip | Scope::Identity => &mut self.trip,
        }
    }
}

/// A record is not stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum StoreError {
    /// Flash.
    #[error(transparent)]
    Queue(#[from] QueueError),
    /// No number is left.
    #[error(transparent)]
    Chain(#[from] ChainError),
}
