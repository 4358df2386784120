//! The queue on a chip whose power is cut at every write and erase of a recorded run.

use flash_mock::{Flash, Torn};
use obd_core::queue::{Chip, Layout, MAX_BATCH, Priority, Proof, Queue, QueueError, verify};
use obd_core::{Chain, keccak256};
use std::collections::BTreeMap;

const PAGE: u32 = 1024;
const PAGES: usize = 8;
type Nor = Flash<{ PAGE as usize }>;

fn layout() -> Layout {
    Layout { main: 0..4 * PAGE, keep: 4 * PAGE..6 * PAGE, journal: 6 * PAGE..8 * PAGE }
}

/// Bytes that differ for each number, of differing lengths, never 64.
fn payload(seq: u64) -> Vec<u8> {
    let seq = u8::try_from(seq % 251).unwrap();
    vec![seq; 100 + usize::from(seq % 7)]
}

fn priority(seq: u64) -> Priority {
    if seq.is_multiple_of(5) { Priority::High } else { Priority::Low }
}

fn numbers(queue: &mut Queue<'_, Nor>) -> Vec<u64> {
    let mut numbers = Vec::new();
    queue
        .waiting(|entry| {
            assert_eq!(entry.payload, payload(entry.seq));
            assert_eq!(entry.priority, priority(entry.seq));
            numbers.push(entry.seq);
            std::ops::ControlFlow::Continue(())
        })
        .unwrap();
    assert!(numbers.is_sorted_by(|a, b| a < b), "{numbers:?}");
    numbers
}

/// What the rest of the world saw: the registry's records, and what the queue promised.
struct World {
    /// Counter → root, as uploaded.
    registry: BTreeMap<u64, [u8; 32]>,
    /// Uploads of a counter that the registry held already; its counter check refuses these.
    refused: usize,
    counter_check: bool,
    twice: usize,
    stored: u64,
    acknowledged: u64,
}

impl World {
    const fn new(counter_check: bool) -> Self {
        Self { registry: BTreeMap::new(), refused: 0, counter_check, twice: 0, stored: 0, acknowledged: 0 }
    }

    fn record(&mut self, counter: u64, root: [u8; 32]) {
        let last = self.registry.last_key_value().map_or(0, |(last, _)| *last);
        if counter <= last && self.counter_check {
            self.refused += 1;
        } else if self.registry.insert(counter, root).is_some() || counter <= last {
            self.twice += 1;
        }
    }

    /// One run of a device, from a start to the end of the script or a power cut.
    fn run(&mut self, chip: &Chip<Nor>, to: u64) -> Result<(), QueueError> {
        let mut queue = Queue::open(chip, layout())?;
        while queue.newest() < to {
            let seq = queue.newest() + 1;
            queue.push(priority(seq), seq, &payload(seq))?;
            self.stored = self.stored.max(seq);
            // Uploads fall behind, so that the ring overflows.
            if seq.is_multiple_of(17) {
                self.upload(&mut queue, 3)?;
            }
        }
        while !queue.batch(1)?.leaves().is_empty() {
            self.upload(&mut queue, MAX_BATCH)?;
        }
        Ok(())
    }

    fn upload(&mut self, queue: &mut Queue<'_, Nor>, limit: usize) -> Result<(), QueueError> {
        let batch = queue.batch(limit)?;
        if batch.leaves().is_empty() {
            return Ok(());
        }
        self.record(batch.last(), batch.root());
        queue.acknowledge(Chain::resume(batch.last(), batch.root()))?;
        self.acknowledged = batch.last();
        Ok(())
    }

    /// What a start after a cut must find.
    fn check(&self, chip: &Chip<Nor>) -> Result<(), String> {
        let mut queue = Queue::open(chip, layout()).map_err(|error| error.to_string())?;
        let held = numbers(&mut queue);
        if queue.losses() > 0 {
            return Err("a ring was given up".into());
        }
        if queue.newest() < self.stored {
            return Err(format!("{} is lost: newest is {}", self.stored, queue.newest()));
        }
        if self.stored > queue.acknowledged().counter() && !held.contains(&self.stored) {
            return Err(format!("the newest, {}, is not among {held:?}", self.stored));
        }
        if queue.acknowledged().counter() < self.acknowledged {
            return Err(format!("{} was acknowledged and forgotten", self.acknowledged));
        }
        Ok(())
    }
}

const SCRIPT: u64 = 90;

/// Cuts the script at every operation, in every way, and finishes it after the restart. Gives the number
/// of cuts, and the first complaint.
fn cut_everywhere(chip: &Nor, counter_check: bool) -> (usize, Option<String>) {
    let recorded = Chip::new(chip.clone());
    World::new(counter_check).run(&recorded, SCRIPT).unwrap();
    let operations = recorded.into_inner().operations();
    let mut complaint = None;
    for at in 0..operations {
        for torn in Torn::EACH {
            let mut world = World::new(counter_check);
            let cut = Chip::new(chip.clone().cut(at, torn));
            let end = world.run(&cut, SCRIPT);
            assert!(end.is_err(), "the cut at {at} did not happen");
            let after = Chip::new(cut.into_inner().restart());
            let found = world.check(&after).and_then(|()| {
                world.run(&after, SCRIPT).map_err(|error| error.to_string())?;
                world.check(&after)?;
                if world.twice > 0 {
                    return Err("written twice".to_owned());
                }
                let (last, _) = world.registry.last_key_value().unwrap();
                (*last >= SCRIPT).then_some(()).ok_or_else(|| format!("stopped at {last}"))
            });
            if let Err(found) = found {
                complaint.get_or_insert(format!("cut at {at} of {operations} ({torn:?}): {found}"));
            }
        }
    }
    (operations * Torn::EACH.len(), complaint)
}

#[test]
fn no_cut_loses_or_doubles_anything() {
    let (cuts, complaint) = cut_everywhere(&Nor::new(PAGES), true);
    assert!(cuts > 1_000, "{cuts}");
    assert_eq!(complaint, None);
}

/// The faults bite: without persistence, and without the registry's counter check, the same test fails.
#[test]
fn the_cuts_are_felt() {
    let (_, lost) = cut_everywhere(&Nor::new(PAGES).forgetful(), true);
    assert!(lost.is_some_and(|complaint| complaint.contains("lost")));
    let (_, twice) = cut_everywhere(&Nor::new(PAGES), false);
    assert!(twice.is_some_and(|complaint| complaint.contains("twice")));
}

#[test]
fn the_oldest_low_priority_goes_first_and_the_newest_never() {
    let chip = Chip::new(Nor::new(PAGES));
    let mut queue = Queue::open(&chip, layout()).unwrap();
    for seq in 1..=60 {
        queue.push(priority(seq), seq, &payload(seq)).unwrap();
        assert_eq!(numbers(&mut queue).last(), Some(&seq));
    }
    let held = numbers(&mut queue);
    let high: Vec<u64> = (1..=60).filter(|seq| priority(*seq) == Priority::High).collect();
    assert!(high.iter().all(|seq| held.contains(seq)), "{held:?}");
    let low: Vec<u64> = held.iter().copied().filter(|seq| priority(*seq) == Priority::Low).collect();
    let oldest_low = low[0];
    assert!(oldest_low > 10, "nothing was dropped");
    let newer = (oldest_low..=60).filter(|seq| priority(*seq) == Priority::Low);
    assert!(newer.eq(low), "{held:?}");

    let gap = queue.batch(MAX_BATCH).unwrap();
    assert!(gap.has_gap());
    assert_eq!((gap.first(), gap.leaves().len()), (5, MAX_BATCH));
}

/// Far more than the chip holds: only high-priority entries can push out high-priority ones.
#[test]
fn overload_keeps_the_newest_of_each() {
    let chip = Chip::new(Nor::new(PAGES));
    let mut queue = Queue::open(&chip, layout()).unwrap();
    for seq in 1..=2_000 {
        queue.push(priority(seq), seq, &payload(seq)).unwrap();
    }
    let held = numbers(&mut queue);
    let high: Vec<u64> = held.iter().copied().filter(|seq| priority(*seq) == Priority::High).collect();
    assert!(high.windows(2).all(|pair| pair[1] - pair[0] == 5), "{held:?}");
    assert_eq!(high.last(), Some(&2_000));
    let erases = chip.into_inner().erases()[..4].to_vec();
    let (least, most) = (erases.iter().min().unwrap(), erases.iter().max().unwrap());
    assert!(most - least <= 1, "uneven wear: {erases:?}");
}

#[test]
fn batches_prove_their_entries_and_end_with_the_mark() {
    let chip = Chip::new(Nor::new(PAGES));
    let mut queue = Queue::open(&chip, layout()).unwrap();
    for seq in 1..=9 {
        queue.push(priority(seq), seq, &payload(seq)).unwrap();
    }
    let batch = queue.batch(4).unwrap();
    assert_eq!((batch.first(), batch.last(), batch.has_gap()), (1, 4, false));
    for (index, seq) in (1..=4).enumerate() {
        let leaf = keccak256(&payload(seq));
        let proof = Proof::new(batch.leaves(), index).unwrap();
        assert!(verify(&batch.root(), &leaf, proof.siblings()));
    }
    let mark = Chain::resume(4, batch.root());
    queue.acknowledge(mark).unwrap();
    assert_eq!(numbers(&mut queue), [5, 6, 7, 8, 9]);
    queue.acknowledge(Chain::resume(9, [9; 32])).unwrap();
    // A mark never falls, whatever a node says.
    queue.acknowledge(mark).unwrap();

    let mut queue = Queue::open(&chip, layout()).unwrap();
    assert_eq!(queue.acknowledged(), Chain::resume(9, [9; 32]));
    assert_eq!(numbers(&mut queue), [0_u64; 0]);
    let mut out = [0; 512];
    assert_eq!(queue.newest_payload(&mut out).unwrap(), Some(&payload(9)[..]));
    assert_eq!(queue.push(Priority::Low, 9, &[]), Err(QueueError::NotRising { got: 9, newest: 9 }));
    queue.push(priority(10), 10, &payload(10)).unwrap();
    assert_eq!(numbers(&mut queue), [10]);
}

/// Whatever the bytes on the chip are, the queue opens, works, and does not run for ever.
#[test]
fn damaged_flash_is_survived() {
    let mut noise = 0x9e37_79b9_7f4a_7c15_u64;
    let mut next = || {
        noise ^= noise << 13;
        noise ^= noise >> 7;
        noise ^= noise << 17;
        noise
    };
    for round in 0..300 {
        let chip = Chip::new(Nor::new(PAGES));
        let mut queue = Queue::open(&chip, layout()).unwrap();
        for seq in 1..=40 {
            queue.push(priority(seq), seq, &payload(seq)).unwrap();
        }
        let mut flash = chip.into_inner();
        let damage = if round % 3 == 0 { 6_000 } else { 1 + round };
        for _ in 0..damage {
            let bytes = flash.bytes_mut();
            let at = usize::try_from(next()).unwrap() % bytes.len();
            bytes[at] = next().to_le_bytes()[0];
        }
        let chip = Chip::new(flash);
        let mut queue = Queue::open(&chip, layout()).unwrap();
        let seq = queue.newest().saturating_add(1);
        if let Err(error) = queue.push(Priority::High, seq, &payload(seq)) {
            panic!("round {round}: {error}");
        }
        queue.waiting(|_| std::ops::ControlFlow::Continue(())).unwrap();
        let batch = queue.batch(MAX_BATCH).unwrap();
        queue.acknowledge(Chain::resume(batch.last(), batch.root())).unwrap();
    }
}
