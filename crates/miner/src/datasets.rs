use autochain_ethash::{Dataset, Light, Params};
use parking_lot::Mutex;
use std::{
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::Instant,
};

/// The dataset of the epoch that is being mined; made in the background, kept on disk.
#[derive(Debug)]
pub(crate) struct Datasets {
    folder: Option<PathBuf>,
    current: Arc<Mutex<State>>,
    stop: Arc<AtomicBool>,
}

#[derive(Debug, Default)]
enum State {
    #[default]
    None,
    Generating(Params),
    Ready(Arc<Dataset>),
    /// The machine cannot hold it.
    Failed(Params),
}

impl Datasets {
    pub(crate) fn new(folder: Option<PathBuf>) -> Self {
        Self { folder, current: Arc::default(), stop: Arc::default() }
    }

    /// Whether the dataset of these parameters can be used now.
    pub(crate) fn is_ready(&self, params: &Params) -> bool {
        matches!(&*self.current.lock(), State::Ready(dataset) if dataset.params() == params)
    }

    /// The dataset that belongs to a light cache; starts to make it when it is not there.
    pub(crate) fn get(&self, light: &Arc<Light>, threads: usize) -> Option<Arc<Dataset>> {
        let mut current = self.current.lock();
        match &*current {
            State::Ready(dataset) if dataset.params() == light.params() => return Some(dataset.clone()),
            State::Generating(params) | State::Failed(params) if params == light.params() => return None,
            _ => {}
        }
        *current = State::Generating(*light.params());
        drop(current);
        let (folder, state, stop) = (self.folder.clone(), self.current.clone(), self.stop.clone());
        let light = light.clone();
        std::thread::spawn(move || {
            let params = *light.params();
            let dataset = load_or_generate(&light, folder, threads, &stop);
            let mut state = state.lock();
            if matches!(&*state, State::Generating(wanted) if *wanted == params) {
                *state = match dataset {
                    Some(dataset) => State::Ready(Arc::new(dataset)),
                    None => State::Failed(params),
                };
            }
        });
        None
    }
}

impl Drop for Datasets {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
    }
}

fn load_or_generate(
    light: &Light,
    folder: Option<PathBuf>,
    threads: usize,
    stop: &AtomicBool,
) -> Option<Dataset> {
    let epoch = light.params().epoch;
    if let Some(folder) = &folder
        && let Ok(dataset) = Dataset::load(folder, light)
    {
        tracing::info!(epoch, folder = %folder.display(), "Loaded ethash dataset");
        // The mapped file hashes a third slower: small pages, misaligned by geth's header.
        return Some(dataset.into_memory());
    }
    let started = Instant::now();
    let shown = AtomicU64::new(0);
    let progress = |done: u64, all: u64| {
        let percent = done.saturating_mul(100) / all.max(1);
        if percent >= shown.load(Ordering::Relaxed).saturating_add(5) {
            shown.store(percent, Ordering::Relaxed);
            tracing::info!(percentage = percent, epoch, "Generating DAG in progress");
        }
    };
    let dataset = Dataset::generate(light, threads, progress, stop);
    match &dataset {
        Some(dataset) => {
            tracing::info!(epoch, elapsed = ?started.elapsed(), "Generated ethash dataset");
            if let Some(folder) = &folder
                && let Err(error) = dataset.save(folder)
            {
                tracing::warn!(epoch, err = %error, "Could not keep the ethash dataset on disk");
            }
        }
        None if stop.load(Ordering::Relaxed) => {}
        None => tracing::warn!(epoch, "No memory for the ethash dataset; mining stays on the light cache"),
    }
    dataset
}
