//! What time it is, from nodes that may lie.

use crate::world::{BEGIN, GWEI, Reply, World, chip, key, layout, push, settings};
use obd_core::client::{Client, Event, Failure, Lie, Settings};
use obd_core::queue::Queue;
use obd_core::record::TimeSource;
use obd_core::{Clock, Instant};
use serde_json::{Value, json};

/// The answer to the question for the newest block's time, and honest otherwise.
fn stamp(reply: impl Fn() -> Reply + 'static) -> impl FnMut(&str, &Value) -> Reply {
    move |method, params| {
        if method == "eth_call" && params[0].get("to").is_none() { reply() } else { Reply::Honest }
    }
}

fn at(stamp: u64) -> impl FnMut(&str, &Value) -> Reply {
    self::stamp(move || Reply::Result(json!(format!("{stamp:#066x}"))))
}

/// Uploads one record after the other for so many hours.
fn drive(world: &mut World, settings: &Settings<'_>, hours: u64) {
    let (chip, key) = (chip(), key());
    let mut queue = Queue::open(&chip, layout()).unwrap();
    let mut client = Client::new(settings, &key, 1);
    let end = world.now + hours * 3_600_000;
    let mut seq = 0;
    while world.now < end {
        seq += 1;
        push(&mut queue, seq);
        world.run(&mut client, &mut queue, 300, |_| false);
    }
    assert!(world.state().accepted.len() > 1, "a lie about the time stopped the uploads");
}

/// By how many seconds the clock is ahead of the world.
fn ahead(world: &World) -> i64 {
    let time = world.clock.time(Instant::from_millis(world.now));
    assert_eq!(time.source, TimeSource::Block);
    time.ms.cast_signed() / 1_000 - (BEGIN + world.now / 1_000).cast_signed()
}

fn questions(world: &World) -> usize {
    world.events.iter().filter(|event| matches!(event, Event::Time { .. })).count()
}

#[test]
fn the_time_is_that_of_the_newest_block_and_asked_for_once_an_hour() {
    let mut world = World::new(1);
    drive(&mut world, &settings(1), 5);
    assert!((-20..=0).contains(&ahead(&world)), "{}", ahead(&world));
    assert_eq!(questions(&world), 5);
}

/// Two of three must agree on it, and a liar is outvoted wherever it stands.
#[test]
fn one_of_three_cannot_set_the_clock() {
    for liar in 0..3 {
        for lie in [0, BEGIN - 86_400, BEGIN + 40 * 365 * 86_400] {
            let mut world = World::new(3);
            world.lie(liar, at(lie));
            drive(&mut world, &Settings { quorum: Settings::majority(3), ..settings(3) }, 3);
            assert!((-40..=0).contains(&ahead(&world)), "node {liar}, {lie}: {}", ahead(&world));
        }
    }
}

/// Where nobody agrees, there is no time, and everything else goes on.
#[test]
fn two_that_contradict_each_other_set_nothing() {
    let mut world = World::new(2);
    world.lie(1, at(BEGIN + 7 * 86_400));
    drive(&mut world, &Settings { quorum: 2, ..settings(2) }, 2);
    assert_eq!(questions(&world), 0);
    assert_eq!(world.clock, Clock::new());
}

#[test]
fn what_is_no_time_is_told_and_stops_nothing() {
    let too_big = format!("0x1{}", "0".repeat(16));
    let word = |hex: &str| json!(format!("0x{hex:0>64}"));
    for (reply, failure) in [
        (json!("0xzz"), Failure::Malformed),
        (json!("later"), Failure::Malformed),
        (json!("0x"), Failure::Malformed),
        (json!(7), Failure::Malformed),
        (json!(null), Failure::Malformed),
        (json!(too_big), Failure::Malformed),
        // 2^64, 2^64 - 1, and the second after the last one believed.
        (word("10000000000000000"), Failure::Malformed),
        (word("ffffffffffffffff"), Failure::Lie(Lie::Stamp(u64::MAX))),
        (word("200000001"), Failure::Lie(Lie::Stamp(Clock::LAST + 1))),
    ] {
        let mut world = World::new(1);
        let shown = reply.to_string();
        world.lie(0, stamp(move || Reply::Result(reply.clone())));
        drive(&mut world, &settings(1), 2);
        assert!(world.events.contains(&Event::Failed { node: Some(0), failure }), "{shown}");
        assert_eq!(world.clock, Clock::new(), "{shown}");
    }
    let mut world = World::new(1);
    world.lie(0, stamp(|| Reply::Error("execution is not served here")));
    drive(&mut world, &settings(1), 2);
    assert_eq!(world.clock, Clock::new());
}

/// The only node lies from the second hour on: in the four hours since the last honest stamp the clock goes on, no
/// faster than twice and no slower than half.
#[test]
fn a_node_that_begins_to_lie_bends_the_clock_and_cannot_break_it() {
    for (lie, least, most) in [(0, -2, 0), (1 << 33, 0, 4)] {
        let mut world = World::new(1);
        drive(&mut world, &settings(1), 1);
        world.lie(0, at(lie));
        drive(&mut world, &settings(1), 3);
        assert!((least * 3_600..=most * 3_600).contains(&ahead(&world)), "{lie}: {}", ahead(&world));
    }
}

/// Days that a node lets fly by: each costs what a day may cost, and there are no more of them than the
/// device's own time allows.
#[test]
fn lies_about_the_day_do_not_raise_what_is_spent() {
    let cap = 100 * GWEI * 200_000;
    let honest = |_: &World| None;
    let years = |world: &World| Some(BEGIN + world.now / 1_000 * 1_000);
    let spent = |lie: fn(&World) -> Option<u64>| {
        let settings = Settings { daily_cap: cap, quorum: 2, ..settings(2) };
        let (chip, key) = (chip(), key());
        let mut queue = Queue::open(&chip, layout()).unwrap();
        let mut client = Client::new(&settings, &key, 1);
        let mut world = World::new(2);
        world.base_fee = 40 * GWEI;
        let mut seq = 0;
        while world.now < 2 * 86_400_000 {
            seq += 1;
            push(&mut queue, seq);
            if let Some(stamp) = lie(&world) {
                world.lie(0, at(stamp));
                world.lie(1, at(stamp));
            }
            world.run(&mut client, &mut queue, 1_200, |_| false);
        }
        u128::try_from(world.state().accepted.len()).unwrap() * 81 * GWEI * 200_000
    };
    // The first moments, when no clock is set, and two days.
    assert!((cap / 2..=3 * cap).contains(&spent(honest)));
    assert!((cap / 2..=3 * cap).contains(&spent(years)));
}
