use crate::{
    AccountChange, ReadError, SlotChange, StateChanges, StateReader,
    code_cache::{CodeCache, analyse},
};
use autochain_primitives::{
    Account, Address, B256, KECCAK256_EMPTY, U256,
    map::{AddressMap, B256Map, HashMap, U256Map, hash_map::Entry},
};
use revm::{
    Database, DatabaseRef,
    state::{Account as MachineAccount, AccountInfo, Bytecode, EvmState},
};
use std::collections::BTreeMap;

/// The state during a block: what was read and what was written, over a [`StateReader`].
///
/// Transactions are applied one by one with [`CachedState::commit`]; [`CachedState::changes`] is the sum of them.
#[derive(Clone, Debug)]
pub struct CachedState<'a, S> {
    reader: &'a S,
    accounts: AddressMap<CachedAccount>,
    code: B256Map<Bytecode>,
    block_hashes: HashMap<u64, B256>,
    /// Touched empty accounts are removed (EIP-161).
    state_clear: bool,
    /// Changes since [`CachedState::take_recorded`], where somebody asks for them.
    recorded: Option<StateChanges>,
}

#[derive(Clone, Debug, Default)]
struct CachedAccount {
    /// As the reader has it.
    original: Option<Account>,
    current: Option<Account>,
    /// What the reader has as storage is gone.
    wiped: bool,
    written: bool,
    storage: U256Map<CachedSlot>,
}

#[derive(Clone, Copy, Debug)]
struct CachedSlot {
    /// As the reader has it, unless `wiped`: then nobody asked.
    original: U256,
    current: U256,
}

/// What a transaction does to one account.
struct Write {
    address: Address,
    after: Option<Account>,
    /// All storage goes before `slots` are set.
    wipe: bool,
    slots: Vec<(U256, U256)>,
}

impl<'a, S: StateReader> CachedState<'a, S> {
    /// Starts from the state that `reader` shows. `state_clear`: EIP-161 holds.
    pub fn new(reader: &'a S, state_clear: bool) -> Self {
        Self {
            reader,
            accounts: AddressMap::default(),
            code: B256Map::default(),
            block_hashes: HashMap::default(),
            state_clear,
            recorded: None,
        }
    }

    /// The state underneath.
    pub const fn reader(&self) -> &'a S {
        self.reader
    }

    /// An account as it is now.
    ///
    /// # Errors
    /// The reader fails.
    pub fn account(&mut self, address: Address) -> Result<Option<Account>, ReadError<S::Error>> {
        Ok(self.load(address)?.current)
    }

    /// A storage slot as it is now.
    ///
    /// # Errors
    /// The reader fails.
    pub fn slot(&mut self, address: Address, slot: U256) -> Result<U256, ReadError<S::Error>> {
        let reader = self.reader;
        let account = self.load(address)?;
        if let Some(cached) = account.storage.get(&slot) {
            return Ok(cached.current);
        }
        if account.wiped || account.original.is_none() {
            return Ok(U256::ZERO);
        }
        let value = reader.storage(&address, &slot).map_err(ReadError)?;
        account.storage.insert(slot, CachedSlot { original: value, current: value });
        Ok(value)
    }

    /// Sets one slot of an account outside of a transaction.
    pub(crate) fn set_slot(
        &mut self,
        address: Address,
        slot: U256,
        value: U256,
    ) -> Result<(), ReadError<S::Error>> {
        let after = self.account(address)?;
        self.write(Write { address, after, wipe: false, slots: vec![(slot, value)] })
    }

    /// Adds to a balance outside of a transaction, as a reward does: nothing added still touches, which makes an
    /// empty account come into being before EIP-161 and vanish after it. `None` when the balance overflows.
    pub(crate) fn add_balance(
        &mut self,
        address: Address,
        amount: U256,
    ) -> Result<Option<()>, ReadError<S::Error>> {
        let mut account = self.account(address)?.unwrap_or_default();
        let Some(balance) = account.balance.checked_add(amount) else { return Ok(None) };
        account.balance = balance;
        self.touch(address, account).map(Some)
    }

    /// Takes from a balance outside of a transaction. `None` when it is too small.
    pub(crate) fn sub_balance(
        &mut self,
        address: Address,
        amount: U256,
    ) -> Result<Option<()>, ReadError<S::Error>> {
        let mut account = self.account(address)?.unwrap_or_default();
        let Some(balance) = account.balance.checked_sub(amount) else { return Ok(None) };
        account.balance = balance;
        self.touch(address, account).map(Some)
    }

    fn touch(&mut self, address: Address, account: Account) -> Result<(), ReadError<S::Error>> {
        let removed = self.state_clear && account.is_empty();
        let after = (!removed).then_some(account);
        self.write(Write { address, after, wipe: removed, slots: Vec::new() })
    }

    /// Replaces an account and, if `slots` are given, some or (`wipe`) all of its storage: an override of a call.
    pub(crate) fn set_account(
        &mut self,
        address: Address,
        account: Account,
        wipe: bool,
        slots: Vec<(U256, U256)>,
    ) -> Result<(), ReadError<S::Error>> {
        self.write(Write { address, after: Some(account), wipe, slots })
    }

    /// Makes code known that is not in the state.
    pub(crate) fn insert_code(&mut self, hash: B256, code: Bytecode) {
        self.code.insert(hash, code);
    }

    /// Applies the effects of one transaction.
    ///
    /// # Errors
    /// The reader fails.
    pub fn commit(&mut self, state: EvmState) -> Result<(), ReadError<S::Error>> {
        for (address, account) in state {
            if account.is_touched() {
                self.commit_account(address, account)?;
            }
        }
        Ok(())
    }

    fn commit_account(
        &mut self,
        address: Address,
        account: MachineAccount,
    ) -> Result<(), ReadError<S::Error>> {
        // A created account counts although it is empty: before EIP-161 that is how it came into being, and
        // after it a created account has nonce 1.
        let removed = account.is_selfdestructed()
            || (self.state_clear && account.info.is_empty() && !account.is_created());
        if removed {
            return self.write(Write { address, after: None, wipe: true, slots: Vec::new() });
        }
        let info = &account.info;
        let after = Account { nonce: info.nonce, balance: info.balance, code_hash: info.code_hash };
        let slots = account
            .storage
            .iter()
            .filter(|(_, value)| value.is_changed())
            .map(|(slot, value)| (*slot, value.present_value))
            .collect();
        let wipe = account.is_created();
        if after.has_code()
            && let Some(code) = account.info.code
            && self.load(address)?.current.is_none_or(|before| before.code_hash != after.code_hash)
        {
            CodeCache::shared().insert(after.code_hash, code.clone());
            if let Some(recorded) = &mut self.recorded {
                recorded.code.insert(after.code_hash, code.original_bytes());
            }
            self.code.insert(after.code_hash, code);
        }
        self.write(Write { address, after: Some(after), wipe, slots })
    }

    fn write(&mut self, write: Write) -> Result<(), ReadError<S::Error>> {
        if self.recorded.is_some() {
            self.record(&write)?;
        }
        let reader = self.reader;
        let account = self.load(write.address)?;
        account.written = true;
        account.current = write.after;
        if write.wipe {
            account.wiped |= account.original.is_some();
            account.storage.clear();
        }
        for (slot, value) in write.slots {
            match account.storage.entry(slot) {
                Entry::Occupied(mut cached) => cached.get_mut().current = value,
                Entry::Vacant(vacant) => {
                    let original = if account.wiped || account.original.is_none() {
                        U256::ZERO
                    } else {
                        reader.storage(&write.address, &slot).map_err(ReadError)?
                    };
                    vacant.insert(CachedSlot { original, current: value });
                }
            }
        }
        Ok(())
    }

    fn load(&mut self, address: Address) -> Result<&mut CachedAccount, ReadError<S::Error>> {
        match self.accounts.entry(address) {
            Entry::Occupied(entry) => Ok(entry.into_mut()),
            Entry::Vacant(vacant) => {
                let original = self.reader.account(&address).map_err(ReadError)?;
                Ok(vacant.insert(CachedAccount { original, current: original, ..Default::default() }))
            }
        }
    }

    /// The sum of all changes relative to the reader.
    ///
    /// # Errors
    /// The reader fails: it is asked for the storage of accounts that were destroyed.
    pub fn changes(&self) -> Result<StateChanges, ReadError<S::Error>> {
        let mut changes = StateChanges::default();
        let mut accounts = Vec::with_capacity(self.accounts.len());
        for (address, account) in &self.accounts {
            if !account.written {
                continue;
            }
            let change = self.account_change(address, account)?;
            if change.is_noop() {
                continue;
            }
            if let Some(after) = &change.after
                && after.has_code()
                && change.before.is_none_or(|before| before.code_hash != after.code_hash)
                && let Some(code) = self.code.get(&after.code_hash)
            {
                changes.code.insert(after.code_hash, code.original_bytes());
            }
            accounts.push((*address, change));
        }
        changes.accounts = accounts.into_iter().collect();
        Ok(changes)
    }

    fn account_change(
        &self,
        address: &Address,
        account: &CachedAccount,
    ) -> Result<AccountChange, ReadError<S::Error>> {
        let mut change =
            AccountChange { before: account.original, after: account.current, ..Default::default() };
        if account.wiped {
            for (slot, before) in self.reader.storage_entries(address).map_err(ReadError)? {
                change.storage.insert(slot, SlotChange { before, after: U256::ZERO });
            }
            change.wiped = !change.storage.is_empty();
            for (slot, cached) in &account.storage {
                if !cached.current.is_zero() {
                    change.storage.entry(*slot).or_default().after = cached.current;
                }
            }
        } else {
            change.storage = account
                .storage
                .iter()
                .filter(|(_, cached)| cached.original != cached.current)
                .map(|(slot, cached)| (*slot, SlotChange { before: cached.original, after: cached.current }))
                .collect();
        }
        Ok(change)
    }

    /// From now on keeps what [`CachedState::take_recorded`] returns.
    pub(crate) fn start_recording(&mut self) {
        self.recorded = Some(StateChanges::default());
    }

    /// The changes since the last call.
    pub(crate) fn take_recorded(&mut self) -> StateChanges {
        let mut changes = self.recorded.replace(StateChanges::default()).unwrap_or_default();
        changes.accounts.retain(|_, change| {
            if !change.wiped {
                change.storage.retain(|_, slot| slot.before != slot.after);
            }
            !change.is_noop()
        });
        changes
    }

    fn record(&mut self, write: &Write) -> Result<(), ReadError<S::Error>> {
        let before = self.load(write.address)?.current;
        let gone = if write.wipe { self.current_slots(&write.address)? } else { BTreeMap::new() };
        let mut slots = Vec::with_capacity(write.slots.len());
        for (slot, after) in &write.slots {
            slots.push((*slot, SlotChange { before: self.slot(write.address, *slot)?, after: *after }));
        }
        let Some(recorded) = &mut self.recorded else { return Ok(()) };
        let change = recorded
            .accounts
            .entry(write.address)
            .or_insert_with(|| AccountChange { before, ..Default::default() });
        change.after = write.after;
        if write.wipe {
            for slot in change.storage.values_mut() {
                slot.after = U256::ZERO;
            }
            for (slot, before) in gone {
                change.storage.entry(slot).or_insert(SlotChange { before, after: U256::ZERO }).after =
                    U256::ZERO;
            }
            change.wiped |= change.storage.values().any(|slot| !slot.before.is_zero());
        }
        for (slot, value) in slots {
            change.storage.entry(slot).or_insert(value).after = value.after;
        }
        Ok(())
    }

    /// All slots of an account that are not zero now.
    pub(crate) fn current_slots(
        &mut self,
        address: &Address,
    ) -> Result<BTreeMap<U256, U256>, ReadError<S::Error>> {
        let reader = self.reader;
        let account = self.load(*address)?;
        let mut slots = BTreeMap::new();
        if !account.wiped && account.original.is_some() {
            slots.extend(reader.storage_entries(address).map_err(ReadError)?);
        }
        slots.extend(account.storage.iter().map(|(slot, cached)| (*slot, cached.current)));
        slots.retain(|_, value| !value.is_zero());
        Ok(slots)
    }

    fn read_code(&self, hash: &B256) -> Result<Bytecode, ReadError<S::Error>> {
        if let Some(code) = CodeCache::shared().get(hash) {
            return Ok(code);
        }
        let code = analyse(self.reader.code(hash).map_err(ReadError)?);
        CodeCache::shared().insert(*hash, code.clone());
        Ok(code)
    }
}

fn info(account: Account) -> AccountInfo {
    AccountInfo {
        balance: account.balance,
        nonce: account.nonce,
        code_hash: account.code_hash,
        account_id: None,
        code: None,
    }
}

impl<S: StateReader> Database for CachedState<'_, S> {
    type Error = ReadError<S::Error>;

    fn basic(&mut self, address: Address) -> Result<Option<AccountInfo>, Self::Error> {
        Ok(self.load(address)?.current.map(info))
    }

    fn code_by_hash(&mut self, code_hash: B256) -> Result<Bytecode, Self::Error> {
        if code_hash == KECCAK256_EMPTY || code_hash.is_zero() {
            return Ok(Bytecode::default());
        }
        if let Some(code) = self.code.get(&code_hash) {
            return Ok(code.clone());
        }
        let code = self.read_code(&code_hash)?;
        self.code.insert(code_hash, code.clone());
        Ok(code)
    }

    fn storage(&mut self, address: Address, index: U256) -> Result<U256, Self::Error> {
        self.slot(address, index)
    }

    fn block_hash(&mut self, number: u64) -> Result<B256, Self::Error> {
        if let Some(hash) = self.block_hashes.get(&number) {
            return Ok(*hash);
        }
        let hash = self.reader.block_hash(number).map_err(ReadError)?;
        self.block_hashes.insert(number, hash);
        Ok(hash)
    }
}

/// Reads without keeping what was read.
impl<S: StateReader> DatabaseRef for CachedState<'_, S> {
    type Error = ReadError<S::Error>;

    fn basic_ref(&self, address: Address) -> Result<Option<AccountInfo>, Self::Error> {
        let account = match self.accounts.get(&address) {
            Some(cached) => cached.current,
            None => self.reader.account(&address).map_err(ReadError)?,
        };
        Ok(account.map(info))
    }

    fn code_by_hash_ref(&self, code_hash: B256) -> Result<Bytecode, Self::Error> {
        if code_hash == KECCAK256_EMPTY || code_hash.is_zero() {
            return Ok(Bytecode::default());
        }
        match self.code.get(&code_hash) {
            Some(code) => Ok(code.clone()),
            None => self.read_code(&code_hash),
        }
    }

    fn storage_ref(&self, address: Address, index: U256) -> Result<U256, Self::Error> {
        if let Some(account) = self.accounts.get(&address) {
            if let Some(slot) = account.storage.get(&index) {
                return Ok(slot.current);
            }
            if account.wiped || account.original.is_none() {
                return Ok(U256::ZERO);
            }
        }
        self.reader.storage(&address, &index).map_err(ReadError)
    }

    fn block_hash_ref(&self, number: u64) -> Result<B256, Self::Error> {
        match self.block_hashes.get(&number) {
            Some(hash) => Ok(*hash),
            None => self.reader.block_hash(number).map_err(ReadError),
        }
    }
}
