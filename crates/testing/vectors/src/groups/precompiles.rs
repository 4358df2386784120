use crate::{
    case::{Case, Skip},
    json,
    pack::{Pack, VectorFile},
};
use alloy_consensus::{SignableTransaction, TxLegacy};
use autochain_evm::{
    BlockContext, BlockExecutor, EvmContext, InMemoryState, Rules, SpecId,
    revm::{
        Database, Inspector,
        interpreter::{CallInputs, CallOutcome},
    },
};
use autochain_primitives::{Address, Bytes, Transaction, TxKind, U256, alloy_primitives::Signature};

#[derive(serde::Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Vector {
    input: String,
    expected: Option<String>,
    expected_error: Option<String>,
    name: String,
    gas: Option<u64>,
}

/// Calls a precompiled contract through a transaction under the rules of the fork that the file is for.
pub(super) fn run(file: &VectorFile, _: &Pack) -> Option<Vec<Case>> {
    let name = file.path.rsplit('/').next()?.strip_suffix(".json")?;
    let (address, spec_id) = contract(name.strip_prefix("fail-").unwrap_or(name))?;
    let vectors: Vec<Vector> = match json::parse(&file.bytes) {
        Ok(vectors) => vectors,
        Err(error) => return Some(vec![Case::new("(file)", Err(error))]),
    };
    let address = Address::left_padding_from(&address.to_be_bytes());
    let ethereum = Rules { tx_gas_cap: None, ..Rules::ethereum(spec_id) };
    let ours = Rules { pow_opcodes: true, ..ethereum };
    let check = |vector: Vector| {
        let rules = if name == "pointEvaluation" { [ethereum; 2] } else { [ethereum, ours] };
        let result = rules.iter().try_for_each(|rules| check(&vector, address, *rules));
        Case::new(vector.name, result)
    };
    let mut cases: Vec<_> = vectors.into_iter().map(check).collect();
    if name == "pointEvaluation" {
        // Ethereum's machine has it; Autochain's does not.
        let gone = call(address, ours, Bytes::from_static(&[1])).and_then(|outcome| {
            if outcome.gas().total_gas_spent() == 0 && outcome.output().is_empty() {
                Ok(())
            } else {
                Err("0x0a is a contract under Autochain's rules".to_owned())
            }
        });
        if let Err(error) = gone {
            cases.push(Case::new("absent", Err(error)));
        }
        cases.iter_mut().filter(|case| case.outcome == crate::Outcome::Passed).for_each(|case| {
            *case = Case::skipped(&case.name, Skip::Blobs);
        });
    }
    Some(cases)
}

/// Address, and the first fork with the prices of the file.
fn contract(name: &str) -> Option<(u64, SpecId)> {
    Some(match name {
        "ecRecover" => (0x01, SpecId::ISTANBUL),
        "modexp" => (0x05, SpecId::ISTANBUL),
        "modexp_eip2565" => (0x05, SpecId::BERLIN),
        "modexp_eip7883" => (0x05, SpecId::OSAKA),
        "bn256Add" => (0x06, SpecId::ISTANBUL),
        "bn256ScalarMul" => (0x07, SpecId::ISTANBUL),
        "bn256Pairing" => (0x08, SpecId::ISTANBUL),
        "blake2F" | "blake2f" => (0x09, SpecId::ISTANBUL),
        "pointEvaluation" => (0x0a, SpecId::CANCUN),
        "blsG1Add" => (0x0b, SpecId::PRAGUE),
        // A multiplication is a sum of one product (EIP-2537).
        "blsG1Mul" | "blsG1MultiExp" => (0x0c, SpecId::PRAGUE),
        "blsG2Add" => (0x0d, SpecId::PRAGUE),
        "blsG2Mul" | "blsG2MultiExp" => (0x0e, SpecId::PRAGUE),
        "blsPairing" => (0x0f, SpecId::PRAGUE),
        "blsMapG1" => (0x10, SpecId::PRAGUE),
        "blsMapG2" => (0x11, SpecId::PRAGUE),
        "p256Verify" => (0x100, SpecId::OSAKA),
        _ => return None,
    })
}

fn check(vector: &Vector, address: Address, rules: Rules) -> Result<(), String> {
    let outcome = call(address, rules, json::unhex(&vector.input)?.into())?;
    let result = outcome.instruction_result();
    if let Some(error) = &vector.expected_error {
        return if result.is_ok() { Err(format!("accepted, expected: {error}")) } else { Ok(()) };
    }
    if !result.is_ok() {
        return Err(format!("fails: {result:?}"));
    }
    let want = json::unhex(vector.expected.as_deref().unwrap_or_default())?;
    if outcome.output() != &want {
        return Err(format!("returns {}", outcome.output()));
    }
    let spent = outcome.gas().total_gas_spent();
    match vector.gas {
        Some(gas) if gas != spent => Err(format!("costs {spent} gas, expected {gas}")),
        _ => Ok(()),
    }
}

/// The outcome of the outermost call.
fn call(address: Address, rules: Rules, input: Bytes) -> Result<CallOutcome, String> {
    let sender = Address::repeat_byte(0xaa);
    let state = InMemoryState::default();
    let block = BlockContext { gas_limit: u64::MAX, base_fee: Some(0), ..BlockContext::default() };
    let legacy = TxLegacy { gas_limit: 1 << 40, to: TxKind::Call(address), input, ..TxLegacy::default() };
    let signed = legacy.into_signed(Signature::new(U256::from(1), U256::from(1), false));
    let transaction = Transaction::from(signed);
    let mut executor = BlockExecutor::new(rules, block, &state).map_err(|error| error.to_string())?;
    let mut watch = Outermost::default();
    executor.inspect_transaction(&transaction, sender, &mut watch).map_err(|error| error.to_string())?;
    watch.0.ok_or_else(|| "the call did not run".to_owned())
}

#[derive(Default)]
struct Outermost(Option<CallOutcome>);

impl<DB: Database> Inspector<EvmContext<DB>> for Outermost {
    fn call_end(&mut self, _: &mut EvmContext<DB>, _: &CallInputs, outcome: &mut CallOutcome) {
        self.0 = Some(outcome.clone());
    }
}
