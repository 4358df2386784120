//! Messages longer than a frame: the transport protocol of ISO 15765-2 on classic CAN with normal addressing.
//!
//! ```text
//!  Sender                                   Receiver
//!    │ single frame (≤ 7 bytes) ───────────────► Complete
//!    │ first frame ────────────────────────────► │
//!    │ ◄──────────── flow control: continue, block size, separation time
//!    │ consecutive frames 1, 2 … 15, 0 … ──────► │   (a block, then the next flow control)
//!    ▼ Done                                      ▼ Complete
//! ```
//!
//! Both are plain state machines without a clock or a bus of their own. A timer that runs out, a frame that is
//! lost or out of order and a message that is too long each end the message with its own error, and the machine is
//! ready for the next one. Frames that ISO 15765-2 tells to ignore are ignored.

mod pci;
mod receiver;
mod sender;
mod timing;

pub use pci::{FlowStatus, Pci};
pub use receiver::{Heard, Pace, ReceiveError, Receiver};
pub use sender::{Next, SendError, Sender};
pub use timing::{Timing, separation_time};

/// The filling of unused bytes; ISO 15765-2 proposes this value, which needs few stuff bits.
pub(crate) const PADDING: u8 = 0xcc;
