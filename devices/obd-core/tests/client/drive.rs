//! Whether uploads keep up with a car.

use crate::world::{World, chip, key, layout, push, settings};
use obd_core::client::{Client, Settings};
use obd_core::queue::Queue;

/// What an hour's drive leaves behind: how many records wait at its end, how many seconds later none does, and
/// how many were dropped. A record of each of three scopes is stored every minute, and another for something
/// that happens (codes, ignition) every third.
fn drive(depth: u64) -> (usize, u64, usize) {
    let settings = Settings { depth, ..settings(1) };
    let (chip, key) = (chip(), key());
    let mut queue = Queue::open(&chip, layout()).unwrap();
    let mut client = Client::new(&settings, &key, 1);
    let mut world = World::new(1);
    let waiting = |queue: &mut Queue<'_, _>| {
        let mut count = 0;
        queue
            .waiting(|_| {
                count += 1;
                std::ops::ControlFlow::Continue(())
            })
            .unwrap();
        count
    };
    let (mut records, mut dropped) = (0_u64, 0);
    for minute in 0..60 {
        records += 3 + u64::from(minute % 3 == 0);
        let before = waiting(&mut queue);
        push(&mut queue, records);
        dropped += before + usize::from(minute % 3 == 0) + 3 - waiting(&mut queue);
        world.run(&mut client, &mut queue, 60, |world| world.now >= (minute + 1) * 60_000);
    }
    let left = waiting(&mut queue);
    let end = world.now;
    while queue.acknowledged().counter() < records {
        world.run(&mut client, &mut queue, 10, |_| false);
        assert!(world.now < end + 7_200_000, "it never ends: {:?}", world.events);
    }
    (left, (world.now - end) / 1_000, dropped)
}

#[test]
fn an_hours_drive_is_on_chain_minutes_later() {
    let (left, seconds, dropped) = drive(Settings::DEPTH);
    assert_eq!(dropped, 0);
    assert!(left <= 24, "{left} records wait");
    assert!(seconds <= 480, "{seconds} s");
}

/// The depth is what decides it.
#[test]
fn thirty_two_blocks_are_too_many() {
    let (left, seconds, dropped) = drive(32);
    assert!(left + dropped > 60, "{left} records wait, {dropped} were dropped");
    assert!(seconds > 900, "{seconds} s");
}
