use super::open;
use crate::flags::NodeFlags;
use autochain_chain::{Chain, ImportSummary};
use autochain_primitives::BlockFile;
use autochain_telemetry::Progress;
use eyre::{Context as _, Result};
use std::{
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Instant,
};

/// Imports files of blocks, one after the other.
pub(crate) fn run(flags: &NodeFlags, files: &[PathBuf]) -> Result<()> {
    let chain = open::chain(flags)?;
    for file in files {
        import(&chain, file).wrap_err_with(|| {
            let head = chain.head();
            format!("import of {} stopped at block {}", file.display(), head.header.number)
        })?;
    }
    let head = chain.head();
    println!("{} {}", head.header.number, head.header.hash());
    Ok(())
}

fn import(chain: &Chain, path: &Path) -> Result<ImportSummary> {
    let mut file = BlockFile::open(path)?;
    let size = file.size();
    let position = Arc::new(AtomicU64::new(0));
    tracing::info!(file = %path.display(), "Importing blockchain");
    let started = Instant::now();
    let mut progress = Progress::new("Importing", Some(size));
    let mut seen = 0;
    let read = position.clone();
    let blocks = std::iter::from_fn(move || {
        let block = file.next();
        read.store(file.bytes_read(), Ordering::Relaxed);
        block.map(|block| block.map(|block| block.block))
    });
    let summary = chain.import_stream(blocks, |blocks, gas| {
        let now = position.load(Ordering::Relaxed);
        progress.advance(now.saturating_sub(seen), blocks, gas);
        seen = now;
    });
    progress.finish();
    let summary = summary?;
    let seconds = started.elapsed().as_secs_f64().max(1e-6);
    tracing::info!(
        blocks = summary.canonical,
        side = summary.side,
        known = summary.known,
        txs = summary.transactions,
        mgas = format!("{:.3}", summary.gas as f64 / 1e6),
        elapsed = format!("{seconds:.3}s"),
        blocksps = format!("{:.0}", summary.canonical as f64 / seconds),
        mgasps = format!("{:.3}", summary.gas as f64 / 1e6 / seconds),
        "Import done"
    );
    Ok(summary)
}
