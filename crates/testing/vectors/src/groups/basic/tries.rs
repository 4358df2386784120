use super::{each, equal};
use crate::{case::Case, json};
use autochain_db::{Database, Options, Schema, SyncMode, tables};
use autochain_primitives::{B256, keccak256};
use autochain_trie::{Change, MemoryTrie, rebuild_root, reference};
use serde_json::Value;
use std::{collections::BTreeMap, convert::Infallible};

/// Roots: of plain tries by the definition, of secure ones (32-byte keys) by all three ways as well.
pub(super) fn roots(name: &str, bytes: &[u8]) -> Result<Vec<Case>, String> {
    #[derive(serde::Deserialize)]
    struct Vector {
        #[serde(rename = "in")]
        input: Value,
        root: B256,
    }
    let secure = name.contains("secure");
    each(bytes, |vector: Vector| {
        let writes = writes(&vector.input)?;
        if !secure {
            // Last write counts; `naive_root` takes an empty value as absent.
            return equal("root by definition", &reference::naive_root(&writes), &vector.root);
        }
        let hashed: Vec<_> = writes.into_iter().map(|(key, value)| (keccak256(key), value)).collect();
        let pairs: Vec<_> = hashed.iter().map(|(key, value)| (key.to_vec(), value.clone())).collect();
        equal("root by definition", &reference::naive_root(&pairs), &vector.root)?;

        // One write after the other, then all at once, then from the leaves alone.
        let mut stepwise = MemoryTrie::default();
        for (key, value) in &hashed {
            let change: Change = (*key, (!value.is_empty()).then(|| value.clone()));
            stepwise.update(&[change]).map_err(|error| error.to_string())?;
        }
        let root = stepwise.root().map_err(|error| error.to_string())?;
        equal("root after single updates", &root, &vector.root)?;
        let last: BTreeMap<_, _> = hashed.into_iter().collect();
        let changes: Vec<Change> =
            last.into_iter().map(|(key, value)| (key, (!value.is_empty()).then_some(value))).collect();
        let mut at_once = MemoryTrie::default();
        let update = at_once.update(&changes).map_err(|error| error.to_string())?;
        equal("root after one update", &update.root, &vector.root)?;
        equal("stored tries equal", &(at_once == stepwise), &true)?;
        let leaves = at_once.leaves.into_iter().map(Ok::<_, Infallible>);
        let rebuilt = rebuild_root(leaves).map_err(|error| error.to_string())?;
        equal("root of the leaves", &rebuilt, &vector.root)
    })
}

/// A key and its value; an empty value removes.
type Write = (Vec<u8>, Vec<u8>);

/// A map in any order, or a list of writes in order; `null` removes.
fn writes(input: &Value) -> Result<Vec<Write>, String> {
    match input {
        Value::Object(map) => map.iter().map(|(key, value)| Ok((text(key)?, bytes_of(value)?))).collect(),
        Value::Array(list) => list
            .iter()
            .map(|pair| match pair.as_array().map(Vec::as_slice) {
                Some([Value::String(key), value]) => Ok((text(key)?, bytes_of(value)?)),
                _ => Err(format!("{pair} is no write")),
            })
            .collect(),
        other => Err(format!("{other} is no set of writes")),
    }
}

fn bytes_of(value: &Value) -> Result<Vec<u8>, String> {
    match value {
        Value::Null => Ok(Vec::new()),
        Value::String(value) => text(value),
        other => Err(format!("{other} is no value")),
    }
}

/// Hex with `0x`, else the text itself.
fn text(text: &str) -> Result<Vec<u8>, String> {
    if text.starts_with("0x") { json::unhex(text) } else { Ok(text.as_bytes().to_vec()) }
}

/// Nibbles and terminator to bytes, in the definition and in the independent builder.
pub(super) fn hex_prefix(bytes: &[u8]) -> Result<Vec<Case>, String> {
    #[derive(serde::Deserialize)]
    struct Vector {
        seq: Vec<u8>,
        term: bool,
        out: String,
    }
    each(bytes, |vector: Vector| {
        let want = json::unhex(&vector.out)?;
        equal("encoding", &reference::hex_prefix(&vector.seq, vector.term), &want)?;
        let nibbles = alloy_trie::Nibbles::from_nibbles(&vector.seq);
        let other = alloy_trie::nodes::encode_path_leaf(&nibbles, vector.term);
        equal("encoding by the other implementation", &other.to_vec(), &want)
    })
}

tables! {
    /// Names of the tables.
    const NAMES;
    /// The words of a case, padded to 32 bytes, and their place.
    table Words: B256 => u64;
}

/// The keys before and after a key. The node's trie keys are the keys of a database table; so here.
pub(super) fn neighbours(bytes: &[u8]) -> Result<Vec<Case>, String> {
    #[derive(serde::Deserialize)]
    struct Vector {
        #[serde(rename = "in")]
        words: Vec<String>,
        tests: Vec<[String; 3]>,
    }
    each(bytes, |vector: Vector| {
        let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
        let schema = Schema { name: "vectors", version: 1, tables: NAMES };
        let options = Options { sync: SyncMode::NoSync, max_size: 1 << 24, ..Options::default() };
        let failed = |error: autochain_db::DbError| error.to_string();
        let db = Database::open(folder.path(), &schema, &options).map_err(failed)?;
        let tx = db.write().map_err(failed)?;
        for (index, word) in vector.words.iter().enumerate() {
            tx.put::<Words>(&padded(word), &(index as u64)).map_err(failed)?;
        }
        tx.commit().map_err(failed)?;
        let tx = db.read().map_err(failed)?;
        for [key, before, after] in &vector.tests {
            let at = padded(key);
            let mut cursor = tx.cursor::<Words>().map_err(failed)?;
            let found = cursor.seek(&at).map_err(failed)?.map(|(key, _)| key);
            let next =
                if found == Some(at) { cursor.next().map_err(failed)?.map(|(key, _)| key) } else { found };
            let mut cursor = tx.cursor::<Words>().map_err(failed)?;
            let found = cursor.seek(&at).map_err(failed)?;
            let prev = if found.is_some() { cursor.prev() } else { cursor.last() };
            let prev = prev.map_err(failed)?.map(|(key, _)| key);
            let want = |word: &str| (!word.is_empty()).then(|| padded(word));
            equal(&format!("before {key:?}"), &prev, &want(before))?;
            equal(&format!("after {key:?}"), &next, &want(after))?;
        }
        Ok(())
    })
}

fn padded(word: &str) -> B256 {
    B256::right_padding_from(word.as_bytes())
}
