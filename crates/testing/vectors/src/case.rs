use std::collections::BTreeMap;

/// One test case and how it ended.
#[derive(Clone, Debug)]
pub struct Case {
    /// The case's name within its file; the file's path is put before it in reports.
    pub name: String,
    /// How it ended.
    pub outcome: Outcome,
    /// Sub-counts of the group to which the case belongs, such as `sealed`.
    pub labels: Vec<&'static str>,
}

/// How a case ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// As the vector demands.
    Passed,
    /// Otherwise, with the reason.
    Failed(String),
    /// Not counted for or against.
    Skipped(Skip),
}

/// Why a case is not scored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Skip {
    /// A block of difficulty 0: a chain under proof of stake.
    ProofOfStake,
    /// A blob transaction, or what exists only for blobs (EIP-4844, EIP-7516).
    Blobs,
    /// Under Autochain's rules only: the trace touches opcode 0x44, 0x49 or 0x4a or address 0x0a.
    OtherRules,
    /// The vector names no result that a proof-of-work node could have.
    NoExpectation,
    /// Needs a running node or its RPC: the end-to-end tests run these.
    EndToEnd,
}

impl Skip {
    /// The words of the report.
    pub const fn reason(self) -> &'static str {
        match self {
            Self::ProofOfStake => "not applicable: difficulty 0",
            Self::Blobs => "not applicable: blobs",
            Self::OtherRules => "differ by design: the trace touches 0x44, 0x49, 0x4a or 0x0a",
            Self::NoExpectation => "without an expected result under proof of work",
            Self::EndToEnd => "for the RPC tests",
        }
    }
}

impl Case {
    /// A case from a check's result.
    pub fn new(name: impl Into<String>, result: Result<(), String>) -> Self {
        let outcome = match result {
            Ok(()) => Outcome::Passed,
            Err(reason) => Outcome::Failed(reason),
        };
        Self { name: name.into(), outcome, labels: Vec::new() }
    }

    /// A case that is not scored.
    pub fn skipped(name: impl Into<String>, skip: Skip) -> Self {
        Self { name: name.into(), outcome: Outcome::Skipped(skip), labels: Vec::new() }
    }

    /// Counts the case under `label` too.
    #[must_use]
    pub fn label(mut self, label: &'static str) -> Self {
        self.labels.push(label);
        self
    }
}

/// Passed of scored.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Count {
    pub(crate) passed: u64,
    pub(crate) scored: u64,
}

/// The sums of one group.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tally {
    pub(crate) count: Count,
    pub(crate) labels: BTreeMap<&'static str, Count>,
    pub(crate) skipped: BTreeMap<Skip, u64>,
}

impl Tally {
    pub(crate) fn add(&mut self, case: &Case) {
        let passed = match case.outcome {
            Outcome::Skipped(skip) => {
                *self.skipped.entry(skip).or_default() += 1;
                return;
            }
            Outcome::Passed => 1,
            Outcome::Failed(_) => 0,
        };
        let labels = case.labels.iter().copied();
        for label in labels {
            let count = self.labels.entry(label).or_default();
            count.passed += passed;
            count.scored += 1;
        }
        self.count.passed += passed;
        self.count.scored += 1;
    }
}
