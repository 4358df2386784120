//! The registry's views and errors, as far as a device needs them.

use crate::error::Error;
use device_rpc::abi::Arg;
use device_rpc::view::number;
use device_rpc::{Revert, Rpc};
use obd_core::{Address, Hash};

/// What the registry holds for a device and its vehicle.
pub(crate) struct Standing {
    /// The device's last counter.
    pub(crate) counter: u64,
    /// The hash of the vehicle's last reading; zero when there is none.
    pub(crate) hash: Hash,
}

/// Asks for the pairing and the last reading, and refuses when the device does not speak for the vehicle.
pub(crate) fn standing(
    rpc: &Rpc,
    registry: Address,
    device: Address,
    vehicle: u64,
) -> Result<Standing, Error> {
    let pairing = rpc.view::<5>(registry, "pairingOf(address)", &[Arg::Account(device)])?;
    let [bound, _epoch, _holder, counter, active] = pairing;
    if number(&bound)? != vehicle || number(&active)? != 1 {
        return Err(Error::NotPaired { device, vehicle });
    }
    let [_, _, _, _, hash] = rpc.view(registry, "lastReading(uint256)", &[Arg::Number(vehicle)])?;
    Ok(Standing { counter: number(&counter)?, hash })
}

/// A refusal of the registry in words.
pub(crate) fn reason(revert: &Revert) -> String {
    if revert.is("NotPaired(address,uint256)")
        && let Some(vehicle) = revert.number(1)
    {
        return format!(
            "NotPaired: the device is not paired with vehicle {vehicle}, or its pairing is suspended"
        );
    }
    if revert.is("CounterNotRising(uint64,uint64)")
        && let (Some(counter), Some(last)) = (revert.number(0), revert.number(1))
    {
        return format!("CounterNotRising: counter {counter} is not above the device's last, {last}");
    }
    if revert.is("ERC721NonexistentToken(uint256)")
        && let Some(vehicle) = revert.number(0)
    {
        return format!("ERC721NonexistentToken: there is no vehicle {vehicle}");
    }
    revert.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reason_of(signature: &str, words: &[u64]) -> String {
        reason(&Revert::new(signature, words))
    }

    #[test]
    fn reverts_in_words() {
        let counter = reason_of("CounterNotRising(uint64,uint64)", &[3, 7]);
        assert_eq!(counter, "CounterNotRising: counter 3 is not above the device's last, 7");
        let paired = reason_of("NotPaired(address,uint256)", &[0, 9]);
        assert_eq!(paired, "NotPaired: the device is not paired with vehicle 9, or its pairing is suspended");
        let unknown = reason_of("ERC721NonexistentToken(uint256)", &[3]);
        assert_eq!(unknown, "ERC721NonexistentToken: there is no vehicle 3");
        assert!(reason_of("CounterNotRising(uint64,uint64)", &[3]).starts_with("0x"), "truncated");
    }
}
