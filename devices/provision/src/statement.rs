use device_rpc::Pins;
use device_rpc::abi::{self, Arg};
use obd_core::{Address, Claim, Digest, Domain, Pairing};
use serde_json::{Value, json};

/// What a device and its owner sign, each for itself, in the registry's EIP-712 domain.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Statement {
    /// The device is the owner's.
    Claim(Claim),
    /// The device speaks for the owner's vehicle.
    Pair(Pairing),
}

impl Statement {
    pub(crate) const fn owner(&self) -> Address {
        match self {
            Self::Claim(Claim { owner, .. }) | Self::Pair(Pairing { owner, .. }) => *owner,
        }
    }

    /// What both sign.
    pub(crate) fn digest(&self, pins: &Pins, device: Address) -> Digest {
        let domain = Domain::new(pins.chain_id, pins.registry);
        match self {
            Self::Claim(claim) => claim.digest(&domain, device),
            Self::Pair(pairing) => pairing.digest(&domain, device),
        }
    }

    /// The same as a wallet takes it (`eth_signTypedData_v4`).
    pub(crate) fn typed_data(&self, pins: &Pins, device: Address) -> Value {
        let field = |name: &str, kind: &str, value: &dyn ToString| {
            (json!({ "name": name, "type": kind }), (name.to_owned(), Value::from(value.to_string())))
        };
        let mut fields = vec![field("device", "address", &device)];
        let (name, owner, nonce, deadline) = match self {
            Self::Claim(Claim { owner, nonce, deadline }) => ("Claim", owner, nonce, deadline),
            Self::Pair(Pairing { vehicle, owner, nonce, deadline }) => {
                fields.push(field("vehicle", "uint256", vehicle));
                ("Pair", owner, nonce, deadline)
            }
        };
        fields.push(field("owner", "address", owner));
        fields.push(field("nonce", "uint256", nonce));
        fields.push(field("deadline", "uint256", deadline));
        let (types, message): (Vec<Value>, serde_json::Map<String, Value>) = fields.into_iter().unzip();
        json!({
            "domain": {
                "name": "Autochain Vehicle", "version": "1", "chainId": pins.chain_id,
                "verifyingContract": pins.registry.to_string(),
            },
            "types": {
                "EIP712Domain": [
                    {"name": "name", "type": "string"}, {"name": "version", "type": "string"},
                    {"name": "chainId", "type": "uint256"}, {"name": "verifyingContract", "type": "address"},
                ],
                name: types,
            },
            "primaryType": name,
            "message": message,
        })
    }

    /// The call of the contract's `claim` or `pair`, which anyone may send.
    pub(crate) fn call(&self, device: Address, by_device: &[u8], by_owner: &[u8]) -> Vec<u8> {
        let device = Arg::Account(device);
        let signatures = [Arg::Bytes(by_device), Arg::Bytes(by_owner)];
        match *self {
            Self::Claim(Claim { owner, nonce, deadline }) => {
                let terms = [device, Arg::Account(owner), Arg::Number(nonce), Arg::Number(deadline)];
                let signature = "claim(address,address,uint256,uint256,bytes,bytes)";
                abi::call(signature, &[&terms[..], &signatures].concat())
            }
            Self::Pair(Pairing { vehicle, owner, nonce, deadline }) => {
                let terms = [
                    device,
                    Arg::Number(vehicle),
                    Arg::Account(owner),
                    Arg::Number(nonce),
                    Arg::Number(deadline),
                ];
                let signature = "pair(address,uint256,address,uint256,uint256,bytes,bytes)";
                abi::call(signature, &[&terms[..], &signatures].concat())
            }
        }
    }

    /// What it means, for who is about to sign it.
    pub(crate) fn in_words(&self, device: Address) -> Vec<String> {
        let mut words = match self {
            Self::Claim(Claim { owner, .. }) => vec![
                format!("The device {device} is yours ({owner})."),
                "Nobody else can claim or pair it, until you release it or sell a vehicle with it."
                    .to_owned(),
            ],
            Self::Pair(Pairing { vehicle, owner, .. }) => vec![
                format!("The device {device} speaks for vehicle {vehicle}, which is yours ({owner})."),
                "What it says about the vehicle's odometer goes to the chain, for all to see, until you \
                 release the device or sell the vehicle."
                    .to_owned(),
            ],
        };
        words.push("Signing moves no coin. The signature is good once.".to_owned());
        words
    }
}
