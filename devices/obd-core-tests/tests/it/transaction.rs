//! Signed transactions against alloy: the same signing hash, bytes that decode to the same fields, the
//! sender recovered, the same hash.

use crate::open_policy;
use alloy_consensus::transaction::{RlpEcdsaDecodableTx as _, SignerRecoverable as _};
use alloy_consensus::{SignableTransaction as _, TxEip1559, TxEnvelope};
use alloy_primitives::{Bytes, TxKind, U256};
use alloy_rlp::Decodable as _;
use obd_core::{Address, Eip1559, Flags, Key, Reading, Source};
use proptest::prelude::*;

fn readings() -> impl Strategy<Value = Reading> {
    (any::<[u64; 2]>(), any::<u32>(), 0_u16..1 << 11, any::<[[u8; 32]; 2]>()).prop_map(
        |([vehicle, counter], odometer_km, quality, [prev_hash, hash])| {
            let flags = Flags::try_from(quality << 3).unwrap_or(Flags::new(Source::None));
            Reading { vehicle, counter, odometer_km, flags, prev_hash, hash }
        },
    )
}

/// Small and large alike, so that every length of an RLP number comes up.
fn numbers() -> impl Strategy<Value = u64> {
    (any::<u64>(), 0_u32..64).prop_map(|(value, shift)| value >> shift)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn alloy_reads_what_the_device_signs(
        secret in any::<[u8; 32]>().prop_filter("a key", |secret| Key::from_bytes(secret).is_ok()),
        [chain_id, nonce, gas_limit] in [numbers(), numbers(), numbers()],
        [fee, other_fee] in any::<[u128; 2]>(),
        shift in 0_u32..128,
        registry in any::<[u8; 20]>(),
        reading in readings(),
    ) {
        let key = Key::from_bytes(&secret).unwrap();
        let (fee, other_fee) = (fee >> shift, other_fee >> shift);
        let data = reading.calldata();
        let tx = Eip1559 {
            chain_id,
            nonce,
            max_priority_fee_per_gas: fee.min(other_fee),
            max_fee_per_gas: fee.max(other_fee),
            gas_limit,
            to: Address(registry),
            value: 0,
            data: &data,
        };
        let expected = TxEip1559 {
            chain_id,
            nonce,
            gas_limit,
            max_fee_per_gas: tx.max_fee_per_gas,
            max_priority_fee_per_gas: tx.max_priority_fee_per_gas,
            to: TxKind::Call(registry.into()),
            value: U256::ZERO,
            access_list: Default::default(),
            input: Bytes::copy_from_slice(&data),
        };
        let mut scratch = [0; 512];
        prop_assert_eq!(*tx.signing_digest(&mut scratch).unwrap().as_bytes(), expected.signature_hash().0);

        let mut out = [0; obd_core::RECORD_TX_LEN];
        let signed = tx.check(&open_policy(chain_id, Address(registry))).unwrap().sign(&key, &mut out).unwrap();
        let raw = signed.raw();
        prop_assert_eq!(raw[0], 2);
        let mut rest = &raw[1..];
        let decoded = TxEip1559::rlp_decode_signed(&mut rest).unwrap();
        prop_assert!(rest.is_empty());
        prop_assert_eq!(decoded.tx(), &expected);
        prop_assert_eq!(decoded.hash().0, signed.hash());
        prop_assert!(decoded.signature().normalize_s().is_none(), "s is in the upper half");
        let envelope = TxEnvelope::from(decoded);
        prop_assert_eq!(envelope.recover_signer().unwrap().0, key.address().0);
    }

    /// The value and the length of the data do not come up in readings, but the encoder takes them.
    #[test]
    fn alloy_hashes_what_the_device_hashes(
        value in any::<u128>(),
        data in prop::collection::vec(any::<u8>(), 0..600),
    ) {
        let tx = Eip1559 {
            chain_id: 1337,
            nonce: 0,
            max_priority_fee_per_gas: 1,
            max_fee_per_gas: 2,
            gas_limit: 21_000,
            to: Address([7; 20]),
            value,
            data: &data,
        };
        let mut scratch = [0; 1024];
        let digest = tx.signing_digest(&mut scratch).unwrap();
        let expected = TxEip1559 {
            chain_id: 1337,
            nonce: 0,
            gas_limit: 21_000,
            max_fee_per_gas: 2,
            max_priority_fee_per_gas: 1,
            to: TxKind::Call([7; 20].into()),
            value: U256::from(value),
            access_list: Default::default(),
            input: data.into(),
        };
        prop_assert_eq!(*digest.as_bytes(), expected.signature_hash().0);
    }
}

#[test]
fn a_flipped_bit_never_names_the_device_as_the_sender() {
    let key = Key::from_bytes(&[3; 32]).unwrap();
    let reading = Reading {
        vehicle: 1,
        counter: 1,
        odometer_km: 42,
        flags: Flags::new(Source::Obd),
        prev_hash: [0; 32],
        hash: [9; 32],
    };
    let data = reading.calldata();
    let tx = Eip1559 {
        chain_id: 1337,
        nonce: 0,
        max_priority_fee_per_gas: 1,
        max_fee_per_gas: 2,
        gas_limit: 120_000,
        to: Address([0xca; 20]),
        value: 0,
        data: &data,
    };
    let mut out = [0; obd_core::RECORD_TX_LEN];
    let policy = open_policy(1337, Address([0xca; 20]));
    let raw = tx.check(&policy).unwrap().sign(&key, &mut out).unwrap().raw();
    for bit in 0..raw.len() * 8 {
        let mut bytes = raw.to_vec();
        bytes[bit / 8] ^= 1 << (bit % 8);
        if let Ok(TxEnvelope::Eip1559(other)) = TxEnvelope::decode(&mut &bytes[..])
            && let Ok(sender) = other.recover_signer()
        {
            assert_ne!(sender.0, key.address().0, "bit {bit}");
        }
    }
}
