//! Known answers, and the equalities that tie backends, tables and search together.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};

use proptest::prelude::*;

use crate::testing::hex;
use crate::{Backend, Dataset, Hasher, Light, Output, Params, Search, Sizes, keccak, meets};

static NEVER: AtomicBool = AtomicBool::new(false);

fn backends() -> impl Iterator<Item = Backend> {
    Backend::ALL.into_iter().filter(|backend| backend.is_available())
}

fn small(epoch: u64, backend: Backend) -> (Light, Dataset) {
    let mut light = Light::new(Params::new(epoch, Sizes::Test));
    assert!(light.set_backend(backend));
    let dataset = Dataset::generate(&light, 1, |_, _| (), &NEVER).unwrap();
    (light, dataset)
}

/// Tables with prime counts of rows and pages, as the real ones have, but small.
fn medium() -> &'static (Light, Dataset) {
    static TABLES: OnceLock<(Light, Dataset)> = OnceLock::new();
    TABLES.get_or_init(|| {
        let params =
            Params { cache_bytes: 1009 * 64, dataset_bytes: 10_007 * 128, ..Params::new(3, Sizes::Test) };
        let light = Light::new(params);
        let dataset = Dataset::generate(&light, 2, |_, _| (), &NEVER).unwrap();
        (light, dataset)
    })
}

/// The tables of epoch 0, shared by the tests that need real sizes.
fn epoch0() -> &'static Light {
    static LIGHT: OnceLock<Light> = OnceLock::new();
    LIGHT.get_or_init(|| Light::new(Params::new(0, Sizes::Full)))
}

#[test]
fn cache_of_epoch_0() {
    // `cache_hash` of the public PoWTests: Keccak-256 of all bytes, here absorbed by hand.
    let light = epoch0();
    let bytes: Vec<u8> = light.rows().iter().flatten().flat_map(|word| word.to_le_bytes()).collect();
    assert_eq!(bytes.len(), 16_776_896);
    let expected = hex::<32>("35ded12eecf2ce2e8da2e15c06d463aae9b84cb2530a00b932e4bbc484cde353");
    assert_eq!(keccak::testing::keccak256(&bytes), expected);
}

#[test]
fn public_seals_of_epoch_0() {
    // Block 22 of the Olympic network, block 2 of PoWTests, and chfast's made-up nonce.
    let seals = [
        (
            hex("372eca2454ead349c3df0ab5d00b0b706b23e49d469387db91811cee0358fc6d"),
            0x4957_32e0_ed7a_801c_u64,
            "2f74cdeb198af0b9abe65d22d372e22fb2d474371774a9583c1cc427a07939f5",
            "00000b184f1fdd88bfd94c86c39e65db0c36144d5e43f745f722196e730cb614",
        ),
        (
            hex("100cbec5e5ef82991290d0d93d758f19082e71f234cf479192a8b94df6da6bfe"),
            0x3076_92cf_71b1_2f6d,
            "e55d02c555a7969361cf74a9ec6211d8c14e4517930a00442f171bdb1698d175",
            "ab9b13423cface72cbec8424221651bc2e384ef0f7a560e038fc68c8d8684829",
        ),
        (
            hex("2a8de2adf89af77358250bf908bf04ba94a6e8c3ba87775564a41d269a05e4ce"),
            0x4242_4242_4242_4242,
            "58f759ede17a706c93f13030328bcea40c1d1341fb26f2facd21ceb0dae57017",
            "dd47fd2d98db51078356852d7c4014e6a5d6c387c35f40e2875b74a256ed7906",
        ),
    ];
    let many: Vec<_> = seals.iter().map(|&(seal_hash, nonce, ..)| (seal_hash, nonce)).collect();
    let expected: Vec<_> =
        seals.iter().map(|(_, _, mix, result)| Output { mix_hash: hex(mix), result: hex(result) }).collect();
    let mut light = Light::new(*epoch0().params());
    for backend in backends() {
        assert!(light.set_backend(backend));
        assert_eq!(light.hash_many(&many), expected, "{backend}");
        for (&(seal_hash, nonce), expected) in many.iter().zip(&expected) {
            assert_eq!(&light.hash(&seal_hash, nonce), expected, "{backend}");
        }
    }
}

#[test]
fn items_of_epoch_0_equal_the_reference_crate() {
    let light = epoch0();
    let cache: Vec<u8> = light.rows().iter().flatten().flat_map(|word| word.to_le_bytes()).collect();
    let mut items = [[0; 16]; 3];
    for first in [0, 12_345_678, 16_777_185] {
        light.items(first, &mut items);
        for (k, item) in items.iter().enumerate() {
            let bytes: Vec<u8> = item.iter().flat_map(|word| word.to_le_bytes()).collect();
            assert_eq!(bytes, ethash_oracle::calc_dataset_item(&cache, first as usize + k).as_bytes());
        }
    }
}

#[test]
fn test_sizes_equal_the_reference_crate() {
    for epoch in [0, 1, 7] {
        let (light, dataset) = small(epoch, Backend::best());
        let cache: Vec<u8> = light.rows().iter().flatten().flat_map(|word| word.to_le_bytes()).collect();
        for nonce in [0, 1, 0x0102_0304_0506_0708, u64::MAX] {
            let nonce_bytes = nonce.to_be_bytes();
            let (mix, result) =
                ethash_oracle::hashimoto_light([0x11; 32].into(), nonce_bytes.into(), 32 * 1024, &cache);
            let expected = Output { mix_hash: mix.0, result: result.0 };
            assert_eq!(light.hash(&[0x11; 32], nonce), expected);
            assert_eq!(dataset.hash(&[0x11; 32], nonce), expected);
        }
    }
}

#[test]
fn test_size_constants() {
    // As the reference crate computes them.
    let (light, dataset) = small(0, Backend::Scalar);
    let expected = Output {
        mix_hash: hex("7c2163fb92e1e6774a9f19af9c52f23f49da1a60ce9160b5c93a029e4bf2ee0d"),
        result: hex("dcfa05d33f11b0075f0c9f767a328c39f3e7b7029c14f4e47a9a84bb2133a1d3"),
    };
    assert_eq!(light.hash(&[0x11; 32], 0x0102_0304_0506_0708), expected);
    assert_eq!(dataset.hash(&[0x11; 32], 0x0102_0304_0506_0708), expected);
}

#[test]
fn every_backend_makes_the_same_dataset() {
    let (light, dataset) = medium();
    let outputs: Vec<_> = (0..100).map(|nonce| dataset.hash(&[5; 32], nonce)).collect();
    for backend in backends() {
        let mut own = Light::new(*light.params());
        assert!(own.set_backend(backend));
        let mut dataset = Dataset::generate(&own, 1, |_, _| (), &NEVER).unwrap();
        assert!(dataset.set_backend(backend));
        let mut range = vec![Output::default(); 100];
        dataset.hash_range(&[5; 32], 0, &mut range);
        assert_eq!(range, outputs, "{backend}");
    }
}

#[test]
fn a_boundary_is_compared_as_a_number() {
    let mut low = [0; 32];
    low[31] = 0xff;
    let mut high = [0; 32];
    high[30] = 1;
    assert!(meets(&low, &high) && meets(&low, &low) && !meets(&high, &low));
    assert!(meets(&[0xff; 32], &[0xff; 32]) && meets(&[0; 32], &[0; 32]));
}

#[test]
fn a_set_stop_flag_ends_a_search() {
    let (light, dataset) = medium();
    let stop = AtomicBool::new(true);
    assert_eq!(light.search(&[0; 32], &[0xff; 32], 0, u64::MAX, &stop), None);
    assert_eq!(dataset.search(&[0; 32], &[0; 32], 0, u64::MAX, &stop), None);
    let stop = &AtomicBool::new(false);
    std::thread::scope(|scope| {
        let endless = scope.spawn(move || Search::new(dataset, [0; 32], [0; 32], 0).run(u64::MAX, stop));
        std::thread::sleep(std::time::Duration::from_millis(20));
        stop.store(true, Ordering::Relaxed);
        assert_eq!(endless.join().unwrap(), None);
    });
}

#[test]
fn a_search_resumes_behind_its_find() {
    let (_, dataset) = medium();
    let mut boundary = [0xff; 32];
    boundary[0] = 0x07;
    let expected: Vec<u64> =
        (0..2000).filter(|nonce| meets(&dataset.hash(&[3; 32], *nonce).result, &boundary)).collect();
    assert!(expected.len() > 20);
    let mut search = Search::new(dataset, [3; 32], boundary, 0);
    let mut found = Vec::new();
    while let Some((nonce, output)) = search.run(2000 - search.attempts(), &NEVER) {
        assert_eq!(output, dataset.hash(&[3; 32], nonce));
        assert_eq!(search.next_nonce(), nonce + 1);
        found.push(nonce);
    }
    assert_eq!(found, expected);
    assert_eq!((search.attempts(), search.next_nonce()), (2000, 2000));
}

#[test]
fn searches_of_no_attempts_find_nothing() {
    let (light, dataset) = medium();
    assert_eq!(light.search(&[0; 32], &[0xff; 32], 0, 0, &NEVER), None);
    assert_eq!(dataset.search(&[0; 32], &[0xff; 32], 0, 0, &NEVER), None);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn light_equals_full_on_every_backend(
        epoch in 0_u64..4,
        seals in prop::collection::vec((any::<[u8; 32]>(), any::<u64>()), 0..40),
    ) {
        let (light, dataset) = small(epoch, Backend::Scalar);
        let expected: Vec<_> = seals.iter().map(|(seal_hash, nonce)| dataset.hash(seal_hash, *nonce)).collect();
        prop_assert_eq!(light.hash_many(&seals), &expected[..]);
        for backend in backends() {
            let (light, dataset) = small(epoch, backend);
            prop_assert_eq!(light.hash_many(&seals), &expected[..], "{}", backend);
            for ((seal_hash, nonce), expected) in seals.iter().zip(&expected) {
                prop_assert_eq!(light.hash(seal_hash, *nonce), *expected, "{}", backend);
                prop_assert_eq!(dataset.hash(seal_hash, *nonce), *expected, "{}", backend);
            }
        }
    }

    #[test]
    fn ranges_equal_single_hashes(seal_hash: [u8; 32], near_the_end: bool, nonce: u64, count in 0_usize..70) {
        // Half of the ranges wrap.
        let start = if near_the_end { u64::MAX - nonce % 40 } else { nonce };
        let (light, dataset) = small(0, Backend::Scalar);
        let expected: Vec<_> =
            (0..count as u64).map(|k| light.hash(&seal_hash, start.wrapping_add(k))).collect();
        for backend in backends() {
            let mut dataset = Dataset::generate(&light, 1, |_, _| (), &NEVER).unwrap();
            prop_assert!(dataset.set_backend(backend));
            let mut range = vec![Output::default(); count];
            dataset.hash_range(&seal_hash, start, &mut range);
            prop_assert_eq!(&range, &expected, "{}", backend);
        }
        drop(dataset);
    }

    #[test]
    fn light_and_dataset_find_the_same_nonce(
        seal_hash: [u8; 32],
        start: u64,
        first in 0_u8..40,
        attempts in 1_u64..60,
    ) {
        let mut boundary = [0xff; 32];
        boundary[0] = first;
        let (light, _) = small(0, Backend::Scalar);
        let expected = (0..attempts)
            .map(|k| start.wrapping_add(k))
            .map(|nonce| (nonce, light.hash(&seal_hash, nonce)))
            .find(|(_, output)| meets(&output.result, &boundary));
        for backend in backends() {
            let (light, dataset) = small(0, backend);
            prop_assert_eq!(light.search(&seal_hash, &boundary, start, attempts, &NEVER), expected);
            prop_assert_eq!(dataset.search(&seal_hash, &boundary, start, attempts, &NEVER), expected);
        }
    }
}
