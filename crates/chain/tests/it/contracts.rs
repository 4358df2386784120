//! Small contracts that change much state. Their code runs under every fork; the factory needs CREATE2.

use autochain_primitives::{Address, address, hex, keccak256};

/// Where the factory stands from block 0 on.
pub(crate) const FACTORY: Address = address!("00000000000000000000000000000000000fac70");

/// Creates with CREATE2 what follows the first word of its input, which is the salt.
pub(crate) const FACTORY_CODE: [u8; 69] = hex!(
    "7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe03601600081602082378035828234f5"
    "8015156039578182fd5b8082525050506014600cf3"
);

/// Without input it destroys itself in favour of the caller. With (first, count, value) it stores `value` in
/// `count` slots from `first` on, the parent's hash in slot 0xffff, and logs once.
const RUNTIME: &[u8] = &[
    0x36, 0x15, 0x60, 0x38, 0x57, // no input: go to 0x38
    0x60, 0x20, 0x35, // count
    0x5b, // 0x08: the loop
    0x80, 0x15, 0x60, 0x1f, 0x57, // count is 0: go to 0x1f
    0x60, 0x01, 0x90, 0x03, // count − 1
    0x80, 0x60, 0x00, 0x35, 0x01, // slot
    0x60, 0x40, 0x35, 0x90, 0x55, // store
    0x60, 0x08, 0x56, // again
    0x5b, // 0x1f: the end
    0x60, 0x01, 0x43, 0x03, 0x40, // hash of block number − 1
    0x61, 0xff, 0xff, 0x55, // store
    0x60, 0xaa, 0x60, 0x20, 0x60, 0x00, 0xa1, // log with topic 0xaa
    0x60, 0x00, 0x60, 0x00, 0xa0, // log without
    0x00, 0x00, 0x00, // stop
    0x5b, 0x33, 0xff, // 0x38: destroy
];

/// Creation code that fills slots 1 … `slots` and leaves the contract.
pub(crate) fn creation_code(slots: u8, value: u8) -> Vec<u8> {
    let mut code = Vec::new();
    for slot in 1..=slots {
        code.extend([0x60, value | 1, 0x60, slot, 0x55]);
    }
    let length = RUNTIME.len() as u8;
    let [high, low] = (code.len() as u16 + 13).to_be_bytes();
    code.extend([0x60, length, 0x80, 0x61, high, low, 0x60, 0, 0x39, 0x60, 0, 0xf3, 0x00]);
    code.extend(RUNTIME);
    code
}

/// Input of the factory.
pub(crate) fn deploy(salt: u8) -> Vec<u8> {
    let mut input = vec![0; 32];
    input[31] = salt;
    input.extend(creation_code(10, salt));
    input
}

/// Where the factory puts the contract with this salt.
pub(crate) fn deployed_at(salt: u8) -> Address {
    let mut word = [0; 32];
    word[31] = salt;
    FACTORY.create2(word, keccak256(creation_code(10, salt)))
}

/// Input that fills `count` slots from `first` on.
pub(crate) fn fill(first: u8, count: u8, value: u8) -> Vec<u8> {
    let mut input = vec![0; 96];
    (input[31], input[63], input[95]) = (first, count, value);
    input
}

/// Input that destroys the contract.
pub(crate) fn destroy() -> Vec<u8> {
    Vec::new()
}
