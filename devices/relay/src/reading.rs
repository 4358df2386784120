use crate::error::Error;
use crate::node::quantity;
use obd_core::{Address, DeviceSignature, Domain, Flags, Reading, keccak256};
use serde_json::Value;

/// A reading as a device signed it, signature checked.
pub(crate) struct SignedReading {
    pub(crate) device: Address,
    pub(crate) reading: Reading,
    signature: DeviceSignature,
}

impl SignedReading {
    /// From the call's parameter.
    pub(crate) fn parse(value: &Value, domain: &Domain) -> Result<Self, Error> {
        let number = |name: &'static str| {
            quantity(&value[name]).and_then(|number| u64::try_from(number).ok()).ok_or(Error::Params(name))
        };
        let device = Address(bytes(value, "device")?);
        let flags = u16::try_from(number("flags")?).ok().and_then(|bits| Flags::try_from(bits).ok());
        let reading = Reading {
            vehicle: number("vehicle")?,
            counter: number("counter")?,
            odometer_km: number("odometerKm")?.try_into().map_err(|_| Error::Params("odometerKm"))?,
            flags: flags.ok_or(Error::Params("flags"))?,
            prev_hash: bytes(value, "prevHash")?,
            hash: bytes(value, "hash")?,
        };
        let epoch = number("epoch")?.try_into().map_err(|_| Error::Params("epoch"))?;
        let signature = signature(&value["signature"])?;
        if !signature.is_by(device, &reading.digest(domain, epoch)) {
            return Err(Error::Signature(device));
        }
        Ok(Self { device, reading, signature })
    }

    /// The call of the registry's `recordFor`.
    pub(crate) fn calldata(&self) -> Vec<u8> {
        let call = "recordFor(address,uint256,uint64,uint32,uint16,bytes32,bytes32,bytes)";
        let mut data = keccak256(call.as_bytes())[..4].to_vec();
        data.extend([0; 12]);
        data.extend(self.device.0);
        // The words of `record` follow its selector.
        data.extend(&self.reading.calldata()[4..]);
        let signature = self.signature.as_bytes();
        for number in [8 * 32, signature.len()] {
            data.extend([0; 24]);
            data.extend((number as u64).to_be_bytes());
        }
        data.extend(signature);
        data.extend(&[0; 31][..signature.len().next_multiple_of(32) - signature.len()]);
        data
    }
}

/// 65 bytes of an account, or 128 of a key on P-256.
fn signature(value: &Value) -> Result<DeviceSignature, Error> {
    let bytes = value.as_str().and_then(|text| const_hex::decode(text).ok());
    bytes.and_then(|bytes| DeviceSignature::from_bytes(&bytes)).ok_or(Error::Params("signature"))
}

/// Exactly `N` bytes of a member.
fn bytes<const N: usize>(value: &Value, name: &'static str) -> Result<[u8; N], Error> {
    value[name].as_str().and_then(|text| const_hex::decode_to_array(text).ok()).ok_or(Error::Params(name))
}

#[cfg(test)]
mod tests {
    use super::*;
    use obd_core::{AnyKey, Curve, DeviceKey as _, Signer as _, Source};
    use proptest::prelude::*;
    use serde_json::json;

    fn domain() -> Domain {
        Domain::new(1337, Address([0xca; 20]))
    }

    /// A reading in epoch 3, as the device hands it in, signed by `key`.
    fn handed_in(key: &AnyKey) -> Value {
        let flags = Flags::new(Source::Obd);
        let reading =
            Reading { vehicle: 1, counter: 2, odometer_km: 100, flags, prev_hash: [4; 32], hash: [5; 32] };
        let signature = key.sign_statement(&reading.digest(&domain(), 3)).unwrap();
        json!({
            "device": key.address().to_string(), "vehicle": "0x1", "epoch": "0x3", "counter": "0x2",
            "odometerKm": "0x64", "flags": "0x1", "prevHash": const_hex::encode_prefixed([4; 32]),
            "hash": const_hex::encode_prefixed([5; 32]),
            "signature": const_hex::encode_prefixed(signature.as_bytes()),
        })
    }

    fn key(curve: Curve) -> AnyKey {
        AnyKey::from_secret(curve, &[0x11; 32]).unwrap()
    }

    fn with_signature(reading: &Value, signature: &[u8]) -> Result<SignedReading, Error> {
        let mut reading = reading.clone();
        reading["signature"] = json!(const_hex::encode_prefixed(signature));
        SignedReading::parse(&reading, &domain())
    }

    fn signature_of(reading: &Value) -> Vec<u8> {
        const_hex::decode(reading["signature"].as_str().unwrap()).unwrap()
    }

    /// Selector, nine words, and the signature in whole words.
    #[test]
    fn calldata_holds_the_signature_of_either_length() {
        for (curve, padded) in [(Curve::Secp256k1, 96), (Curve::P256, 128)] {
            let reading = handed_in(&key(curve));
            let call = SignedReading::parse(&reading, &domain()).unwrap().calldata();
            let signature = signature_of(&reading);
            assert_eq!(call.len(), 4 + 9 * 32 + padded);
            let words = call[4..].as_chunks::<32>().0;
            assert_eq!(words[0][12..], key(curve).address().0);
            assert_eq!(words[7][24..], 256_u64.to_be_bytes(), "where the signature starts");
            assert_eq!(words[8][24..], (signature.len() as u64).to_be_bytes());
            let (given, rest) = call[4 + 9 * 32..].split_at(signature.len());
            assert_eq!(given, signature);
            assert!(rest.iter().all(|byte| *byte == 0));
        }
    }

    #[test]
    fn a_signature_of_no_device_is_named_by_what_is_wrong() {
        for curve in [Curve::Secp256k1, Curve::P256] {
            let reading = handed_in(&key(curve));
            let good = signature_of(&reading);
            for len in [0, 64, 66, 127, 129, 192] {
                let mut bad = good.clone();
                bad.resize(len, 0);
                let refused = with_signature(&reading, &bad).err().unwrap();
                assert!(matches!(refused, Error::Params("signature")), "{len} bytes: {refused}");
            }
            for wrong in [json!(null), json!(7), json!("0xzz"), json!([1, 2]), json!({})] {
                let mut reading = reading.clone();
                reading["signature"] = wrong;
                let refused = SignedReading::parse(&reading, &domain()).err().unwrap();
                assert!(matches!(refused, Error::Params("signature")), "{refused}");
            }
            // The name of another device, the key of which is not in the signature.
            let mut other = reading.clone();
            other["device"] = json!(Address([9; 20]).to_string());
            let refused = SignedReading::parse(&other, &domain()).err().unwrap();
            assert!(matches!(refused, Error::Signature(Address([9, ..]))), "{refused}");
        }
        // The words of one curve under the name of the other.
        let mut mixed = handed_in(&key(Curve::P256));
        mixed["signature"] = handed_in(&key(Curve::Secp256k1))["signature"].clone();
        assert!(matches!(SignedReading::parse(&mixed, &domain()), Err(Error::Signature(_))));
    }

    /// The same number modulo the order, which the curve's equation would take.
    #[test]
    fn an_s_in_the_upper_half_and_a_key_off_the_curve_are_refused() {
        let reading = handed_in(&key(Curve::P256));
        let good = signature_of(&reading);
        let s: [u8; 32] = good[32..64].try_into().unwrap();
        let upper = minus(&ORDER, &s);
        let bad = [&good[..32], &upper, &good[64..]].concat();
        assert!(matches!(with_signature(&reading, &bad), Err(Error::Signature(_))));
        let off = [&good[..64], &[1; 64]].concat();
        assert!(matches!(with_signature(&reading, &off), Err(Error::Signature(_))));
        let mut named = reading;
        let name: [u8; 20] = keccak256(&[1; 64])[12..].try_into().unwrap();
        named["device"] = json!(Address(name).to_string());
        assert!(matches!(with_signature(&named, &off), Err(Error::Signature(_))), "under its own name too");
    }

    /// The order of P-256 (SEC 2, section 2.4.2).
    const ORDER: [u8; 32] = [
        0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xbc, 0xe6, 0xfa,
        0xad, 0xa7, 0x17, 0x9e, 0x84, 0xf3, 0xb9, 0xca, 0xc2, 0xfc, 0x63, 0x25, 0x51,
    ];

    fn minus(a: &[u8; 32], b: &[u8; 32]) -> [u8; 32] {
        let mut borrow = 0;
        let mut out = [0; 32];
        for at in (0..32).rev() {
            let difference = i16::from(a[at]) - i16::from(b[at]) - borrow;
            borrow = i16::from(difference < 0);
            out[at] = difference.rem_euclid(256) as u8;
        }
        out
    }

    proptest! {
        /// Any bit of a signature, and any bytes in its place.
        #[test]
        fn nothing_but_the_signature_is_taken(
            p256: bool, bit in 0..1024_usize, drawn in prop::collection::vec(any::<u8>(), 0..200),
        ) {
            let reading = handed_in(&key(if p256 { Curve::P256 } else { Curve::Secp256k1 }));
            let mut changed = signature_of(&reading);
            prop_assert!(with_signature(&reading, &changed).is_ok());
            let bit = bit % (8 * changed.len());
            changed[bit / 8] ^= 1 << (bit % 8);
            prop_assert!(matches!(with_signature(&reading, &changed), Err(Error::Signature(_))), "bit {}", bit);
            let refused = with_signature(&reading, &drawn).err();
            let expected = match drawn.len() {
                65 | 128 => matches!(refused, Some(Error::Signature(_))),
                _ => matches!(refused, Some(Error::Params("signature"))),
            };
            prop_assert!(expected, "{:?}", refused);
        }
    }
}
