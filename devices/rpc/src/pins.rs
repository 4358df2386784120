use crate::{Error, Rpc, malformed, shown};
use obd_core::{Address, Hash};
use serde_json::json;

/// The chain that a tool or a device is for. Never taken from a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pins {
    /// The chain's id (EIP-155).
    pub chain_id: u64,
    /// The hash of the first block, when it is known: other chains may have the same id.
    pub genesis: Option<Hash>,
    /// The register of vehicles.
    pub registry: Address,
}

impl Pins {
    /// The node is asked where it is so that it can be left, never so that it can be followed.
    ///
    /// # Errors
    ///
    /// [`Error::WrongChain`], [`Error::WrongGenesis`], or the node's failure.
    pub fn check(&self, rpc: &Rpc) -> Result<(), Error> {
        let got = rpc.quantity("eth_chainId", json!([]))?;
        if got != u128::from(self.chain_id) {
            return Err(Error::WrongChain { got, pinned: self.chain_id });
        }
        if let Some(pinned) = self.genesis {
            let method = "eth_getBlockByNumber";
            let genesis = rpc.call(method, json!(["0x0", false]))?;
            let got = genesis["hash"].as_str().ok_or_else(|| malformed(method, &genesis))?;
            let pinned = const_hex::encode_prefixed(pinned);
            if !got.eq_ignore_ascii_case(&pinned) {
                return Err(Error::WrongGenesis { got: shown(got), pinned });
            }
        }
        Ok(())
    }
}
