use crate::Rig;
use crate::rig::silences;
use ecu_sim::Profile;
use obd_core::can::Silence;
use obd_core::poll::{Event, NoLink};

#[test]
fn a_bus_with_can_fd_is_never_written_to() {
    let mut rig = Rig::new(Profile::CanFd);
    let events = rig.seconds(600).to_vec();
    assert_eq!(silences(&events), [(NoLink::MixedBus, false)]);
    assert_eq!(rig.transmissions(), 0);
}

#[test]
fn a_car_without_can_is_tried_once_at_each_rate_and_said_to_be_unsupported() {
    let mut rig = Rig::new(Profile::NoCan);
    let events = rig.seconds(30).to_vec();
    assert_eq!(silences(&events), [(NoLink::NotSupported, true)]);
    assert!(NoLink::NotSupported.to_string().starts_with("not supported"));
    assert_eq!(rig.transmissions(), 2);
    let events = rig.seconds(10_000).to_vec();
    assert_eq!(silences(&events).last(), Some(&(NoLink::NotSupported, false)), "the last try");
    assert_eq!(rig.transmissions(), 2 * 7);
}

#[test]
fn a_car_that_was_asleep_when_the_dongle_was_plugged_in_is_found() {
    let mut rig = Rig::new(Profile::Petrol);
    rig.command("sleep");
    rig.seconds(20);
    assert!(rig.car.link().is_none());
    rig.command("ignition on");
    assert!(rig.seconds(90).iter().any(|event| matches!(event, Event::Connected(_))));
}

#[test]
fn nothing_is_sent_while_a_bus_is_listened_to() {
    let mut rig = Rig::new(Profile::Slow);
    rig.run(obd_core::Duration::from_millis(1_990));
    assert_eq!(rig.transmissions(), 0);
    rig.seconds(2);
    assert!(rig.transmissions() > 0);
    let errors = rig.bus.wire(|wire| wire.health(rig.now).bus_errors);
    assert_eq!(errors, 0, "never at the wrong rate");
}

#[test]
fn a_burst_of_errors_silences_and_the_bus_is_listened_to_before_more() {
    let mut rig = Rig::new(Profile::Petrol);
    rig.seconds(10);
    rig.command("errors 20");
    let sent = rig.transmissions();
    let events = rig.seconds(90).to_vec();
    assert_eq!(silences(&events), [(NoLink::Silenced(Silence::ErrorBurst), true)]);
    assert!(rig.transmissions() <= sent + 1);
    let events = rig.seconds(10).to_vec();
    assert!(events.iter().any(|event| matches!(event, Event::Connected(_))), "it comes back");
}

#[test]
fn a_single_error_is_life() {
    let mut rig = Rig::new(Profile::Petrol);
    rig.seconds(10);
    for _ in 0..20 {
        rig.command("errors 1");
        rig.seconds(3);
    }
    assert_eq!(silences(&rig.events), []);
}

#[test]
fn transmit_errors_silence_before_the_car_notices() {
    let mut rig = Rig::new(Profile::Petrol);
    rig.seconds(10);
    rig.command("tec 95");
    assert_eq!(silences(rig.seconds(1)), []);
    rig.command("tec 96");
    assert_eq!(silences(rig.seconds(1)), [(NoLink::Silenced(Silence::TransmitErrors), true)]);
}

#[test]
fn bus_off_in_a_moving_car_is_for_the_rest_of_the_trip() {
    let mut rig = Rig::new(Profile::Petrol);
    rig.seconds(10);
    rig.command("bus-off");
    assert_eq!(silences(rig.seconds(1)), [(NoLink::Silenced(Silence::BusOff), false)]);
    let sent = rig.transmissions();
    rig.seconds(7_200);
    assert_eq!(rig.transmissions(), sent);
    rig.car.wake();
    assert!(rig.seconds(5).iter().any(|event| matches!(event, Event::Connected(_))), "the next trip");
}

#[test]
fn bus_off_in_a_standing_car_ends_after_a_rest() {
    let mut rig = Rig::new(Profile::Petrol);
    rig.command("set 0d 0");
    rig.seconds(10);
    rig.command("bus-off");
    assert_eq!(silences(rig.seconds(1)), [(NoLink::Silenced(Silence::BusOff), true)]);
    let sent = rig.transmissions();
    rig.seconds(88);
    assert_eq!(rig.transmissions(), sent, "it rests");
    assert!(rig.seconds(10).iter().any(|event| matches!(event, Event::Connected(_))));
}

#[test]
fn a_bus_that_keeps_failing_is_left_alone_in_the_end() {
    let mut rig = Rig::new(Profile::Petrol);
    rig.command("set 0d 0");
    for _ in 0..10_000 {
        rig.seconds(1);
        if rig.car.link().is_some() {
            rig.command("errors 50");
        }
    }
    let all = silences(&rig.events);
    assert_eq!(all.len(), 7, "{all:?}");
    assert!(!all[6].1);
}

#[test]
fn hush_means_silence_at_once() {
    let mut rig = Rig::new(Profile::Slow);
    rig.seconds(10);
    rig.car.hush(rig.now);
    let sent = rig.transmissions();
    rig.seconds(600);
    assert_eq!(rig.transmissions(), sent);
    assert!(rig.car.observation(12_000, None).foreign_frames > 10_000, "but it listens");
}

#[test]
fn a_car_that_went_to_sleep_is_not_kept_awake() {
    let mut rig = Rig::new(Profile::Petrol);
    rig.seconds(10);
    rig.car.hush(rig.now);
    rig.command("ignition off");
    rig.seconds(3_600);
    rig.bus.wire(|wire| {
        assert!(!wire.sim().is_awake(rig.now));
        assert_eq!(wire.sim().wake_ups(), 0);
    });
}
