use alloy_consensus::{EMPTY_OMMER_ROOT_HASH, Header};
use alloy_primitives::{B256, Sealed, U256, keccak256};
use alloy_rlp::{Decodable, Encodable};

/// A header with its hash.
pub type SealedHeader = Sealed<Header>;

/// What proof of work asks of a header beyond alloy's methods.
pub trait HeaderExt {
    /// Keccak-256 of the header's RLP without mix hash and nonce: what ethash seals.
    fn seal_hash(&self) -> B256;
    /// The ethash boundary ⌊2²⁵⁶ / difficulty⌋ as 32 big-endian bytes; all ones for difficulty 0 or 1.
    fn boundary(&self) -> [u8; 32];
    /// Whether the header carries a field that came after London (EIP-4895, 4788, 4844, 7685 …).
    fn has_post_london_field(&self) -> bool;
}

impl HeaderExt for Header {
    fn seal_hash(&self) -> B256 {
        let mut fields = Vec::with_capacity(640);
        self.parent_hash.encode(&mut fields);
        self.ommers_hash.encode(&mut fields);
        self.beneficiary.encode(&mut fields);
        self.state_root.encode(&mut fields);
        self.transactions_root.encode(&mut fields);
        self.receipts_root.encode(&mut fields);
        self.logs_bloom.encode(&mut fields);
        self.difficulty.encode(&mut fields);
        self.number.encode(&mut fields);
        self.gas_limit.encode(&mut fields);
        self.gas_used.encode(&mut fields);
        self.timestamp.encode(&mut fields);
        self.extra_data.encode(&mut fields);
        if let Some(base_fee) = self.base_fee_per_gas {
            base_fee.encode(&mut fields);
        }
        let mut out = Vec::with_capacity(fields.len() + 4);
        alloy_rlp::Header { list: true, payload_length: fields.len() }.encode(&mut out);
        out.extend_from_slice(&fields);
        keccak256(out)
    }

    fn boundary(&self) -> [u8; 32] {
        if self.difficulty <= U256::from(1) {
            return [0xff; 32];
        }
        // ⌊2²⁵⁶ / d⌋ without 257 bits: ⌊(2²⁵⁶ − 1) / d⌋, one more when d divides 2²⁵⁶ exactly.
        let quotient = U256::MAX / self.difficulty;
        let exact = (U256::MAX % self.difficulty) + U256::from(1) == self.difficulty;
        (if exact { quotient + U256::from(1) } else { quotient }).to_be_bytes()
    }

    fn has_post_london_field(&self) -> bool {
        self.withdrawals_root.is_some()
            || self.blob_gas_used.is_some()
            || self.excess_blob_gas.is_some()
            || self.parent_beacon_block_root.is_some()
            || self.requests_hash.is_some()
    }
}

/// Decodes one header from the front of `buf`.
///
/// # Errors
/// Malformed RLP, or a header with fields that came after London: they belong to proof of stake.
pub fn decode_header(buf: &mut &[u8]) -> alloy_rlp::Result<Header> {
    let header = Header::decode(buf)?;
    if header.has_post_london_field() {
        return Err(alloy_rlp::Error::Custom(
            "header carries a field that came after London: a block of proof of stake",
        ));
    }
    Ok(header)
}

/// Keccak-256 of the RLP list of ommers (Yellow Paper §4.3, `Ho`).
pub fn ommers_hash(ommers: &[Header]) -> B256 {
    if ommers.is_empty() {
        return EMPTY_OMMER_ROOT_HASH;
    }
    let mut out = Vec::new();
    alloy_rlp::encode_list(ommers, &mut out);
    keccak256(out)
}
