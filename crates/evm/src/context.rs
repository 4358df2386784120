use crate::Rules;
use autochain_primitives::{Address, B256, Header, U256};
use revm::{
    context::BlockEnv, context_interface::block::BlobExcessGasAndPrice, primitives::hardfork::SpecId,
};

/// What a block tells the transactions in it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BlockContext {
    /// Height.
    pub number: u64,
    /// Seconds since 1970.
    pub timestamp: u64,
    /// Who gets fees and reward.
    pub beneficiary: Address,
    /// Most gas that all transactions together may use.
    pub gas_limit: u64,
    /// Wei a gas that is burnt (EIP-1559); `None` before London.
    pub base_fee: Option<u64>,
    /// What `DIFFICULTY` returns.
    pub difficulty: U256,
    /// Hash of the parent, for EIP-2935.
    pub parent_hash: B256,
    /// What `PREVRANDAO` returns under Ethereum's proof of stake. Never a mix hash: that comes after execution.
    pub prev_randao: Option<B256>,
    /// Wei a blob gas under Ethereum's proof of stake.
    pub blob_base_fee: Option<u128>,
}

impl From<&Header> for BlockContext {
    fn from(header: &Header) -> Self {
        Self {
            number: header.number,
            timestamp: header.timestamp,
            beneficiary: header.beneficiary,
            gas_limit: header.gas_limit,
            base_fee: header.base_fee_per_gas,
            difficulty: header.difficulty,
            parent_hash: header.parent_hash,
            prev_randao: None,
            blob_base_fee: None,
        }
    }
}

impl BlockContext {
    pub(crate) fn env(&self, rules: &Rules) -> BlockEnv {
        let blobs = rules.spec_id.is_enabled_in(SpecId::CANCUN).then(|| BlobExcessGasAndPrice {
            excess_blob_gas: 0,
            blob_gasprice: self.blob_base_fee.unwrap_or(1),
        });
        BlockEnv {
            number: U256::from(self.number),
            beneficiary: self.beneficiary,
            timestamp: U256::from(self.timestamp),
            gas_limit: self.gas_limit,
            basefee: self.base_fee.unwrap_or(0),
            difficulty: self.difficulty,
            prevrandao: Some(self.prev_randao.unwrap_or_else(|| B256::from(self.difficulty))),
            blob_excess_gas_and_price: blobs,
            slot_num: 0,
        }
    }
}
