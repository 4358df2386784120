//! The vehicle is sold while an upload is on its way.

use crate::world::{Reply, VEHICLE, World, chip, key, layout, node, push, push_in_epoch, settings, words};
use obd_core::client::{Client, Delivery, Event, Settings};
use obd_core::queue::Queue;
use serde_json::Value;

fn unpaired(world: &World) -> bool {
    world.events.iter().any(|event| matches!(event, Event::Unpaired { .. }))
}

/// The relay sent it, the sale came first, and no receipt tells: the relay's refusal leads to the registry.
#[test]
fn a_sale_before_a_relayed_reading_is_noticed() {
    let relayed = Settings { relay: Some(node("relay.test")), delivery: Delivery::Relay, ..settings(1) };
    let (chip, key) = (chip(), key());
    let mut queue = Queue::open(&chip, layout()).unwrap();
    push(&mut queue, 2);
    let mut client = Client::new(&relayed, &key, 1);
    let mut world = World::new(1);
    assert!(world.run(&mut client, &mut queue, 3_600, |world| !world.relayed.is_empty()));
    world.pool.clear();
    world.blocks.last_mut().unwrap().sale = true;
    world.relay = Box::new(|method, _| match method {
        "autochain_relayReading" => Reply::Error("the device does not speak for this vehicle"),
        _ => Reply::Honest,
    });
    assert!(world.run(&mut client, &mut queue, 3_600, unpaired), "{:?}", world.events);
    assert!(world.state().accepted.is_empty());
}

/// A relay that refuses for a reason of its own does not end the pairing.
#[test]
fn a_relay_that_refuses_for_a_while_only_delays() {
    let relayed = Settings { relay: Some(node("relay.test")), delivery: Delivery::Relay, ..settings(1) };
    let (chip, key) = (chip(), key());
    let mut queue = Queue::open(&chip, layout()).unwrap();
    push(&mut queue, 2);
    let mut client = Client::new(&relayed, &key, 1);
    let mut world = World::new(1);
    world.relay = Box::new(|method, _| match method {
        "autochain_relayReading" => Reply::Error("today's budget is spent"),
        _ => Reply::Honest,
    });
    assert!(!world.run(&mut client, &mut queue, 3_600, |world| !world.relayed.is_empty() || unpaired(world)));
    world.relay = Box::new(|_, _| Reply::Honest);
    assert!(world.run(&mut client, &mut queue, 3_600, |world| {
        world.events.contains(&Event::Acknowledged { counter: 2 })
    }));
    assert_eq!(world.state().accepted.len(), 1);
}

/// What was on its way for the old owner does not go out under the new one's pairing.
#[test]
fn an_upload_of_an_earlier_pairing_is_not_sent_under_the_next() {
    let (chip, key) = (chip(), key());
    let mut queue = Queue::open(&chip, layout()).unwrap();
    push(&mut queue, 2);
    let first = Settings { relay: Some(node("relay.test")), delivery: Delivery::Relay, ..settings(1) };
    let mut client = Client::new(&first, &key, 1);
    let mut world = World::new(1);
    assert!(world.run(&mut client, &mut queue, 3_600, |world| !world.pool.is_empty()));
    let old = world.pool.remove(0).root;

    push_in_epoch(&mut queue, 5, 2).unwrap();
    let second = Settings { epoch: 2, ..first };
    let mut client = Client::new(&second, &key, 1);
    assert!(world.run(&mut client, &mut queue, 3_600, |world| {
        world.events.contains(&Event::Acknowledged { counter: 5 })
    }));
    assert!(world.events.contains(&Event::Forgotten { counter: 2 }));
    let accepted = world.state().accepted;
    assert_eq!(accepted.len(), 1);
    assert_ne!(accepted[0].1, old);
}

/// Between the button and the owner's transaction the registry knows no pairing, or the one before. Once it was seen
/// there, its absence is the end of it.
#[test]
fn a_pairing_on_its_way_is_waited_for_and_one_that_was_there_is_over() {
    for none in [[0; 5], [VEHICLE, 0, 0, 0, 0]] {
        let (chip, key, settings) = (chip(), key(), settings(1));
        let mut queue = Queue::open(&chip, layout()).unwrap();
        push(&mut queue, 1);
        let mut world = World::new(1);
        let view = move |method: &str, params: &Value| match method {
            "eth_call" if params[0].get("to").is_some() => Reply::Result(words(&none)),
            _ => Reply::Honest,
        };
        world.lie(0, view);
        let mut client = Client::new(&settings, &key, 1);
        assert!(
            !world.run(&mut client, &mut queue, 3_600, |world| unpaired(world) || !world.pool.is_empty())
        );
        assert!(world.events.contains(&Event::Awaited), "{:?}", world.events);

        world.lie(0, |_, _| Reply::Honest);
        assert!(world.run(&mut client, &mut queue, 3_600, |world| {
            world.events.contains(&Event::Acknowledged { counter: 1 })
        }));
        push(&mut queue, 2);
        world.lie(0, view);
        assert!(world.run(&mut client, &mut queue, 3_600, unpaired), "{:?}", world.events);
    }
}
