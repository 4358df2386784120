use crate::device::{script, serve};
use crate::{folder, run};
use obd_core::provision::Protection;
use obd_core::record::WrappedRoot;
use obd_core::update::{MANIFEST_LEN, Manifest};
use obd_core::{Address, DeviceSignature, Domain, Key, Pairing, keccak256, recover};
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

const GENESIS: &str = "0x0303030303030303030303030303030303030303030303030303030303030303";

fn settings(folder: &Path) -> String {
    settings_of(folder, GENESIS)
}

/// For the chain that begins with this block.
pub(crate) fn settings_of(folder: &Path, genesis: &str) -> String {
    fs::write(folder.join("issuer.der"), [0x30; 300]).unwrap();
    let file = folder.join("settings.json");
    fs::write(&file, SETTINGS.replace(GENESIS, genesis)).unwrap();
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

/// The same life on the other curve, which owns no account.
#[test]
fn a_p256_device_is_made_for_a_relay_and_paired() {
    let folder = folder("p256");
    let direct = settings(&folder);
    let port = serve(1, true, Protection::None);
    let init = |settings: &str| run(&["init", "--port", &port, "--curve", "p256", "--settings", settings]);
    assert!(init(&direct).unwrap_err().contains("a key on p256 has no account"));
    let relayed = folder.join("relayed.json");
    let relay = r#""relay": {"host": "relay.example", "port": 443}, "relayed": true, "issuer""#;
    fs::write(&relayed, SETTINGS.replace("\"issuer\"", relay)).unwrap();
    let relayed = relayed.display().to_string();
    let made: Value = serde_json::from_str(&init(&relayed).unwrap()).unwrap();
    assert_eq!(made["curve"], "p256");
    let hello = run(&["hello", "--port", &port]).unwrap();
    assert!(hello.contains("curve p256") && hello.contains("state ready"), "{hello}");
    let refused = run(&["init", "--port", &port, "--settings", &relayed]).unwrap_err();
    assert!(refused.contains("the device's key is on p256, not on secp256k1"), "{refused}");
    assert!(
        run(&["init", "--port", &port, "--curve", "p384", "--settings", &relayed])
            .unwrap_err()
            .contains("--curve p384 is not secp256k1 or p256")
    );

    // The maker vouches for it beside one with an account.
    let (port_2, file, file_2) = (serve(20, true, Protection::None), folder.join("1"), folder.join("2"));
    fs::write(&file, made.to_string()).unwrap();
    fs::write(&file_2, run(&["init", "--port", &port_2, "--settings", &direct]).unwrap()).unwrap();
    let (file, file_2) = (file.display().to_string(), file_2.display().to_string());
    let batch = folder.join("batch.json");
    fs::write(&batch, run(&["batch", "--key-file", &key_file(&folder, 5), &file, &file_2]).unwrap()).unwrap();
    let maker = Key::from_bytes(&[5; 32]).unwrap().address().to_string();
    let verified = run(&["verify-batch", "--maker", &maker, &batch.display().to_string()]).unwrap();
    assert_eq!(verified, format!("2 devices of {maker}"));

    let owner = Key::from_bytes(&[9; 32]).unwrap();
    let reader = const_hex::encode_prefixed(owner.public_key().to_compressed());
    let (owner_text, registry) = (owner.address().to_string(), "0x4155430000000000000000000000000000000002");
    let words = "33".repeat(32);
    let terms = ["--vehicle", "5", "--owner", &owner_text, "--nonce", "0", "--deadline", "1900000000"];
    let mut args = vec!["pair", "--port", &port, "--chain-id", "1337", "--registry", registry];
    args.extend(["--epoch", "1", "--reader", &reader, "--commitment", &words, "--salt", &words]);
    args.extend(terms);
    let agreed: Value = serde_json::from_str(&run(&args).unwrap()).unwrap();
    let by_device = const_hex::decode(agreed["deviceSignature"].as_str().unwrap()).unwrap();
    let device = made["address"].as_str().unwrap();
    let pairing = Pairing { vehicle: 5, owner: owner.address(), nonce: 0, deadline: 1_900_000_000 };
    let registry = Address(const_hex::decode_to_array(registry).unwrap());
    let account = Address(const_hex::decode_to_array(device).unwrap());
    let digest = pairing.digest(&Domain::new(1337, registry), account);
    assert!(DeviceSignature::from_bytes(&by_device).unwrap().is_by(account, &digest));
    let by_owner = const_hex::encode_prefixed(owner.sign(&digest).unwrap().to_bytes());
    let mut args = vec!["pair-call", "--device", device, "--owner-signature", &by_owner];
    args.extend(["--device-signature", agreed["deviceSignature"].as_str().unwrap()]);
    args.extend(terms);
    let data = const_hex::decode(run(&args).unwrap()).unwrap();
    // Selector, seven words, a length and 128 bytes, a length and 65 bytes in three words.
    assert_eq!(data.len(), 4 + 7 * 32 + 5 * 32 + 4 * 32);
    assert_eq!(data[4 + 8 * 32..][..128], by_device);
}

/// Firmware from before there was a choice.
#[test]
fn a_device_that_knows_one_curve_is_not_taken_for_another() {
    let settings = settings(&folder("old"));
    let old = || script(&["ok state=new", "ok address=0x01", "ok state=keyed address=0x01"]);
    let refused = run(&["init", "--port", &old(), "--curve", "p256", "--settings", &settings]).unwrap_err();
    assert!(refused.contains("the device's key is on secp256k1, not on p256"), "{refused}");
    // The settings are sent, and then the line ends.
    let silent = run(&["init", "--port", &old(), "--settings", &settings]).unwrap_err();
    assert!(silent.contains("the device said nothing"), "{silent}");
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
