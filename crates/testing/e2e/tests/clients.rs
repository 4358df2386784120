//! The tools that people have, against a development node: Foundry, MetaMask's controllers, viem, ethers, web3.js, and
//! the program of the car's device.

use autochain_e2e::{Autochain, Node, Process, Rpc, Tools, dev_account, dev_key, hex_u64, scratch};
use autochain_primitives::{BlockFile, Header};
use eyre::{Context, Result, ensure, eyre};
use serde_json::{Value, json};
use std::{
    fs,
    path::Path,
    sync::atomic::{AtomicBool, AtomicUsize, Ordering},
    time::{Duration, Instant},
};

const PATIENCE: Duration = Duration::from_secs(120);
const REGISTRY: &str = "0x4155430000000000000000000000000000000002";
const AUC: &str = "0x4155430000000000000000000000000000000001";
const BURN_SINK: &str = "0x000000000000000000000000000000000000dEaD";
const ONE_AUC: &str = "1000000000000000000";

#[test]
fn forge_script_broadcasts_a_deployment() -> Result<()> {
    let (node, tools, scratch) = (Node::spawn(["--dev"])?, Tools::find()?, scratch()?);
    let url = node.rpc().url();
    let started = Instant::now();
    let script =
        ["script", "script/Deploy.s.sol", "--rpc-url", &url, "--private-key", dev_key(1), "--broadcast"];
    let script = tools.forge(scratch.path(), script)?.ok()?;
    println!("forge script: {:.1?}", started.elapsed());
    ensure!(script.stdout.contains("ONCHAIN EXECUTION COMPLETE & SUCCESSFUL"), "{}", script.stdout);

    let record = scratch.path().join("broadcast/Deploy.s.sol/1337/run-latest.json");
    let record: Value =
        serde_json::from_slice(&fs::read(&record).wrap_err_with(|| record.display().to_string())?)?;
    let receipts = record["receipts"].as_array().ok_or_else(|| eyre!("no receipts in {record}"))?;
    let planned = autochain_contracts::addresses::ALL;
    ensure!(receipts.len() == planned.len(), "{} receipts", receipts.len());
    ensure!(receipts.iter().all(|receipt| receipt["status"] == "0x1"), "{receipts:?}");
    // What one contract knows of the others is right, live as in genesis.
    let live = |name: &str| {
        let place = planned.iter().position(|(planned, _)| *planned == name);
        place.and_then(|place| receipts[place]["contractAddress"].as_str()).unwrap_or_default().to_lowercase()
    };
    for (contract, view, expected) in [
        ("AUC", "sink()(address)", live("BurnSink")),
        ("VehicleRegistry", "authority()(address)", live("Authority")),
        ("FoundationGovernor", "timelock()(address)", live("FoundationTimelock")),
    ] {
        let answer = tools.cast(["call", &live(contract), view, "--rpc-url", &url])?;
        ensure!(answer.to_lowercase() == expected, "{contract}.{view} is {answer}, not {expected}");
    }
    Ok(())
}

#[test]
fn forge_create_and_cast() -> Result<()> {
    let (node, tools, scratch) = (Node::spawn(["--dev"])?, Tools::find()?, scratch()?);
    let url = node.rpc().url();
    let key = dev_key(2);
    let created = [
        "create",
        "src/auc/AUC.sol:AUC",
        "--rpc-url",
        &url,
        "--private-key",
        key,
        "--broadcast",
        "--json",
        "--constructor-args",
        BURN_SINK,
    ];
    let created = tools.forge(scratch.path(), created)?.ok()?.stdout;
    let created: Value = created
        .lines()
        .rev()
        .find_map(|line| serde_json::from_str(line).ok())
        .or_else(|| serde_json::from_str(&created).ok())
        .ok_or_else(|| eyre!("no JSON in {created}"))?;
    let auc = created["deployedTo"].as_str().ok_or_else(|| eyre!("{created}"))?.to_owned();

    // Wrap a coin in the contract just deployed, and in the one of the genesis block.
    for contract in [auc.as_str(), AUC] {
        let send = [
            "send",
            contract,
            "deposit()",
            "--value",
            "1ether",
            "--rpc-url",
            &url,
            "--private-key",
            key,
            "--json",
        ];
        let receipt: Value = serde_json::from_str(&tools.cast(send)?)?;
        ensure!(receipt["status"] == "0x1", "{receipt}");
        let call = ["call", contract, "balanceOf(address)(uint256)", dev_account(2), "--rpc-url", &url];
        let balance = tools.cast(call)?;
        ensure!(balance.starts_with(ONE_AUC), "{contract} holds {balance}");
    }

    // A revert says why.
    let send =
        ["send", AUC, "withdraw(uint256)", "2000000000000000000", "--rpc-url", &url, "--private-key", key];
    let refused = Process::spawn(&mut tools.cast_command(send))?.wait(PATIENCE)?.refused("revert")?;
    println!("cast send of what reverts: {}", refused.stderr.lines().next().unwrap_or_default());
    let legacy = [
        "send",
        dev_account(3),
        "--value",
        "1",
        "--legacy",
        "--rpc-url",
        &url,
        "--private-key",
        key,
        "--json",
    ];
    let receipt: Value = serde_json::from_str(&tools.cast(legacy)?)?;
    ensure!(receipt["status"] == "0x1" && receipt["type"] == "0x0", "{receipt}");
    let unlocked = [
        "send",
        dev_account(3),
        "--value",
        "1",
        "--unlocked",
        "--from",
        dev_account(4),
        "--rpc-url",
        &url,
        "--json",
    ];
    let receipt: Value = serde_json::from_str(&tools.cast(unlocked)?)?;
    ensure!(receipt["status"] == "0x1", "{receipt}");
    Ok(())
}

#[test]
fn two_hundred_cast_sends_are_all_mined() -> Result<()> {
    const SENDS: usize = 200;
    const PROCESSES: usize = 4;
    let (node, tools) = (Node::spawn(["--dev"])?, Tools::find()?);
    let url = node.rpc().url();
    let (next, hashes) = (AtomicUsize::new(0), std::sync::Mutex::new(Vec::new()));
    let started = Instant::now();
    let results: Vec<Result<()>> = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..PROCESSES)
            .map(|_| {
                scope.spawn(|| {
                    loop {
                        let index = next.fetch_add(1, Ordering::Relaxed);
                        if index >= SENDS {
                            return Ok(());
                        }
                        // Ten accounts, twenty nonces each.
                        let (account, nonce) = (index % 10, (index / 10).to_string());
                        let send = [
                            "send",
                            "--async",
                            "0x00000000000000000000000000000000000000bb",
                            "--value",
                            "1",
                            "--nonce",
                            &nonce,
                            "--rpc-url",
                            &url,
                            "--private-key",
                            dev_key(account),
                        ];
                        let hash = tools.cast(send)?;
                        hashes.lock().map_err(|_| eyre!("poisoned"))?.push(hash);
                    }
                })
            })
            .collect();
        workers.into_iter().map(|worker| worker.join().unwrap_or_else(|_| Err(eyre!("panic")))).collect()
    });
    results.into_iter().collect::<Result<()>>()?;
    let sent = started.elapsed();
    let hashes = hashes.into_inner().map_err(|_| eyre!("poisoned"))?;
    let mut blocks = std::collections::BTreeSet::new();
    for hash in &hashes {
        let receipt = node.rpc().receipt(&json!(hash), PATIENCE)?;
        ensure!(receipt["status"] == "0x1", "{receipt}");
        blocks.insert(hex_u64(&receipt["blockNumber"])?);
    }
    println!(
        "{SENDS} cast send in {sent:.2?}, all mined after {:.2?} in {} blocks ({:?} allowed 5 s on a machine of its own)",
        started.elapsed(),
        blocks.len(),
        std::thread::available_parallelism(),
    );
    let received = node
        .rpc()
        .quantity("eth_getBalance", json!(["0x00000000000000000000000000000000000000bb", "latest"]))?;
    ensure!(hashes.len() == SENDS && received == SENDS as u64, "{received} received");
    Ok(())
}

/// The node's own share of the same: transactions back to back, from several sides, while blocks are mined.
#[test]
fn two_hundred_transactions_back_to_back_are_all_mined() -> Result<()> {
    let node = Node::spawn(["--dev"])?;
    let rpc = *node.rpc();
    let started = Instant::now();
    let hashes: Vec<Result<Vec<Value>>> = std::thread::scope(|scope| {
        let senders: Vec<_> = (0..4)
            .map(|account| {
                let transfer =
                    json!([{ "from": dev_account(account), "to": dev_account(9), "value": "0x1" }]);
                scope.spawn(move || {
                    (0..50).map(|_| rpc.call("eth_sendTransaction", transfer.clone())).collect()
                })
            })
            .collect();
        senders.into_iter().map(|sender| sender.join().unwrap_or_else(|_| Err(eyre!("panic")))).collect()
    });
    let sent = started.elapsed();
    for hash in hashes.into_iter().collect::<Result<Vec<_>>>()?.concat() {
        ensure!(rpc.receipt(&hash, PATIENCE)?["status"] == "0x1");
    }
    println!("200 eth_sendTransaction in {sent:.2?}, mined after {:.2?}", started.elapsed());
    Ok(())
}

#[test]
fn metamask_adds_the_network_sends_and_deploys() -> Result<()> {
    let (node, tools) = (Node::spawn(["--dev"])?, Tools::find()?);
    let url = node.rpc().url();
    let metamask = |wish: Value| tools.script("metamask.cjs", [&url, "0x539", dev_key(5), &wish.to_string()]);

    let sent = metamask(json!({ "to": dev_account(6), "value": "0x2386f26fc10000" }))?;
    println!("MetaMask sent: {sent}");
    ensure!(sent["network"] == "available" && sent["eip1559"] == true, "{sent}");
    ensure!(sent["outcome"] == "confirmed" && sent["status"] == "0x1" && sent["type"] == "0x2", "{sent}");

    let deployed = metamask(json!({ "data": "0x600a600c600039600a6000f3602a60005260206000f3" }))?;
    ensure!(deployed["outcome"] == "confirmed" && deployed["status"] == "0x1", "{deployed}");
    let code = node.rpc().call("eth_getCode", json!([deployed["contract"], "latest"]))?;
    ensure!(code == "0x602a60005260206000f3", "{code}");

    let coins = metamask(json!({ "to": AUC, "data": "0xd0e30db0", "value": "0xde0b6b3a7640000" }))?;
    ensure!(coins["outcome"] == "confirmed" && coins["status"] == "0x1", "{coins}");
    Ok(())
}

#[test]
fn a_metamask_send_is_mined_after_fifty_full_blocks() -> Result<()> {
    // Every block holds one transaction that burns nearly all of its gas.
    const LIMIT: u64 = 16_000_000;
    let limit = LIMIT.to_string();
    let node =
        Node::spawn(["--dev", "--dev.gaslimit", &limit, "--miner.gaslimit", &limit, "--rpc.txfeecap", "0"])?;
    let tools = Tools::find()?;
    let rpc = *node.rpc();
    for account in 0..5 {
        burn(&rpc, account, 10, LIMIT)?;
    }
    wait_until_empty(&rpc)?;
    let (full, base_fee) = full_blocks(&rpc)?;
    println!("{full} full blocks, base fee {:.1} gwei", base_fee as f64 / 1e9);
    ensure!(full >= 50, "only {full} blocks are full");

    // Full blocks go on, a few every second, while MetaMask decides, signs and waits.
    let done = AtomicBool::new(false);
    let sent = std::thread::scope(|scope| {
        let crowd = scope.spawn(|| {
            let mut blocks = 0;
            while !done.load(Ordering::Relaxed) && blocks < 40 {
                burn(&rpc, blocks % 5, 1, LIMIT)?;
                blocks += 1;
                std::thread::sleep(Duration::from_millis(500));
            }
            Ok::<_, eyre::Error>(blocks)
        });
        let wish = json!({ "to": dev_account(6), "value": "0x1" }).to_string();
        let sent = tools.script("metamask.cjs", [&rpc.url(), "0x539", dev_key(7), &wish]);
        done.store(true, Ordering::Relaxed);
        let blocks = crowd.join().map_err(|_| eyre!("the crowd panicked"))??;
        println!("meanwhile {blocks} full blocks went on");
        sent
    })?;
    println!("MetaMask sent: {sent}");
    ensure!(sent["outcome"] == "confirmed" && sent["status"] == "0x1", "{sent}");
    ensure!(sent["maxFeePerGas"] == sent["maxPriorityFeePerGas"], "the fee was not eth_gasPrice: {sent}");
    Ok(())
}

/// Transactions that loop until their gas is used up: a block has room for one.
fn burn(rpc: &Rpc, account: usize, count: usize, limit: u64) -> Result<()> {
    for _ in 0..count {
        let burner = json!([{
            "from": dev_account(account),
            "data": "0x5b600056",
            "gas": format!("{:#x}", limit - 20_000),
            "maxFeePerGas": format!("{:#x}", 100_000_000_000_000u64),
            "maxPriorityFeePerGas": "0x1",
        }]);
        rpc.call("eth_sendTransaction", burner)?;
    }
    Ok(())
}

fn wait_until_empty(rpc: &Rpc) -> Result<()> {
    let until = Instant::now() + PATIENCE;
    loop {
        let status = rpc.call("txpool_status", json!([]))?;
        if status["pending"] == "0x0" && status["queued"] == "0x0" {
            return Ok(());
        }
        ensure!(Instant::now() < until, "the pool does not empty: {status}");
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// Blocks that used more than 99 % of their gas, and the newest base fee in wei.
fn full_blocks(rpc: &Rpc) -> Result<(u64, u64)> {
    let mut full = 0;
    let mut base_fee = 0;
    for number in 1..=rpc.block_number()? {
        let block = rpc.call("eth_getBlockByNumber", json!([format!("{number:#x}"), false]))?;
        full += u64::from(hex_u64(&block["gasUsed"])? > hex_u64(&block["gasLimit"])? / 100 * 99);
        base_fee = hex_u64(&block["baseFeePerGas"])?;
    }
    Ok((full, base_fee))
}

#[test]
fn viem_sends_deploys_and_reads_receipts() -> Result<()> {
    let node = Node::spawn(["--dev"])?;
    let seen = library("viem.mjs", &[&node.rpc().url(), &node.ws_url()?, dev_key(1)])?;
    ensure!(seen["send"]["status"] == "success" && seen["logs"].as_u64() > Some(0), "{seen}");
    Ok(())
}

#[test]
fn ethers_sends_deploys_and_reads_receipts() -> Result<()> {
    let node = Node::spawn(["--dev"])?;
    let seen = library("ethers.mjs", &[&node.rpc().url(), dev_key(1)])?;
    ensure!(seen["send"]["status"] == 1 && seen["logs"].as_u64() > Some(0), "{seen}");
    Ok(())
}

#[test]
fn web3_sends_deploys_and_reads_receipts() -> Result<()> {
    let node = Node::spawn(["--dev"])?;
    let seen = library("web3.mjs", &[&node.rpc().url(), dev_key(1)])?;
    ensure!(seen["send"]["status"] == 1, "{seen}");
    Ok(())
}

/// What a library's script saw, as far as all libraries must see the same.
fn library(script: &str, args: &[&str]) -> Result<Value> {
    let seen = Tools::find()?.script(script, args)?;
    println!("{script}: {seen}");
    ensure!(seen["chainId"] == 1337 && seen["received"] == 7 && seen["answer"] == 42, "{seen}");
    ensure!(seen["send"]["gasUsed"] == 21000, "{seen}");
    Ok(seen)
}

#[test]
fn a_device_records_a_reading_that_cast_reads_back() -> Result<()> {
    const VIN: &str = "WVWZZZ1JZXW000001";
    let (node, tools, scratch) = (Node::spawn(["--dev"])?, Tools::find()?, scratch()?);
    let url = node.rpc().url();
    let push = tools.push()?;
    let device_key = scratch.path().join("device.key");
    fs::write(&device_key, "0x0101010101010101010101010101010101010101010101010101010101010101\n")?;
    let device_key = path(&device_key);
    let push = |args: &[&str]| -> Result<String> {
        let mut command = std::process::Command::new(&push);
        command.args(args).args(["--key-file", device_key]);
        Ok(Process::spawn(&mut command)?.wait(PATIENCE)?.ok()?.stdout.trim().to_owned())
    };

    // The registrar mints the car to its owner; owner and device sign the pairing.
    let (registrar, owner) = (dev_key(9), dev_key(3));
    let car = tools.script("vehicle.mjs", ["register", &url, REGISTRY, registrar, owner, VIN])?;
    ensure!(car["owner"] == dev_account(3), "{car}");
    let vehicle = car["vehicle"].to_string();
    let device = push(&["address"])?;
    let pairing = tools.script("vehicle.mjs", ["pairing", &url, REGISTRY, owner, &device])?;
    let (nonce, deadline) = (pairing["nonce"].to_string(), pairing["deadline"].to_string());
    let signature = push(&[
        "pair-signature",
        "--chain-id",
        "1337",
        "--registry",
        REGISTRY,
        "--vehicle",
        &vehicle,
        "--owner",
        dev_account(3),
        "--nonce",
        &nonce,
        "--deadline",
        &deadline,
    ])?;
    let pair = ["pair", &url, REGISTRY, owner, &device, &vehicle, &nonce, &deadline, &signature];
    println!("registered: {car}, paired: {}", tools.script("vehicle.mjs", pair)?);

    // The device pays for its own readings.
    tools.cast(["send", &device, "--value", "1ether", "--rpc-url", &url, "--private-key", owner])?;
    let payload = scratch.path().join("reading.bin");
    fs::write(&payload, b"ciphertext of a record")?;
    for (counter, km) in [(1, "123456"), (2, "123789")] {
        let printed = push(&[
            "record",
            "--rpc",
            &url,
            "--chain-id",
            "1337",
            "--registry",
            REGISTRY,
            "--vehicle",
            &vehicle,
            "--odometer",
            km,
            "--payload",
            path(&payload),
        ])?;
        ensure!(printed.contains("status 1"), "{printed}");
        let signature = "lastReading(uint256)(uint64,uint32,uint16,uint48,bytes32)";
        let reading = tools.cast(["call", REGISTRY, signature, &vehicle, "--rpc-url", &url])?;
        let fields: Vec<_> = reading.lines().map(|line| line.split(' ').next().unwrap_or_default()).collect();
        let hash = autochain_primitives::keccak256(b"ciphertext of a record").to_string();
        let [got_counter, got_km, flags, _, got_hash] = fields[..] else { return Err(eyre!("{reading}")) };
        ensure!(
            got_counter == counter.to_string() && got_km == km && flags == "1" && got_hash == hash,
            "{reading}"
        );
    }
    Ok(())
}

#[test]
fn a_flipped_mix_hash_bit_fails_the_import_of_a_dev_chain() -> Result<()> {
    let scratch = scratch()?;
    let datadir = scratch.path().join("dev");
    let node = Node::spawn_at(&datadir, ["--dev"])?;
    for value in 0..6 {
        let transfer =
            json!([{ "from": dev_account(0), "to": dev_account(1), "value": format!("{value:#x}") }]);
        let hash = node.rpc().call("eth_sendTransaction", transfer)?;
        node.rpc().receipt(&hash, PATIENCE)?;
    }
    node.stop()?;
    let dev = Autochain::at(&datadir).with(["--dev"]);
    let head = dev.verified_head()?;
    ensure!(head.number >= 6, "only {head:?}");
    let file = scratch.path().join("dev.rlp");
    dev.run(["export", path(&file)])?.ok()?;

    // Unchanged, it gives the same head.
    let copy = Autochain::at(&scratch.path().join("copy")).with(["--dev"]);
    ensure!(copy.import(&file)?.ok()?.head()? == head);

    let bytes = fs::read(&file)?;
    let headers: Vec<Header> =
        BlockFile::open(&file)?.map(|block| Ok(block?.block.header)).collect::<Result<_>>()?;
    for header in headers.iter().filter(|header| header.number > 0) {
        let bit = header.number as usize * 37 % 256;
        let at =
            position(&bytes, header.mix_hash.as_slice()).ok_or_else(|| eyre!("no mix hash in the file"))?;
        let mut flipped = bytes.clone();
        flipped[at + bit / 8] ^= 1 << (bit % 8);
        let file = scratch.path().join("flipped.rlp");
        fs::write(&file, &flipped)?;
        let victim =
            Autochain::at(&scratch.path().join(format!("flipped-{}", header.number))).with(["--dev"]);
        let refused = victim.import(&file)?.refused("mix")?;
        ensure!(refused.stderr.contains(&format!("block {} ", header.number)), "{}", refused.stderr);
        ensure!(victim.verified_head()?.number == header.number - 1);
    }
    Ok(())
}

fn position(bytes: &[u8], needle: &[u8]) -> Option<usize> {
    bytes.windows(needle.len()).position(|window| window == needle)
}

fn path(path: &Path) -> &str {
    path.to_str().unwrap_or_default()
}
