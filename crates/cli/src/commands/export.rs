use super::open;
use crate::flags::NodeFlags;
use autochain_primitives::rlp::Encodable;
use autochain_telemetry::Progress;
use eyre::{Context as _, Result, bail, eyre};
use flate2::{Compression, write::GzEncoder};
use std::{
    fs::OpenOptions,
    io::{BufWriter, Write},
    path::Path,
};

/// Writes canonical blocks `first` to `last`, inclusive, as concatenated RLP.
pub(crate) fn run(flags: &NodeFlags, path: &Path, first: Option<u64>, last: Option<u64>) -> Result<()> {
    let chain = open::chain(flags)?;
    let reader = chain.reader()?;
    let (head, _) = reader.head()?;
    let first_given = first.is_some();
    let first = first.unwrap_or(0);
    let last = last.unwrap_or(head);
    if last > head {
        bail!("block {last} is not there: the head is block {head}");
    }
    if first > last {
        bail!("the first block, {first}, is above the last, {last}");
    }
    // As geth does: a range is appended to what is there, a whole chain replaces it.
    let mut options = OpenOptions::new();
    options.create(true).write(true).append(first_given).truncate(!first_given);
    let file = options.open(path).wrap_err_with(|| format!("cannot create {}", path.display()))?;
    let mut out: Box<dyn Write> = if path.extension().is_some_and(|extension| extension == "gz") {
        Box::new(GzEncoder::new(BufWriter::new(file), Compression::default()))
    } else {
        Box::new(BufWriter::new(file))
    };
    tracing::info!(file = %path.display(), first, last, "Exporting blockchain");
    let mut progress = Progress::new("Exporting", Some(last - first + 1));
    let mut bytes = Vec::new();
    for number in first..=last {
        let block =
            reader.block(number)?.ok_or_else(|| eyre!("block {number} is missing from the database"))?;
        bytes.clear();
        block.encode(&mut bytes);
        out.write_all(&bytes).wrap_err_with(|| format!("cannot write {}", path.display()))?;
        progress.advance(1, 1, block.header.gas_used);
    }
    out.flush().wrap_err_with(|| format!("cannot write {}", path.display()))?;
    drop(out);
    progress.finish();
    tracing::info!(blocks = last - first + 1, "Exported blockchain");
    Ok(())
}
