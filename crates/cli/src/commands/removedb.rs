use super::open;
use crate::flags::NodeFlags;
use eyre::Result;
use std::io::{BufRead, IsTerminal, Write};

/// Deletes the chain's database after a question.
pub(crate) fn run(flags: &NodeFlags, yes: bool) -> Result<()> {
    let datadir = open::datadir(&flags.chain)?;
    let path = datadir.database();
    if !yes && !confirmed(&format!("Remove the database {}? [y/n] ", path.display()))? {
        tracing::info!(database = %path.display(), "Database deletion skipped");
        return Ok(());
    }
    if autochain_store::remove_database(&path)? {
        tracing::info!(database = %path.display(), "Database successfully deleted");
    } else {
        tracing::info!(database = %path.display(), "Database doesn't exist, skipping");
    }
    Ok(())
}

/// Asks on the terminal; without one the answer is read from standard input all the same, as geth does.
fn confirmed(question: &str) -> Result<bool> {
    if std::io::stdin().is_terminal() {
        print!("{question}");
        std::io::stdout().flush()?;
    }
    let mut answer = String::new();
    std::io::stdin().lock().read_line(&mut answer)?;
    Ok(matches!(answer.trim().to_ascii_lowercase().as_str(), "y" | "yes"))
}
