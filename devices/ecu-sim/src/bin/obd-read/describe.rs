use obd_core::obd::{CodeKind, CodeList, Pid};
use obd_core::poll::{Event, OdometerSource};
use serde_json::{Value, json};

/// Standard units, as a person reads them.
pub(crate) fn describe(event: &Event) -> Value {
    match event {
        Event::Connected(link) => json!({
            "event": "connected",
            "bitrate": format!("{:?}", link.bitrate),
            "addressing": format!("{:?}", link.addressing),
            "dialect": format!("{:?}", link.dialect),
        }),
        Event::Silent { reason, again } => {
            json!({"event": "silent", "reason": reason.to_string(), "again": again.is_some()})
        }
        Event::Value { ecu, pid: Pid(pid), value: number } => {
            let value = value(Pid(*pid), *number);
            json!({"event": "value", "ecu": ecu.number(), "pid": format!("{pid:02x}"), "value": value})
        }
        Event::Readiness { ecu, readiness, bits } => json!({
            "event": "readiness", "ecu": ecu.number(), "mil": readiness.mil, "codes": readiness.codes,
            "supported": readiness.supported, "incomplete": readiness.incomplete,
            "bits": format!("{bits:08x}"),
        }),
        Event::Codes { ecu, kind, codes } => {
            let kind = match kind {
                CodeKind::Confirmed => "confirmed",
                CodeKind::Pending => "pending",
                CodeKind::Permanent => "permanent",
            };
            json!({"event": "codes", "ecu": ecu.number(), "kind": kind, "codes": names(codes)})
        }
        Event::Vin(vin) => json!({"event": "vin", "vin": vin.to_string()}),
        Event::VerificationNumbers { ecu, numbers, total } => {
            let numbers: Vec<String> = numbers.iter().flatten().map(|n| hex(n)).collect();
            json!({"event": "cvn", "ecu": ecu.number(), "numbers": numbers, "total": total})
        }
        Event::Cleared(cleared) => json!({
            "event": "cleared", "ecu": cleared.ecu.number(), "pid": format!("{:02x}", cleared.pid.0),
            "before": cleared.before, "after": cleared.after,
        }),
        Event::Odometer(reading) => {
            let source = match reading.source {
                OdometerSource::Pid => "pid",
                OdometerSource::Did => "did",
                OdometerSource::Integrated => "integrated",
            };
            json!({"event": "odometer", "km": f64::from(reading.tenths) / 10.0, "source": source,
                   "verdict": format!("{:?}", reading.verdict)})
        }
        Event::Nonsense(request) => json!({"event": "nonsense", "request": format!("{request:?}")}),
    }
}

/// In the standard's unit.
pub(crate) fn value(pid: Pid, number: i32) -> f64 {
    let decimals = pid.quantity().map_or(0, |quantity| quantity.decimals);
    f64::from(number) / 10_f64.powi(decimals.into())
}

/// As on the workshop sheet.
pub(crate) fn names(codes: &CodeList) -> Vec<String> {
    codes.codes().iter().map(ToString::to_string).collect()
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
