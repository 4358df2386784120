use std::alloc::{Layout, handle_alloc_error};

use crate::backend::{Backend, Usable};
use crate::buffer::Buffer;
use crate::fastmod::FastMod;
use crate::hashimoto::{Output, Seal};
use crate::kernel;
use crate::sizes::Params;
use crate::table::{Cache, Row, Table, bytes};

/// The cache of one epoch: enough to verify seals, and to generate the dataset.
pub struct Light {
    params: Params,
    cache: Buffer,
    pages: FastMod,
    backend: Usable,
}

impl Light {
    /// Builds the cache. This is serial: a quarter of a second at epoch 0, and 0.8 % of that more with
    /// each epoch. Aborts, as `Vec` does, if the memory (16 MiB at epoch 0) is not to be had.
    pub fn new(params: Params) -> Self {
        let backend = Usable::best();
        let rows = params.cache_rows() as usize;
        let Ok(mut cache) = Buffer::new(rows) else {
            handle_alloc_error(Layout::array::<Row>(rows).unwrap_or(Layout::new::<Row>()));
        };
        kernel::build_cache(backend, cache.rows_mut(), &params.seed);
        Self { params, cache, pages: FastMod::new(params.dataset_pages()), backend }
    }

    /// What the cache was built for.
    pub fn params(&self) -> &Params {
        &self.params
    }

    /// The instructions in use.
    pub fn backend(&self) -> Backend {
        self.backend.get()
    }

    /// Uses other instructions, for comparisons. Returns false, and changes nothing, if the machine lacks
    /// them.
    pub fn set_backend(&mut self, backend: Backend) -> bool {
        backend.usable().map(|usable| self.backend = usable).is_some()
    }

    /// Hashes one seal. The latency of 16,384 dependent reads of the cache makes this several times slower
    /// than a seal within [`Light::hash_many`].
    pub fn hash(&self, seal_hash: &[u8; 32], nonce: u64) -> Output {
        let mut out = [Output::default()];
        kernel::light(self.backend, self.table(), self.pages, &[(*seal_hash, nonce)], &mut out);
        out[0]
    }

    /// Hashes seals (seal hash and nonce each), whose number is free, in their order and on this thread.
    /// Calls with a dozen seals or more reach the full speed.
    pub fn hash_many(&self, seals: &[([u8; 32], u64)]) -> Vec<Output> {
        let mut out = vec![Output::default(); seals.len()];
        self.hash_into(seals, &mut out);
        out
    }

    /// [`Light::hash_many`] into a slice as long as `seals`.
    pub(crate) fn hash_into(&self, seals: &[Seal], out: &mut [Output]) {
        kernel::light(self.backend, self.table(), self.pages, seals, out);
    }

    /// The whole cache, its words in the machine's byte order.
    pub fn bytes(&self) -> &[u8] {
        bytes(self.cache.rows())
    }

    /// Computes the dataset items from `first` on.
    pub(crate) fn items(&self, first: u32, out: &mut [Row]) {
        kernel::items(self.backend, self.table(), first, out);
    }

    pub(crate) fn usable_backend(&self) -> Usable {
        self.backend
    }

    #[cfg(test)]
    pub(crate) fn rows(&self) -> &[Row] {
        self.cache.rows()
    }

    fn table(&self) -> Cache<'_> {
        Table::new(self.cache.rows())
    }
}

impl std::fmt::Debug for Light {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Light").field("params", &self.params).field("backend", &self.backend()).finish()
    }
}
