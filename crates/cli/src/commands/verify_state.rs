use super::open;
use crate::flags::NodeFlags;
use autochain_node::recompute_state_root;
use eyre::{Result, bail};

/// Recomputes the state root from the plain accounts and slots, by another way than import does.
pub(crate) fn run(flags: &NodeFlags) -> Result<()> {
    let chain = open::chain(flags)?;
    let reader = chain.reader()?;
    let head = chain.head();
    let root = recompute_state_root(&reader)?;
    let expected = head.header.state_root;
    if root != expected {
        bail!(
            "the state after block {} has root {root}, its header says {expected}; the datadir is damaged: \
             run `autochain removedb` and import again",
            head.header.number
        );
    }
    tracing::info!(number = head.header.number, hash = %head.header.hash(), root = %root, "Verified the state");
    println!("{} {} {root}", head.header.number, head.header.hash());
    Ok(())
}
