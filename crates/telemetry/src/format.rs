use std::fmt::{self, Write};
use tracing::{
    Event, Level, Subscriber,
    field::{Field, Visit},
};
use tracing_subscriber::{
    field::RecordFields,
    fmt::{FmtContext, FormatEvent, FormatFields, format::Writer},
    registry::LookupSpan,
};

/// Width to which geth pads a message before its fields.
const MESSAGE_WIDTH: usize = 40;

/// One event a line: `LEVEL [MM-DD|hh:mm:ss.mmm] message   key=value …`.
pub(crate) struct GethFormat;

impl<S, N> FormatEvent<S, N> for GethFormat
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
{
    fn format_event(
        &self,
        _context: &FmtContext<'_, S, N>,
        mut writer: Writer<'_>,
        event: &Event<'_>,
    ) -> fmt::Result {
        let (name, colour) = match *event.metadata().level() {
            Level::ERROR => ("ERROR", 31),
            Level::WARN => ("WARN ", 33),
            Level::INFO => ("INFO ", 32),
            Level::DEBUG => ("DEBUG", 36),
            Level::TRACE => ("TRACE", 34),
        };
        let now = jiff::Zoned::now().strftime("%m-%d|%H:%M:%S%.3f").to_string();
        if writer.has_ansi_escapes() {
            write!(writer, "\x1b[{colour}m{name}\x1b[0m[{now}] ")?;
        } else {
            write!(writer, "{name}[{now}] ")?;
        }
        let mut fields = Fields::default();
        event.record(&mut fields);
        if fields.rest.is_empty() {
            writeln!(writer, "{}", fields.message)
        } else {
            writeln!(writer, "{:<MESSAGE_WIDTH$}{}", fields.message, fields.rest)
        }
    }
}

/// Fields of spans, in the same `key=value` shape.
pub(crate) struct GethFields;

impl<'w> FormatFields<'w> for GethFields {
    fn format_fields<R: RecordFields>(&self, mut writer: Writer<'w>, fields: R) -> fmt::Result {
        let mut collected = Fields::default();
        fields.record(&mut collected);
        write!(writer, "{}{}", collected.message, collected.rest)
    }
}

#[derive(Default)]
struct Fields {
    message: String,
    rest: String,
}

impl Fields {
    fn push(&mut self, field: &Field, value: &str) {
        if field.name() == "message" {
            self.message.push_str(value);
        } else if value.is_empty() || value.contains([' ', '=', '"', '\n', '\r']) {
            let _infallible = write!(self.rest, " {}={value:?}", field.name());
        } else {
            let _infallible = write!(self.rest, " {}={value}", field.name());
        }
    }
}

impl Visit for Fields {
    fn record_str(&mut self, field: &Field, value: &str) {
        self.push(field, value);
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.push(field, &format!("{value:?}"));
    }
}
