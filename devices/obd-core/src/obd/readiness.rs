/// Parameter 01: the malfunction indicator, the number of codes, and which monitors have finished since the
/// codes were cleared (SAE J1979-DA).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Readiness {
    /// The malfunction indicator lamp is on.
    pub mil: bool,
    /// Confirmed emission-related codes, 0 to 127.
    pub codes: u8,
    /// The engine is a compression-ignition (diesel) one, which gives the eight upper bits their meaning.
    pub compression_ignition: bool,
    /// Monitors that the car has: bits 0 to 7 as byte C has them, bits 8 to 10 misfire, fuel system and
    /// components.
    pub supported: u16,
    /// Those of `supported` that have not finished.
    pub incomplete: u16,
}

impl Readiness {
    /// From the four bytes of an answer; none for any other length.
    pub fn from_answer(data: &[u8]) -> Option<Self> {
        let &[lamp, continuous, supported, incomplete] = data else { return None };
        let supported = u16::from_be_bytes([continuous & 0x07, supported]);
        let incomplete = u16::from_be_bytes([continuous >> 4 & 0x07, incomplete]);
        Some(Self {
            mil: lamp & 0x80 != 0,
            codes: lamp & 0x7f,
            compression_ignition: continuous & 0x08 != 0,
            supported,
            incomplete: incomplete & supported,
        })
    }

    /// Every monitor has finished: the codes were not cleared shortly before an inspection.
    pub const fn is_ready(&self) -> bool {
        self.incomplete == 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bits_stand_where_the_standard_puts_them() {
        let ready = Readiness::from_answer(&[0x83, 0x07, 0x65, 0x00]).unwrap();
        assert!(ready.mil && ready.is_ready() && !ready.compression_ignition);
        assert_eq!((ready.codes, ready.supported), (3, 0x0765));
        let cleared = Readiness::from_answer(&[0x00, 0x7f, 0x65, 0xff]).unwrap();
        assert!(!cleared.is_ready() && cleared.compression_ignition);
        assert_eq!(cleared.incomplete, 0x0765, "what is not there is not incomplete");
        assert_eq!(Readiness::from_answer(&[0; 3]), None);
    }
}
