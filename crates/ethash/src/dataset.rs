use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;

use crate::backend::{Backend, Usable};
use crate::buffer::Buffer;
use crate::file::{self, DatasetError, MappedRows};
use crate::hashimoto::Output;
use crate::kernel;
use crate::light::Light;
use crate::sizes::Params;
use crate::table::{Pages, Row, Table, bytes};

/// The dataset (DAG) of one epoch: what mining needs. It lies in memory, or in a mapped file.
pub struct Dataset {
    params: Params,
    rows: Rows,
    backend: Usable,
}

enum Rows {
    Memory(Buffer),
    File(MappedRows),
}

/// Items that a thread computes between two looks at the stop flag: some milliseconds' worth.
const CHUNK: usize = 3 << 10;

impl Dataset {
    /// Computes the dataset in memory on `threads` threads (0 is read as 1), the calling one not among them.
    ///
    /// `progress` is called from those threads with the number of items done and of all items (64 bytes
    /// each), every few milliseconds, and not always in order. `None`: `stop` was set, or, if it was not, the
    /// memory (1 GiB at epoch 0, 8 MiB more with each epoch) is not to be had.
    pub fn generate(
        light: &Light,
        threads: usize,
        progress: impl Fn(u64, u64) + Sync,
        stop: &AtomicBool,
    ) -> Option<Self> {
        let all = item_count(light.params());
        let mut buffer = Buffer::new(usize::try_from(all).ok()?).ok()?;
        let done = AtomicU64::new(0);
        let chunks = Mutex::new(buffer.rows_mut().chunks_mut(CHUNK).enumerate());
        let work = || {
            while !stop.load(Ordering::Relaxed) {
                let chunk = chunks.lock().unwrap_or_else(PoisonError::into_inner).next();
                let Some((n, rows)) = chunk else { break };
                light.items((n * CHUNK) as u32, rows);
                let count = rows.len() as u64;
                progress(done.fetch_add(count, Ordering::Relaxed) + count, all);
            }
        };
        thread::scope(|scope| {
            for n in 0..threads.max(1) {
                let name = format!("ethash-dag-{n}");
                if thread::Builder::new().name(name).spawn_scoped(scope, work).is_err() {
                    // The threads that could be started do the work, or else this one.
                    work();
                    break;
                }
            }
        });
        let complete = done.load(Ordering::Relaxed) == all;
        complete.then(|| Self {
            params: *light.params(),
            rows: Rows::Memory(buffer),
            backend: light.usable_backend(),
        })
    }

    /// Maps the dataset of the light cache's epoch from the folder where [`Dataset::save`], or geth 1.10,
    /// left it (`full-R23-` and the first eight bytes of the seed in hexadecimal).
    ///
    /// The header and the length are checked, and 64 items spread over the file are computed anew. That tells a
    /// dataset from another's or from an unfinished one, not from one in which a single bit has flipped: see
    /// [`Hasher::search`](crate::Hasher::search). The file must not be changed while it is mapped.
    ///
    /// The file's layout puts each page across three cache lines, and the system maps it in small memory pages:
    /// hashing was measured a third (AVX-512) to a half (AVX2) slower than from memory, for which there is
    /// [`Dataset::into_memory`].
    pub fn load(folder: &Path, light: &Light) -> Result<Self, DatasetError> {
        let params = *light.params();
        let rows = file::load(folder, &params, item_count(&params))?;
        check_sample(rows.rows(), light, || file::path(folder, &params))?;
        Ok(Self { params, rows: Rows::File(rows), backend: light.usable_backend() })
    }

    /// Writes the dataset into the folder, which is created if need be, in geth's format and under geth's
    /// name. The file appears at once and complete: it is written and synced under another name first.
    pub fn save(&self, folder: &Path) -> Result<(), DatasetError> {
        file::save(folder, &self.params, self.rows())
    }

    /// Copies a mapped dataset into memory of its own, as large again. If that is not to be had, the mapped
    /// one is given back.
    pub fn into_memory(self) -> Self {
        let Rows::File(mapped) = &self.rows else { return self };
        let Ok(mut buffer) = Buffer::new(mapped.rows().len()) else { return self };
        buffer.rows_mut().copy_from_slice(mapped.rows());
        Self { rows: Rows::Memory(buffer), ..self }
    }

    /// What the dataset was made for.
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

    /// Hashes one nonce.
    pub fn hash(&self, seal_hash: &[u8; 32], nonce: u64) -> Output {
        let mut out = [Output::default()];
        self.hash_range(seal_hash, nonce, &mut out);
        out[0]
    }

    /// Hashes consecutive nonces (which wrap) from `start_nonce` on, one for each place in `out`. Some dozens
    /// at a time reach the full speed.
    pub fn hash_range(&self, seal_hash: &[u8; 32], start_nonce: u64, out: &mut [Output]) {
        kernel::full(self.backend, self.table(), seal_hash, start_nonce, out);
    }

    /// All items, 64 bytes each, their words in the machine's byte order.
    pub fn bytes(&self) -> &[u8] {
        bytes(self.rows())
    }

    pub(crate) fn usable_backend(&self) -> Usable {
        self.backend
    }

    fn rows(&self) -> &[Row] {
        match &self.rows {
            Rows::Memory(buffer) => buffer.rows(),
            Rows::File(mapped) => mapped.rows(),
        }
    }

    fn table(&self) -> Pages<'_> {
        Table::new(self.rows())
    }
}

impl std::fmt::Debug for Dataset {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Dataset").field("params", &self.params).field("backend", &self.backend()).finish()
    }
}

/// Items of a dataset, two to a page.
fn item_count(params: &Params) -> u64 {
    2 * u64::from(params.dataset_pages())
}

/// Computes some items anew, the first and the last among them.
fn check_sample(
    rows: &[Row],
    light: &Light,
    path: impl Fn() -> std::path::PathBuf,
) -> Result<(), DatasetError> {
    const SAMPLE: usize = 64;
    for k in 0..SAMPLE {
        let item = (rows.len() - 1) * k / (SAMPLE - 1);
        let mut expected = [[0; 16]];
        light.items(item as u32, &mut expected);
        if rows[item] != expected[0] {
            return Err(DatasetError::Content { path: path(), item: item as u64 });
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Sizes;

    fn light() -> Light {
        Light::new(Params::new(0, Sizes::Test))
    }

    #[test]
    fn any_number_of_threads_gives_the_same_items() {
        let light = light();
        let one = Dataset::generate(&light, 1, |_, _| (), &AtomicBool::new(false)).unwrap();
        for threads in [0, 2, 5] {
            let many = Dataset::generate(&light, threads, |_, _| (), &AtomicBool::new(false)).unwrap();
            assert!(one.rows() == many.rows());
        }
    }

    #[test]
    fn counts_up_to_all_items() {
        let last = AtomicU64::new(0);
        let progress = |done, all| {
            assert_eq!(all, 100_002);
            last.fetch_max(done, Ordering::Relaxed);
        };
        let params = Params { dataset_bytes: 100_002 * 64, ..Params::new(0, Sizes::Test) };
        Dataset::generate(&Light::new(params), 2, progress, &AtomicBool::new(false)).unwrap();
        assert_eq!(last.into_inner(), 100_002);
    }

    #[test]
    fn stops_when_asked() {
        assert!(Dataset::generate(&light(), 2, |_, _| (), &AtomicBool::new(true)).is_none());
        let stop = AtomicBool::new(false);
        let params = Params { dataset_bytes: 1 << 28, ..Params::new(0, Sizes::Test) };
        let set = |_, _| stop.store(true, Ordering::Relaxed);
        assert!(Dataset::generate(&Light::new(params), 1, set, &stop).is_none());
    }

    #[test]
    fn sizes_without_meaning_do_not_panic() {
        for (cache_bytes, dataset_bytes) in [(0, 0), (63, 127), (64, 128), (65, 300)] {
            let light = Light::new(Params { cache_bytes, dataset_bytes, ..Params::new(0, Sizes::Test) });
            let full = Dataset::generate(&light, 1, |_, _| (), &AtomicBool::new(false)).unwrap();
            assert_eq!(light.hash(&[1; 32], 2), full.hash(&[1; 32], 2));
        }
    }
}
