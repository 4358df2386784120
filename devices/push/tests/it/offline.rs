use crate::{DEVICE, KEY, REGISTRY, push, stderr, stdout};
use obd_core::{Address, DeviceSignature, Domain, Pairing, keccak256};
use std::fs;

#[test]
fn address_of_a_key_and_of_a_key_file() {
    assert_eq!(stdout(&push(&["address", "--key", KEY])), format!("{DEVICE}\n"));
    let path = std::env::temp_dir().join(format!("autochain-push-{}.key", std::process::id()));
    fs::write(&path, format!("{}\n", &KEY[2..])).unwrap();
    let output = push(&["address", "--key-file", path.to_str().unwrap()]);
    fs::remove_file(path).unwrap();
    assert_eq!(stdout(&output), format!("{DEVICE}\n"));
}

/// The signature that the contracts' own tests accept.
#[test]
fn signature_for_a_pairing() {
    let owner = "0x328809Bc894f92807417D2dAD6b7C998c1aFdac6";
    let mut args = vec!["pair-signature", "--key", KEY, "--chain-id", "1337", "--registry", REGISTRY];
    args.extend(["--vehicle", "1", "--owner", owner, "--nonce", "0", "--deadline", "1800003600"]);
    let expected = "0x66a4497d6c7dc1ba41379116d8c0dc3839f49d8633139c6ebb9dde2cd15646dc\
                    2f5467df6413845a47155815306e17cc2eb94a45546739f5250d1cab535d0fc21c\n";
    assert_eq!(stdout(&push(&args)), expected);
}

/// The key of RFC 6979, appendix A.2.5: what the registry calls it, and its word as the registry checks it.
#[test]
fn a_key_on_p256_has_a_name_and_signs_with_its_point() {
    let secret = "c9afa9d845ba75166b5c215767b1d6934e50c3db36e89b127b8a622b120f6721";
    let point = "60fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6\
                 7903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299";
    let name: [u8; 32] = keccak256(&const_hex::decode(point).unwrap());
    let device = Address(*name.last_chunk().unwrap());
    let key = ["--key", secret, "--curve", "p256"];
    assert_eq!(stdout(&push(&[&["address"], &key[..]].concat())), format!("{device}\n"));

    let owner = "0x328809Bc894f92807417D2dAD6b7C998c1aFdac6";
    let mut args = [&["pair-signature"], &key[..], &["--chain-id", "1337", "--registry", REGISTRY]].concat();
    args.extend(["--vehicle", "1", "--owner", owner, "--nonce", "0", "--deadline", "1800003600"]);
    let output = push(&args);
    let signature = const_hex::decode(stdout(&output).trim()).unwrap();
    let address = |hex| Address(const_hex::decode_to_array(hex).unwrap());
    let pairing = Pairing { vehicle: 1, owner: address(owner), nonce: 0, deadline: 1_800_003_600 };
    let digest = pairing.digest(&Domain::new(1337, address(REGISTRY)), device);
    assert_eq!(const_hex::encode(&signature[64..]), point);
    assert!(DeviceSignature::from_bytes(&signature).unwrap().is_by(device, &digest));
}

#[test]
fn wrong_flags_end_with_2_and_the_usage() {
    let output = push(&["record", "--key", KEY]);
    assert_eq!(output.status.code(), Some(2));
    let shown = stderr(&output);
    assert!(shown.starts_with("autochain-push: --rpc is missing"), "{shown}");
    assert!(shown.contains("autochain-push pair-signature"), "{shown}");
    assert_eq!(push(&["--help"]).status.code(), Some(0));
}

#[test]
fn a_key_out_of_range_is_refused() {
    let output = push(&["address", "--key", &"0".repeat(64)]);
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).contains("not a key"), "{}", stderr(&output));
}
