//! Claim and pairing: the device agrees (somebody presses its button), then its owner does, and the chain takes
//! both signatures.
//!
//! ```text
//! device: address, pinned chain ─► node: owner, epoch, commitment, nonce ─► nothing in the way?
//!   ─► button ─► device's signature, printed ─► owner's key, or wallet ─► transaction ─► looked up again
//! ```

use crate::chain::{Access, Chain};
use crate::device::{Device, field};
use crate::error::Error;
use crate::statement::Statement;
use crate::terms::{Agreement, Terms, What, now};
use crate::wallet::Wallet;
use device_rpc::Receipt;
use obd_core::{Address, Key};
use serde_json::{Value, json};
use std::io::Write;
use zeroize::Zeroizing;

/// For how long signatures are good when nobody says, in seconds.
const AN_HOUR: u64 = 3600;

/// What a device and its owner should agree to on the chain.
pub(crate) struct Order {
    pub(crate) access: Access,
    pub(crate) what: What,
    pub(crate) hand: Hand,
    /// Seconds since the epoch.
    pub(crate) deadline: Option<u64>,
}

/// How the owner signs.
pub(crate) enum Hand {
    /// Here, with this key.
    Key(Zeroizing<[u8; 32]>),
    /// In a browser.
    Wallet,
    /// Somewhere else: the terms are printed. Of a vehicle the owner is known.
    Elsewhere(Option<Address>),
}

/// A device's half.
struct Half {
    /// 65 bytes, or 128 of a P-256 key.
    signature: Vec<u8>,
    document: Value,
}

/// Asks the device for its half, and nothing else: JSON for whoever does the rest.
pub(crate) fn offline(device: &mut Device, terms: &Terms, out: &mut impl Write) -> Result<(), Error> {
    let address = device.address()?;
    let half = ask(device, address, terms)?;
    Ok(writeln!(out, "{:#}", half.document)?)
}

/// All the way onto the chain.
pub(crate) fn agree(device: &mut Device, order: &Order, out: &mut impl Write) -> Result<(), Error> {
    let address = device.address()?;
    let chain = Chain::open(&order.access, device.pins()?)?;
    let mut owner = match &order.hand {
        Hand::Key(secret) => Owner::Key(Key::from_bytes(secret)?),
        Hand::Wallet => Owner::Wallet(Box::new(Wallet::open(&chain, &order.what.title(address))?)),
        Hand::Elsewhere(owner) => Owner::Elsewhere(*owner),
    };
    let result = go(device, address, &chain, order, &mut owner, out);
    if let Owner::Wallet(wallet) = &mut owner {
        wallet.end(result.as_ref().map(String::as_str));
    }
    eprintln!("{}", result?);
    Ok(())
}

/// The device's half is printed as soon as it is there: what comes after may fail, and the root of the record
/// keys exists nowhere else.
fn go(
    device: &mut Device,
    address: Address,
    chain: &Chain,
    order: &Order,
    owner: &mut Owner,
    out: &mut impl Write,
) -> Result<String, Error> {
    let account = owner.account()?;
    let deadline = match order.deadline {
        Some(deadline) => deadline,
        None => now()?.saturating_add(AN_HOUR),
    };
    let terms = order.what.terms(chain, address, account, deadline)?;
    if let Owner::Wallet(wallet) = owner {
        wallet.tell("Press the button on the device now (you have 30 seconds).")?;
    }
    let half = ask(device, address, &terms)?;
    writeln!(out, "{:#}", half.document)?;
    out.flush()?;
    let statement = terms.statement();
    let Some(receipt) = owner.carry(chain, &statement, address, &half.signature)? else {
        return Ok("let the owner sign the typed data; `claim-call` or `pair-call` makes the call".to_owned());
    };
    let done = order.what.confirm(chain, address, statement.owner())?;
    let transaction = const_hex::encode_prefixed(receipt.transaction);
    Ok(format!("{done} (block {}, transaction {transaction})", receipt.block))
}

/// The owner at work.
enum Owner {
    Key(Key),
    Wallet(Box<Wallet>),
    Elsewhere(Option<Address>),
}

impl Owner {
    /// Whose they are, as far as it is known.
    fn account(&mut self) -> Result<Option<Address>, Error> {
        Ok(match self {
            Self::Key(key) => Some(key.address()),
            Self::Wallet(wallet) => Some(wallet.account()?),
            Self::Elsewhere(account) => *account,
        })
    }

    /// Signs too and sends; nothing when that happens elsewhere.
    fn carry(
        &mut self,
        chain: &Chain,
        statement: &Statement,
        device: Address,
        by_device: &[u8],
    ) -> Result<Option<Receipt>, Error> {
        Ok(match self {
            Self::Key(key) => {
                let by_owner = key.sign(&statement.digest(&chain.pins, device))?.to_bytes();
                Some(chain.send(key, &statement.call(device, by_device, &by_owner))?)
            }
            Self::Wallet(wallet) => {
                let words = statement.in_words(device);
                let by_owner = wallet.sign(&statement.typed_data(&chain.pins, device), &words)?;
                let call = statement.call(device, by_device, &by_owner);
                let account = statement.owner();
                // Said here in words, before the wallet says it in hexadecimal.
                chain.try_out(account, &call)?;
                let hash = wallet.send(chain.devices, &call, &words)?;
                Some(chain.wait(hash, account, &call)?)
            }
            Self::Elsewhere(_) => None,
        })
    }
}

/// Has the device sign, for which somebody presses its button: JSON with its signature, with the root of the
/// record keys wrapped to the reader's key, and with the typed data (EIP-712) that the owner's wallet signs.
fn ask(device: &mut Device, address: Address, terms: &Terms) -> Result<Half, Error> {
    eprintln!("press the button on the device within 30 seconds");
    let answer = device.ask(&terms.request())?;
    let signature = field(&answer, "signature")?;
    let mut document = json!({
        "device": address.to_string(),
        "deviceSignature": signature,
        "typedData": terms.statement().typed_data(&terms.pins, address),
    });
    if let Agreement::Pair(..) = terms.agreement {
        document["wrappedRoot"] = field(&answer, "wrapped")?.into();
    }
    let signature = const_hex::decode(signature).map_err(|_| Error::Answer(signature.to_owned()))?;
    Ok(Half { signature, document })
}
