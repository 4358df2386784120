//! Proof of work against the `ethash` crate, per core.
//!
//! Times are CPU times of the thread (of the process, where the work is on another thread), and each figure is
//! the best of some runs, so that other load on the machine disturbs little. Nonces never repeat: a nonce that
//! was hashed before finds its rows in the nearer caches.

use std::cell::Cell;
use std::hint::black_box;
use std::sync::atomic::AtomicBool;

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

/// One line of the table.
struct Row {
    what: &'static str,
    /// The crate's figure, in the row's unit.
    reference: f64,
    /// Ours for each backend of the machine.
    ours: Vec<f64>,
    unit: Unit,
    /// What is asked of AVX2 and of AVX-512, as multiples of the crate's speed.
    target: Option<(f64, f64)>,
}

/// The unit of a row, which also says which of two figures is the better one.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Unit {
    Milliseconds,
    PerSecond,
}

/// Runs the comparison and prints a table in Markdown.
pub(crate) fn run(extent: Extent) -> Result<()> {
    let epoch0 = Params::new(0, Sizes::Full);
    let dataset_bytes = if extent == Extent::Full { epoch0.dataset_bytes } else { (1 << 29) - 128 };
    let params = Params { dataset_bytes, ..epoch0 };
    let backends: Vec<Backend> = Backend::ALL.into_iter().filter(|backend| backend.is_available()).collect();
    let seal_hash = [0xa5; 32];
    // A fresh run of nonces for every use.
    let counter = Cell::new(1_u64);
    let nonces = |count: u64| counter.replace(counter.get() + count);

    eprintln!("building caches");
    let mut cache = vec![0; usize::try_from(params.cache_bytes)?];
    let cache_reference = best(2, thread_time, || ethash_oracle::make_cache(&mut cache, params.seed.into()));
    let mut light = Light::new(params);
    ensure!(light.bytes() == cache, "the caches differ");
    let cache_ours = best(3, thread_time, || sink(Light::new(params)));
    let mut rows = vec![Row {
        what: "cache of epoch 0",
        reference: cache_reference * 1e3,
        ours: backends
            .iter()
            .map(|b| if *b == Backend::best() { cache_ours * 1e3 } else { f64::NAN })
            .collect(),
        unit: Unit::Milliseconds,
        target: None,
    }];

    eprintln!("verifying seals");
    let reference = |nonce: u64| {
        let (mix, result) = ethash_oracle::hashimoto_light(
            seal_hash.into(),
            nonce.to_be_bytes().into(),
            params.dataset_bytes as usize,
            &cache,
        );
        Output { mix_hash: mix.0, result: result.0 }
    };
    let verify_reference = per(
        10,
        best(5, thread_time, || {
            (0..10).for_each(|_| sink(reference(nonces(1))));
        }),
    );
    let (mut single, mut batched) = (Vec::new(), Vec::new());
    for backend in &backends {
        light.set_backend(*backend);
        let nonce = nonces(1);
        ensure!(light.hash(&seal_hash, nonce) == reference(nonce), "{backend} verifies wrongly");
        single.push(per(
            20,
            best(5, thread_time, || {
                (0..20).for_each(|_| sink(light.hash(&seal_hash, nonces(1))));
            }),
        ));
        batched.push(per(
            240,
            best(5, thread_time, || {
                let seals: Vec<_> = (0..240).map(|_| (seal_hash, nonces(1))).collect();
                sink(light.hash_many(&seals));
            }),
        ));
    }
    let verify = |what, ours: &[f64], target| Row {
        what,
        reference: verify_reference * 1e3,
        ours: ours.iter().map(|seconds| seconds * 1e3).collect(),
        unit: Unit::Milliseconds,
        target,
    };
    rows.push(verify("light, one seal alone", &single, None));
    rows.push(verify("light, per seal of a batch", &batched, Some((5.0, 15.0))));

    eprintln!("generating dataset items");
    let mut items = vec![0; 2_000 * 64];
    let items_reference = 2_000.0 / best(4, thread_time, || ethash_oracle::make_dataset(&mut items, &cache));
    const ITEMS: u64 = 100_000;
    let mut generated = Vec::new();
    for backend in &backends {
        let mut light = Light::new(Params { dataset_bytes: ITEMS * 64, ..params });
        light.set_backend(*backend);
        // One worker, and nothing else in the process.
        let seconds = best(4, process_time, || sink(generate(&light, 1)));
        ensure!(generate(&light, 1)?.bytes().starts_with(&items), "{backend} generates wrongly");
        generated.push(ITEMS as f64 / seconds);
    }
    rows.push(Row {
        what: "dataset generation, items",
        reference: items_reference,
        ours: generated,
        unit: Unit::PerSecond,
        target: Some((5.0, 15.0)),
    });

    eprintln!("generating a dataset of {} MiB", dataset_bytes >> 20);
    light.set_backend(Backend::best());
    let started = (std::time::Instant::now(), process_time());
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let mut dataset = generate(&light, threads)?;
    let generation = (started.0.elapsed().as_secs_f64(), process_time() - started.1);

    eprintln!("hashing");
    let reference = |nonce: u64| {
        let (mix, result) = ethash_oracle::hashimoto_full(
            seal_hash.into(),
            nonce.to_be_bytes().into(),
            params.dataset_bytes as usize,
            dataset.bytes(),
        );
        Output { mix_hash: mix.0, result: result.0 }
    };
    let hash_reference = 2_000.0
        / best(5, thread_time, || {
            (0..2_000).for_each(|_| sink(reference(nonces(1))));
        });
    let expected: Vec<_> = (0..50).map(|k| reference(u64::MAX - k)).collect();
    let bound = random_pages(&dataset) / 64.0;
    let mut hashed = Vec::new();
    let mut out = vec![Output::default(); 24_000];
    for backend in &backends {
        dataset.set_backend(*backend);
        for (k, expected) in expected.iter().enumerate() {
            ensure!(dataset.hash(&seal_hash, u64::MAX - k as u64) == *expected, "{backend} hashes wrongly");
        }
        hashed.push(
            out.len() as f64
                / best(5, thread_time, || {
                    dataset.hash_range(&seal_hash, nonces(out.len() as u64), &mut out);
                }),
        );
    }
    let bound = bound.max(random_pages(&dataset) / 64.0);
    let of_bound: Vec<String> =
        backends.iter().zip(&hashed).map(|(b, rate)| format!("{b} {:.0} %", 100.0 * rate / bound)).collect();
    rows.push(Row {
        what: "full hash",
        reference: hash_reference,
        ours: hashed,
        unit: Unit::PerSecond,
        target: Some((4.0, 6.0)),
    });

    print_table(&backends, &rows);
    println!();
    println!(
        "Random 128-byte reads bound a core to {bound:.0} full hashes a second: {}.",
        of_bound.join(", ")
    );
    println!(
        "A dataset of {} MiB took {:.1} s of CPU time, {:.1} s on {threads} threads.",
        dataset_bytes >> 20,
        generation.1,
        generation.0
    );
    Ok(())
}

fn print_table(backends: &[Backend], rows: &[Row]) {
    let names: Vec<String> = backends.iter().map(Backend::to_string).collect();
    println!("| per core | `ethash` 0.4.0 | {} | target (AVX2, AVX-512) |", names.join(" | "));
    println!("|---|---|{}---|", "---|".repeat(backends.len()));
    for row in rows {
        let (unit, digits) = if row.unit == Unit::PerSecond { ("/s", 0) } else { (" ms", 3) };
        let ours: Vec<String> = row.ours.iter().map(|figure| row.cell(*figure, unit, digits)).collect();
        let target = row.target.map_or("–".into(), |(avx2, avx512)| format!("×{avx2}, ×{avx512}"));
        println!("| {} | {:.digits$}{unit} | {} | {target} |", row.what, row.reference, ours.join(" | "));
    }
}

impl Row {
    /// A figure and how many times as fast as the crate it is.
    fn cell(&self, figure: f64, unit: &str, digits: usize) -> String {
        if figure.is_nan() {
            return "–".into();
        }
        let ratio = match self.unit {
            Unit::Milliseconds => self.reference / figure,
            Unit::PerSecond => figure / self.reference,
        };
        format!("{figure:.digits$}{unit} (×{ratio:.1})")
    }
}

fn generate(light: &Light, threads: usize) -> Result<Dataset> {
    Dataset::generate(light, threads, |_, _| (), &AtomicBool::new(false))
        .ok_or_else(|| eyre!("no memory for a dataset of {} bytes", light.params().dataset_bytes))
}

/// Reads of a whole random page of 128 bytes that a core does in a second, with nothing else to do.
fn random_pages(dataset: &Dataset) -> f64 {
    const READS: u64 = 4_000_000;
    let (pages, _) = dataset.bytes().as_chunks::<128>();
    let count = pages.len() as u64;
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let seconds = best(4, thread_time, || {
        let mut sum = 0_u8;
        for _ in 0..READS {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            let page = &pages[(((state & 0xffff_ffff) * count) >> 32) as usize];
            sum = sum.wrapping_add(page[0]).wrapping_add(page[64]);
        }
        black_box(sum);
    });
    READS as f64 / seconds
}

/// Uses a value up, so that its computation stays.
fn sink<T>(value: T) {
    black_box(value);
}

fn per(count: u32, seconds: f64) -> f64 {
    seconds / f64::from(count)
}

/// The least time in seconds of some runs, by the given clock.
fn best(runs: usize, clock: fn() -> f64, mut work: impl FnMut()) -> f64 {
    (0..runs)
        .map(|_| {
            let start = clock();
            work();
            clock() - start
        })
        .fold(f64::INFINITY, f64::min)
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
