//! Blocks that are built here, and what the chain says of them.

mod mine;
mod supply;
mod template;
