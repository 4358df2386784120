use crate::error::Error;
use device_rpc::abi::Arg;
use device_rpc::{Rpc, view};
use obd_core::Address;
use obd_core::record::{Period, Scope};
use std::time::{Duration, Instant};

const ALLOWS_DATA: &str = "allowsData(uint256,address,address,uint8,uint16)";

/// So long a grant that was seen on chain is believed to be there, about a block's time.
const FRESH: Duration = Duration::from_secs(10);

/// The contract `Grants`, as a node has it, and whose grants count: the owner's free ones (zero address), or
/// those bound to an encumbrance of this holder.
pub(crate) struct Grants {
    pub(crate) node: Rpc,
    pub(crate) contract: Address,
    pub(crate) giver: Address,
}

impl Grants {
    /// Whether `reader` may read this scope of the data of this period now.
    fn allow(&self, vehicle: u64, reader: Address, scope: Scope, period: Period) -> Result<bool, Error> {
        // A grant counts periods in 16 bits.
        let Ok(period) = u16::try_from(period.0) else { return Ok(false) };
        let arguments = [
            Arg::Number(vehicle),
            Arg::Account(reader),
            Arg::Account(self.giver),
            // Scopes have the numbers of `Scopes.sol`.
            Arg::Number(scope.id().into()),
            Arg::Number(period.into()),
        ];
        let [allowed] = self.node.view(self.contract, ALLOWS_DATA, &arguments)?;
        match view::number(&allowed).map_err(device_rpc::Error::from)? {
            0 => Ok(false),
            1 => Ok(true),
            _ => Err(Error::NotGrants(self.contract)),
        }
    }
}

/// Whether one reader may read one vehicle's data, as the chain has it while records go by.
pub(crate) struct Permission {
    grants: Option<Grants>,
    vehicle: u64,
    reader: Address,
    seen: Option<(Scope, Period, Instant)>,
}

impl Permission {
    /// Without grants to look at, the owner's word is enough.
    pub(crate) const fn new(grants: Option<Grants>, vehicle: u64, reader: Address) -> Self {
        Self { grants, vehicle, reader, seen: None }
    }

    /// Makes sure of it. The chain is asked again and again: records may go by for days, and a grant be
    /// revoked meanwhile.
    pub(crate) fn check(&mut self, scope: Scope, period: Period) -> Result<(), Error> {
        let Some(grants) = &self.grants else { return Ok(()) };
        let fresh =
            |(of, at, when): (Scope, Period, Instant)| (of, at) == (scope, period) && when.elapsed() < FRESH;
        if self.seen.is_some_and(fresh) {
            return Ok(());
        }
        let now = Instant::now();
        if !grants.allow(self.vehicle, self.reader, scope, period)? {
            return Err(Error::NotGranted { reader: self.reader, scope, period });
        }
        self.seen = Some((scope, period, now));
        Ok(())
    }
}
