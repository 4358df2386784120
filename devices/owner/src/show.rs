use obd_core::Hash;
use obd_core::obd::Code;
use obd_core::record::{Content, Head, Identity, Record, Sample, Samples, Unit};
use serde_json::{Value, json};

/// A record with its head, both checked.
pub(crate) type Opened = (Head, Record);

/// One record as a JSON object. Names are those of the documentation; values carry their unit.
pub(crate) fn json((head, record): &Opened, hash: &Hash) -> Value {
    let mut shown = json!({
        "vehicle": head.vehicle,
        "epoch": head.epoch,
        "period": head.period.0,
        "scope": format!("{:?}", head.scope),
        "counter": head.counter,
        "hash": const_hex::encode_prefixed(hash),
        "prevHash": const_hex::encode_prefixed(head.prev_hash),
        "flags": head.flags.bits(),
        "time": record.time.ms,
        "clock": format!("{:?}", record.time.source),
        "event": format!("{:?}", record.event),
        "start": record.start,
        "odometerKm": f64::from(record.odometer) / 10.0,
    });
    match &record.content {
        Content::Identity(identity) => shown["identity"] = self::identity(identity),
        Content::Trip(samples) | Content::Health(samples) | Content::Energy(samples) => {
            shown["samples"] = self::samples(samples);
        }
    }
    shown
}

fn identity(Identity { vin, cvn }: &Identity) -> Value {
    let cvn: Vec<String> = cvn.iter().filter(|cvn| **cvn != 0).map(|cvn| format!("{cvn:08X}")).collect();
    json!({ "vin": String::from_utf8_lossy(vin), "cvn": cvn })
}

fn samples(samples: &Samples) -> Value {
    samples.iter().map(sample).collect()
}

fn sample(Sample { signal, quality, value }: Sample) -> Value {
    let bits = value.cast_unsigned();
    let shown = match signal.unit() {
        Unit::Code => code(bits).to_string().into(),
        Unit::Bits => format!("{bits:08X}").into(),
        _ => Value::from(f64::from(value) / 10_f64.powi(signal.decimals().into())),
    };
    json!({
        "signal": format!("{signal:?}"),
        "value": shown,
        "unit": format!("{:?}", signal.unit()),
        "quality": format!("{quality:?}"),
    })
}

/// Two bytes of SAE J2012, or three of ISO 14229.
fn code(bits: u32) -> Code {
    match bits.to_be_bytes() {
        [_, 0, high, low] => Code { number: u16::from_be_bytes([high, low]), failure_type: 0 },
        [_, high, low, failure_type] => Code { number: u16::from_be_bytes([high, low]), failure_type },
    }
}
