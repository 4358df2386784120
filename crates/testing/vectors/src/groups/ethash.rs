use super::Files;
use crate::{case::Case, json, network, pack::Pack};
use autochain_consensus::Seals;
use autochain_ethash::{Light, Params, Sizes, cache_size, dataset_size, seed_hash};
use autochain_primitives::{B64, B256, Header, HeaderExt, U256, decode_header, keccak256};
use rayon::prelude::*;
use std::collections::BTreeMap;

type Suite = fn(&[u8]) -> Result<Vec<Case>, String>;

/// Ethash itself, and real headers through the seal check.
pub(super) fn run(files: &Files, _: &Pack) -> Vec<(String, Case)> {
    let mut cases = Vec::new();
    let suites: [(&str, Suite); 4] = [
        ("go-ethereum-v1.10.26/epoch_sizes.json", epoch_sizes),
        ("tests-v14.1/PoWTests/ethash_tests.json", proof_of_work),
        ("chfast-ethash/hash_vectors.json", hash_vectors),
        ("real-headers.jsonl", real_headers),
    ];
    for (path, suite) in suites {
        let results = files.open(path).and_then(suite);
        let results = results.unwrap_or_else(|error| vec![Case::new("(file)", Err(error))]);
        cases.extend(results.into_iter().map(|case| (path.to_owned(), case)));
    }
    cases
}

fn epoch_sizes(bytes: &[u8]) -> Result<Vec<Case>, String> {
    #[derive(serde::Deserialize)]
    struct Vector {
        epoch: u64,
        cache_size: u64,
        dataset_size: u64,
    }
    let vectors: Vec<Vector> = json::parse(bytes)?;
    let check = |vector: &Vector| {
        let got = (cache_size(vector.epoch), dataset_size(vector.epoch));
        let want = (vector.cache_size, vector.dataset_size);
        let result = if got == want { Ok(()) } else { Err(format!("sizes {got:?}, expected {want:?}")) };
        Case::new(format!("epoch {}", vector.epoch), result).label("epoch sizes")
    };
    Ok(vectors.par_iter().map(check).collect())
}

fn proof_of_work(bytes: &[u8]) -> Result<Vec<Case>, String> {
    #[derive(serde::Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Vector {
        header: String,
        nonce: B64,
        mix_hash: B256,
        seed: B256,
        result: B256,
        #[serde(rename = "cache_size")]
        cache_size: u64,
        #[serde(rename = "full_size")]
        full_size: u64,
        #[serde(rename = "cache_hash")]
        cache_hash: B256,
        #[serde(rename = "header_hash")]
        header_hash: B256,
    }
    let vectors: BTreeMap<String, Vector> = json::parse(bytes)?;
    let check = |vector: &Vector| {
        let header =
            decode_header(&mut json::unhex(&vector.header)?.as_slice()).map_err(|e| e.to_string())?;
        let epoch = autochain_ethash::epoch(header.number);
        let sizes = (cache_size(epoch), dataset_size(epoch), B256::from(seed_hash(epoch)));
        let light = Light::new(Params::new(epoch, Sizes::Full));
        let output = light.hash(&header.seal_hash().0, u64::from_be_bytes(vector.nonce.0));
        let got = (sizes, header.seal_hash(), B256::from(output.mix_hash), B256::from(output.result));
        let sizes = (vector.cache_size, vector.full_size, vector.seed);
        let want = (sizes, vector.header_hash, vector.mix_hash, vector.result);
        if got != want {
            return Err(format!("got {got:?}, expected {want:?}"));
        }
        let cache = keccak256(light.bytes());
        if cache != vector.cache_hash {
            return Err(format!("the cache hashes to {cache}, expected {}", vector.cache_hash));
        }
        Ok(())
    };
    Ok(vectors.iter().map(|(name, vector)| Case::new(name, check(vector)).label("PoWTests")).collect())
}

fn hash_vectors(bytes: &[u8]) -> Result<Vec<Case>, String> {
    #[derive(serde::Deserialize)]
    struct Vector {
        block_number: u64,
        epoch: u64,
        header_hash: B256,
        nonce: B64,
        mix_hash: B256,
        final_hash: B256,
    }
    let vectors: Vec<Vector> = json::parse(bytes)?;
    let check = |vector: &Vector| {
        let light = Light::new(Params::new(vector.epoch, Sizes::Full));
        let output = light.hash(&vector.header_hash.0, u64::from_be_bytes(vector.nonce.0));
        let got = (B256::from(output.mix_hash), B256::from(output.result));
        let want = (vector.mix_hash, vector.final_hash);
        let result = if got == want { Ok(()) } else { Err(format!("{got:?}, expected {want:?}")) };
        Case::new(format!("block {}", vector.block_number), result).label("hash vectors")
    };
    Ok(vectors.par_iter().map(check).collect())
}

/// Every header's seal holds; with one bit flipped in nonce, mix hash or difficulty it does not.
fn real_headers(bytes: &[u8]) -> Result<Vec<Case>, String> {
    #[derive(serde::Deserialize)]
    struct Vector {
        network: String,
        number: u64,
        epoch: u64,
        hash: B256,
        rlp: String,
    }
    let text = std::str::from_utf8(bytes).map_err(|error| error.to_string())?;
    let mut epochs: BTreeMap<u64, Vec<Vector>> = BTreeMap::new();
    for line in text.lines().filter(|line| !line.is_empty()) {
        let vector: Vector = json::parse(line.as_bytes())?;
        epochs.entry(vector.epoch).or_default().push(vector);
    }
    let spec = network::mainnet();
    let check = |vector: &Vector| {
        let rlp = json::unhex(&vector.rlp)?;
        let header = decode_header(&mut rlp.as_slice()).map_err(|error| error.to_string())?;
        if (header.hash_slow(), header.number) != (vector.hash, vector.number) {
            return Err("the header has another hash or number".to_owned());
        }
        Ok(header)
    };
    let epochs: Vec<_> = epochs.into_values().collect();
    let cases = epochs.par_iter().with_max_len(1).map(|vectors| {
        // Each epoch has a verifier of its own, so that at most one cache a core is in memory.
        let seals = Seals::new(&spec);
        let mut cases = Vec::new();
        for vector in vectors {
            let name = format!("{} {}", vector.network, vector.number);
            let header = match check(vector) {
                Ok(header) => header,
                Err(error) => {
                    cases.push(Case::new(name, Err(error)).label("real headers"));
                    continue;
                }
            };
            let sealed = seals.check(&[&header]).map_err(|error| error.to_string());
            cases.push(Case::new(&name, sealed).label("real headers"));
            for (what, bad) in flipped(&header) {
                let result = match seals.check(&[&bad]) {
                    Ok(()) => Err("the seal still holds".to_owned()),
                    Err(_) => Ok(()),
                };
                cases.push(Case::new(format!("{name} {what}"), result).label("flipped bits"));
            }
        }
        cases
    });
    Ok(cases.flatten_iter().collect())
}

/// The header with one bit flipped, in each of three fields. The bit depends on the block's number.
fn flipped(header: &Header) -> [(&'static str, Header); 3] {
    let bit = header.number as usize;
    let mut nonce = header.clone();
    nonce.nonce.0[bit % 8] ^= 1 << (bit / 8 % 8);
    let mut mix_hash = header.clone();
    mix_hash.mix_hash.0[bit % 32] ^= 1 << (bit / 32 % 8);
    let mut difficulty = header.clone();
    let width = difficulty.difficulty.bit_len().max(1);
    difficulty.difficulty ^= U256::from(1) << (bit % width);
    [("nonce", nonce), ("mix hash", mix_hash), ("difficulty", difficulty)]
}
