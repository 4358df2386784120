use super::text::{Hex, Text};
use crate::abi::word;
use crate::{Address, Hash, Reading};
use core::fmt::{self, Write as _};

/// One question to a node or to the relay.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ask {
    /// `eth_chainId`
    ChainId,
    /// `eth_getBlockByNumber` of block 0
    Genesis,
    /// `eth_feeHistory` of the newest block: its number, the next base fee, a usual tip
    Fees,
    /// The newest block's time, by an `eth_call` that returns it: a block itself has no bounded length
    Stamp,
    /// The registry's `pairingOf(device)`, now or at a block
    Standing(Option<u64>),
    /// The registry's `lastReading(vehicle)` at a block
    LastReading(u64),
    /// `eth_getTransactionCount`
    Nonce,
    /// `eth_getTransactionReceipt`
    Receipt(Hash),
    /// `eth_sendRawTransaction`
    Send(Hash),
    /// The relay's `autochain_storeRecords`
    Store,
    /// The relay's `autochain_relayReading`
    Relay,
}

/// The first four bytes of keccak256("pairingOf(address)").
const PAIRING_OF: [u8; 4] = [0xf0, 0x8f, 0x0a, 0x22];
/// The first four bytes of keccak256("lastReading(uint256)").
const LAST_READING: [u8; 4] = [0x9a, 0x5a, 0xce, 0xce];

/// Code of a contract that is never made: TIMESTAMP, MSTORE at 0, RETURN of 32 bytes.
const TIMESTAMP: &str = "0x4260005260206000f3";

/// A call of JSON-RPC 2.0; `params` writes what stands between the brackets.
pub(super) fn call(
    text: &mut Text<'_>,
    id: u64,
    method: &str,
    params: impl FnOnce(&mut Text<'_>) -> fmt::Result,
) -> fmt::Result {
    write!(text, r#"{{"jsonrpc":"2.0","id":{id},"method":"{method}","params":["#)?;
    params(text)?;
    text.write_str("]}")
}

impl Ask {
    /// Writes a question that needs nothing but addresses; `false` for the others.
    pub(super) fn write(
        &self,
        text: &mut Text<'_>,
        id: u64,
        registry: Address,
        device: Address,
        vehicle: u64,
    ) -> Result<bool, fmt::Error> {
        let account = Hex(&device.0);
        match *self {
            Self::ChainId => call(text, id, "eth_chainId", |_| Ok(()))?,
            Self::Genesis => call(text, id, "eth_getBlockByNumber", |text| text.write_str(r#""0x0",false"#))?,
            Self::Fees => call(text, id, "eth_feeHistory", |text| text.write_str(r#""0x1","latest",[50]"#))?,
            Self::Stamp => {
                call(text, id, "eth_call", |text| write!(text, r#"{{"data":"{TIMESTAMP}"}},"latest""#))?;
            }
            Self::Standing(at) => view(text, id, registry, PAIRING_OF, &word(device.0), at)?,
            Self::LastReading(at) => {
                view(text, id, registry, LAST_READING, &word(vehicle.to_be_bytes()), Some(at))?;
            }
            Self::Nonce => {
                call(text, id, "eth_getTransactionCount", |text| write!(text, r#""{account}","latest""#))?;
            }
            Self::Receipt(hash) => {
                call(text, id, "eth_getTransactionReceipt", |text| write!(text, r#""{}""#, Hex(&hash)))?;
            }
            Self::Send(_) | Self::Store | Self::Relay => return Ok(false),
        }
        Ok(true)
    }

    /// Whether the relay is asked.
    pub(super) const fn is_for_relay(&self) -> bool {
        matches!(self, Self::Store | Self::Relay)
    }
}

fn view(
    text: &mut Text<'_>,
    id: u64,
    registry: Address,
    selector: [u8; 4],
    argument: &Hash,
    at: Option<u64>,
) -> fmt::Result {
    call(text, id, "eth_call", |text| {
        let to = Hex(&registry.0);
        write!(text, r#"{{"to":"{to}","data":"{}"#, Hex(&selector))?;
        argument.iter().try_for_each(|byte| write!(text, "{byte:02x}"))?;
        match at {
            None => text.write_str(r#""},"latest""#),
            Some(block) => write!(text, r#""}},"{block:#x}""#),
        }
    })
}

/// The parameters of `autochain_relayReading`: the fields of `recordFor`, numbers as quantities.
pub(super) fn relayed(
    text: &mut Text<'_>,
    device: Address,
    epoch: u32,
    reading: &Reading,
    signature: &[u8],
) -> fmt::Result {
    let Reading { vehicle, counter, odometer_km, flags, prev_hash, hash } = reading;
    write!(
        text,
        r#"{{"device":"{}","vehicle":"{vehicle:#x}","epoch":"{epoch:#x}","counter":"{counter:#x}","#,
        Hex(&device.0)
    )?;
    write!(text, r#""odometerKm":"{odometer_km:#x}","flags":"{:#x}","#, flags.bits())?;
    write!(text, r#""prevHash":"{}","hash":"{}","#, Hex(prev_hash), Hex(hash))?;
    write!(text, r#""signature":"{}"}}"#, Hex(signature))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keccak256;

    #[test]
    fn selectors_are_of_the_registry() {
        assert_eq!(keccak256(b"pairingOf(address)")[..4], PAIRING_OF);
        assert_eq!(keccak256(b"lastReading(uint256)")[..4], LAST_READING);
    }

    #[test]
    fn questions_are_json_rpc() {
        let mut buffer = [0; 512];
        let mut text = Text::new(&mut buffer);
        let (registry, device) = (Address([0xca; 20]), Address([0xde; 20]));
        assert!(Ask::LastReading(255).write(&mut text, 7, registry, device, 1).unwrap());
        let expected = r#"{"jsonrpc":"2.0","id":7,"method":"eth_call","params":[{"to":"0xcacacacacacacacacacacacacacacacacacacaca","data":"0x"#;
        let written = core::str::from_utf8(text.written()).unwrap();
        assert!(written.starts_with(expected), "{written}");
        assert!(written.ends_with(r#"01"},"0xff"]}"#), "{written}");
    }
}
