use super::Failure;
use crate::{Hash, Refusal};

/// What happened, for the log and for the device's other parts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// A node or the relay failed; another is tried, or the same one later.
    Failed {
        /// The node's place in the settings; `None` for the relay.
        node: Option<usize>,
        /// How.
        failure: Failure,
    },
    /// What time it is, for a [`Clock`](crate::Clock): the newest block's.
    Time {
        /// In seconds since the Unix epoch.
        stamp: u64,
        /// How many nodes agree, to ten minutes; at least the quorum.
        nodes: u8,
    },
    /// A transaction or a signed reading was handed over.
    Sent {
        /// The reading's counter.
        counter: u64,
        /// The transaction's hash, or the reading's when a relay sends it.
        hash: Hash,
    },
    /// The same upload is sent with a higher fee, in wei per gas.
    Replaced {
        /// The reading's counter.
        counter: u64,
        /// In wei per gas.
        fee: u128,
    },
    /// A receipt that was seen is gone: the chain was reorganised.
    Reorganised {
        /// The reading's counter.
        counter: u64,
    },
    /// The registry refused the reading in a block.
    Reverted {
        /// The reading's counter.
        counter: u64,
    },
    /// The registry holds the reading, deep enough: its entries are done.
    Acknowledged {
        /// The reading's counter.
        counter: u64,
    },
    /// Records of an earlier pairing were still there; they are not uploaded under this one.
    Forgotten {
        /// The number of the last of them.
        counter: u64,
    },
    /// The vehicle changed hands or the device was released, but not deep enough in the chain to act on:
    /// uploads wait.
    Suspended,
    /// The device does not speak for the vehicle any more, and the chain is sure of it: new keys, then a
    /// new pairing.
    Unpaired {
        /// The epoch of the device's last pairing, as the registry has it.
        epoch: u32,
    },
    /// The registry does not have the pairing that the device agreed to. Its owner may still be looking for the
    /// wallet, or it was released while the device was off: how long to wait is for the board to say.
    Awaited,
    /// The registry holds a counter above what the device's flash knows of: it was damaged, or another has the
    /// device's key. What nodes agree on follows, as [`Event::Acknowledged`] or [`Event::PassedOver`]; a counter
    /// more than [`MAX_LEAP`](crate::MAX_LEAP) above is not believed.
    Conflict {
        /// The registry's.
        counter: u64,
    },
    /// Nothing in flash shows what the registry's counter stands for. Records up to it may be on chain or lost;
    /// they are not uploaded, and the next reading says that some may be lost.
    PassedOver {
        /// The registry's.
        counter: u64,
    },
    /// The policy does not allow what the node asks for.
    Refused(Refusal),
    /// The day's budget is spent.
    OverBudget,
    /// The account has too little coin.
    NoFunds,
    /// A relay is to carry the readings, as the settings say or because the key has no account, and the
    /// settings name none: uploads wait for other settings.
    NoRelay,
}
