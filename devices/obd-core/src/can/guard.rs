use super::{Bitrate, Bus, BusError, Frame, Health, Mode};
use crate::obd::TxFrame;
use crate::{Duration, Instant};
use core::fmt;

/// Stands between the dongle and the bus and falls silent before it can do harm. Nothing else in this crate
/// transmits.
///
/// While the car is not known yet ([`Guard::try_talking`]) the first error of any kind stops the controller,
/// which also abandons a frame that it is repeating. Later ([`Guard::trust`]) a bus may have its rare error,
/// but a burst of them, a transmit error counter of [`Guard::TEC_LIMIT`] or bus-off end the talking. Once
/// silent, it stays so until it is told to start again.
#[derive(Debug)]
pub struct Guard<B> {
    bus: B,
    bitrate: Bitrate,
    standing: Standing,
    trusted: bool,
    /// Bus errors when the present second began, and when that was.
    window: (Instant, u32),
    sent_at: Instant,
}

/// What the controller is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Stopped.
    Stopped,
    /// Receives and drives nothing.
    Listening,
    /// Takes part.
    Talking,
}

/// Why the guard fell silent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Silence {
    /// An error while the car was not known yet: most likely the wrong bit rate, or nobody there.
    FirstError,
    /// A frame was not acknowledged in time: nobody is there any more.
    Unacknowledged,
    /// Many errors in a second, as a classic controller sees on a bus that carries CAN FD.
    ErrorBurst,
    /// The transmit error counter came near the limit of ISO 11898-1.
    TransmitErrors,
    /// The controller took itself off the bus.
    BusOff,
    /// The controller does not answer.
    ControllerGone,
}

impl fmt::Display for Silence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::FirstError => "an error on the bus while looking for the car",
            Self::Unacknowledged => "nobody acknowledges any more",
            Self::ErrorBurst => {
                "bursts of errors: the bus may carry CAN FD, which this device cannot take part in"
            }
            Self::TransmitErrors => "too many transmit errors",
            Self::BusOff => "the CAN controller went bus-off",
            Self::ControllerGone => "the CAN controller does not answer",
        })
    }
}

impl<B: Bus> Guard<B> {
    /// The transmit error counter at which the dongle falls silent; the car's units notice it from 128.
    pub const TEC_LIMIT: u16 = 96;
    /// Bus errors in one second that are a burst.
    pub const BURST: u32 = 8;
    const WINDOW: Duration = Duration::from_secs(1);

    /// Over a controller that is stopped first.
    pub fn new(mut bus: B) -> Self {
        bus.stop();
        Self {
            bus,
            bitrate: Bitrate::Kbit500,
            standing: Standing::Stopped,
            trusted: false,
            window: (Instant::default(), 0),
            sent_at: Instant::default(),
        }
    }

    /// Starts to listen.
    pub fn listen(&mut self, now: Instant, bitrate: Bitrate) -> Result<(), Silence> {
        self.start(now, bitrate, Mode::ListenOnly)
    }

    /// Starts to take part, ready to stop at the first error.
    pub fn try_talking(&mut self, now: Instant, bitrate: Bitrate) -> Result<(), Silence> {
        self.start(now, bitrate, Mode::Normal)
    }

    /// The car answered: from now on single errors are taken as a bus has them.
    pub const fn trust(&mut self) {
        self.trusted = true;
    }

    /// Stops the controller.
    pub fn stop(&mut self) {
        self.bus.stop();
        self.standing = Standing::Stopped;
        self.trusted = false;
    }

    /// What the controller is doing.
    pub const fn standing(&self) -> Standing {
        self.standing
    }

    /// What the controller has counted.
    pub fn health(&mut self) -> Health {
        self.bus.health()
    }

    /// The oldest frame that arrived, if any.
    pub fn receive(&mut self) -> Option<Frame> {
        match self.standing {
            Standing::Stopped => None,
            Standing::Listening | Standing::Talking => self.bus.receive(),
        }
    }

    /// Sends, if the guard lets it.
    pub fn transmit(&mut self, now: Instant, frame: &TxFrame) -> Result<(), BusError> {
        if self.standing != Standing::Talking {
            return Err(BusError::Silent);
        }
        self.sent_at = now;
        self.bus.transmit(frame)
    }

    /// Looks at the controller's counters; to be called as often as frames are fetched. The reason, when it
    /// made the guard fall silent.
    pub fn check(&mut self, now: Instant) -> Option<Silence> {
        if self.standing == Standing::Stopped {
            return None;
        }
        let health = self.bus.health();
        let silence = self.judge(now, health)?;
        match silence {
            // The counters of a listener do not rise, so it does no harm and may see the bus recover.
            Silence::TransmitErrors | Silence::ErrorBurst => {
                self.listen(now, self.bitrate).err().or(Some(silence))
            }
            _ => {
                self.stop();
                Some(silence)
            }
        }
    }

    fn judge(&mut self, now: Instant, health: Health) -> Option<Silence> {
        if self.standing == Standing::Listening {
            return None;
        }
        if health.bus_off {
            return Some(Silence::BusOff);
        }
        if !self.trusted && (health.bus_errors > 0 || health.transmit_errors > 0) {
            return Some(Silence::FirstError);
        }
        if health.transmit_errors >= Self::TEC_LIMIT {
            return Some(Silence::TransmitErrors);
        }
        if health.transmitting && now.since(self.sent_at) > crate::isotp::Timing::OBD.sender_frame {
            return Some(Silence::Unacknowledged);
        }
        let (since, errors) = self.window;
        if health.bus_errors.saturating_sub(errors) >= Self::BURST {
            return Some(Silence::ErrorBurst);
        }
        if now.since(since) >= Self::WINDOW {
            self.window = (now, health.bus_errors);
        }
        None
    }

    fn start(&mut self, now: Instant, bitrate: Bitrate, mode: Mode) -> Result<(), Silence> {
        self.trusted = false;
        self.bitrate = bitrate;
        self.window = (now, 0);
        match self.bus.start(bitrate, mode) {
            Ok(()) => {
                self.standing = match mode {
                    Mode::ListenOnly => Standing::Listening,
                    Mode::Normal => Standing::Talking,
                };
                Ok(())
            }
            Err(_) => {
                self.stop();
                Err(Silence::ControllerGone)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A controller with these counters, and what it was last told.
    struct Counters(Health, Option<Mode>);

    impl Bus for Counters {
        fn start(&mut self, _: Bitrate, mode: Mode) -> Result<(), BusError> {
            self.1 = Some(mode);
            Ok(())
        }

        fn stop(&mut self) {
            self.1 = None;
        }

        fn receive(&mut self) -> Option<Frame> {
            None
        }

        fn transmit(&mut self, _: &TxFrame) -> Result<(), BusError> {
            Ok(())
        }

        fn health(&mut self) -> Health {
            self.0
        }
    }

    const NOW: Instant = Instant::from_millis(1);

    /// What a talking guard makes of these counters, and what it leaves the controller doing.
    fn judged(trusted: bool, health: Health) -> (Option<Silence>, Option<Mode>) {
        let mut guard = Guard::new(Counters(health, None));
        guard.try_talking(NOW, Bitrate::Kbit500).unwrap();
        if trusted {
            guard.trust();
        }
        (guard.check(NOW), guard.bus.1)
    }

    #[test]
    fn the_first_error_stops_a_guard_that_does_not_know_the_car() {
        let one = Health { bus_errors: 1, ..Health::default() };
        assert_eq!(judged(false, one), (Some(Silence::FirstError), None));
        assert_eq!(judged(true, one), (None, Some(Mode::Normal)));
        let unacknowledged = Health { transmit_errors: 8, ..Health::default() };
        assert_eq!(judged(false, unacknowledged), (Some(Silence::FirstError), None));
        assert_eq!(judged(true, unacknowledged), (None, Some(Mode::Normal)));
    }

    #[test]
    fn limits_make_a_listener_and_bus_off_stops() {
        let listening = Some(Mode::ListenOnly);
        let errors = Health { transmit_errors: 96, ..Health::default() };
        assert_eq!(judged(true, errors), (Some(Silence::TransmitErrors), listening));
        let burst = Health { bus_errors: Guard::<Counters>::BURST, ..Health::default() };
        assert_eq!(judged(true, burst), (Some(Silence::ErrorBurst), listening));
        let off = Health { bus_off: true, ..Health::default() };
        assert_eq!(judged(true, off), (Some(Silence::BusOff), None));
    }

    #[test]
    fn a_listener_does_not_transmit() {
        use crate::obd::{Addressing, InfoType, Request};
        let vin = TxFrame::to_all(Request::Info(InfoType::VIN), Addressing::Standard);
        let mut guard = Guard::new(Counters(Health::default(), None));
        assert_eq!(guard.transmit(NOW, &vin), Err(BusError::Silent));
        guard.listen(NOW, Bitrate::Kbit500).unwrap();
        assert_eq!(guard.transmit(NOW, &vin), Err(BusError::Silent));
        guard.try_talking(NOW, Bitrate::Kbit500).unwrap();
        assert_eq!(guard.transmit(NOW, &vin), Ok(()));
    }
}
