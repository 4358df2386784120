//! The `cast` lines of the book's pages about contracts run as a reader would paste them.

use autochain_e2e::{Node, Process, Tools};
use eyre::Result;
use std::{process::Command, time::Duration};

const PATIENCE: Duration = Duration::from_secs(600);

#[test]
fn the_lines_of_the_contracts_pages_run() -> Result<()> {
    let (node, tools) = (Node::spawn(["--dev"])?, Tools::find()?);
    let mut pages = Command::new(tools.contracts().join("docs.sh"));
    pages.arg(node.rpc().url());
    let ran = Process::spawn(&mut pages)?.wait(PATIENCE)?.ok()?;
    println!("{}", ran.stdout);
    Ok(())
}
