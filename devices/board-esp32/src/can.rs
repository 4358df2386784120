//! The chip's CAN controller behind [`Bus`].

use embedded_can::Frame as _;
use esp_hal::Blocking;
use esp_hal::gpio::AnyPin;
use esp_hal::peripherals::TWAI0;
use esp_hal::twai::{BaudRate, ErrorKind, EspTwaiError, EspTwaiFrame, Twai as Controller};
use esp_hal::twai::{TwaiConfiguration, TwaiMode};
use obd_core::can::{Bitrate, Bus, BusError, Frame, Health, Mode};
use obd_core::obd::TxFrame;

/// The TWAI controller and a transceiver. It never recovers from bus-off by itself.
pub struct Twai {
    peripheral: TWAI0<'static>,
    rx: AnyPin<'static>,
    tx: AnyPin<'static>,
    running: Option<(Controller<'static, Blocking>, Mode)>,
    bus_errors: u32,
    overruns: u32,
}

impl Twai {
    /// Stopped, with the pins of the transceiver.
    pub const fn new(peripheral: TWAI0<'static>, rx: AnyPin<'static>, tx: AnyPin<'static>) -> Self {
        Self { peripheral, rx, tx, running: None, bus_errors: 0, overruns: 0 }
    }
}

impl Bus for Twai {
    fn start(&mut self, bitrate: Bitrate, mode: Mode) -> Result<(), BusError> {
        self.stop();
        (self.bus_errors, self.overruns) = (0, 0);
        let rate = match bitrate {
            Bitrate::Kbit500 => BaudRate::B500K,
            Bitrate::Kbit250 => BaudRate::B250K,
        };
        let wires = match mode {
            Mode::ListenOnly => TwaiMode::ListenOnly,
            Mode::Normal => TwaiMode::Normal,
        };
        // SAFETY: `stop` dropped the driver that held the copies before these.
        let (peripheral, rx, tx) = unsafe {
            (self.peripheral.clone_unchecked(), self.rx.clone_unchecked(), self.tx.clone_unchecked())
        };
        let controller = TwaiConfiguration::new(peripheral, rx, tx, rate, wires).start();
        self.running = Some((controller, mode));
        Ok(())
    }

    fn stop(&mut self) {
        if let Some((controller, _)) = self.running.take() {
            // Reset mode: a frame that is being repeated is abandoned.
            drop(controller.stop());
        }
    }

    fn receive(&mut self) -> Option<Frame> {
        let (controller, _) = self.running.as_mut()?;
        match controller.receive() {
            Ok(frame) if !frame.is_remote_request() => Frame::new(id(&frame), frame.data()),
            Ok(_) | Err(nb::Error::WouldBlock) => None,
            Err(nb::Error::Other(EspTwaiError::EmbeddedHAL(ErrorKind::Overrun))) => {
                self.overruns = self.overruns.saturating_add(1);
                controller.clear_receive_fifo();
                None
            }
            Err(nb::Error::Other(_)) => None,
        }
    }

    fn transmit(&mut self, frame: &TxFrame) -> Result<(), BusError> {
        let Some((controller, Mode::Normal)) = self.running.as_mut() else { return Err(BusError::Silent) };
        let frame = frame.frame();
        let frame =
            EspTwaiFrame::new(embedded_can::Frame::id(frame), frame.data()).ok_or(BusError::Silent)?;
        match controller.transmit(&frame) {
            Ok(()) => Ok(()),
            Err(nb::Error::WouldBlock) => Err(BusError::Busy),
            Err(nb::Error::Other(_)) => Err(BusError::Silent),
        }
    }

    fn health(&mut self) -> Health {
        let Some((controller, _)) = &self.running else { return Health::default() };
        let registers = TWAI0::regs();
        // Reading the interrupts clears them, and reading the capture arms it again.
        if registers.int_raw().read().bus_err_int_st().bit_is_set() {
            self.bus_errors = self.bus_errors.saturating_add(1);
            registers.err_code_cap().read();
        }
        Health {
            transmit_errors: u16::from(controller.transmit_error_count()),
            receive_errors: u16::from(controller.receive_error_count()),
            bus_errors: self.bus_errors,
            overruns: self.overruns,
            bus_off: controller.is_bus_off(),
            transmitting: registers.status().read().tx_buf_st().bit_is_clear(),
        }
    }
}

fn id(frame: &EspTwaiFrame) -> embedded_can::Id {
    embedded_can::Frame::id(frame)
}
