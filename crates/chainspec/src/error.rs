use crate::Activation;
use autochain_primitives::{Address, U256};

/// Why a genesis file is refused. Each says what to change.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum GenesisError {
    /// Not JSON, or a value of the wrong kind.
    #[error("the genesis file is not valid JSON: {0}; check it with `python3 -m json.tool FILE`")]
    Json(String),
    /// A field that every genesis has is absent.
    #[error("the genesis has no \"{field}\"; add it ({example})")]
    Missing {
        /// The key.
        field: &'static str,
        /// What it may look like.
        example: &'static str,
    },
    /// Not a number, or too big for its field.
    #[error(
        "\"{key}\" is {got}, not a number of at most {bits} bits; write digits, or \"0x\" and hexadecimal digits"
    )]
    Number {
        /// The key.
        key: String,
        /// The JSON text found.
        got: String,
        /// Width of the field.
        bits: usize,
    },
    /// Not hexadecimal bytes, or of the wrong length.
    #[error("\"{key}\" is {got}, not {expected}; write \"0x\" and hexadecimal digits")]
    Bytes {
        /// The key.
        key: String,
        /// The JSON text found.
        got: String,
        /// What was wanted.
        expected: &'static str,
    },
    /// A value out of the words that the key allows.
    #[error("\"{key}\" is {got}; it may be {expected}")]
    Value {
        /// The key.
        key: String,
        /// The JSON text found.
        got: String,
        /// The allowed values.
        expected: &'static str,
    },
    /// The chain is not sealed by ethash.
    #[error(
        "this genesis is for {engine} (\"{key}\"), and this node runs proof of work by ethash only; \
         use a client that has {engine}, or remove \"{key}\" to start an ethash chain"
    )]
    NotEthash {
        /// The consensus engine.
        engine: &'static str,
        /// The key that says so.
        key: String,
    },
    /// The chain is proof of stake from its first block.
    #[error(
        "this genesis is proof of stake from block 1 (terminalTotalDifficulty {terminal}, difficulty {difficulty}), \
         and this node runs proof of work only; remove terminalTotalDifficulty to start an ethash chain"
    )]
    ProofOfStake {
        /// The terminal total difficulty.
        terminal: U256,
        /// The difficulty of the genesis block.
        difficulty: U256,
    },
    /// The block is not number 0.
    #[error("the genesis block has number {got}; set \"number\" to 0 or remove it")]
    NumberNotZero {
        /// The number found.
        got: u64,
    },
    /// A fork starts before one that it builds on.
    #[error(
        "{later} ({later_at}) comes before {earlier} ({earlier_at}); move {later} to {earlier_at} or later"
    )]
    ForkOrder {
        /// Key of the fork that comes first.
        earlier: &'static str,
        /// Its start.
        earlier_at: Activation,
        /// Key of the fork that comes later.
        later: &'static str,
        /// Its start.
        later_at: Activation,
    },
    /// A fork is set without one that it builds on.
    #[error(
        "{later} is set ({at}) without {missing}; set {missing} to a block not after it, 0 for a new chain"
    )]
    ForkMissing {
        /// The absent key.
        missing: &'static str,
        /// The key that is there.
        later: &'static str,
        /// Its start.
        at: Activation,
    },
    /// A rule that this node does not have.
    #[error("\"{key}\" is not supported: {reason}")]
    Unsupported {
        /// The key.
        key: String,
        /// Why, and what to do.
        reason: String,
    },
    /// Two keys contradict each other.
    #[error("\"{first}\" and \"{second}\" contradict each other: {reason}")]
    Conflict {
        /// One key.
        first: String,
        /// The other.
        second: String,
        /// Why.
        reason: String,
    },
    /// The mining reserve must be a plain account.
    #[error("the mining reserve {0} has code in alloc; the reserve is a plain account, remove its code")]
    ReserveHasCode(Address),
    /// Not a name that `--chain` knows.
    #[error(
        "unknown chain {name:?}; known names are autochain, testnet and dev, or give the path of a genesis file"
    )]
    UnknownPreset {
        /// The name given.
        name: String,
    },
    /// A preset's file is not the preset's.
    #[error(
        "the genesis of {name} has chain id {got}, expected {expected}; build it again with `cargo xtask genesis`"
    )]
    PresetChainId {
        /// The preset.
        name: &'static str,
        /// The id found.
        got: u64,
        /// The id of the preset.
        expected: u64,
    },
}

/// A genesis whose rules contradict the chain that a datadir already holds.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{what} differs: this datadir has {stored}, the genesis given has {given}; {}",
    cure(*rewind_to)
)]
pub struct IncompatibleConfig {
    /// The rule or key.
    pub what: String,
    /// As the datadir has it.
    pub stored: String,
    /// As the new genesis has it.
    pub given: String,
    /// The last block that both rules agree on, where rewinding helps.
    pub rewind_to: Option<RewindTo>,
}

/// Where a chain must go back to before other rules can be taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RewindTo {
    /// To this block.
    Block(u64),
    /// To the last block before this timestamp (seconds).
    Before(u64),
}

fn cure(rewind_to: Option<RewindTo>) -> String {
    match rewind_to {
        Some(RewindTo::Block(number)) => {
            format!(
                "give the old value, or import the chain again into another --datadir (from block {number} on it would differ)"
            )
        }
        Some(RewindTo::Before(timestamp)) => format!(
            "give the old value, or import the chain again into another --datadir (from timestamp {timestamp} on it would differ)"
        ),
        None => "give the old value, or start over with another --datadir".to_owned(),
    }
}
