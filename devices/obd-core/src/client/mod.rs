//! The chain client: carries what waits in the [`Queue`](crate::queue::Queue) to the registry, over any
//! byte transport, without waiting for anything.
//!
//! ```text
//!            ┌── step(now) ──► Request { target, bytes } ──► the board's link: TCP, TLS, a test's string
//!  board ────┤                 Busy, Wait { until }              │
//!            └── receive(bytes) · closed() ◄─────────────────────┘
//!
//!  ask: chain id, genesis ─► fees ─► pairing ─► nonce ─► note the upload in flash ─► hand in the bodies
//!       ─► sign, send ─► receipt ─► confirmed at depth ─► acknowledge
//! ```
//!
//! The client owns no socket and no clock. A board calls [`Client::step`] whenever it has nothing better to
//! do, so that the bus never waits for the network. What a node says is believed as little as possible: the
//! chain id and the genesis hash are pinned, fees, gas and what a day may cost are capped, a nonce moves
//! within bounds, and nothing is acknowledged before the registry's own state shows it, [`Settings::depth`]
//! blocks deep. A node that fails or lies is left for the next one, and tried again later.

mod answer;
mod ask;
mod backoff;
mod budget;
mod event;
mod http;
mod json;
mod machine;
mod pending;
mod settings;
mod text;

pub use answer::{Failure, Lie, NodeError};
pub use event::Event;
pub use http::HttpError;
pub use machine::{Client, LinkError, REQUEST_LEN, RESPONSE_LEN, Step, Target};
pub use settings::{Delivery, Endpoint, MAX_ENDPOINTS, Settings, Timing};
