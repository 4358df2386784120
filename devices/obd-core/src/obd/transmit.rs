use super::{Addressing, Ecu, Request};
use crate::can::Frame;
use crate::isotp::{FlowStatus, PADDING, Pace};
use embedded_can::Id;

/// A frame that may leave the dongle. It comes only out of a [`Request`] or a [`FlowStatus`], addressed as
/// ISO 15765-4 says: nothing else can be put on a car's bus.
///
/// ```compile_fail
/// use obd_core::{can::Frame, obd::TxFrame};
/// fn forged(clear_codes: Frame) -> TxFrame {
///     TxFrame(clear_codes)
/// }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TxFrame(Frame);

impl TxFrame {
    /// `request` to every unit of the car.
    pub fn to_all(request: Request, addressing: Addressing) -> Self {
        Self::single(request, addressing.functional_id())
    }

    /// `request` to one unit that has answered before.
    pub fn to_unit(request: Request, unit: Ecu) -> Self {
        Self::single(request, unit.request_id())
    }

    /// The reply to a first frame, or to the last frame of a block, of `unit`. The dongle has no use for
    /// "wait" or for reserved values: they become "overflow", which ends the message.
    pub fn flow_control(status: FlowStatus, pace: Pace, unit: Ecu) -> Self {
        let [kind, block, separation] = match status {
            FlowStatus::Continue => [0x30, pace.block_size, pace.st_min],
            FlowStatus::Wait | FlowStatus::Overflow | FlowStatus::Reserved(_) => [0x32, 0, 0],
        };
        let pad = PADDING;
        Self(Frame::full(unit.request_id(), [kind, block, separation, pad, pad, pad, pad, pad]))
    }

    /// The frame, to be read only.
    pub const fn frame(&self) -> &Frame {
        &self.0
    }

    fn single(request: Request, id: Id) -> Self {
        let (len, bytes) = request.bytes();
        let mut data = [PADDING; 8];
        let (header, payload) = data.split_at_mut(1);
        header.copy_from_slice(&[len]);
        for (to, from) in payload.iter_mut().zip(bytes).take(usize::from(len)) {
            *to = from;
        }
        Self(Frame::full(id, data))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::obd::{CodeQuery, Did, InfoType, Pid};
    use embedded_can::Frame as _;
    use std::vec::Vec;

    fn every_request() -> Vec<Request> {
        use Request::*;
        let mut all = std::vec![ConfirmedCodes, PendingCodes, PermanentCodes];
        all.push(Codes(CodeQuery::Permanent));
        for byte in 0..=u8::MAX {
            all.extend([Codes(CodeQuery::Status(byte)), Current(Pid(byte)), Info(InfoType(byte))]);
            all.push(Frozen { pid: Pid(byte), frame: byte });
        }
        all.extend((0..=u16::MAX).filter_map(Did::new).map(Data));
        all
    }

    #[test]
    fn only_reading_services_leave_the_dongle() {
        for request in every_request() {
            for addressing in [Addressing::Standard, Addressing::Extended] {
                let sent = TxFrame::to_all(request, addressing);
                let data = sent.frame().data();
                assert_eq!(data.len(), 8);
                assert!((1..8).contains(&data[0]), "a single frame: {data:02x?}");
                assert!([0x01, 0x02, 0x03, 0x07, 0x09, 0x0a, 0x22, 0x19].contains(&data[1]), "{data:02x?}");
                assert_eq!(data[1], request.service());
                assert!(data[usize::from(data[0]) + 1..].iter().all(|byte| *byte == PADDING));
            }
        }
    }

    #[test]
    fn data_identifiers_are_the_legislated_ones() {
        assert_eq!((0..=u16::MAX).filter_map(Did::new).count(), 0x500);
        assert_eq!(Did::new(0xf3ff), None);
        assert_eq!(Did::new(0xf190), None, "the maker's VIN identifier is not legislated");
        assert_eq!(Did::of_pid(Pid(0xa6)).number(), 0xf4a6);
        assert_eq!(Did::of_info(InfoType::VIN).number(), 0xf802);
    }

    #[test]
    fn flow_control_goes_to_the_unit_that_sends() {
        let unit = Ecu::from_reply(Id::Standard(embedded_can::StandardId::new(0x7ea).unwrap())).unwrap();
        let sent = TxFrame::flow_control(FlowStatus::Continue, Pace::default(), unit);
        assert_eq!(sent.frame().id(), unit.request_id());
        assert_eq!(sent.frame().data(), [0x30, 0, 0, 0xcc, 0xcc, 0xcc, 0xcc, 0xcc]);
        let refused = TxFrame::flow_control(FlowStatus::Overflow, Pace { block_size: 1, st_min: 1 }, unit);
        assert_eq!(refused.frame().data()[..3], [0x32, 0, 0]);
    }
}
