use super::key::array;
use crate::CodecError;
use autochain_primitives::{
    Account, Address, B256, Bytes, Eip658Value, Header, KECCAK256_EMPTY, Log, Receipt, SealedHeader, TxType,
    U256, decode_header,
    rlp::{self, Decodable, Encodable},
};

/// What can be a value.
pub trait Value: Sized {
    /// Adds the bytes to `out`.
    fn write_value(&self, out: &mut Vec<u8>);

    /// Reads them; nothing may be left over.
    ///
    /// # Errors
    /// [`CodecError`] when the bytes are not such a value.
    fn read_value(bytes: &[u8]) -> Result<Self, CodecError>;
}

/// A header behind its hash, so that the hash is read without hashing: `hash ‖ RLP`.
pub type StoredHeader = SealedHeader;

impl Value for u64 {
    fn write_value(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.to_be_bytes());
    }

    fn read_value(bytes: &[u8]) -> Result<Self, CodecError> {
        array(bytes, "8").map(Self::from_be_bytes)
    }
}

/// `number ‖ index`.
impl Value for (u64, u32) {
    fn write_value(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.0.to_be_bytes());
        out.extend_from_slice(&self.1.to_be_bytes());
    }

    fn read_value(bytes: &[u8]) -> Result<Self, CodecError> {
        let wrong = CodecError::Length { got: bytes.len(), expected: "12" };
        let (number, index) = bytes.split_at_checked(8).ok_or(wrong)?;
        Ok((u64::from_be_bytes(array(number, "8")?), u32::from_be_bytes(array(index, "4")?)))
    }
}

impl Value for B256 {
    fn write_value(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(self.as_slice());
    }

    fn read_value(bytes: &[u8]) -> Result<Self, CodecError> {
        array(bytes, "32").map(Self::new)
    }
}

/// Big-endian without leading zeros; nothing for 0.
impl Value for U256 {
    fn write_value(&self, out: &mut Vec<u8>) {
        let bytes = self.to_be_bytes::<32>();
        out.extend_from_slice(bytes.get(self.leading_zeros() / 8..).unwrap_or_default());
    }

    fn read_value(bytes: &[u8]) -> Result<Self, CodecError> {
        Self::try_from_be_slice(bytes).ok_or(CodecError::Length { got: bytes.len(), expected: "at most 32" })
    }
}

impl Value for Bytes {
    fn write_value(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(self);
    }

    fn read_value(bytes: &[u8]) -> Result<Self, CodecError> {
        Ok(Self::copy_from_slice(bytes))
    }
}

/// The addresses one after another.
impl Value for Vec<Address> {
    fn write_value(&self, out: &mut Vec<u8>) {
        self.iter().for_each(|address| out.extend_from_slice(address.as_slice()));
    }

    fn read_value(bytes: &[u8]) -> Result<Self, CodecError> {
        let (addresses, rest) = bytes.as_chunks::<20>();
        if !rest.is_empty() {
            return Err(CodecError::Length { got: bytes.len(), expected: "a multiple of 20" });
        }
        Ok(addresses.iter().map(Address::from).collect())
    }
}

/// Low four bits of the flags of an account: length of the nonce.
const NONCE_LENGTH: u8 = 0x0f;
/// A code hash follows the nonce.
const HAS_CODE: u8 = 0x10;

/// `flags ‖ nonce ‖ code hash? ‖ balance`, integers without leading zeros.
impl Value for Account {
    fn write_value(&self, out: &mut Vec<u8>) {
        let nonce = self.nonce.to_be_bytes();
        let nonce = nonce.get((self.nonce.leading_zeros() / 8) as usize..).unwrap_or_default();
        // At most 8.
        out.push(nonce.len() as u8 | if self.has_code() { HAS_CODE } else { 0 });
        out.extend_from_slice(nonce);
        if self.has_code() {
            out.extend_from_slice(self.code_hash.as_slice());
        }
        self.balance.write_value(out);
    }

    fn read_value(bytes: &[u8]) -> Result<Self, CodecError> {
        let wrong = || CodecError::Length { got: bytes.len(), expected: "an account" };
        let (flags, rest) = bytes.split_first().ok_or_else(wrong)?;
        if flags & !(NONCE_LENGTH | HAS_CODE) != 0 || flags & NONCE_LENGTH > 8 {
            return Err(CodecError::Byte { got: *flags, place: "the flags of an account" });
        }
        let (nonce, rest) = rest.split_at_checked(usize::from(flags & NONCE_LENGTH)).ok_or_else(wrong)?;
        let nonce = nonce.iter().fold(0u64, |nonce, byte| nonce << 8 | u64::from(*byte));
        let (code_hash, rest) = if flags & HAS_CODE == 0 {
            (KECCAK256_EMPTY, rest)
        } else {
            let (hash, rest) = rest.split_at_checked(32).ok_or_else(wrong)?;
            (B256::from_slice(hash), rest)
        };
        Ok(Self { nonce, balance: U256::read_value(rest)?, code_hash })
    }
}

/// Nothing for an account that does not exist.
impl Value for Option<Account> {
    fn write_value(&self, out: &mut Vec<u8>) {
        if let Some(account) = self {
            account.write_value(out);
        }
    }

    fn read_value(bytes: &[u8]) -> Result<Self, CodecError> {
        if bytes.is_empty() { Ok(None) } else { Account::read_value(bytes).map(Some) }
    }
}

impl Value for StoredHeader {
    fn write_value(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(self.hash().as_slice());
        Encodable::encode(self.inner(), out);
    }

    fn read_value(bytes: &[u8]) -> Result<Self, CodecError> {
        let wrong = CodecError::Length { got: bytes.len(), expected: "a hash and a header" };
        let (hash, mut rest) = bytes.split_at_checked(32).ok_or(wrong)?;
        let header: Header = decode_header(&mut rest)?;
        end_of(rest)?;
        Ok(Self::new_unchecked(header, B256::from_slice(hash)))
    }
}

/// `rlp([[type, status, cumulative gas, logs], …])`: without blooms, which follow from the logs.
impl Value for Vec<Receipt> {
    fn write_value(&self, out: &mut Vec<u8>) {
        let lengths: Vec<usize> = self.iter().map(receipt_length).collect();
        let payload_length = lengths
            .iter()
            .map(|&payload_length| rlp::Header { list: true, payload_length }.length_with_payload())
            .sum();
        rlp::Header { list: true, payload_length }.encode(out);
        for (receipt, payload_length) in self.iter().zip(lengths) {
            rlp::Header { list: true, payload_length }.encode(out);
            (receipt.tx_type as u8).encode(out);
            receipt.status.encode(out);
            receipt.cumulative_gas_used.encode(out);
            receipt.logs.encode(out);
        }
    }

    fn read_value(mut bytes: &[u8]) -> Result<Self, CodecError> {
        let mut list = rlp::Header::decode_bytes(&mut bytes, true)?;
        end_of(bytes)?;
        let mut receipts = Self::new();
        while !list.is_empty() {
            let mut fields = rlp::Header::decode_bytes(&mut list, true)?;
            let tx_type = u8::decode(&mut fields)?;
            let tx_type = TxType::try_from(tx_type)
                .map_err(|_| CodecError::Byte { got: tx_type, place: "the type of a receipt" })?;
            let receipt = Receipt {
                tx_type,
                status: Eip658Value::decode(&mut fields)?,
                cumulative_gas_used: u64::decode(&mut fields)?,
                logs: Vec::<Log>::decode(&mut fields)?,
            };
            end_of(fields)?;
            receipts.push(receipt);
        }
        Ok(receipts)
    }
}

fn receipt_length(receipt: &Receipt) -> usize {
    (receipt.tx_type as u8).length()
        + receipt.status.length()
        + receipt.cumulative_gas_used.length()
        + receipt.logs.length()
}

fn end_of(rest: &[u8]) -> Result<(), CodecError> {
    if rest.is_empty() { Ok(()) } else { Err(rlp::Error::UnexpectedLength.into()) }
}

/// Adds an integer in LEB128: seven bits a byte, the lowest first.
pub fn write_varint(mut value: u64, out: &mut Vec<u8>) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

/// Takes an integer in LEB128 from the front of `bytes`.
///
/// # Errors
/// [`CodecError`] when the bytes end within it, or it exceeds 64 bits.
pub fn read_varint(bytes: &mut &[u8]) -> Result<u64, CodecError> {
    let mut value = 0u64;
    for shift in (0..64).step_by(7) {
        let (byte, rest) =
            bytes.split_first().ok_or(CodecError::Length { got: 0, expected: "an integer" })?;
        *bytes = rest;
        let bits = u64::from(byte & 0x7f);
        if shift == 63 && bits > 1 {
            break;
        }
        value |= bits << shift;
        if byte & 0x80 == 0 {
            return Ok(value);
        }
    }
    Err(CodecError::Other("an integer exceeds 64 bits".to_owned()))
}
