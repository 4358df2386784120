use super::BlockTag;
use crate::RpcError;
use autochain_primitives::{Address, B256, Bloom, Log, alloy_primitives::BloomInput};
use serde::{Deserialize, Deserializer, de::Error};

/// Most addresses in a filter, and most alternatives of a topic.
const MAX_ALTERNATIVES: usize = 1000;
/// Topics of a log.
const MAX_TOPICS: usize = 4;

/// The argument of `eth_getLogs` and `eth_newFilter`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct FilterArgs {
    // Some clients write it so, and geth does not mind the case of a field.
    #[serde(alias = "blockhash")]
    pub(crate) block_hash: Option<B256>,
    pub(crate) from_block: Option<BlockTag>,
    pub(crate) to_block: Option<BlockTag>,
    #[serde(default)]
    address: OneOrMany<Address>,
    #[serde(default)]
    topics: Option<Vec<OneOrMany<B256>>>,
}

impl FilterArgs {
    /// Which logs are wanted.
    pub(crate) fn logs(&self) -> Result<LogFilter, RpcError> {
        if self.block_hash.is_some() && (self.from_block.is_some() || self.to_block.is_some()) {
            return Err(RpcError::invalid_params(
                "cannot specify both BlockHash and FromBlock/ToBlock, choose one or the other",
            ));
        }
        let topics = self.topics.iter().flatten().map(|topic| topic.0.clone()).collect::<Vec<_>>();
        if topics.len() > MAX_TOPICS {
            return Err(RpcError::invalid_params("exceed max topics"));
        }
        if self.address.0.len() > MAX_ALTERNATIVES {
            return Err(RpcError::invalid_params(format!("exceed max addresses: {MAX_ALTERNATIVES}")));
        }
        if topics.iter().any(|topic| topic.len() > MAX_ALTERNATIVES) {
            return Err(RpcError::invalid_params(format!(
                "exceed max topics: {MAX_ALTERNATIVES} alternatives"
            )));
        }
        Ok(LogFilter { addresses: self.address.0.clone(), topics })
    }
}

/// Which logs are wanted: any of the addresses, and at each place any of the topics. Empty means all.
#[derive(Clone, Debug, Default)]
pub(crate) struct LogFilter {
    addresses: Vec<Address>,
    topics: Vec<Vec<B256>>,
}

impl LogFilter {
    /// Whether the log is wanted.
    pub(crate) fn matches(&self, log: &Log) -> bool {
        let topics = log.topics();
        (self.addresses.is_empty() || self.addresses.contains(&log.address))
            && self.topics.len() <= topics.len()
            && self
                .topics
                .iter()
                .zip(topics)
                .all(|(wanted, topic)| wanted.is_empty() || wanted.contains(topic))
    }

    /// Whether a block with this bloom filter can hold a wanted log.
    pub(crate) fn may_match(&self, bloom: &Bloom) -> bool {
        let any = |mut inputs: Box<dyn Iterator<Item = BloomInput<'_>> + '_>| {
            inputs.any(|input| bloom.contains_input(input))
        };
        (self.addresses.is_empty()
            || any(Box::new(self.addresses.iter().map(|a| BloomInput::Raw(a.as_slice())))))
            && self.topics.iter().all(|wanted| {
                wanted.is_empty() || any(Box::new(wanted.iter().map(|t| BloomInput::Raw(t.as_slice()))))
            })
    }
}

/// `null`, one value, or a list in which `null` stands for anything.
#[derive(Clone, Debug)]
struct OneOrMany<T>(Vec<T>);

impl<T> Default for OneOrMany<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for OneOrMany<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Form<T> {
            Nothing(()),
            One(T),
            Many(Vec<Option<T>>),
        }
        match Form::deserialize(deserializer) {
            Ok(Form::Nothing(())) => Ok(Self::default()),
            Ok(Form::One(one)) => Ok(Self(vec![one])),
            Ok(Form::Many(many)) => {
                // An alternative that is null matches anything.
                Ok(Self(many.into_iter().collect::<Option<Vec<_>>>().unwrap_or_default()))
            }
            Err(_) => Err(D::Error::custom("invalid address or topic, want hex or a list of hex")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use autochain_primitives::{Bytes, address};

    fn filter(json: &str) -> Result<LogFilter, RpcError> {
        serde_json::from_str::<FilterArgs>(json).unwrap().logs()
    }

    #[test]
    fn topics_and_addresses() {
        let emitter = address!("00000000000000000000000000000000000000aa");
        let (one, two) = (B256::repeat_byte(1), B256::repeat_byte(2));
        let log = Log::new_unchecked(emitter, vec![one, two], Bytes::new());
        let bloom: Bloom = [&log].into_iter().collect();
        let wanted = |json: &str| {
            let filter = filter(json).unwrap();
            let wanted = filter.matches(&log);
            assert!(!wanted || filter.may_match(&bloom));
            wanted
        };
        assert!(wanted("{}"));
        assert!(wanted(r#"{"topics":[]}"#));
        assert!(wanted(r#"{"topics":null,"address":null}"#));
        assert!(wanted(&format!(r#"{{"address":"{emitter}","topics":["{one}"]}}"#)));
        assert!(wanted(&format!(r#"{{"address":["{emitter}"],"topics":[null,["{one}","{two}"]]}}"#)));
        assert!(wanted(&format!(r#"{{"topics":[["{two}",null]]}}"#)));
        assert!(!wanted(&format!(r#"{{"topics":["{two}"]}}"#)));
        assert!(!wanted(&format!(r#"{{"topics":["{one}",null,null]}}"#)));
        assert!(!wanted(r#"{"address":"0x00000000000000000000000000000000000000ab"}"#));
        let other = filter(r#"{"address":"0x00000000000000000000000000000000000000ab"}"#).unwrap();
        assert!(!other.may_match(&bloom));
        assert!(filter(r#"{"topics":[null,null,null,null,null]}"#).is_err());
        let both = format!(r#"{{"blockHash":"{one}","fromBlock":"0x1"}}"#);
        assert!(filter(&both).unwrap_err().message.starts_with("cannot specify both BlockHash"));
    }
}
