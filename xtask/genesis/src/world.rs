use autochain_evm::{
    BlockContext, CallOptions, CallRequest, InMemoryState, Rules, Simulator, SpecId,
    revm::{context::result::ResultAndState, inspector::NoOpInspector},
};
use autochain_primitives::{Address, Bytes, U256, keccak256};
use eyre::{Result, ensure, eyre};

/// Most gas of one transaction (EIP-7825): what cannot be deployed on a running chain is not in genesis either.
const GAS: u64 = 1 << 24;
/// Longest code (EIP-170), in bytes.
const MAX_CODE: usize = 24_576;

/// The state of block 0 while it comes to be. Gas costs nothing.
#[derive(Clone, Debug)]
pub(crate) struct World {
    pub(crate) state: InMemoryState,
    rules: Rules,
    block: BlockContext,
}

impl World {
    /// An empty world with a network's chain id and block-0 time.
    pub(crate) fn new(chain_id: u64, timestamp: u64) -> Self {
        let rules = Rules { chain_id, pow_opcodes: true, ..Rules::ethereum(SpecId::OSAKA) };
        let block = BlockContext { timestamp, gas_limit: GAS, base_fee: Some(0), ..BlockContext::default() };
        Self { state: InMemoryState::default(), rules, block }
    }

    /// Calls a contract or sends coins; returns what it returns.
    pub(crate) fn call(&mut self, from: Address, to: Address, value: U256, data: Bytes) -> Result<Bytes> {
        let request = CallRequest { from: Some(from), to: Some(to), value, data, ..CallRequest::default() };
        let execution = self.execute(request)?;
        let output = execution.result.output().cloned().unwrap_or_default();
        self.absorb(execution);
        Ok(output)
    }

    /// What a call would return.
    pub(crate) fn view(&self, to: Address, data: Bytes) -> Result<Bytes> {
        let request = CallRequest { to: Some(to), data, ..CallRequest::default() };
        Ok(self.execute(request)?.result.output().cloned().unwrap_or_default())
    }

    /// Creates a contract at the address that its sender's nonce gives.
    pub(crate) fn create(&mut self, from: Address, value: U256, code: Bytes) -> Result<Address> {
        let request = CallRequest { from: Some(from), value, data: code, ..CallRequest::default() };
        let nonce = self.state.accounts().get(&from).map_or(0, |account| account.nonce);
        let execution = self.execute(request)?;
        self.absorb(execution);
        Ok(from.create(nonce))
    }

    /// Runs creation code at the address where the contract will stand. It is put there and called, so that
    /// `address(this)` is the final one while the constructor runs; what it returns is the code.
    pub(crate) fn construct(
        &mut self,
        from: Address,
        at: Address,
        value: U256,
        creation: Bytes,
    ) -> Result<()> {
        ensure!(self.state.code_of(&at).is_empty(), "{at} has code already");
        let before = self.state.accounts().get(&at).map_or(U256::ZERO, |account| account.balance);
        // EIP-161: a contract starts with nonce 1.
        self.state.insert_account(at, 1, before, creation, []);
        let code = self.call(from, at, value, Bytes::new())?;
        ensure!(!code.is_empty() && code.len() <= MAX_CODE, "{at} gets {} bytes of code", code.len());
        let account = self.state.accounts().get(&at).copied().ok_or_else(|| eyre!("{at} is gone"))?;
        let slots = self.state.slots(&at);
        self.state.insert_account(at, account.nonce, account.balance, code, slots);
        Ok(())
    }

    fn execute(&self, request: CallRequest) -> Result<ResultAndState> {
        let request = CallRequest { gas: Some(GAS), ..request };
        let mut simulator =
            Simulator::new(self.rules, self.block.clone(), &self.state, &CallOptions::default())?;
        let (result, execution) = simulator.inspect(&request, &mut NoOpInspector)?;
        ensure!(
            result.is_success(),
            "{:?} to {:?}: {:?}",
            request.data.get(..4).map(Bytes::copy_from_slice),
            request.to,
            result.outcome
        );
        Ok(execution)
    }

    /// Makes an execution part of the state.
    fn absorb(&mut self, execution: ResultAndState) {
        for (address, account) in execution.state {
            if !account.is_touched() {
                continue;
            }
            let mut slots = self.state.slots(&address);
            slots.extend(account.storage.iter().map(|(slot, value)| (*slot, value.present_value)));
            let info = account.info;
            let code = match info.code {
                Some(code) if keccak256(code.original_bytes()) == info.code_hash => code.original_bytes(),
                _ => self.state.code_of(&address),
            };
            let empty = info.nonce == 0 && info.balance.is_zero() && code.is_empty();
            if !empty {
                self.state.insert_account(address, info.nonce, info.balance, code, slots);
            }
        }
    }
}
