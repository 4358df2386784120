use ecu_sim::{Car, Command, Profile, Sim, SimBus, Wire};
use obd_core::obd::Pid;
use obd_core::poll::{self, Event, NoLink};
use obd_core::{Duration, Instant};

/// A dongle on a car, a millisecond at a time.
pub(crate) struct Rig {
    pub(crate) bus: SimBus,
    pub(crate) car: poll::Car<SimBus>,
    pub(crate) now: Instant,
    pub(crate) events: Vec<Event>,
}

impl Rig {
    /// The dongle has just woken up.
    pub(crate) fn new(profile: Profile) -> Self {
        let bus = SimBus::new(Wire::new(Sim::new(Car::new(profile)), Duration::from_millis(3)));
        let mut car = poll::Car::new(bus.clone());
        car.wake();
        Self { bus, car, now: Instant::default(), events: Vec::new() }
    }

    /// Lets the time pass. The events of this time, too.
    pub(crate) fn run(&mut self, time: Duration) -> &[Event] {
        let from = self.events.len();
        let end = self.now.after(time);
        while self.now < end {
            self.now = self.now.after(Duration::from_millis(1));
            self.bus.set_now(self.now);
            self.events.extend(self.car.poll(self.now));
        }
        self.bus.wire(|wire| assert_eq!(wire.sim().violation(), None));
        &self.events[from..]
    }

    pub(crate) fn seconds(&mut self, seconds: u64) -> &[Event] {
        self.run(Duration::from_secs(seconds))
    }

    /// As on the simulator's standard input.
    pub(crate) fn command(&self, line: &str) {
        let command: Command = line.parse().unwrap();
        self.bus.wire(|wire| wire.command(self.now, command));
    }

    pub(crate) fn transmissions(&self) -> u32 {
        self.bus.wire(|wire| wire.transmissions())
    }

    /// The last value of a parameter, from the unit with the lowest number.
    pub(crate) fn value(&self, pid: Pid) -> Option<i32> {
        let values = self.events.iter().rev().filter_map(|event| match event {
            Event::Value { ecu, pid: known, value } if *known == pid => Some((ecu.number(), *value)),
            _ => None,
        });
        values.min_by_key(|(number, _)| *number).map(|(_, value)| value)
    }
}

/// Why the dongle fell silent, each time.
pub(crate) fn silences(events: &[Event]) -> Vec<(NoLink, bool)> {
    let silences = events.iter().filter_map(|event| match event {
        Event::Silent { reason, again } => Some((*reason, again.is_some())),
        _ => None,
    });
    silences.collect()
}
