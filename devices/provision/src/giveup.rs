//! The end of a pairing or a claim on the chain: by the owner, or after 30 idle days by the maker. The device is
//! not asked; it may be lost.

use crate::chain::{Access, Chain};
use crate::device::Device;
use crate::error::Error;
use crate::objection::Objection;
use crate::wallet::Wallet;
use device_rpc::abi::{self, Arg};
use device_rpc::{Pins, Receipt};
use obd_core::{Address, Key};
use zeroize::Zeroizing;

/// Which device, and who gives it up.
pub(crate) struct Order {
    pub(crate) access: Access,
    pub(crate) device: Source,
    pub(crate) who: Who,
}

/// Where device and chain are known from.
pub(crate) enum Source {
    /// The device itself.
    Port(String),
    /// Who has no device any more.
    Given(Address, Pins),
}

/// Who may.
pub(crate) enum Who {
    /// The vehicle's owner, or who paired or claimed the device, by key.
    Owner(Zeroizing<[u8; 32]>),
    /// The same, by wallet.
    Wallet,
    /// Who registered the device.
    Maker(Zeroizing<[u8; 32]>),
}

/// Gives it up; what it is free of now.
pub(crate) fn give_up(order: &Order) -> Result<String, Error> {
    let (device, pins) = match &order.device {
        Source::Port(port) => {
            let mut device = Device::open(port)?;
            (device.address()?, device.pins()?)
        }
        Source::Given(device, pins) => (*device, *pins),
    };
    let chain = Chain::open(&order.access, pins)?;
    let vehicle = chain.bound(device)?.map(|bound| bound.vehicle);
    if vehicle.is_none() && chain.holder_of(device)?.is_none() {
        return Err(Objection::NotBound(device).into());
    }
    let call = |function| abi::call(function, &[Arg::Account(device)]);
    let release = call("release(address)");
    let receipt = match &order.who {
        Who::Owner(secret) => chain.send(&Key::from_bytes(secret)?, &release)?,
        Who::Maker(secret) => chain.send(&Key::from_bytes(secret)?, &call("reset(address)"))?,
        Who::Wallet => {
            let mut wallet = Wallet::open(&chain, &format!("Release the device {device}"))?;
            let result = by_wallet(&chain, &mut wallet, vehicle, device, &release);
            wallet.end(result.as_ref().map(|_| "The device is free."));
            result?
        }
    };
    let of = match vehicle {
        Some(vehicle) => format!("vehicle {vehicle}"),
        None => "its claim".to_owned(),
    };
    let transaction = const_hex::encode_prefixed(receipt.transaction);
    Ok(format!("device {device} is free of {of} (block {}, transaction {transaction})", receipt.block))
}

fn by_wallet(
    chain: &Chain,
    wallet: &mut Wallet,
    vehicle: Option<u64>,
    device: Address,
    call: &[u8],
) -> Result<Receipt, Error> {
    let account = wallet.account()?;
    chain.try_out(account, call)?;
    let words = match vehicle {
        Some(vehicle) => format!("The device {device} no longer speaks for vehicle {vehicle}."),
        None => format!("The device {device} is nobody's again, and anybody can claim it."),
    };
    let hash = wallet.send(chain.devices, call, &[words])?;
    chain.wait(hash, account, call)
}
