use super::journal::{Journal, State, Trial};
use super::partition::{FlashError, Layout};
use super::{OtaData, Slot};
use embedded_storage::nor_flash::NorFlash;

/// How often an image is started before it must have proved itself.
pub const MAX_ATTEMPTS: u8 = 3;

/// What a start has to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// The image that runs has proved itself, or was put there by cable: go on.
    Proven,
    /// The image is on trial: go on, and [`confirm`] it when all [`Checks`] hold.
    OnTrial {
        /// Which start this is, from 1 to [`MAX_ATTEMPTS`].
        attempt: u8,
    },
    /// The bootloader was told to start the other slot: reset at once.
    Reset,
}

/// Counts this start of the image in slot `running`. The first thing after reset, before the radio and the bus;
/// not after an orderly sleep, which proves nothing about the image.
pub fn raise<F: NorFlash>(flash: &mut F, layout: &Layout, running: Slot) -> Result<Standing, FlashError> {
    let mut journal = Journal::load(flash, layout.journal)?;
    let state = journal.state();
    let Some(trial) = state.trial else { return Ok(Standing::Proven) };
    if trial.slot != running {
        // Cut on the way there, when it never ran, or on the way back; or the bootloader refused the image.
        let otadata = OtaData::load(flash, &layout.otadata)?;
        let ran = trial.attempts > 0 || otadata.slot() == trial.slot;
        otadata.select(flash, &layout.otadata, running)?;
        let failed = if ran { trial.version } else { state.failed };
        journal.append(flash, State { trial: None, failed, ..state })?;
        return Ok(Standing::Proven);
    }
    if trial.attempts >= MAX_ATTEMPTS {
        give_up(flash, layout, journal, trial)?;
        return Ok(Standing::Reset);
    }
    let attempt = trial.attempts.saturating_add(1);
    journal.append(flash, State { trial: Some(Trial { attempts: attempt, ..trial }), ..state })?;
    Ok(Standing::OnTrial { attempt })
}

/// What an image has to show.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Checks {
    /// Key, queue and bus controller were found in order.
    pub self_test: bool,
    /// A node acknowledged an upload.
    pub upload: bool,
}

/// Ends the trial of the image that runs, once all checks hold; whether it has proved itself. Its version
/// becomes the floor: older ones are not installed any more.
pub fn confirm<F: NorFlash>(flash: &mut F, layout: &Layout, checks: Checks) -> Result<bool, FlashError> {
    let mut journal = Journal::load(flash, layout.journal)?;
    let state = journal.state();
    let Some(trial) = state.trial else { return Ok(true) };
    if !(checks.self_test && checks.upload) {
        return Ok(false);
    }
    journal.append(flash, State { trial: None, floor: state.floor.max(trial.version), ..state })?;
    Ok(true)
}

/// Gives up the image that runs before its attempts are used up, after a self-test that failed.
pub fn reject<F: NorFlash>(flash: &mut F, layout: &Layout) -> Result<Standing, FlashError> {
    let journal = Journal::load(flash, layout.journal)?;
    let Some(trial) = journal.state().trial else { return Ok(Standing::Proven) };
    give_up(flash, layout, journal, trial)?;
    Ok(Standing::Reset)
}

/// Back to the other slot. `otadata` first: a cut in between is told by the slots that differ.
fn give_up<F: NorFlash>(
    flash: &mut F,
    layout: &Layout,
    mut journal: Journal,
    trial: Trial,
) -> Result<(), FlashError> {
    let otadata = OtaData::load(flash, &layout.otadata)?;
    otadata.select(flash, &layout.otadata, trial.slot.other())?;
    let state = State { trial: None, failed: trial.version, ..journal.state() };
    journal.append(flash, state)
}
