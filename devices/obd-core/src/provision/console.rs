use super::{Attestation, BOND_LEN, Bond, Protection, SEALED_LEN, SETTINGS_LEN, Settings, Vault};
use crate::record::{EpochKeys, WrappedRoot};
use crate::recorder::Commitment;
use crate::update::Board;
use crate::{
    Address, AnyKey, Claim, Curve, DeviceKey, DeviceSignature, Digest, Domain, Hash, Key, KeyError, Pairing,
    PublicKey,
};
use core::fmt::{self, Write};
use core::marker::PhantomData;
use core::str::FromStr;
use zeroize::Zeroize as _;

/// What the console needs of a board.
pub trait Fixture {
    /// The hardware.
    fn board(&self) -> Board;
    /// The chip's base MAC address.
    fn chip(&self) -> [u8; 6];
    /// The version of the firmware.
    fn firmware(&self) -> u32;
    /// Fills with true randomness.
    fn random(&mut self, bytes: &mut [u8]);
    /// Waits a bounded time for a press of the button; whether it came.
    fn button(&mut self) -> bool;
    /// What was stored under this name; all ones when nothing was. False when the flash failed.
    fn load(&mut self, what: Stored, bytes: &mut [u8]) -> bool;
    /// Replaces what is stored under this name; nothing for an empty slice. False when the flash failed.
    fn store(&mut self, what: Stored, bytes: &[u8]) -> bool;
}

/// What a device stores at provisioning.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stored {
    /// The sealed secret, [`SEALED_LEN`] bytes.
    Secret,
    /// The settings, [`SETTINGS_LEN`] bytes.
    Settings,
    /// What the device was paired with, [`BOND_LEN`] bytes.
    Bond,
}

/// Answers the lines of the host tool, each with one line: `ok …` or `error` and a sentence. `K` are the keys
/// that the firmware has.
pub struct Console<F, K = Key> {
    fixture: F,
    vault: Vault,
    keys: PhantomData<K>,
}

type Answer = Result<(), &'static str>;

const NO_KEY: &str = "the device has no key yet: send `key`";
const NO_SETTINGS: &str = "the device has no settings yet: send `settings`";
const FLASH: &str = "the flash failed";
const NO_ACCOUNT: &str =
    "a key on p256 has no account: the settings need a `relay` that carries the readings, and `relayed`";
const USAGE: &str = "unknown command: hello, key [p256], attest CHALLENGE, settings HEX, chain, \
    claim OWNER NONCE DEADLINE, pair VEHICLE EPOCH OWNER READER COMMITMENT SALT NONCE DEADLINE, reset";

impl<F: Fixture> Console<F> {
    /// With the vault that the board's eFuses, or its flash, give.
    pub const fn new(fixture: F, vault: Vault) -> Self {
        Self { fixture, vault, keys: PhantomData }
    }
}

impl<F: Fixture> Console<F, AnyKey> {
    /// As [`Console::new`], for a firmware that has keys on P-256 too.
    pub const fn with_p256(fixture: F, vault: Vault) -> Self {
        Self { fixture, vault, keys: PhantomData }
    }
}

impl<F: Fixture, K: DeviceKey> Console<F, K> {
    /// The board.
    pub const fn fixture(&mut self) -> &mut F {
        &mut self.fixture
    }

    /// The device's key, when it has one that opens.
    pub fn key(&mut self) -> Option<K> {
        let mut sealed = [0xff; SEALED_LEN];
        if !self.fixture.load(Stored::Secret, &mut sealed) {
            return None;
        }
        let (curve, mut secret) = self.vault.open_key(&sealed)?;
        let key = K::from_secret(curve, &secret).ok();
        secret.zeroize();
        key
    }

    /// The settings, when there are any that hold.
    pub fn settings(&mut self) -> Option<Settings> {
        let mut bytes = [0xff; SETTINGS_LEN];
        if !self.fixture.load(Stored::Settings, &mut bytes) {
            return None;
        }
        Settings::from_bytes(&bytes).ok()
    }

    /// What the device was paired with, if anything.
    pub fn bond(&mut self) -> Option<Bond> {
        let mut bytes = [0xff; BOND_LEN];
        if !self.fixture.load(Stored::Bond, &mut bytes) {
            return None;
        }
        Bond::from_bytes(&bytes)
    }

    /// The keys that records are sealed under, as the bond has them.
    pub fn record_keys(&self, bond: &Bond, device: Address) -> Option<EpochKeys> {
        let root = self.vault.open(&bond.root)?;
        Some(EpochKeys::new(bond.vehicle, bond.epoch, device, root))
    }

    /// Does what `line` says and writes the answer, without an end of line.
    pub fn answer(&mut self, line: &str, out: &mut impl Write) -> fmt::Result {
        let mut words = line.split_ascii_whitespace();
        let mut answer = Line { out, result: Ok(()) };
        let done = match words.next() {
            Some("hello") => self.hello(&mut answer),
            Some("key") => self.make_key(words.next(), &mut answer),
            Some("attest") => self.attest(words.next(), &mut answer),
            Some("settings") => self.store_settings(words.next(), &mut answer),
            Some("chain") => self.chain(&mut answer),
            Some("claim") => self.claim([(); 3].map(|()| words.next()), &mut answer),
            Some("pair") => self.pair([(); 8].map(|()| words.next()), &mut answer),
            Some("reset") => self.reset(&mut answer),
            _ => Err(USAGE),
        };
        if let Err(sentence) = done {
            answer.put(format_args!("error {sentence}"));
        }
        answer.result
    }

    fn hello(&mut self, out: &mut Line<'_, impl Write>) -> Answer {
        let key = self.key();
        let state = match (&key, self.settings(), self.bond()) {
            (None, _, _) => "new",
            (_, None, _) => "keyed",
            (_, _, None) => "ready",
            _ => "paired",
        };
        let (board, firmware) = (self.fixture.board().name(), self.fixture.firmware());
        let protected = if self.vault.protection() == Protection::Hardware { "yes" } else { "no" };
        out.put(format_args!("ok board={board} chip={}", Hex(&self.fixture.chip())));
        out.put(format_args!(" firmware={firmware} protected={protected} state={state}"));
        if let Some(key) = key {
            out.put(format_args!(" address={} curve={}", key.address(), key.curve().name()));
        }
        Ok(())
    }

    fn make_key(&mut self, curve: Option<&str>, out: &mut Line<'_, impl Write>) -> Answer {
        let curve = curve.map_or(Some(Curve::default()), Curve::from_name);
        let curve = curve.ok_or("`key` takes nothing, `secp256k1` or `p256`")?;
        if self.key().is_some() {
            return Err("the device has a key; `reset` ends it");
        }
        if curve == Curve::P256 && self.settings().is_some_and(|settings| !settings.relayed) {
            return Err(NO_ACCOUNT);
        }
        let (mut secret, mut salt) = ([0; 32], [0; 16]);
        self.fixture.random(&mut secret);
        self.fixture.random(&mut salt);
        let sealed = self.vault.seal_key(curve, &secret, salt);
        let key = K::from_secret(curve, &secret);
        secret.zeroize();
        let key = key.map_err(|error| match error {
            KeyError::OtherCurve => "this firmware has no keys on that curve",
            _ => "the random generator gave no key; try again",
        })?;
        if !self.fixture.store(Stored::Secret, &sealed) {
            return Err(FLASH);
        }
        out.put(format_args!("ok address={}", key.address()));
        Ok(())
    }

    fn attest(&mut self, challenge: Option<&str>, out: &mut Line<'_, impl Write>) -> Answer {
        let challenge: Hash =
            challenge.and_then(bytes).ok_or("`attest` takes a challenge of 32 bytes in hex")?;
        let key = self.key().ok_or(NO_KEY)?;
        let attestation = Attestation {
            board: self.fixture.board(),
            protection: self.vault.protection(),
            chip: self.fixture.chip(),
            firmware: self.fixture.firmware(),
            challenge,
            device: key.address(),
        };
        let signed = attestation.sign(&key).map_err(|_| "not signed; try another challenge")?;
        out.put(format_args!("ok attestation={}", Hex(signed.as_bytes())));
        Ok(())
    }

    fn store_settings(&mut self, hex: Option<&str>, out: &mut Line<'_, impl Write>) -> Answer {
        let bytes: [u8; SETTINGS_LEN] =
            hex.and_then(bytes).ok_or("`settings` takes the settings of this version in hex")?;
        let settings =
            Settings::from_bytes(&bytes).map_err(|_| "the settings are damaged or lack something")?;
        if !settings.relayed && self.key().is_some_and(|key| key.account().is_none()) {
            return Err(NO_ACCOUNT);
        }
        if self.settings().is_some() {
            return Err("the device has settings; `reset` ends them");
        }
        if !self.fixture.store(Stored::Settings, &bytes) {
            return Err(FLASH);
        }
        out.put(format_args!("ok"));
        Ok(())
    }

    /// What was pinned with the settings, so that a host asks no node for it.
    fn chain(&mut self, out: &mut Line<'_, impl Write>) -> Answer {
        let Settings { policy, genesis, .. } = self.settings().ok_or(NO_SETTINGS)?;
        out.put(format_args!("ok chain={} registry={}", policy.chain_id, policy.registry));
        out.put(format_args!(" genesis={}", Hex(&genesis)));
        Ok(())
    }

    fn claim(&mut self, words: [Option<&str>; 3], out: &mut Line<'_, impl Write>) -> Answer {
        let usage = "`claim` takes the owner, the device's nonce and a deadline";
        let [owner, nonce, deadline] = words;
        let claim = Claim {
            owner: owner.and_then(bytes).map(Address).ok_or(usage)?,
            nonce: number(nonce).ok_or(usage)?,
            deadline: number(deadline).ok_or(usage)?,
        };
        let (_, signature) = self.agree(|domain, device| claim.digest(domain, device))?;
        out.put(format_args!("ok signature={}", Hex(signature.as_bytes())));
        Ok(())
    }

    /// The device's address and its signature over a statement, when somebody presses the button.
    fn agree(
        &mut self,
        digest: impl FnOnce(&Domain, Address) -> Digest,
    ) -> Result<(Address, DeviceSignature), &'static str> {
        let key = self.key().ok_or(NO_KEY)?;
        let settings = self.settings().ok_or(NO_SETTINGS)?;
        if !self.fixture.button() {
            return Err("nobody pressed the button");
        }
        let domain = Domain::new(settings.policy.chain_id, settings.policy.registry);
        let signature = key.sign_statement(&digest(&domain, key.address())).map_err(|_| "not signed")?;
        Ok((key.address(), signature))
    }

    fn pair(&mut self, words: [Option<&str>; 8], out: &mut Line<'_, impl Write>) -> Answer {
        let usage = "`pair` takes the vehicle's id and epoch, its owner, the public key that opens records, \
            the vehicle's commitment and its salt, the device's nonce and a deadline";
        let [vehicle, epoch, owner, reader, commitment, salt, nonce, deadline] = words;
        let pairing = Pairing {
            vehicle: number(vehicle).ok_or(usage)?,
            owner: owner.and_then(bytes).map(Address).ok_or(usage)?,
            nonce: number(nonce).ok_or(usage)?,
            deadline: number(deadline).ok_or(usage)?,
        };
        let reader = reader.and_then(bytes).and_then(|bytes| PublicKey::from_compressed(&bytes).ok());
        let epoch = number(epoch).ok_or(usage)?;
        let commitment = Commitment {
            hash: commitment.and_then(bytes).ok_or(usage)?,
            salt: salt.and_then(bytes).ok_or(usage)?,
        };
        let reader = reader.ok_or(usage)?;
        let (device, signature) = self.agree(|domain, device| pairing.digest(domain, device))?;
        // New record keys with every pairing: who opened the old ones does not open these.
        let (mut root, mut once, mut nonce) = ([0; 32], [0; 32], [0; 16]);
        self.fixture.random(&mut root);
        self.fixture.random(&mut once);
        self.fixture.random(&mut nonce);
        let ephemeral = Key::from_bytes(&once);
        once.zeroize();
        let ephemeral = ephemeral.map_err(|_| "the random generator gave no key; try again")?;
        let keys = EpochKeys::new(pairing.vehicle, epoch, device, root);
        let wrapped = WrappedRoot::wrap(&keys, &reader, &ephemeral);
        let (vehicle, owner) = (pairing.vehicle, pairing.owner);
        let bond = Bond { vehicle, epoch, owner, reader, commitment, root: self.vault.seal(&root, nonce) };
        root.zeroize();
        if !self.fixture.store(Stored::Bond, &bond.to_bytes()) {
            return Err(FLASH);
        }
        out.put(format_args!("ok signature={}", Hex(signature.as_bytes())));
        out.put(format_args!(" wrapped={}", Hex(wrapped.as_bytes())));
        Ok(())
    }

    fn reset(&mut self, out: &mut Line<'_, impl Write>) -> Answer {
        if !self.fixture.button() {
            return Err("nobody pressed the button");
        }
        // The key last: a device that lost it and kept the rest would go on under a new one.
        for what in [Stored::Bond, Stored::Settings, Stored::Secret] {
            if !self.fixture.store(what, &[]) {
                return Err(FLASH);
            }
        }
        out.put(format_args!("ok"));
        Ok(())
    }
}

/// The answer being written; the first failure of the port stays.
struct Line<'a, W> {
    out: &'a mut W,
    result: fmt::Result,
}

impl<W: Write> Line<'_, W> {
    fn put(&mut self, text: fmt::Arguments<'_>) {
        self.result = self.result.and_then(|()| self.out.write_fmt(text));
    }
}

/// Bytes in hex, with `0x`.
struct Hex<'a>(&'a [u8]);

impl fmt::Display for Hex<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("0x")?;
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

fn number<T: FromStr>(word: Option<&str>) -> Option<T> {
    word?.parse().ok()
}

/// Exactly `N` bytes in hex, with or without `0x`.
fn bytes<const N: usize>(hex: &str) -> Option<[u8; N]> {
    let digits = hex.strip_prefix("0x").unwrap_or(hex).as_bytes();
    if digits.len() != N.checked_mul(2)? {
        return None;
    }
    let mut out = [0; N];
    for (to, pair) in out.iter_mut().zip(digits.chunks_exact(2)) {
        let mut byte = 0_u32;
        for digit in pair {
            byte = byte.wrapping_mul(16).wrapping_add(char::from(*digit).to_digit(16)?);
        }
        *to = u8::try_from(byte).ok()?;
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::super::settings::tests::example;
    use super::*;
    use crate::record::{Period, Scope};
    use crate::recover;
    use proptest::prelude::*;
    use std::{
        format,
        string::{String, ToString as _},
        vec::Vec,
    };

    /// A device on the bench.
    #[derive(Default)]
    struct Bench {
        drawn: u8,
        pressed: bool,
        secret: Vec<u8>,
        settings: Vec<u8>,
        bond: Vec<u8>,
    }

    impl Bench {
        fn stored(&mut self, what: Stored) -> &mut Vec<u8> {
            match what {
                Stored::Secret => &mut self.secret,
                Stored::Settings => &mut self.settings,
                Stored::Bond => &mut self.bond,
            }
        }
    }

    impl Fixture for Bench {
        fn board(&self) -> Board {
            Board::Esp32C3
        }
        fn chip(&self) -> [u8; 6] {
            [0xaa, 0xbb, 0xcc, 1, 2, 3]
        }
        fn firmware(&self) -> u32 {
            7
        }
        fn random(&mut self, bytes: &mut [u8]) {
            self.drawn += 1;
            bytes.fill(self.drawn);
        }
        fn button(&mut self) -> bool {
            self.pressed
        }
        fn load(&mut self, what: Stored, bytes: &mut [u8]) -> bool {
            let stored = self.stored(what);
            bytes.fill(0xff);
            bytes[..stored.len()].copy_from_slice(stored);
            true
        }
        fn store(&mut self, what: Stored, bytes: &[u8]) -> bool {
            *self.stored(what) = bytes.to_vec();
            true
        }
    }

    fn console() -> Console<Bench> {
        Console::new(Bench::default(), Vault::new([7; 32], Protection::None))
    }

    fn say<K: DeviceKey>(console: &mut Console<Bench, K>, line: &str) -> String {
        let mut out = String::new();
        console.answer(line, &mut out).unwrap();
        out
    }

    fn settings_line() -> String {
        format!("settings {}", Hex(&example().to_bytes()))
    }

    #[test]
    fn a_device_goes_from_new_to_paired_and_back() {
        let mut device = console();
        let hello = "ok board=esp32c3 chip=0xaabbcc010203 firmware=7 protected=no state=";
        assert_eq!(say(&mut device, "hello"), format!("{hello}new"));
        let made = say(&mut device, "key");
        let address = Key::from_bytes(&[1; 32]).unwrap().address();
        assert_eq!(made, format!("ok address={address}"));
        let owns = format!("address={address} curve=secp256k1");
        assert_eq!(say(&mut device, "hello"), format!("{hello}keyed {owns}"));
        assert_eq!(say(&mut device, &settings_line()), "ok");
        assert_eq!(say(&mut device, "hello"), format!("{hello}ready {owns}"));

        let owner = "0x0909090909090909090909090909090909090909";
        let reader = Key::from_bytes(&[2; 32]).unwrap().public_key();
        let (commitment, salt) = (Hex(&[3; 32]), Hex(&[4; 32]));
        let reader_text = Hex(&reader.to_compressed());
        let request = format!("pair 5 2 {owner} {reader_text} {commitment} {salt} 1 1700000000");
        assert_eq!(say(&mut device, &request), "error nobody pressed the button");
        device.fixture().pressed = true;
        let paired = say(&mut device, &request);
        let (signature, wrapped) =
            paired.strip_prefix("ok signature=").unwrap().split_once(" wrapped=").unwrap();
        let signature = bytes(signature).unwrap();
        let pairing = Pairing { vehicle: 5, owner: Address([9; 20]), nonce: 1, deadline: 1_700_000_000 };
        let policy = example().policy;
        let digest = pairing.digest(&Domain::new(policy.chain_id, policy.registry), address);
        assert_eq!(recover(digest.as_bytes(), &signature), Some(address));
        let bond = device.bond().unwrap();
        assert_eq!((bond.vehicle, bond.epoch, bond.owner, bond.reader), (5, 2, Address([9; 20]), reader));
        assert_eq!(bond.commitment, Commitment { hash: [3; 32], salt: [4; 32] });
        // The reader's key opens what the device seals under.
        let opened = WrappedRoot::from_bytes(bytes(wrapped).unwrap());
        let opened = opened.unwrap(&Key::from_bytes(&[2; 32]).unwrap()).unwrap();
        let keys = device.record_keys(&bond, address).unwrap();
        assert_eq!((opened.vehicle(), opened.epoch(), opened.device()), (5, 2, address));
        let exposed = |keys: &EpochKeys| *keys.data_key(Scope::Trip, Period(1)).expose();
        assert_eq!(exposed(&opened), exposed(&keys));
        assert_eq!(say(&mut device, "hello"), format!("{hello}paired {owns}"));

        assert_eq!(say(&mut device, "reset"), "ok");
        assert_eq!(say(&mut device, "hello"), format!("{hello}new"));
        assert_ne!(say(&mut device, "key"), made, "a new life has a new key");
    }

    #[test]
    fn a_device_agrees_to_its_owner_on_the_pinned_chain() {
        let mut device = console();
        let request = format!("claim {} 3 1700000000", Address([9; 20]));
        assert_eq!(say(&mut device, &request), format!("error {NO_KEY}"));
        say(&mut device, "key");
        assert_eq!(say(&mut device, &request), format!("error {NO_SETTINGS}"));
        assert_eq!(say(&mut device, "chain"), format!("error {NO_SETTINGS}"));
        say(&mut device, &settings_line());
        let Settings { policy, genesis, .. } = example();
        let pinned =
            format!("ok chain={} registry={} genesis={}", policy.chain_id, policy.registry, Hex(&genesis));
        assert_eq!(say(&mut device, "chain"), pinned);
        assert_eq!(say(&mut device, &request), "error nobody pressed the button");
        device.fixture().pressed = true;
        let agreed = say(&mut device, &request);
        let signature = bytes(agreed.strip_prefix("ok signature=").unwrap()).unwrap();
        let address = device.key().unwrap().address();
        let claim = Claim { owner: Address([9; 20]), nonce: 3, deadline: 1_700_000_000 };
        let digest = claim.digest(&Domain::new(policy.chain_id, policy.registry), address);
        assert_eq!(recover(digest.as_bytes(), &signature), Some(address));
        assert!(device.bond().is_none(), "a claim binds to no vehicle");
    }

    #[test]
    fn the_attestation_says_that_the_key_is_not_protected() {
        let mut device = console();
        let challenge = "11".repeat(32);
        assert_eq!(say(&mut device, &format!("attest {challenge}")), format!("error {NO_KEY}"));
        say(&mut device, "key");
        let answer = say(&mut device, &format!("attest {challenge}"));
        let signed: [u8; 133] = bytes(answer.strip_prefix("ok attestation=").unwrap()).unwrap();
        let attestation = Attestation::open(&signed, &[0x11; 32]).unwrap();
        assert_eq!(attestation.protection, Protection::None);
        assert_eq!(attestation.firmware, 7);
    }

    fn console_with_p256() -> Console<Bench, AnyKey> {
        Console::with_p256(Bench::default(), Vault::new([7; 32], Protection::None))
    }

    #[test]
    fn a_p256_device_signs_pairing_and_attestation_with_its_key() {
        let mut device = console_with_p256();
        let address = crate::P256Key::from_bytes(&[1; 32]).unwrap().address();
        assert_eq!(say(&mut device, "key p256"), format!("ok address={address}"));
        assert!(say(&mut device, "hello").ends_with(&format!("state=keyed address={address} curve=p256")));
        assert_eq!(say(&mut device, &settings_line()), "ok");
        device.fixture().pressed = true;

        let challenge = "22".repeat(32);
        let answer = say(&mut device, &format!("attest {challenge}"));
        let signed: [u8; 196] = bytes(answer.strip_prefix("ok attestation=").unwrap()).unwrap();
        assert_eq!(Attestation::open(&signed, &[0x22; 32]).unwrap().device, address);

        let owner = "09".repeat(20);
        let reader = Key::from_bytes(&[2; 32]).unwrap();
        let (words, reader_text) = ("33".repeat(32), Hex(&reader.public_key().to_compressed()).to_string());
        let paired =
            say(&mut device, &format!("pair 5 2 {owner} {reader_text} {words} {words} 1 1700000000"));
        let (signature, wrapped) =
            paired.strip_prefix("ok signature=").unwrap().split_once(" wrapped=").unwrap();
        let signature = DeviceSignature::P256(bytes(signature).unwrap());
        let pairing = Pairing { vehicle: 5, owner: Address([9; 20]), nonce: 1, deadline: 1_700_000_000 };
        let policy = example().policy;
        let digest = pairing.digest(&Domain::new(policy.chain_id, policy.registry), address);
        assert!(signature.is_by(address, &digest));
        // Record keys are wrapped to the reader as for any device.
        let opened = WrappedRoot::from_bytes(bytes(wrapped).unwrap()).unwrap(&reader).unwrap();
        assert_eq!((opened.vehicle(), opened.epoch(), opened.device()), (5, 2, address));
        let bond = device.bond().unwrap();
        assert!(device.record_keys(&bond, address).is_some());
    }

    #[test]
    fn a_key_without_an_account_needs_a_relay_that_carries() {
        let direct = Settings { relayed: false, ..example() };
        let direct = format!("settings {}", Hex(&direct.to_bytes()));
        let refused = format!("error {NO_ACCOUNT}");
        let mut device = console_with_p256();
        say(&mut device, "key p256");
        assert_eq!(say(&mut device, &direct), refused);
        assert_eq!(say(&mut device, &settings_line()), "ok");
        // In the other order.
        let mut device = console_with_p256();
        assert_eq!(say(&mut device, &direct), "ok");
        assert_eq!(say(&mut device, "key p256"), refused);
        assert!(say(&mut device, "key").starts_with("ok address="), "an account pays for itself");
    }

    #[test]
    fn a_firmware_without_p256_makes_and_opens_no_such_key() {
        let mut device = console();
        assert_eq!(say(&mut device, "key p256"), "error this firmware has no keys on that curve");
        assert!(device.fixture().secret.is_empty());
        let mut other = console_with_p256();
        say(&mut other, "key p256");
        device.fixture().secret = other.fixture().secret.clone();
        assert!(device.key().is_none());
    }

    proptest! {
        /// Whatever follows `key`: it makes a key of the curve that it names, or says what it takes.
        #[test]
        fn a_key_is_made_for_a_known_curve_only(line in "key[ \t]{1,3}[ -~]{0,12}", named in 0..4_usize) {
            let line = ["key", "key secp256k1", "key p256 and more", line.as_str()][named];
            let mut device = console_with_p256();
            let answer = say(&mut device, line);
            let curve = line.split_ascii_whitespace().nth(1).map_or(Some(Curve::Secp256k1), Curve::from_name);
            prop_assert_eq!(device.key().map(|key| key.curve()), curve, "{}: {}", line, answer);
            prop_assert_eq!(answer.starts_with("ok address=0x"), curve.is_some());
            prop_assert_eq!(answer.starts_with("error `key` takes "), curve.is_none());
        }
    }

    #[test]
    fn nothing_is_replaced_without_a_reset() {
        let mut device = console();
        say(&mut device, "key");
        assert_eq!(say(&mut device, "key"), "error the device has a key; `reset` ends it");
        say(&mut device, &settings_line());
        assert_eq!(say(&mut device, &settings_line()), "error the device has settings; `reset` ends them");
        assert_eq!(say(&mut device, "reset"), "error nobody pressed the button");
    }

    #[test]
    fn the_secret_lies_sealed_in_flash() {
        let mut device = console();
        say(&mut device, "key");
        assert!(!device.fixture().secret.windows(4).any(|window| window == [1; 4]));
    }

    #[test]
    fn nonsense_gets_a_sentence() {
        let mut device = console();
        say(&mut device, "key");
        for line in [
            "",
            "  ",
            "frobnicate",
            "attest",
            "attest 12",
            "attest zz",
            "settings 00",
            "pair",
            "pair 1 2 3 4 5 6 7 8",
            "claim",
            "claim 1 2 3",
            "claim 0x0909090909090909090909090909090909090909 -1 1",
        ] {
            let answer = say(&mut device, line);
            assert!(answer.starts_with("error "), "{line:?}: {answer}");
        }
        let mut bad = example().to_bytes();
        bad[100] ^= 1;
        assert!(say(&mut device, &format!("settings {}", Hex(&bad))).starts_with("error the settings"));
        assert_eq!(bytes::<1>("+1"), None);
        assert_eq!(bytes::<2>("é€"), None);
    }
}
