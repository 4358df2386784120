use crate::{
    case::{Case, Skip},
    pack::{Pack, VectorFile},
};

/// Requests and answers of a running node. `cargo xtask test e2e` replays those whose answer needs no block of proof of
/// stake (`requests.rs` there); GraphQL, which the rest speaks, is not offered.
pub(super) fn requests(_: &VectorFile, _: &Pack) -> Option<Vec<Case>> {
    Some(vec![Case::skipped("(file)", Skip::EndToEnd)])
}
