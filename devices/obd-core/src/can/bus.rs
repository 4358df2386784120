use super::Frame;
use crate::obd::TxFrame;
use thiserror::Error;

/// A CAN controller, polled: no call waits.
///
/// An implementation must not start the controller again by itself after bus-off, and in
/// [`Mode::ListenOnly`] must drive nothing onto the wires, acknowledgements included.
pub trait Bus {
    /// Stops the controller, forgets what it counted and held, and starts it anew.
    fn start(&mut self, bitrate: Bitrate, mode: Mode) -> Result<(), BusError>;

    /// Stops the controller at once: a frame that is being repeated after errors is abandoned.
    fn stop(&mut self);

    /// The oldest frame that arrived, if any.
    fn receive(&mut self) -> Option<Frame>;

    /// Hands one frame to the controller. There is room for one: [`BusError::Busy`] until it is out.
    fn transmit(&mut self, frame: &TxFrame) -> Result<(), BusError>;

    /// What the controller has counted since it was started.
    fn health(&mut self) -> Health;
}

/// The two rates that ISO 15765-4 allows on the diagnostic connector.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bitrate {
    /// 500 kbit/s.
    Kbit500,
    /// 250 kbit/s.
    Kbit250,
}

/// Whether the controller may drive the wires.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Receives and drives nothing: no acknowledgement, no error flag.
    ListenOnly,
    /// Takes part in the bus.
    Normal,
}

/// What a controller counted since [`Bus::start`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Health {
    /// Transmit error counter (TEC), ISO 11898-1: error passive from 128, bus-off from 256.
    pub transmit_errors: u16,
    /// Receive error counter (REC).
    pub receive_errors: u16,
    /// Protocol errors seen on the wires, in either mode; only rises.
    pub bus_errors: u32,
    /// Frames lost because nobody fetched them; only rises.
    pub overruns: u32,
    /// The controller has left the bus.
    pub bus_off: bool,
    /// A frame handed to [`Bus::transmit`] is not out yet.
    pub transmitting: bool,
}

/// Why a controller refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum BusError {
    /// The frame before this one is not out yet.
    #[error("the frame before is not out yet")]
    Busy,
    /// The controller is stopped, bus-off or in listen-only mode.
    #[error("the controller may not transmit: stopped, bus-off or listen-only")]
    Silent,
    /// The connection to the controller is gone.
    #[error("the CAN controller does not answer")]
    Gone,
}
