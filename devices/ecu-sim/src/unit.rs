use crate::encode;
use std::collections::BTreeMap;

/// One control unit: what it knows and how it answers.
#[derive(Clone, Debug, Default)]
pub struct Unit {
    /// 0 to 7 with 11-bit identifiers, the source address with 29.
    pub number: u8,
    /// The bytes of each parameter of service 01.
    pub parameters: BTreeMap<u8, Vec<u8>>,
    /// The bytes of each item of service 09, as they follow the item's number.
    pub info: BTreeMap<u8, Vec<u8>>,
    /// Confirmed, pending and permanent codes: two bytes of SAE J2012 and a failure type each.
    pub codes: [Vec<[u8; 3]>; 3],
    /// Answers services 01 to 0A.
    pub classic: bool,
    /// Answers UDS service 22 for these identifiers' high bytes (0xF4 parameters, 0xF8 items), and service 19.
    pub uds: bool,
    /// Answers UDS service 22 for 0xF4A6 although it is no J1979-2 unit and has no parameter A6.
    pub odometer_did: Option<Vec<u8>>,
}

const CONFIRMED: usize = 0;
const PENDING: usize = 1;
const PERMANENT: usize = 2;

impl Unit {
    /// Sets parameter `pid` to a value in the standard's unit. False when it is not one number.
    pub fn set(&mut self, pid: u8, value: f64) -> bool {
        encode(pid, value).map(|bytes| self.parameters.insert(pid, bytes)).is_some()
    }

    /// As a scan tool's service 04 would: confirmed and pending codes go, permanent ones stay, the counters
    /// begin again.
    pub fn clear_codes(&mut self) {
        self.codes[CONFIRMED].clear();
        self.codes[PENDING].clear();
        for counter in [0x21, 0x30, 0x31, 0x4d, 0x4e] {
            if self.parameters.contains_key(&counter) {
                self.set(counter, 0.0);
            }
        }
        if let Some([lamp, ..]) = self.parameters.get_mut(&0x01).map(Vec::as_mut_slice) {
            *lamp = 0;
        }
    }

    /// The answer to `request`; none where the standards want silence. To a request that was sent to all, a
    /// unit does not say what it lacks.
    pub fn answer(&self, request: &[u8], to_all: bool) -> Option<Vec<u8>> {
        let (service, rest) = request.split_first()?;
        let refuse = |code: u8| (!to_all).then(|| vec![0x7f, *service, code]);
        match (service, rest) {
            (0x01, pids) if self.classic => self.current(pids).or_else(|| refuse(0x12)),
            (0x02, [pid, frame]) if self.classic => self.frozen(*pid, *frame).or_else(|| refuse(0x12)),
            (0x03, []) if self.classic => Some(self.listed(0x43, CONFIRMED)),
            (0x07, []) if self.classic => Some(self.listed(0x47, PENDING)),
            (0x0a, []) if self.classic => Some(self.listed(0x4a, PERMANENT)),
            (0x09, [item]) if self.classic => {
                let data = bit_field(*item, &self.info).or_else(|| self.info.get(item).cloned());
                data.map(|data| [vec![0x49, *item], data].concat()).or_else(|| refuse(0x12))
            }
            (0x22, dids) => self.identified(dids).or_else(|| refuse(0x31)),
            (0x19, [0x42, 0x33, mask, _severity]) if self.uds => Some(self.by_status(*mask)),
            (0x19, [0x55, 0x33]) if self.uds => Some(self.permanent()),
            _ => refuse(0x11),
        }
    }

    fn current(&self, pids: &[u8]) -> Option<Vec<u8>> {
        let mut answer = vec![0x41];
        for pid in pids {
            if let Some(data) = self.parameter(*pid) {
                answer.push(*pid);
                answer.extend(data);
            }
        }
        (answer.len() > 1).then_some(answer)
    }

    /// Freeze frame 0 exists while there is a confirmed code; parameter 02 names it, the others are the
    /// current values.
    fn frozen(&self, pid: u8, frame: u8) -> Option<Vec<u8>> {
        let code = self.codes[CONFIRMED].first().filter(|_| frame == 0)?;
        let data = if pid == 0x02 { code[..2].to_vec() } else { self.parameter(pid)? };
        Some([vec![0x42, pid, frame], data].concat())
    }

    fn identified(&self, dids: &[u8]) -> Option<Vec<u8>> {
        let mut answer = vec![0x62];
        for did in dids.chunks_exact(2) {
            let data = match *did {
                [0xf4, 0xa6] if self.odometer_did.is_some() => self.odometer_did.clone(),
                [0xf4, pid] if self.uds => self.parameter(pid),
                [0xf8, item] if self.uds => {
                    bit_field(item, &self.info).or_else(|| self.info.get(&item).cloned())
                }
                _ => None,
            };
            if let Some(data) = data {
                answer.extend(did);
                answer.extend(data);
            }
        }
        (answer.len() > 1).then_some(answer)
    }

    fn parameter(&self, pid: u8) -> Option<Vec<u8>> {
        bit_field(pid, &self.parameters).or_else(|| self.parameters.get(&pid).cloned())
    }

    fn listed(&self, head: u8, kind: usize) -> Vec<u8> {
        let codes = &self.codes[kind];
        let count = u8::try_from(codes.len()).unwrap_or(u8::MAX);
        let mut answer = vec![head, count];
        answer.extend(codes.iter().take(count.into()).flat_map(|code| &code[..2]));
        answer
    }

    fn by_status(&self, mask: u8) -> Vec<u8> {
        let mut answer = vec![0x59, 0x42, 0x33, 0xff, 0xff, 0x04];
        for (kind, status) in [(CONFIRMED, 0x08), (PENDING, 0x04)] {
            if mask & status != 0 {
                for code in &self.codes[kind] {
                    answer.push(0x20);
                    answer.extend(code);
                    answer.push(status);
                }
            }
        }
        answer
    }

    fn permanent(&self) -> Vec<u8> {
        let mut answer = vec![0x59, 0x55, 0x33, 0xff, 0x04];
        for code in &self.codes[PERMANENT] {
            answer.extend(code);
            answer.push(0x08);
        }
        answer
    }
}

/// For 0x00, 0x20, 0x40 …: which of the next 32 exist, the last bit standing for "and there are more".
fn bit_field(base: u8, items: &BTreeMap<u8, Vec<u8>>) -> Option<Vec<u8>> {
    if base & 0x1f != 0 {
        return None;
    }
    let exists = |number: u16| {
        let more = number & 0x1f == 0;
        items.keys().any(|item| if more { u16::from(*item) > number } else { u16::from(*item) == number })
    };
    if base > 0 && !exists(base.into()) {
        return None;
    }
    let bits = (1..=32).fold(0_u32, |bits, offset| bits << 1 | u32::from(exists(u16::from(base) + offset)));
    Some(bits.to_be_bytes().to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn engine() -> Unit {
        let mut unit = Unit { classic: true, ..Unit::default() };
        assert!(unit.set(0x0c, 1726.0) && unit.set(0xa6, 123_456.7));
        unit.codes[CONFIRMED].push([0x01, 0x33, 0]);
        unit
    }

    #[test]
    fn bit_fields_name_what_exists() {
        let unit = engine();
        assert_eq!(unit.answer(&[0x01, 0x00], true), Some(vec![0x41, 0x00, 0x00, 0x10, 0x00, 0x01]));
        assert_eq!(unit.answer(&[0x01, 0xa0], true), Some(vec![0x41, 0xa0, 0x04, 0x00, 0x00, 0x00]));
        assert_eq!(unit.answer(&[0x01, 0xc0], true), None);
    }

    #[test]
    fn what_a_unit_lacks_it_says_only_when_asked_alone() {
        let unit = engine();
        assert_eq!(unit.answer(&[0x01, 0x0d], true), None);
        assert_eq!(unit.answer(&[0x01, 0x0d], false), Some(vec![0x7f, 0x01, 0x12]));
        assert_eq!(unit.answer(&[0x22, 0xf4, 0x0c], false), Some(vec![0x7f, 0x22, 0x31]));
        assert_eq!(unit.answer(&[0x02, 0x02, 0x00], true), Some(vec![0x42, 0x02, 0x00, 0x01, 0x33]));
    }

    #[test]
    fn clearing_leaves_permanent_codes() {
        let mut unit = engine();
        unit.codes[PERMANENT].push([0x01, 0x33, 0]);
        unit.set(0x31, 900.0);
        unit.clear_codes();
        assert_eq!(unit.answer(&[0x03], true), Some(vec![0x43, 0]));
        assert_eq!(unit.answer(&[0x0a], true), Some(vec![0x4a, 1, 0x01, 0x33]));
        assert_eq!(unit.parameters[&0x31], [0, 0]);
    }
}
