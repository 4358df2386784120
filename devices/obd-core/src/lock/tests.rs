use super::*;
use crate::{Address, Digest, Instant, Key};
use std::{cell::RefCell, rc::Rc, vec::Vec};

/// Keeps the state; a second handle sees what survives a restart, and can make the memory fail.
#[derive(Clone, Debug, Default)]
struct Memory(Rc<RefCell<(Vec<u8>, bool)>>);

impl Store for Memory {
    fn save(&mut self, state: &[u8; STATE_LEN]) -> bool {
        let mut memory = self.0.borrow_mut();
        if !memory.1 {
            memory.0 = state.to_vec();
        }
        !memory.1
    }
}

impl Memory {
    fn state(&self) -> State {
        State::from_bytes(&self.0.borrow().0[..].try_into().unwrap()).unwrap()
    }
}

const LOCK: Address = Address([0x10; 20]);
const HOUR: u64 = 3_600;
/// When the tests begin, by the chain and by the lock's clock.
const T0: u64 = 1_800_000_000;

fn key(seed: u8) -> Key {
    Key::from_bytes(&[seed; 32]).unwrap()
}

fn attestors() -> [Key; 3] {
    [key(1), key(2), key(3)]
}

fn owner() -> Key {
    key(10)
}

fn domain() -> LockDomain {
    LockDomain::new(1337, LOCK)
}

fn pins() -> Pins {
    Pins::new(domain(), &attestors().map(|key| key.address()), 2, MAX_OFFLINE).unwrap()
}

fn sign(key: &Key, digest: Digest) -> [u8; 65] {
    key.sign(&digest).unwrap().to_bytes()
}

fn tenure(epoch: u32, block: u64) -> Tenure {
    let issued = T0 + block * 13;
    Tenure { epoch, owner: owner().address(), block, issued, expiry: issued + 48 * HOUR }
}

fn signed_by(tenure: &Tenure, signers: &[u8]) -> Vec<[u8; 65]> {
    signers.iter().map(|seed| sign(&key(*seed), tenure.digest(&domain()))).collect()
}

fn accept(lock: &mut Lock<Memory>, tenure: &Tenure, clock: u64) -> Result<(), LockError> {
    lock.accept(tenure, &signed_by(tenure, &[1, 3]), clock)
}

/// In epoch 1, with a tenure of block 100.
fn lock() -> (Lock<Memory>, Memory) {
    let memory = Memory::default();
    let mut lock = Lock::new(pins(), State::default(), memory.clone());
    accept(&mut lock, &tenure(1, 100), T0).unwrap();
    (lock, memory)
}

fn at(seconds: u64) -> Instant {
    Instant::from_millis(seconds * 1_000)
}

/// A car that has stood since second 0, looked at until `seconds`.
fn parked(seconds: u64) -> Motion {
    let mut motion = Motion::default();
    for second in 0..=seconds {
        motion.see(Seen::Driving { speed: 0, rpm: Some(0) }, at(second));
    }
    motion
}

fn answer(lock: &mut Lock<Memory>, driver: &Key, nonce: u8) -> Start {
    let challenge = lock.challenge([nonce; 32], at(10)).unwrap();
    let signature = sign(driver, domain().start(&challenge.nonce, challenge.epoch));
    Start { signature, certificate: None }
}

#[test]
fn the_owner_starts_the_car_once_per_challenge() {
    let (mut lock, _) = lock();
    let start = answer(&mut lock, &owner(), 1);
    assert_eq!(lock.start(&start, &parked(11), T0, at(11)), Ok(()));
    assert_eq!(lock.start(&start, &parked(11), T0, at(11)), Err(LockError::NoChallenge), "replayed");
    answer(&mut lock, &owner(), 2);
    assert_eq!(
        lock.start(&start, &parked(11), T0, at(11)),
        Err(LockError::Signature),
        "of another challenge"
    );
    let start = answer(&mut lock, &owner(), 3);
    assert_eq!(lock.start(&start, &parked(41), T0, at(41)), Err(LockError::NoChallenge), "too late");
    let start = answer(&mut lock, &key(11), 4);
    assert_eq!(lock.start(&start, &parked(11), T0, at(11)), Err(LockError::Signature), "a stranger's");
}

#[test]
fn a_response_for_another_lock_or_chain_is_none() {
    for domain in [LockDomain::new(1337, Address([0x11; 20])), LockDomain::new(1, LOCK)] {
        let (mut lock, _) = lock();
        let challenge = lock.challenge([1; 32], at(10)).unwrap();
        let signature = sign(&owner(), domain.start(&challenge.nonce, challenge.epoch));
        let start = Start { signature, certificate: None };
        assert_eq!(lock.start(&start, &parked(11), T0, at(11)), Err(LockError::Signature));
    }
}

#[test]
fn nothing_is_done_to_a_car_that_may_move() {
    let (mut lock, _) = lock();
    let start = answer(&mut lock, &owner(), 1);
    let stood = |seen: &[Seen]| {
        let mut motion = parked(7);
        for (seen, second) in seen.iter().zip(8..) {
            motion.see(*seen, at(second));
        }
        motion
    };
    let rolls = Seen::Driving { speed: 1, rpm: Some(0) };
    let idles = Seen::Driving { speed: 0, rpm: Some(800) };
    let still = Seen::Driving { speed: 0, rpm: None };
    let moving = [
        Motion::default(),
        parked(4),
        parked(8),
        stood(&[still, still, still, rolls]),
        stood(&[still, still, still, idles]),
        stood(&[still, still, still, Seen::Unknown]),
        stood(&[rolls, still, still, still]),
    ];
    for motion in moving {
        assert_eq!(lock.start(&start, &motion, T0, at(11)), Err(LockError::Moving), "{motion:?}");
        assert_eq!(lock.recover(&start.signature, &motion, at(11)), Err(LockError::Moving));
        assert_eq!(lock.engage(&motion, at(11)), Err(LockError::Moving));
    }
    // The question is still open: a car that moves uses none up.
    assert_eq!(lock.engage(&parked(11), at(11)), Ok(()));
    assert_eq!(lock.start(&start, &parked(11), T0, at(11)), Ok(()));
}

#[test]
fn a_silent_bus_releases_but_never_immobilises_by_itself() {
    let (mut lock, _) = lock();
    let mut silent = Motion::default();
    (0..=11).for_each(|second| silent.see(Seen::Silent, at(second)));
    assert_eq!(lock.engage(&silent, at(11)), Err(LockError::Moving), "a cut wire is silent too");
    let start = answer(&mut lock, &owner(), 1);
    assert_eq!(lock.start(&start, &silent, T0, at(11)), Ok(()));
    // A car that was seen to stand and then fell asleep.
    let mut asleep = parked(5);
    (6..=11).for_each(|second| asleep.see(Seen::Silent, at(second)));
    assert_eq!(lock.engage(&asleep, at(11)), Ok(()));
}

#[test]
fn a_tenure_needs_t_distinct_pinned_attestors_over_every_field() {
    let (mut lock, _) = lock();
    let next = tenure(1, 101);
    let digest = |tenure: Tenure| tenure.digest(&domain());
    let quorum = |got| Err(LockError::Quorum { got, need: 2 });
    assert_eq!(lock.accept(&next, &[], T0), quorum(0));
    assert_eq!(lock.accept(&next, &signed_by(&next, &[1]), T0), quorum(1));
    assert_eq!(lock.accept(&next, &signed_by(&next, &[1, 1, 1]), T0), quorum(1), "one counts once");
    assert_eq!(
        lock.accept(&next, &signed_by(&next, &[1, 4, 10]), T0),
        quorum(1),
        "strangers count for nothing"
    );
    let changed = [
        Tenure { epoch: 2, ..next },
        Tenure { owner: key(11).address(), ..next },
        Tenure { block: 102, ..next },
        Tenure { issued: next.issued - 1, ..next },
        Tenure { expiry: next.expiry + 1, ..next },
    ];
    for other in changed {
        assert_eq!(lock.accept(&other, &signed_by(&next, &[1, 2]), T0), quorum(0), "{other:?}");
    }
    let elsewhere = LockDomain::new(1, LOCK);
    let foreign = [1, 2].map(|seed| sign(&key(seed), next.digest(&elsewhere)));
    assert_eq!(lock.accept(&next, &foreign, T0), quorum(0), "of another chain");
    assert_ne!(digest(next), next.digest(&elsewhere));
    assert_eq!(lock.accept(&next, &signed_by(&next, &[2, 3]), T0), Ok(()));
}

#[test]
fn the_epoch_never_falls_and_the_block_always_rises() {
    let (mut lock, memory) = lock();
    accept(&mut lock, &tenure(3, 200), T0).unwrap();
    let old = Err(LockError::OldEpoch { got: 2, current: 3 });
    assert_eq!(accept(&mut lock, &tenure(2, 300), T0), old, "a later block with an older epoch");
    assert_eq!(
        accept(&mut lock, &tenure(3, 200), T0),
        Err(LockError::Stale { got: 200, last: 200 }),
        "replayed"
    );
    assert_eq!(accept(&mut lock, &tenure(4, 199), T0), Err(LockError::Stale { got: 199, last: 200 }));
    // Not after a restart either.
    let mut lock = Lock::new(pins(), memory.state(), memory);
    assert_eq!(accept(&mut lock, &tenure(2, 300), T0), old);
    assert_eq!(accept(&mut lock, &tenure(0, 300), T0), Err(LockError::OldEpoch { got: 0, current: 3 }));
}

#[test]
fn answers_and_certificates_of_an_old_epoch_are_refused() {
    let (mut lock, _) = lock();
    let start = answer(&mut lock, &owner(), 1);
    let certificate = Certificate { epoch: 1, driver: key(20).address(), from: T0, until: T0 + HOUR };
    let by_owner = sign(&owner(), certificate.digest(&domain()));
    let buyer = key(12);
    let sold = Tenure { owner: buyer.address(), ..tenure(2, 101) };
    accept(&mut lock, &sold, T0).unwrap();
    assert_eq!(
        lock.start(&start, &parked(11), T0, at(11)),
        Err(LockError::NoChallenge),
        "asked before the sale"
    );
    let start = answer(&mut lock, &owner(), 2);
    assert_eq!(lock.start(&start, &parked(11), T0, at(11)), Err(LockError::Signature), "the seller's");
    let start = Start { certificate: Some((certificate, by_owner)), ..answer(&mut lock, &key(20), 3) };
    let old = Err(LockError::OldEpoch { got: 1, current: 2 });
    assert_eq!(lock.start(&start, &parked(11), T0, at(11)), old, "the seller's driver");
    let start = answer(&mut lock, &buyer, 4);
    assert_eq!(lock.start(&start, &parked(11), T0, at(11)), Ok(()));
}

#[test]
fn a_driver_starts_with_a_certificate_while_it_holds() {
    let driver = key(20);
    let good = Certificate { epoch: 1, driver: driver.address(), from: T0 + HOUR, until: T0 + 2 * HOUR };
    let try_with = |certificate: Certificate, signer: &Key, clock: u64| {
        let (mut lock, _) = lock();
        let signature = sign(signer, certificate.digest(&domain()));
        let start = Start { certificate: Some((certificate, signature)), ..answer(&mut lock, &driver, 1) };
        lock.start(&start, &parked(11), clock, at(11))
    };
    // The lock's clock was set to the block's time, 1,300 seconds later than the clock's own.
    let ahead = 1_300;
    assert_eq!(try_with(good, &owner(), T0 + HOUR - ahead), Ok(()));
    assert_eq!(try_with(good, &owner(), T0 + HOUR - ahead - 1), Err(LockError::Expired), "not yet");
    assert_eq!(try_with(good, &owner(), T0 + 2 * HOUR - ahead), Err(LockError::Expired), "not any more");
    assert_eq!(try_with(good, &driver, T0 + HOUR), Err(LockError::Signature), "signed by the driver");
    let other = Certificate { driver: key(21).address(), ..good };
    assert_eq!(try_with(other, &owner(), T0 + HOUR), Err(LockError::Signature), "another driver's");
    let long = Certificate { until: good.from + MAX_OFFLINE + 1, ..good };
    assert_eq!(try_with(long, &owner(), T0 + HOUR), Err(LockError::TooLong { most: MAX_OFFLINE }));
    let longest = Certificate { until: good.from + MAX_OFFLINE, ..good };
    assert_eq!(try_with(longest, &owner(), T0 + HOUR), Ok(()));
}

#[test]
fn a_tenure_runs_out_and_cannot_be_long() {
    let (mut lock, _) = lock();
    let start = answer(&mut lock, &owner(), 1);
    assert_eq!(lock.start(&start, &parked(11), T0 + 48 * HOUR, at(11)), Err(LockError::Expired));
    let long = Tenure { expiry: tenure(1, 101).issued + MAX_OFFLINE + 1, ..tenure(1, 101) };
    let (mut lock, _) = self::lock();
    assert_eq!(accept(&mut lock, &long, T0), Err(LockError::TooLong { most: MAX_OFFLINE }));
    assert_eq!(accept(&mut lock, &tenure(1, 101), T0 + 80 * HOUR), Err(LockError::Expired));
}

#[test]
fn a_clock_that_goes_back_ends_the_tenure_until_a_new_one_comes() {
    let (mut lock, memory) = lock();
    let start = answer(&mut lock, &owner(), 1);
    assert_eq!(lock.start(&start, &parked(11), T0 + 40 * HOUR, at(11)), Ok(()));
    // The battery was pulled: the clock begins at 0, and the lock restarts.
    let mut lock = Lock::new(pins(), memory.state(), memory.clone());
    let start = answer(&mut lock, &owner(), 2);
    assert_eq!(lock.start(&start, &parked(11), 5, at(11)), Err(LockError::Expired));
    // It stays ended when the clock is put right again, or set to a time before the expiry.
    let start = answer(&mut lock, &owner(), 3);
    assert_eq!(lock.start(&start, &parked(11), T0 + HOUR, at(11)), Err(LockError::Expired));
    assert_eq!(memory.state().until, 0);
    // The same word of the attestors does not help, a later one does and brings the time.
    assert_eq!(accept(&mut lock, &tenure(1, 100), 6), Err(LockError::Stale { got: 100, last: 100 }));
    accept(&mut lock, &tenure(1, 12_000), 6).unwrap();
    let start = answer(&mut lock, &owner(), 4);
    assert_eq!(lock.start(&start, &parked(11), 7, at(11)), Ok(()));
    let start = answer(&mut lock, &owner(), 5);
    assert_eq!(lock.start(&start, &parked(11), 6 + 48 * HOUR, at(11)), Err(LockError::Expired));
}

#[test]
fn the_recovery_key_starts_the_car_when_all_else_has_run_out() {
    let (mut lock, memory) = lock();
    let recovery = key(30);
    let credential = Credential { epoch: 1, recovery: recovery.address() };
    let by_stranger = sign(&key(11), credential.digest(&domain()));
    assert_eq!(lock.set_recovery(&credential, &by_stranger), Err(LockError::Signature));
    let recover = |lock: &mut Lock<Memory>, signer: &Key, nonce: u8| {
        let challenge = lock.challenge([nonce; 32], at(10)).unwrap();
        let signature = sign(signer, domain().recover(&challenge.nonce, challenge.epoch));
        lock.recover(&signature, &parked(11), at(11))
    };
    assert_eq!(recover(&mut lock, &recovery, 1), Err(LockError::Signature), "not set yet");
    lock.set_recovery(&credential, &sign(&owner(), credential.digest(&domain()))).unwrap();

    let mut lock = Lock::new(pins(), memory.state(), memory);
    assert_eq!(recover(&mut lock, &recovery, 2), Ok(()), "after a restart, whatever the clock says");
    assert_eq!(recover(&mut lock, &owner(), 3), Err(LockError::Signature), "only that key");
    let start = answer(&mut lock, &recovery, 4);
    assert_eq!(lock.start(&start, &parked(11), T0, at(11)), Err(LockError::Signature), "only for recovery");

    accept(&mut lock, &tenure(1, 101), T0).unwrap();
    assert_eq!(recover(&mut lock, &recovery, 5), Ok(()), "the same epoch keeps it");
    accept(&mut lock, &tenure(2, 102), T0).unwrap();
    assert_eq!(recover(&mut lock, &recovery, 6), Err(LockError::Signature), "a sale ends it");
    let old = LockError::OldEpoch { got: 1, current: 2 };
    assert_eq!(lock.set_recovery(&credential, &sign(&owner(), credential.digest(&domain()))), Err(old));
}

#[test]
fn what_cannot_be_stored_is_not_believed() {
    let (mut lock, memory) = lock();
    memory.0.borrow_mut().1 = true;
    let before = *lock.state();
    assert_eq!(accept(&mut lock, &tenure(2, 200), T0), Err(LockError::Store));
    assert_eq!(*lock.state(), before);
}

#[test]
fn a_lock_without_a_tenure_starts_for_nobody() {
    let mut lock = Lock::new(pins(), State::default(), Memory::default());
    for signer in [owner(), key(1)] {
        let start = answer(&mut lock, &signer, 1);
        let none = Err(LockError::OldEpoch { got: 0, current: 0 });
        assert_eq!(lock.start(&start, &parked(11), T0, at(11)), none);
    }
    let zero = Start { signature: [0; 65], certificate: None };
    lock.challenge([1; 32], at(10)).unwrap();
    assert!(lock.start(&zero, &parked(11), 0, at(11)).is_err());
}

#[test]
fn guesses_are_slowed_down() {
    let (mut lock, _) = lock();
    for nonce in 0..5 {
        let start = answer(&mut lock, &key(11), nonce);
        assert_eq!(lock.start(&start, &parked(11), T0, at(11)), Err(LockError::Signature));
    }
    assert_eq!(lock.challenge([9; 32], at(12)), Err(LockError::Backoff));
    assert!(lock.challenge([9; 32], at(72)).is_ok());
}

#[test]
fn pins_must_make_sense() {
    let [a, b, _] = attestors().map(|key| key.address());
    let new = |attestors: &[Address], threshold| Pins::new(domain(), attestors, threshold, MAX_OFFLINE);
    assert_eq!(new(&[a, b], 0), Err(PinsError::Threshold { got: 0, of: 2 }));
    assert_eq!(new(&[a, b], 3), Err(PinsError::Threshold { got: 3, of: 2 }));
    assert_eq!(new(&[a, a], 1), Err(PinsError::NotDistinct));
    assert_eq!(new(&[a, Address([0; 20])], 1), Err(PinsError::NotDistinct));
    assert_eq!(new(&[a; 9], 1), Err(PinsError::TooMany { got: 9 }));
}

#[test]
fn a_damaged_state_is_no_state() {
    let (_, memory) = lock();
    let bytes: [u8; STATE_LEN] = memory.state().to_bytes();
    for at in 0..STATE_LEN {
        let mut bad = bytes;
        bad[at] ^= 1;
        assert_eq!(State::from_bytes(&bad), None, "byte {at}");
    }
    assert_eq!(State::from_bytes(&[0xff; STATE_LEN]), None);
}
