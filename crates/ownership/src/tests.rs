use crate::{
    AccountFields, OWNERS_SLOT, OwnershipError, OwnershipProof, Policy, ProofPart, Verifier, owner_slot,
};
use alloy_sol_types::{SolCall as _, sol};
use autochain_chainspec::ChainSpec;
use autochain_consensus::{HeaderError, Seals, next_base_fee};
use autochain_evm::{
    BlockContext, CallOptions, CallRequest, InMemoryState, Rules, Simulator, SpecId,
    revm::inspector::NoOpInspector,
};
use autochain_primitives::{
    Address, B64, B256, Bytes, Header, HeaderExt as _, U256, address, keccak256, rlp,
};
use autochain_trie::MemoryTrie;
use proptest::prelude::*;

const REGISTRY: Address = address!("4155430000000000000000000000000000000002");
const OWNER: Address = Address::repeat_byte(0xaa);
const CAR: U256 = U256::from_limbs([7, 0, 0, 0]);
/// Every block's.
const DIFFICULTY: u64 = 16;
const NOW: u64 = 1_000_000;
const POLICY: Policy = Policy {
    least_work: U256::from_limbs([8 * DIFFICULTY, 0, 0, 0]),
    least_on_top: U256::from_limbs([3 * DIFFICULTY, 0, 0, 0]),
};

sol! {
    function ownerOf(uint256 vehicle) view returns (address);
}

/// A chain with ethash's test sizes, on which a seal takes 16 hashes.
fn spec() -> ChainSpec {
    ChainSpec::from_genesis_json(
        r#"{
            "config": {
                "chainId": 1337, "homesteadBlock": 0, "eip150Block": 0, "eip155Block": 0, "eip158Block": 0,
                "byzantiumBlock": 0, "constantinopleBlock": 0, "petersburgBlock": 0, "istanbulBlock": 0,
                "berlinBlock": 0, "londonBlock": 0,
                "autochain": { "ethash": "test", "fixedDifficulty": "0x10", "bomb": false }
            },
            "difficulty": "0x10", "gasLimit": "0x1c9c380", "alloc": {}
        }"#,
    )
    .unwrap()
}

/// Finds the nonce of a header.
fn seal(seals: &Seals, header: &mut Header) {
    let light = seals.light(header.number);
    let (hash, boundary) = (header.seal_hash().0, header.boundary());
    let (nonce, output) = (0..)
        .map(|nonce| (nonce, light.hash(&hash, nonce)))
        .find(|(_, output)| output.result <= boundary)
        .unwrap();
    header.nonce = B64::from(nonce);
    header.mix_hash = output.mix_hash.into();
}

fn child(spec: &ChainSpec, parent: &Header, state_root: B256) -> Header {
    Header {
        parent_hash: parent.hash_slow(),
        ommers_hash: autochain_primitives::EMPTY_OMMER_ROOT_HASH,
        state_root,
        difficulty: U256::from(DIFFICULTY),
        number: parent.number + 1,
        gas_limit: parent.gas_limit,
        timestamp: parent.timestamp + 13,
        base_fee_per_gas: next_base_fee(spec, parent),
        ..Header::default()
    }
}

fn trie(leaves: impl IntoIterator<Item = (B256, Vec<u8>)>) -> MemoryTrie {
    let mut changes: Vec<_> = leaves.into_iter().map(|(key, value)| (key, Some(value))).collect();
    changes.sort_unstable();
    let mut trie = MemoryTrie::default();
    trie.update(&changes).unwrap();
    trie
}

/// Ten blocks on the genesis, in the fifth of which OWNER has CAR; with the chain's verifier.
fn world() -> (Verifier, OwnershipProof) {
    let spec = spec();
    let seals = Seals::new(&spec);
    let owners = (1..50_u64).map(|car| {
        let owner = if U256::from(car) == CAR { OWNER } else { Address::with_last_byte(car as u8) };
        (keccak256(owner_slot(U256::from(car))), rlp::encode(U256::from_be_slice(owner.as_slice())))
    });
    let mut storage = trie(owners);
    let account = AccountFields {
        nonce: 1,
        balance: U256::ZERO,
        storage_root: storage.root().unwrap(),
        code_hash: keccak256("code"),
    };
    let leaf = rlp::encode(alloy_trie::TrieAccount {
        nonce: account.nonce,
        balance: account.balance,
        storage_root: account.storage_root,
        code_hash: account.code_hash,
    });
    let others = (0..40_u8)
        .map(|byte| (keccak256(Address::repeat_byte(byte)), rlp::encode(alloy_trie::TrieAccount::default())));
    let mut state = trie(others.chain([(keccak256(REGISTRY), leaf)]));
    let root = state.root().unwrap();

    let mut headers: Vec<Header> = Vec::new();
    for number in 1..=10 {
        let parent = headers.last().unwrap_or(spec.genesis_header());
        let mut header = child(&spec, parent, if number == 5 { root } else { B256::repeat_byte(number) });
        seal(&seals, &mut header);
        headers.push(header);
    }
    let proof = OwnershipProof {
        headers: headers.iter().map(|header| rlp::encode(header).into()).collect(),
        proven: 4,
        account,
        account_proof: state.prove(keccak256(REGISTRY)).unwrap(),
        storage_proof: storage.prove(keccak256(owner_slot(CAR))).unwrap(),
    };
    (Verifier::new(spec, REGISTRY), proof)
}

fn header(proof: &OwnershipProof, position: usize) -> Header {
    autochain_primitives::decode_header(&mut proof.headers[position].as_ref()).unwrap()
}

/// Replaces a header and everything behind it by a chain that is linked and sealed again.
fn rebuild(proof: &mut OwnershipProof, position: usize, change: impl Fn(&mut Header)) {
    let spec = spec();
    let seals = Seals::new(&spec);
    for later in position..proof.headers.len() {
        let mut header = header(proof, later);
        if later == position {
            change(&mut header);
        } else {
            header.parent_hash = keccak256(&proof.headers[later - 1]);
        }
        seal(&seals, &mut header);
        proof.headers[later] = rlp::encode(&header).into();
    }
}

fn verify(verifier: &Verifier, proof: &OwnershipProof) -> Result<crate::Ownership, OwnershipError> {
    verifier.verify(proof, CAR, OWNER, POLICY, NOW)
}

#[test]
fn an_owner_is_shown_by_headers_and_a_proof() {
    let (verifier, proof) = world();
    let shown = verify(&verifier, &proof).unwrap();
    assert_eq!((shown.owner, shown.vehicle, shown.block), (OWNER, CAR, 5));
    assert_eq!(shown.work, U256::from(10 * DIFFICULTY));
    assert_eq!(shown.block_hash, header(&proof, 4).hash_slow());
    // It survives its form as a file.
    let file = serde_json::to_string(&proof).unwrap();
    assert_eq!(serde_json::from_str::<OwnershipProof>(&file).unwrap(), proof);
    // From a later checkpoint fewer headers do.
    let checkpoint = autochain_primitives::alloy_primitives::Sealable::seal_slow(header(&proof, 1));
    let late = OwnershipProof { headers: proof.headers[2..].to_vec(), proven: 2, ..proof };
    assert_eq!(verify(&verifier.with_checkpoint(checkpoint), &late).unwrap().block, 5);
}

#[test]
fn another_owner_car_or_slot_is_refused() {
    let (verifier, mut proof) = world();
    let refused = |proof: &OwnershipProof, car: U256, owner: Address| {
        let error = verifier.verify(proof, car, owner, POLICY, NOW).unwrap_err();
        matches!(error, OwnershipError::Proof { part: ProofPart::Storage, .. })
    };
    assert!(refused(&proof, CAR, Address::repeat_byte(0xbb)));
    assert!(refused(&proof, CAR + U256::ONE, OWNER));
    assert_eq!(verifier.verify(&proof, CAR, Address::ZERO, POLICY, NOW), Err(OwnershipError::NoOwner));
    // The slot itself in place of its hash, and the slot of another mapping that holds the same value.
    let other = keccak256([CAR.to_be_bytes::<32>(), (OWNERS_SLOT + U256::ONE).to_be_bytes::<32>()].concat());
    let mut storage = trie([(keccak256(other), rlp::encode(U256::from_be_slice(OWNER.as_slice())))]);
    proof.storage_proof = storage.prove(keccak256(other)).unwrap();
    assert!(refused(&proof, CAR, OWNER));
}

#[test]
fn another_account_is_refused() {
    let (_, proof) = world();
    let elsewhere = Verifier::new(spec(), Address::repeat_byte(3));
    let error = verify(&elsewhere, &proof).unwrap_err();
    assert!(matches!(error, OwnershipError::Proof { part: ProofPart::Account, .. }), "{error}");

    // A storage trie of the attacker's own, with an account to match.
    let (verifier, mut proof) = world();
    let thief = Address::repeat_byte(0xee);
    let key = keccak256(owner_slot(CAR));
    let mut storage = trie([(key, rlp::encode(U256::from_be_slice(thief.as_slice())))]);
    proof.account.storage_root = storage.root().unwrap();
    proof.storage_proof = storage.prove(key).unwrap();
    let error = verifier.verify(&proof, CAR, thief, POLICY, NOW).unwrap_err();
    assert!(matches!(error, OwnershipError::Proof { part: ProofPart::Account, .. }), "{error}");
}

#[test]
fn a_forged_header_is_refused() {
    let (verifier, honest) = world();
    // A state root of the attacker's own breaks the seal or the link, whatever else is changed.
    let mut forged = header(&honest, 4);
    forged.state_root = B256::repeat_byte(0x66);
    let mut proof = honest.clone();
    proof.headers[4] = rlp::encode(&forged).into();
    assert!(matches!(verify(&verifier, &proof), Err(OwnershipError::Unlinked { number: 6, .. })));
    proof.headers.truncate(5);
    let enough = Policy { least_work: U256::from(1), least_on_top: U256::ZERO };
    let error = verifier.verify(&proof, CAR, OWNER, enough, NOW).unwrap_err();
    assert!(matches!(error, OwnershipError::Seal(_)), "{error}");

    // Any bit of any seal.
    for (position, bit) in [(0, 0), (4, 77), (9, 255)] {
        let mut forged = header(&honest, position);
        forged.mix_hash.0[bit / 8] ^= 1 << (bit % 8);
        let mut proof = honest.clone();
        proof.headers[position] = rlp::encode(&forged).into();
        proof.headers.truncate(position + 1);
        proof.proven = position;
        let error = verifier.verify(&proof, CAR, OWNER, enough, NOW).unwrap_err();
        assert!(matches!(error, OwnershipError::Seal(_)), "{error}");
    }

    // Sealed with an easier difficulty than the rule gives.
    let mut proof = honest.clone();
    rebuild(&mut proof, 9, |header| header.difficulty = U256::from(1));
    let error = verify(&verifier, &proof).unwrap_err();
    let OwnershipError::Header { number: 10, error: HeaderError::Difficulty { .. } } = error else {
        panic!("{error}")
    };

    // A chain on another genesis.
    let mut proof = honest.clone();
    rebuild(&mut proof, 0, |header| header.parent_hash = B256::repeat_byte(1));
    assert!(matches!(verify(&verifier, &proof), Err(OwnershipError::Unlinked { number: 1, .. })));

    // A block from the future.
    let mut proof = honest;
    rebuild(&mut proof, 9, |header| header.timestamp = NOW + 16);
    let error = verify(&verifier, &proof).unwrap_err();
    let OwnershipError::Header { error: HeaderError::FutureBlock { .. }, .. } = error else {
        panic!("{error}")
    };
}

#[test]
fn low_work_is_refused() {
    let (verifier, mut proof) = world();
    proof.headers.truncate(7);
    let low = OwnershipError::LowWork { got: U256::from(7 * DIFFICULTY), least: POLICY.least_work };
    assert_eq!(verify(&verifier, &proof), Err(low));
    let (_, proof) = world();
    let policy = Policy { least_on_top: U256::from(6 * DIFFICULTY), ..POLICY };
    let fresh = OwnershipError::TooFresh { got: U256::from(5 * DIFFICULTY), least: policy.least_on_top };
    assert_eq!(verifier.verify(&proof, CAR, OWNER, policy, NOW), Err(fresh));
    let beyond = OwnershipProof { proven: 10, ..proof };
    let missing = OwnershipError::NotProven { proven: 10, headers: 10 };
    assert_eq!(verify(&verifier, &beyond), Err(missing));
}

#[test]
fn any_bytes_give_an_error_and_no_panic() {
    let (verifier, proof) = world();
    let long = OwnershipProof { storage_proof: vec![Bytes::from_static(b"x"); 66], ..proof.clone() };
    assert!(matches!(verify(&verifier, &long), Err(OwnershipError::ProofTooLong { nodes: 66, .. })));
    let nodes = proof.account_proof.len() + proof.storage_proof.len();
    proptest!(|(which in 0..nodes, at in 0..2000_usize, byte in any::<u8>(), cut in any::<bool>())| {
        let mut mutated = proof.clone();
        let accounts = mutated.account_proof.len();
        let node = if which < accounts {
            &mut mutated.account_proof[which]
        } else {
            &mut mutated.storage_proof[which - accounts]
        };
        let mut bytes = node.to_vec();
        let at = at % bytes.len();
        if cut { bytes.truncate(at) } else { bytes[at] ^= byte | 1 }
        *node = bytes.into();
        prop_assert!(verify(&verifier, &mutated).is_err());
    });
    proptest!(|(position in 0..10_usize, bytes in prop::collection::vec(any::<u8>(), 0..600))| {
        let mut mutated = proof.clone();
        mutated.headers[position] = bytes.into();
        prop_assert!(verify(&verifier, &mutated).is_err());
    });
}

/// The registry of the genesis block answers `ownerOf` from the slot that the proof is about.
#[test]
fn the_slot_is_the_registrys() {
    let genesis = ChainSpec::from_genesis_json(include_str!("../../../genesis/dev.json")).unwrap().genesis;
    let registry = &genesis.alloc[&REGISTRY];
    let slot = U256::from_be_bytes(owner_slot(CAR).0);
    let mut state = InMemoryState::default();
    let storage = registry.storage.iter().map(|(slot, value)| (U256::from_be_bytes(slot.0), *value));
    let owner = U256::from_be_slice(OWNER.as_slice());
    state.insert_account(REGISTRY, 1, U256::ZERO, registry.code.clone(), storage.chain([(slot, owner)]));
    let rules =
        Rules { chain_id: 1337, pow_opcodes: true, tx_gas_cap: None, ..Rules::ethereum(SpecId::OSAKA) };
    let block = BlockContext { gas_limit: 30_000_000, base_fee: Some(0), ..BlockContext::default() };
    let mut simulator = Simulator::new(rules, block, &state, &CallOptions::default()).unwrap();
    let data = Bytes::from(ownerOfCall { vehicle: CAR }.abi_encode());
    let request = CallRequest { to: Some(REGISTRY), gas: Some(1_000_000), data, ..CallRequest::default() };
    let (_, execution) = simulator.inspect(&request, &mut NoOpInspector).unwrap();
    let output = execution.result.output().cloned().unwrap_or_default();
    assert_eq!(ownerOfCall::abi_decode_returns(&output).unwrap(), OWNER);
}
