use super::parse_u64;
use autochain_primitives::B256;
use serde::{Deserialize, Deserializer, de::Error};

/// A block by number or by name.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum BlockTag {
    /// Block 0.
    Earliest,
    /// The head.
    #[default]
    Latest,
    /// The block that would come next.
    Pending,
    /// Some blocks under the head.
    Safe,
    /// Many blocks under the head.
    Finalized,
    /// By number.
    Number(u64),
}

impl BlockTag {
    fn parse(text: &str) -> Result<Self, &'static str> {
        Ok(match text {
            "earliest" => Self::Earliest,
            "latest" => Self::Latest,
            "pending" => Self::Pending,
            "safe" => Self::Safe,
            "finalized" => Self::Finalized,
            _ => Self::Number(parse_u64(text)?),
        })
    }
}

impl<'de> Deserialize<'de> for BlockTag {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<str>::deserialize(deserializer)?;
        Self::parse(&text).map_err(D::Error::custom)
    }
}

/// A block by number, name or hash (EIP-1898).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum BlockId {
    /// By number or name.
    Tag(BlockTag),
    /// By hash; `canonical` demands that it is on the heaviest chain.
    Hash {
        hash: B256,
        #[allow(dead_code, reason = "state of other blocks is not kept, so both are the same")]
        canonical: bool,
    },
}

impl Default for BlockId {
    fn default() -> Self {
        Self::Tag(BlockTag::Latest)
    }
}

impl<'de> Deserialize<'de> for BlockId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Object {
            block_number: Option<BlockTag>,
            block_hash: Option<B256>,
            #[serde(default)]
            require_canonical: bool,
        }
        let value = serde_json::Value::deserialize(deserializer)?;
        match value {
            serde_json::Value::String(text) if text.len() == 66 => {
                let hash = text.parse().map_err(|_| D::Error::custom("invalid hex string"))?;
                Ok(Self::Hash { hash, canonical: false })
            }
            serde_json::Value::String(text) => {
                BlockTag::parse(&text).map(Self::Tag).map_err(D::Error::custom)
            }
            value @ serde_json::Value::Object(_) => {
                let object: Object = serde_json::from_value(value).map_err(D::Error::custom)?;
                match (object.block_number, object.block_hash) {
                    (Some(_), Some(_)) => Err(D::Error::custom(
                        "cannot specify both BlockHash and BlockNumber, choose one or the other",
                    )),
                    (Some(tag), None) => Ok(Self::Tag(tag)),
                    (None, Some(hash)) => Ok(Self::Hash { hash, canonical: object.require_canonical }),
                    (None, None) => {
                        Err(D::Error::custom("invalid arguments; neither block nor hash specified"))
                    }
                }
            }
            _ => Err(D::Error::custom("invalid block, want a number, a tag, a hash or an object (EIP-1898)")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_forms() {
        let read = |text: &str| serde_json::from_str::<BlockId>(text).map_err(|error| error.to_string());
        let hash = B256::repeat_byte(0x11);
        assert_eq!(read("\"latest\""), Ok(BlockId::Tag(BlockTag::Latest)));
        assert_eq!(read("\"0x10\""), Ok(BlockId::Tag(BlockTag::Number(16))));
        assert_eq!(read(&format!("\"{hash}\"")), Ok(BlockId::Hash { hash, canonical: false }));
        assert_eq!(read(r#"{"blockNumber":"0x1"}"#), Ok(BlockId::Tag(BlockTag::Number(1))));
        assert_eq!(
            read(&format!(r#"{{"blockHash":"{hash}","requireCanonical":true}}"#)),
            Ok(BlockId::Hash { hash, canonical: true })
        );
        assert!(read("{}").unwrap_err().contains("neither block nor hash"));
        assert!(read("\"0x01\"").unwrap_err().contains("leading zero"));
        assert!(read("\"newest\"").unwrap_err().contains("without 0x prefix"));
        assert!(read("5").is_err());
    }
}
