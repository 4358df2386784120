//! Logs in the shape that geth's users parse, and a progress line for long work.
//!
//! ```text
//! tracing event ──GethFormat──► INFO [11-22|08:03:23.123] Imported new chain segment   number=12 hash=…
//!               └─json────────► {"timestamp":…,"level":"INFO","fields":{…}}
//! ```

mod format;
mod progress;

pub use progress::Progress;

use std::io::IsTerminal;
use tracing::level_filters::LevelFilter;
use tracing_subscriber::{EnvFilter, fmt, prelude::*};

/// What `--verbosity` and `--log.json` say.
#[derive(Clone, Copy, Debug)]
pub struct LogConfig {
    /// geth's scale: 0 silent, 1 error, 2 warn, 3 info, 4 debug, 5 trace.
    pub verbosity: u8,
    /// One JSON object a line instead of geth's format.
    pub json: bool,
}

/// Installs the process's log output on standard error. `RUST_LOG` refines it. A second call does nothing.
pub fn init(config: LogConfig) {
    let level = match config.verbosity {
        0 => LevelFilter::OFF,
        1 => LevelFilter::ERROR,
        2 => LevelFilter::WARN,
        3 => LevelFilter::INFO,
        4 => LevelFilter::DEBUG,
        _ => LevelFilter::TRACE,
    };
    let filter = EnvFilter::builder().with_default_directive(level.into()).from_env_lossy();
    let registry = tracing_subscriber::registry().with(filter);
    let installed = if config.json {
        registry.with(fmt::layer().json().with_target(false).with_writer(std::io::stderr)).try_init()
    } else {
        let ansi = std::io::stderr().is_terminal();
        let layer = fmt::layer()
            .event_format(format::GethFormat)
            .fmt_fields(format::GethFields)
            .with_ansi(ansi)
            .with_writer(std::io::stderr);
        registry.with(layer).try_init()
    };
    // Only tests install twice; the first installation stands.
    drop(installed);
}
