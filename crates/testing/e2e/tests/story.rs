//! The life of one car on a development chain, with a key for each part: registrars mint it, it is built, sold,
//! driven, serviced, its data is bought, rewards are paid, a quarter burns, and it is sold again. In the end a second
//! node recomputes the rewards, and a verifier without a node sees who owns the car.

use autochain_chainspec::ChainSpec;
use autochain_contracts::addresses::VEHICLE_REGISTRY;
use autochain_e2e::{Autochain, Node, Process, Rpc, Tools, artifact, dev_account, dev_key, hex_u64, scratch};
use autochain_ownership::{AccountFields, OwnershipError, OwnershipProof, Policy, Verifier, owner_slot};
use autochain_primitives::{Address, U256, hex};
use eyre::{Result, ensure, eyre};
use serde_json::{Value, json};
use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

const PATIENCE: Duration = Duration::from_secs(120);
const DAY: i64 = 86_400;
const VIN: &str = "WVWZZZ1JZXW000001";
/// Who carries other people's signed statements; no development account.
const RELAYER: (&str, &str) = (
    "0x5050A4F4b3f9338C3472dcC01A87C76A144b3c9c",
    "0x0202020202020202020202020202020202020202020202020202020202020202",
);
/// The rewards of mining go to nobody of the story, so that balances tell what was paid.
const DEV: [&str; 3] = ["--dev", "--miner.etherbase", "0x00000000000000000000000000000000000000c0"];
const MEMBERS: [&str; 3] = ["1", "2", "3"];

#[test]
fn the_whole_story_of_a_car() -> Result<()> {
    let (tools, scratch) = (Tools::find()?, scratch()?);
    let (datadir, state) = (scratch.path().join("chain"), scratch.path().join("state.json"));
    let registrars = Registrars::found(&tools, &scratch.path().join("registrars"))?;
    let play = |phase: &str, node: &Node| {
        let environment =
            [("STORY_KEYS", keys().to_string()), ("STORY_REGISTRARS", json!(registrars.signers).to_string())];
        tools.script_with("story.mjs", [phase, &node.rpc().url(), path(&state)], &environment)
    };

    // Two months ago.
    let node = Node::spawn_on_day(&datadir, -60 * DAY, DEV)?;
    let funds = json!([{ "from": dev_account(8), "to": RELAYER.0, "value": "0x8ac7230489e80000" }]);
    node.rpc().receipt(&node.rpc().call("eth_sendTransaction", funds)?, PATIENCE)?;
    play("found", &node)?;
    println!("{}", registrars.mint(node.rpc())?);
    play("drive", &node)?;
    node.stop()?;
    // Nine days ago: the period of the drive is closed, its reward epoch and a quarter are over.
    let node = Node::spawn_on_day(&datadir, -9 * DAY, DEV)?;
    let posted = play("trade", &node)?;
    node.stop()?;
    // Today: the time for disputes, challenges and reviews is over.
    let node = Node::spawn_on_day(&datadir, 0, DEV)?;
    let end = play("close", &node)?;

    no_vin_is_on_the_chain(&tools, node.rpc(), &registrars.folder.join("vin"))?;
    ownership_is_shown_without_a_node(node.rpc(), end["holder"].as_str().unwrap_or_default())?;
    node.stop()?;
    let chain = scratch.path().join("chain.rlp");
    Autochain::at(&datadir).with(["--dev"]).run(["export", path(&chain)])?.ok()?;
    let second = scratch.path().join("second");
    Autochain::at(&second).with(["--dev"]).import(&chain)?.ok()?;
    let node = Node::spawn_at(&second, ["--dev"])?;
    let recomputed = tools.script("rewards.mjs", [node.rpc().url(), posted["epoch"].to_string()])?;
    ensure!(recomputed["root"] == posted["root"], "{recomputed} is not {posted}");
    Ok(())
}

#[test]
fn the_published_script_rewards_as_the_contracts_do() -> Result<()> {
    let seen = Tools::find()?.script("rewards.test.mjs", [""; 0])?;
    ensure!(seen["accounts"] == 7, "{seen}");
    Ok(())
}

/// The parts and their keys. The audit committee is auditor, poster and oldRegistrar; the executive one admin, maker
/// and dealer.
fn keys() -> Value {
    let names = [
        "admin",
        "maker",
        "dealer",
        "owner",
        "workshop",
        "insurer",
        "buyer",
        "auditor",
        "poster",
        "oldRegistrar",
    ];
    let mut keys: serde_json::Map<_, _> =
        names.iter().enumerate().map(|(index, name)| ((*name).to_owned(), json!(dev_key(index)))).collect();
    keys.insert("issuer".to_owned(), json!(dev_key(0)));
    keys.insert("relayer".to_owned(), json!(RELAYER.1));
    Value::Object(keys)
}

/// Three registrars of whom two must agree, as three processes.
struct Registrars {
    folder: PathBuf,
    /// Their accounts.
    signers: Vec<String>,
    urls: Vec<String>,
    _processes: Vec<Process>,
}

impl Registrars {
    /// The ceremony, and the services.
    fn found(tools: &Tools, folder: &Path) -> Result<Self> {
        let post = folder.join("post");
        fs::create_dir_all(&post)?;
        let sharing = |member: &str, out: &Path| {
            let words = ["--index", member, "--threshold", "2", "--members", "1,2,3", "--out", path(out)];
            words.map(str::to_owned)
        };
        for member in MEMBERS {
            registrar(["deal".to_owned()].into_iter().chain(sharing(member, &post)))?;
        }
        let (mut signers, mut urls, mut processes) = (Vec::new(), Vec::new(), Vec::new());
        for member in MEMBERS {
            let home = folder.join(member);
            fs::create_dir_all(&home)?;
            let words = ["assemble", "--in", path(&post)].map(str::to_owned);
            registrar(words.into_iter().chain(sharing(member, &home)))?;
            let key = hex::encode_prefixed([0x30 + member.as_bytes()[0]; 32]);
            fs::write(home.join("signer.key"), &key)?;
            signers.push(tools.cast(["wallet", "address", "--private-key", &key])?);
            fs::write(home.join("registrar.toml"), settings())?;
            let mut command = Command::new(artifact("autochain-registrar")?);
            command.args(["serve", "--config"]).arg(home.join("registrar.toml"));
            let process = Process::spawn(&mut command)?;
            let line = process.wait_for_lines("listens on", 1, PATIENCE)?;
            urls.push(line.rsplit(' ').next().unwrap_or_default().to_owned());
            processes.push(process);
        }
        fs::copy(folder.join("1/roster.json"), folder.join("roster.json"))?;
        fs::write(folder.join("tokens"), "token\ntoken\ntoken\n")?;
        fs::write(folder.join("vin"), VIN)?;
        fs::write(folder.join("maker.key"), dev_key(1))?;
        Ok(Self { folder: folder.to_owned(), signers, urls, _processes: processes })
    }

    /// Has the car minted for the maker.
    fn mint(&self, node: &Rpc) -> Result<String> {
        let mut words = vec!["register".to_owned()];
        for url in &self.urls {
            words.extend(["--registrar".to_owned(), url.clone()]);
        }
        for (flag, file) in [
            ("--tokens", "tokens"),
            ("--roster", "roster.json"),
            ("--key-file", "maker.key"),
            ("--vin-file", "vin"),
            ("--salt-file", "salt"),
        ] {
            words.extend([flag.to_owned(), path(&self.folder.join(file)).to_owned()]);
        }
        words.extend(["--registry".to_owned(), VEHICLE_REGISTRY.to_string(), "--rpc".to_owned(), node.url()]);
        registrar(words)
    }
}

fn registrar(words: impl IntoIterator<Item = String>) -> Result<String> {
    let mut command = Command::new(artifact("autochain-registrar")?);
    Ok(Process::spawn(command.args(words))?.wait(PATIENCE)?.ok()?.stdout.trim().to_owned())
}

/// A registrar's settings; the client's token is `token`.
fn settings() -> String {
    use sha2::{Digest as _, Sha256};
    format!(
        "listen = \"127.0.0.1:0\"\nchain_id = 1337\nregistry = \"{VEHICLE_REGISTRY}\"\nshare = \"share.json\"\n\
         roster = \"roster.json\"\nsigner_key = \"signer.key\"\nlongest_deadline = 3600\n\
         limit = {{ burst = 100, per_hour = 1000 }}\n[[clients]]\nname = \"maker\"\ntoken_sha256 = \"{}\"\n\
         limit = {{ burst = 20, per_hour = 60 }}\n",
        hex::encode_prefixed(Sha256::digest("token"))
    )
}

/// Nothing that the story left on the chain, genesis included, gives the VIN away.
fn no_vin_is_on_the_chain(tools: &Tools, node: &Rpc, secrets: &Path) -> Result<()> {
    let genesis = tools.contracts().with_file_name("genesis").join("dev.json");
    let mut command = Command::new("node");
    command.arg(tools.contracts().join("leaks/scan.mjs")).args(["--rpc", &node.url()]);
    command.arg("--secrets").arg(secrets).arg("--genesis").arg(genesis);
    println!("{}", Process::spawn(&mut command)?.wait(PATIENCE)?.ok()?.stdout.trim());
    Ok(())
}

/// The new owner is shown by the chain's headers and one `eth_getProof`; the one before is not.
fn ownership_is_shown_without_a_node(node: &Rpc, holder: &str) -> Result<()> {
    let (head, vehicle) = (node.block_number()?, U256::from(1));
    let headers = (1..=head)
        .map(|number| {
            Ok(serde_json::from_value(node.call("debug_getRawHeader", json!([format!("{number:#x}")]))?)?)
        })
        .collect::<Result<Vec<_>>>()?;
    let slots = json!([VEHICLE_REGISTRY, [owner_slot(vehicle)], format!("{head:#x}")]);
    let answer = node.call("eth_getProof", slots)?;
    let proof = OwnershipProof {
        proven: headers.len() - 1,
        headers,
        account: AccountFields {
            nonce: hex_u64(&answer["nonce"])?,
            balance: serde_json::from_value(answer["balance"].clone())?,
            storage_root: serde_json::from_value(answer["storageHash"].clone())?,
            code_hash: serde_json::from_value(answer["codeHash"].clone())?,
        },
        account_proof: serde_json::from_value(answer["accountProof"].clone())?,
        storage_proof: serde_json::from_value(answer["storageProof"][0]["proof"].clone())?,
    };
    let genesis = ChainSpec::from_genesis_json(include_str!("../../../../genesis/dev.json"))?;
    let verifier = Verifier::new(genesis, VEHICLE_REGISTRY);
    let policy = Policy { least_work: U256::from(head), least_on_top: U256::ZERO };
    let now = SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs();
    let owner: Address = holder.parse().map_err(|_| eyre!("`{holder}` is no address"))?;
    let shown = verifier.verify(&proof, vehicle, owner, policy, now)?;
    println!("block {} shows that {owner} owns car {vehicle}; {} headers", shown.block, proof.headers.len());
    let before: Address = dev_account(3).parse().map_err(|_| eyre!("no address"))?;
    let refused = verifier.verify(&proof, vehicle, before, policy, now);
    ensure!(matches!(refused, Err(OwnershipError::Proof { .. })), "{refused:?}");
    Ok(())
}

fn path(path: &Path) -> &str {
    path.to_str().unwrap_or_default()
}
