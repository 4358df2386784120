use crate::{Address, Eip1559};
use thiserror::Error;

/// What the device agrees to sign, fixed when it is provisioned. A node that lies about the chain, the
/// fees or the gas gets a [`Refusal`] and no signature.
///
/// One transaction costs at most `max_gas * max_fee_per_gas` wei.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Policy {
    /// The only chain.
    pub chain_id: u64,
    /// The only recipient.
    pub registry: Address,
    /// The highest gas limit, in gas.
    pub max_gas: u64,
    /// The highest `max_fee_per_gas`, in wei.
    pub max_fee_per_gas: u128,
    /// The highest `max_priority_fee_per_gas`, in wei.
    pub max_priority_fee_per_gas: u128,
}

impl Policy {
    pub(crate) fn admit(&self, tx: &Eip1559<'_>) -> Result<(), Refusal> {
        if tx.chain_id != self.chain_id {
            return Err(Refusal::ChainId { got: tx.chain_id, pinned: self.chain_id });
        }
        if tx.to != self.registry {
            return Err(Refusal::Recipient { got: tx.to, pinned: self.registry });
        }
        if tx.value != 0 {
            return Err(Refusal::Value { got: tx.value });
        }
        if tx.gas_limit > self.max_gas {
            return Err(Refusal::Gas { got: tx.gas_limit, cap: self.max_gas });
        }
        if tx.max_fee_per_gas > self.max_fee_per_gas {
            return Err(Refusal::Fee { got: tx.max_fee_per_gas, cap: self.max_fee_per_gas });
        }
        if tx.max_priority_fee_per_gas > self.max_priority_fee_per_gas {
            return Err(Refusal::PriorityFee {
                got: tx.max_priority_fee_per_gas,
                cap: self.max_priority_fee_per_gas,
            });
        }
        if tx.max_priority_fee_per_gas > tx.max_fee_per_gas {
            return Err(Refusal::PriorityAboveFee {
                priority: tx.max_priority_fee_per_gas,
                fee: tx.max_fee_per_gas,
            });
        }
        Ok(())
    }
}

/// Why the device does not sign a transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum Refusal {
    /// Another chain than the pinned one.
    #[error("chain id {got} is not the pinned {pinned}")]
    ChainId {
        /// The transaction's.
        got: u64,
        /// The policy's.
        pinned: u64,
    },
    /// Another recipient than the registry.
    #[error("recipient {got} is not the pinned registry {pinned}")]
    Recipient {
        /// The transaction's.
        got: Address,
        /// The policy's.
        pinned: Address,
    },
    /// Coin would leave the device.
    #[error("the transaction would send {got} wei; a device sends none")]
    Value {
        /// In wei.
        got: u128,
    },
    /// The gas limit is above the cap.
    #[error("gas limit {got} is above the cap of {cap} gas")]
    Gas {
        /// The transaction's, in gas.
        got: u64,
        /// The policy's, in gas.
        cap: u64,
    },
    /// The fee is above the cap.
    #[error("fee of {got} wei per gas is above the cap of {cap} wei")]
    Fee {
        /// The transaction's, in wei.
        got: u128,
        /// The policy's, in wei.
        cap: u128,
    },
    /// The priority fee is above the cap.
    #[error("priority fee of {got} wei per gas is above the cap of {cap} wei")]
    PriorityFee {
        /// The transaction's, in wei.
        got: u128,
        /// The policy's, in wei.
        cap: u128,
    },
    /// EIP-1559 forbids it.
    #[error("priority fee of {priority} wei per gas is above the whole fee of {fee} wei")]
    PriorityAboveFee {
        /// In wei.
        priority: u128,
        /// In wei.
        fee: u128,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    const POLICY: Policy = Policy {
        chain_id: 1337,
        registry: Address([0xca; 20]),
        max_gas: 200_000,
        max_fee_per_gas: 100,
        max_priority_fee_per_gas: 10,
    };
    const AT_THE_CAPS: Eip1559<'_> = Eip1559 {
        chain_id: 1337,
        nonce: 7,
        max_priority_fee_per_gas: 10,
        max_fee_per_gas: 100,
        gas_limit: 200_000,
        to: Address([0xca; 20]),
        value: 0,
        data: &[],
    };

    fn refused(tx: Eip1559<'_>) -> Refusal {
        tx.check(&POLICY).unwrap_err()
    }

    #[test]
    fn the_caps_themselves_are_allowed() {
        assert!(AT_THE_CAPS.check(&POLICY).is_ok());
    }

    #[test]
    fn one_above_each_cap_is_refused() {
        let tx = AT_THE_CAPS;
        assert_eq!(refused(Eip1559 { chain_id: 1, ..tx }), Refusal::ChainId { got: 1, pinned: 1337 });
        let (got, pinned) = (Address([0; 20]), POLICY.registry);
        assert_eq!(refused(Eip1559 { to: got, ..tx }), Refusal::Recipient { got, pinned });
        assert_eq!(refused(Eip1559 { value: 1, ..tx }), Refusal::Value { got: 1 });
        assert_eq!(
            refused(Eip1559 { gas_limit: 200_001, ..tx }),
            Refusal::Gas { got: 200_001, cap: 200_000 }
        );
        assert_eq!(
            refused(Eip1559 { max_fee_per_gas: 1 << 60, ..tx }),
            Refusal::Fee { got: 1 << 60, cap: 100 }
        );
        assert_eq!(
            refused(Eip1559 { max_priority_fee_per_gas: 11, ..tx }),
            Refusal::PriorityFee { got: 11, cap: 10 }
        );
        assert_eq!(
            refused(Eip1559 { max_fee_per_gas: 9, ..tx }),
            Refusal::PriorityAboveFee { priority: 10, fee: 9 }
        );
    }
}
