use super::{FlowStatus, PADDING, Timing, separation_time};
use crate::{Duration, Instant};
use thiserror::Error;

/// Cuts one message into frames. The dongle itself never needs it, its requests fit single frames; the cars
/// that it is tested with do.
#[derive(Clone, Debug)]
pub struct Sender<M> {
    message: M,
    /// Bytes sent.
    sent: usize,
    /// The index of the next consecutive frame.
    index: u8,
    waits: u8,
    block_left: Option<u8>,
    separation: Duration,
    timing: Timing,
    state: State,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// The next frame may go at this time.
    Ready(Instant),
    /// A frame is with the controller.
    Confirming {
        deadline: Instant,
        frame: Kind,
    },
    /// Nothing moves before the receiver speaks.
    AwaitingFlow {
        deadline: Instant,
    },
    Done,
    Failed,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Single,
    First,
    Consecutive,
}

/// What a sender wants.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// Send these eight bytes and call [`Sender::sent`] when they are out.
    Send([u8; 8]),
    /// Nothing before the receiver or the clock moves.
    Wait,
    /// The message is out.
    Done,
}

/// Why a message did not arrive.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum SendError {
    /// 0 bytes, or more than 2^32 - 1.
    #[error("a message has 1 to 4294967295 bytes, not {0}")]
    Length(usize),
    /// N_As ran out: the frame did not get onto the bus.
    #[error("the frame did not get onto the bus in time")]
    NotSent,
    /// N_Bs ran out: no flow control came.
    #[error("no flow control came in time")]
    NoFlowControl,
    /// The receiver said "wait" more than N_WFTmax times.
    #[error("the receiver said \"wait\" too often")]
    TooManyWaits,
    /// The receiver has no room.
    #[error("the message is too long for the receiver")]
    Overflow,
    /// A flow status that the standard reserves.
    #[error("flow status {0} is reserved")]
    ReservedStatus(u8),
}

impl<M: AsRef<[u8]>> Sender<M> {
    /// Ready to send the first frame at once.
    pub fn new(message: M, timing: Timing) -> Result<Self, SendError> {
        let len = message.as_ref().len();
        if len == 0 || u32::try_from(len).is_err() {
            return Err(SendError::Length(len));
        }
        Ok(Self {
            message,
            sent: 0,
            index: 1,
            waits: 0,
            block_left: None,
            separation: Duration::ZERO,
            timing,
            state: State::Ready(Instant::default()),
        })
    }

    /// What is to be done at `now`. Errors are reported once; a sender that failed is done.
    pub fn poll(&mut self, now: Instant) -> Result<Next, SendError> {
        match self.state {
            State::Ready(at) if at <= now => {
                let (kind, frame) = self.frame();
                self.state = State::Confirming { deadline: now.after(self.timing.sender_frame), frame: kind };
                Ok(Next::Send(frame))
            }
            State::Confirming { deadline, .. } if now > deadline => self.fail(SendError::NotSent),
            State::AwaitingFlow { deadline } if now > deadline => self.fail(SendError::NoFlowControl),
            State::Ready(_) | State::Confirming { .. } | State::AwaitingFlow { .. } => Ok(Next::Wait),
            State::Done | State::Failed => Ok(Next::Done),
        }
    }

    /// The frame that [`Sender::poll`] gave is on the bus.
    pub fn sent(&mut self, now: Instant) {
        let State::Confirming { frame, .. } = self.state else { return };
        let left = self.message.as_ref().len().saturating_sub(self.sent);
        let awaiting = State::AwaitingFlow { deadline: now.after(self.timing.flow_control) };
        self.state = match frame {
            Kind::Single => State::Done,
            Kind::First => awaiting,
            Kind::Consecutive if left == 0 => State::Done,
            Kind::Consecutive => {
                self.block_left = self.block_left.map(|left| left.saturating_sub(1));
                if self.block_left == Some(0) { awaiting } else { State::Ready(now.after(self.separation)) }
            }
        };
    }

    /// Nothing is sent before the receiver speaks.
    pub const fn awaits_flow_control(&self) -> bool {
        matches!(self.state, State::AwaitingFlow { .. })
    }

    /// A flow control arrived. One that nobody waits for is ignored.
    pub fn on_flow_control(
        &mut self,
        now: Instant,
        status: FlowStatus,
        block_size: u8,
        st_min: u8,
    ) -> Result<(), SendError> {
        if !matches!(self.state, State::AwaitingFlow { .. }) {
            return Ok(());
        }
        match status {
            FlowStatus::Continue => {
                self.waits = 0;
                self.block_left = Some(block_size).filter(|size| *size > 0);
                self.separation = separation_time(st_min);
                self.state = State::Ready(now);
                Ok(())
            }
            FlowStatus::Wait if self.waits >= self.timing.max_waits => self.fail(SendError::TooManyWaits),
            FlowStatus::Wait => {
                self.waits = self.waits.saturating_add(1);
                self.state = State::AwaitingFlow { deadline: now.after(self.timing.flow_control) };
                Ok(())
            }
            FlowStatus::Overflow => self.fail(SendError::Overflow),
            FlowStatus::Reserved(status) => self.fail(SendError::ReservedStatus(status)),
        }
    }

    fn fail<T>(&mut self, error: SendError) -> Result<T, SendError> {
        self.state = State::Failed;
        Err(error)
    }

    /// The next frame; what it carries counts as sent.
    fn frame(&mut self) -> (Kind, [u8; 8]) {
        let message = self.message.as_ref();
        let len = message.len();
        let mut frame = [PADDING; 8];
        let (kind, header_len, header) = match self.sent {
            0 if len <= 7 => (Kind::Single, 1, [low_byte(len), 0, 0, 0, 0, 0]),
            0 => {
                let [.., b3, b2, b1, b0] = len.to_be_bytes();
                if len <= 0x0fff {
                    (Kind::First, 2, [0x10 | b1, b0, 0, 0, 0, 0])
                } else {
                    (Kind::First, 6, [0x10, 0, b3, b2, b1, b0])
                }
            }
            _ => {
                let index = self.index;
                self.index = index.wrapping_add(1) & 0x0f;
                (Kind::Consecutive, 1, [0x20 | index, 0, 0, 0, 0, 0])
            }
        };
        let rest = message.get(self.sent..).unwrap_or(&[]);
        let content = header.iter().take(header_len).chain(rest);
        let mut filled: usize = 0;
        for (to, from) in frame.iter_mut().zip(content) {
            *to = *from;
            filled = filled.saturating_add(1);
        }
        self.sent = self.sent.saturating_add(filled.saturating_sub(header_len));
        (kind, frame)
    }
}

const fn low_byte(number: usize) -> u8 {
    let [low, ..] = number.to_le_bytes();
    low
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: Instant = Instant::from_millis(5);

    /// Sends until the sender waits for something other than the bus.
    fn burst(sender: &mut Sender<&[u8]>, now: Instant) -> std::vec::Vec<[u8; 8]> {
        let mut frames = std::vec::Vec::new();
        while let Ok(Next::Send(frame)) = sender.poll(now) {
            frames.push(frame);
            sender.sent(now);
        }
        frames
    }

    #[test]
    fn short_messages_are_single_frames() {
        let mut sender = Sender::new(&[0x41, 0x0d, 0x3c][..], Timing::OBD).unwrap();
        assert_eq!(burst(&mut sender, START), [[3, 0x41, 0x0d, 0x3c, 0xcc, 0xcc, 0xcc, 0xcc]]);
        assert_eq!(sender.poll(START), Ok(Next::Done));
        assert_eq!(Sender::new(&[][..], Timing::OBD).unwrap_err(), SendError::Length(0));
    }

    #[test]
    fn blocks_and_pauses_are_kept() {
        let message = [7; 40];
        let mut sender = Sender::new(&message[..], Timing::OBD).unwrap();
        assert_eq!(burst(&mut sender, START), [[0x10, 40, 7, 7, 7, 7, 7, 7]]);
        sender.on_flow_control(START, FlowStatus::Continue, 2, 0xf2).unwrap();
        assert_eq!(burst(&mut sender, START), [[0x21, 7, 7, 7, 7, 7, 7, 7]]);
        assert_eq!(sender.poll(START.after(Duration::from_micros(199))), Ok(Next::Wait));
        let later = START.after(Duration::from_micros(200));
        assert_eq!(burst(&mut sender, later), [[0x22, 7, 7, 7, 7, 7, 7, 7]]);
        assert_eq!(sender.poll(later.after(Duration::from_millis(1))), Ok(Next::Wait), "the block is over");
        sender.on_flow_control(later, FlowStatus::Continue, 0, 0).unwrap();
        assert_eq!(burst(&mut sender, later).len(), 3);
        assert_eq!(sender.poll(later), Ok(Next::Done));
    }

    #[test]
    fn an_endless_wait_ends() {
        let mut sender = Sender::new(&[0; 20][..], Timing::OBD).unwrap();
        burst(&mut sender, START);
        for _ in 0..Timing::OBD.max_waits {
            assert_eq!(sender.on_flow_control(START, FlowStatus::Wait, 0, 0), Ok(()));
        }
        let refused = sender.on_flow_control(START, FlowStatus::Wait, 0, 0);
        assert_eq!(refused, Err(SendError::TooManyWaits));
        assert_eq!(sender.poll(START), Ok(Next::Done));
    }

    #[test]
    fn every_timer_runs_out() {
        let late = START.after(Duration::from_secs(1));
        let mut unsent = Sender::new(&[0; 20][..], Timing::OBD).unwrap();
        assert!(matches!(unsent.poll(START), Ok(Next::Send(_))));
        assert_eq!(unsent.poll(late), Err(SendError::NotSent));
        let mut unanswered = Sender::new(&[0; 20][..], Timing::OBD).unwrap();
        burst(&mut unanswered, START);
        assert_eq!(unanswered.poll(late), Err(SendError::NoFlowControl));
    }

    #[test]
    fn refusals_end_the_message() {
        let refusals = [
            (FlowStatus::Overflow, SendError::Overflow),
            (FlowStatus::Reserved(7), SendError::ReservedStatus(7)),
        ];
        for (status, error) in refusals {
            let mut sender = Sender::new(&[0; 20][..], Timing::OBD).unwrap();
            burst(&mut sender, START);
            assert_eq!(sender.on_flow_control(START, status, 0, 0), Err(error));
            assert_eq!(sender.on_flow_control(START, FlowStatus::Continue, 0, 0), Ok(()));
            assert_eq!(sender.poll(START), Ok(Next::Done));
        }
    }

    #[test]
    fn a_long_message_has_a_long_length() {
        let message = [1; 0x1000];
        let mut sender = Sender::new(&message[..], Timing::OBD).unwrap();
        assert_eq!(burst(&mut sender, START), [[0x10, 0, 0, 0, 0x10, 0, 1, 1]]);
    }
}
