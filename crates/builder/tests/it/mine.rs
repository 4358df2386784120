//! A development chain that is mined by hand, block by block.

use alloy_consensus::{SignableTransaction, TxEip1559};
use autochain_builder::{Attributes, Template, build};
use autochain_chain::{Chain, Origin};
use autochain_chainspec::ChainSpec;
use autochain_consensus::next_base_fee;
use autochain_ethash::Hasher as _;
use autochain_evm::{ExecutedBlock, execute_block};
use autochain_primitives::{
    Account, Address, B256, Block, Bytes, Header, HeaderExt as _, Transaction, TxKind, U256,
    alloy_primitives::Signature, hex, recover_signer, sign_hash,
};
use autochain_state::StateView;
use autochain_store::{Options, Store, SyncMode};
use autochain_txpool::{
    AccountState, Head, Origin as TxOrigin, Pool, PoolConfig, PoolError, StateUnavailable, TxRules,
};
use secp256k1::SecretKey;
use std::sync::{Arc, atomic::AtomicBool};

pub(crate) const DEV_GENESIS: &str = include_str!("../../../../genesis/dev.json");

/// Foundry's first test accounts, which the dev genesis funds.
const KEYS: [[u8; 32]; 4] = [
    hex!("ac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80"),
    hex!("59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d"),
    hex!("5de4111afa1a4b94908f83103eb1f1706367c2e68ca870fc3fb9a804cdab365a"),
    hex!("7c852118294e51e653712a81e05800f419141751be58f605c371e15141b007a6"),
];

/// A development chain and what it takes to mine on it.
pub(crate) struct Mine {
    pub(crate) chain: Chain,
    pub(crate) pool: Pool,
    pub(crate) keys: Vec<(SecretKey, Address)>,
    random: u64,
    _folder: tempfile::TempDir,
}

/// The accounts at the head.
pub(crate) struct HeadState<'a>(pub(crate) &'a Chain);

impl AccountState for HeadState<'_> {
    fn account(&self, address: &Address) -> Result<Option<Account>, StateUnavailable> {
        Ok(self.0.reader().unwrap().account(address).unwrap())
    }
}

impl Mine {
    pub(crate) fn new() -> Self {
        Self::on(ChainSpec::from_genesis_json(DEV_GENESIS).unwrap())
    }

    pub(crate) fn on(mut spec: ChainSpec) -> Self {
        spec.dev_clock = true;
        let folder = tempfile::tempdir().unwrap();
        let options = Options { sync: SyncMode::NoSync, max_size: 4 << 30, ..Options::default() };
        let store = Store::open(folder.path(), &options).unwrap();
        let chain = Chain::open(store, Arc::new(spec)).unwrap();
        let pool = Pool::new(PoolConfig::default(), chain.spec().chain_id, pool_head(&chain));
        let keys = KEYS.iter().map(|key| key_pair(*key)).collect();
        Self { chain, pool, keys, random: 1, _folder: folder }
    }

    /// Attributes of a block that takes whatever the pool has.
    pub(crate) fn attributes() -> Attributes {
        Attributes {
            beneficiary: Address::with_last_byte(0x80),
            extra_data: Bytes::new(),
            gas_limit: 30_000_000,
            min_tip: 0,
            now: 1_700_000_000,
            with_ommers: true,
        }
    }

    pub(crate) fn build(&self, attributes: &Attributes) -> Template {
        build(&self.chain, &self.pool, attributes).unwrap()
    }

    /// Builds a block, seals it, imports it, and lets the pool follow.
    pub(crate) fn mine(&self) -> Template {
        let template = self.build(&Self::attributes());
        self.chain.import(vec![self.seal(&template)], Origin::Own).unwrap();
        self.follow();
        template
    }

    /// The nonce after everything of this account that waits.
    pub(crate) fn nonce(&self, sender: &Address) -> u64 {
        let in_state = HeadState(&self.chain).account(sender).unwrap().unwrap().nonce;
        self.pool.nonce(sender).unwrap_or_default().max(in_state)
    }

    pub(crate) fn base_fee(&self) -> u128 {
        next_base_fee(self.chain.spec(), &self.chain.head().header).map_or(0, u128::from)
    }

    /// A transaction of one of the keys, with the next nonce and twice the base fee.
    pub(crate) fn transaction(
        &self,
        key: usize,
        tip: u128,
        to: TxKind,
        value: U256,
        input: Vec<u8>,
    ) -> TxEip1559 {
        TxEip1559 {
            chain_id: self.chain.spec().chain_id,
            nonce: self.nonce(&self.keys[key].1),
            gas_limit: 300_000,
            max_fee_per_gas: self.base_fee() * 3 + tip.max(10_000),
            max_priority_fee_per_gas: tip,
            to,
            value,
            input: Bytes::from(input),
            ..TxEip1559::default()
        }
    }

    /// Signs and offers to the pool.
    pub(crate) fn offer<T: SignableTransaction<Signature>>(
        &self,
        key: usize,
        origin: TxOrigin,
        transaction: T,
    ) -> Result<B256, PoolError>
    where
        Transaction: From<alloy_consensus::Signed<T>>,
    {
        let signature = sign_hash(&self.keys[key].0, transaction.signature_hash());
        self.pool.add(transaction.into_signed(signature).into(), origin, &HeadState(&self.chain))
    }

    /// Executes a template on the head once more, for what was destroyed, and compares with what the builder found.
    pub(crate) fn execute(&self, template: &Template) -> ExecutedBlock {
        let reader = self.chain.reader().unwrap();
        let view = StateView::head(&reader);
        let executed = execute_block(self.chain.spec(), &template.block, &view, None).unwrap();
        assert_eq!(executed.changes, template.changes);
        assert_eq!(executed.receipts, template.receipts);
        executed
    }

    pub(crate) fn seal(&self, template: &Template) -> Block {
        let mut block = template.block.sealed_block().clone().into_block();
        let header: &mut Header = &mut block.header;
        let light = self.chain.seals().light(header.number);
        let (nonce, output) = light
            .search(&header.seal_hash().0, &header.boundary(), 0, 1 << 20, &AtomicBool::new(false))
            .unwrap();
        header.nonce = nonce.into();
        header.mix_hash = output.mix_hash.into();
        block
    }

    pub(crate) fn follow(&self) {
        self.pool.on_new_head(pool_head(&self.chain), [], &HeadState(&self.chain));
    }

    /// Σ balances of all accounts in the database.
    pub(crate) fn held(&self) -> U256 {
        let reader = self.chain.reader().unwrap();
        reader.accounts(Address::ZERO).unwrap().map(|account| account.unwrap().1.balance).sum()
    }

    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        self.random =
            self.random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.random >> 20) % bound
    }
}

fn pool_head(chain: &Chain) -> Head {
    let header = &chain.head().header;
    Head {
        gas_limit: header.gas_limit,
        base_fee: next_base_fee(chain.spec(), header),
        rules: TxRules::at(chain.spec(), header.number + 1, header.timestamp + 1),
    }
}

fn key_pair(key: [u8; 32]) -> (SecretKey, Address) {
    let key = SecretKey::from_byte_array(key).unwrap();
    let hash = Default::default();
    let address = recover_signer(&sign_hash(&key, hash), hash).unwrap();
    (key, address)
}
