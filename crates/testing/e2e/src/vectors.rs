use autochain_primitives::{BlockFile, rlp::Encodable};
use eyre::{Context, Result, bail, ensure};
use sha2::{Digest, Sha256};
use std::{
    fs::{self, File},
    io,
    path::{Path, PathBuf},
};

/// Public chains, unpacked once into the workspace's cache folder.
pub struct Vectors {
    pack: PathBuf,
    chains: PathBuf,
    rpc: PathBuf,
}

/// A chain's file cut into files of a few blocks, and the hash of every block.
pub struct BlockSlices {
    /// Each with the same number of blocks, the last one with what is left.
    pub files: Vec<PathBuf>,
    /// Blocks in a file.
    pub blocks: usize,
    /// Hashes by number from block 1 on; block 0's place is empty.
    pub hashes: Vec<String>,
}

impl Vectors {
    /// The pack at `AUTOCHAIN_VECTORS`, else beside the repository at `../shared/vectors`. `None`, said aloud, when
    /// it is not there; an error instead when `AUTOCHAIN_REQUIRE_VECTORS=1`.
    pub fn find() -> Result<Option<Self>> {
        let pack = match std::env::var_os("AUTOCHAIN_VECTORS") {
            Some(path) => PathBuf::from(path),
            None => workspace().join("../shared/vectors"),
        };
        if !pack.join("chains.tar.zst").is_file() {
            if std::env::var_os("AUTOCHAIN_REQUIRE_VECTORS").is_some_and(|value| value == "1") {
                bail!("no vectors in {}; set AUTOCHAIN_VECTORS", pack.display());
            }
            println!("SKIPPED: no public chains in {} (set AUTOCHAIN_VECTORS)", pack.display());
            return Ok(None);
        }
        let chains = unpack(&pack, "chains")?.join("chains");
        let rpc = unpack(&pack, "rpc")?.join("rpc");
        Ok(Some(Self { pack, chains, rpc }))
    }

    /// The pack's own folder, with its archives and lists.
    pub fn pack(&self) -> &Path {
        &self.pack
    }

    /// A file of the group `chains`.
    pub fn chain(&self, path: &str) -> PathBuf {
        self.chains.join(path)
    }

    /// A file of the group `rpc`.
    pub fn rpc(&self, path: &str) -> PathBuf {
        self.rpc.join(path)
    }
}

impl BlockSlices {
    /// Cuts a file whose first block is block 1.
    pub fn cut(file: &Path, blocks: usize, folder: &Path) -> Result<Self> {
        let mut slices = Self { files: Vec::new(), blocks, hashes: vec![String::new()] };
        let mut bytes = Vec::new();
        let mut count = 0;
        let mut flush = |bytes: &mut Vec<u8>| -> Result<()> {
            let path = folder.join(format!("slice-{:04}.rlp", slices.files.len()));
            fs::write(&path, &*bytes)?;
            slices.files.push(path);
            bytes.clear();
            Ok(())
        };
        let mut hashes = Vec::new();
        for block in BlockFile::open(file)? {
            let block = block?.block;
            ensure!(
                block.header.number == hashes.len() as u64 + 1,
                "block {} is out of order",
                block.header.number
            );
            hashes.push(block.header.hash_slow().to_string());
            block.encode(&mut bytes);
            count += 1;
            if count % blocks == 0 {
                flush(&mut bytes)?;
            }
        }
        if !bytes.is_empty() {
            flush(&mut bytes)?;
        }
        slices.hashes.extend(hashes);
        Ok(slices)
    }

    /// The files from the one on that holds block `number`.
    pub fn from_block(&self, number: u64) -> &[PathBuf] {
        let first = usize::try_from(number.saturating_sub(1)).unwrap_or(usize::MAX) / self.blocks;
        self.files.get(first..).unwrap_or_default()
    }
}

/// The workspace's root.
pub(crate) fn workspace() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.ancestors().nth(3).unwrap_or(here).to_path_buf()
}

/// Unpacks an archive into `.cache`, once for each content.
fn unpack(pack: &Path, group: &str) -> Result<PathBuf> {
    let archive = pack.join(format!("{group}.tar.zst"));
    let mut digest = Sha256::new();
    io::copy(&mut File::open(&archive).wrap_err_with(|| archive.display().to_string())?, &mut digest)?;
    let digest: String = digest.finalize().iter().take(8).map(|byte| format!("{byte:02x}")).collect();
    let cache = workspace().join(".cache").join("e2e");
    let target = cache.join(format!("{group}-{digest}"));
    if target.is_dir() {
        return Ok(target);
    }
    fs::create_dir_all(&cache)?;
    let unfinished = tempfile::tempdir_in(&cache)?;
    tar::Archive::new(zstd::Decoder::new(File::open(&archive)?)?).unpack(unfinished.path())?;
    // Another process may have been faster; then its folder stands.
    if fs::rename(unfinished.path(), &target).is_ok() {
        drop(unfinished.keep());
    }
    Ok(target)
}
