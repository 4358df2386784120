use crate::world::{
    GWEI, Nor, Reply, World, chip, key, layout, node, push, push_in_epoch, settings, try_push,
};
use flash_mock::Torn;
use obd_core::client::{Client, Delivery, Event, Settings, Target};
use obd_core::queue::{Chip, Queue, QueueError};
use obd_core::{Address, DeviceSignature, Domain, Flags, Hash, P256Key, Reading, Signer};

#[test]
fn records_reach_the_registry_in_batches_and_are_acknowledged_deep() {
    let (chip, key, settings) = (chip(), key(), settings(1));
    let mut queue = Queue::open(&chip, layout()).unwrap();
    push(&mut queue, 35);
    let mut client = Client::new(&settings, &key, 1);
    let mut world = World::new(1);
    assert!(world.run(&mut client, &mut queue, 3_600, |world| {
        world.events.contains(&Event::Acknowledged { counter: 35 })
    }));
    let counters: Vec<u64> = world.state().accepted.iter().map(|(counter, _)| *counter).collect();
    assert_eq!(counters, [16, 32, 35]);
    assert_eq!(queue.acknowledged().counter(), 35);
    assert_eq!(queue.acknowledged().hash(), world.state().accepted[2].1);
    // Not before it was deep.
    assert!(world.state_at(world.blocks.len() - 1 - 4).accepted.len() == 3);
    let sends = world.asked.iter().filter(|(_, method)| method == "eth_sendRawTransaction").count();
    assert_eq!(sends, 3);
}

/// An idle device asks nobody anything.
#[test]
fn nothing_to_send_means_no_traffic() {
    let (chip, key, settings) = (chip(), key(), settings(1));
    let mut queue = Queue::open(&chip, layout()).unwrap();
    let mut world = World::new(1);
    world.run(&mut Client::new(&settings, &key, 1), &mut queue, 3_600, |_| false);
    assert_eq!(world.asked, []);
}

/// Whatever the size of the pieces that a link delivers.
#[test]
fn answers_may_come_byte_by_byte() {
    let (chip, key, settings) = (chip(), key(), settings(1));
    let mut queue = Queue::open(&chip, layout()).unwrap();
    push(&mut queue, 3);
    let mut world = World::new(1);
    world.piece = 1;
    assert!(world.run(&mut Client::new(&settings, &key, 1), &mut queue, 600, |world| {
        world.events.contains(&Event::Acknowledged { counter: 3 })
    }));
}

/// The device loses its power after every step, and goes on from flash each time.
#[test]
fn restarts_never_double_an_upload() {
    let (chip, key, settings) = (chip(), key(), settings(1));
    let mut world = World::new(1);
    push(&mut Queue::open(&chip, layout()).unwrap(), 20);
    for life in 0..400 {
        let mut queue = Queue::open(&chip, layout()).unwrap();
        if queue.acknowledged().counter() == 20 {
            break;
        }
        let mut client = Client::new(&settings, &key, life);
        let seen = world.asked.len();
        // A life of one to twelve questions.
        let lifetime = 1 + usize::try_from(life % 12).unwrap();
        world.run(&mut client, &mut queue, 120, |world| world.asked.len() - seen >= lifetime);
    }
    assert_eq!(Queue::open(&chip, layout()).unwrap().acknowledged().counter(), 20);
    let counters: Vec<u64> = world.state().accepted.iter().map(|(counter, _)| *counter).collect();
    assert_eq!(counters, [16, 20]);
    assert_eq!(world.state().nonce, 2, "a transaction too many");
}

/// The same with a relay, which refuses a reading that the registry has: the device looks there.
#[test]
fn restarts_never_wait_for_a_relay_that_has_carried() {
    let settings = Settings { relay: Some(node("relay.test")), delivery: Delivery::Relay, ..settings(1) };
    for questions in 1..60 {
        let (chip, key) = (chip(), key());
        let mut world = World::new(1);
        let mut queue = Queue::open(&chip, layout()).unwrap();
        push(&mut queue, 3);
        let acknowledged = |world: &World| world.events.contains(&Event::Acknowledged { counter: 3 });
        let mut client = Client::new(&settings, &key, 1);
        world.run(&mut client, &mut queue, 3_600, |world| {
            acknowledged(world) || world.asked.len() >= questions
        });
        let mut queue = Queue::open(&chip, layout()).unwrap();
        // The car stands for a while.
        world.mine();
        let mut client = Client::new(&settings, &key, 2);
        assert!(world.run(&mut client, &mut queue, 600, acknowledged), "{questions}: {:?}", world.events);
        assert_eq!(world.state().accepted.len(), 1);
    }
}

/// One life of a device that records twenty times and uploads them.
fn life(world: &mut World, chip: &Chip<Nor>, seed: u64) -> Result<(), QueueError> {
    let (key, settings) = (key(), settings(1));
    let mut queue = Queue::open(chip, layout())?;
    try_push(&mut queue, 20)?;
    let mut client = Client::new(&settings, &key, seed);
    let acknowledged = Event::Acknowledged { counter: 20 };
    let finished = queue.acknowledged().counter() == 20
        || world.try_run(&mut client, &mut queue, 3_600, |world| world.events.contains(&acknowledged))?;
    assert!(finished, "it never ends: {:?}", world.events);
    Ok(())
}

/// The power goes at every write and erase of a whole run, in every way.
#[test]
fn no_cut_loses_or_doubles_an_upload() {
    let recorded = chip();
    life(&mut World::new(1), &recorded, 1).unwrap();
    let operations = recorded.into_inner().operations();
    assert!(operations > 40, "{operations}");
    for at in 0..operations {
        for torn in Torn::EACH {
            let mut world = World::new(1);
            let cut = Chip::new(chip().into_inner().cut(at, torn));
            assert!(life(&mut world, &cut, 1).is_err(), "the cut at {at} did not happen");
            let again = Chip::new(cut.into_inner().restart());
            life(&mut world, &again, 2).unwrap();
            let state = world.state();
            let counters: Vec<u64> = state.accepted.iter().map(|(counter, _)| *counter).collect();
            assert!(counters.is_sorted_by(|a, b| a < b), "at {at}, {torn:?}: {counters:?}");
            assert_eq!(counters.last(), Some(&20), "at {at}, {torn:?}");
            assert_eq!(state.nonce, counters.len() as u64, "at {at}, {torn:?}: a transaction too many");
        }
    }
}

#[test]
fn a_stuck_transaction_is_replaced_under_its_nonce() {
    let (chip, key, settings) = (chip(), key(), settings(1));
    let mut queue = Queue::open(&chip, layout()).unwrap();
    push(&mut queue, 1);
    let mut client = Client::new(&settings, &key, 1);
    let mut world = World::new(1);
    // The fee rises between the look at it and the transaction, and stays.
    assert!(world.run(&mut client, &mut queue, 600, |world| !world.pool.is_empty()));
    world.base_fee = 20 * GWEI;
    assert!(world.run(&mut client, &mut queue, 3_600, |world| {
        world.events.contains(&Event::Acknowledged { counter: 1 })
    }));
    assert!(world.events.iter().any(|event| matches!(event, Event::Replaced { counter: 1, .. })));
    assert_eq!((world.state().nonce, world.state().accepted.len()), (1, 1));
}

#[test]
fn a_reorganised_upload_is_sent_again_and_acknowledged_once() {
    for keep_transactions in [true, false] {
        let (chip, key, settings) = (chip(), key(), settings(1));
        let mut queue = Queue::open(&chip, layout()).unwrap();
        push(&mut queue, 1);
        let mut client = Client::new(&settings, &key, 1);
        let mut world = World::new(1);
        let accepted = |world: &World| world.state().accepted.len() == 1;
        assert!(world.run(&mut client, &mut queue, 600, accepted));
        let mined = world.now;
        // The client has seen the receipt.
        world.run(&mut client, &mut queue, 600, |world| world.now > mined + 15_000);
        world.reorganise(3, keep_transactions);
        assert!(!accepted(&world));
        assert!(world.run(&mut client, &mut queue, 3_600, |world| {
            world.events.contains(&Event::Acknowledged { counter: 1 })
        }));
        let acknowledged = world.events.iter().filter(|event| matches!(event, Event::Acknowledged { .. }));
        assert_eq!(acknowledged.count(), 1);
        assert_eq!(world.state().accepted.len(), 1);
    }
}

#[test]
fn a_relay_takes_records_and_signed_readings() {
    let relayed = Settings { relay: Some(node("relay.test")), delivery: Delivery::Relay, ..settings(1) };
    let (chip, key) = (chip(), key());
    let mut queue = Queue::open(&chip, layout()).unwrap();
    push(&mut queue, 16);
    let mut client = Client::new(&relayed, &key, 1);
    let mut world = World::new(1);
    assert!(world.run(&mut client, &mut queue, 3_600, |world| {
        world.events.contains(&Event::Acknowledged { counter: 16 })
    }));
    assert_eq!(world.stored.len(), 1);
    assert_eq!((world.stored[0].0, world.stored[0].1.len()), (world.state().accepted[0].1, 16));
    assert_eq!(world.relayed[0]["odometerKm"], "0xa0");
    assert!(!world.asked.iter().any(|(_, method)| method == "eth_sendRawTransaction"));
    let nonces = world.asked.iter().filter(|(_, method)| method == "eth_getTransactionCount");
    assert_eq!(nonces.count(), 0, "a device without coin has no nonce");
}

/// Whatever the settings say: a key on P-256 pays for nothing.
#[test]
fn a_key_without_an_account_delivers_through_the_relay() {
    for delivery in [Delivery::Direct, Delivery::Relay] {
        let settings = Settings { relay: Some(node("relay.test")), delivery, ..settings(1) };
        let (chip, key) = (chip(), P256Key::from_bytes(&[0x44; 32]).unwrap());
        let mut queue = Queue::open(&chip, layout()).unwrap();
        push(&mut queue, 16);
        let mut client = Client::new(&settings, &key, 1);
        let mut world = World::new(1);
        assert!(world.run(&mut client, &mut queue, 3_600, |world| {
            world.events.contains(&Event::Acknowledged { counter: 16 })
        }));
        let methods: Vec<&str> = world.asked.iter().map(|(_, method)| &method[..]).collect();
        assert!(
            !methods.contains(&"eth_sendRawTransaction") && !methods.contains(&"eth_getTransactionCount")
        );
        let [reading] = &world.relayed[..] else { panic!("{:?}", world.relayed) };
        let bytes = |name: &str| const_hex::decode(reading[name].as_str().unwrap()).unwrap();
        let number = |name: &str| u64::from_str_radix(&reading[name].as_str().unwrap()[2..], 16).unwrap();
        let hash = |name: &str| Hash::try_from(bytes(name)).unwrap();
        let signed = Reading {
            vehicle: number("vehicle"),
            counter: number("counter"),
            odometer_km: number("odometerKm").try_into().unwrap(),
            flags: Flags::try_from(u16::try_from(number("flags")).unwrap()).unwrap(),
            prev_hash: hash("prevHash"),
            hash: hash("hash"),
        };
        let signature = DeviceSignature::from_bytes(&bytes("signature")).unwrap();
        assert_eq!(bytes("device"), key.address().0);
        let domain = Domain::new(1337, Address([0xca; 20]));
        assert!(signature.is_by(key.address(), &signed.digest(&domain, 1)));
    }
}

/// Said once in each pause, without a question to anybody; nothing is lost.
#[test]
fn no_relay_where_one_must_carry_is_an_event() {
    let relayless = Settings { delivery: Delivery::Relay, ..settings(1) };
    let (account, other) = (key(), P256Key::from_bytes(&[0x44; 32]).unwrap());
    let direct = settings(1);
    let cases: [(&Settings<'_>, &dyn Signer); 2] = [(&relayless, &account), (&direct, &other)];
    for (settings, signer) in cases {
        let chip = chip();
        let mut queue = Queue::open(&chip, layout()).unwrap();
        push(&mut queue, 3);
        let mut world = World::new(1);
        // A device that never sent anything waits for 90 s first.
        world.run(&mut Client::new(settings, signer, 1), &mut queue, 90 + 601, |_| false);
        assert_eq!(world.asked, []);
        assert!(world.events.iter().all(|event| *event == Event::NoRelay), "{:?}", world.events);
        assert_eq!(world.events.len(), 10);
        assert_eq!((queue.newest(), queue.acknowledged().counter()), (3, 0));
    }
}

/// The bodies go to the relay first, whoever pays; a relay that is down delays the upload and loses nothing.
#[test]
fn records_are_handed_in_before_the_registry_hears_of_them() {
    let stored = Settings { relay: Some(node("relay.test")), ..settings(1) };
    let (chip, key) = (chip(), key());
    let mut queue = Queue::open(&chip, layout()).unwrap();
    push(&mut queue, 2);
    let mut client = Client::new(&stored, &key, 1);
    let mut world = World::new(1);
    world.relay = Box::new(|_, _| Reply::Down);
    assert!(!world.run(&mut client, &mut queue, 1_800, |world| !world.pool.is_empty()));
    let tries = world.asked.iter().filter(|(target, _)| *target == Target::Relay).count();
    assert!((5..20).contains(&tries), "no back-off: {tries}");
    world.relay = Box::new(|_, _| Reply::Honest);
    assert!(world.run(&mut client, &mut queue, 3_600, |world| {
        world.events.contains(&Event::Acknowledged { counter: 2 })
    }));
    assert_eq!(world.stored.len(), 1);
}

/// The device was paired again after a sale, with records of the old owner's time in flash.
#[test]
fn records_of_an_earlier_epoch_are_not_the_new_owners() {
    let (chip, key) = (chip(), key());
    let mut queue = Queue::open(&chip, layout()).unwrap();
    push(&mut queue, 5);
    push_in_epoch(&mut queue, 8, 2).unwrap();
    let settings = Settings { epoch: 2, ..settings(1) };
    let mut client = Client::new(&settings, &key, 1);
    let mut world = World::new(1);
    assert!(world.run(&mut client, &mut queue, 3_600, |world| {
        world.events.contains(&Event::Acknowledged { counter: 8 })
    }));
    assert!(world.events.contains(&Event::Forgotten { counter: 5 }));
    let mut reopened = Queue::open(&chip, layout()).unwrap();
    assert_eq!(reopened.batch(8).unwrap().leaves().len(), 0);
    assert_eq!(world.state().accepted.len(), 1);
}
