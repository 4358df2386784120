use crate::bytes::{Pack, Unpack};

/// What was signed away today, at its worst. A node can hide what a transaction cost, so receipts do not
/// count.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Budget {
    day: u32,
    spent: u128,
}

impl Budget {
    pub(super) const LEN: usize = 20;

    /// Adds `wei` when the day's sum stays within `cap`. Where no clock knows the day, it has not changed, nor
    /// where one was set back by a day. A day further ahead was a lie, from before the device lost its power:
    /// it would be the last one for years.
    pub(super) fn charge(mut self, day: Option<u32>, wei: u128, cap: u128) -> Option<Self> {
        if let Some(day) = day
            && (day > self.day || self.day.saturating_sub(day) > 1)
        {
            self = Self { day, spent: 0 };
        }
        self.spent = self.spent.checked_add(wei).filter(|sum| *sum <= cap)?;
        Some(self)
    }

    pub(super) fn to_bytes(self) -> [u8; Self::LEN] {
        Pack::new().put(&self.day.to_be_bytes()).put(&self.spent.to_be_bytes()).finish()
    }

    pub(super) fn from_bytes(bytes: &[u8; Self::LEN]) -> Self {
        let mut fields = Unpack::new(bytes);
        Self { day: u32::from_be_bytes(fields.take()), spent: u128::from_be_bytes(fields.take()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_has_its_cap_and_a_clock_set_back_none_more() {
        let budget = Budget::default().charge(Some(10), 60, 100).unwrap();
        assert_eq!(budget.charge(Some(10), 41, 100), None);
        assert_eq!(budget.charge(None, 41, 100), None);
        assert_eq!(budget.charge(Some(9), 41, 100), None);
        let full = budget.charge(Some(10), 40, 100).unwrap();
        assert_eq!(full, Budget { day: 10, spent: 100 });
        assert_eq!(full.charge(Some(11), 100, 100), Some(Budget { day: 11, spent: 100 }));
        assert_eq!(full.charge(Some(10), u128::MAX, u128::MAX), None);
        assert_eq!(full.charge(Some(8), 1, 100), Some(Budget { day: 8, spent: 1 }));
        assert_eq!(Budget::from_bytes(&full.to_bytes()), full);
    }
}
