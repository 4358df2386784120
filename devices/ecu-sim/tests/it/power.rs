//! Public complaints about dongles that empty batteries or keep cars awake, each as a trace that is named
//! after it. Currents are assumptions, the same for all traces: they weigh the states against each other, no
//! chip was measured.

use ecu_sim::{Car, Command, Profile, Sim, SimBus, Traffic, Wire};
use obd_core::poll;
use obd_core::power::{Order, Policy, Radio, Sleeper};
use obd_core::{Duration, Instant};

const AWAKE_MA: f64 = 25.0;
const RADIO_MA: f64 = 100.0;
const ASLEEP_MA: f64 = 0.15;
const CUT_OFF_MA: f64 = 0.02;

/// A dongle in a car, second by second; the bus is looked at every ten milliseconds.
struct Garage {
    bus: SimBus,
    car: poll::Car<SimBus>,
    mode: Mode,
    last: Order,
    radio: Radio,
    network: bool,
    now: Instant,
    ignition: bool,
    /// The car's own frames reach the connector.
    open: bool,
    millivolts: u16,
    /// What the dongle's own load takes off the voltage while it is awake.
    own_load: u16,
    /// Counted since the last [`Garage::reset`].
    seen: Seen,
}

enum Mode {
    Awake(Policy, Option<Sleeper>),
    Asleep(Sleeper),
}

#[derive(Debug, Default)]
struct Seen {
    polled: u64,
    hushed: u64,
    asleep: u64,
    cut_off: u64,
    wake_ups: u64,
    radio_tries: u64,
    milliamp_hours: f64,
}

impl Garage {
    fn new(profile: Profile, millivolts: u16) -> Self {
        Self::with(Car::new(profile), millivolts)
    }

    fn with(car: Car, millivolts: u16) -> Self {
        let open = car.traffic == Traffic::Open;
        let bus = SimBus::new(Wire::new(Sim::new(car), Duration::from_millis(30)));
        let mut car = poll::Car::new(bus.clone());
        car.wake();
        Self {
            bus,
            car,
            mode: Mode::Awake(Policy::new(Instant::default(), millivolts), None),
            last: Order::Poll,
            radio: Radio::default(),
            network: true,
            now: Instant::default(),
            ignition: true,
            open,
            millivolts,
            own_load: 0,
            seen: Seen::default(),
        }
    }

    fn command(&mut self, line: &str) {
        let command: Command = line.parse().unwrap();
        match command {
            Command::Ignition(on) => self.ignition = on,
            Command::Sleep => self.ignition = false,
            _ => {}
        }
        self.bus.wire(|wire| wire.command(self.now, command));
    }

    fn drive(&mut self, rpm: u16, speed: u8) {
        self.command("ignition on");
        self.command(&format!("set 0c {rpm}"));
        self.command(&format!("set 0d {speed}"));
    }

    fn park(&mut self) {
        self.command("set 0c 0");
        self.command("set 0d 0");
        self.command("ignition off");
    }

    fn reset(&mut self) -> Seen {
        std::mem::take(&mut self.seen)
    }

    /// Holds the voltage for so long.
    fn hold(&mut self, seconds: u64, millivolts: u16) {
        self.sweep(seconds, millivolts, millivolts);
    }

    /// Lets the voltage go from one value to another in so long.
    fn sweep(&mut self, seconds: u64, from: u16, to: u16) {
        for second in 0..seconds {
            let share = second as f64 / seconds as f64;
            self.millivolts = (f64::from(from) + (f64::from(to) - f64::from(from)) * share) as u16;
            self.second();
        }
    }

    fn second(&mut self) {
        let start = self.now;
        self.now = start.after(Duration::from_secs(1));
        let mut milliamps = match self.mode {
            Mode::Awake(..) => {
                for tick in 1..=100_u64 {
                    let now = start.after(Duration::from_millis(10).times(tick));
                    self.bus.set_now(now);
                    self.car.poll(now);
                }
                AWAKE_MA
            }
            Mode::Asleep(_) if self.last == Order::CutOff => CUT_OFF_MA,
            Mode::Asleep(_) => ASLEEP_MA,
        };
        self.bus.set_now(self.now);
        match &mut self.mode {
            Mode::Awake(policy, before) => {
                let millivolts = self.millivolts - self.own_load;
                let order = policy.observe(self.now, &self.car.observation(millivolts, None));
                match (order, self.last) {
                    (Order::Poll, Order::Poll) | (Order::Hush, Order::Hush) => {}
                    (Order::Poll, _) => self.car.wake(),
                    (Order::Hush, _) => self.car.hush(self.now),
                    (Order::Sleep | Order::CutOff, _) => {
                        let (cut_off, driven) = (order == Order::CutOff, policy.was_driven());
                        let sleeper = Sleeper::new(self.now, millivolts, cut_off, driven, *before);
                        self.car.hush(self.now);
                        self.mode = Mode::Asleep(sleeper);
                    }
                }
                self.last = order;
                if matches!(order, Order::Poll | Order::Hush) {
                    milliamps += self.radio(order == Order::Hush);
                }
            }
            Mode::Asleep(sleeper) => {
                let speaks = self.ignition && self.open;
                let look = self.now.as_micros().is_multiple_of(10_000_000);
                if look && sleeper.check(self.now, self.millivolts, speaks).is_some() {
                    self.seen.wake_ups += 1;
                    let policy = Policy::new(self.now, self.millivolts - self.own_load);
                    self.mode = Mode::Awake(policy, Some(*sleeper));
                    self.car.wake();
                    self.last = Order::Poll;
                }
            }
        }
        match self.last {
            Order::Poll => self.seen.polled += 1,
            Order::Hush => self.seen.hushed += 1,
            Order::Sleep => self.seen.asleep += 1,
            Order::CutOff => self.seen.cut_off += 1,
        }
        self.seen.milliamp_hours += milliamps / 3_600.0;
    }

    /// What a try of the radio costs, if there is one: a minute of it.
    fn radio(&mut self, parked: bool) -> f64 {
        if !self.radio.may_try(self.now, parked) {
            return 0.0;
        }
        self.seen.radio_tries += 1;
        if self.network {
            // The next batch is full in ten minutes.
            self.radio.succeeded(self.now.after(Duration::from_secs(600)));
        } else {
            self.radio.failed(self.now, 77);
        }
        RADIO_MA * 60.0
    }

    fn car_is_awake(&self) -> bool {
        self.bus.wire(|wire| wire.sim().is_awake(self.now))
    }

    /// How often the dongle woke a car whose ignition was off.
    fn car_woken(&self) -> u32 {
        self.bus.wire(|wire| wire.sim().wake_ups())
    }
}

const MINUTE: u64 = 60;
const HOUR: u64 = 3_600;

/// WiCAN #448: the converter of a battery car holds the 12 V battery above the sleep threshold for hours.
#[test]
fn wican_448_never_sleeps_in_battery_cars() {
    let mut garage = Garage::new(Profile::Battery, 14_400);
    garage.drive(0, 60);
    garage.hold(30 * MINUTE, 14_400);
    assert_eq!(garage.reset().polled, 30 * MINUTE, "it polls while the car drives without an engine");
    garage.park();
    garage.hold(10 * HOUR, 13_500);
    let seen = garage.reset();
    assert!(seen.polled + seen.hushed < 6 * MINUTE, "{seen:?}");
    assert!(seen.asleep > 9 * HOUR, "{seen:?}");
    garage.command("ignition on");
    garage.drive(0, 50);
    garage.hold(10 * MINUTE, 14_400);
    assert!(garage.reset().polled > 8 * MINUTE, "the next trip is not missed");
}

/// WiCAN #162: asleep, the battery recovers above the wake-up threshold; awake, the dongle's load pulls it
/// below again.
#[test]
fn wican_162_wake_loop() {
    let mut garage = Garage::new(Profile::Petrol, 14_200);
    garage.own_load = 350;
    garage.drive(1_800, 60);
    garage.hold(20 * MINUTE, 14_200);
    garage.park();
    garage.hold(10 * MINUTE, 12_900);
    garage.reset();
    garage.hold(24 * HOUR, 12_900);
    let seen = garage.reset();
    assert!(seen.wake_ups <= 30, "{seen:?}");
    assert!(seen.milliamp_hours < 80.0, "{seen:?}");
    garage.drive(1_800, 60);
    garage.hold(5 * MINUTE, 14_200);
    assert!(garage.reset().polled > 4 * MINUTE, "an engine start wakes all the same");
}

/// WiCAN #259: the units stay awake as long as somebody asks them.
#[test]
fn wican_259_polling_keeps_units_awake() {
    let mut garage = Garage::new(Profile::Petrol, 14_200);
    garage.drive(1_800, 60);
    garage.hold(20 * MINUTE, 14_200);
    garage.park();
    garage.hold(3 * MINUTE, 12_700);
    assert!(!garage.car_is_awake(), "polling ended, so the units sleep");
    garage.hold(12 * HOUR, 12_700);
    assert_eq!(garage.car_woken(), 0);
}

/// The same with units that sleep as soon as the ignition goes off: the one request that finds that out wakes
/// them, and none after it.
#[test]
fn units_that_sleep_at_once_are_left_alone() {
    let mut garage = Garage::new(Profile::Petrol, 14_200);
    garage.drive(1_800, 60);
    garage.hold(20 * MINUTE, 14_200);
    garage.command("sleep");
    garage.hold(12 * HOUR, 12_700);
    assert!(garage.car_woken() <= 1, "{}", garage.car_woken());
    assert!(garage.reset().asleep > 11 * HOUR);
}

/// WiCAN #840: a smart alternator lets the voltage sink to that of a parked car on a long drive.
#[test]
fn wican_840_smart_alternator() {
    let mut garage = Garage::new(Profile::Petrol, 14_600);
    garage.drive(2_100, 110);
    for _ in 0..8 {
        garage.hold(2 * MINUTE, 14_700);
        garage.sweep(MINUTE, 14_700, 12_400);
        garage.hold(12 * MINUTE, 12_300);
    }
    let seen = garage.reset();
    assert_eq!(seen.polled, 2 * HOUR, "{seen:?}");
}

/// WiCAN #818: a plug-in hybrid drives without its engine, waits at lights with both off, and charges parked.
#[test]
fn wican_818_plug_in_hybrid_thresholds() {
    let mut garage = Garage::new(Profile::Petrol, 14_000);
    for _ in 0..6 {
        garage.drive(0, 50);
        garage.hold(8 * MINUTE, 14_000);
        garage.drive(0, 0);
        garage.hold(150, 14_000);
    }
    let seen = garage.reset();
    assert_eq!(seen.hushed + seen.asleep, 0, "{seen:?}");
    garage.park();
    garage.hold(8 * HOUR, 13_700);
    let seen = garage.reset();
    assert!(seen.asleep > 7 * HOUR, "charging is no driving: {seen:?}");
}

/// WiCAN #727: the battery was flat after a few days of standing.
#[test]
fn wican_727_twelve_volt_drain() {
    let mut garage = Garage::new(Profile::Petrol, 14_200);
    garage.drive(1_800, 60);
    garage.hold(20 * MINUTE, 14_200);
    garage.park();
    garage.sweep(7 * 24 * HOUR, 12_800, 12_300);
    let seen = garage.reset();
    assert!(seen.milliamp_hours < 7.0 * 24.0 * ASLEEP_MA + 40.0, "{seen:?}");
    assert_eq!(seen.wake_ups, 0);
}

/// WiCAN #454: the ignition stays on in a workshop or a garage, nothing charges, and the dongle polls on.
#[test]
fn wican_454_drain_with_the_ignition_on() {
    let mut garage = Garage::new(Profile::Slow, 12_600);
    garage.drive(0, 0);
    garage.sweep(10 * HOUR, 12_600, 11_600);
    let seen = garage.reset();
    assert!(seen.polled < HOUR, "{seen:?}");
    assert!(seen.cut_off > HOUR, "it gives up before the battery does: {seen:?}");
}

/// OVMS #148: 80 to 120 mA day and night are two to three ampere-hours a day.
#[test]
fn ovms_148_three_ampere_hours_a_day() {
    let mut garage = Garage::new(Profile::Slow, 14_200);
    garage.drive(1_800, 60);
    garage.hold(30 * MINUTE, 14_200);
    garage.park();
    garage.reset();
    garage.hold(24 * HOUR, 12_600);
    let seen = garage.reset();
    assert!(seen.milliamp_hours < 15.0, "a two-hundredth of the complaint: {seen:?}");
}

/// OVMS #922: parked where there is no network, the modem tries again and again.
#[test]
fn ovms_922_retries_without_a_network() {
    let mut garage = Garage::new(Profile::Petrol, 14_200);
    garage.network = false;
    garage.drive(1_800, 60);
    garage.hold(20 * MINUTE, 14_200);
    garage.park();
    garage.reset();
    garage.hold(48 * HOUR, 12_600);
    let seen = garage.reset();
    assert!(seen.radio_tries <= u64::from(Radio::MAX_PARKED) + 3, "{seen:?}");
    assert!(seen.milliamp_hours < 25.0, "{seen:?}");
}

/// OVMS #978: the car draws two amperes because the dongle keeps its bus alive.
#[test]
fn ovms_978_keeps_the_car_awake() {
    let mut garage = Garage::new(Profile::Slow, 14_200);
    garage.drive(1_800, 60);
    garage.hold(20 * MINUTE, 14_200);
    garage.park();
    let mut awake = 0;
    for _ in 0..2 * HOUR {
        garage.hold(1, 12_700);
        awake += u64::from(garage.car_is_awake());
    }
    assert!(awake < 3 * MINUTE, "{awake} s");
    assert_eq!(garage.car_woken(), 0);
}

/// OVMS #711: the 12 V battery of a battery car sinks below 12 V while its bus is alive, and nothing shuts
/// down.
#[test]
fn ovms_711_no_shut_down_below_twelve_volts() {
    let car = Car { traffic: Traffic::Open, ..Car::new(Profile::Battery) };
    let mut garage = Garage::with(car, 12_900);
    garage.drive(0, 0);
    garage.sweep(8 * HOUR, 12_900, 11_300);
    let seen = garage.reset();
    assert!(seen.cut_off > 2 * HOUR, "{seen:?}");
    garage.hold(2 * HOUR, 11_400);
    assert_eq!(garage.reset().wake_ups, 0);
    garage.drive(0, 40);
    garage.hold(2 * MINUTE, 14_400);
    assert!(garage.reset().polled > MINUTE, "the voltage rose: it wakes");
}

/// Three states at once, and no single one of them, make it sleep.
#[test]
fn no_single_sign_makes_it_sleep() {
    let mut low_while_driving = Garage::new(Profile::Petrol, 12_200);
    low_while_driving.drive(1_800, 60);
    low_while_driving.hold(HOUR, 12_200);
    assert_eq!(low_while_driving.reset().polled, HOUR);

    let mut bus_alive = Garage::new(Profile::Slow, 12_700);
    bus_alive.drive(0, 0);
    bus_alive.hold(2 * HOUR, 12_700);
    let seen = bus_alive.reset();
    assert_eq!(seen.asleep, 0, "{seen:?}");
    assert!(seen.polled < 10 * MINUTE, "but it asks ever more seldom: {seen:?}");
}
