use crate::{
    case::Case,
    expect::{Class, Expected, static_class},
    json::{self, Number},
    network,
    pack::{Pack, VectorFile},
};
use autochain_chainspec::Fork;
use autochain_consensus::{TransactionRules, intrinsic_gas, validate_transaction_static};
use autochain_primitives::{Address, B256, Decodable2718, Encodable2718, Transaction, recover_sender};
use serde::Deserialize;
use std::collections::BTreeMap;

#[derive(Deserialize)]
struct Test {
    txbytes: String,
    result: BTreeMap<String, Outcome>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Outcome {
    hash: Option<B256>,
    sender: Option<Address>,
    intrinsic_gas: Option<Number>,
    exception: Option<String>,
}

/// One transaction's bytes under every fork: the decoder, the rules without state, the sender.
pub(super) fn run(file: &VectorFile, _: &Pack) -> Option<Vec<Case>> {
    if !file.path.ends_with(".json") {
        return None;
    }
    let tests: Result<BTreeMap<String, Test>, String> = json::parse(&file.bytes);
    let cases = tests.map(|tests| tests.iter().map(|(name, test)| Case::new(name, check(test))).collect());
    Some(cases.unwrap_or_else(|error| vec![Case::new("(file)", Err(error))]))
}

fn check(test: &Test) -> Result<(), String> {
    for (network, outcome) in &test.result {
        check_fork(&test.txbytes, network, outcome).map_err(|error| format!("{network}: {error}"))?;
    }
    Ok(())
}

fn check_fork(bytes: &str, network: &str, want: &Outcome) -> Result<(), String> {
    let bytes = json::unhex(bytes)?;
    let fork = match network {
        "Paris" => Fork::GrayGlacier,
        "Shanghai" => Fork::Shanghai,
        "Cancun" => Fork::Cancun,
        name => network::fork(name).ok_or_else(|| format!("network {name} is unknown"))?,
    };
    match (judge(&bytes, fork), &want.exception) {
        (Ok((hash, sender, gas)), None) => {
            let got = (Some(hash), Some(sender), Some(u128::from(gas)));
            let gas = want.intrinsic_gas.map(|gas| gas.0.saturating_to());
            if got == (want.hash, want.sender, gas) {
                Ok(())
            } else {
                Err(format!("{got:?}, expected {:?}", (want.hash, want.sender, gas)))
            }
        }
        (Ok(_), Some(exception)) => Err(format!("accepted, expected {exception}")),
        (Err((class, text)), None) => Err(format!("refused as {class:?}: {text}")),
        (Err((class, text)), Some(exception)) => Expected::transaction_bytes(exception)?.check(class, &text),
    }
}

/// Hash, sender and intrinsic gas, or the first broken rule.
fn judge(bytes: &[u8], fork: Fork) -> Result<(B256, Address, u64), (Class, String)> {
    let malformed = |text: String| (Class::Malformed, text);
    let mut rest = bytes;
    let transaction = Transaction::decode_2718(&mut rest).map_err(|error| malformed(error.to_string()))?;
    if !rest.is_empty() {
        return Err(malformed(format!("{} bytes follow the transaction", rest.len())));
    }
    let rules = TransactionRules::ethereum(fork);
    validate_transaction_static(&transaction, &rules)
        .map_err(|error| (static_class(&error), error.to_string()))?;
    let sender = recover_sender(&transaction, fork >= Fork::Homestead)
        .map_err(|error| (Class::Signature, error.to_string()))?;
    if transaction.encoded_2718() != bytes {
        return Err(malformed("encoding the transaction again gives other bytes".to_owned()));
    }
    Ok((*transaction.tx_hash(), sender, intrinsic_gas(&transaction, fork)))
}
