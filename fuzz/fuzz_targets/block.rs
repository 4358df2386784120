#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| autochain_primitives::fuzz::block(bytes));
