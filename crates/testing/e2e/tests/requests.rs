//! Public request–response cases, replayed on a node that holds their chain: execution-apis of 2023 and 2026, and
//! Besu's on hive's chain. A case that differs stands in a list below with its reason, and a listed case that no
//! longer differs fails.

use autochain_e2e::{Autochain, Node, Rpc, Vectors, scratch};
use eyre::{Context, OptionExt, Result, ensure};
use serde_json::{Value, json};
use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

/// What newer clients added to a transaction, and what geth took out of a block when it gave proof of work up.
const NOT_OURS: &[&str] = &["blockTimestamp"];
const NOT_THEIRS: &[&str] = &["totalDifficulty"];

/// Why a case may differ.
struct Known {
    reason: &'static str,
    cases: &'static [&'static str],
}

const EXECUTION_APIS_2026: &[Known] = &[Known {
    reason: "asks for the newest block, which is proof of stake there",
    cases: &["eth_getBalance/get-balance-default-block", "eth_getTransactionCount/get-nonce-default-block"],
}];

const BESU: &[Known] = &[
    Known {
        reason: "asks for the newest block, which is proof of stake there",
        cases: &[
            "eth_blockNumber",
            "eth_estimateGas_contractDeploy",
            "eth_getBlockReceiptsByTag_latest",
            "eth_getProof_latest",
            "eth_getProof_pending",
            "eth_getTransactionByBlockNumberAndIndex_latest",
            "eth_getTransactionByBlockNumberAndIndex_pending",
            "eth_getTransactionCount_latest",
            "eth_getTransactionCount_pending",
        ],
    },
    Known {
        reason: "blobs do not exist under proof of work, so their fields are unknown ones",
        cases: &["eth_call_blob_too_many_blobs", "eth_call_blob_zero_versioned_hash"],
    },
    Known {
        reason: "geth takes quantities as hex strings only",
        cases: &[
            "eth_call_stateOverride",
            "eth_call_stateOverride_movePrecompileToAddress",
            "eth_call_stateOverride_movePrecompileToAddress_null",
        ],
    },
    Known {
        reason: "a precompile keeps its address, as in geth 1.10",
        cases: &["eth_call_stateOverride_overridePrecompileCode"],
    },
    Known { reason: "not a method of geth 1.10", cases: &["eth_config"] },
    Known {
        reason: "geth's estimate of a plain transfer is 21000, and it does not look at the nonce",
        cases: &["eth_estimateGas_noParams", "eth_estimateGas_withPastNonce"],
    },
    Known { reason: "geth wants rising percentiles", cases: &["eth_feeHistory_fieldNamesWithReward"] },
    Known {
        reason: "geth answers an unknown or malformed block with an error",
        cases: &[
            "eth_getBalance_illegalRangeGreaterThan",
            "eth_getBlockTransactionCountByNumber_illegalRangeLessThan",
            "eth_getCode_blockHashNotExist",
            "eth_getCode_illegalRangeGreaterThan",
            "eth_getProof_illegalRangeGreaterThan",
        ],
    },
    Known {
        reason: "Besu counts filters from 1; ids here are random, as in geth",
        cases: &[
            "eth_getNewFilter_addressOnly",
            "eth_getNewFilter_emptyFilter",
            "eth_getNewFilter_topicOnly",
            "eth_getNewFilter_validFilterLatestBlock",
            "eth_newBlockFilter",
            "eth_newPendingTransactionFilter",
        ],
    },
    Known {
        reason: "geth repeats a storage key in its whole length",
        cases: &[
            "eth_getProof_blockHash",
            "eth_getProof_blockHashObject",
            "eth_getProof_blockHashObjectCanonical",
            "eth_getProof_blockHashObjectCanonicalFalse",
            "eth_getProof_blockNumber",
        ],
    },
    Known {
        reason: "geth refuses transactions without replay protection over RPC",
        cases: &["eth_sendRawTransaction_messageCall", "eth_sendRawTransaction_transferEther"],
    },
    Known {
        reason: "surplus arguments are not looked at",
        cases: &["eth_getTransactionByHash_invalidHashAndIndex"],
    },
    Known { reason: "Besu's test ran with network id 123", cases: &["net_version"] },
];

#[test]
fn execution_apis_2023() -> Result<()> {
    let Some(vectors) = Vectors::find()? else { return Ok(()) };
    let folder = vectors.rpc("execution-apis-2023-01-pow");
    let scratch = scratch()?;
    let node = node_with(scratch.path(), &folder, ["genesis.json", "chain.rlp"], &[])?;
    replay(node.rpc(), &io_cases(&folder, |_| true)?, &[], 27)
}

#[test]
fn execution_apis_2026_below_the_merge() -> Result<()> {
    let Some(vectors) = Vectors::find()? else { return Ok(()) };
    let folder = vectors.rpc("execution-apis-2026-07");
    let scratch = scratch()?;
    let node = node_with(scratch.path(), &folder, ["genesis.json", "chain.rlp"], &["--fakepow"])?;
    // Which cases need no block of proof of stake.
    let eras: Vec<Value> = serde_json::from_slice(&fs::read(vectors.pack().join("RPC_ERA.json"))?)?;
    let ours: BTreeSet<&str> =
        eras.iter().filter(|row| row["era"] == "pow").filter_map(|row| row["file"].as_str()).collect();
    let cases =
        io_cases(&folder, |name| ours.contains(format!("rpc/execution-apis-2026-07/{name}.io").as_str()))?;
    replay(node.rpc(), &cases, EXECUTION_APIS_2026, 45)
}

#[test]
fn besu_on_hive_chain() -> Result<()> {
    let Some(vectors) = Vectors::find()? else { return Ok(()) };
    let folder = vectors.rpc("besu-eth-on-hive-chain");
    let scratch = scratch()?;
    let node = node_with(scratch.path(), &folder, ["testGenesis.json", "testBlockchain.blocks"], &[])?;
    let mut cases = Vec::new();
    for path in files(&folder.join("eth"), "json")? {
        let case: Value = serde_json::from_slice(&fs::read(&path)?)?;
        let [request, answer] = [&case["request"], &case["response"]].map(Value::clone);
        cases.push(Case { name: stem(&path), shape_only: false, exchanges: vec![(request, answer)] });
    }
    replay(node.rpc(), &cases, BESU, 145)
}

/// Requests with the answers that are expected, in order.
struct Case {
    name: String,
    /// Only whether it is an error is expected, not what stands in it.
    shape_only: bool,
    exchanges: Vec<(Value, Value)>,
}

/// A node on the chain of a folder, as far as that chain is proof of work.
fn node_with(datadir: &Path, folder: &Path, [genesis, chain]: [&str; 2], flags: &[&str]) -> Result<Node> {
    let offline = Autochain::at(datadir).with(flags);
    offline.init(&folder.join(genesis))?;
    // Where the file goes on with proof of stake, the import ends with an error and keeps what came before.
    offline.import(&folder.join(chain))?;
    Node::spawn_at(datadir, flags.iter().chain(&["--http.api", "eth,net,web3,debug,txpool"]))
}

/// Runs the cases; all but the known ones must be answered as expected.
fn replay(rpc: &Rpc, cases: &[Case], known: &[Known], count: usize) -> Result<()> {
    ensure!(cases.len() == count, "{} cases, {count} are in the pack", cases.len());
    let mut wrong = Vec::new();
    let mut excused = 0;
    for case in cases {
        let differs = case.differs(rpc).wrap_err_with(|| case.name.clone())?;
        let reason = known.iter().find(|known| known.cases.contains(&case.name.as_str()));
        match (differs, reason) {
            (None, None) => {}
            (Some(_), Some(_)) => excused += 1,
            (Some(differs), None) => wrong.push(format!("{}: {differs}", case.name)),
            (None, Some(known)) => {
                wrong.push(format!("{} is as expected, but listed: {}", case.name, known.reason));
            }
        }
    }
    println!("{} of {count} cases as expected, {excused} known to differ", count - excused - wrong.len());
    for known in known {
        println!("  {}: {}", known.reason, known.cases.len());
        for name in known.cases {
            ensure!(cases.iter().any(|case| case.name == *name), "no case {name}");
        }
    }
    ensure!(wrong.is_empty(), "{} cases:\n{}", wrong.len(), wrong.join("\n"));
    Ok(())
}

impl Case {
    /// The first answer that is not the expected one.
    fn differs(&self, rpc: &Rpc) -> Result<Option<String>> {
        for (request, expected) in &self.exchanges {
            let answer = rpc.post(request)?;
            let failed = |answer: &Value| !answer["error"].is_null();
            let same = if failed(expected) || failed(&answer) {
                failed(expected) == failed(&answer)
            } else {
                self.shape_only || comparable(&answer["result"]) == comparable(&expected["result"])
            };
            if !same {
                return Ok(Some(format!(
                    "\n  asked    {request}\n  expected {expected}\n  got      {answer}"
                )));
            }
        }
        Ok(None)
    }
}

/// A result without the fields that only one side's age explains.
fn comparable(result: &Value) -> Value {
    match result {
        Value::Object(fields) => fields
            .iter()
            .filter(|(name, _)| !NOT_OURS.contains(&name.as_str()) && !NOT_THEIRS.contains(&name.as_str()))
            .map(|(name, value)| (name.clone(), comparable(value)))
            .collect(),
        Value::Array(items) => items.iter().map(comparable).collect(),
        other => other.clone(),
    }
}

/// The `.io` files of a folder: `>>` before a request, `<<` before its answer, `//` before a remark.
fn io_cases(folder: &Path, wanted: impl Fn(&str) -> bool) -> Result<Vec<Case>> {
    let mut cases = Vec::new();
    for method in subfolders(folder)? {
        for path in files(&method, "io")? {
            let name = format!("{}/{}", stem(&method), stem(&path));
            if !wanted(&name) {
                continue;
            }
            let text = fs::read_to_string(&path)?;
            let shape_only = text.lines().any(|line| line.starts_with("//") && line.contains("speconly"));
            let mut exchanges = Vec::new();
            let mut request = None;
            for line in text.lines() {
                if let Some(json) = line.strip_prefix(">>") {
                    request = Some(serde_json::from_str(json)?);
                } else if let Some(json) = line.strip_prefix("<<") {
                    let request = request.take().ok_or_eyre("an answer without a request")?;
                    exchanges.push((request, serde_json::from_str(json)?));
                }
            }
            ensure!(!exchanges.is_empty(), "{name} asks nothing");
            cases.push(Case { name, shape_only, exchanges });
        }
    }
    Ok(cases)
}

fn files(folder: &Path, extension: &str) -> Result<Vec<PathBuf>> {
    entries(folder, |path| path.extension().is_some_and(|found| found == extension))
}

fn subfolders(folder: &Path) -> Result<Vec<PathBuf>> {
    entries(folder, Path::is_dir)
}

fn entries(folder: &Path, wanted: impl Fn(&Path) -> bool) -> Result<Vec<PathBuf>> {
    let entries = fs::read_dir(folder).wrap_err_with(|| folder.display().to_string())?;
    let mut paths = entries.map(|entry| Ok(entry?.path())).collect::<Result<Vec<_>>>()?;
    paths.retain(|path| wanted(path));
    paths.sort();
    Ok(paths)
}

fn stem(path: &Path) -> String {
    path.file_stem().unwrap_or_default().to_string_lossy().into_owned()
}

#[test]
fn fields_of_one_age_only_are_left_out() {
    let ours = json!([{ "hash": "0x1", "totalDifficulty": "0x2" }]);
    let theirs = json!([{ "hash": "0x1", "blockTimestamp": "0x3" }]);
    assert_eq!(comparable(&ours), comparable(&theirs));
    assert_ne!(comparable(&ours), comparable(&json!([{ "hash": "0x2" }])));
}
