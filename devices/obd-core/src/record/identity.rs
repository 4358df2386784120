use crate::bytes::{Pack, Unpack};

/// The 17 characters of a vehicle identification number (ISO 3779), as the car gave them.
pub type Vin = [u8; 17];

/// How many calibration verification numbers a record holds.
const MAX_CVN: usize = 8;

/// Who the car says it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Identity {
    /// Service 09 PID 02 (or DID F802).
    pub vin: Vin,
    /// Calibration verification numbers (service 09 PID 06), one for each calibration, in the order in
    /// which the control units gave them; zero where there is none.
    pub cvn: [u32; MAX_CVN],
}

impl Identity {
    pub(crate) const LEN: usize = 17 + 4 * MAX_CVN;

    pub(crate) fn to_bytes(self) -> [u8; Self::LEN] {
        let pack = Pack::new().put(&self.vin);
        self.cvn.iter().fold(pack, |pack, cvn| pack.put(&cvn.to_be_bytes())).finish()
    }

    pub(crate) fn read(fields: &mut Unpack<'_>) -> Self {
        let vin = fields.take();
        Self { vin, cvn: core::array::from_fn(|_| u32::from_be_bytes(fields.take())) }
    }
}
