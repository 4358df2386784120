use super::{Client, Target, UPLOAD};
use crate::RECORD_TX_LEN;
use crate::client::ask::{Ask, call, relayed};
use crate::client::text::{Hex, Text};
use crate::queue::{Note, Queue, QueueError};
use core::fmt::Write as _;
use core::ops::ControlFlow;
use embedded_storage::nor_flash::MultiwriteNorFlash;

impl Client<'_> {
    /// Writes the request for a question. Gives the question back as it was really asked; `None` when it
    /// cannot be written.
    pub(super) fn put<F: MultiwriteNorFlash>(
        &mut self,
        ask: Ask,
        queue: &mut Queue<'_, F>,
    ) -> Result<Option<(Target, Ask)>, QueueError> {
        self.id = self.id.wrapping_add(1);
        self.response.restart();
        self.outcome = None;
        let (settings, id) = (self.settings, self.id);
        let ask = match ask {
            Ask::Send(_) => self.put_transaction(queue)?,
            Ask::Store => self.put_records(queue)?,
            Ask::Relay => self.put_reading(),
            ask => {
                let (registry, device) = (settings.registry(), self.signer.address());
                let mut text = self.request.body();
                let written = ask.write(&mut text, id, registry, device, settings.vehicle);
                written.is_ok_and(|whole| whole).then_some((ask, text.len()))
            }
        };
        let Some((ask, len)) = ask else { return Ok(None) };
        let (target, endpoint) = if ask.is_for_relay() {
            (Target::Relay, settings.relay)
        } else {
            (Target::Node(self.current), settings.nodes.get(self.current).copied())
        };
        let Some(endpoint) = endpoint else { return Ok(None) };
        let written = self.request.post(endpoint.host, endpoint.path, len);
        // A relay is another peer than the node before it: the board opens a link of its own.
        Ok(written.ok().map(|()| (target, ask)))
    }

    /// Signs. The hash is in flash before the transaction leaves the device.
    fn put_transaction<F: MultiwriteNorFlash>(
        &mut self,
        queue: &mut Queue<'_, F>,
    ) -> Result<Option<(Ask, usize)>, QueueError> {
        let (Some(mut pending), Some(account)) = (self.upload.pending, self.account) else {
            return Ok(None);
        };
        let data = pending.reading.calldata();
        let mut raw = [0; RECORD_TX_LEN];
        let Ok(checked) = self.transaction(&pending, &data).check(&self.settings.policy) else {
            return Ok(None);
        };
        let Ok(signed) = checked.sign(account, &mut raw) else { return Ok(None) };
        let hash = signed.hash();
        if pending.add(hash) {
            queue.journal().write(Note::Pending, &pending.to_bytes())?;
            self.upload.pending = Some(pending);
        }
        self.upload.variant =
            pending.variants().iter().position(|variant| *variant == hash).unwrap_or_default();
        let mut text = self.request.body();
        let raw = Hex(signed.raw());
        let written = call(&mut text, self.id, "eth_sendRawTransaction", |text| write!(text, r#""{raw}""#));
        Ok(written.ok().map(|()| (Ask::Send(hash), text.len())))
    }

    fn put_records<F: MultiwriteNorFlash>(
        &mut self,
        queue: &mut Queue<'_, F>,
    ) -> Result<Option<(Ask, usize)>, QueueError> {
        let Some(pending) = self.upload.pending else { return Ok(None) };
        let last = pending.reading.counter;
        let mut text = self.request.body();
        let mut failed = None;
        let written = call(&mut text, self.id, "autochain_storeRecords", |text| {
            let mut count = 0_usize;
            let mut written = text.write_str("[");
            let read = queue.waiting(|entry| {
                if entry.seq > last || count == UPLOAD || written.is_err() {
                    return ControlFlow::Break(());
                }
                let comma = if count == 0 { "" } else { "," };
                written = write!(text, r#"{comma}"{}""#, Hex(entry.payload));
                count = count.saturating_add(1);
                ControlFlow::Continue(())
            });
            failed = read.err();
            written.and_then(|()| text.write_str("]"))
        });
        if let Some(error) = failed {
            return Err(error);
        }
        Ok(written.ok().map(|()| (Ask::Store, text.len())))
    }

    fn put_reading(&mut self) -> Option<(Ask, usize)> {
        let reading = self.upload.pending?.reading;
        let (device, epoch) = (self.signer.address(), self.settings.epoch);
        let signature = self.signer.sign_statement(&reading.digest(&self.domain, epoch)).ok()?;
        let mut text = self.request.body();
        let params = |text: &mut Text<'_>| relayed(text, device, epoch, &reading, signature.as_bytes());
        call(&mut text, self.id, "autochain_relayReading", params).ok()?;
        Some((Ask::Relay, text.len()))
    }
}
