use super::{Env, Hashes};
use crate::{
    case::Case,
    json::{self, Alloc, AllocAccount, Number},
    world::World,
};
use alloy_consensus::{SignableTransaction, TxLegacy};
use autochain_evm::{
    BlockContext, BlockExecutor, EvmContext, Rules, SpecId,
    revm::{
        Database, Inspector,
        interpreter::{CallInputs, CallOutcome, CallValue},
    },
};
use autochain_primitives::{
    Address, B256, Bytes, Log, Transaction, TxKind, U256, alloy_primitives::Signature, keccak256, rlp,
};

#[derive(serde::Deserialize)]
struct Test {
    env: Env,
    pre: Alloc,
    exec: Exec,
    /// What is left of the gas; absent when the frame fails.
    gas: Option<Number>,
    out: Option<Bytes>,
    logs: Option<B256>,
    post: Option<Alloc>,
}

#[derive(serde::Deserialize)]
#[serde(rename_all = "camelCase")]
struct Exec {
    address: Address,
    caller: Address,
    origin: Address,
    code: Bytes,
    data: Bytes,
    value: Number,
    gas: Number,
    gas_price: Number,
}

/// Gas of the transaction around the frame, beside the frame's own: enough for any data.
const AROUND: u64 = 1 << 32;

/// Runs one frame: its gas, value and caller are the vector's, nothing is transferred and nothing paid.
pub(super) fn run(name: &str, test: &str) -> Case {
    Case::new(name, json::parse::<Test>(test.as_bytes()).and_then(|test| check(&test)))
}

fn check(test: &Test) -> Result<(), String> {
    let Exec { address, .. } = test.exec;
    // A frame may come from a contract, but no transaction does (EIP-3607). None of these looks at ORIGIN.
    let origin = test.exec.origin;
    let contract = test.pre.get(&origin).is_some_and(|account| !account.code.is_empty());
    let origin = if contract { Address::repeat_byte(0xee) } else { origin };
    let price = u128::try_from(test.exec.gas_price.0).map_err(|_| "the gas price does not fit".to_owned())?;
    let gas_limit = test.exec.gas.u64()?.saturating_add(AROUND);
    let mut pre = test.pre.clone();
    if pre.get(&address).map(|account| &account.code) != Some(&test.exec.code) {
        return Err("the account at the address has other code than the frame".to_owned());
    }
    // The transaction takes exactly this from its sender before the frame starts.
    let cost = U256::from(gas_limit) * U256::from(price);
    let sender: &mut AllocAccount = pre.entry(origin).or_default();
    sender.balance.0 += cost;

    let world = World::new(&pre)?;
    let state = Hashes(&world.state);
    let block = BlockContext {
        number: test.env.current_number.u64()?,
        timestamp: test.env.current_timestamp.u64()?,
        beneficiary: test.env.current_coinbase,
        gas_limit: u64::MAX,
        difficulty: test.env.current_difficulty.0,
        ..BlockContext::default()
    };
    // The block's own gas limit is what GASLIMIT shows.
    let shown = test.env.current_gas_limit.u64()?;
    let block = if shown >= gas_limit { BlockContext { gas_limit: shown, ..block } } else { block };
    let nonce = sender_nonce(&pre, origin)?;
    let legacy = TxLegacy {
        chain_id: None,
        nonce,
        gas_price: price,
        gas_limit,
        to: TxKind::Call(address),
        value: U256::ZERO,
        input: test.exec.data.clone(),
    };
    let transaction: Transaction =
        legacy.into_signed(Signature::new(U256::from(1), U256::from(1), false)).into();
    let rules = Rules::ethereum(SpecId::FRONTIER);
    let mut executor = BlockExecutor::new(rules, block, &state).map_err(|error| error.to_string())?;
    let mut frame = Frame { exec: &test.exec, shown_gas_limit: shown, outcome: None };
    let ran =
        executor.inspect_transaction(&transaction, origin, &mut frame).map_err(|error| error.to_string())?;
    let outcome = frame.outcome.ok_or("the frame did not run")?;
    let result = outcome.instruction_result();

    let Some(post) = &test.post else {
        return if result.is_ok() { Err("the frame succeeds, but must fail".to_owned()) } else { Ok(()) };
    };
    if !result.is_ok() {
        return Err(format!("the frame fails: {result:?}"));
    }
    let gas = test.gas.ok_or("no gas in the vector")?.u64()?;
    if outcome.gas().remaining() != gas {
        return Err(format!("{} gas is left, expected {gas}", outcome.gas().remaining()));
    }
    let out = test.out.clone().unwrap_or_default();
    if outcome.output() != &out {
        return Err(format!("the frame returns {}, expected {out}", outcome.output()));
    }
    let logs: Vec<Log> = ran.execution.result.logs().to_vec();
    let logs = keccak256(rlp::encode(&logs));
    if test.logs.is_some_and(|want| want != logs) {
        return Err(format!("logs hash to {logs}, expected {:?}", test.logs));
    }
    for (at, account) in post {
        let before = test.pre.get(at).cloned().unwrap_or_default();
        let touched = ran.execution.state.get(at);
        let mut slots = before.storage.clone();
        for (slot, value) in touched.iter().flat_map(|account| &account.storage) {
            slots.insert(Number(*slot), Number(value.present_value));
        }
        slots.retain(|_, value| !value.0.is_zero());
        let mut want = account.storage.clone();
        want.retain(|_, value| !value.0.is_zero());
        if slots != want {
            return Err(format!("storage of {at} is {slots:?}, expected {want:?}"));
        }
    }
    Ok(())
}

fn sender_nonce(pre: &Alloc, sender: Address) -> Result<u64, String> {
    pre.get(&sender).map_or(Ok(0), |account| account.nonce.u64())
}

/// Makes the first frame the vector's, and every call from it a success that does nothing: these tests are of
/// the frame alone.
struct Frame<'a> {
    exec: &'a Exec,
    shown_gas_limit: u64,
    outcome: Option<CallOutcome>,
}

impl<DB: Database> Inspector<EvmContext<DB>> for Frame<'_> {
    fn call(&mut self, context: &mut EvmContext<DB>, inputs: &mut CallInputs) -> Option<CallOutcome> {
        context.block.gas_limit = self.shown_gas_limit;
        inputs.gas_limit = self.exec.gas.u64().unwrap_or(u64::MAX);
        inputs.caller = self.exec.caller;
        inputs.value = CallValue::Apparent(self.exec.value.0);
        None
    }

    fn call_end(&mut self, _: &mut EvmContext<DB>, _: &CallInputs, outcome: &mut CallOutcome) {
        self.outcome = Some(outcome.clone());
    }
}
