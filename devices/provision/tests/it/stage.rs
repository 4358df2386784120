use crate::device::serve;
use crate::life::settings_of;
use crate::{folder, run};
use dev_node::Node;
use obd_core::Key;
use obd_core::provision::Protection;
use serde_json::{Value, json};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

pub(crate) const REGISTRY: &str = "0x4155430000000000000000000000000000000002";
pub(crate) const DEVICES: &str = "0x4155430000000000000000000000000000000013";

/// Accounts of Foundry's test mnemonic, with coin on the development chain.
pub(crate) const MAKER: &str = "7c852118294e51e653712a81e05800f419141751be58f605c371e15141b007a6";
pub(crate) const OWNER: &str = "59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d";
pub(crate) const BUYER: &str = "5de4111afa1a4b94908f83103eb1f1706367c2e68ca870fc3fb9a804cdab365a";
pub(crate) const SALT: &str = "0x4444444444444444444444444444444444444444444444444444444444444444";

/// A development chain, and a bench.
pub(crate) struct Stage {
    pub(crate) node: Node,
    pub(crate) folder: PathBuf,
    /// Settings for this chain.
    pub(crate) settings: String,
}

/// A device on the bench that is ready to be paired.
pub(crate) struct Made {
    pub(crate) port: String,
    pub(crate) address: String,
    /// The file of its attestation.
    pub(crate) file: String,
}

impl Stage {
    pub(crate) fn new(name: &str) -> Self {
        let (node, folder) = (Node::start(), folder(name));
        let genesis = node.ask("eth_getBlockByNumber", json!(["0x0", false]));
        let settings = settings_of(&folder, genesis["hash"].as_str().unwrap());
        Self { node, folder, settings }
    }

    pub(crate) fn device(&self, seed: u8) -> Made {
        let port = serve(seed, true, Protection::None);
        let attestation = run(&["init", "--port", &port, "--settings", &self.settings]).unwrap();
        let file = self.folder.join(format!("device{seed}.json"));
        fs::write(&file, &attestation).unwrap();
        let document: Value = serde_json::from_str(&attestation).unwrap();
        let address = document["address"].as_str().unwrap().to_owned();
        Made { port, address, file: file.display().to_string() }
    }

    /// The file of a key.
    pub(crate) fn key(&self, secret: &str) -> String {
        let file = self.folder.join(&secret[..8]);
        fs::write(&file, secret).unwrap();
        file.display().to_string()
    }

    /// Runs the program with this node.
    pub(crate) fn run(&self, args: &[&str]) -> Result<String, String> {
        let mut all = args.to_vec();
        all.extend(["--rpc", self.node.url()]);
        run(&all)
    }

    /// What somebody else does on the chain.
    pub(crate) fn script(&self, command: &str, secret: &str, rest: &[&str]) -> Value {
        let script = scripts().join("chain.mjs");
        let mut node = Command::new("node");
        node.arg(script).args([command, self.node.url(), secret]).args(rest);
        let output = node.stderr(Stdio::inherit()).output().expect("node runs");
        assert!(output.status.success(), "{command}");
        let text = String::from_utf8(output.stdout).unwrap();
        serde_json::from_str(text.trim().lines().last().unwrap()).unwrap()
    }

    /// A car of this owner; its id.
    pub(crate) fn car(&self, owner: &str, vin: &str) -> String {
        self.script("car", owner, &[vin, SALT]).to_string()
    }

    /// The words that a view gives.
    pub(crate) fn view(&self, contract: &str, signature: &str, argument: &str) -> Vec<String> {
        let selector = const_hex::encode(&obd_core::keccak256(signature.as_bytes())[..4]);
        let argument = argument.trim_start_matches("0x").to_ascii_lowercase();
        let call = json!({ "to": contract, "data": format!("0x{selector}{argument:0>64}") });
        let answer = self.node.ask("eth_call", json!([call, "latest"]));
        let bytes = const_hex::decode(answer.as_str().unwrap()).unwrap();
        bytes.as_chunks::<32>().0.iter().map(const_hex::encode).collect()
    }

    /// Vehicle, key epoch, who paired it, and whether it is active.
    pub(crate) fn pairing(&self, device: &str) -> (u64, u64, String, bool) {
        let words = self.view(DEVICES, "pairingOf(address)", device);
        (number(&words[0]), number(&words[1]), account(&words[2]), number(&words[4]) == 1)
    }

    pub(crate) fn holder(&self, device: &str) -> String {
        account(&self.view(DEVICES, "holderOf(address)", device)[0])
    }
}

/// The folder of the scripts, with ethers in place.
pub(crate) fn scripts() -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let setup = root.join("../obd-core-tests/ethers/setup.sh");
    let done = Command::new(setup).stdout(Stdio::null()).status().expect("bash runs setup.sh");
    assert!(done.success(), "ethers could not be installed: node, npm and the npm registry are needed");
    root.join("tests/js")
}

/// The account of a key.
pub(crate) fn of(secret: &str) -> String {
    let secret = const_hex::decode_to_array(secret).unwrap();
    Key::from_bytes(&secret).unwrap().address().to_string()
}

/// A word as an account.
fn account(word: &str) -> String {
    obd_core::Address(const_hex::decode_to_array(&word[24..]).unwrap()).to_string()
}

pub(crate) fn number(word: &str) -> u64 {
    u64::from_str_radix(&word[48..], 16).unwrap()
}
