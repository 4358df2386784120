use serde::Deserialize;
use std::{
    fs::File,
    io::{self, Read},
    path::{Path, PathBuf},
};

/// The folder with the archives of the vectors.
#[derive(Clone, Debug)]
pub(crate) struct Pack {
    root: PathBuf,
}

/// One file of an archive.
#[derive(Clone, Debug)]
pub(crate) struct VectorFile {
    /// Path without the group's folder.
    pub(crate) path: String,
    pub(crate) bytes: Vec<u8>,
}

/// One row of the pack's index.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct IndexRow {
    pub(crate) group: String,
    pub(crate) path: String,
    pub(crate) bytes: u64,
    /// Cases in the file, where the pack counts them.
    #[serde(default)]
    pub(crate) cases: Option<u64>,
}

impl Pack {
    /// The pack at `AUTOCHAIN_VECTORS`, else at `../shared/vectors` beside the workspace.
    pub(crate) fn find() -> Result<Self, Vec<PathBuf>> {
        let candidates = match std::env::var_os("AUTOCHAIN_VECTORS") {
            Some(path) => vec![PathBuf::from(path)],
            None => workspace_roots().map(|root| root.join("../shared/vectors")).collect(),
        };
        let found = candidates.iter().find(|path| path.join("INDEX.json.zst").is_file());
        found.map(|root| Self { root: root.clone() }).ok_or(candidates)
    }

    /// The index of all files.
    pub(crate) fn index(&self) -> eyre::Result<Vec<IndexRow>> {
        let bytes = zstd::decode_all(File::open(self.root.join("INDEX.json.zst"))?)?;
        Ok(serde_json::from_slice(&bytes)?)
    }

    /// Calls `each` with every file of a group's archive, in its order, without unpacking it.
    pub(crate) fn stream(
        &self,
        group: &str,
        mut each: impl FnMut(VectorFile) -> eyre::Result<()>,
    ) -> eyre::Result<()> {
        let path = self.root.join(format!("{group}.tar.zst"));
        let file = File::open(&path).map_err(|error| eyre::eyre!("{}: {error}", path.display()))?;
        let mut archive = tar::Archive::new(zstd::Decoder::new(io::BufReader::with_capacity(1 << 20, file))?);
        for entry in archive.entries()? {
            let mut entry = entry?;
            if !entry.header().entry_type().is_file() {
                continue;
            }
            let path = entry.path()?.to_string_lossy().into_owned();
            let path = path.strip_prefix("./").unwrap_or(&path);
            let path = path.strip_prefix(group).and_then(|path| path.strip_prefix('/')).unwrap_or(path);
            let path = path.to_owned();
            let mut bytes = Vec::with_capacity(usize::try_from(entry.size())?);
            entry.read_to_end(&mut bytes)?;
            each(VectorFile { path, bytes })?;
        }
        Ok(())
    }
}

/// The workspace this was built from, then every folder above the current one.
fn workspace_roots() -> impl Iterator<Item = PathBuf> {
    let built = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(3).map(Path::to_path_buf);
    let current = std::env::current_dir().unwrap_or_default();
    let above: Vec<_> = current.ancestors().map(Path::to_path_buf).collect();
    built.into_iter().chain(above)
}
