//! Real chains through the binary: `init`, `import`, `export`, and what happens with files and folders that are wrong.

use autochain_e2e::{Autochain, Head, Node, Process, Vectors, binary, copy_datadir, scratch};
use autochain_primitives::BlockFile;
use eyre::{Result, bail, ensure};
use serde_json::json;
use std::{fs, path::Path, time::Duration};

/// The heads of the public chains, as their files end.
const MAINNET_8191: &str = "0xa6860fefa339c963e1bb622526cc8dd4344eedd2a9b969e74de5cccc445fbed4";
const CONDENSE_1310: &str = "0x8e8dfbabab379f2459d97ac3ec2c0ccfbbe920edc5c19043b89dc94f9ec2f707";
const HIVE_3000: &str = "0x08b44ea00a0898751b1561439f7355138dba4561b0f2a5470b6b2daf890585c9";
const SEPOLIA_8191: &str = "0x8e3e7dc9ef199c05683417b4aa572f0b7a8bcfafca7edb6045baabc01aa4fb0c";
const GIB: u64 = 1 << 30;
const MIB: u64 = 1 << 20;

/// Imports a file into a fresh datadir and tells how it went.
fn import_fresh(
    folder: &Path,
    genesis: &Path,
    file: &Path,
    number: u64,
    hash: &str,
) -> Result<(Autochain, Head)> {
    let node = Autochain::at(folder);
    node.init(genesis)?;
    let import = node.import(file)?.ok()?;
    let head = import.head()?;
    println!(
        "{}: block {} {} in {:.1?}, {} MiB at most",
        file.file_name().unwrap_or_default().display(),
        head.number,
        head.hash,
        import.took,
        import.peak_memory / MIB,
    );
    ensure!(head == Head::new(number, hash), "the head is {head:?}, not {number} {hash}");
    ensure!(import.peak_memory < GIB, "the import took {} MiB", import.peak_memory / MIB);
    ensure!(node.verified_head()? == head, "the state behind the head is another");
    Ok((node, head))
}

#[test]
fn mainnet_0_to_8191_from_era1() -> Result<()> {
    let Some(vectors) = Vectors::find()? else { return Ok(()) };
    let scratch = scratch()?;
    let genesis = vectors.chain("genesis/besu-mainnet.json");
    let era1 = vectors.chain("mainnet-00000-5ec1ffb8.era1");

    let init = Autochain::at(&scratch.path().join("forks")).init(&genesis)?;
    ensure!(init.stderr.contains("forkid=fc64ec04"), "{}", init.stderr);
    ensure!(init.stderr.contains("hash=0xd4e56740f876aef8c010b86a40d5f56745a118d0906a34e69aec8c0db1cb8fa3"));

    let (node, head) = import_fresh(&scratch.path().join("one"), &genesis, &era1, 8191, MAINNET_8191)?;

    // Again: every block is known.
    let again = node.import(&era1)?.ok()?;
    ensure!(again.head()? == head);
    ensure!(again.stderr.contains("blocks=0") && again.stderr.contains("known=8192"), "{}", again.stderr);

    // Out as RLP, and into another datadir.
    export_and_import(&node, &head, &genesis, scratch.path(), "mainnet.rlp.gz")
}

#[test]
fn foundation_condense_with_all_forks_to_muir_glacier() -> Result<()> {
    let Some(vectors) = Vectors::find()? else { return Ok(()) };
    let scratch = scratch()?;
    let folder = "core-geth/foundation-condense-state";
    let genesis = vectors.chain(&format!("{folder}/foundation.conf.json"));
    let file = vectors.chain(&format!("{folder}/export.rlp.gz"));
    let (node, head) = import_fresh(&scratch.path().join("one"), &genesis, &file, 1310, CONDENSE_1310)?;
    export_and_import(&node, &head, &genesis, scratch.path(), "condense.rlp")
}

#[test]
fn hive_fullchain() -> Result<()> {
    let Some(vectors) = Vectors::find()? else { return Ok(()) };
    let scratch = scratch()?;
    let genesis = vectors.chain("hive-devp2p/genesis.json");
    let file = vectors.chain("hive-devp2p/fullchain.rlp");
    let (node, head) = import_fresh(&scratch.path().join("one"), &genesis, &file, 3000, HIVE_3000)?;
    export_and_import(&node, &head, &genesis, scratch.path(), "hive.rlp")?;

    // Half first, and the other half in two parts: the same head.
    let halves = Autochain::at(&scratch.path().join("halves"));
    halves.init(&genesis)?;
    let half = halves.import(&vectors.chain("hive-devp2p/halfchain.rlp"))?.ok()?.head()?;
    ensure!(half.number < head.number);
    let (middle, rest) = (scratch.path().join("middle.rlp"), scratch.path().join("rest.rlp"));
    node.run(["export", path(&middle), &(half.number + 1).to_string(), "2000"])?.ok()?;
    node.run(["export", path(&rest), "2001", "3000"])?.ok()?;
    let whole = halves.run(["import", path(&middle), path(&rest)])?.ok()?.head()?;
    ensure!(whole == head);

    // A gap is not a chain.
    let gap = Autochain::at(&scratch.path().join("gap"));
    gap.init(&genesis)?;
    gap.import(&rest)?.refused("parent")?;
    ensure!(gap.verified_head()?.number == 0);
    Ok(())
}

#[test]
fn sepolia_0_to_8191_with_london_headers() -> Result<()> {
    let Some(vectors) = Vectors::find()? else { return Ok(()) };
    let scratch = scratch()?;
    let genesis = vectors.chain("genesis/besu-sepolia.json");
    let init = Autochain::at(&scratch.path().join("forks")).init(&genesis)?;
    ensure!(init.stderr.contains("forkid=fe3366e7"), "{}", init.stderr);
    let era1 = vectors.chain("sepolia-00000-643a00f7.era1");
    import_fresh(&scratch.path().join("one"), &genesis, &era1, 8191, SEPOLIA_8191)?;
    Ok(())
}

#[test]
fn the_hive_chain_stops_where_proof_of_stake_begins() -> Result<()> {
    let Some(vectors) = Vectors::find()? else { return Ok(()) };
    let scratch = scratch()?;
    for (index, folder) in ["besu-eth-on-hive-chain", "hive-graphql"].into_iter().enumerate() {
        let genesis = vectors.rpc(&format!("{folder}/testGenesis.json"));
        let node = Autochain::at(&scratch.path().join(index.to_string()));
        node.init(&genesis)?;
        let file = vectors.rpc(&format!("{folder}/testBlockchain.blocks"));
        node.import(&file)?.refused("proof of stake")?;
        let head = node.verified_head()?;
        ensure!(head == block_in_file(&file, 32)?, "{folder}: the head is {head:?}");
    }
    Ok(())
}

#[test]
fn a_bad_seal_is_rejected_for_its_seal() -> Result<()> {
    let Some(vectors) = Vectors::find()? else { return Ok(()) };
    let scratch = scratch()?;
    let node = Autochain::at(scratch.path());
    node.init(&vectors.chain("genesis/besu-mainnet.json"))?;
    let refused = node.import(&vectors.chain("besu/badpow.blocks"))?.refused("seal")?;
    ensure!(refused.stderr.contains("block 1 "), "{}", refused.stderr);
    ensure!(node.verified_head()?.number == 0);
    Ok(())
}

#[test]
fn fakepow_takes_blocks_without_seals_up_to_the_merge() -> Result<()> {
    let Some(vectors) = Vectors::find()? else { return Ok(()) };
    let scratch = scratch()?;
    let genesis = vectors.rpc("execution-apis-2026-07/genesis.json");
    let chain = vectors.rpc("execution-apis-2026-07/chain.rlp");

    let fake = Autochain::at(&scratch.path().join("fake")).with(["--fakepow"]);
    fake.init(&genesis)?;
    fake.import(&chain)?.refused("proof of stake")?;
    ensure!(fake.verified_head()? == block_in_file(&chain, 35)?);

    // With seals the first block falls, and a datadir keeps to its rule.
    let real = Autochain::at(&scratch.path().join("real"));
    real.init(&genesis)?;
    real.import(&chain)?.refused("seal")?;
    ensure!(real.verified_head()?.number == 0);
    Autochain::at(&scratch.path().join("real")).with(["--fakepow"]).import(&chain)?.refused("--datadir")?;
    Ok(())
}

#[test]
fn broken_files_are_refused_and_leave_the_database_as_it_was() -> Result<()> {
    let Some(vectors) = Vectors::find()? else { return Ok(()) };
    let scratch = scratch()?;
    let broken = |name: &str, bytes: &[u8]| -> Result<std::path::PathBuf> {
        let path = scratch.path().join(name);
        fs::write(&path, bytes)?;
        Ok(path)
    };

    let era1 = fs::read(vectors.chain("sepolia-00000-643a00f7.era1"))?;
    let sepolia = Autochain::at(&scratch.path().join("sepolia"));
    sepolia.init(&vectors.chain("genesis/besu-sepolia.json"))?;
    let before = sepolia.verified_head()?;
    for (name, bytes) in [
        ("cut.era1", era1[..300].to_vec()),
        ("version.era1", flipped(&era1, 1)),
        ("snappy.era1", flipped(&era1, 20)),
        ("empty.era1", Vec::new()),
    ] {
        let refused = sepolia.import(&broken(name, &bytes)?)?.refused("era1")?;
        println!("{name}: {}", refused.stderr.lines().last().unwrap_or_default());
        ensure!(sepolia.verified_head()? == before, "{name} changed the database");
    }
    // Cut or damaged in the middle: what came before is a prefix of the chain, and nothing else.
    for (name, bytes) in
        [("half.era1", era1[..era1.len() / 2].to_vec()), ("body.era1", flipped(&era1, era1.len() / 2))]
    {
        let refused = sepolia.import(&broken(name, &bytes)?)?;
        ensure!(refused.code.is_some_and(|code| code != 0), "{name}: {refused:?}");
        println!("{name}: {}", refused.stderr.lines().last().unwrap_or_default());
        sepolia.verified_head()?;
    }
    let whole = sepolia.import(&vectors.chain("sepolia-00000-643a00f7.era1"))?.ok()?.head()?;
    ensure!(whole == Head::new(8191, SEPOLIA_8191), "{whole:?}");

    let folder = "core-geth/foundation-condense-state";
    let gzip = fs::read(vectors.chain(&format!("{folder}/export.rlp.gz")))?;
    let condense = Autochain::at(&scratch.path().join("condense"));
    condense.init(&vectors.chain(&format!("{folder}/foundation.conf.json")))?;
    let before = condense.verified_head()?;
    for (name, bytes) in
        [("cut.gz", gzip[..40].to_vec()), ("bits.gz", flipped(&gzip, 15)), ("text.rlp", b"{}".to_vec())]
    {
        let refused = condense.import(&broken(name, &bytes)?)?;
        ensure!(refused.code.is_some_and(|code| code != 0), "{name}: {refused:?}");
        println!("{name}: {}", refused.stderr.lines().last().unwrap_or_default());
        ensure!(condense.verified_head()? == before, "{name} changed the database");
    }
    condense.import(&scratch.path().join("missing.rlp"))?.refused("missing.rlp")?;
    Ok(())
}

#[test]
fn a_datadir_of_somebody_else_is_refused_with_the_cure() -> Result<()> {
    let Some(vectors) = Vectors::find()? else { return Ok(()) };
    let scratch = scratch()?;
    let genesis = vectors.chain("hive-devp2p/genesis.json");
    let node = Autochain::at(&scratch.path().join("ours"));
    node.init(&genesis)?;
    node.import(&vectors.chain("hive-devp2p/halfchain.rlp"))?.ok()?;
    let head = node.verified_head()?;

    // Another genesis, and the same one again.
    node.run(["init", path(&vectors.chain("genesis/besu-sepolia.json"))])?.refused("autochain removedb")?;
    node.init(&genesis)?;
    node.run(["--dev", "snapshot", "verify-state"])?.refused("--datadir")?;
    ensure!(node.verified_head()? == head);

    // An empty datadir holds no chain.
    Autochain::at(&scratch.path().join("empty")).import(&genesis)?.refused("autochain init")?;

    // A database of a newer release, of another program, of geth.
    for (name, damage) in [("newer", newer_schema as fn(&mut [u8]) -> bool), ("foreign", foreign_file)] {
        let folder = scratch.path().join(name);
        copy_datadir(node.datadir(), &folder)?;
        let data = folder.join("autochain/chaindata/mdbx.dat");
        let mut bytes = fs::read(&data)?;
        ensure!(damage(&mut bytes), "{name}: nothing was changed");
        fs::write(&data, &bytes)?;
        let refused = Autochain::at(&folder).run(["snapshot", "verify-state"])?;
        let refused = refused.refused(if name == "newer" { "newer release" } else { "--datadir" })?;
        println!("{name}: {}", refused.stderr.lines().last().unwrap_or_default());
        ensure!(fs::read(&data)? == bytes, "{name}: the file was touched");
    }
    let geth = scratch.path().join("geth-datadir");
    fs::create_dir_all(geth.join("geth/chaindata"))?;
    fs::write(geth.join("geth/chaindata/CURRENT"), "MANIFEST-000001\n")?;
    Autochain::at(&geth).run(["init", path(&genesis)])?.refused("geth export")?;
    Ok(())
}

#[test]
fn a_second_process_is_refused_while_the_first_runs() -> Result<()> {
    let scratch = scratch()?;
    let datadir = scratch.path().join("dev");
    let node = Node::spawn_at(&datadir, ["--dev"])?;
    let second = Autochain::at(&datadir);
    second.run(["snapshot", "verify-state"])?.refused("in use by another process")?;
    second.run(["removedb", "--yes"])?.refused("in use by another process")?;
    second.run(["--dev", "--http.port", "0"])?.refused("--datadir")?;
    node.rpc().block_number()?;
    node.stop()?;
    second.run(["--dev", "snapshot", "verify-state"])?.ok()?;
    Ok(())
}

#[test]
fn genesis_files_without_proof_of_work_are_refused() -> Result<()> {
    let scratch = scratch()?;
    let base = r#"{"difficulty":"0x1","gasLimit":"0x1c9c380","alloc":{},"config":{"chainId":7,CONFIG}}"#;
    for (name, config, reason) in [
        ("clique", r#""clique":{"period":5,"epoch":30000}"#, "clique"),
        (
            "stake",
            r#""terminalTotalDifficulty":0,"terminalTotalDifficultyPassed":true,"shanghaiTime":0"#,
            "proof of stake",
        ),
    ] {
        let file = scratch.path().join(format!("{name}.json"));
        fs::write(&file, base.replace("CONFIG", config))?;
        let refused =
            Autochain::at(&scratch.path().join(name)).run(["init", path(&file)])?.refused(reason)?;
        println!("{name}: {}", refused.stderr.lines().last().unwrap_or_default());
    }
    let file = scratch.path().join("text.json");
    fs::write(&file, "not json")?;
    Autochain::at(&scratch.path().join("text")).run(["init", path(&file)])?.refused("text.json")?;
    Ok(())
}

#[test]
fn unknown_flags_name_the_nearest_known_one() -> Result<()> {
    let run =
        |args: &[&str]| -> Result<_> { Process::spawn(binary()?.args(args))?.wait(Duration::from_secs(60)) };
    run(&["--htpp"])?.refused("did you mean --http?")?;
    run(&["-datdir", "x"])?.refused("did you mean --datadir?")?;
    run(&["--rpcport", "1"])?.refused("--http.port")?;
    ensure!(run(&["version"])?.ok()?.stdout.starts_with("Autochain"));
    ensure!(run(&["license"])?.ok()?.stdout.contains("MIT"));
    Ok(())
}

#[test]
fn a_draft_genesis_is_served_and_not_mined_on() -> Result<()> {
    const ACCOUNT: &str = "0x00000000000000000000000000000000000000bb";
    let scratch = scratch()?;
    for (name, chain_id) in [("autochain", "0x415543"), ("testnet", "0x415544")] {
        let mine = ["--chain", name, "--mine", "--miner.etherbase", ACCOUNT];
        let node = Autochain::at(&scratch.path().join(name));
        node.run(mine)?.refused("--allow-draft-genesis")?;

        let serve = ["--chain", name, "--miner.etherbase", ACCOUNT, "--http.api", "eth,miner"];
        let node = Node::spawn_at(&scratch.path().join("served"), serve)?;
        ensure!(node.rpc().call("eth_chainId", json!([]))? == chain_id);
        for method in ["miner_start", "eth_getWork"] {
            let refused = node.rpc().call(method, json!([])).unwrap_err().to_string();
            ensure!(refused.contains("--allow-draft-genesis"), "{method}: {refused}");
        }
        node.stop()?;
        fs::remove_dir_all(scratch.path().join("served"))?;
    }
    Ok(())
}

#[test]
fn an_idle_development_node_is_small_and_stops_at_once() -> Result<()> {
    let node = Node::spawn(["--dev"])?;
    std::thread::sleep(Duration::from_secs(3));
    let resident = node.process().resident()?;
    println!("idle: {} MiB resident", resident / MIB);
    ensure!(resident < 150 * MIB, "{} MiB are resident", resident / MIB);
    let ended = node.stop()?;
    println!("stopped after {:.1?}", ended.took);
    Ok(())
}

/// `export` → `import` into a fresh datadir gives the identical head.
fn export_and_import(node: &Autochain, head: &Head, genesis: &Path, folder: &Path, name: &str) -> Result<()> {
    let file = folder.join(name);
    node.run(["export", path(&file)])?.ok()?;
    let copy = Autochain::at(&folder.join("copy"));
    copy.init(genesis)?;
    let import = copy.import(&file)?.ok()?;
    ensure!(import.head()? == *head, "{name}: {:?}", import.head()?);
    ensure!(import.peak_memory < GIB, "{name}: {} MiB", import.peak_memory / MIB);
    ensure!(copy.verified_head()? == *head);
    ensure!(dump(&copy)? == dump(node)?, "{name}: the states differ");
    Ok(())
}

/// A block as a file tells it.
fn block_in_file(file: &Path, number: u64) -> Result<Head> {
    for block in BlockFile::open(file)? {
        let header = block?.block.header;
        if header.number == number {
            return Ok(Head::new(number, &header.hash_slow().to_string()));
        }
    }
    bail!("no block {number} in {}", file.display())
}

/// The whole state, a line an account.
fn dump(node: &Autochain) -> Result<String> {
    Ok(node.run(["dump"])?.ok()?.stdout)
}

/// The schema version in the file, raised by one: the record's key and value stand one behind the other.
fn newer_schema(file: &mut [u8]) -> bool {
    let mut changed = false;
    let mut from = 0;
    while let Some(at) = file[from..].windows(7).position(|window| window == b"version").map(|at| at + from) {
        for value in &mut file[at + 7..at + 16] {
            if *value != 0 {
                *value += 1;
                changed = true;
                break;
            }
        }
        from = at + 7;
    }
    changed
}

fn foreign_file(file: &mut [u8]) -> bool {
    file.iter_mut().for_each(|byte| *byte = 0x5a);
    true
}

fn flipped(bytes: &[u8], at: usize) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    bytes[at] ^= 0x55;
    bytes
}

fn path(path: &Path) -> &str {
    path.to_str().unwrap_or_default()
}
