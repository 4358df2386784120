//! JSON shapes: what geth sends, and what geth takes.

mod block;
mod block_id;
mod call;
mod filter;
mod log;
mod quantity;
mod receipt;
mod transaction;

pub(crate) use block::{RpcBlock, RpcHeader};
pub(crate) use block_id::{BlockId, BlockTag};
pub(crate) use call::{CallArgs, RpcBlockOverrides, RpcStateOverrides};
pub(crate) use filter::{FilterArgs, LogFilter};
pub(crate) use log::{RpcLog, logs_of};
pub(crate) use quantity::{Count, HexBytes, Num, Slot, Wei, parse_u64};
pub(crate) use receipt::RpcReceipt;
pub(crate) use transaction::{Place, RpcTransaction};
