use crate::Rig;
use ecu_sim::Profile;
use obd_core::can::Bitrate;
use obd_core::obd::{Addressing, CodeKind, Pid};
use obd_core::poll::{Dialect, Event, Link, Memory, OdometerSource, Verdict};

fn vins(events: &[Event]) -> Vec<String> {
    let vins = events.iter().filter_map(|event| match event {
        Event::Vin(vin) => Some(vin.to_string()),
        _ => None,
    });
    vins.collect()
}

fn codes(events: &[Event], wanted: CodeKind) -> Vec<String> {
    let codes = events.iter().filter_map(|event| match event {
        Event::Codes { kind, codes, .. } if *kind == wanted => Some(codes),
        _ => None,
    });
    codes.flat_map(|list| list.codes().iter().map(ToString::to_string)).collect()
}

fn odometers(events: &[Event]) -> Vec<(u32, OdometerSource, Verdict)> {
    let odometers = events.iter().filter_map(|event| match event {
        Event::Odometer(reading) => Some((reading.tenths, reading.source, reading.verdict)),
        _ => None,
    });
    odometers.collect()
}

#[test]
fn every_car_is_found_as_it_is() {
    use Addressing::{Extended, Standard};
    use Bitrate::{Kbit250, Kbit500};
    use Dialect::{Classic, Uds};
    let cars = [
        (Profile::Petrol, Kbit500, Standard, Classic),
        (Profile::Slow, Kbit250, Standard, Classic),
        (Profile::Extended, Kbit500, Extended, Classic),
        (Profile::Uds, Kbit500, Standard, Uds),
        (Profile::Battery, Kbit500, Standard, Uds),
    ];
    for (profile, bitrate, addressing, dialect) in cars {
        let mut rig = Rig::new(profile);
        let events = rig.seconds(4);
        assert_eq!(events.first(), Some(&Event::Connected(Link { bitrate, addressing, dialect })));
        assert_eq!(vins(events), ["LSVAU0330E2119384"], "{profile:?}");
    }
}

#[test]
fn a_petrol_car_tells_everything_in_its_first_seconds() {
    let mut rig = Rig::new(Profile::Petrol);
    let events = rig.seconds(8).to_vec();
    let values = [
        (Pid::RPM, 172_600),
        (Pid::SPEED, 60),
        (Pid::COOLANT, 88),
        (Pid::FUEL_LEVEL, 624),
        (Pid::VOLTAGE, 14_100),
        (Pid::WARM_UPS, 41),
        (Pid::DISTANCE_SINCE_CLEARED, 1_234),
        (Pid::TIME_SINCE_CLEARED, 6_543),
        (Pid::ODOMETER, 1_234_567),
    ];
    for (pid, value) in values {
        assert_eq!(rig.value(pid), Some(value), "{pid:?}");
    }
    assert_eq!(codes(&events, CodeKind::Confirmed), ["P0133", "U0100"]);
    assert_eq!(codes(&events, CodeKind::Pending), ["P0300"]);
    assert_eq!(codes(&events, CodeKind::Permanent), ["P0133"]);
    assert_eq!(odometers(&events), [(1_234_567, OdometerSource::Pid, Verdict::First)]);
    let lamps = events.iter().filter_map(|event| match event {
        Event::Readiness { ecu, readiness, .. } => Some((ecu.number(), readiness.mil, readiness.is_ready())),
        _ => None,
    });
    assert_eq!(lamps.collect::<Vec<_>>(), [(0, true, false), (1, false, true)]);
    let numbers = events.iter().filter_map(|event| match event {
        Event::VerificationNumbers { ecu, numbers, total } => Some((ecu.number(), numbers[0], *total)),
        _ => None,
    });
    let expected = [(0, Some([0x16, 0x65, 0x05, 0x23]), 1), (1, Some([0xca, 0xfe, 0x00, 0x01]), 2)];
    assert_eq!(numbers.collect::<Vec<_>>(), expected);
}

#[test]
fn uds_codes_come_with_their_failure_type() {
    let mut rig = Rig::new(Profile::Uds);
    let events = rig.seconds(8).to_vec();
    assert_eq!(codes(&events, CodeKind::Confirmed), ["P0133-1F", "U0100-1F"]);
    assert_eq!(codes(&events, CodeKind::Permanent), ["P0133-1F"]);
    assert_eq!(rig.value(Pid::ODOMETER), Some(1_234_567));
}

#[test]
fn a_battery_car_is_read_without_an_engine() {
    let mut rig = Rig::new(Profile::Battery);
    rig.seconds(8);
    assert_eq!(rig.value(Pid::RPM), None);
    assert_eq!(rig.value(Pid::BATTERY_CHARGE), Some(718));
    assert_eq!(rig.value(Pid::ODOMETER), Some(543_210));
    assert!(rig.car.observation(14_400, None).moving);
}

#[test]
fn odometer_sources_follow_each_other() {
    let mut did = Rig::new(Profile::OdometerDid);
    let events = did.seconds(8).to_vec();
    assert_eq!(odometers(&events), [(1_234_567, OdometerSource::Did, Verdict::First)]);

    let mut none = Rig::new(Profile::NoOdometer);
    let events = none.seconds(3_605).to_vec();
    let told = odometers(&events);
    assert!((58..=60).contains(&told.len()), "once a minute: {}", told.len());
    let (tenths, source, _) = *told.last().unwrap();
    assert_eq!(source, OdometerSource::Integrated);
    assert!((585..=600).contains(&tenths), "an hour at 60 km/h: {tenths}");
}

#[test]
fn an_odometer_turned_back_is_flagged_within_one_reading() {
    let mut rig = Rig::new(Profile::Petrol);
    rig.seconds(70);
    rig.command("set a6 90000");
    let events = rig.seconds(65).to_vec();
    let fell = (900_000, OdometerSource::Pid, Verdict::Fell { before: 1_234_567 });
    assert_eq!(odometers(&events).first(), Some(&fell));
}

#[test]
fn cleared_codes_are_one_event_for_each_unit() {
    let mut rig = Rig::new(Profile::Petrol);
    rig.seconds(20);
    rig.command("clear");
    let events = rig.seconds(120).to_vec();
    let cleared = events.iter().filter_map(|event| match event {
        Event::Cleared(cleared) => Some((cleared.ecu.number(), cleared.pid, cleared.before, cleared.after)),
        _ => None,
    });
    assert_eq!(cleared.collect::<Vec<_>>(), [(0, Pid::WARM_UPS, 41, 0), (1, Pid::WARM_UPS, 12, 0)]);
}

#[test]
fn polling_is_modest() {
    let mut rig = Rig::new(Profile::Petrol);
    rig.seconds(60);
    let before = rig.transmissions();
    rig.seconds(600);
    let asked = rig.transmissions() - before;
    assert!((1_200..2_400).contains(&asked), "two to four frames a second while driving: {asked}");
    rig.command("set 0c 0");
    rig.command("set 0d 0");
    rig.seconds(10);
    let before = rig.transmissions();
    rig.seconds(600);
    let asked = rig.transmissions() - before;
    assert!(asked < 600, "less than one a second while standing: {asked}");
}

#[test]
fn what_a_workshop_does_while_the_dongle_sleeps_is_seen() {
    let mut rig = Rig::new(Profile::Petrol);
    rig.seconds(10);
    let stored = rig.car.memory().to_bytes();
    rig.car.hush(rig.now);
    rig.command("clear");
    rig.command("set a6 90000");
    let mut woken = obd_core::poll::Car::new(rig.bus.clone());
    woken.remember(Memory::from_bytes(&stored));
    woken.wake();
    rig.car = woken;
    let events = rig.seconds(10).to_vec();
    assert_eq!(events.iter().filter(|event| matches!(event, Event::Cleared(_))).count(), 2);
    let fell = (900_000, OdometerSource::Pid, Verdict::Fell { before: 1_234_567 });
    assert_eq!(odometers(&events), [fell]);

    let mut other = Rig::new(Profile::Petrol);
    other.command("vin WVWZZZ1KZAW000001");
    other.command("set a6 90000");
    other.car.remember(Memory::from_bytes(&stored));
    let events = other.seconds(10).to_vec();
    assert_eq!(odometers(&events), [(900_000, OdometerSource::Pid, Verdict::First)], "another car");
}
