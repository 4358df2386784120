use super::{Certificate, Credential, LockDomain, MAX_ATTESTORS, Motion, STATE_LEN, State, Tenure};
use crate::{Address, Duration, Hash, Instant, recover};
use thiserror::Error;

/// What a lock is told once, when it is built into a car.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pins {
    domain: LockDomain,
    attestors: [Address; MAX_ATTESTORS],
    threshold: u8,
    max_offline: u64,
}

impl Pins {
    /// `threshold` of `attestors` have to agree; nothing is good for longer than `max_offline` seconds (see
    /// [`super::MAX_OFFLINE`]).
    pub fn new(
        domain: LockDomain,
        attestors: &[Address],
        threshold: u8,
        max_offline: u64,
    ) -> Result<Self, PinsError> {
        let mut pinned = [Address([0; 20]); MAX_ATTESTORS];
        if attestors.len() > MAX_ATTESTORS {
            return Err(PinsError::TooMany { got: attestors.len() });
        }
        for (place, attestor) in pinned.iter_mut().zip(attestors) {
            *place = *attestor;
        }
        let twice =
            attestors.iter().enumerate().any(|(at, one)| attestors.iter().take(at).any(|two| one == two));
        if twice || attestors.contains(&Address([0; 20])) {
            return Err(PinsError::NotDistinct);
        }
        if threshold == 0 || usize::from(threshold) > attestors.len() {
            return Err(PinsError::Threshold { got: threshold, of: attestors.len() });
        }
        Ok(Self { domain, attestors: pinned, threshold, max_offline })
    }
}

/// Where a lock keeps its state: replaced as a whole, or not at all.
pub trait Store {
    /// Whether it is durable now.
    fn save(&mut self, state: &[u8; STATE_LEN]) -> bool;
}

/// A question that is asked once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Challenge {
    /// What is signed.
    pub nonce: Hash,
    /// The epoch that is signed with it.
    pub epoch: u32,
}

/// An answer: the owner's, or a driver's with the owner's certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Start {
    /// Over [`LockDomain::start`].
    pub signature: [u8; 65],
    /// The driver's certificate and the owner's signature over it; none when the owner drives.
    pub certificate: Option<(Certificate, [u8; 65])>,
}

/// How long a challenge waits for its answer.
const PATIENCE: Duration = Duration::from_secs(30);

/// After this many wrong answers in a row …
const MAX_FAILURES: u8 = 5;
/// … no question is asked for this long.
const PENALTY: Duration = Duration::from_secs(60);

/// How far the clock may be behind the latest time without having gone back, and how rarely the latest time is
/// written to flash, in seconds.
const GRAIN: u64 = 600;

/// A lock. Each method stores what it changes before it says yes.
#[derive(Debug)]
pub struct Lock<S> {
    pins: Pins,
    state: State,
    stored_latest: u64,
    store: S,
    challenge: Option<(Challenge, Instant)>,
    failures: u8,
    failed_at: Instant,
}

impl<S: Store> Lock<S> {
    /// With the state that was stored, or the empty one when the lock is built in.
    pub fn new(pins: Pins, state: State, store: S) -> Self {
        Self {
            pins,
            state,
            stored_latest: state.latest,
            store,
            challenge: None,
            failures: 0,
            failed_at: Instant::default(),
        }
    }

    /// What the lock believes.
    pub const fn state(&self) -> &State {
        &self.state
    }

    /// Takes in what the attestors say. `clock` is the lock's own, in seconds; it may start anywhere.
    pub fn accept(&mut self, tenure: &Tenure, signatures: &[[u8; 65]], clock: u64) -> Result<(), LockError> {
        self.tick(clock)?;
        self.quorum(tenure, signatures)?;
        let state = self.state;
        if tenure.epoch < state.epoch || tenure.epoch == 0 {
            return Err(LockError::OldEpoch { got: tenure.epoch, current: state.epoch });
        }
        if tenure.block <= state.block {
            return Err(LockError::Stale { got: tenure.block, last: state.block });
        }
        if tenure.expiry > tenure.issued.saturating_add(self.pins.max_offline) {
            return Err(LockError::TooLong { most: self.pins.max_offline });
        }
        // The chain's time moves a clock that is behind; one that is ahead stays.
        let now = self.now(clock).max(tenure.issued).max(state.latest);
        if tenure.expiry <= now {
            return Err(LockError::Expired);
        }
        let new_epoch = tenure.epoch > state.epoch;
        self.save(State {
            epoch: tenure.epoch,
            block: tenure.block,
            owner: tenure.owner,
            until: tenure.expiry,
            latest: now,
            offset: now.saturating_sub(clock),
            recovery: if new_epoch { Address([0; 20]) } else { state.recovery },
        })?;
        if new_epoch {
            self.challenge = None;
        }
        Ok(())
    }

    /// Takes in the owner's choice of a recovery key, good until the epoch ends.
    pub fn set_recovery(&mut self, credential: &Credential, signature: &[u8; 65]) -> Result<(), LockError> {
        if credential.epoch != self.state.epoch || self.state.epoch == 0 {
            return Err(LockError::OldEpoch { got: credential.epoch, current: self.state.epoch });
        }
        if recover(credential.digest(&self.pins.domain).as_bytes(), signature) != Some(self.state.owner) {
            return Err(LockError::Signature);
        }
        self.save(State { recovery: credential.recovery, ..self.state })
    }

    /// Asks a question. `nonce` is fresh from the true random generator; the question before it is void.
    pub fn challenge(&mut self, nonce: Hash, at: Instant) -> Result<Challenge, LockError> {
        if self.failures >= MAX_FAILURES && at.since(self.failed_at) < PENALTY {
            return Err(LockError::Backoff);
        }
        let challenge = Challenge { nonce, epoch: self.state.epoch };
        self.challenge = Some((challenge, at));
        Ok(challenge)
    }

    /// Whether the car may be released for this answer. The question is used up, whatever the answer is worth.
    pub fn start(
        &mut self,
        start: &Start,
        motion: &Motion,
        clock: u64,
        at: Instant,
    ) -> Result<(), LockError> {
        let challenge = self.take_challenge(motion, at)?;
        self.tick(clock)?;
        let now = self.now(clock);
        if now >= self.state.until {
            return Err(LockError::Expired);
        }
        let driver = match &start.certificate {
            None => self.state.owner,
            Some((certificate, signature)) => self.certified(certificate, signature, now)?,
        };
        let digest = self.pins.domain.start(&challenge.nonce, challenge.epoch);
        self.judge(recover(digest.as_bytes(), &start.signature) == Some(driver), at)
    }

    /// Whether the car may be released for the recovery key's answer, which needs neither a tenure nor a clock.
    pub fn recover(&mut self, signature: &[u8; 65], motion: &Motion, at: Instant) -> Result<(), LockError> {
        let challenge = self.take_challenge(motion, at)?;
        let digest = self.pins.domain.recover(&challenge.nonce, challenge.epoch);
        let signer = recover(digest.as_bytes(), signature);
        let set = self.state.recovery != Address([0; 20]);
        self.judge(set && signer == Some(self.state.recovery), at)
    }

    /// Whether the car may be immobilised: only one that was seen to stand.
    pub fn engage(&self, motion: &Motion, at: Instant) -> Result<(), LockError> {
        if motion.surely_stands(at) { Ok(()) } else { Err(LockError::Moving) }
    }

    fn take_challenge(&mut self, motion: &Motion, at: Instant) -> Result<Challenge, LockError> {
        if !motion.stands(at) {
            return Err(LockError::Moving);
        }
        let (challenge, asked) = self.challenge.take().ok_or(LockError::NoChallenge)?;
        if at.since(asked) > PATIENCE {
            return Err(LockError::NoChallenge);
        }
        if challenge.epoch != self.state.epoch || challenge.epoch == 0 {
            return Err(LockError::OldEpoch { got: challenge.epoch, current: self.state.epoch });
        }
        Ok(challenge)
    }

    /// The driver of a certificate that holds now.
    fn certified(
        &self,
        certificate: &Certificate,
        signature: &[u8; 65],
        now: u64,
    ) -> Result<Address, LockError> {
        if certificate.epoch != self.state.epoch {
            return Err(LockError::OldEpoch { got: certificate.epoch, current: self.state.epoch });
        }
        if certificate.until > certificate.from.saturating_add(self.pins.max_offline) {
            return Err(LockError::TooLong { most: self.pins.max_offline });
        }
        if now < certificate.from || now >= certificate.until {
            return Err(LockError::Expired);
        }
        if recover(certificate.digest(&self.pins.domain).as_bytes(), signature) != Some(self.state.owner) {
            return Err(LockError::Signature);
        }
        Ok(certificate.driver)
    }

    fn quorum(&self, tenure: &Tenure, signatures: &[[u8; 65]]) -> Result<(), LockError> {
        let digest = tenure.digest(&self.pins.domain);
        let mut agreed = [false; MAX_ATTESTORS];
        for signature in signatures.iter().take(MAX_ATTESTORS) {
            let signer = recover(digest.as_bytes(), signature).filter(|signer| *signer != Address([0; 20]));
            let place = self.pins.attestors.iter().position(|attestor| Some(*attestor) == signer);
            if let Some(agreed) = place.and_then(|place| agreed.get_mut(place)) {
                *agreed = true;
            }
        }
        let count = agreed.iter().filter(|agreed| **agreed).count();
        if count < usize::from(self.pins.threshold) {
            return Err(LockError::Quorum { got: count, need: self.pins.threshold });
        }
        Ok(())
    }

    /// The time as the lock has it.
    fn now(&self, clock: u64) -> u64 {
        clock.saturating_add(self.state.offset)
    }

    /// Follows the clock. One that went back ends the tenure: what is good until some time would be good again.
    fn tick(&mut self, clock: u64) -> Result<(), LockError> {
        let now = self.now(clock);
        let back = self.state.latest.saturating_sub(now) > GRAIN;
        if back && self.state.until != 0 {
            return self.save(State { until: 0, ..self.state });
        }
        if now > self.state.latest {
            self.state.latest = now;
            if now.saturating_sub(self.stored_latest) >= GRAIN {
                return self.save(self.state);
            }
        }
        Ok(())
    }

    fn save(&mut self, state: State) -> Result<(), LockError> {
        if !self.store.save(&state.to_bytes()) {
            return Err(LockError::Store);
        }
        self.state = state;
        self.stored_latest = state.latest;
        Ok(())
    }

    fn judge(&mut self, right: bool, at: Instant) -> Result<(), LockError> {
        if right {
            self.failures = 0;
            return Ok(());
        }
        self.failures = self.failures.saturating_add(1);
        self.failed_at = at;
        Err(LockError::Signature)
    }
}

/// Pins that no lock can work with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum PinsError {
    /// More attestors than a lock knows.
    #[error("{got} attestors are more than {MAX_ATTESTORS}")]
    TooMany {
        /// How many there were.
        got: usize,
    },
    /// An attestor stands there twice, or is the zero address.
    #[error("the attestors are not distinct accounts")]
    NotDistinct,
    /// None, or more than there are.
    #[error("{got} of {of} attestors cannot be asked to agree")]
    Threshold {
        /// How many have to agree.
        got: u8,
        /// How many there are.
        of: usize,
    },
}

/// Why a lock says no. The car stays as it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum LockError {
    /// The car moves, or is not known to stand.
    #[error("the car is not known to stand")]
    Moving,
    /// No question is open: none was asked, it was answered already, or the answer came too late.
    #[error("no challenge is open; ask for one and answer within 30 seconds")]
    NoChallenge,
    /// Too many wrong answers.
    #[error("too many wrong answers; wait a minute")]
    Backoff,
    /// The signature is not of the one whose it has to be.
    #[error("the signature is not of the owner, driver or recovery key")]
    Signature,
    /// Not enough attestors agree.
    #[error("{got} attestors agree, {need} have to")]
    Quorum {
        /// How many signed this, each counted once.
        got: usize,
        /// How many have to.
        need: u8,
    },
    /// Of an owner before, or of no owner at all.
    #[error("key epoch {got} is not the current one, {current}")]
    OldEpoch {
        /// The statement's.
        got: u32,
        /// The lock's.
        current: u32,
    },
    /// The lock has seen this block or a later one.
    #[error("block {got} is not after block {last}")]
    Stale {
        /// The statement's.
        got: u64,
        /// The lock's.
        last: u64,
    },
    /// Good for longer than the lock allows.
    #[error("good for longer than {most} seconds")]
    TooLong {
        /// In seconds.
        most: u64,
    },
    /// Not good yet or any more, or ended by a clock that went back.
    #[error("expired: bring a new statement of the attestors, or the recovery key")]
    Expired,
    /// The state could not be stored.
    #[error("the lock's memory failed")]
    Store,
}
