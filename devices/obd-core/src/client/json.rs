/// One value of a JSON text (RFC 8259), found but not copied. Lookups walk the text; nothing is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Value<'a>(&'a [u8]);

/// Deeper texts are refused.
const MAX_DEPTH: usize = 16;

impl<'a> Value<'a> {
    /// The whole text as one value, nothing after it.
    pub(super) fn parse(text: &'a [u8]) -> Option<Self> {
        let (value, rest) = value(space(text), MAX_DEPTH)?;
        space(rest).is_empty().then_some(value)
    }

    /// A member of an object; the first with that name.
    pub(super) fn get(self, name: &str) -> Option<Self> {
        let mut rest = space(self.0.strip_prefix(b"{")?);
        loop {
            let (key, after) = string(rest)?;
            let (found, after) = value(space(space(after).strip_prefix(b":")?), MAX_DEPTH)?;
            if key == name.as_bytes() {
                return Some(found);
            }
            rest = space(space(after).strip_prefix(b",")?);
        }
    }

    /// An element of an array.
    pub(super) fn at(self, index: usize) -> Option<Self> {
        let mut rest = space(self.0.strip_prefix(b"[")?);
        let mut left = index;
        loop {
            let (found, after) = value(rest, MAX_DEPTH)?;
            if left == 0 {
                return Some(found);
            }
            left = left.checked_sub(1)?;
            rest = space(space(after).strip_prefix(b",")?);
        }
    }

    pub(super) fn is_null(self) -> bool {
        self.0 == b"null"
    }

    /// The bytes of a string, escapes as they stand.
    pub(super) fn text(self) -> Option<&'a [u8]> {
        let (text, rest) = string(self.0)?;
        rest.is_empty().then_some(text)
    }

    /// A plain whole number, as in `"id": 7`.
    pub(super) fn number(self) -> Option<u64> {
        core::str::from_utf8(self.0).ok()?.parse().ok()
    }

    /// A plain whole number with a sign, as an error's code.
    pub(super) fn integer(self) -> Option<i32> {
        core::str::from_utf8(self.0).ok()?.parse().ok()
    }

    /// A quantity: "0x" and at least one hexadecimal digit, at most 128 bits.
    pub(super) fn quantity(self) -> Option<u128> {
        let digits = self.text()?.strip_prefix(b"0x")?;
        if digits.is_empty() || digits.len() > 32 {
            return None;
        }
        digits.iter().try_fold(0_u128, |sum, digit| Some(sum.checked_shl(4)? | u128::from(nibble(*digit)?)))
    }

    /// A quantity of at most 64 bits.
    pub(super) fn small(self) -> Option<u64> {
        u64::try_from(self.quantity()?).ok()
    }

    /// Exactly `N` bytes of data: "0x" and two digits each.
    pub(super) fn data<const N: usize>(self) -> Option<[u8; N]> {
        let digits = self.text()?.strip_prefix(b"0x")?;
        let pairs = digits.as_chunks::<2>();
        if pairs.0.len() != N || !pairs.1.is_empty() {
            return None;
        }
        let mut bytes = [0; N];
        for (byte, [high, low]) in bytes.iter_mut().zip(pairs.0) {
            *byte = nibble(*high)? << 4 | nibble(*low)?;
        }
        Some(bytes)
    }
}

fn nibble(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).and_then(|digit| u8::try_from(digit).ok())
}

fn space(text: &[u8]) -> &[u8] {
    let blanks = text.iter().take_while(|byte| matches!(byte, b' ' | b'\t' | b'\r' | b'\n')).count();
    text.get(blanks..).unwrap_or_default()
}

/// A string's inside and what follows it.
fn string(text: &[u8]) -> Option<(&[u8], &[u8])> {
    let inside = text.strip_prefix(b"\"")?;
    let mut escaped = false;
    for (index, byte) in inside.iter().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => return Some((inside.get(..index)?, inside.get(index.checked_add(1)?..)?)),
            0..0x20 => return None,
            _ => {}
        }
    }
    None
}

/// The value that a text starts with, and what follows it.
fn value(text: &[u8], depth: usize) -> Option<(Value<'_>, &[u8])> {
    let depth = depth.checked_sub(1)?;
    let rest = match text.first()? {
        b'"' => string(text)?.1,
        b'{' => members(text, b'}', |text| {
            let (_, rest) = string(text)?;
            Some(value(space(space(rest).strip_prefix(b":")?), depth)?.1)
        })?,
        b'[' => members(text, b']', |text| Some(value(text, depth)?.1))?,
        _ => {
            let len = text
                .iter()
                .take_while(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'+' | b'.'))
                .count();
            let (word, rest) = text.split_at_checked(len)?;
            let number = matches!(word.first()?, b'-' | b'0'..=b'9');
            if !number && !matches!(word, b"true" | b"false" | b"null") {
                return None;
            }
            rest
        }
    };
    let len = text.len().checked_sub(rest.len())?;
    Some((Value(text.get(..len)?), rest))
}

/// What follows a list in brackets, each item of which `item` skips.
fn members<'a>(text: &'a [u8], end: u8, item: impl Fn(&'a [u8]) -> Option<&'a [u8]>) -> Option<&'a [u8]> {
    let mut rest = space(text.get(1..)?);
    if rest.first() == Some(&end) {
        return rest.get(1..);
    }
    loop {
        rest = space(item(rest)?);
        let (next, after) = rest.split_first()?;
        match next {
            b',' => rest = space(after),
            next if *next == end => return Some(after),
            _ => return None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    extern crate std;

    #[test]
    fn values_are_found_where_they_stand() {
        let text = br#" { "id" : 7, "s":"a\"}b", "n": null, "list": [1, [2], {"x":"0x10"}], "big":"0xffffffffffffffffffffffffffffffff" } "#;
        let value = Value::parse(text).unwrap();
        assert_eq!(value.get("id").unwrap().number(), Some(7));
        assert_eq!(value.get("s").unwrap().text(), Some(&br#"a\"}b"#[..]));
        assert!(value.get("n").unwrap().is_null());
        assert_eq!(value.get("list").unwrap().at(2).unwrap().get("x").unwrap().quantity(), Some(16));
        assert_eq!(value.get("list").unwrap().at(3), None);
        assert_eq!(value.get("big").unwrap().quantity(), Some(u128::MAX));
        assert_eq!(value.get("big").unwrap().small(), None);
        assert_eq!(value.get("x"), None);
        assert_eq!(Value::parse(br#""0xAb01""#).unwrap().data(), Some([0xab, 1]));
        assert_eq!(Value::parse(br#""0xab0""#).unwrap().data::<1>(), None);
        assert_eq!(Value::parse(br#""0x""#).unwrap().quantity(), None);
    }

    #[test]
    fn nonsense_is_no_value() {
        for text in
            ["", "{", "{\"a\"}", "[1,]", "[1 2]", "\"a", "nul", "{} x", "{\"a\":}", "]", "\"\u{1}\"", "[1}"]
        {
            assert_eq!(Value::parse(text.as_bytes()), None, "{text}");
        }
        let deep = std::vec![b'['; 10_000];
        assert_eq!(Value::parse(&deep), None);
    }

    /// Every prefix of an answer, as a line that breaks off leaves it.
    #[test]
    fn truncated_answers_are_no_values() {
        let text = br#"{"jsonrpc":"2.0","id":1,"result":{"hash":"0x00","n":[1,{"a":null}]}}"#;
        for len in 0..text.len() {
            assert_eq!(Value::parse(&text[..len]), None);
        }
    }
}
