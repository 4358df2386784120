use super::{FlowStatus, Pci, Timing};
use crate::{Duration, Instant};
use thiserror::Error;

/// Puts the frames of one partner together into messages of up to `N` bytes.
#[derive(Clone, Debug)]
pub struct Receiver<const N: usize> {
    pace: Pace,
    patience: Duration,
    state: State,
    /// Bytes of `message` that are valid.
    filled: usize,
    message: [u8; N],
}

#[derive(Clone, Copy, Debug)]
enum State {
    Idle,
    Receiving {
        /// Bytes of the whole message.
        len: usize,
        /// The index that the next consecutive frame must have.
        next: u8,
        /// Frames until the next flow control is due; none when everything may come at once.
        block_left: Option<u8>,
        /// When the next frame must be here.
        deadline: Instant,
    },
}

/// What a receiver asks of its sender.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Pace {
    /// Frames between two flow controls; 0, which ISO 15765-4 wants of test equipment, for all at once.
    pub block_size: u8,
    /// STmin as sent.
    pub st_min: u8,
}

/// What a frame led to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Heard {
    /// Nothing to do: part of a message, or not for a receiver.
    Nothing,
    /// Send this flow control now.
    Send(FlowStatus),
    /// [`Receiver::message`] is whole.
    Complete,
    /// The message is lost. After [`ReceiveError::TooLong`] a flow control "overflow" is to be sent.
    Failed(ReceiveError),
}

/// Why a message was lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum ReceiveError {
    /// N_Cr ran out: the next frame did not come.
    #[error("the next consecutive frame did not come in time")]
    Timeout,
    /// A frame was lost, repeated or overtaken.
    #[error("consecutive frame {got} came instead of {expected}")]
    WrongIndex {
        /// The index that was due.
        expected: u8,
        /// The index that came.
        got: u8,
    },
    /// The message does not fit.
    #[error("a message of {len} bytes is longer than there is room for")]
    TooLong {
        /// What the first frame announced.
        len: u32,
    },
}

impl<const N: usize> Receiver<N> {
    /// Nothing received yet.
    pub const fn new(pace: Pace, timing: Timing) -> Self {
        Self { pace, patience: timing.consecutive_frame, state: State::Idle, filled: 0, message: [0; N] }
    }

    /// Takes in the bytes of one frame. A new message in the middle of another ends the old one.
    pub fn on_frame(&mut self, now: Instant, frame: &[u8]) -> Heard {
        match Pci::parse(frame) {
            Some(Pci::Single(data)) => {
                self.begin(data);
                Heard::Complete
            }
            Some(Pci::First { len, data }) => {
                self.begin(data);
                let Some(len) = usize::try_from(len).ok().filter(|len| *len <= N) else {
                    return Heard::Failed(ReceiveError::TooLong { len });
                };
                let deadline = now.after(self.patience);
                self.state = State::Receiving { len, next: 1, block_left: self.block(), deadline };
                Heard::Send(FlowStatus::Continue)
            }
            Some(Pci::Consecutive { index, data }) => self.on_consecutive(now, index, data),
            Some(Pci::FlowControl { .. }) | None => Heard::Nothing,
        }
    }

    /// To be called now and then: reports once when the sender has gone silent in the middle of a message.
    pub fn on_time(&mut self, now: Instant) -> Option<ReceiveError> {
        match self.state {
            State::Receiving { deadline, .. } if now > deadline => {
                self.state = State::Idle;
                Some(ReceiveError::Timeout)
            }
            _ => None,
        }
    }

    /// Forgets a message that has begun.
    pub const fn abort(&mut self) {
        self.state = State::Idle;
        self.filled = 0;
    }

    /// A message has begun and is not complete.
    pub const fn is_receiving(&self) -> bool {
        matches!(self.state, State::Receiving { .. })
    }

    /// The message, once [`Heard::Complete`] was returned and until the next frame.
    pub fn message(&self) -> &[u8] {
        self.message.get(..self.filled).unwrap_or(&[])
    }

    /// What flow controls are to ask.
    pub const fn pace(&self) -> Pace {
        self.pace
    }

    fn on_consecutive(&mut self, now: Instant, index: u8, data: &[u8]) -> Heard {
        let State::Receiving { len, next, block_left, .. } = self.state else {
            return Heard::Nothing;
        };
        if index != next {
            self.state = State::Idle;
            return Heard::Failed(ReceiveError::WrongIndex { expected: next, got: index });
        }
        let wanted = len.saturating_sub(self.filled).min(7);
        let Some(data) = data.get(..wanted) else {
            return Heard::Nothing;
        };
        self.append(data);
        if self.filled >= len {
            self.state = State::Idle;
            return Heard::Complete;
        }
        let left = block_left.map(|left| left.saturating_sub(1));
        let block_ended = left == Some(0);
        self.state = State::Receiving {
            len,
            next: next.wrapping_add(1) & 0x0f,
            block_left: if block_ended { self.block() } else { left },
            deadline: now.after(self.patience),
        };
        if block_ended { Heard::Send(FlowStatus::Continue) } else { Heard::Nothing }
    }

    fn begin(&mut self, data: &[u8]) {
        self.state = State::Idle;
        self.filled = 0;
        self.append(data);
    }

    /// What does not fit is not taken; `len` was checked against `N` before.
    fn append(&mut self, data: &[u8]) {
        let room = self.message.get_mut(self.filled..).unwrap_or_default();
        for (to, from) in room.iter_mut().zip(data) {
            *to = *from;
            self.filled = self.filled.saturating_add(1);
        }
    }

    const fn block(&self) -> Option<u8> {
        match self.pace.block_size {
            0 => None,
            size => Some(size),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn receiver() -> Receiver<64> {
        Receiver::new(Pace::default(), Timing::OBD)
    }

    const START: Instant = Instant::from_millis(1_000);
    const FIRST: [u8; 8] = [0x10, 0x14, 0x49, 0x02, 0x01, b'L', b'S', b'V'];

    #[test]
    fn a_single_frame_is_a_message() {
        let mut receiver = receiver();
        assert_eq!(receiver.on_frame(START, &[0x03, 0x41, 0x0d, 0x3c, 0xcc]), Heard::Complete);
        assert_eq!(receiver.message(), [0x41, 0x0d, 0x3c]);
    }

    #[test]
    fn a_vin_comes_in_three_frames() {
        let mut receiver = receiver();
        assert_eq!(receiver.on_frame(START, &FIRST), Heard::Send(FlowStatus::Continue));
        assert_eq!(receiver.on_frame(START, b"\x21AU0330E"), Heard::Nothing);
        assert_eq!(receiver.on_frame(START, b"\x222119384"), Heard::Complete);
        assert_eq!(receiver.message(), b"\x49\x02\x01LSVAU0330E2119384");
    }

    #[test]
    fn a_block_ends_with_another_flow_control() {
        let mut receiver = Receiver::<64>::new(Pace { block_size: 2, st_min: 5 }, Timing::OBD);
        let go = Heard::Send(FlowStatus::Continue);
        assert_eq!(receiver.on_frame(START, &[0x10, 40, 0, 1, 2, 3, 4, 5]), go);
        let heard = [0x21, 0x22, 0x23, 0x24].map(|head| receiver.on_frame(START, &[head; 8]));
        assert_eq!(heard, [Heard::Nothing, go, Heard::Nothing, go]);
        assert_eq!(receiver.on_frame(START, &[0x25; 8]), Heard::Complete);
        assert_eq!(receiver.message().len(), 40);
    }

    #[test]
    fn lost_repeated_and_overtaken_frames_end_the_message() {
        for (second, got) in [(0x22, 2), (0x20, 0), (0x2f, 15)] {
            let mut receiver = receiver();
            receiver.on_frame(START, &FIRST);
            let failed = ReceiveError::WrongIndex { expected: 1, got };
            assert_eq!(receiver.on_frame(START, &[second; 8]), Heard::Failed(failed));
            assert_eq!(receiver.on_frame(START, &[0x21; 8]), Heard::Nothing, "nothing is open any more");
        }
    }

    #[test]
    fn silence_in_the_middle_is_reported_once() {
        let mut receiver = receiver();
        receiver.on_frame(START, &FIRST);
        let last = START.after(Timing::OBD.consecutive_frame);
        assert_eq!(receiver.on_time(last), None);
        assert_eq!(receiver.on_time(last.after(Duration::from_micros(1))), Some(ReceiveError::Timeout));
        assert_eq!(receiver.on_time(last.after(Duration::from_secs(9))), None);
    }

    #[test]
    fn a_message_too_long_is_refused_and_the_next_one_taken() {
        let mut receiver = receiver();
        for (frame, len) in
            [([0x10, 65, 1, 2, 3, 4, 5, 6], 65), ([0x10, 0, 0xff, 0xff, 0xff, 0xff, 1, 2], u32::MAX)]
        {
            assert_eq!(receiver.on_frame(START, &frame), Heard::Failed(ReceiveError::TooLong { len }));
            assert_eq!(receiver.on_frame(START, &[0x21; 8]), Heard::Nothing);
        }
        assert_eq!(receiver.on_frame(START, &[0x01, 0x43]), Heard::Complete);
        assert_eq!(receiver.message(), [0x43]);
    }

    #[test]
    fn frames_that_cannot_be_are_ignored() {
        let mut receiver = receiver();
        let frames: [&[u8]; 9] = [
            &[],
            &[0x00, 1],
            &[0x03, 1, 2],
            &[0x08, 1, 2, 3, 4, 5, 6, 7],
            &[0x10, 7, 1, 2, 3, 4, 5, 6],
            &[0x10, 20, 1],
            &[0x10, 0, 0, 0, 0x0f, 0xff, 1, 2],
            &[0x30, 0, 0],
            &[0x40; 8],
        ];
        for frame in frames {
            assert_eq!(receiver.on_frame(START, frame), Heard::Nothing, "{frame:02x?}");
        }
        receiver.on_frame(START, &FIRST);
        assert_eq!(receiver.on_frame(START, b"\x21AU"), Heard::Nothing, "a short frame in the middle");
        assert_eq!(receiver.on_frame(START, b"\x21AU0330E"), Heard::Nothing);
        assert_eq!(receiver.on_frame(START, b"\x222119384"), Heard::Complete);
    }

    #[test]
    fn a_new_message_ends_the_old_one() {
        let mut receiver = receiver();
        receiver.on_frame(START, &FIRST);
        assert_eq!(receiver.on_frame(START, &[0x02, 0x41, 0x0d]), Heard::Complete);
        assert_eq!(receiver.message(), [0x41, 0x0d]);
        assert!(!receiver.is_receiving());
    }
}
