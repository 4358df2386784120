use std::collections::HashMap;

/// The committed list of cases that are known to fail: `group | file | case | reason`, one a line.
const LIST: &str = include_str!("../known-failures.txt");

/// Known failures and whether each was met.
#[derive(Debug, Default)]
pub(crate) struct KnownFailures {
    cases: HashMap<(String, String), bool>,
}

impl KnownFailures {
    pub(crate) fn load() -> eyre::Result<Self> {
        let mut cases = HashMap::new();
        for line in LIST.lines().filter(|line| !line.trim().is_empty() && !line.starts_with('#')) {
            let fields: Vec<_> = line.splitn(4, " | ").map(str::trim).collect();
            let [group, file, case, reason] = fields.as_slice() else {
                eyre::bail!("known-failures.txt: {line:?} is not `group | file | case | reason`");
            };
            eyre::ensure!(!reason.is_empty(), "known-failures.txt: {line:?} gives no reason");
            cases.insert(((*group).to_owned(), format!("{file} {case}")), false);
        }
        Ok(Self { cases })
    }

    /// Whether the case is on the list; remembers that it was met.
    pub(crate) fn meet(&mut self, group: &str, name: &str) -> bool {
        match self.cases.get_mut(&(group.to_owned(), name.to_owned())) {
            Some(met) => {
                *met = true;
                true
            }
            None => false,
        }
    }

    /// Entries of `group` that name no case.
    pub(crate) fn unmet(&self, group: &str) -> Vec<String> {
        let entries = self.cases.iter().filter(|((of, _), met)| of == group && !**met);
        entries.map(|((_, name), _)| name.clone()).collect()
    }
}
