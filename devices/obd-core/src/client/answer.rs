use super::HttpError;
use super::ask::Ask;
use super::json::Value;
use super::machine::LinkError;
use crate::Hash;
use thiserror::Error;

/// What was answered to an [`Ask`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Answer {
    ChainId(u64),
    Genesis(Hash),
    Fees { head: u64, base_fee: u128, tip: u128 },
    Stamp(u64),
    Standing(Standing),
    LastReading { counter: u64, hash: Hash },
    Nonce(u64),
    Receipt(Option<Receipt>),
    Sent(Hash),
    Stored(Hash),
    Relayed,
}

/// What the registry says about the device.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Standing {
    pub(super) vehicle: u64,
    pub(super) epoch: u32,
    pub(super) counter: u64,
    pub(super) active: bool,
}

/// Where a transaction was mined.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Receipt {
    pub(super) succeeded: bool,
    pub(super) block: u64,
}

impl Answer {
    /// Reads a response's body.
    pub(super) fn read(ask: &Ask, id: u64, body: &[u8]) -> Result<Self, Failure> {
        let response = Value::parse(body).ok_or(Failure::NotJsonRpc)?;
        if response.get("id").and_then(Value::number) != Some(id) {
            return Err(Failure::NotJsonRpc);
        }
        if let Some(error) = response.get("error").filter(|error| !error.is_null()) {
            return Err(Failure::Node(NodeError::read(error)));
        }
        let result = response.get("result").ok_or(Failure::NotJsonRpc)?;
        Self::of(ask, result).ok_or(Failure::Malformed)
    }

    fn of(ask: &Ask, result: Value<'_>) -> Option<Self> {
        Some(match ask {
            Ask::ChainId => Self::ChainId(result.small()?),
            Ask::Genesis => Self::Genesis(result.get("hash")?.data()?),
            Ask::Fees => Self::Fees {
                head: result.get("oldestBlock")?.small()?,
                base_fee: result.get("baseFeePerGas")?.at(1)?.quantity()?,
                tip: result.get("reward")?.at(0)?.at(0)?.quantity()?,
            },
            Ask::Stamp => Self::Stamp(small(&result.data()?)?),
            Ask::Standing(_) => {
                let words: [u8; 160] = result.data()?;
                let [vehicle, epoch, _holder, counter, active] = words.as_chunks().0.try_into().ok()?;
                Self::Standing(Standing {
                    vehicle: small(&vehicle)?,
                    epoch: small(&epoch)?.try_into().ok()?,
                    counter: small(&counter)?,
                    active: small(&active)? == 1,
                })
            }
            Ask::LastReading(_) => {
                let words: [u8; 160] = result.data()?;
                let [counter, _, _, _, hash]: [Hash; 5] = words.as_chunks().0.try_into().ok()?;
                Self::LastReading { counter: small(&counter)?, hash }
            }
            Ask::Nonce => Self::Nonce(result.small()?),
            Ask::Receipt(_) if result.is_null() => Self::Receipt(None),
            Ask::Receipt(asked) => {
                let hash: Hash = result.get("transactionHash")?.data()?;
                let succeeded = match result.get("status")?.small()? {
                    0 => false,
                    1 => true,
                    _ => return None,
                };
                let block = result.get("blockNumber")?.small()?;
                Self::Receipt((hash == *asked).then_some(Receipt { succeeded, block }))
            }
            Ask::Send(_) => Self::Sent(result.data()?),
            Ask::Store => Self::Stored(result.data()?),
            Ask::Relay => Self::Relayed,
        })
    }
}

/// A 32-byte word that fits 64 bits.
fn small(word: &Hash) -> Option<u64> {
    let (zeros, number) = word.split_last_chunk()?;
    zeros.iter().all(|byte| *byte == 0).then_some(u64::from_be_bytes(*number))
}

/// Why a question got no answer that counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum Failure {
    /// The link failed.
    #[error(transparent)]
    Link(#[from] LinkError),
    /// No answer in time.
    #[error("no answer in time")]
    Timeout,
    /// Not HTTP, or too much of it.
    #[error(transparent)]
    Http(#[from] HttpError),
    /// An HTTP status other than 200, without JSON-RPC in the body.
    #[error("HTTP status {0}")]
    Status(u16),
    /// The body is no JSON-RPC response to the question.
    #[error("the answer is not JSON-RPC")]
    NotJsonRpc,
    /// The result is not of the kind asked for.
    #[error("the result makes no sense")]
    Malformed,
    /// JSON-RPC's own error.
    #[error("{0}")]
    Node(NodeError),
    /// What the answer says cannot be.
    #[error("the node lies: {0}")]
    Lie(Lie),
    /// The node's fees are above the device's caps.
    #[error("the fees are above the caps")]
    Fees,
}

/// The errors that a node gives to a transaction, by what they mean for the device.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum NodeError {
    /// It has the transaction.
    #[error("already known")]
    AlreadyKnown,
    /// The account is further.
    #[error("nonce too low")]
    NonceTooLow,
    /// It has another transaction with this nonce, and the fee is not enough above it.
    #[error("replacement underpriced")]
    Underpriced,
    /// The account's balance does not pay it.
    #[error("insufficient funds")]
    NoFunds,
    /// Anything else, by JSON-RPC's error code.
    #[error("error {0}")]
    Other(i32),
}

impl NodeError {
    fn read(error: Value<'_>) -> Self {
        let message = error.get("message").and_then(Value::text).unwrap_or_default();
        let has = |part: &[u8]| message.windows(part.len()).any(|window| window.eq_ignore_ascii_case(part));
        if has(b"already known") {
            Self::AlreadyKnown
        } else if has(b"nonce too low") {
            Self::NonceTooLow
        } else if has(b"underpriced") {
            Self::Underpriced
        } else if has(b"insufficient funds") {
            Self::NoFunds
        } else {
            Self::Other(error.get("code").and_then(Value::integer).unwrap_or_default())
        }
    }
}

/// What cannot be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum Lie {
    /// Another chain id than the pinned one.
    #[error("chain id {0}")]
    ChainId(u64),
    /// Another genesis than the pinned one.
    #[error("another genesis")]
    Genesis,
    /// A nonce below one that was confirmed, or absurdly far above.
    #[error("nonce {got}, at least {least} is certain")]
    Nonce {
        /// The node's.
        got: u64,
        /// The device's.
        least: u64,
    },
    /// A block of another age, in seconds since the Unix epoch.
    #[error("a block's time of {0}")]
    Stamp(u64),
    /// Another hash for the transaction or the records that it got.
    #[error("another hash")]
    Hash,
    /// A block above the node's own head.
    #[error("a receipt of block {block}, head {head}")]
    Receipt {
        /// The receipt's.
        block: u64,
        /// The node's.
        head: u64,
    },
}
