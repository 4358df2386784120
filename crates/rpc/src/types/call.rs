use super::{HexBytes, Num, Slot, Wei};
use crate::RpcError;
use autochain_evm::{
    AccessList, AccessListItem, AccountOverride, BlockOverrides, CallRequest, SignedAuthorization,
};
use autochain_primitives::{Address, B256, Bytes, U256};
use serde::Deserialize;
use std::collections::BTreeMap;

/// A call or an unsigned transaction. Fields that are not named here are ignored, as geth does.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct CallArgs {
    pub(crate) from: Option<Address>,
    pub(crate) to: Option<Address>,
    pub(crate) gas: Option<Num>,
    pub(crate) gas_price: Option<Wei>,
    pub(crate) max_fee_per_gas: Option<Wei>,
    pub(crate) max_priority_fee_per_gas: Option<Wei>,
    pub(crate) value: Option<Wei>,
    pub(crate) nonce: Option<Num>,
    data: Option<HexBytes>,
    input: Option<HexBytes>,
    pub(crate) access_list: Option<Vec<AccessListItem>>,
    pub(crate) chain_id: Option<Num>,
    authorization_list: Option<Vec<SignedAuthorization>>,
}

impl CallArgs {
    /// `input`, or `data`, which must be the same where both are given.
    pub(crate) fn input(&self) -> Result<Bytes, RpcError> {
        match (&self.input, &self.data) {
            (Some(input), Some(data)) if input != data => Err(RpcError::server(
                "both \"data\" and \"input\" are set and not equal. Please use \"input\" to pass transaction call data",
            )),
            (Some(input), _) => Ok(input.0.clone()),
            (None, Some(data)) => Ok(data.0.clone()),
            (None, None) => Ok(Bytes::new()),
        }
    }

    /// Refuses `gasPrice` beside EIP-1559's fees, and a tip above the fee.
    pub(crate) fn check_fees(&self) -> Result<(), RpcError> {
        let dynamic = self.max_fee_per_gas.is_some() || self.max_priority_fee_per_gas.is_some();
        if self.gas_price.is_some() && dynamic {
            return Err(RpcError::server(
                "both gasPrice and (maxFeePerGas or maxPriorityFeePerGas) specified",
            ));
        }
        if let (Some(cap), Some(tip)) = (self.max_fee_per_gas, self.max_priority_fee_per_gas)
            && cap.0 < tip.0
        {
            return Err(RpcError::server(format!(
                "maxFeePerGas ({:#x}) < maxPriorityFeePerGas ({:#x})",
                cap.0, tip.0
            )));
        }
        Ok(())
    }

    /// The machine's request.
    pub(crate) fn request(&self) -> Result<CallRequest, RpcError> {
        self.check_fees()?;
        Ok(CallRequest {
            from: self.from,
            to: self.to,
            gas: self.gas.map(|gas| gas.0),
            gas_price: self.gas_price.map(Wei::fee),
            max_fee_per_gas: self.max_fee_per_gas.map(Wei::fee),
            max_priority_fee_per_gas: self.max_priority_fee_per_gas.map(Wei::fee),
            value: self.value.unwrap_or_default().0,
            data: self.input()?,
            access_list: AccessList(self.access_list.clone().unwrap_or_default()),
            authorizations: self.authorization_list.clone().unwrap_or_default(),
        })
    }
}

/// Accounts changed for one call.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(transparent)]
pub(crate) struct RpcStateOverrides(BTreeMap<Address, RpcAccountOverride>);

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct RpcAccountOverride {
    nonce: Option<Num>,
    code: Option<HexBytes>,
    balance: Option<Wei>,
    state: Option<BTreeMap<B256, B256>>,
    state_diff: Option<BTreeMap<B256, B256>>,
}

impl RpcStateOverrides {
    /// The machine's form.
    pub(crate) fn accounts(self) -> Result<Vec<(Address, AccountOverride)>, RpcError> {
        self.0
            .into_iter()
            .map(|(address, account)| {
                if account.state.is_some() && account.state_diff.is_some() {
                    return Err(RpcError::server(format!(
                        "account {address:#x} has both 'state' and 'stateDiff'"
                    )));
                }
                let slots = |slots: BTreeMap<B256, B256>| {
                    slots
                        .into_iter()
                        .map(|(slot, value)| (slot.into(), value.into()))
                        .collect::<Vec<(U256, U256)>>()
                };
                let replaced = AccountOverride {
                    nonce: account.nonce.map(|nonce| nonce.0),
                    balance: account.balance.map(|balance| balance.0),
                    code: account.code.map(|code| code.0),
                    storage: account.state.map(slots),
                    storage_diff: account.state_diff.map(slots).unwrap_or_default(),
                };
                Ok((address, replaced))
            })
            .collect()
    }
}

/// Block values changed for one call.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RpcBlockOverrides {
    number: Option<Num>,
    difficulty: Option<Wei>,
    time: Option<Num>,
    timestamp: Option<Num>,
    gas_limit: Option<Num>,
    coinbase: Option<Address>,
    fee_recipient: Option<Address>,
    random: Option<Slot>,
    prev_randao: Option<Slot>,
    base_fee: Option<Wei>,
    base_fee_per_gas: Option<Wei>,
}

impl RpcBlockOverrides {
    /// The machine's form. `random` is the difficulty: on a proof-of-work chain 0x44 returns that.
    pub(crate) fn overrides(self) -> BlockOverrides {
        let random = self.random.or(self.prev_randao);
        BlockOverrides {
            number: self.number.map(|number| number.0),
            timestamp: self.time.or(self.timestamp).map(|time| time.0),
            beneficiary: self.coinbase.or(self.fee_recipient),
            gas_limit: self.gas_limit.map(|gas| gas.0),
            base_fee: self
                .base_fee
                .or(self.base_fee_per_gas)
                .map(|fee| u64::try_from(fee.0).unwrap_or(u64::MAX)),
            difficulty: self.difficulty.map(|wei| wei.0).or(random.map(|slot| slot.0)),
        }
    }
}
