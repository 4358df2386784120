//! The whole signing path in one image for the bare chip. It links without an allocator, which shows that
//! nothing below allocates, and its size is what the path adds to a firmware. It is not meant to run.
#![cfg_attr(target_os = "none", no_std, no_main)]

#[cfg(target_os = "none")]
mod image {
    use core::hint::black_box;
    use obd_core::{
        Address, Chain, Domain, Eip1559, Flags, Key, Pairing, Policy, RECORD_TX_LEN, Source, keccak256,
    };

    #[panic_handler]
    fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
        loop {}
    }

    // SAFETY: the linker's entry point, defined once.
    #[unsafe(no_mangle)]
    extern "C" fn _start() -> ! {
        let mut out = [0; RECORD_TX_LEN];
        loop {
            black_box(sign(black_box([7; 32]), &mut out));
            black_box(&mut out);
        }
    }

    fn sign(secret: [u8; 32], out: &mut [u8]) -> Option<(usize, [u8; 65], [u8; 65])> {
        let policy = Policy {
            chain_id: black_box(1337),
            registry: Address(black_box([0xca; 20])),
            max_gas: 500_000,
            max_fee_per_gas: 500_000_000_000,
            max_priority_fee_per_gas: 50_000_000_000,
        };
        let key = Key::from_bytes(&secret).ok()?;
        let domain = Domain::new(policy.chain_id, policy.registry);
        let mut chain = Chain::from_bytes(&black_box([0; Chain::LEN]));
        let hash = keccak256(black_box(&[0; 64]));
        let reading = chain.append(black_box(1), black_box(123_456), Flags::new(Source::Obd), hash).ok()?;
        let tx = Eip1559 {
            chain_id: policy.chain_id,
            nonce: black_box(0),
            max_priority_fee_per_gas: black_box(1_000_000_000),
            max_fee_per_gas: black_box(3_000_000_000),
            gas_limit: black_box(120_000),
            to: policy.registry,
            value: 0,
            data: &reading.calldata(),
        };
        let raw = tx.check(&policy).ok()?.sign(&key, out).ok()?.raw().len();
        let record = key.sign(&reading.digest(&domain, black_box(1))).ok()?;
        let pairing =
            Pairing { vehicle: 1, owner: black_box(key.address()), nonce: 0, deadline: black_box(1) };
        let pair = key.sign(&pairing.digest(&domain, key.address())).ok()?;
        Some((raw, record.to_bytes(), pair.to_bytes()))
    }
}

/// On the host there is nothing to do.
#[cfg(not(target_os = "none"))]
fn main() {}
