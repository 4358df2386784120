use super::open;
use crate::flags::NodeFlags;
use autochain_evm::StateReader;
use autochain_primitives::{B256, hex, keccak256};
use autochain_state::StateView;
use eyre::{Result, bail, eyre};
use serde_json::json;
use std::io::{BufWriter, Write};

/// Prints the genesis JSON of the named chain, or of the datadir's.
pub(crate) fn genesis(flags: &NodeFlags) -> Result<()> {
    let spec = match open::named_spec(flags)? {
        Some(spec) => spec,
        None => open::stored_spec(&open::store(&flags.chain, &open::datadir(&flags.chain)?)?)?
            .ok_or_else(|| eyre!("the datadir holds no chain; give --chain NAME|FILE or --dev"))?,
    };
    println!("{}", spec.to_json());
    Ok(())
}

/// Prints the state after a block, one account a line behind a line with the root.
pub(crate) fn state(flags: &NodeFlags, block: Option<&str>) -> Result<()> {
    let chain = open::chain(flags)?;
    let reader = chain.reader()?;
    let (head, _) = reader.head()?;
    let number = match block {
        None => head,
        Some(text) if text.starts_with("0x") && text.len() == 66 => {
            let hash: B256 = text.parse()?;
            reader.number(&hash)?.ok_or_else(|| eyre!("no canonical block has hash {hash}"))?
        }
        Some(text) => {
            text.parse().map_err(|_| eyre!("`{text}` is neither a block number nor a block hash"))?
        }
    };
    if number > head {
        bail!("block {number} is not there: the head is block {head}");
    }
    let header = reader.header(number)?.ok_or_else(|| eyre!("header {number} is missing"))?;
    let view = StateView::at(&reader, number)?;
    let mut out = BufWriter::new(std::io::stdout().lock());
    writeln!(out, "{}", json!({ "root": header.state_root }))?;
    for address in reader.known_addresses()? {
        let Some(account) = view.account(&address)? else { continue };
        let storage: serde_json::Map<String, serde_json::Value> = view
            .storage_entries(&address)?
            .into_iter()
            .map(|(slot, value)| {
                let key = hex::encode_prefixed(slot.to_be_bytes::<32>());
                (key, hex::encode(value.to_be_bytes_trimmed_vec()).into())
            })
            .collect();
        let mut line = json!({
            "balance": account.balance.to_string(),
            "nonce": account.nonce,
            "codeHash": account.code_hash,
            "address": address,
            "key": keccak256(address),
        });
        if let Some(fields) = line.as_object_mut() {
            if account.has_code() {
                fields.insert("code".to_owned(), json!(view.code(&account.code_hash)?));
            }
            if !storage.is_empty() {
                fields.insert("storage".to_owned(), storage.into());
            }
        }
        writeln!(out, "{line}")?;
    }
    out.flush()?;
    Ok(())
}
