use crate::{Address, Duration, Hash, Policy};

/// The most nodes that a device knows.
pub const MAX_ENDPOINTS: usize = 4;

/// What is fixed when the device is provisioned and paired. Nothing here is ever taken from a node.
#[derive(Clone, Copy, Debug)]
pub struct Settings<'s> {
    /// The nodes, in order of preference; those beyond [`MAX_ENDPOINTS`] are not used.
    pub nodes: &'s [Endpoint<'s>],
    /// Where the encrypted records go, and with [`Delivery::Relay`] the signed readings too; `None` when
    /// the records are fetched from the device itself.
    pub relay: Option<Endpoint<'s>>,
    /// Who pays.
    pub delivery: Delivery,
    /// Chain, registry and caps.
    pub policy: Policy,
    /// The hash of block 0.
    pub genesis: Hash,
    /// The vehicle's id in the registry.
    pub vehicle: u64,
    /// The vehicle's key epoch at pairing.
    pub epoch: u32,
    /// What one upload gets, in gas; at most the policy's.
    pub gas_limit: u64,
    /// What may be signed away in one day, in wei: gas limit times fee, whatever a receipt says later.
    pub daily_cap: u128,
    /// How many blocks must stand on a reading before it is acknowledged, and on a sale before it counts.
    pub depth: u64,
    /// How many nodes must agree before an upload is acknowledged, a pairing given up or a time believed; at
    /// least 1.
    pub quorum: u8,
    /// Intervals.
    pub timing: Timing,
}

/// Where to connect. The board resolves it; the client needs only what HTTP says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Endpoint<'s> {
    /// Host name or address, as in the `Host` header.
    pub host: &'s str,
    /// TCP port.
    pub port: u16,
    /// The path of the URL, with its slash.
    pub path: &'s str,
    /// Whether the link is TLS; a board without TLS refuses such an endpoint.
    pub tls: bool,
}

/// Who sends the transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Delivery {
    /// The device's own account, which needs coin.
    Direct,
    /// The relay, which gets an EIP-712 signature over the reading. A key without an account has no other way.
    Relay,
}

/// Intervals.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timing {
    /// A request unanswered for so long has failed.
    pub request: Duration,
    /// Between two looks at the same question.
    pub poll: Duration,
    /// How long a transaction may wait before it is sent again with a higher fee.
    pub patience: Duration,
    /// Between two looks when the pairing, the budget or the account's coin does not allow an upload.
    pub pause: Duration,
    /// The first pause after a failure; it doubles with each one more.
    pub backoff: Duration,
    /// The longest pause after a failure.
    pub backoff_cap: Duration,
    /// Between two questions for the time, asked when something is uploaded anyway.
    pub clock: Duration,
}

impl Timing {
    /// For blocks of about 13 seconds.
    pub const DEFAULT: Self = Self {
        request: Duration::from_secs(15),
        poll: Duration::from_secs(5),
        patience: Duration::from_secs(90),
        pause: Duration::from_secs(60),
        backoff: Duration::from_secs(1),
        backoff_cap: Duration::from_secs(600),
        clock: Duration::from_secs(3_600),
    };
}

impl Settings<'_> {
    /// A depth for a chain of blocks about 13 seconds apart: three minutes. One upload of sixteen records is
    /// under way until it is so deep, while a driven car leaves three or four records in a minute; at 32 blocks
    /// they would go out at two in a minute, and the queue would drop what it has no room for. What lies deeper
    /// is more than the device has to lose: who makes 12 blocks faster than everybody else can take sixteen
    /// records off the chain, which the relay still has, or undo a sale, after which the device is paired anew.
    pub const DEPTH: u64 = 12;

    /// A majority of so many nodes, so that one of three may be down or lie; one of two may be down.
    pub fn majority(nodes: usize) -> u8 {
        u8::try_from(nodes.saturating_add(1) >> 1).unwrap_or(u8::MAX)
    }

    /// The registry.
    pub const fn registry(&self) -> Address {
        self.policy.registry
    }
}
