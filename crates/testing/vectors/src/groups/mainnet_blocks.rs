use super::Files;
use crate::{case::Case, json, network, pack::Pack, ssz};
use autochain_chainspec::{ChainSpec, Fork};
use autochain_consensus::{AncestorInfo, Seals, check_body, check_commitments, check_header, check_ommers};
use autochain_primitives::{
    B256, Block, Decodable2718, Eip658Value, Header, Receipt, SealedBlock, SealedHeader, Transaction, TxType,
    decode_header, keccak256, logs_bloom, receipts_root,
    rlp::{self, Decodable},
};
use rayon::prelude::*;
use std::collections::{BTreeMap, HashMap};

/// What a file tells of one mainnet block. Nothing before it is known unless another file tells it.
#[derive(Clone, Debug, Default)]
struct Told {
    header: Option<Header>,
    block: Option<Block>,
    receipts: Option<Vec<Receipt>>,
    /// A body and receipts of a block whose header another file tells, by its hash.
    body_of: Option<(B256, Vec<u8>)>,
    receipts_of: Option<(B256, Vec<Receipt>)>,
}

/// Real blocks without the state before them: seal, roots, senders, receipts, and the rules between a block
/// and its ancestors where several in a row are told.
pub(super) fn run(files: &Files, _: &Pack) -> Vec<(String, Case)> {
    let paths: Vec<_> = files.paths().map(str::to_owned).collect();
    let mut told: BTreeMap<(u64, B256), (String, Told)> = BTreeMap::new();
    let mut cases = Vec::new();
    let mut apart = Vec::new();
    for path in paths {
        let blocks = match read(files, &path) {
            Ok(blocks) => blocks,
            Err(error) => {
                cases.push((path, Case::new("(file)", Err(error))));
                continue;
            }
        };
        for mut block in blocks {
            apart.extend(block.body_of.take().map(|(hash, body)| (path.clone(), hash, Part::Body(body))));
            let receipts = block.receipts_of.take();
            apart.extend(receipts.map(|(hash, receipts)| (path.clone(), hash, Part::Receipts(receipts))));
            let header =
                block.header.clone().or_else(|| block.block.as_ref().map(|block| block.header.clone()));
            let Some(header) = header else { continue };
            let entry = told.entry((header.number, header.hash_slow())).or_default();
            entry.0.clone_from(&path);
            entry.1.header = Some(header);
            entry.1.block = block.block.or_else(|| entry.1.block.take());
            entry.1.receipts = block.receipts.or_else(|| entry.1.receipts.take());
        }
    }
    for (path, hash, part) in apart {
        let found = told.iter().find_map(|((_, known), (_, told))| (*known == hash).then_some(told));
        cases.push((path, Case::new(hash.to_string(), check_part(found, part))));
    }
    let spec = network::mainnet();
    let known: HashMap<B256, &Told> = told.iter().map(|((_, hash), (_, told))| (*hash, told)).collect();
    let seals = Seals::new(&spec);
    let checked: Vec<_> = told
        .par_iter()
        .map(|((number, hash), (path, told))| {
            let result = check(&spec, &seals, &known, *hash, told);
            let mut case = Case::new(number.to_string(), result).label("seals");
            if told.block.is_some() {
                case = case.label("bodies");
            }
            if told.receipts.is_some() {
                case = case.label("receipts");
            }
            (path.clone(), case)
        })
        .collect();
    cases.extend(checked);
    cases
}

/// What a file tells of a block beside its header.
enum Part {
    Body(Vec<u8>),
    Receipts(Vec<Receipt>),
}

/// A part is the header's.
fn check_part(told: Option<&Told>, part: Part) -> Result<(), String> {
    let header = told.and_then(|told| told.header.as_ref()).ok_or("no file tells its header")?;
    match part {
        Part::Body(bytes) => {
            let block = body(header, &bytes)?.seal_slow();
            check_commitments(&block).map_err(|error| error.to_string())
        }
        Part::Receipts(receipts) => check_receipts(header, &receipts),
    }
}

fn check_receipts(header: &Header, receipts: &[Receipt]) -> Result<(), String> {
    let gas_used = receipts.last().map_or(0, |receipt| receipt.cumulative_gas_used);
    let got = (receipts_root(receipts), logs_bloom(receipts), gas_used);
    let want = (header.receipts_root, header.logs_bloom, header.gas_used);
    if got == want { Ok(()) } else { Err(format!("receipts give {got:?}, the header says {want:?}")) }
}

fn check(
    spec: &ChainSpec,
    seals: &Seals,
    known: &HashMap<B256, &Told>,
    hash: B256,
    told: &Told,
) -> Result<(), String> {
    let header = told.header.as_ref().ok_or("no header is told")?;
    seals.check(&[header]).map_err(|error| format!("seal: {error}"))?;
    let header_of = |hash: &B256| known.get(hash).and_then(|told| told.header.as_ref());
    if let Some(parent) = header_of(&header.parent_hash) {
        check_header(spec, header, parent, header.timestamp).map_err(|error| format!("header: {error}"))?;
    }
    if let Some(block) = &told.block {
        let block = block.clone().seal_slow();
        check_block(spec, seals, known, &block)?;
        if block.hash() != hash {
            return Err(format!("the block's hash is {}, expected {hash}", block.hash()));
        }
    }
    told.receipts.as_ref().map_or(Ok(()), |receipts| check_receipts(header, receipts))
}

fn check_block(
    spec: &ChainSpec,
    seals: &Seals,
    known: &HashMap<B256, &Told>,
    block: &SealedBlock,
) -> Result<(), String> {
    check_body(spec, block).map_err(|error| format!("body: {error}"))?;
    let ommers: Vec<_> = block.ommers.iter().collect();
    seals.check(&ommers).map_err(|error| format!("seal of an ommer: {error}"))?;
    let low_s = spec.is_active(Fork::Homestead, block.header.number, block.header.timestamp);
    block.clone().recover(low_s).map_err(|(index, error)| format!("transaction {index}: {error}"))?;
    if let Some(ancestors) = ancestors(known, &block.header) {
        let ancestors: Vec<_> =
            ancestors.iter().map(|(header, ommers)| AncestorInfo { header, ommers }).collect();
        check_ommers(spec, block, &ancestors, block.header.timestamp)
            .map_err(|error| format!("ommers: {error}"))?;
    }
    Ok(())
}

/// The seven blocks before, newest first, if all are told with their bodies.
fn ancestors(known: &HashMap<B256, &Told>, header: &Header) -> Option<Vec<(SealedHeader, Vec<B256>)>> {
    let mut ancestors = Vec::new();
    let mut hash = header.parent_hash;
    while ancestors.len() < 7 {
        let block = known.get(&hash)?.block.as_ref()?;
        let ommers = block.ommers.iter().map(Header::hash_slow).collect();
        ancestors.push((SealedHeader::new_unchecked(block.header.clone(), hash), ommers));
        hash = block.header.parent_hash;
    }
    Some(ancestors)
}

fn read(files: &Files, path: &str) -> Result<Vec<Told>, String> {
    let bytes = files.open(path)?;
    let text = || std::str::from_utf8(bytes).map_err(|error| error.to_string());
    if path.ends_with(".blocks") || path.ends_with(".rlp") {
        concatenated(bytes)
    } else if path.ends_with(".json") {
        content_by_hash(bytes)
    } else if path.contains("/block_data/") {
        plain_fields(text()?)
    } else if path.ends_with(".yaml") {
        content_pairs(text()?)
    } else if path.ends_with("/header.bin") {
        // Header, body and receipts of one block in three files, read with the first.
        let folder = path.strip_suffix("header.bin").unwrap_or_default();
        let header = header_with_proof(bytes)?;
        let body = body(&header, files.open(&format!("{folder}body.bin"))?)?;
        let receipts = receipts(files.open(&format!("{folder}receipts.bin"))?)?;
        Ok(vec![Told {
            header: Some(header),
            block: Some(body),
            receipts: Some(receipts),
            ..Told::default()
        }])
    } else if path.ends_with("/body.bin") || path.ends_with("/receipts.bin") {
        Ok(Vec::new())
    } else {
        Err("no reader for this file".to_owned())
    }
}

/// One or more blocks of RLP. Encoding them again gives the file.
fn concatenated(bytes: &[u8]) -> Result<Vec<Told>, String> {
    let mut rest = bytes;
    let mut again = Vec::new();
    let mut blocks = Vec::new();
    while !rest.is_empty() {
        let block = Block::decode(&mut rest).map_err(|error| format!("block {}: {error}", blocks.len()))?;
        rlp::Encodable::encode(&block, &mut again);
        blocks.push(Told { block: Some(block), ..Told::default() });
    }
    if again != bytes { Err("encoding the blocks again gives other bytes".to_owned()) } else { Ok(blocks) }
}

/// Hash → { header: RLP, body: SSZ, receipts: SSZ }.
fn content_by_hash(bytes: &[u8]) -> Result<Vec<Told>, String> {
    #[derive(serde::Deserialize)]
    struct Content {
        header: String,
        body: String,
        receipts: String,
        number: u64,
    }
    let contents: BTreeMap<B256, Content> = json::parse(bytes)?;
    let read = |(hash, content): (B256, Content)| {
        let header = json::unhex(&content.header)?;
        if keccak256(&header) != hash {
            return Err(format!("the header of {} has another hash", content.number));
        }
        let header = header_rlp(&header)?;
        let block = body(&header, &json::unhex(&content.body)?)?;
        let receipts = receipts(&json::unhex(&content.receipts)?)?;
        Ok(Told { header: Some(header), block: Some(block), receipts: Some(receipts), ..Told::default() })
    };
    contents.into_iter().map(read).collect()
}

/// `header`, `body` (`rlp([transactions, ommers])`) and `receipts` (RLP list), a line each.
fn plain_fields(text: &str) -> Result<Vec<Told>, String> {
    let fields: HashMap<_, _> = lines(text).collect();
    let field = |name: &str| json::unhex(fields.get(name).ok_or_else(|| format!("no {name}"))?);
    let header = field("header")?;
    let body = field("body")?;
    let mut items = body.as_slice();
    let items = rlp::Header::decode_bytes(&mut items, true).map_err(|error| error.to_string())?;
    let mut block = Vec::new();
    rlp::Header { list: true, payload_length: header.len() + items.len() }.encode(&mut block);
    block.extend_from_slice(&header);
    block.extend_from_slice(items);
    let block = Block::decode_exact(&block).map_err(|error| error.to_string())?;
    let receipts = field("receipts")?;
    let receipts = receipts_without_bloom(&receipts).map_err(|error| format!("receipts: {error}"))?;
    Ok(vec![Told { block: Some(block), receipts: Some(receipts), ..Told::default() }])
}

/// The network's short form of receipts (eth/69): `[type, status, cumulative gas, logs]` each.
fn receipts_without_bloom(mut bytes: &[u8]) -> rlp::Result<Vec<Receipt>> {
    let mut list = rlp::Header::decode_bytes(&mut bytes, true)?;
    let mut receipts = Vec::new();
    while !list.is_empty() {
        let mut fields = rlp::Header::decode_bytes(&mut list, true)?;
        let tx_type = u8::decode(&mut fields)?;
        receipts.push(Receipt {
            tx_type: TxType::try_from(tx_type).map_err(|_| rlp::Error::Custom("unknown receipt type"))?,
            status: Eip658Value::decode(&mut fields)?,
            cumulative_gas_used: u64::decode(&mut fields)?,
            logs: Vec::decode(&mut fields)?,
        });
    }
    Ok(receipts)
}

/// Portal's content: a key (kind ‖ hash or number) and an SSZ value, a line each. A body or receipts alone name
/// their block by hash only; they are checked against the header that another file tells.
fn content_pairs(text: &str) -> Result<Vec<Told>, String> {
    let mut told: BTreeMap<B256, Told> = BTreeMap::new();
    let mut bodies: BTreeMap<B256, Vec<u8>> = BTreeMap::new();
    let mut receipt_lists: BTreeMap<B256, Vec<u8>> = BTreeMap::new();
    let mut key = Vec::new();
    for (name, value) in lines(text) {
        let value = json::unhex(value)?;
        if name == "content_key" {
            key = value;
            continue;
        }
        let (kind, subject) = key.split_first().ok_or("a value without a key")?;
        match kind {
            0 | 3 => {
                let header = header_with_proof(&value)?;
                let hash = header.hash_slow();
                let named = if *kind == 0 {
                    hash.as_slice() == subject
                } else {
                    number(subject) == Some(header.number)
                };
                if !named {
                    return Err("the header is not the one that its key names".to_owned());
                }
                told.entry(hash).or_default().header = Some(header);
            }
            1 => drop(bodies.insert(hash(subject)?, value)),
            2 => drop(receipt_lists.insert(hash(subject)?, value)),
            other => return Err(format!("content of kind {other} is new")),
        }
    }
    for (hash, bytes) in bodies {
        let entry = told.entry(hash).or_default();
        match &entry.header {
            Some(header) => entry.block = Some(body(header, &bytes)?),
            None => entry.body_of = Some((hash, bytes)),
        }
    }
    for (hash, bytes) in receipt_lists {
        let entry = told.entry(hash).or_default();
        let receipts = receipts(&bytes)?;
        match entry.header {
            Some(_) => entry.receipts = Some(receipts),
            None => entry.receipts_of = Some((hash, receipts)),
        }
    }
    Ok(told.into_values().collect())
}

/// `name: value` or `- name: "value"` lines; comments and empty lines left out.
fn lines(text: &str) -> impl Iterator<Item = (&str, &str)> {
    text.lines().filter_map(|line| {
        let (name, value) = line.trim_start_matches("- ").trim().split_once(": ")?;
        let hex = value.trim().trim_matches('"');
        hex.starts_with("0x").then_some((name, hex))
    })
}

fn number(bytes: &[u8]) -> Option<u64> {
    bytes.try_into().ok().map(u64::from_le_bytes)
}

fn hash(bytes: &[u8]) -> Result<B256, String> {
    B256::try_from(bytes).map_err(|_| "a key without a hash".to_owned())
}

fn header_rlp(bytes: &[u8]) -> Result<Header, String> {
    let mut rest = bytes;
    let header = decode_header(&mut rest).map_err(|error| format!("header: {error}"))?;
    if rlp::encode(&header) != bytes {
        return Err("encoding the header again gives other bytes".to_owned());
    }
    Ok(header)
}

/// SSZ of header RLP and a proof, which belongs to the network that carried it.
fn header_with_proof(bytes: &[u8]) -> Result<Header, String> {
    header_rlp(ssz::items(bytes)?.first().ok_or("no header in the SSZ")?)
}

/// SSZ of a list of transactions and the RLP of the ommers.
fn body(header: &Header, bytes: &[u8]) -> Result<Block, String> {
    let parts = ssz::items(bytes)?;
    let [transactions, ommers] = parts.as_slice() else {
        return Err(format!("a body of {} parts", parts.len()));
    };
    let decode = |mut bytes: &[u8]| {
        let tx = Transaction::decode_2718(&mut bytes).map_err(|error| error.to_string())?;
        if bytes.is_empty() { Ok(tx) } else { Err("bytes follow a transaction".to_owned()) }
    };
    let transactions = ssz::items(transactions)?.into_iter().map(decode).collect::<Result<_, _>>()?;
    let ommers = Vec::<Header>::decode(&mut &**ommers).map_err(|error| error.to_string())?;
    Ok(Block { header: header.clone(), transactions, ommers })
}

/// SSZ of a list of receipts in their consensus encoding.
fn receipts(bytes: &[u8]) -> Result<Vec<Receipt>, String> {
    let decode = |bytes: &[u8]| {
        let typed = bytes.first().is_some_and(|first| *first < rlp::EMPTY_LIST_CODE);
        let item = if typed { rlp::encode(bytes) } else { bytes.to_vec() };
        Receipt::decode(&mut item.as_slice()).map_err(|error| format!("receipt: {error}"))
    };
    ssz::items(bytes)?.into_iter().map(decode).collect()
}
