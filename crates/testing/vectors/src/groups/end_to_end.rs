use crate::{
    case::{Case, Skip},
    pack::{Pack, VectorFile},
};

/// Requests and answers of a running node: its end-to-end tests replay them.
pub(super) fn requests(_: &VectorFile, _: &Pack) -> Option<Vec<Case>> {
    Some(vec![Case::skipped("(file)", Skip::EndToEnd)])
}
