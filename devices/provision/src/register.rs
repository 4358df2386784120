//! A maker's devices on the chain: their attestations checked, their addresses registered in batches.

use crate::chain::{Access, Chain};
use crate::error::Error;
use crate::{attest, batch};
use device_rpc::Pins;
use device_rpc::abi::{self, Arg};
use obd_core::{Address, Key};
use std::io::Write;
use std::path::PathBuf;
use zeroize::Zeroizing;

/// Gas of a device in a batch, and of a batch without devices. The contract takes 29,400 and 33,700, of which a
/// new slot of storage is 22,100; a fifth more is offered, and some room is left.
const GAS_EACH: u64 = 40_000;
const GAS_BATCH: u64 = 80_000;

/// Whose devices, and as what.
pub(crate) struct Order {
    pub(crate) access: Access,
    pub(crate) pins: Pins,
    pub(crate) secret: Zeroizing<[u8; 32]>,
    pub(crate) definition: u32,
    pub(crate) files: Vec<PathBuf>,
}

/// Registers the devices that are not yet; one line for each.
pub(crate) fn register(order: &Order, out: &mut impl Write) -> Result<(), Error> {
    let devices = devices(&order.files)?;
    let key = Key::from_bytes(&order.secret)?;
    let chain = Chain::open(&order.access, order.pins)?;
    let mut new = Vec::new();
    for device in devices {
        match chain.maker_of(device)? {
            Some((maker, definition)) if maker == key.address() => {
                writeln!(out, "{device} is registered already, as definition {definition}")?;
            }
            _ => new.push(device),
        }
    }
    let fit = chain.max_gas()?.saturating_sub(GAS_BATCH) / GAS_EACH;
    for batch in new.chunks(usize::try_from(fit).unwrap_or(usize::MAX).max(1)) {
        let arguments = [Arg::Number(order.definition.into()), Arg::Accounts(batch)];
        let receipt = chain.send(&key, &abi::call("registerDevices(uint32,address[])", &arguments))?;
        for device in batch {
            writeln!(out, "{device} is registered, block {}", receipt.block)?;
        }
    }
    Ok(())
}

/// The devices of these attestations, all valid, each once.
fn devices(files: &[PathBuf]) -> Result<Vec<Address>, Error> {
    let mut devices = Vec::new();
    for file in files {
        let attestation = attest::check(&batch::read(file)?)
            .ok_or_else(|| Error::file(file, "not an attestation of a device, or a changed one"))?;
        if devices.contains(&attestation.device) {
            return Err(Error::Twice(attestation.device.to_string()));
        }
        devices.push(attestation.device);
    }
    Ok(devices)
}
