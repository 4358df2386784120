use alloy_sol_types::{SolStruct, eip712_domain, sol};
use autochain_primitives::{Address, B256, Bytes, U256, recover_signer, sign_hash};
use secp256k1::SecretKey;
use serde::{Deserialize, Serialize};

sol! {
    /// The struct that registrars sign, as `VehicleRegistry` has it.
    struct Register {
        bytes32 tag;
        bytes32 commitment;
        address minter;
        uint256 nonce;
        uint256 deadline;
    }
}

/// Where a statement counts: EIP-712's domain "Autochain Vehicle", version 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Domain {
    /// The chain.
    pub chain_id: u64,
    /// The vehicle registry.
    pub registry: Address,
}

/// What a registrar vouches for: the car with this tag may be minted for `minter`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Statement {
    /// The VIN's tag.
    pub tag: B256,
    /// keccak256(VIN ‖ salt).
    pub commitment: B256,
    /// The first owner.
    pub minter: Address,
    /// The registry's next nonce of the minter.
    pub nonce: U256,
    /// The last second, since 1970, at which the statement is good.
    pub deadline: u64,
}

impl Statement {
    /// What is signed (EIP-712).
    pub fn hash(&self, domain: &Domain) -> B256 {
        let register = Register {
            tag: self.tag,
            commitment: self.commitment,
            minter: self.minter,
            nonce: self.nonce,
            deadline: U256::from(self.deadline),
        };
        register.eip712_signing_hash(&eip712_domain! {
            name: "Autochain Vehicle",
            version: "1",
            chain_id: domain.chain_id,
            verifying_contract: domain.registry,
        })
    }

    /// A signature of 65 bytes: r, s, v = 27 or 28.
    pub fn sign(&self, domain: &Domain, key: &SecretKey) -> Bytes {
        sign_hash(key, self.hash(domain)).as_bytes().to_vec().into()
    }

    /// Whose signature it is, if anyone's.
    pub fn signer(&self, domain: &Domain, signature: &[u8]) -> Option<Address> {
        let signature = signature.try_into().ok()?;
        recover_signer(&signature, self.hash(domain)).ok()
    }
}
