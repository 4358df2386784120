//! The inner loops, once for each [`Backend`] behind one interface.

#[cfg(target_arch = "x86_64")]
mod avx2;
#[cfg(target_arch = "x86_64")]
mod avx512;
mod portable;

#[cfg(target_arch = "x86_64")]
use crate::backend::Backend;
use crate::backend::Usable;
use crate::fastmod::FastMod;
use crate::hashimoto::{Output, Seal};
use crate::table::{Cache, Pages, Row};

macro_rules! dispatch {
    ($backend:expr, $kernel:ident($($argument:expr),*)) => {
        match $backend.get() {
            // SAFETY: a `Usable` backend was found on this machine.
            #[cfg(target_arch = "x86_64")]
            Backend::Avx512 => unsafe { avx512::$kernel($($argument),*) },
            // SAFETY: as above.
            #[cfg(target_arch = "x86_64")]
            Backend::Avx2 => unsafe { avx2::$kernel($($argument),*) },
            _ => portable::$kernel($($argument),*),
        }
    };
}

/// Grows the cache of a seed.
pub(crate) fn build_cache(backend: Usable, rows: &mut [Row], seed: &[u8; 32]) {
    dispatch!(backend, build_cache(rows, seed))
}

/// Computes the dataset items `first..first + out.len()`, whose numbers wrap at 2^32.
pub(crate) fn items(backend: Usable, cache: Cache<'_>, first: u32, out: &mut [Row]) {
    dispatch!(backend, items(cache, first, out))
}

/// Hashes seals against the cache; `pages` is the number of pages of the dataset. `out` is as long as `seals`.
pub(crate) fn light(backend: Usable, cache: Cache<'_>, pages: FastMod, seals: &[Seal], out: &mut [Output]) {
    dispatch!(backend, light(cache, pages, seals, out))
}

/// Hashes consecutive nonces (which wrap), one for each place in `out`, against the dataset.
pub(crate) fn full(
    backend: Usable,
    pages: Pages<'_>,
    seal_hash: &[u8; 32],
    start_nonce: u64,
    out: &mut [Output],
) {
    dispatch!(backend, full(pages, seal_hash, start_nonce, out))
}

/// How many hashes against the cache the kernel works on at once.
pub(crate) fn light_batch(backend: Usable) -> usize {
    match backend.get() {
        #[cfg(target_arch = "x86_64")]
        Backend::Avx512 => avx512::LIGHT_BATCH,
        #[cfg(target_arch = "x86_64")]
        Backend::Avx2 => avx2::LIGHT_BATCH,
        _ => portable::LIGHT_BATCH,
    }
}

/// How many hashes against the dataset the kernel works on at once.
pub(crate) fn full_batch(backend: Usable) -> usize {
    match backend.get() {
        #[cfg(target_arch = "x86_64")]
        Backend::Avx512 => avx512::FULL_BATCH,
        #[cfg(target_arch = "x86_64")]
        Backend::Avx2 => avx2::FULL_BATCH,
        _ => portable::FULL_BATCH,
    }
}
