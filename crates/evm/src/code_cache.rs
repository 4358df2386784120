use autochain_primitives::{B256, Bytes, map::B256Map};
use revm::state::Bytecode;
use std::sync::{OnceLock, PoisonError, RwLock};

/// Code bytes in one of the two generations, after which the older one is dropped.
const GENERATION_BYTES: usize = 32 << 20;

/// Analysed code by its hash, shared by all executions of the process. Code is named by its content, so an entry
/// is true on every chain and at every block.
///
/// Two generations: what was used since the last change of generation survives the next one.
#[derive(Debug, Default)]
pub(crate) struct CodeCache {
    generations: RwLock<Generations>,
}

#[derive(Debug, Default)]
struct Generations {
    young: B256Map<Bytecode>,
    young_bytes: usize,
    old: B256Map<Bytecode>,
}

impl CodeCache {
    /// The cache of this process.
    pub(crate) fn shared() -> &'static Self {
        static CACHE: OnceLock<CodeCache> = OnceLock::new();
        CACHE.get_or_init(Self::default)
    }

    pub(crate) fn get(&self, hash: &B256) -> Option<Bytecode> {
        let aged = {
            let generations = self.generations.read().unwrap_or_else(PoisonError::into_inner);
            if let Some(code) = generations.young.get(hash) {
                return Some(code.clone());
            }
            generations.old.get(hash).cloned()
        };
        aged.inspect(|code| self.insert(*hash, code.clone()))
    }

    pub(crate) fn insert(&self, hash: B256, code: Bytecode) {
        let mut generations = self.generations.write().unwrap_or_else(PoisonError::into_inner);
        let bytes = code.len();
        if generations.young.insert(hash, code).is_none() {
            generations.young_bytes = generations.young_bytes.saturating_add(bytes);
        }
        if generations.young_bytes > GENERATION_BYTES {
            generations.old = core::mem::take(&mut generations.young);
            generations.young_bytes = 0;
        }
    }
}

/// Analyses code as it stands in the state: an EIP-7702 delegation, or instructions.
pub(crate) fn analyse(code: Bytes) -> Bytecode {
    Bytecode::new_raw_checked(code.clone()).unwrap_or_else(|_| Bytecode::new_legacy(code))
}

#[cfg(test)]
mod tests {
    use super::*;
    use autochain_primitives::keccak256;

    #[test]
    fn used_code_survives_a_change_of_generation() {
        let cache = CodeCache::default();
        let insert = |byte: u8, length: usize| {
            let code = Bytes::from(vec![byte; length]);
            let hash = keccak256(&code);
            cache.insert(hash, Bytecode::new_legacy(code));
            hash
        };
        let used = insert(1, 10);
        let unused = insert(2, 10);
        insert(3, GENERATION_BYTES);
        assert!(cache.get(&used).is_some());
        insert(4, GENERATION_BYTES);
        assert!(cache.get(&used).is_some());
        assert!(cache.get(&unused).is_none());
    }

    #[test]
    fn half_a_delegation_is_plain_code() {
        assert!(analyse(Bytes::from_static(&[0xef, 0x01, 0x00, 1, 2])).is_legacy());
        assert!(analyse(Bytes::from([&[0xef, 0x01, 0x00][..], &[7; 20]].concat())).is_eip7702());
    }
}
