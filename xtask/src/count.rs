use std::ops::AddAssign;

/// Tests counted from the closing lines of their runners.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    pub(crate) passed: u64,
    pub(crate) failed: u64,
    pub(crate) skipped: u64,
}

impl Counts {
    /// Adds what a closing line of cargo test, forge, or one of our own runners says; other lines say nothing.
    pub(crate) fn read_line(&mut self, line: &str) {
        let plain = strip_colours(line);
        let plain = plain.trim();
        if let Some(rest) = plain.strip_prefix("test result: ") {
            *self += Self {
                passed: number_before(rest, "passed"),
                failed: number_before(rest, "failed"),
                skipped: number_before(rest, "ignored"),
            };
        } else if plain.starts_with("Ran ") && plain.contains("test suite") && plain.contains("total tests") {
            *self += Self {
                passed: number_before(plain, "tests passed"),
                failed: number_before(plain, "failed"),
                skipped: number_before(plain, "skipped"),
            };
        } else if is_plain_count(plain) {
            *self += Self {
                passed: number_before(plain, "passed"),
                failed: number_before(plain, "failed"),
                skipped: number_before(plain, "skipped"),
            };
        }
    }
}

impl AddAssign for Counts {
    fn add_assign(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
        self.skipped += other.skipped;
    }
}

/// `N passed, N failed[, N skipped]` and nothing else.
fn is_plain_count(line: &str) -> bool {
    let parts: Vec<&str> = line.split(", ").collect();
    let words = ["passed", "failed", "skipped"];
    (2..=3).contains(&parts.len())
        && parts.iter().zip(words).all(|(part, word)| {
            part.strip_suffix(word).is_some_and(|number| number.trim().parse::<u64>().is_ok())
        })
}

fn number_before(text: &str, word: &str) -> u64 {
    let Some(end) = text.find(word) else { return 0 };
    let digits: String = text[..end].trim_end().chars().rev().take_while(char::is_ascii_digit).collect();
    digits.chars().rev().collect::<String>().parse().unwrap_or(0)
}

fn strip_colours(line: &str) -> String {
    let mut out = String::with_capacity(line.len());
    let mut chars = line.chars();
    while let Some(c) = chars.next() {
        if c == '\u{1b}' {
            for code in chars.by_ref() {
                if code.is_ascii_alphabetic() {
                    break;
                }
            }
        } else {
            out.push(c);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn count(line: &str) -> (u64, u64, u64) {
        let mut counts = Counts::default();
        counts.read_line(line);
        (counts.passed, counts.failed, counts.skipped)
    }

    #[test]
    fn closing_lines_are_counted() {
        assert_eq!(
            count("test result: ok. 12 passed; 1 failed; 2 ignored; 0 measured; 0 filtered out"),
            (12, 1, 2)
        );
        assert_eq!(
            count(
                "Ran 3 test suites in 1.2s (2.0s CPU time): \u{1b}[32m41\u{1b}[0m tests passed, 0 failed, 1 skipped (42 total tests)"
            ),
            (41, 0, 1)
        );
        assert_eq!(count("7 passed, 0 failed, 3 skipped"), (7, 0, 3));
        assert_eq!(count("state: 5 of 7 passed, 2 failed"), (0, 0, 0));
        assert_eq!(count("hello"), (0, 0, 0));
    }
}
