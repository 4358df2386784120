/// Remainders by a divisor that is known only at run time, with two multiplications in place of a division
/// (Lemire, Kaser and Kurz, "Faster remainder by direct computation", 2019).
#[derive(Clone, Copy, Debug)]
pub(crate) struct FastMod {
    /// 2^64 / divisor, rounded up; 0 stands for 2^64.
    inverse: u64,
    divisor: u32,
}

impl FastMod {
    /// Prepares the divisor; 0 is read as 1.
    pub(crate) fn new(divisor: u32) -> Self {
        let divisor = divisor.max(1);
        Self { inverse: (u64::MAX / u64::from(divisor)).wrapping_add(1), divisor }
    }

    /// `value mod divisor`.
    #[inline(always)]
    pub(crate) fn rem(self, value: u32) -> u32 {
        let fraction = self.inverse.wrapping_mul(u64::from(value));
        ((u128::from(fraction) * u128::from(self.divisor)) >> 64) as u32
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn equals_the_remainder(value: u32, divisor in 1..=u32::MAX) {
            prop_assert_eq!(FastMod::new(divisor).rem(value), value % divisor);
        }
    }

    #[test]
    fn edges() {
        for divisor in [1, 2, 3, 16, 256, 262_139, 1 << 31, u32::MAX - 1, u32::MAX] {
            for value in
                [0, 1, 2, 15, 16, divisor - 1, divisor, divisor.wrapping_add(1), u32::MAX - 1, u32::MAX]
            {
                assert_eq!(FastMod::new(divisor).rem(value), value % divisor, "{value} mod {divisor}");
            }
        }
        assert_eq!(FastMod::new(0).rem(7), 0);
    }
}
