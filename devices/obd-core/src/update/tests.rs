//! The life of a device from its first image to an update that holds or fails, with the power cut at every
//! write and erase, in every way the mock can tear one.

use super::*;
use crate::{Digest, Key, keccak256};
use flash_mock::{Flash, Torn};
use std::{format, string::String, vec, vec::Vec};

type Chip = Flash<4096>;

const LAYOUT: Layout = Layout {
    otadata: Partition { offset: 0, length: 0x2000 },
    journal: Partition { offset: 0x2000, length: 0x2000 },
    a: Partition { offset: 0x4000, length: 0x3000 },
    b: Partition { offset: 0x7000, length: 0x3000 },
};
const PAGES: usize = 10;
const BOARD: Board = Board::Esp32C3;

fn release_key() -> Key {
    Key::from_bytes(&[0x51; 32]).unwrap()
}

/// An image tells its version by its bytes, and has a length that fills neither sector nor block.
fn image(version: u32) -> Vec<u8> {
    (0..9_001_u32).map(|i| (i.wrapping_mul(31) ^ version.wrapping_mul(97)) as u8).collect()
}

fn manifest(manifest: Manifest, key: &Key) -> [u8; MANIFEST_LEN] {
    let signed = manifest.signed_bytes();
    let signature = key.sign(&Digest(keccak256(&signed))).unwrap().to_bytes();
    [&signed[..], &signature].concat().try_into().unwrap()
}

fn signed(version: u32) -> [u8; MANIFEST_LEN] {
    let image = image(version);
    let content = Manifest { board: BOARD, version, length: image.len() as u32, hash: keccak256(&image) };
    manifest(content, &release_key())
}

/// A device as it comes from the maker: version 1 in A, nothing else.
fn factory() -> Chip {
    let mut flash = Chip::new(PAGES);
    let first = image(1);
    flash.bytes_mut()[LAYOUT.a.offset as usize..][..first.len()].copy_from_slice(&first);
    flash
}

/// Espressif's bootloader: the entry that is valid and has the higher sequence, or `ota_0`; then the image
/// must be whole, which here means that its bytes are one of the two images'.
fn bootloader(flash: &mut Chip) -> Result<Running, String> {
    let bytes = flash.bytes_mut();
    let sequence = |at: usize| {
        let entry = &bytes[at..at + 32];
        let sequence = u32::from_le_bytes(entry[..4].try_into().unwrap());
        let crc = u32::from_le_bytes(entry[28..].try_into().unwrap());
        (sequence != u32::MAX && crc == crc::crc32(&entry[..4])).then_some(sequence)
    };
    let slot = match sequence(0).max(sequence(4096)) {
        Some(sequence) if (sequence - 1) % 2 == 1 => Slot::B,
        _ => Slot::A,
    };
    let start = LAYOUT.slot(slot).offset as usize;
    let version = (1..=2).find(|version| {
        let image = image(*version);
        bytes[start..][..image.len()] == image
    });
    let version = version.ok_or_else(|| format!("the image in {slot:?} is torn"))?;
    Ok(Running { board: BOARD, slot, version })
}

/// What becomes of version 2.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Fate {
    /// It proves itself at its second start.
    Holds,
    /// It dies before it can.
    Dies,
    /// Its self-test fails.
    Fails,
}

/// Starts until nothing changes any more. Err says what broke; Ok is the number of operations.
fn life(mut flash: Chip, fate: Fate, cut: Option<(usize, Torn)>) -> Result<usize, String> {
    let mut operations = 0;
    let mut starts_on_trial = 0;
    let mut floor = 0;
    for _ in 0..20 {
        if let Some((at, torn)) = cut.filter(|(at, _)| *at >= operations) {
            flash = flash.cut(at - operations, torn);
        }
        let running = bootloader(&mut flash)?;
        // A cut shows as an error of the flash, and ends this start.
        let ended = start(&mut flash, running, fate, &mut starts_on_trial);
        operations += flash.operations();
        flash = flash.restart();
        let state = Journal::load(&mut flash, LAYOUT.journal).unwrap().state();
        if state.floor < floor {
            return Err(format!("the floor fell to {}", state.floor));
        }
        floor = state.floor;
        if starts_on_trial > u32::from(MAX_ATTEMPTS) {
            return Err("started too often".into());
        }
        if ended == Ok(true) {
            let state_is_right = match fate {
                Fate::Holds => running.version == 2 && state.floor == 2,
                _ => running.version == 1 && state.failed == 2 && state.floor == 0,
            };
            let expected = state_is_right && state.trial.is_none();
            return if expected { Ok(operations) } else { Err(format!("ended with {running:?}, {state:?}")) };
        }
    }
    Err("never came to rest".into())
}

/// One start; whether the device has come to rest.
fn start(
    flash: &mut Chip,
    running: Running,
    fate: Fate,
    starts_on_trial: &mut u32,
) -> Result<bool, FlashError> {
    match raise(flash, &LAYOUT, running.slot)? {
        Standing::Reset => Ok(false),
        Standing::OnTrial { attempt } => {
            assert_eq!(running.version, 2, "only the new image is on trial");
            *starts_on_trial += 1;
            match fate {
                Fate::Holds => {
                    let checks = Checks { self_test: true, upload: attempt >= 2 };
                    confirm(flash, &LAYOUT, checks)?;
                }
                Fate::Dies => {}
                Fate::Fails => assert_eq!(reject(flash, &LAYOUT)?, Standing::Reset),
            }
            Ok(false)
        }
        Standing::Proven if running.version == 2 => Ok(true),
        Standing::Proven => match update(flash, running, &signed(2), &image(2)) {
            Ok(_) => Ok(false),
            Err(InstallError::FailedBefore { version: 2 }) => Ok(true),
            Err(InstallError::Flash(error)) => Err(error),
            Err(other) => panic!("{other}"),
        },
    }
}

fn update(
    flash: &mut Chip,
    running: Running,
    manifest: &[u8; MANIFEST_LEN],
    image: &[u8],
) -> Result<Installed, InstallError> {
    let keys = [Key::from_bytes(&[0x52; 32]).unwrap().address(), release_key().address()];
    let mut installer = Installer::begin(flash, LAYOUT, &keys, running, manifest)?;
    for chunk in image.chunks(1_000) {
        installer.write(chunk)?;
    }
    installer.finish()
}

#[test]
fn a_cut_at_every_operation_leaves_a_device_that_starts() {
    for fate in [Fate::Holds, Fate::Dies, Fate::Fails] {
        let operations = life(factory(), fate, None).unwrap();
        assert!(operations > 40, "{operations}");
        for at in 0..operations {
            for torn in Torn::EACH {
                if let Err(error) = life(factory(), fate, Some((at, torn))) {
                    panic!("{fate:?}, {torn:?} at operation {at}: {error}");
                }
            }
        }
    }
}

/// The proof that the test above can fail.
#[test]
fn without_persistence_the_same_life_goes_wrong() {
    for fate in [Fate::Holds, Fate::Dies] {
        assert!(life(factory().forgetful(), fate, None).is_err());
    }
}

#[test]
fn the_journal_goes_round_its_two_sectors() {
    let mut flash = Chip::new(PAGES);
    for floor in 1..=1_000 {
        let mut journal = Journal::load(&mut flash, LAYOUT.journal).unwrap();
        assert_eq!(journal.state().floor, floor - 1);
        journal.append(&mut flash, State { floor, ..State::default() }).unwrap();
        assert_eq!(journal.state().floor, floor);
    }
    let erases: usize = flash.erases().iter().sum();
    assert_eq!(erases, 1_000_usize.div_ceil(128));
}

const RUNNING: Running = Running { board: BOARD, slot: Slot::A, version: 1 };

#[test]
fn what_is_not_signed_for_this_device_is_refused() {
    let mut flash = factory();
    let mut refused =
        |manifest: &[u8; MANIFEST_LEN]| update(&mut flash, RUNNING, manifest, &image(2)).unwrap_err();
    for at in 0..MANIFEST_LEN {
        let mut bad = signed(2);
        bad[at] ^= 1;
        assert!(matches!(refused(&bad), InstallError::Manifest(_)), "byte {at}");
    }
    let content = Manifest { board: BOARD, version: 2, length: 9_001, hash: keccak256(&image(2)) };
    let stranger = Key::from_bytes(&[0x53; 32]).unwrap();
    assert_eq!(refused(&manifest(content, &stranger)), ManifestError::Signature.into());

    let key = release_key();
    let other = Manifest { board: Board::Esp32C6, ..content };
    let expected = InstallError::OtherBoard { got: Board::Esp32C6, this: BOARD };
    assert_eq!(refused(&manifest(other, &key)), expected);
    let same = Manifest { version: 1, ..content };
    assert_eq!(refused(&manifest(same, &key)), InstallError::NotNewer { got: 1, floor: 1 });
    let long = Manifest { length: 0x3001, ..content };
    assert_eq!(refused(&manifest(long, &key)), InstallError::Size { got: 0x3001, room: 0x3000 });
    let short = Manifest { length: 9_000, ..content };
    assert_eq!(refused(&manifest(short, &key)), InstallError::Length { got: 9_001, signed: 9_000 });
    let longer = Manifest { length: 9_002, ..content };
    assert_eq!(refused(&manifest(longer, &key)), InstallError::Length { got: 9_001, signed: 9_002 });
    assert_eq!(bootloader(&mut flash).unwrap(), RUNNING);
}

#[test]
fn an_image_that_differs_from_its_manifest_never_starts() {
    let mut flash = factory();
    let mut wrong = image(2);
    wrong[4_500] ^= 0x10;
    assert_eq!(update(&mut flash, RUNNING, &signed(2), &wrong), Err(InstallError::Corrupt));
    let endless = vec![0; 20_000];
    let result = update(&mut flash, RUNNING, &signed(2), &endless);
    assert!(matches!(result, Err(InstallError::Length { signed: 9_001, .. })), "{result:?}");
    assert_eq!(bootloader(&mut flash).unwrap(), RUNNING);
}

#[test]
fn nothing_is_installed_over_the_way_back() {
    let mut flash = factory();
    update(&mut flash, RUNNING, &signed(2), &image(2)).unwrap();
    let running = bootloader(&mut flash).unwrap();
    assert_eq!(raise(&mut flash, &LAYOUT, running.slot).unwrap(), Standing::OnTrial { attempt: 1 });
    assert_eq!(update(&mut flash, running, &signed(3), &image(3)), Err(InstallError::OnTrial));
}

/// A bootloader that finds the new image damaged starts the old one by itself.
#[test]
fn an_image_that_the_bootloader_refuses_has_failed() {
    let mut flash = factory();
    update(&mut flash, RUNNING, &signed(2), &image(2)).unwrap();
    assert_eq!(raise(&mut flash, &LAYOUT, Slot::A).unwrap(), Standing::Proven);
    assert_eq!(bootloader(&mut flash).unwrap(), RUNNING);
    let again = update(&mut flash, RUNNING, &signed(2), &image(2));
    assert_eq!(again, Err(InstallError::FailedBefore { version: 2 }));
}

fn response(head: &str, body: &[u8]) -> Vec<u8> {
    [format!("{head}\r\ncontent-length: {}\r\n\r\n", body.len()).as_bytes(), body].concat()
}

fn fetch(flash: &mut Chip, bytes: &[u8], step: usize) -> Result<Option<Installed>, DownloadError> {
    let keys = [release_key().address()];
    let mut download = Download::new(flash, LAYOUT, &keys, RUNNING);
    for chunk in bytes.chunks(step) {
        if let Some(installed) = download.feed(chunk)? {
            return Ok(Some(installed));
        }
    }
    Ok(None)
}

#[test]
fn an_update_comes_over_http_in_pieces_of_any_size() {
    let update = [&signed(2)[..], &image(2)].concat();
    let bytes = response("HTTP/1.1 200 OK\r\nServer: any", &update);
    for step in [1, 7, 113, 512, 4_096, 100_000] {
        let mut flash = factory();
        let installed = Installed { slot: Slot::B, version: 2 };
        assert_eq!(fetch(&mut flash, &bytes, step), Ok(Some(installed)), "in steps of {step}");
        assert_eq!(bootloader(&mut flash).unwrap().version, 2);
        // Cut off anywhere, nothing changes.
        for end in [10, 60, 180, 1_000, bytes.len() - 1] {
            let mut flash = factory();
            assert_eq!(fetch(&mut flash, &bytes[..end], step), Ok(None));
            assert_eq!(bootloader(&mut flash).unwrap(), RUNNING);
        }
    }
    let mut request = [0; 128];
    let length = Download::<Chip>::request(&RUNNING, "node.example", &mut request).unwrap();
    let text = std::str::from_utf8(&request[..length]).unwrap();
    assert!(text.starts_with("GET /firmware/esp32c3.update HTTP/1.1\r\nhost: node.example\r\n"), "{text}");
    assert_eq!(Download::<Chip>::request(&RUNNING, "node.example", &mut [0; 50]), None);
}

#[test]
fn a_hostile_host_installs_nothing() {
    let update = [&signed(2)[..], &image(2)].concat();
    let mut flash = factory();
    let mut refused = |bytes: &[u8]| fetch(&mut flash, bytes, 100).unwrap_err();
    assert_eq!(refused(&response("HTTP/1.1 404 Not Found", b"no")), DownloadError::None);
    assert_eq!(refused(&response("HTTP/1.1 302 Found\r\nlocation: /", &update)), DownloadError::Head);
    let chunked = response("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked", &update);
    assert_eq!(refused(&chunked), DownloadError::Head);
    assert_eq!(refused(&[b'x'; 5_000]), DownloadError::Head, "a head without an end");
    assert_eq!(refused(b"HTTP/1.1 200 OK\r\n\r\nbody"), DownloadError::Head, "no length");
    let endless = [response("HTTP/1.1 200 OK", &update), vec![0; 300]].concat();
    assert!(matches!(refused(&endless), DownloadError::TooMuch | DownloadError::Install(_)));
    let old = [&signed(1)[..], &image(1)].concat();
    let not_newer = InstallError::NotNewer { got: 1, floor: 1 };
    assert_eq!(refused(&response("HTTP/1.1 200 OK", &old)), not_newer.into());
    assert_eq!(bootloader(&mut flash).unwrap(), RUNNING);
}
