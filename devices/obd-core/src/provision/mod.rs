//! How a device gets its key, says what it is, learns its settings and agrees to a pairing: the device's half
//! of the host tool `provision`, one line in, one line out, over the serial port.
//!
//! ```text
//!  hello ─────────────────► board, chip, firmware, protection, state, address, curve
//!  key, key p256 ─────────► random secret ─► Vault (sealed under the key in the eFuses) ─► address
//!  attest CHALLENGE ──────► what the device is, signed by its key
//!  settings HEX ──────────► Settings, checked and stored: chain, registry, caps, network, endpoints
//!  chain ─────────────────► the pinned chain: its id, its first block, the registry
//!  claim TERMS… ──────────► button ─► the device's half of the register's `claim`
//!  pair TERMS… ───────────► button ─► the device's half of the registry's `pair`, record keys' root wrapped
//!  reset ─────────────────► button ─► key and settings are gone
//! ```
//!
//! The secret never leaves the device. What binds it to an owner, or ends it, needs a hand on the button.

mod attestation;
mod batch;
mod bond;
mod console;
mod settings;
mod vault;

pub use attestation::{Attestation, SignedAttestation};
pub use batch::{Batch, BatchEntry};
pub use bond::{BOND_LEN, Bond};
pub use console::{Console, Fixture, Stored};
pub use settings::{Endpoint, MAX_ENDPOINTS, SETTINGS_LEN, Settings, SettingsError, Text};
pub use vault::{Protection, SEALED_LEN, Vault};
