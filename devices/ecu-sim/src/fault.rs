use std::collections::VecDeque;
use std::str::FromStr;
use thiserror::Error;

/// Something that goes wrong with every so-manieth answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fault {
    /// What goes wrong.
    pub kind: FaultKind,
    /// 1 for every answer, 3 for every third.
    pub every: u32,
}

/// What can go wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FaultKind {
    /// No answer.
    Silent,
    /// "Pending" (0x78) once, then the answer.
    Pending,
    /// "Pending" again and again, and no answer.
    EndlessPending,
    /// "Busy, repeat" (0x21).
    Busy,
    /// The second frame of a long answer is lost.
    LostFrame,
    /// The second frame of a long answer comes twice.
    RepeatedFrame,
    /// The second and third frame of a long answer change places.
    SwappedFrames,
    /// The answer breaks off after the first frame.
    BrokenOff,
    /// The first frame announces more than will come.
    WrongLength,
    /// A short answer announces more bytes than it has.
    ShortFrame,
    /// The last byte of the answer is missing.
    MissingByte,
    /// The answer is to something else.
    OtherAnswer,
}

impl FaultKind {
    /// All of them, with the name that selects each.
    pub const ALL: [(&'static str, Self); 12] = [
        ("silent", Self::Silent),
        ("pending", Self::Pending),
        ("endless-pending", Self::EndlessPending),
        ("busy", Self::Busy),
        ("lost-frame", Self::LostFrame),
        ("repeated-frame", Self::RepeatedFrame),
        ("swapped-frames", Self::SwappedFrames),
        ("broken-off", Self::BrokenOff),
        ("wrong-length", Self::WrongLength),
        ("short-frame", Self::ShortFrame),
        ("missing-byte", Self::MissingByte),
        ("other-answer", Self::OtherAnswer),
    ];

    /// The messages that take the place of `answer`.
    pub(crate) fn messages(self, request: &[u8], mut answer: Vec<u8>) -> Vec<Vec<u8>> {
        let service = request.first().copied().unwrap_or(0);
        let refuse = |code| vec![0x7f, service, code];
        match self {
            Self::Silent => Vec::new(),
            Self::Pending => vec![refuse(0x78), answer],
            Self::EndlessPending => vec![refuse(0x78); 40],
            Self::Busy => vec![refuse(0x21)],
            Self::MissingByte => {
                answer.pop();
                vec![answer]
            }
            Self::OtherAnswer => {
                for byte in answer.iter_mut().skip(1).take(1) {
                    *byte ^= 0x01;
                }
                vec![answer]
            }
            _ => vec![answer],
        }
    }

    /// Spoils the frames of one message, which wait in `frames`; `first` tells whether the front one begins it.
    pub(crate) fn spoil(self, frames: &mut VecDeque<[u8; 8]>) {
        let Some(head) = frames.front().map(|frame| frame[0] >> 4) else { return };
        match (self, head) {
            (Self::LostFrame, 2) => drop(frames.pop_front()),
            (Self::RepeatedFrame, 2) => frames.push_front(frames[0]),
            (Self::SwappedFrames, 2) if frames.len() > 1 => frames.swap(0, 1),
            (Self::BrokenOff, 2) => frames.clear(),
            (Self::WrongLength, 1) => frames[0][1] = frames[0][1].wrapping_add(20),
            (Self::ShortFrame, 0) => frames[0][0] = 7,
            _ => {}
        }
    }
}

impl FromStr for Fault {
    type Err = MalformedFault;

    /// `lost-frame` or `lost-frame/3`.
    fn from_str(text: &str) -> Result<Self, MalformedFault> {
        let malformed = || MalformedFault(text.to_owned());
        let (name, every) = text.split_once('/').unwrap_or((text, "1"));
        let kind = FaultKind::ALL.into_iter().find(|(known, _)| *known == name).ok_or_else(malformed)?.1;
        let every = every.parse().ok().filter(|every| *every > 0).ok_or_else(malformed)?;
        Ok(Self { kind, every })
    }
}

/// Not a fault.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error(
    "\"{0}\" is no fault: silent, pending, endless-pending, busy, lost-frame, repeated-frame, swapped-frames, \
     broken-off, wrong-length, short-frame, missing-byte, other-answer, each with /N for every Nth answer"
)]
pub struct MalformedFault(String);
