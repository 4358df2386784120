//! Where the key comes from that seals the device's secret.

use crate::flash::{self, Flash};
use esp_hal::efuse::{self, EfuseField};
use esp_hal::hmac::{Hmac, HmacPurpose, KeyId};
use esp_hal::peripherals::HMAC;
use obd_core::provision::{Protection, Vault};

/// What the HMAC unit is asked for; another label is another key.
const LABEL: &[u8] = b"autochain vault key v1";

/// The purpose HMAC_UP of a key block: HMACs that software may read, of a key that it may not.
const HMAC_UP: u8 = 8;

/// The vault under the key in the eFuses, when `provision burn` has put one there; else under one that lies
/// in flash, which protects against nobody who reads the flash, and the attestation says so.
pub fn vault(hmac: HMAC<'_>, chip: &Flash, fresh: [u8; 32]) -> Vault {
    match block().and_then(|block| derive(Hmac::new(hmac), block)) {
        Some(key) => Vault::new(key, Protection::Hardware),
        None => Vault::new(flash::soft_sealing_key(chip, fresh), Protection::None),
    }
}

/// The first key block that holds a key for this purpose.
fn block() -> Option<KeyId> {
    use efuse::{KEY_PURPOSE_0, KEY_PURPOSE_1, KEY_PURPOSE_2, KEY_PURPOSE_3, KEY_PURPOSE_4, KEY_PURPOSE_5};
    let blocks: [(EfuseField, KeyId); 6] = [
        (KEY_PURPOSE_0, KeyId::Key0),
        (KEY_PURPOSE_1, KeyId::Key1),
        (KEY_PURPOSE_2, KeyId::Key2),
        (KEY_PURPOSE_3, KeyId::Key3),
        (KEY_PURPOSE_4, KeyId::Key4),
        (KEY_PURPOSE_5, KeyId::Key5),
    ];
    blocks
        .into_iter()
        .find(|(purpose, _)| efuse::read_field_le::<u8>(*purpose) == HMAC_UP)
        .map(|(_, key)| key)
}

fn derive(mut hmac: Hmac<'_>, block: KeyId) -> Option<[u8; 32]> {
    hmac.init();
    nb::block!(hmac.configure(HmacPurpose::ToUser, block)).ok()?;
    let mut rest = LABEL;
    while !rest.is_empty() {
        rest = nb::block!(hmac.update(rest)).ok()?;
    }
    let mut key = [0; 32];
    nb::block!(hmac.finalize(&mut key)).ok()?;
    Some(key)
}
