//! Talking to a car: finding it, asking it in turns, and making sense of what it says over time.
//!
//! ```text
//!  Car::poll ─┬─ Discovery: listen first, then one careful request  ─► Link
//!             ├─ Plan: what is due ─► Exchange: one request, its answers ─► Knowledge ─► Event
//!             └─ Guard (in `can`): falls silent before any harm
//! ```

mod car;
mod cleared;
mod discovery;
mod event;
mod exchange;
mod knowledge;
mod memory;
mod odometer;
mod plan;
mod sample;
mod speed;
mod units;

pub use car::Car;
pub use cleared::{ClearWatch, Cleared};
pub use discovery::{Discovery, Link, NoLink};
pub use event::Event;
pub use exchange::{Exchange, MAX_ANSWER, MAX_UNITS, Outcome, Step};
pub use memory::Memory;
pub use odometer::{Odometer, OdometerReading, OdometerSource, Verdict};
pub use plan::{Dialect, Item, Plan};
pub use sample::signal;
pub use units::Units;

use knowledge::{Asked, Knowledge, Nonsense};
use speed::Speed;
