use crate::Rig;
use ecu_sim::{FaultKind, Profile};
use obd_core::Duration;
use obd_core::obd::Pid;
use obd_core::poll::Event;

#[test]
fn pending_is_waited_for() {
    let mut rig = Rig::new(Profile::Petrol);
    rig.command("fault pending");
    rig.seconds(20);
    assert_eq!(rig.value(Pid::ODOMETER), Some(1_234_567));
    assert!(rig.events.iter().any(|event| matches!(event, Event::Vin(_))));
}

#[test]
fn endless_pending_ends() {
    let mut rig = Rig::new(Profile::Petrol);
    rig.seconds(10);
    rig.command("fault endless-pending");
    assert!(rig.seconds(60).iter().any(|event| matches!(event, Event::Nonsense(_))));
    rig.command("fault none");
    assert!(rig.seconds(180).iter().any(|event| matches!(event, Event::Value { pid: Pid::RPM, .. })));
}

/// With the ignition on, units still start: which parameters there are is asked again later.
#[test]
fn a_bit_field_that_is_lost_at_the_start_is_not_lost_for_the_trip() {
    for fault in ["silent", "busy", "missing-byte"] {
        let mut rig = Rig::new(Profile::Petrol);
        // The first bit field is asked for once to find the car, and twice to know its units.
        while rig.transmissions() < 3 {
            rig.run(Duration::from_millis(1));
        }
        rig.run(Duration::from_millis(20));
        rig.command(&format!("fault {fault}"));
        rig.run(Duration::from_millis(600));
        rig.command("fault none");
        rig.seconds(20);
        assert_eq!(rig.value(Pid::ODOMETER), None, "{fault} spoils nothing");
        rig.seconds(40);
        assert_eq!(rig.value(Pid::ODOMETER), Some(1_234_567), "{fault}");
        let vins = rig.events.iter().filter(|event| matches!(event, Event::Vin(_))).count();
        assert_eq!(vins, 1, "{fault}");
    }
}

/// Whatever goes wrong, a value is told right or not at all, and the dongle goes on.
#[test]
fn every_fault_in_every_car_leaves_right_values() {
    for (name, _) in FaultKind::ALL {
        for (_, profile) in Profile::ALL {
            let mut rig = Rig::new(profile);
            let mut right = Rig::new(profile);
            rig.command(&format!("fault {name}/3"));
            rig.seconds(90);
            right.seconds(10);
            for event in &rig.events {
                if let Event::Value { .. } | Event::Vin(_) | Event::Codes { .. } | Event::Readiness { .. } =
                    event
                {
                    assert!(right.events.contains(event), "{name} {profile:?}: {event:?}");
                }
            }
            for pid in [Pid::SPEED, Pid::RPM, Pid::ODOMETER] {
                assert_eq!(rig.value(pid), right.value(pid), "{name} {profile:?} {pid:?}");
            }
        }
    }
}

#[test]
fn frames_out_of_order_lose_the_vin_once_and_not_for_ever() {
    for fault in ["lost-frame", "swapped-frames", "repeated-frame", "broken-off", "wrong-length"] {
        let mut rig = Rig::new(Profile::Petrol);
        rig.command(&format!("fault {fault}"));
        let events = rig.seconds(4).to_vec();
        assert!(!events.iter().any(|event| matches!(event, Event::Vin(_))), "{fault}");
        assert!(events.iter().any(|event| matches!(event, Event::Nonsense(_))), "{fault}");
        rig.command("fault none");
        assert!(rig.seconds(30).iter().any(|event| matches!(event, Event::Vin(_))), "{fault}");
    }
}
