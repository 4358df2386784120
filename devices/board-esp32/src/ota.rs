//! Fetches updates from the relay's host, or the first node's: `/firmware/BOARD.update`.

use crate::flash::{Flash, Handle, LAYOUT};
use crate::net::{self, Buffers};
use crate::tls;
use crate::{BOARD, FIRMWARE, flash};
use device_tls::Records;
use embassy_net::Stack;
use embassy_time::{Duration, with_timeout};
use esp_hal::system::software_reset;
use obd_core::provision::Settings;
use obd_core::update::{Download, Running};

/// How long the host may say nothing.
const PATIENCE: Duration = Duration::from_secs(30);

/// Asks for an update; starts it when there is one. Returns when there is none, or it could not be had.
pub(crate) async fn check(
    stack: Stack<'static>,
    chip: &'static Flash,
    settings: &Settings,
    buffers: &mut Buffers,
    records: &mut Records,
) {
    let Some(endpoint) = settings.relay.as_ref().or(settings.endpoints.iter().flatten().next()) else {
        return;
    };
    let Some(host) = endpoint.host.as_str() else { return };
    let running = Running { board: BOARD, slot: flash::running(chip), version: FIRMWARE };
    let mut request = [0; 160];
    let Some(length) = Download::<Handle>::request(&running, host, &mut request) else { return };
    let Some(socket) = net::connect(stack, host, endpoint.port, buffers).await else { return };
    let Ok(mut link) = tls::open(socket, host, settings.issuer.as_bytes(), records).await else { return };
    let mut rest = request.get(..length).unwrap_or_default();
    while !rest.is_empty() {
        let Ok(sent) = link.write(rest).await else { return };
        rest = rest.get(sent..).unwrap_or_default();
    }
    if link.flush().await.is_err() {
        return;
    }
    let mut handle = Handle(chip);
    let mut download = Download::new(&mut handle, LAYOUT, &settings.release_keys, running);
    let mut bytes = [0; 512];
    while let Ok(Ok(read)) = with_timeout(PATIENCE, link.read(&mut bytes)).await {
        match download.feed(bytes.get(..read).unwrap_or_default()) {
            Ok(Some(_)) => software_reset(),
            Ok(None) if read > 0 => {}
            Ok(None) | Err(_) => return,
        }
    }
}
