//! Proof of work against the `ethash` crate, per core.
//!
//! Times are CPU times. The sides take turns, several rounds of short runs, and the best run of each counts, so
//! that other load on the machine disturbs them little and alike. Nonces never repeat: one that was hashed
//! before would find its rows in the nearer caches.

use std::cell::Cell;
use std::hint::black_box;
use std::sync::atomic::AtomicBool;
use std::time::Instant;

use autochain_ethash::{Backend, Dataset, Light, Output, Params, Sizes};
use eyre::{Result, ensure, eyre};

/// How much time to take.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Extent {
    /// The whole dataset of epoch 0.
    Full,
    /// A dataset of half the size; under a minute and a half.
    Quick,
}

/// Runs the comparison and prints a table in Markdown.
pub(crate) fn run(extent: Extent) -> Result<()> {
    let epoch0 = Params::new(0, Sizes::Full);
    let dataset_bytes = if extent == Extent::Full { epoch0.dataset_bytes } else { (1 << 29) - 128 };
    let mut bench = Bench::new(Params { dataset_bytes, ..epoch0 })?;
    println!("| per core | `ethash` 0.4.0 | {} | target: AVX2, AVX-512 |", names(&bench.backends));
    println!("|---|---|{}---|", "---|".repeat(bench.backends.len()));
    bench.caches();
    bench.seals()?;
    bench.items()?;
    let notes = bench.hashes()?;
    println!("\n{notes}");
    Ok(())
}

/// What all measurements share.
struct Bench {
    params: Params,
    backends: Vec<Backend>,
    /// The cache as the crate makes it.
    cache: Vec<u8>,
    light: Light,
    next_nonce: Cell<u64>,
}

/// The unit of a figure.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Unit {
    Milliseconds,
    PerSecond,
}

/// Multiples of the crate's speed that are asked of AVX2 and of AVX-512.
type Target = Option<(u32, u32)>;

const SEAL_HASH: [u8; 32] = [0xa5; 32];

impl Bench {
    fn new(params: Params) -> Result<Self> {
        let mut cache = vec![0; usize::try_from(params.cache_bytes)?];
        ethash_oracle::make_cache(&mut cache, params.seed.into());
        let light = Light::new(params);
        ensure!(light.bytes() == cache, "the caches differ");
        let backends = Backend::ALL.into_iter().filter(|backend| backend.is_available()).collect();
        Ok(Self { params, backends, cache, light, next_nonce: Cell::new(1) })
    }

    fn caches(&mut self) {
        // A cache is built with the best backend only.
        let times = contest(3, &[Backend::best()], thread_time, |side| match side {
            None => ethash_oracle::make_cache(&mut self.cache, self.params.seed.into()),
            Some(_) => sink(Light::new(self.params)),
        });
        let blank = self.backends.len() - 1;
        let times = [&times[..1], &vec![f64::NAN; blank], &times[1..]].concat();
        print_row("cache of epoch 0", &times, Unit::Milliseconds, None);
    }

    fn seals(&mut self) -> Result<()> {
        let (size, cache, nonces) = (self.params.dataset_bytes as usize, &self.cache, &self.next_nonce);
        let crate_hash = |nonce: u64| {
            let nonce = nonce.to_be_bytes().into();
            output(ethash_oracle::hashimoto_light(SEAL_HASH.into(), nonce, size, cache))
        };
        for backend in &self.backends {
            self.light.set_backend(*backend);
            ensure!(self.light.hash(&SEAL_HASH, 0) == crate_hash(0), "{backend} verifies wrongly");
        }
        const ALONE: u64 = 8;
        let alone = contest(8, &self.backends, thread_time, |side| {
            side.map(|backend| self.light.set_backend(backend));
            for nonce in take(nonces, ALONE) {
                sink(if side.is_none() { crate_hash(nonce) } else { self.light.hash(&SEAL_HASH, nonce) });
            }
        });
        const BATCH: u64 = 48;
        let batch = contest(6, &self.backends, thread_time, |side| match side {
            None => take(nonces, BATCH).for_each(|nonce| sink(crate_hash(nonce))),
            Some(backend) => {
                self.light.set_backend(backend);
                let seals: Vec<_> = take(nonces, BATCH).map(|nonce| (SEAL_HASH, nonce)).collect();
                sink(self.light.hash_many(&seals));
            }
        });
        print_row("light, one seal alone", &each(&alone, ALONE), Unit::Milliseconds, None);
        print_row("light, per seal of a batch", &each(&batch, BATCH), Unit::Milliseconds, Some((5, 15)));
        Ok(())
    }

    fn items(&self) -> Result<()> {
        const COUNT: u64 = 60_000;
        const COUNT_OF_CRATE: u64 = 6_000;
        let mut items = vec![0; COUNT_OF_CRATE as usize * 64];
        let mut light = Light::new(Params { dataset_bytes: COUNT * 64, ..self.params });
        // The clock is that of the process: our items are made by one other thread.
        let mut times = contest(6, &self.backends, process_time, |side| match side {
            None => ethash_oracle::make_dataset(&mut items, &self.cache),
            Some(backend) => {
                light.set_backend(backend);
                sink(generate(&light, 1));
            }
        });
        times[0] *= COUNT as f64 / COUNT_OF_CRATE as f64;
        for backend in &self.backends {
            light.set_backend(*backend);
            ensure!(generate(&light, 1)?.bytes().starts_with(&items), "{backend} generates wrongly");
        }
        print_row("dataset generation, items", &each(&times, COUNT), Unit::PerSecond, Some((5, 15)));
        Ok(())
    }

    fn hashes(&mut self) -> Result<String> {
        self.light.set_backend(Backend::best());
        let threads = std::thread::available_parallelism().map_or(1, usize::from);
        let (wall, cpu) = (Instant::now(), process_time());
        let mut dataset = generate(&self.light, threads)?;
        let (wall, cpu) = (wall.elapsed().as_secs_f64(), process_time() - cpu);

        let size = dataset.bytes().len();
        let crate_hash = |dataset: &Dataset, nonce: u64| {
            let nonce = nonce.to_be_bytes().into();
            output(ethash_oracle::hashimoto_full(SEAL_HASH.into(), nonce, size, dataset.bytes()))
        };
        for backend in &self.backends {
            dataset.set_backend(*backend);
            for nonce in u64::MAX - 50..u64::MAX {
                let expected = crate_hash(&dataset, nonce);
                ensure!(dataset.hash(&SEAL_HASH, nonce) == expected, "{backend} hashes wrongly");
            }
        }
        const COUNT: u64 = 4_800;
        let mut out = vec![Output::default(); COUNT as usize];
        let mut page_time = f64::INFINITY;
        let times = contest(10, &self.backends, thread_time, |side| match side {
            None => take(&self.next_nonce, COUNT).for_each(|nonce| sink(crate_hash(&dataset, nonce))),
            Some(backend) => {
                dataset.set_backend(backend);
                dataset.hash_range(&SEAL_HASH, take(&self.next_nonce, COUNT).start, &mut out);
            }
        });
        for _ in 0..6 {
            page_time = page_time.min(random_page_time(&dataset));
        }
        let times = each(&times, COUNT);
        print_row("full hash", &times, Unit::PerSecond, Some((4, 6)));

        // A hash reads 64 pages.
        let bound = 1.0 / (64.0 * page_time);
        let shares = self.backends.iter().zip(&times[1..]);
        let shares: Vec<_> = shares.map(|(b, time)| format!("{b} {:.0} %", 100.0 / (time * bound))).collect();
        Ok(format!(
            "Random reads of 128 bytes bound a core to {bound:.0} full hashes a second: {}.\n\
             The dataset of {} MiB took {cpu:.1} s of CPU time, {wall:.1} s on {threads} threads.",
            shares.join(", "),
            size >> 20,
        ))
    }
}

/// Lets the crate (`None`) and the backends take turns, and returns the least CPU time in seconds of each, the
/// crate first.
fn contest(
    rounds: usize,
    backends: &[Backend],
    clock: fn() -> f64,
    mut run: impl FnMut(Option<Backend>),
) -> Vec<f64> {
    let sides: Vec<_> = std::iter::once(None).chain(backends.iter().copied().map(Some)).collect();
    let mut least = vec![f64::INFINITY; sides.len()];
    for _ in 0..rounds {
        for (side, least) in sides.iter().zip(&mut least) {
            let start = clock();
            run(*side);
            *least = least.min(clock() - start);
        }
    }
    least
}

/// Prints the seconds that one of something took, and how many times as fast as the crate (the first) it is.
fn print_row(what: &str, seconds: &[f64], unit: Unit, target: Target) {
    let cell = |seconds: f64| match unit {
        _ if seconds.is_nan() => "–".into(),
        Unit::Milliseconds => format!("{:.3} ms", seconds * 1e3),
        Unit::PerSecond => format!("{:.0}/s", 1.0 / seconds),
    };
    let times =
        |time: f64| if time.is_nan() { String::new() } else { format!(" (×{:.1})", seconds[0] / time) };
    let ours: Vec<String> = seconds[1..].iter().map(|time| cell(*time) + &times(*time)).collect();
    let target = target.map_or("–".into(), |(avx2, avx512)| format!("×{avx2}, ×{avx512}"));
    println!("| {what} | {} | {} | {target} |", cell(seconds[0]), ours.join(" | "));
}

fn names(backends: &[Backend]) -> String {
    backends.iter().map(Backend::to_string).collect::<Vec<_>>().join(" | ")
}

/// The next `count` nonces that were not used yet.
fn take(next: &Cell<u64>, count: u64) -> std::ops::Range<u64> {
    let start = next.get();
    next.set(start + count);
    start..start + count
}

fn output<H: Into<[u8; 32]>>((mix_hash, result): (H, H)) -> Output {
    Output { mix_hash: mix_hash.into(), result: result.into() }
}

fn each(seconds: &[f64], count: u64) -> Vec<f64> {
    seconds.iter().map(|seconds| seconds / count as f64).collect()
}

fn generate(light: &Light, threads: usize) -> Result<Dataset> {
    Dataset::generate(light, threads, |_, _| (), &AtomicBool::new(false))
        .ok_or_else(|| eyre!("no memory for a dataset of {} bytes", light.params().dataset_bytes))
}

/// Seconds that the read of a random page of 128 bytes takes when many are under way and nothing else is done.
fn random_page_time(dataset: &Dataset) -> f64 {
    const READS: u64 = 4_000_000;
    let (pages, _) = dataset.bytes().as_chunks::<128>();
    let count = pages.len() as u64;
    let (mut state, mut sum) = (0x9e37_79b9_7f4a_7c15_u64, 0_u8);
    let start = thread_time();
    for _ in 0..READS {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        let page = &pages[(((state & 0xffff_ffff) * count) >> 32) as usize];
        sum = sum.wrapping_add(page[0]).wrapping_add(page[64]);
    }
    sink(sum);
    (thread_time() - start) / READS as f64
}

/// Uses a value up, so that its computation stays.
fn sink<T>(value: T) {
    black_box(value);
}

fn thread_time() -> f64 {
    cpu_time(libc::CLOCK_THREAD_CPUTIME_ID)
}

fn process_time() -> f64 {
    cpu_time(libc::CLOCK_PROCESS_CPUTIME_ID)
}

fn cpu_time(clock: libc::clockid_t) -> f64 {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: `time` is a valid place to write to; these clocks exist wherever the benchmark runs.
    unsafe { libc::clock_gettime(clock, &mut time) };
    time.tv_sec as f64 + time.tv_nsec as f64 * 1e-9
}
