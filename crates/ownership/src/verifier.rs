use crate::{AccountFields, OwnershipError, OwnershipProof, ProofPart, owner_slot};
use alloy_trie::TrieAccount;
use autochain_chainspec::ChainSpec;
use autochain_consensus::{Seals, check_header};
use autochain_primitives::{Address, B256, Bytes, Header, SealedHeader, U256, decode_header, keccak256, rlp};
use autochain_trie::verify;

/// Most nodes on a path of 64 nibbles: one each, and the leaf.
const MOST_NODES: usize = 65;

/// How much proof of work convinces a verifier. Both are sums of difficulties.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Policy {
    /// From the checkpoint (exclusive) to the tip (inclusive).
    pub least_work: U256,
    /// After the proven block.
    pub least_on_top: U256,
}

/// What was shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ownership {
    /// Who owns the car.
    pub owner: Address,
    /// The car.
    pub vehicle: U256,
    /// The block in whose state it was so.
    pub block: u64,
    /// That block's hash.
    pub block_hash: B256,
    /// That block's time, in seconds since 1970.
    pub time: u64,
    /// The work from the checkpoint to the tip.
    pub work: U256,
}

/// Checks ownership proofs for one chain and one registry.
#[derive(Debug)]
pub struct Verifier {
    spec: ChainSpec,
    seals: Seals,
    registry: Address,
    checkpoint: SealedHeader,
}

impl Verifier {
    /// A verifier that knows a chain by its genesis only.
    pub fn new(spec: ChainSpec, registry: Address) -> Self {
        let checkpoint = spec.sealed_genesis_header().clone();
        Self { seals: Seals::new(&spec), spec, registry, checkpoint }
    }

    /// A verifier that trusts a later header as well: proofs start behind it.
    #[must_use]
    pub fn with_checkpoint(mut self, checkpoint: SealedHeader) -> Self {
        self.checkpoint = checkpoint;
        self
    }

    /// Checks that `owner` owns `vehicle`. `now` is the clock, in seconds since 1970.
    ///
    /// # Errors
    /// The first thing that is not shown; headers come first, then work, then the Merkle proofs.
    pub fn verify(
        &self,
        proof: &OwnershipProof,
        vehicle: U256,
        owner: Address,
        policy: Policy,
        now: u64,
    ) -> Result<Ownership, OwnershipError> {
        if owner.is_zero() {
            return Err(OwnershipError::NoOwner);
        }
        let headers = self.headers(proof, now)?;
        let not_proven = OwnershipError::NotProven { proven: proof.proven, headers: headers.len() };
        let (block, block_hash) = headers.get(proof.proven).ok_or(not_proven)?;
        let work = total(headers.iter());
        if work < policy.least_work {
            return Err(OwnershipError::LowWork { got: work, least: policy.least_work });
        }
        let on_top = total(headers.iter().skip(proof.proven.saturating_add(1)));
        if on_top < policy.least_on_top {
            return Err(OwnershipError::TooFresh { got: on_top, least: policy.least_on_top });
        }
        self.check_state(proof, block.state_root, vehicle, owner)?;
        let (number, time, block_hash) = (block.number, block.timestamp, *block_hash);
        Ok(Ownership { owner, vehicle, block: number, block_hash, time, work })
    }

    /// The headers with their hashes: each follows the one before it, is legal, and is sealed.
    fn headers(&self, proof: &OwnershipProof, now: u64) -> Result<Vec<(Header, B256)>, OwnershipError> {
        let mut headers: Vec<(Header, B256)> = Vec::with_capacity(proof.headers.len());
        for (position, bytes) in proof.headers.iter().enumerate() {
            let malformed = |reason: String| OwnershipError::Malformed { position, reason };
            let mut rest = bytes.as_ref();
            let header = decode_header(&mut rest).map_err(|error| malformed(error.to_string()))?;
            if !rest.is_empty() {
                return Err(malformed("bytes are left".to_owned()));
            }
            let (parent, expected) = headers.last().map_or_else(
                || (self.checkpoint.inner(), self.checkpoint.hash()),
                |(parent, hash)| (parent, *hash),
            );
            if header.parent_hash != expected {
                let got = header.parent_hash;
                return Err(OwnershipError::Unlinked { number: header.number, got, expected });
            }
            let illegal = |error| OwnershipError::Header { number: header.number, error };
            check_header(&self.spec, &header, parent, now).map_err(illegal)?;
            headers.push((header, keccak256(bytes)));
        }
        self.seals.check(&headers.iter().map(|(header, _)| header).collect::<Vec<_>>())?;
        Ok(headers)
    }

    fn check_state(
        &self,
        proof: &OwnershipProof,
        state_root: B256,
        vehicle: U256,
        owner: Address,
    ) -> Result<(), OwnershipError> {
        let AccountFields { nonce, balance, storage_root, code_hash } = proof.account;
        let account = rlp::encode(TrieAccount { nonce, balance, storage_root, code_hash });
        let key = keccak256(self.registry);
        check_path(ProofPart::Account, state_root, key, account, &proof.account_proof)?;
        let value = rlp::encode(U256::from_be_slice(owner.as_slice()));
        let key = keccak256(owner_slot(vehicle));
        check_path(ProofPart::Storage, storage_root, key, value, &proof.storage_proof)
    }
}

fn total<'a>(headers: impl Iterator<Item = &'a (Header, B256)>) -> U256 {
    headers.fold(U256::ZERO, |sum, (header, _)| sum.saturating_add(header.difficulty))
}

fn check_path(
    part: ProofPart,
    root: B256,
    key: B256,
    value: Vec<u8>,
    nodes: &[Bytes],
) -> Result<(), OwnershipError> {
    if nodes.len() > MOST_NODES {
        return Err(OwnershipError::ProofTooLong { part, nodes: nodes.len(), most: MOST_NODES });
    }
    verify(root, key, Some(value), nodes)
        .map_err(|error| OwnershipError::Proof { part, reason: error.to_string() })
}
