use crate::record::{Content, Event, Sample, Samples, Scope, Signal};

/// The samples of one scope that wait for their record: the newest of each signal, and every code once.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Bucket {
    samples: Samples,
    /// Why the record cannot wait for its time, if it cannot.
    pub(super) event: Option<Event>,
}

impl Bucket {
    /// Takes a sample in; `false` when there is no room, and the record is to be stored first.
    pub(super) fn add(&mut self, sample: Sample) -> bool {
        let replaces = |old: &Sample| {
            old.signal == sample.signal && (!is_code(sample.signal) || old.value == sample.value)
        };
        let mut kept = Samples::new();
        for old in self.samples.iter().filter(|old| !replaces(old)) {
            // No more than there were.
            let _ = kept.push(old);
        }
        let fits = kept.push(sample).is_ok();
        if fits {
            self.samples = kept;
        }
        fits
    }

    /// What goes into the record, and why; empties the bucket. `None` when there is nothing to tell.
    pub(super) fn take(&mut self, scope: Scope) -> Option<(Content, Event)> {
        let Self { samples, event } = core::mem::take(self);
        if event.is_none() && samples.iter().next().is_none() {
            return None;
        }
        let content = match scope {
            Scope::Health => Content::Health(samples),
            Scope::Energy => Content::Energy(samples),
            Scope::Trip | Scope::Identity => Content::Trip(samples),
        };
        Some((content, event.unwrap_or(Event::Periodic)))
    }
}

const fn is_code(signal: Signal) -> bool {
    matches!(signal, Signal::StoredCode | Signal::PendingCode | Signal::PermanentCode)
}

/// The permission that a signal belongs to.
pub(super) const fn scope(signal: Signal) -> Scope {
    match signal {
        Signal::ModuleVoltage | Signal::PlugVoltage | Signal::BatteryCharge => Scope::Energy,
        Signal::MonitorStatus
        | Signal::DistanceWithLamp
        | Signal::WarmUpsSinceCleared
        | Signal::DistanceSinceCleared
        | Signal::TimeWithLamp
        | Signal::TimeSinceCleared
        | Signal::StoredCode
        | Signal::PendingCode
        | Signal::PermanentCode
        | Signal::CoolantTemperature
        | Signal::OilTemperature => Scope::Health,
        _ => Scope::Trip,
    }
}
