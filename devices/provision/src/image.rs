use crate::error::Error;
use obd_core::update::{Board, Manifest};
use obd_core::{Key, keccak256};
use std::fs;
use std::path::PathBuf;
use zeroize::Zeroizing;

/// An image to be signed.
pub(crate) struct Order {
    pub(crate) secret: Zeroizing<[u8; 32]>,
    pub(crate) board: Board,
    pub(crate) version: u32,
    pub(crate) image: PathBuf,
    pub(crate) out: PathBuf,
}

/// Writes the update file: the signed manifest and the image.
pub(crate) fn sign(order: &Order) -> Result<String, Error> {
    let image = fs::read(&order.image).map_err(|error| Error::file(&order.image, error))?;
    let length = u32::try_from(image.len()).map_err(|_| Error::file(&order.image, "longer than 4 GB"))?;
    let (board, version) = (order.board, order.version);
    let manifest = Manifest { board, version, length, hash: keccak256(&image) };
    let key = Key::from_bytes(&order.secret)?;
    let signature = key.sign(&manifest.digest())?.to_bytes();
    let update = [&manifest.signed_bytes()[..], &signature, &image].concat();
    fs::write(&order.out, update).map_err(|error| Error::file(&order.out, error))?;
    Ok(format!(
        "{}: version {version} for {}, signed by {}",
        order.out.display(),
        board.name(),
        key.address()
    ))
}
