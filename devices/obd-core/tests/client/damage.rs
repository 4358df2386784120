//! Flash that forgot what the registry holds.

use crate::world::{Nor, Reply, World, chip, key, layout, node, push, settings, words};
use obd_core::MAX_LEAP;
use obd_core::client::{Client, Delivery, Event, Settings};
use obd_core::queue::{Chip, Queue};
use serde_json::json;
use std::collections::BTreeSet;

/// With a relay, which shows the records of each upload.
fn relayed(nodes: usize) -> Settings<'static> {
    Settings { relay: Some(node("relay.test")), delivery: Delivery::Relay, ..settings(nodes) }
}

/// The numbers of the records that the registry accepted. None may be there twice.
fn accepted(world: &World) -> BTreeSet<u64> {
    let mut seen = BTreeSet::new();
    let mut before = 0;
    for (counter, root) in world.state().accepted {
        assert!(counter > before, "the counter {counter} was used again");
        before = counter;
        let (_, records) = world.stored.iter().find(|(stored, _)| *stored == root).unwrap();
        for record in records {
            let number = u64::from_be_bytes(record[56..64].try_into().unwrap());
            assert!(seen.insert(number), "record {number} was written twice");
        }
    }
    seen
}

/// How the journal is lost.
#[derive(Clone, Copy, Debug)]
enum Loss {
    Erased,
    Noise,
    /// What was written last is not there any more: older notes stand again, of an upload that is done.
    Older,
    /// As above, of one under way.
    Oldest,
}

fn journal(flash: &mut Nor) -> &mut [u8] {
    let pages = layout().journal;
    &mut flash.bytes_mut()[pages.start as usize..pages.end as usize]
}

/// A life until so many questions after the first upload, with the second noted, sent, mined, deep or
/// acknowledged, a journal lost, and a life after. `false` when there are no such many questions.
fn lose_journal(delivery: Delivery, loss: Loss, questions: usize) -> bool {
    let settings = Settings { delivery, ..relayed(1) };
    let (chip, key) = (chip(), key());
    let mut world = World::new(1);
    let copy = |chip: &Chip<Nor>| chip.with(|flash| journal(flash).to_vec()).unwrap();
    let mut queue = Queue::open(&chip, layout()).unwrap();
    let mut client = Client::new(&settings, &key, 1);
    push(&mut queue, 7);
    assert!(world.run(&mut client, &mut queue, 3_600, |world| !world.pool.is_empty()));
    let oldest = copy(&chip);
    let acknowledged = |counter| move |world: &World| world.events.contains(&Event::Acknowledged { counter });
    assert!(world.run(&mut client, &mut queue, 3_600, acknowledged(7)));
    let older = copy(&chip);
    push(&mut queue, 20);
    let seen = world.asked.len();
    assert!(world.run(&mut client, &mut queue, 3_600, |world| {
        world.asked.len() - seen >= questions || acknowledged(20)(world)
    }));
    let more = !acknowledged(20)(&world);
    push(&mut queue, 23);

    let mut flash = chip.into_inner();
    match loss {
        Loss::Erased => journal(&mut flash).fill(0xff),
        Loss::Noise => {
            let noise = (0..u32::MAX).map(|at| (at.wrapping_mul(0x9e37_79b9) >> 11).to_le_bytes()[0]);
            journal(&mut flash).iter_mut().zip(noise).for_each(|(byte, noise)| *byte = noise);
        }
        Loss::Older => journal(&mut flash).copy_from_slice(&older),
        Loss::Oldest => journal(&mut flash).copy_from_slice(&oldest),
    }
    if matches!(loss, Loss::Older | Loss::Oldest) {
        // Nothing tells these notes from new ones: what is on its way arrives while the car stands.
        world.mine();
    }
    let chip = Chip::new(flash);
    let mut queue = Queue::open(&chip, layout()).unwrap();
    let mut client = Client::new(&settings, &key, 2);
    let on = world.run(&mut client, &mut queue, 7_200, acknowledged(23));
    assert!(on, "{loss:?} after {questions}: stuck: {:?}", world.events);
    assert_eq!(accepted(&world), (1..=23).collect(), "{loss:?} after {questions}");
    assert_eq!(queue.acknowledged().counter(), 23);
    more
}

#[test]
fn no_lost_journal_doubles_or_loses_a_record() {
    for delivery in [Delivery::Relay, Delivery::Direct] {
        for loss in [Loss::Erased, Loss::Noise, Loss::Older, Loss::Oldest] {
            let questions = (1..500).take_while(|questions| lose_journal(delivery, loss, *questions)).count();
            assert!((20..400).contains(&questions), "{delivery:?}, {loss:?}: {questions}");
        }
    }
}

/// The whole chip is new, and the device's numbers begin anew. What was numbered below the registry's counter
/// is never uploaded, which is told; what comes after it is.
#[test]
fn a_new_chip_never_repeats_a_number() {
    let (settings, key) = (relayed(1), key());
    let mut world = World::new(1);
    {
        let chip = chip();
        let mut queue = Queue::open(&chip, layout()).unwrap();
        push(&mut queue, 30);
        let mut client = Client::new(&settings, &key, 1);
        assert!(world.run(&mut client, &mut queue, 3_600, |world| {
            world.events.contains(&Event::Acknowledged { counter: 30 })
        }));
    }
    let before = world.stored.len();
    let chip = chip();
    let mut queue = Queue::open(&chip, layout()).unwrap();
    let mut client = Client::new(&settings, &key, 2);
    push(&mut queue, 4);
    let passed = Event::PassedOver { counter: 30 };
    assert!(world.run(&mut client, &mut queue, 3_600, |world| world.events.contains(&passed)));
    assert_eq!(queue.newest(), 30, "the next number is a new one");
    push(&mut queue, 33);
    assert!(world.run(&mut client, &mut queue, 3_600, |world| {
        world.events.contains(&Event::Acknowledged { counter: 33 })
    }));
    assert_eq!(accepted(&world), (1..=33).collect());
    assert_eq!(world.stored[before..].len(), 1, "nothing of the old numbers was handed in");
    let flags = |reading: &serde_json::Value| {
        u16::from_str_radix(&reading["flags"].as_str().unwrap()[2..], 16).unwrap()
    };
    let lost = 1 << 4;
    assert_eq!(flags(world.relayed.last().unwrap()) & lost, lost, "the gap is not shown");
    assert!(world.relayed.iter().rev().skip(1).all(|reading| flags(reading) & lost == 0));
}

/// The vehicle's last reading is of the device that it had before, with a higher counter.
#[test]
fn another_devices_counter_is_no_conflict() {
    let (settings, key, chip) = (relayed(1), key(), chip());
    let mut queue = Queue::open(&chip, layout()).unwrap();
    push(&mut queue, 2);
    let mut client = Client::new(&settings, &key, 1);
    let mut world = World::new(1);
    let own = world.blocks.len();
    world.lie(0, move |method, params| {
        // Until the first reading of this one is there.
        let deep = params[1].as_str().and_then(|block| usize::from_str_radix(block.get(2..)?, 16).ok());
        let last_reading = params[0]["data"].as_str().is_some_and(|data| data.starts_with("0x9a5acece"));
        match method {
            "eth_call" if last_reading && deep.is_some_and(|deep| deep < own + 3) => {
                let words = words(&[9_000, 0, 0, 0, 77]);
                Reply::Result(json!(words))
            }
            _ => Reply::Honest,
        }
    });
    assert!(world.run(&mut client, &mut queue, 600, |world| {
        world.events.contains(&Event::Acknowledged { counter: 2 })
    }));
    assert!(!world.events.iter().any(|event| matches!(event, Event::Conflict { .. })));
    assert_eq!(accepted(&world), (1..=2).collect());
}

/// Where two must agree, one that invents a counter makes nothing be passed over; and nobody uses the numbers
/// up.
#[test]
fn an_invented_counter_burns_nothing() {
    let invented = |counter: u64| {
        move |method: &str, params: &serde_json::Value| match params[0]["data"].as_str() {
            Some(data) if method == "eth_call" && data.starts_with("0xf08f0a22") => {
                Reply::Result(words(&[crate::world::VEHICLE, 1, 0, counter, 1]))
            }
            Some(data) if method == "eth_call" && data.starts_with("0x9a5acece") => {
                Reply::Result(words(&[counter, 0, 0, 0, 7]))
            }
            _ => Reply::Honest,
        }
    };
    let (key, chip) = (key(), chip());
    let mut queue = Queue::open(&chip, layout()).unwrap();
    push(&mut queue, 20);
    let mut world = World::new(3);
    world.lie(0, invented(20));
    let settings = Settings { quorum: 2, ..relayed(3) };
    let mut client = Client::new(&settings, &key, 1);
    assert!(world.run(&mut client, &mut queue, 7_200, |world| {
        world.events.contains(&Event::Acknowledged { counter: 20 })
    }));
    assert!(!world.events.iter().any(|event| matches!(event, Event::PassedOver { .. })));
    assert_eq!(accepted(&world), (1..=20).collect());

    let chip = crate::world::chip();
    let mut queue = Queue::open(&chip, layout()).unwrap();
    push(&mut queue, 3);
    let mut world = World::new(1);
    world.lie(0, invented(4 + MAX_LEAP));
    let settings = relayed(1);
    let mut client = Client::new(&settings, &key, 1);
    world.run(&mut client, &mut queue, 3_600, |_| false);
    assert!(world.events.contains(&Event::Conflict { counter: 4 + MAX_LEAP }));
    assert_eq!((queue.newest(), queue.batch(16).unwrap().leaves().len()), (3, 3));
}
