/// The committed list of cases that are known to fail: `group | file | case | reason`, one a line. A file or a
/// case that ends with `*` stands for all that begin so.
const LIST: &str = include_str!("../known-failures.txt");

/// Known failures and whether each was met.
#[derive(Debug, Default)]
pub(crate) struct KnownFailures {
    entries: Vec<Entry>,
}

#[derive(Debug)]
struct Entry {
    group: &'static str,
    file: &'static str,
    case: &'static str,
    /// A case failed that it stands for.
    met: bool,
}

impl Entry {
    fn covers(&self, group: &str, file: &str, case: &str) -> bool {
        self.group == group && matches(self.file, file) && matches(self.case, case)
    }

    const fn is_exact(&self) -> bool {
        !matches!(self.file.as_bytes().last(), Some(b'*'))
            && !matches!(self.case.as_bytes().last(), Some(b'*'))
    }
}

fn matches(pattern: &str, text: &str) -> bool {
    pattern.strip_suffix('*').map_or(pattern == text, |start| text.starts_with(start))
}

impl KnownFailures {
    pub(crate) fn load() -> eyre::Result<Self> {
        let mut entries = Vec::new();
        for line in LIST.lines().filter(|line| !line.trim().is_empty() && !line.starts_with('#')) {
            let fields: Vec<_> = line.splitn(4, " | ").map(str::trim).collect();
            let [group, file, case, reason] = fields.as_slice() else {
                eyre::bail!("known-failures.txt: {line:?} is not `group | file | case | reason`");
            };
            eyre::ensure!(!reason.is_empty(), "known-failures.txt: {line:?} gives no reason");
            entries.push(Entry { group, file, case, met: false });
        }
        Ok(Self { entries })
    }

    /// Whether the failed case is on the list.
    pub(crate) fn expect(&mut self, group: &str, file: &str, case: &str) -> bool {
        let entry = self.entries.iter_mut().find(|entry| entry.covers(group, file, case));
        entry.map(|entry| entry.met = true).is_some()
    }

    /// Whether the list says that just this case fails.
    pub(crate) fn names(&self, group: &str, file: &str, case: &str) -> bool {
        self.entries.iter().any(|entry| entry.is_exact() && entry.covers(group, file, case))
    }

    /// Entries of `group` for which nothing failed.
    pub(crate) fn unmet(&self, group: &str) -> Vec<String> {
        let entries = self.entries.iter().filter(|entry| entry.group == group && !entry.met);
        entries.map(|entry| format!("{} {}", entry.file, entry.case)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_committed_list_can_be_read() {
        KnownFailures::load().unwrap();
    }

    #[test]
    fn stars_stand_for_the_rest() {
        let entry = Entry { group: "g", file: "a/*", case: "*", met: false };
        assert!(entry.covers("g", "a/b.json", "c") && !entry.is_exact());
        assert!(!entry.covers("h", "a/b.json", "c") && !entry.covers("g", "b/a.json", "c"));
    }

    #[test]
    fn an_entry_without_failure_is_told() {
        let entry = Entry { group: "g", file: "f", case: "c", met: false };
        let mut known = KnownFailures { entries: vec![entry] };
        assert!(known.names("g", "f", "c"));
        assert_eq!(known.unmet("g"), ["f c"]);
        assert!(known.expect("g", "f", "c") && !known.expect("g", "f", "d"));
        assert!(known.unmet("g").is_empty());
    }
}
