//! The program on our own node: from a batch of devices to the second owner of a car.

use crate::device::serve;
use crate::life::settings_of;
use crate::stage::{BUYER, DEVICES, MAKER, OWNER, REGISTRY, SALT, Stage, number, of};
use crate::{folder, run};
use obd_core::Key;
use obd_core::provision::Protection;
use obd_core::record::WrappedRoot;
use serde_json::Value;

const NOBODY: &str = "0x0000000000000000000000000000000000000000";

fn refused(result: Result<String, String>, sentence: &str) {
    let complaint = result.expect_err(sentence);
    assert!(complaint.contains(sentence), "{complaint}\nlacks: {sentence}");
}

fn document(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

#[test]
fn a_maker_registers_a_batch_once() {
    let stage = Stage::new("register");
    let devices = [10, 20, 30, 40].map(|seed| stage.device(seed));
    let key = stage.key(MAKER);
    let register = |definition: &str, more: &[&str]| {
        let mut args = vec!["register", "--settings", &stage.settings, "--key-file", &key];
        args.extend(["--definition", definition]);
        args.extend(devices.iter().map(|device| device.file.as_str()));
        args.extend(more);
        stage.run(&args)
    };
    refused(register("1", &[]), &format!("{} has no licence as a maker", of(MAKER)));
    let definition = stage.script("maker", MAKER, &[]).to_string();
    refused(register("99", &[]), "there is no definition 99 of a device");
    refused(register(&definition, &[&devices[0].file]), "twice");
    refused(register(&definition, &["--max-fee", "1"]), "is above the cap of 1 wei");
    let before = transactions(&stage);

    // Room for three devices in a transaction.
    let lines = register(&definition, &["--max-gas", "200000"]).unwrap();
    for device in &devices {
        assert!(lines.contains(&format!("{} is registered, block ", device.address)), "{lines}");
        let maker = stage.view(DEVICES, "makerOf(address)", &device.address);
        assert_eq!(maker[0][24..].to_lowercase(), of(MAKER)[2..].to_lowercase());
        assert_eq!(number(&maker[1]).to_string(), definition);
    }
    assert_eq!(transactions(&stage), before + 2);

    let again = register(&definition, &[]).unwrap();
    assert_eq!(
        again.matches(&format!("registered already, as definition {definition}")).count(),
        4,
        "{again}"
    );
    assert_eq!(transactions(&stage), before + 2, "nothing was sent");

    // Another maker cannot have them.
    let other = stage.script("maker", BUYER, &[]).to_string();
    let args = ["register", "--settings", &stage.settings, "--key-file", &stage.key(BUYER)];
    let args = [&args[..], &["--definition", &other, &devices[3].file]].concat();
    refused(stage.run(&args), &format!("device {} was registered by another maker", devices[3].address));
}

/// How many transactions the maker has sent.
fn transactions(stage: &Stage) -> u64 {
    let count = stage.node.ask("eth_getTransactionCount", serde_json::json!([of(MAKER), "latest"]));
    u64::from_str_radix(&count.as_str().unwrap()[2..], 16).unwrap()
}

#[test]
fn an_owner_claims_and_pairs_and_the_next_owner_pairs_again() {
    let stage = Stage::new("owners");
    let (device, spare) = (stage.device(50), stage.device(60));
    let definition = stage.script("maker", MAKER, &[]).to_string();
    let (maker, owner, buyer) = (stage.key(MAKER), stage.key(OWNER), stage.key(BUYER));
    let args = ["register", "--settings", &stage.settings, "--key-file", &maker, "--definition", &definition];
    stage.run(&[&args[..], &[&device.file]].concat()).unwrap();

    let claim = |key: &str| stage.run(&["claim", "--port", &device.port, "--owner-key-file", key]);
    let claimed = document(&claim(&owner).unwrap());
    assert_eq!(claimed["device"], device.address.as_str());
    assert_eq!(claimed["typedData"]["primaryType"], "Claim");
    assert_eq!(stage.holder(&device.address), of(OWNER));
    refused(claim(&buyer), &format!("device {} is {}'s", device.address, of(OWNER)));
    let poor = stage.key(&"77".repeat(32));
    let args = ["claim", "--port", &spare.port, "--owner-key-file", &poor];
    refused(stage.run(&args), &format!("{} cannot pay the fee, send it coin", of(&"77".repeat(32))));

    let car = stage.car(OWNER, "LSVAU0330E2119384");
    let other_car = stage.car(OWNER, "LSVAU0330E2119385");
    let pair = |port: &str, key: &str, vehicle: &str, more: &[&str]| {
        let args = ["pair", "--port", port, "--owner-key-file", key, "--vehicle", vehicle, "--salt", SALT];
        stage.run(&[&args[..], more].concat())
    };
    refused(pair(&device.port, &buyer, &car, &[]), &format!("{} does not own vehicle {car}", of(BUYER)));
    refused(pair(&device.port, &owner, "77", &[]), "there is no vehicle 77");
    refused(
        pair(&device.port, &owner, &car, &["--deadline", "1700000000"]),
        "were good until 2023-11-14 22:13 UTC only",
    );
    refused(pair(&device.port, &owner, &car, &["--max-priority-fee", "0"]), "--max-priority-fee");
    let paired = document(&pair(&device.port, &owner, &car, &[]).unwrap());
    assert_eq!(stage.pairing(&device.address), (car.parse().unwrap(), 1, of(OWNER), true));
    let root = const_hex::decode_to_array(paired["wrappedRoot"].as_str().unwrap()).unwrap();
    let secret = const_hex::decode_to_array(OWNER).unwrap();
    let keys = WrappedRoot::from_bytes(root).unwrap(&Key::from_bytes(&secret).unwrap()).unwrap();
    assert_eq!((keys.vehicle().to_string(), keys.epoch()), (car.clone(), 1));

    refused(pair(&device.port, &owner, &other_car, &[]), &format!("is bound to vehicle {car}"));
    refused(
        pair(&spare.port, &owner, &car, &[]),
        &format!("vehicle {car} has the device {}", device.address),
    );
    let args = ["free", "--settings", &stage.settings, "--device", &device.address];
    let free = |key: &str| stage.run(&[&args[..], &["--key-file", key]].concat());
    refused(free(&maker), "is in use");
    refused(free(&buyer), "only its maker frees it");

    stage.script("scrap", OWNER, &[&other_car]);
    refused(pair(&spare.port, &owner, &other_car, &[]), &format!("vehicle {other_car} is scrapped"));

    stage.script("sell", OWNER, &[&car, &of(BUYER)]);
    assert!(!stage.pairing(&device.address).3, "suspended");
    refused(pair(&device.port, &owner, &car, &[]), "does not own vehicle");
    refused(free(&maker), "idle for 30 days");
    pair(&device.port, &buyer, &car, &[]).unwrap();
    assert_eq!(stage.pairing(&device.address), (car.parse().unwrap(), 2, of(BUYER), true));
    assert_eq!(stage.holder(&device.address), of(BUYER), "it came with the car");

    // The device is lost: nobody asks it.
    let args = ["release", "--device", &device.address, "--chain-id", "1337", "--registry", REGISTRY];
    let release = |key: &str| stage.run(&[&args[..], &["--owner-key-file", key]].concat());
    refused(release(&owner), "may not release");
    assert!(release(&buyer).unwrap().contains(&format!("is free of vehicle {car}")));
    assert_eq!(stage.pairing(&device.address).0, 0);
    pair(&spare.port, &buyer, &car, &[]).unwrap();
    // Still claimed.
    refused(claim(&owner), "release");
    let done = stage.run(&["release", "--port", &device.port, "--owner-key-file", &buyer]).unwrap();
    assert!(done.contains("is free of its claim"), "{done}");
    assert_eq!(stage.holder(&device.address), NOBODY);
    refused(release(&buyer), "there is nothing to give up");
}

#[test]
fn terms_that_are_signed_elsewhere_are_carried_by_anyone() {
    let stage = Stage::new("elsewhere");
    let device = stage.device(70);
    let car = stage.car(OWNER, "LSVAU0330E2119386");
    let owner = of(OWNER);
    refused(stage.run(&["claim", "--port", &device.port]), "--owner is missing");

    let agreed = document(&stage.run(&["claim", "--port", &device.port, "--owner", &owner]).unwrap());
    carry(&stage, "claim-call", &agreed, &[], DEVICES);
    assert_eq!(stage.holder(&device.address), owner);

    let reader = stage.folder.join("reader.key").display().to_string();
    let pair = ["pair", "--port", &device.port, "--vehicle", &car, "--salt", SALT];
    refused(stage.run(&pair), "--reader-key-file is missing");
    // The chain knows the owner, and the tool makes the reader's key.
    let agreed = document(&stage.run(&[&pair[..], &["--reader-key-file", &reader]].concat()).unwrap());
    assert_eq!(agreed["typedData"]["message"]["owner"], owner.as_str());
    carry(&stage, "pair-call", &agreed, &["--vehicle", &car], REGISTRY);
    assert_eq!(stage.pairing(&device.address), (car.parse().unwrap(), 1, owner, true));
    let secret = std::fs::read_to_string(&reader).unwrap();
    let key = Key::from_bytes(&const_hex::decode_to_array(secret.trim()).unwrap()).unwrap();
    let root = const_hex::decode_to_array(agreed["wrappedRoot"].as_str().unwrap()).unwrap();
    WrappedRoot::from_bytes(root).unwrap(&key).unwrap();
}

/// The owner signs with ethers, somebody else sends what `call` prints.
fn carry(stage: &Stage, call: &str, agreed: &Value, more: &[&str], to: &str) {
    let by_owner = stage.script("sign", OWNER, &[&agreed["typedData"].to_string()]);
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let message = &agreed["typedData"]["message"];
    let [device, owner, nonce, deadline] =
        ["device", "owner", "nonce", "deadline"].map(|name| text(&message[name]));
    let (by_device, by_owner) = (text(&agreed["deviceSignature"]), text(&by_owner));
    let args = [call, "--device", &device, "--owner", &owner, "--nonce", &nonce, "--deadline", &deadline];
    let signatures = ["--device-signature", &by_device, "--owner-signature", &by_owner];
    let data = run(&[&args[..], &signatures, more].concat()).unwrap();
    stage.script("send", BUYER, &[to, &data]);
}

#[test]
fn another_chain_gets_no_signature() {
    let stage = Stage::new("chain");
    let genesis = format!("0x{}", "03".repeat(32));
    let settings = settings_of(&folder("another-chain"), &genesis);
    let port = serve(80, true, Protection::None);
    run(&["init", "--port", &port, "--settings", &settings]).unwrap();
    let owner = stage.key(OWNER);
    refused(
        stage.run(&["claim", "--port", &port, "--owner-key-file", &owner]),
        &format!("not {genesis}: nothing was signed"),
    );
    let args = ["release", "--device", NOBODY, "--chain-id", "1", "--registry", REGISTRY];
    refused(stage.run(&[&args[..], &["--owner-key-file", &owner]].concat()), "on chain id 1337, not on 1");
    let args = ["release", "--device", NOBODY, "--chain-id", "1337", "--registry", NOBODY];
    refused(stage.run(&[&args[..], &["--owner-key-file", &owner]].concat()), "there is no contract at");
    refused(
        run(&["claim", "--port", &port, "--owner-key-file", &owner, "--rpc", "https://node.example"]),
        "TLS is not spoken here",
    );
}
