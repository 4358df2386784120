use crate::device::serve;
use crate::{folder, run};
use obd_core::provision::Protection;
use obd_core::record::WrappedRoot;
use obd_core::update::{MANIFEST_LEN, Manifest};
use obd_core::{Address, Domain, Key, Pairing, keccak256, recover};
use serde_json::Value;
use std::fs;
use std::path::Path;

const SETTINGS: &str = r#"{
    "chainId": 1337, "genesis": "0x0303030303030303030303030303030303030303030303030303030303030303",
    "registry": "0x4155430000000000000000000000000000000002",
    "maxGas": 300000, "maxFeePerGas": "500000000000", "maxPriorityFeePerGas": "50000000000",
    "dailyCap": "1000000000000000000", "network": "garage", "passphrase": "a long passphrase",
    "endpoints": [{"host": "node.example", "port": 8545}], "issuer": "issuer.der", "releaseKeys": []
}"#;

fn settings(folder: &Path) -> String {
    fs::write(folder.join("issuer.der"), [0x30; 300]).unwrap();
    let file = folder.join("settings.json");
    fs::write(&file, SETTINGS).unwrap();
    file.display().to_string()
}

fn key_file(folder: &Path, seed: u8) -> String {
    let file = folder.join(format!("key{seed}"));
    fs::write(&file, const_hex::encode([seed; 32])).unwrap();
    file.display().to_string()
}

#[test]
fn a_device_is_made_paired_and_made_new_again() {
    let folder = folder("life");
    let settings = settings(&folder);
    let port = serve(1, true, Protection::None);
    assert!(run(&["hello", "--port", &port]).unwrap().contains("state new"));
    let made: Value =
        serde_json::from_str(&run(&["init", "--port", &port, "--settings", &settings]).unwrap()).unwrap();
    let address = made["address"].as_str().unwrap().to_owned();
    assert_eq!(made["protection"], "key not hardware-protected");
    // Again: it keeps its key, and attests to it anew.
    let again: Value =
        serde_json::from_str(&run(&["init", "--port", &port, "--settings", &settings]).unwrap()).unwrap();
    assert_eq!(again["address"], made["address"]);
    assert_ne!(again["challenge"], made["challenge"]);

    let owner = Key::from_bytes(&[9; 32]).unwrap();
    let reader = const_hex::encode_prefixed(owner.public_key().to_compressed());
    let (owner_text, registry) = (owner.address().to_string(), "0x4155430000000000000000000000000000000002");
    let terms = ["--vehicle", "5", "--owner", &owner_text, "--nonce", "0", "--deadline", "1900000000"];
    let mut args =
        vec!["pair", "--port", &port, "--chain-id", "1337", "--registry", registry, "--epoch", "1"];
    let (commitment, salt) = ("33".repeat(32), "44".repeat(32));
    args.extend(["--reader", &reader, "--commitment", &commitment, "--salt", &salt]);
    args.extend(terms);
    let agreed: Value = serde_json::from_str(&run(&args).unwrap()).unwrap();
    let device = Address(const_hex::decode_to_array(&address).unwrap());
    let pairing = Pairing { vehicle: 5, owner: owner.address(), nonce: 0, deadline: 1_900_000_000 };
    let registry = Address(const_hex::decode_to_array(registry).unwrap());
    let digest = pairing.digest(&Domain::new(1337, registry), device);
    let by_device = agreed["deviceSignature"].as_str().unwrap();
    assert_eq!(recover(digest.as_bytes(), &const_hex::decode_to_array(by_device).unwrap()), Some(device));
    let wrapped = const_hex::decode_to_array(agreed["wrappedRoot"].as_str().unwrap()).unwrap();
    let keys = WrappedRoot::from_bytes(wrapped).unwrap(&owner).unwrap();
    assert_eq!((keys.vehicle(), keys.epoch(), keys.device()), (5, 1, device));
    assert_eq!(agreed["typedData"]["message"]["device"], address.as_str());
    assert!(run(&["hello", "--port", &port]).unwrap().contains("state paired"));

    let by_owner = const_hex::encode_prefixed(owner.sign(&digest).unwrap().to_bytes());
    let mut args = vec!["pair-call", "--device", &address, "--device-signature", by_device];
    args.extend(["--owner-signature", &by_owner]);
    args.extend(terms);
    let data = const_hex::decode(run(&args).unwrap()).unwrap();
    // Selector, seven words, and twice a length and 65 bytes in three words.
    assert_eq!(data.len(), 4 + 7 * 32 + 2 * 4 * 32);
    assert_eq!(data[4 + 8 * 32..][..65], const_hex::decode(by_device).unwrap());
    assert_eq!(data[4 + 12 * 32..][..65], const_hex::decode(by_owner).unwrap());

    assert_eq!(run(&["reset", "--port", &port]).unwrap(), "the device is new again");
    assert!(run(&["hello", "--port", &port]).unwrap().contains("state new"));
    let new: Value =
        serde_json::from_str(&run(&["init", "--port", &port, "--settings", &settings]).unwrap()).unwrap();
    assert_ne!(new["address"], made["address"], "a new life has a new key");
}

#[test]
fn without_the_button_nothing_binds() {
    let folder = folder("button");
    let port = serve(1, false, Protection::Hardware);
    let made = run(&["init", "--port", &port, "--settings", &settings(&folder)]).unwrap();
    assert!(made.contains("key sealed under the chip's eFuses"));
    assert!(run(&["reset", "--port", &port]).unwrap_err().contains("nobody pressed the button"));
}

#[test]
fn a_maker_vouches_for_a_batch_and_every_change_shows() {
    let folder = folder("batch");
    let settings = settings(&folder);
    let mut files = Vec::new();
    for seed in [10, 20, 30] {
        let port = serve(seed, true, Protection::None);
        let file = folder.join(format!("device{seed}.json"));
        fs::write(&file, run(&["init", "--port", &port, "--settings", &settings]).unwrap()).unwrap();
        files.push(file.display().to_string());
    }
    let maker = Key::from_bytes(&[5; 32]).unwrap().address().to_string();
    let key = key_file(&folder, 5);
    let mut args = vec!["batch", "--key-file", &key];
    args.extend(files.iter().map(String::as_str));
    let batch = run(&args).unwrap();
    let file = folder.join("batch.json");
    let verify = |text: &str, maker: &str| {
        fs::write(&file, text).unwrap();
        run(&["verify-batch", "--maker", maker, &file.display().to_string()])
    };
    assert_eq!(verify(&batch, &maker).unwrap(), format!("3 devices of {maker}"));
    let stranger = Key::from_bytes(&[6; 32]).unwrap().address().to_string();
    assert!(verify(&batch, &stranger).unwrap_err().contains("not signed by"));
    let mut fewer: Value = serde_json::from_str(&batch).unwrap();
    fewer["devices"].as_array_mut().unwrap().pop();
    assert!(verify(&fewer.to_string(), &maker).unwrap_err().contains("not signed by"));
    let mut changed: Value = serde_json::from_str(&batch).unwrap();
    changed["devices"][0]["challenge"] = changed["devices"][1]["challenge"].clone();
    assert!(verify(&changed.to_string(), &maker).unwrap_err().contains("attestation"));
    args.push(&files[0]);
    assert!(run(&args).unwrap_err().contains("twice"));
}

#[test]
fn an_image_is_signed_as_the_device_checks_it() {
    let folder = folder("image");
    let image = folder.join("image.bin");
    fs::write(&image, [7; 1000]).unwrap();
    let out = folder.join("update.bin");
    let (image, out_text, key) =
        (image.display().to_string(), out.display().to_string(), key_file(&folder, 8));
    let args = [
        "sign-image",
        "--key-file",
        &key,
        "--board",
        "esp32c6",
        "--version",
        "1.2.3",
        "--out",
        &out_text,
        &image,
    ];
    run(&args).unwrap();
    let update = fs::read(out).unwrap();
    let (manifest, content) = update.split_first_chunk::<MANIFEST_LEN>().unwrap();
    let signer = Key::from_bytes(&[8; 32]).unwrap().address();
    let manifest = Manifest::open(manifest, &[signer]).unwrap();
    assert_eq!((manifest.version, manifest.length, manifest.hash), (1_002_003, 1000, keccak256(content)));
}

#[test]
fn mistakes_are_named() {
    let folder = folder("mistakes");
    let settings = settings(&folder);
    assert!(run(&["frobnicate"]).unwrap_err().contains("unknown command frobnicate"));
    assert!(run(&["hello"]).unwrap_err().contains("--port is missing"));
    assert!(run(&["hello", "--port", "a", "--vehicle", "1"]).unwrap_err().contains("takes no --vehicle"));
    assert!(run(&["hello", "--port", "/dev/none"]).unwrap_err().contains("cannot open /dev/none"));
    let broken = SETTINGS.replace("\"chainId\": 1337", "\"chainId\": \"1337\"");
    fs::write(&settings, broken).unwrap();
    let port = serve(1, true, Protection::None);
    let complaint = run(&["init", "--port", &port, "--settings", &settings]).unwrap_err();
    assert!(complaint.contains("chainId is not a whole number"), "{complaint}");
}
