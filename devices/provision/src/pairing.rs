use crate::device::{Device, field};
use crate::error::Error;
use obd_core::{Address, Pairing, PublicKey};
use serde_json::json;

/// What a device is asked to agree to.
pub(crate) struct Order {
    pub(crate) chain_id: u64,
    pub(crate) registry: Address,
    pub(crate) epoch: u32,
    pub(crate) reader: PublicKey,
    /// The vehicle's commitment in the registry, and the salt that opens it.
    pub(crate) commitment: [u8; 32],
    pub(crate) salt: [u8; 32],
    pub(crate) pairing: Pairing,
}

/// Both signatures of a pairing.
pub(crate) struct Call {
    pub(crate) device: Address,
    pub(crate) pairing: Pairing,
    pub(crate) by_device: Vec<u8>,
    pub(crate) by_owner: Vec<u8>,
}

/// Asks the device for its half, for which somebody presses its button: JSON with that signature, with
/// the root of the record keys wrapped to the reader's key, and with the typed data (EIP-712) that the owner's
/// wallet signs.
pub(crate) fn pair(device: &mut Device, order: &Order) -> Result<String, Error> {
    let Pairing { vehicle, owner, nonce, deadline } = order.pairing;
    let hello = device.ask("hello")?;
    let address = field(&hello, "address")?.to_owned();
    eprintln!("press the button on the device within 30 seconds");
    let reader = const_hex::encode_prefixed(order.reader.to_compressed());
    let (commitment, salt) = (const_hex::encode(order.commitment), const_hex::encode(order.salt));
    let request =
        format!("pair {vehicle} {} {owner} {reader} {commitment} {salt} {nonce} {deadline}", order.epoch);
    let answer = device.ask(&request)?;
    let document = json!({
        "device": address,
        "deviceSignature": field(&answer, "signature")?,
        "wrappedRoot": field(&answer, "wrapped")?,
        "typedData": {
            "domain": {
                "name": "Autochain Vehicle", "version": "1", "chainId": order.chain_id,
                "verifyingContract": order.registry.to_string(),
            },
            "types": {
                "EIP712Domain": [
                    {"name": "name", "type": "string"}, {"name": "version", "type": "string"},
                    {"name": "chainId", "type": "uint256"}, {"name": "verifyingContract", "type": "address"},
                ],
                "Pair": [
                    {"name": "device", "type": "address"}, {"name": "vehicle", "type": "uint256"},
                    {"name": "owner", "type": "address"}, {"name": "nonce", "type": "uint256"},
                    {"name": "deadline", "type": "uint256"},
                ],
            },
            "primaryType": "Pair",
            "message": {
                "device": address, "vehicle": vehicle.to_string(), "owner": owner.to_string(),
                "nonce": nonce.to_string(), "deadline": deadline.to_string(),
            },
        },
    });
    Ok(format!("{document:#}"))
}

/// The calldata of `pair(address,uint256,address,uint256,uint256,bytes,bytes)`, which anyone may send to the
/// registry.
pub(crate) fn call(call: &Call) -> String {
    let Pairing { vehicle, owner, nonce, deadline } = call.pairing;
    let selector = obd_core::keccak256(b"pair(address,uint256,address,uint256,uint256,bytes,bytes)");
    let tail = |bytes: &[u8]| {
        let padding = vec![0; bytes.len().next_multiple_of(32) - bytes.len()];
        [&word(&bytes.len().to_be_bytes())[..], bytes, &padding].concat()
    };
    let (first, second) = (tail(&call.by_device), tail(&call.by_owner));
    let offset: usize = 7 * 32;
    let words = [
        word(&call.device.0),
        word(&vehicle.to_be_bytes()),
        word(&owner.0),
        word(&nonce.to_be_bytes()),
        word(&deadline.to_be_bytes()),
        word(&offset.to_be_bytes()),
        word(&(offset + first.len()).to_be_bytes()),
    ];
    const_hex::encode_prefixed([&selector[..4], words.as_flattened(), &first, &second].concat())
}

/// At most 32 bytes, big-endian, as one word of Solidity's ABI.
fn word(bytes: &[u8]) -> [u8; 32] {
    let mut word = [0; 32];
    word[32 - bytes.len()..].copy_from_slice(bytes);
    word
}
