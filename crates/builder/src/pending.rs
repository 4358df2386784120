use crate::{Attributes, BuildError, Template, build};
use autochain_chain::Chain;
use autochain_primitives::B256;
use autochain_txpool::Pool;
use parking_lot::Mutex;
use std::{
    sync::Arc,
    time::{Duration, Instant},
};

/// How long a pending block is good while head and pool stand still: its timestamp grows old.
const LIFETIME: Duration = Duration::from_secs(1);

/// The block that would come next, built when asked for and kept until head or pool change.
#[derive(Debug, Default)]
pub struct PendingBlock {
    kept: Mutex<Option<Kept>>,
}

#[derive(Debug)]
struct Kept {
    head: B256,
    pool_version: u64,
    made: Instant,
    template: Arc<Template>,
}

impl PendingBlock {
    /// The pending block on the present head with the pool's executable transactions.
    ///
    /// # Errors
    /// [`BuildError`].
    pub fn get(
        &self,
        chain: &Chain,
        pool: &Pool,
        attributes: &Attributes,
    ) -> Result<Arc<Template>, BuildError> {
        let mut kept = self.kept.lock();
        let head = chain.head().header.hash();
        let pool_version = pool.version();
        if let Some(kept) = kept.as_ref()
            && kept.head == head
            && kept.pool_version == pool_version
            && kept.made.elapsed() < LIFETIME
        {
            return Ok(kept.template.clone());
        }
        let template = Arc::new(build(chain, pool, attributes)?);
        *kept = Some(Kept { head, pool_version, made: Instant::now(), template: template.clone() });
        Ok(template)
    }
}
