//! From what the car says to records in flash.

use flash_mock::Flash;
use obd_core::obd::{Ecu, Pid, Vin};
use obd_core::poll::{Cleared, Event, OdometerReading, OdometerSource, Verdict};
use obd_core::queue::{Chip, Layout, Priority, Queue};
use obd_core::record::{Content, EpochKeys, Period, Record, SealedRecord, Signal, Time, TimeSource};
use obd_core::recorder::{Commitment, Recorder};
use obd_core::{Address, Quality, Source, keccak256};
use std::ops::ControlFlow;

type Nor = Flash<4096>;

const SALT: [u8; 32] = [0x5a; 32];
const NOW: Time = Time { ms: 1_790_000_000_000, source: TimeSource::Network };

fn chip() -> Chip<Nor> {
    Chip::new(Nor::new(8))
}

fn open(chip: &Chip<Nor>) -> Queue<'_, Nor> {
    let layout = Layout { main: 0..4 * 4096, keep: 4 * 4096..6 * 4096, journal: 6 * 4096..8 * 4096 };
    Queue::open(chip, layout).unwrap()
}

fn keys() -> EpochKeys {
    EpochKeys::new(1, 1, Address([0xde; 20]), [0x77; 32])
}

fn vin(text: &str) -> Vin {
    Vin::from_answer(text.as_bytes()).unwrap()
}

fn recorder(queue: &mut Queue<'_, Nor>) -> Recorder {
    let hash = keccak256(&[b"LSVAU0330E2119384", &SALT[..]].concat());
    let commitment = Commitment { hash, salt: SALT };
    Recorder::open(keys(), Some(commitment), 1, Period::default(), queue).unwrap()
}

fn ecu() -> Ecu {
    Ecu::from_reply(embedded_can::Id::Standard(embedded_can::StandardId::new(0x7e8).unwrap())).unwrap()
}

fn value(pid: u8, value: i32) -> Event {
    Event::Value { ecu: ecu(), pid: Pid(pid), value }
}

fn odometer(tenths: u32) -> Event {
    Event::Odometer(OdometerReading { tenths, source: OdometerSource::Pid, verdict: Verdict::First })
}

/// Everything in the queue, opened, with its number and priority.
fn opened(queue: &mut Queue<'_, Nor>) -> Vec<(u64, Priority, SealedRecord, Record)> {
    let mut records = Vec::new();
    queue
        .waiting(|entry| {
            let sealed = SealedRecord::from_bytes(entry.payload.try_into().unwrap());
            let (head, record) = sealed.open_with(&keys()).unwrap();
            assert_eq!(head.counter, entry.seq);
            records.push((entry.seq, entry.priority, sealed, record));
            ControlFlow::Continue(())
        })
        .unwrap();
    records
}

#[test]
fn each_scope_gets_its_record_with_the_newest_values() {
    let chip = chip();
    let mut queue = open(&chip);
    let mut recorder = recorder(&mut queue);
    for event in [
        Event::Vin(vin("LSVAU0330E2119384")),
        value(0x0c, 80_000),
        value(0x0c, 172_600),
        value(0x05, 88),
        value(0x42, 14_100),
        odometer(1_234_567),
    ] {
        assert_eq!(recorder.note(&event, NOW, &mut queue).unwrap(), 0);
    }
    assert_eq!(recorder.store(NOW, &mut queue).unwrap(), 4);
    assert_eq!(recorder.store(NOW, &mut queue).unwrap(), 0, "nothing is told twice");

    let records = opened(&mut queue);
    let mut signals = Vec::new();
    for (_, _, _, record) in &records {
        assert_eq!((record.odometer, record.flags.source()), (1_234_567, Source::Obd));
        match record.content {
            Content::Identity(identity) => assert_eq!(&identity.vin, b"LSVAU0330E2119384"),
            Content::Trip(samples) | Content::Health(samples) | Content::Energy(samples) => {
                signals.extend(samples.iter().map(|sample| (sample.signal, sample.value)));
            }
        }
    }
    assert_eq!(
        signals,
        [(Signal::CoolantTemperature, 88), (Signal::ModuleVoltage, 14_100), (Signal::EngineSpeed, 172_600)]
    );
    // Each points to the one before it.
    for pair in records.windows(2) {
        assert_eq!(pair[1].2.head().unwrap().prev_hash, pair[0].2.hash());
    }
}

#[test]
fn numbers_and_hashes_go_on_after_a_restart() {
    let chip = chip();
    {
        let mut queue = open(&chip);
        let mut recorder = recorder(&mut queue);
        recorder.note(&odometer(1_000), NOW, &mut queue).unwrap();
        recorder.note(&value(0x0d, 50), NOW, &mut queue).unwrap();
        recorder.store(NOW, &mut queue).unwrap();
    }
    let mut queue = open(&chip);
    let mut recorder = recorder(&mut queue);
    recorder.note(&value(0x0d, 51), NOW, &mut queue).unwrap();
    recorder.store(NOW, &mut queue).unwrap();
    let records = opened(&mut queue);
    assert_eq!(records.len(), 2);
    assert_eq!(records[1].2.head().unwrap().prev_hash, records[0].2.hash());
    let flags = records[1].3.flags.bits();
    let lost = obd_core::Flags::new(Source::Obd).with(Quality::PowerLost).bits();
    assert_eq!(flags, lost, "a restart shows");
    assert_eq!(records[1].3.odometer, 1_000, "the last odometer stands");
}

/// After a loss of power nobody knows the time, and the records go on under the period that was known last.
#[test]
fn the_last_period_stands_until_a_clock_is_set() {
    let chip = chip();
    let unset = |ms| Time { ms, source: TimeSource::Unset };
    let mut store = |time| {
        let mut queue = open(&chip);
        let mut recorder = recorder(&mut queue);
        recorder.note(&value(0x0d, 50), time, &mut queue).unwrap();
        recorder.store(time, &mut queue).unwrap();
        let (_, _, sealed, record) = opened(&mut queue).pop().unwrap();
        assert_eq!(record.time, time);
        sealed.head().unwrap().period
    };
    assert_eq!(store(unset(5)), Period(0), "nothing is known yet");
    assert_eq!(store(NOW), Period::of(NOW).unwrap());
    assert_eq!(store(unset(7)), Period::of(NOW).unwrap());
    let next = Time { ms: NOW.ms + 31 * 86_400_000, source: TimeSource::Block };
    assert_eq!(store(next), Period(Period::of(NOW).unwrap().0 + 1));
    assert_eq!(store(unset(0)), Period(Period::of(NOW).unwrap().0 + 1));
}

#[test]
fn cleared_codes_are_stored_at_once_and_kept_longest() {
    let chip = chip();
    let mut queue = open(&chip);
    let mut recorder = recorder(&mut queue);
    let cleared = Cleared { ecu: ecu(), pid: Pid(0x31), before: 500, after: 2 };
    assert_eq!(recorder.note(&Event::Cleared(cleared), NOW, &mut queue).unwrap(), 1);
    let records = opened(&mut queue);
    assert_eq!(records[0].1, Priority::High);
    assert_eq!(records[0].3.event, obd_core::record::Event::CodesCleared);
}

#[test]
fn another_car_leaves_one_record_and_nothing_more() {
    let chip = chip();
    let mut queue = open(&chip);
    let mut recorder = recorder(&mut queue);
    recorder.note(&value(0x0d, 50), NOW, &mut queue).unwrap();
    assert!(!recorder.is_other_vehicle());
    assert_eq!(recorder.note(&Event::Vin(vin("1HGCM82633A004352")), NOW, &mut queue).unwrap(), 1);
    assert!(recorder.is_other_vehicle());
    for _ in 0..3 {
        recorder.note(&value(0x0d, 60), NOW, &mut queue).unwrap();
        assert_eq!(recorder.store(NOW, &mut queue).unwrap(), 0);
    }
    let records = opened(&mut queue);
    assert_eq!(records.len(), 1);
    assert_eq!(records[0].3.event, obd_core::record::Event::OtherVehicle);
    let Content::Trip(samples) = records[0].3.content else { panic!("{:?}", records[0].3.content) };
    assert_eq!(samples.iter().count(), 0, "nothing of the other car");
    // The right car again.
    recorder.note(&Event::Vin(vin("LSVAU0330E2119384")), NOW, &mut queue).unwrap();
    assert!(!recorder.is_other_vehicle());
}

/// More signals than a record holds: a full one is stored, and nothing is lost.
#[test]
fn a_full_record_makes_room() {
    let chip = chip();
    let mut queue = open(&chip);
    let mut recorder = recorder(&mut queue);
    let pids: Vec<u8> = (0..=0xff).filter(|pid| obd_core::poll::signal(Pid(*pid)).is_some()).collect();
    let mut codes = Vec::new();
    for pid in &pids {
        recorder.note(&value(*pid, i32::from(*pid)), NOW, &mut queue).unwrap();
    }
    for number in 1..=40_u8 {
        let list =
            obd_core::obd::CodeList::from_answer(obd_core::obd::Request::PendingCodes, &[1, 0x02, number])
                .unwrap();
        let kind = obd_core::obd::CodeKind::Pending;
        recorder.note(&Event::Codes { ecu: ecu(), kind, codes: list }, NOW, &mut queue).unwrap();
        codes.push(0x0200 + i32::from(number));
    }
    recorder.store(NOW, &mut queue).unwrap();
    let mut seen = Vec::new();
    let mut signals = Vec::new();
    for (_, _, _, record) in opened(&mut queue) {
        let (Content::Trip(samples) | Content::Health(samples) | Content::Energy(samples)) = record.content
        else {
            continue;
        };
        for sample in samples.iter() {
            if sample.signal == Signal::PendingCode {
                seen.push(sample.value)
            } else {
                signals.push(sample.signal)
            }
        }
    }
    assert_eq!(seen, codes);
    assert_eq!(signals.len(), pids.len());
}
