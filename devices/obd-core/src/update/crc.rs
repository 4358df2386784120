/// CRC-32 with the reversed polynomial 0xEDB88320 as the bootloader computes it for `otadata`: from an
/// initial register of zero, inverted at the end.
pub(super) fn crc32(bytes: &[u8]) -> u32 {
    let mut register = 0_u32;
    for byte in bytes {
        register ^= u32::from(*byte);
        for _ in 0..8 {
            let carry = register & 1;
            register = (register >> 1) ^ (0xedb8_8320 & 0_u32.wrapping_sub(carry));
        }
    }
    !register
}

#[cfg(test)]
mod tests {
    use super::crc32;

    /// What esp-idf's `otatool` writes for the sequence numbers 1 and 2.
    #[test]
    fn equals_the_bootloaders() {
        assert_eq!(crc32(&1_u32.to_le_bytes()), 0x4743_989a);
        assert_eq!(crc32(&2_u32.to_le_bytes()), 0x55f6_3774);
    }
}
