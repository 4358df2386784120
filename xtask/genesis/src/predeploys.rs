use crate::{root, world::World};
use autochain_primitives::{
    Address, B256, Bytes, Decodable2718 as _, Transaction, TransactionFields as _, TxKind, U256, address,
    bytes, recover_sender,
};
use eyre::{Context as _, Result, bail, ensure};
use serde::Deserialize;
use std::fs;

/// EIP-2935's history contract and its code, as the EIP gives them.
const HISTORY: Address = address!("0000F90827F1C53a10cb7A02335B175320002935");
const HISTORY_CODE: Bytes = bytes!(
    "3373fffffffffffffffffffffffffffffffffffffffe14604657602036036042575f35600143038111604257611fff81430311604257611fff9006545f5260205ff35b5f5ffd5b5f35611fff60014303065500"
);

/// The canonical addresses of Safe 1.5 that the committees need.
pub(crate) const SAFE: Address = address!("FF51A5898e281Db6DfC7855790607438dF2ca44b");
pub(crate) const SAFE_PROXY_FACTORY: Address = address!("14F2982D601c9458F93bd70B218933A6f8165e7b");
pub(crate) const SAFE_FALLBACK_HANDLER: Address = address!("3EfCBb83A4A7AfcB4F68D501E2c2203a38be77f4");

/// How a contract comes to its well-known address; an entry of `genesis/predeploys.json`.
#[derive(Debug, Deserialize)]
struct Predeploy {
    name: String,
    address: Address,
    /// Where the bytes come from; for the reader of the file.
    #[serde(rename = "source")]
    _source: String,
    #[serde(flatten)]
    way: Way,
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Way {
    /// A signed transaction that is valid on every chain.
    Transaction { transaction: Bytes },
    /// The first transaction of an account.
    First { sender: Address, code: Bytes },
    /// CREATE2 by a deployment proxy, with salt 0.
    Proxy { factory: Address, code: Bytes },
}

/// Deploys them all, each at its address or not at all.
pub(crate) fn deploy(world: &mut World) -> Result<()> {
    world.state.insert_account(HISTORY, 1, U256::ZERO, HISTORY_CODE, []);
    let text =
        fs::read_to_string(root().join("genesis/predeploys.json")).wrap_err("genesis/predeploys.json")?;
    for Predeploy { name, address, way, .. } in serde_json::from_str::<Vec<Predeploy>>(&text)? {
        let created = match way {
            Way::Transaction { transaction } => {
                let transaction = Transaction::decode_2718_exact(&transaction)?;
                ensure!(transaction.kind() == TxKind::Create, "{name}: the transaction creates nothing");
                // From before EIP-2: these signatures were made up, and s may be high.
                let sender = recover_sender(&transaction, false)?;
                world.create(sender, U256::ZERO, transaction.input().clone())?
            }
            Way::First { sender, code } => world.create(sender, U256::ZERO, code)?,
            Way::Proxy { factory, code } => {
                let data = [B256::ZERO.as_slice(), &code].concat();
                let output = world.call(Address::ZERO, factory, U256::ZERO, data.into())?;
                if output.len() != 20 {
                    bail!("{name}: the proxy created nothing");
                }
                Address::from_slice(&output)
            }
        };
        ensure!(created == address, "{name} came to {created}, not {address}");
        ensure!(!world.state.code_of(&address).is_empty(), "{name} has no code");
    }
    Ok(())
}
