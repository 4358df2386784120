use alloy_consensus::{Eip658Value, TxType};
use alloy_primitives::{B256, Bloom, Log};
use alloy_rlp::{BufMut, Decodable, Encodable, Error, Header};

/// The result of one transaction (Yellow Paper §4.3.1; EIP-658, EIP-2718).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt {
    /// The EIP-2718 type of the transaction.
    pub tx_type: TxType,
    /// Success since Byzantium, the state root after the transaction before it.
    pub status: Eip658Value,
    /// Gas used in the block up to and with this transaction.
    pub cumulative_gas_used: u64,
    /// Logs in the order in which they were emitted.
    pub logs: Vec<Log>,
}

impl Receipt {
    /// The bloom filter of the receipt's logs.
    pub fn bloom(&self) -> Bloom {
        self.logs.iter().collect()
    }

    /// Consensus encoding: `type ‖ rlp([status, gas, bloom, logs])`, without the type for legacy.
    pub fn encode_2718(&self, out: &mut dyn BufMut) {
        if self.tx_type != TxType::Legacy {
            out.put_u8(self.tx_type as u8);
        }
        let bloom = self.bloom();
        self.list_header(&bloom).encode(out);
        self.status.encode(out);
        self.cumulative_gas_used.encode(out);
        bloom.encode(out);
        self.logs.encode(out);
    }

    fn list_header(&self, bloom: &Bloom) -> Header {
        let payload_length =
            self.status.length() + self.cumulative_gas_used.length() + bloom.length() + self.logs.length();
        Header { list: true, payload_length }
    }

    fn length_2718(&self) -> usize {
        let bloom = Bloom::ZERO;
        let header = self.list_header(&bloom);
        header.length_with_payload() + usize::from(self.tx_type != TxType::Legacy)
    }
}

/// As an item of a list: legacy receipts are lists, typed ones are strings (EIP-2718).
impl Encodable for Receipt {
    fn encode(&self, out: &mut dyn BufMut) {
        if self.tx_type != TxType::Legacy {
            Header { list: false, payload_length: self.length_2718() }.encode(out);
        }
        self.encode_2718(out);
    }

    fn length(&self) -> usize {
        let inner = self.length_2718();
        if self.tx_type == TxType::Legacy {
            inner
        } else {
            Header { list: false, payload_length: inner }.length_with_payload()
        }
    }
}

impl Decodable for Receipt {
    fn decode(buf: &mut &[u8]) -> alloy_rlp::Result<Self> {
        let typed = buf.first().is_some_and(|first| *first < alloy_rlp::EMPTY_LIST_CODE);
        let mut payload = if typed { Header::decode_bytes(buf, false)? } else { &[] };
        let (tx_type, body) = if typed {
            let (first, rest) = payload.split_first().ok_or(Error::InputTooShort)?;
            payload = rest;
            (TxType::try_from(*first).map_err(|_| Error::Custom("unknown receipt type"))?, &mut payload)
        } else {
            (TxType::Legacy, buf)
        };
        let mut fields = Header::decode_bytes(body, true)?;
        let receipt = Self {
            tx_type,
            status: Eip658Value::decode(&mut fields)?,
            cumulative_gas_used: u64::decode(&mut fields)?,
            logs: {
                Bloom::decode(&mut fields)?;
                Vec::decode(&mut fields)?
            },
        };
        if !fields.is_empty() || (typed && !payload.is_empty()) {
            return Err(Error::UnexpectedLength);
        }
        Ok(receipt)
    }
}

/// The root of the trie of receipts (Yellow Paper §4.3, `He`).
pub fn receipts_root(receipts: &[Receipt]) -> B256 {
    alloy_trie::root::ordered_trie_root_with_encoder(receipts, |receipt, out| receipt.encode_2718(out))
}

/// The bloom filter of all logs of a block.
pub fn logs_bloom(receipts: &[Receipt]) -> Bloom {
    receipts.iter().fold(Bloom::ZERO, |bloom, receipt| bloom | receipt.bloom())
}
