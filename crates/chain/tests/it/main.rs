//! The import pipeline on trees of blocks that were made without it.
//!
//! ```text
//!  Forge: random tree of valid blocks, each with the whole state after it (hash maps, foreign trie)
//!     │ random order, parents first
//!     ▼
//!  Chain under test ──► head, tables, state, history, events = the model's and those of a linear import
//! ```

mod contracts;
mod forge;
mod invalid;
mod reorganise;
mod specs;
mod twin;
