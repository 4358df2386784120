//! The work that is counted.

use crate::car;
use crate::machine::{Console, count, exit, stack_high_water};
use core::fmt::Write as _;
use core::hint::black_box;
use obd_core::record::{
    Content, EpochKeys, Event, MAX_SAMPLES, Period, Record, Sample, Samples, SealedRecord, Signal, Time,
    TimeSource, WrappedRoot,
};
use obd_core::{
    Address, Chain, Digest, Domain, Eip1559, Flags, Hash, Key, P256Key, Policy, RECORD_TX_LEN, Reading,
    Source, keccak256,
};

const REGISTRY: Address = Address([0xca; 20]);
const POLICY: Policy = Policy {
    chain_id: 4_281_667,
    registry: REGISTRY,
    max_gas: 500_000,
    max_fee_per_gas: 500_000_000_000,
    max_priority_fee_per_gas: 50_000_000_000,
};
/// How many secrets must sign in the same number of instructions.
const SECRETS: u8 = 32;

/// Everything, then the end of the emulation.
pub(crate) extern "C" fn run() -> ! {
    let result = tasks();
    exit(match result {
        Some(()) => 0,
        None => 1,
    })
}

fn report(name: &str, instructions: u32) -> Option<()> {
    writeln!(Console, "{name} {instructions}").ok()
}

fn tasks() -> Option<()> {
    let secret = black_box([0x42; 32]);
    let (loaded, key) = count(|| Key::from_bytes(&secret));
    let key = key.ok()?;
    report("key-load", loaded)?;

    let reading = reading();
    let digest = reading.digest(&Domain::new(POLICY.chain_id, REGISTRY), 1);
    // The first of all: nothing was computed beforehand.
    let (first, signature) = count(|| key.sign(black_box(&digest)));
    signature.ok()?;
    report("signature-first", first)?;
    let (again, signature) = count(|| key.sign(black_box(&digest)));
    signature.ok()?;
    report("signature", again)?;
    // So far only the key was loaded and used; its code has no static variables.
    report("signing-ram", u32::try_from(stack_high_water()).ok()?)?;

    let mut out = [0; RECORD_TX_LEN];
    let (encoded, digest) = count(|| transaction_digest(black_box(&reading), &mut out));
    digest?;
    report("transaction-digest", encoded)?;

    let keys = EpochKeys::new(1, 1, key.address(), [7; 32]);
    let record = record()?;
    let (sealed, result) =
        count(|| SealedRecord::seal(black_box(&record), Period(690), &keys, &mut Chain::default()));
    result.ok()?;
    report("record-seal", sealed)?;

    report("isotp-frame", car::frame()?)?;
    let asking = car::asking()?;
    report("polled-value", asking.request)?;
    report("idle-call", asking.idle)?;

    same_for_every_secret(&key)?;
    on_p256()?;
    report("stack-bytes", u32::try_from(stack_high_water()).ok()?)
}

fn reading() -> Reading {
    Reading {
        vehicle: 1_000_000,
        counter: 1_000_000,
        odometer_km: 123_456,
        flags: Flags::new(Source::Obd),
        prev_hash: keccak256(b"before"),
        hash: keccak256(b"now"),
    }
}

fn transaction_digest(reading: &Reading, scratch: &mut [u8]) -> Option<Digest> {
    let tx = Eip1559 {
        chain_id: POLICY.chain_id,
        nonce: 1_000_000,
        max_priority_fee_per_gas: 1_000_000_000,
        max_fee_per_gas: 30_000_000_000,
        gas_limit: 120_000,
        to: REGISTRY,
        value: 0,
        data: &reading.calldata(),
    };
    tx.signing_digest(scratch).ok()
}

fn record() -> Option<Record> {
    let mut samples = Samples::new();
    for (signal, value) in Signal::ALL.iter().zip(0..).take(MAX_SAMPLES) {
        samples.push(Sample::good(*signal, value)).ok()?;
    }
    Some(Record {
        time: Time { ms: 1_790_000_000_000, source: TimeSource::Network },
        event: Event::Periodic,
        flags: Flags::new(Source::Obd),
        start: 1,
        odometer: 1_234_567,
        content: Content::Trip(samples),
    })
}

/// Loads keys, signs and agrees on a point with secrets from the smallest to the largest, sparse and dense,
/// and compares.
fn same_for_every_secret(other: &Key) -> Option<()> {
    let digest = reading().digest(&Domain::new(POLICY.chain_id, REGISTRY), 1);
    let keys = EpochKeys::new(1, 1, other.address(), [7; 32]);
    let mut counts = None;
    for number in 0..SECRETS {
        let secret = black_box(secret(number));
        let (load, key) = count(|| Key::from_bytes(&secret));
        let key = key.ok()?;
        let (sign, signature) = count(|| key.sign(black_box(&digest)));
        signature.ok()?;
        let (wrap, _) = count(|| black_box(WrappedRoot::wrap(&keys, &other.public_key(), &key)));
        let first = *counts.get_or_insert([load, sign, wrap]);
        if [load, sign, wrap] != first {
            let these = [load, sign, wrap];
            writeln!(Console, "load, sign, wrap: {these:?} with secret {number}, {first:?} with secret 0")
                .ok()?;
            return None;
        }
    }
    let [_, _, wrap] = counts?;
    report("root-wrap", wrap)?;
    report("secrets-of-equal-count", u32::from(SECRETS))
}

/// The other curve, of the crate `p256`. Its counts are not the same for every secret: it calculates in
/// words of 64 bits, and on a 32-bit chip the compiler makes branches of their carries.
fn on_p256() -> Option<()> {
    let secret = black_box([0x42; 32]);
    let (loaded, key) = count(|| P256Key::from_bytes(&secret));
    let key = key.ok()?;
    report("p256-key-load", loaded)?;
    let digest = reading().digest(&Domain::new(POLICY.chain_id, REGISTRY), 1);
    let (signed, signature) = count(|| key.sign(black_box(&digest)));
    signature.ok()?;
    report("p256-signature", signed)
}

/// 1, 2, the largest, one with a single high bit, then drawn ones.
fn secret(number: u8) -> Hash {
    const LARGEST: Hash = [
        0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xfe, 0xba,
        0xae, 0xdc, 0xe6, 0xaf, 0x48, 0xa0, 0x3b, 0xbf, 0xd2, 0x5e, 0x8c, 0xd0, 0x36, 0x41, 0x40,
    ];
    let mut small = [0; 32];
    match number {
        0 | 1 => {
            small[31] = number + 1;
            small
        }
        2 => LARGEST,
        3 => {
            small[0] = 0x80;
            small
        }
        _ => keccak256(&[number]),
    }
}
