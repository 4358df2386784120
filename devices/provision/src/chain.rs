use crate::error::Error;
use crate::objection::Objection;
use device_rpc::abi::Arg;
use device_rpc::view::{account, number};
use device_rpc::{Caps, Pins, Receipt, Rpc, Sender, small};
use obd_core::{Address, Hash, Key};
use serde_json::json;

const NOBODY: Address = Address([0; 20]);

/// What a person gives: the node's address, and what may be spent.
pub(crate) struct Access {
    pub(crate) rpc: String,
    pub(crate) caps: Caps,
}

/// The registers of vehicles and devices on the pinned chain, through a node.
pub(crate) struct Chain {
    rpc: Rpc,
    caps: Caps,
    pub(crate) pins: Pins,
    /// The register of devices, as the register of vehicles knows it.
    pub(crate) devices: Address,
}

/// What a device is bound to.
pub(crate) struct Bound {
    pub(crate) vehicle: u64,
    pub(crate) holder: Address,
    pub(crate) active: bool,
}

impl Chain {
    /// Makes sure that the node is on the pinned chain.
    pub(crate) fn open(access: &Access, pins: Pins) -> Result<Self, Error> {
        let rpc = Rpc::new(&access.rpc);
        pins.check(&rpc)?;
        let [devices] = rpc.view(pins.registry, "DEVICES()", &[])?;
        Ok(Self { devices: account(&devices)?, rpc, caps: access.caps, pins })
    }

    pub(crate) fn url(&self) -> &str {
        self.rpc.url()
    }

    /// The vehicle's owner; a scrapped one has none who could pair.
    pub(crate) fn owner_of(&self, vehicle: u64) -> Result<Address, Error> {
        let argument = [Arg::Number(vehicle)];
        let [owner] = self.view(self.pins.registry, "ownerOf(uint256)", &argument)?;
        let [scrapped] = self.view(self.pins.registry, "isScrapped(uint256)", &argument)?;
        if number(&scrapped)? != 0 {
            return Err(Objection::Scrapped(vehicle).into());
        }
        Ok(account(&owner)?)
    }

    /// The vehicle's key epoch and its commitment, keccak256(VIN ‖ salt).
    pub(crate) fn epoch_and_commitment(&self, vehicle: u64) -> Result<(u32, Hash), Error> {
        let argument = [Arg::Number(vehicle)];
        let [epoch] = self.view(self.pins.registry, "epochOf(uint256)", &argument)?;
        let [commitment] = self.view(self.pins.registry, "commitmentOf(uint256)", &argument)?;
        let epoch = number(&epoch)?;
        Ok((u32::try_from(epoch).map_err(|_| Error::Epoch(epoch))?, commitment))
    }

    /// The number that the device's next statement carries.
    pub(crate) fn nonce_of(&self, device: Address) -> Result<u64, Error> {
        let [nonce] = self.view(self.pins.registry, "nonces(address)", &[Arg::Account(device)])?;
        Ok(number(&nonce)?)
    }

    /// The device of a vehicle, if it has one, and whether its readings are taken.
    pub(crate) fn device_of(&self, vehicle: u64) -> Result<(Option<Address>, bool), Error> {
        let [device, active] = self.view(self.devices, "deviceOf(uint256)", &[Arg::Number(vehicle)])?;
        let device = account(&device)?;
        Ok(((device != NOBODY).then_some(device), number(&active)? == 1))
    }

    /// What the device is bound to, if to anything.
    pub(crate) fn bound(&self, device: Address) -> Result<Option<Bound>, Error> {
        let words = self.view(self.devices, "pairingOf(address)", &[Arg::Account(device)]);
        let [vehicle, _epoch, holder, _counter, active] = words?;
        let bound =
            Bound { vehicle: number(&vehicle)?, holder: account(&holder)?, active: number(&active)? == 1 };
        Ok((bound.vehicle != 0).then_some(bound))
    }

    /// Who claimed the device, if anybody.
    pub(crate) fn holder_of(&self, device: Address) -> Result<Option<Address>, Error> {
        let [holder] = self.view(self.devices, "holderOf(address)", &[Arg::Account(device)])?;
        let holder = account(&holder)?;
        Ok((holder != NOBODY).then_some(holder))
    }

    /// Who registered the device, if anybody, and as what.
    pub(crate) fn maker_of(&self, device: Address) -> Result<Option<(Address, u64)>, Error> {
        let [maker, definition] = self.view(self.devices, "makerOf(address)", &[Arg::Account(device)])?;
        let maker = account(&maker)?;
        Ok((maker != NOBODY).then_some((maker, number(&definition)?)))
    }

    /// Whether the register of devices would take the call now.
    pub(crate) fn try_out(&self, from: Address, data: &[u8]) -> Result<(), Error> {
        Ok(self.rpc.try_out(from, self.devices, data)?)
    }

    /// Sends a call of the register of devices and waits for it.
    pub(crate) fn send(&self, key: &Key, data: &[u8]) -> Result<Receipt, Error> {
        Ok(Sender::new(&self.rpc, &self.pins, self.devices, key, self.caps).send(data, None)?)
    }

    /// Waits for a call of the register of devices that a wallet sent.
    pub(crate) fn wait(&self, hash: Hash, from: Address, data: &[u8]) -> Result<Receipt, Error> {
        Ok(self.rpc.wait(hash, (from, self.devices, data), self.caps.patience)?)
    }

    /// The most gas that one transaction may use: a block's, or the cap.
    pub(crate) fn max_gas(&self) -> Result<u64, Error> {
        let method = "eth_getBlockByNumber";
        let head = self.rpc.call(method, json!(["latest", false]))?;
        let limit: u64 = small(method, &head["gasLimit"])?;
        Ok(limit.min(self.caps.gas))
    }

    fn view<const N: usize>(
        &self,
        contract: Address,
        signature: &'static str,
        arguments: &[Arg<'_>],
    ) -> Result<[Hash; N], Error> {
        Ok(self.rpc.view(contract, signature, arguments)?)
    }
}
