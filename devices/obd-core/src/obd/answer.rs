use super::{Did, InfoType, Pid, Request};

/// What a unit said to a [`Request`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer<'a> {
    /// The data, without the service and without the echo of what was asked.
    Data(&'a [u8]),
    /// It works on it; the real answer follows (response code 0x78).
    Pending,
    /// It will not say.
    Refused(ResponseCode),
}

/// A negative response code of ISO 14229-1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ResponseCode(pub u8);

impl ResponseCode {
    /// The answer is on its way.
    pub const PENDING: Self = Self(0x78);

    /// Asking again on this trip is of no use: service, sub-function or item are not supported, or not in the
    /// session that the dongle is bound to.
    pub const fn is_final(self) -> bool {
        matches!(self.0, 0x11 | 0x12 | 0x13 | 0x31 | 0x33 | 0x7e | 0x7f)
    }
}

impl Request {
    /// Reads a message of a unit; none when it does not answer this request.
    pub fn answer(self, message: &[u8]) -> Option<Answer<'_>> {
        let (head, rest) = message.split_first()?;
        if *head == 0x7f {
            let [service, code] = *rest.first_chunk()?;
            return (service == self.service()).then_some(match ResponseCode(code) {
                ResponseCode::PENDING => Answer::Pending,
                code => Answer::Refused(code),
            });
        }
        if *head != self.service() | 0x40 {
            return None;
        }
        let data = match self {
            Self::Current(Pid(item)) | Self::Info(InfoType(item)) => rest.strip_prefix(&[item]),
            Self::Frozen { pid, frame } => rest.strip_prefix(&[pid.0, frame]),
            Self::ConfirmedCodes | Self::PendingCodes | Self::PermanentCodes => Some(rest),
            Self::Data(did) => rest.strip_prefix(&Did::number(did).to_be_bytes()),
            Self::Codes(query) => rest.strip_prefix(&[query.sub_function(), super::request::EMISSION_GROUP]),
        };
        data.map(Answer::Data)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::obd::CodeQuery;

    #[test]
    fn an_answer_echoes_what_was_asked() {
        let speed = Request::Current(Pid::SPEED);
        assert_eq!(speed.answer(&[0x41, 0x0d, 60]), Some(Answer::Data(&[60])));
        for other in [&[0x41, 0x0c, 60][..], &[0x42, 0x0d, 60], &[0x41], &[]] {
            assert_eq!(speed.answer(other), None);
        }
        let odometer = Request::Data(Did::of_pid(Pid::ODOMETER));
        assert_eq!(odometer.answer(&[0x62, 0xf4, 0xa6, 1]), Some(Answer::Data(&[1])));
        assert_eq!(odometer.answer(&[0x62, 0xf4, 0xa7, 1]), None);
        let codes = Request::Codes(CodeQuery::Permanent);
        assert_eq!(codes.answer(&[0x59, 0x55, 0x33, 0xff]), Some(Answer::Data(&[0xff])));
    }

    #[test]
    fn a_refusal_names_the_service() {
        let vin = Request::Info(InfoType::VIN);
        assert_eq!(vin.answer(&[0x7f, 0x09, 0x78]), Some(Answer::Pending));
        assert_eq!(vin.answer(&[0x7f, 0x09, 0x12]), Some(Answer::Refused(ResponseCode(0x12))));
        assert_eq!(vin.answer(&[0x7f, 0x01, 0x12]), None);
        assert_eq!(vin.answer(&[0x7f, 0x09]), None);
    }
}
