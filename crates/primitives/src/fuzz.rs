//! Entry points for fuzzers: any bytes must give a value or a typed error, and a value must encode to what was read.
//!
//! `fuzz/` calls them under libFuzzer; the property tests call them with drawn bytes in every run of the tests.

use crate::{Block, Decodable2718, Encodable2718, Receipt, Transaction, decode_header};
use alloy_rlp::{Decodable, Encodable};

/// One header.
pub fn header(bytes: &[u8]) {
    let mut rest = bytes;
    if let Ok(header) = decode_header(&mut rest) {
        assert_eq!(alloy_rlp::encode(&header), read(bytes, rest));
    }
}

/// One block.
pub fn block(bytes: &[u8]) {
    let mut rest = bytes;
    if let Ok(block) = Block::decode(&mut rest) {
        let encoded = alloy_rlp::encode(&block);
        assert_eq!(encoded.len(), block.length());
        assert_eq!(encoded, read(bytes, rest));
    }
}

/// One transaction as it is sent to a node (EIP-2718).
pub fn transaction(bytes: &[u8]) {
    let mut rest = bytes;
    if let Ok(transaction) = Transaction::decode_2718(&mut rest) {
        assert_eq!(transaction.encoded_2718(), read(bytes, rest));
    }
}

/// One receipt as it is stored.
pub fn receipt(bytes: &[u8]) {
    let mut rest = bytes;
    if let Ok(receipt) = Receipt::decode(&mut rest) {
        // The bloom filter is computed, not kept: only the rest must come back.
        let again = Receipt::decode(&mut alloy_rlp::encode(&receipt).as_slice());
        assert_eq!(again.as_ref(), Ok(&receipt));
    }
}

/// An e2store file (era1).
pub fn era1(bytes: &[u8]) {
    drop(crate::decode_era1(bytes));
}

/// A file of blocks in any of its formats.
pub fn block_file(bytes: &[u8]) {
    drop(crate::decode_block_file(bytes.to_vec()));
}

fn read<'a>(bytes: &'a [u8], rest: &[u8]) -> &'a [u8] {
    bytes.get(..bytes.len().saturating_sub(rest.len())).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloy_consensus::Header;
    use proptest::prelude::*;

    /// Bytes of a good block with a few of them changed: they reach deeper than random bytes.
    fn damaged_block() -> impl Strategy<Value = Vec<u8>> {
        let header = Header { number: 7, base_fee_per_gas: Some(7), ..Header::default() };
        let good =
            alloy_rlp::encode(Block { header: header.clone(), ommers: vec![header], transactions: vec![] });
        let edits = proptest::collection::vec((0..good.len(), any::<u8>()), 0..4);
        (edits, 0..good.len()).prop_map(move |(edits, cut)| {
            let mut bytes = good.clone();
            for (index, value) in edits {
                bytes[index] = value;
            }
            bytes.truncate(good.len() - cut / 8);
            bytes
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2_000))]

        #[test]
        fn any_bytes_are_decoded_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..600)) {
            header(&bytes);
            block(&bytes);
            transaction(&bytes);
            receipt(&bytes);
            era1(&bytes);
            block_file(&bytes);
        }

        #[test]
        fn damaged_blocks_are_decoded_or_refused(bytes in damaged_block()) {
            header(&bytes);
            block(&bytes);
            receipt(&bytes);
            block_file(&bytes);
        }
    }
}
