/// The items of an SSZ container or list whose items are all of variable size: a table of offsets (4 bytes
/// each, little-endian), then the items.
pub(crate) fn items(bytes: &[u8]) -> Result<Vec<&[u8]>, String> {
    if bytes.is_empty() {
        return Ok(Vec::new());
    }
    let first = offset(bytes, 0)?;
    if first == 0 || first % 4 != 0 {
        return Err(format!("an SSZ offset table of {first} bytes"));
    }
    let count = first / 4;
    let mut starts = (0..count).map(|index| offset(bytes, index)).collect::<Result<Vec<_>, _>>()?;
    starts.push(bytes.len());
    let slices = starts.windows(2).map(|pair| bytes.get(pair[0]..pair[1]));
    slices.collect::<Option<_>>().ok_or_else(|| "SSZ offsets are out of order".to_owned())
}

fn offset(bytes: &[u8], index: usize) -> Result<usize, String> {
    let word = bytes.get(4 * index..4 * index + 4).and_then(|word| word.try_into().ok());
    let word = word.ok_or("the SSZ offset table is cut short")?;
    Ok(u32::from_le_bytes(word) as usize)
}

#[cfg(test)]
mod tests {
    use super::items;

    #[test]
    fn splits_at_the_offsets() {
        let bytes = [8, 0, 0, 0, 10, 0, 0, 0, 1, 2, 3];
        assert_eq!(items(&bytes), Ok(vec![&[1u8, 2][..], &[3]]));
        assert_eq!(items(&[]), Ok(vec![]));
    }

    #[test]
    fn nonsense_is_an_error() {
        for bytes in [
            &[1u8, 0][..],
            &[3, 0, 0, 0],
            &[0, 0, 0, 0],
            &[8, 0, 0, 0, 99, 0, 0, 0, 1],
            &[8, 0, 0, 0, 7, 0, 0, 0],
        ] {
            assert!(items(bytes).is_err(), "{bytes:?}");
        }
    }
}
