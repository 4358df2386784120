use autochain_chainspec::{ChainSpec, Fork};
use revm::{
    context::CfgEnv,
    context_interface::cfg::{GasParams, gas_params::GasId},
    primitives::{eip7825::TX_GAS_LIMIT_CAP, hardfork::SpecId},
};
use std::sync::OnceLock;

/// The rules of execution at one block, reduced to what the machine asks.
///
/// [`Rules::at`] gives the rules of a chain; [`Rules::ethereum`] those of Ethereum itself, proof of stake
/// included, for public vectors.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rules {
    /// The machine's fork. Constantinople is [`SpecId::PETERSBURG`] with [`Rules::net_metering_1283`].
    pub spec_id: SpecId,
    /// What `CHAINID` returns and signatures commit to (EIP-155, EIP-1344).
    pub chain_id: u64,
    /// EIP-1283, which only Constantinople had: net gas metering without EIP-2200's sentry.
    pub net_metering_1283: bool,
    /// Proof of work under a modern fork: 0x44 stays `DIFFICULTY`; `BLOBHASH`, `BLOBBASEFEE`, the point evaluation
    /// precompile (0x0a) and type-3 transactions do not exist.
    pub pow_opcodes: bool,
    /// Whether replay-protected legacy transactions are known (EIP-155).
    pub eip155: bool,
    /// Most gas that one transaction may ask for (EIP-7825).
    pub tx_gas_cap: Option<u64>,
    /// The parent's hash goes into the history contract before the first transaction (EIP-2935).
    pub eip2935: bool,
    /// This block moves the DAO's balances before the first transaction (EIP-779).
    pub dao_move: bool,
    /// Receipts hold the state root after the transaction, not its status (before EIP-658).
    pub post_state_receipts: bool,
}

impl Rules {
    /// The rules of `spec` for the block with this number and timestamp (seconds).
    pub fn at(spec: &ChainSpec, number: u64, timestamp: u64) -> Self {
        let active = |fork| spec.is_active(fork, number, timestamp);
        let spec_id = SPEC_IDS
            .iter()
            .rev()
            .find_map(|(fork, id)| active(*fork).then_some(*id))
            .unwrap_or(SpecId::FRONTIER);
        Self {
            spec_id,
            chain_id: spec.chain_id,
            net_metering_1283: active(Fork::Constantinople) && !active(Fork::Petersburg),
            pow_opcodes: true,
            eip155: spec.replay_protection(number),
            tx_gas_cap: active(Fork::Osaka).then_some(TX_GAS_LIMIT_CAP),
            eip2935: active(Fork::Prague),
            dao_move: spec.moves_dao_balances(number),
            post_state_receipts: !active(Fork::Byzantium),
        }
    }

    /// Ethereum's own rules of a fork, on chain 1 with nothing done before the first transaction. From Paris on a
    /// block then needs [`crate::BlockContext::prev_randao`].
    pub fn ethereum(spec_id: SpecId) -> Self {
        let active = |other| spec_id.is_enabled_in(other);
        Self {
            spec_id,
            chain_id: 1,
            net_metering_1283: false,
            pow_opcodes: false,
            eip155: active(SpecId::SPURIOUS_DRAGON),
            tx_gas_cap: active(SpecId::OSAKA).then_some(TX_GAS_LIMIT_CAP),
            eip2935: false,
            dao_move: false,
            post_state_receipts: !active(SpecId::BYZANTIUM),
        }
    }

    /// Whether touched empty accounts are removed (EIP-161).
    pub const fn state_clear(&self) -> bool {
        self.spec_id.is_enabled_in(SpecId::SPURIOUS_DRAGON)
    }

    /// Whether transactions pay a base fee that is burnt (EIP-1559).
    pub const fn base_fee(&self) -> bool {
        self.spec_id.is_enabled_in(SpecId::LONDON)
    }

    pub(crate) fn cfg(&self) -> CfgEnv {
        let gas_params =
            if self.net_metering_1283 { net_metering_gas() } else { GasParams::new_spec(self.spec_id) };
        let mut cfg =
            CfgEnv::new_with_spec_and_gas_params(self.spec_id, gas_params).with_chain_id(self.chain_id);
        cfg.tx_gas_limit_cap = Some(self.tx_gas_cap.unwrap_or(u64::MAX));
        // Only under Ethereum's own rules; EIP-4844, 7691, 7594.
        cfg.max_blobs_per_tx = Some(if self.spec_id == SpecId::PRAGUE { 9 } else { 6 });
        cfg
    }
}

/// Forks that change the machine, each with revm's name.
const SPEC_IDS: [(Fork, SpecId); 13] = [
    (Fork::Frontier, SpecId::FRONTIER),
    (Fork::Homestead, SpecId::HOMESTEAD),
    (Fork::Tangerine, SpecId::TANGERINE),
    (Fork::SpuriousDragon, SpecId::SPURIOUS_DRAGON),
    (Fork::Byzantium, SpecId::BYZANTIUM),
    (Fork::Constantinople, SpecId::PETERSBURG),
    (Fork::Istanbul, SpecId::ISTANBUL),
    (Fork::Berlin, SpecId::BERLIN),
    (Fork::London, SpecId::LONDON),
    (Fork::Shanghai, SpecId::SHANGHAI),
    (Fork::Cancun, SpecId::CANCUN),
    (Fork::Prague, SpecId::PRAGUE),
    (Fork::Osaka, SpecId::OSAKA),
];

/// Petersburg's gas with EIP-1283's `SSTORE`: 200 for each, 19,800 more to set and 4,800 more to reset a slot that
/// still holds its original value, the same amounts back when it returns to it.
fn net_metering_gas() -> GasParams {
    static TABLE: OnceLock<GasParams> = OnceLock::new();
    TABLE
        .get_or_init(|| {
            let mut gas = GasParams::new_spec(SpecId::PETERSBURG);
            gas.override_gas([
                (GasId::sstore_static(), 200),
                (GasId::sstore_set_without_load_cost(), 19_800),
                (GasId::sstore_reset_without_cold_load_cost(), 4_800),
                (GasId::sstore_set_refund(), 19_800),
                (GasId::sstore_reset_refund(), 4_800),
                (GasId::sstore_clearing_slot_refund(), 15_000),
            ]);
            gas
        })
        .clone()
}
