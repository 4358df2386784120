//! Building and signing takes nothing from the heap.

use obd_core::record::{
    Content, EpochKeys, Event, Period, Record, Samples, SealedRecord, Time, TimeSource, WrappedRoot,
};
use obd_core::{
    Address, Chain, Domain, Eip1559, Flags, Key, P256Key, Pairing, Policy, RECORD_TX_LEN, Source, keccak256,
};
use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

struct Counting;

std::thread_local! {
    static ALLOCATIONS: Cell<usize> = const { Cell::new(0) };
}

// SAFETY: everything is the system allocator's; the counter is a plain cell that allocates nothing.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATIONS.with(|count| count.set(count.get() + 1));
        // SAFETY: the caller's contract is passed on.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: the caller's contract is passed on.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

fn allocations(work: impl FnOnce()) -> usize {
    let before = ALLOCATIONS.get();
    work();
    ALLOCATIONS.get() - before
}

#[test]
fn the_counter_counts() {
    assert_eq!(allocations(|| drop(std::hint::black_box(Box::new(1)))), 1);
}

#[test]
fn a_reading_is_built_and_signed_without_allocation() {
    let registry = Address([0xca; 20]);
    let policy = Policy {
        chain_id: 1337,
        registry,
        max_gas: 200_000,
        max_fee_per_gas: 10_000_000_000,
        max_priority_fee_per_gas: 1_000_000_000,
    };
    let mut out = [0; RECORD_TX_LEN];
    let mut sizes = [0; 3];
    let counted = allocations(|| {
        let key = Key::from_bytes(&[0x42; 32]).unwrap();
        let domain = Domain::new(policy.chain_id, registry);
        let mut chain = Chain::default();
        for (nonce, size) in (0..).zip(&mut sizes) {
            let hash = keccak256(&out);
            let reading = chain.append(1, 123_456, Flags::new(Source::Obd), hash).unwrap();
            let tx = Eip1559 {
                chain_id: 1337,
                nonce,
                max_priority_fee_per_gas: 1_000_000_000,
                max_fee_per_gas: 3_000_000_000,
                gas_limit: 120_000,
                to: registry,
                value: 0,
                data: &reading.calldata(),
            };
            let signed = tx.check(&policy).unwrap().sign(&key, &mut out).unwrap();
            *size = signed.raw().len();
            key.sign(&reading.digest(&domain, 1)).unwrap();
        }
        let pairing = Pairing { vehicle: 1, owner: registry, nonce: 0, deadline: 1_800_000_000 };
        key.sign(&pairing.digest(&domain, key.address())).unwrap();
        // Refusals are as cheap.
        let empty = Eip1559 { nonce: 0, data: &[], ..tx_of(registry) };
        empty.check(&policy).unwrap_err();
    });
    assert_eq!(counted, 0);
    assert!(sizes.iter().all(|size| *size > 300), "{sizes:?}");
}

#[test]
fn a_record_is_sealed_and_its_root_wrapped_without_allocation() {
    let counted = allocations(|| {
        let key = Key::from_bytes(&[0x42; 32]).unwrap();
        let owner = Key::from_bytes(&[0x43; 32]).unwrap();
        let keys = EpochKeys::new(1, 1, key.address(), [7; 32]);
        let record = Record {
            time: Time { ms: 0, source: TimeSource::Unset },
            event: Event::PowerDown,
            flags: Flags::new(Source::None),
            start: 1,
            odometer: 0,
            content: Content::Health(Samples::new()),
        };
        let mut chain = Chain::default();
        let (sealed, reading) = SealedRecord::seal(&record, Period(1), &keys, &mut chain).unwrap();
        let domain = Domain::new(1337, Address([0xca; 20]));
        P256Key::from_bytes(&[0x44; 32]).unwrap().sign(&reading.digest(&domain, 1)).unwrap();
        let wrapped = WrappedRoot::wrap(&keys, &owner.public_key(), &key);
        sealed.open_with(&wrapped.unwrap(&owner).unwrap()).unwrap();
    });
    assert_eq!(counted, 0);
}

fn tx_of(to: Address) -> Eip1559<'static> {
    Eip1559 {
        chain_id: 1,
        nonce: 0,
        max_priority_fee_per_gas: 0,
        max_fee_per_gas: 0,
        gas_limit: 0,
        to,
        value: 0,
        data: &[],
    }
}
