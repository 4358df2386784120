//! geth's command line: subcommands, flags, exit codes.
//!
//! ```text
//! argv ──normalize──► clap ──► Cli { NodeFlags, Command } ──► commands::* ──► exit code
//!        one or two dashes      flags before or after the subcommand
//!        ignored and removed flags by name
//! ```

mod commands;
mod flags;
mod normalize;

use clap::{CommandFactory, Parser, error::ErrorKind};
use flags::NodeFlags;
use std::{ffi::OsString, path::PathBuf, process::ExitCode};

/// A proof-of-work Ethereum client and the chain of cars: geth's command line, ethash, revm, MDBX.
#[derive(Debug, Parser)]
#[command(name = "autochain", version, max_term_width = 110, disable_version_flag = false)]
struct Cli {
    #[command(flatten)]
    flags: NodeFlags,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Write the genesis block of GENESIS (geth's or Besu's JSON) into the datadir.
    Init {
        /// The genesis file.
        genesis: PathBuf,
    },
    /// Import blocks from RLP, gzip'd RLP or era1 files; blocks that are there are skipped.
    Import {
        /// The files, in order.
        #[arg(required = true)]
        files: Vec<PathBuf>,
    },
    /// Write canonical blocks as RLP (gzip'd when the name ends in .gz), FIRST to LAST inclusive.
    Export {
        /// The file to write.
        file: PathBuf,
        /// First block; block 0 by default.
        first: Option<u64>,
        /// Last block; the head by default.
        last: Option<u64>,
    },
    /// Print the genesis JSON of --chain, or of the datadir.
    Dumpgenesis,
    /// Print the state after a block (number or hash; the head by default) as JSON lines.
    Dump {
        /// Block number or hash.
        block: Option<String>,
    },
    /// Manage accounts in the keystore.
    #[command(subcommand)]
    Account(commands::account::AccountCommand),
    /// Delete the chain's database; keys stay.
    Removedb {
        /// Do not ask.
        #[arg(long, short = 'y')]
        yes: bool,
    },
    /// Check the database.
    #[command(subcommand)]
    Snapshot(SnapshotCommand),
    /// Print the version.
    Version,
    /// Print the licence.
    License,
}

#[derive(Debug, clap::Subcommand)]
enum SnapshotCommand {
    /// Recompute the state root from the accounts and compare it with the head's header.
    VerifyState,
}

fn is_broken_pipe(error: &eyre::Report) -> bool {
    error.downcast_ref::<std::io::Error>().is_some_and(|error| error.kind() == std::io::ErrorKind::BrokenPipe)
}

/// Parses and runs; returns the process's exit code.
pub fn run(args: impl IntoIterator<Item = OsString>) -> ExitCode {
    let args = match normalize::normalize(args, &Cli::command()) {
        Ok(normalized) => normalized,
        Err(message) => {
            eprintln!("Fatal: {message}");
            return ExitCode::from(2);
        }
    };
    let cli = match Cli::try_parse_from(&args.args) {
        Ok(cli) => cli,
        Err(error) => {
            let asked = matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion);
            drop(error.print());
            return ExitCode::from(if asked { 0 } else { 2 });
        }
    };
    autochain_telemetry::init(cli.flags.log.config());
    for flag in &args.ignored {
        tracing::warn!("Flag {flag} has no effect here and is ignored");
    }
    let result = match cli.command {
        None => commands::run::run(&cli.flags),
        Some(Command::Init { genesis }) => commands::init::run(&cli.flags, &genesis),
        Some(Command::Import { files }) => commands::import::run(&cli.flags, &files),
        Some(Command::Export { file, first, last }) => commands::export::run(&cli.flags, &file, first, last),
        Some(Command::Dumpgenesis) => commands::dump::genesis(&cli.flags),
        Some(Command::Dump { block }) => commands::dump::state(&cli.flags, block.as_deref()),
        Some(Command::Account(command)) => commands::account::run(&cli.flags, command),
        Some(Command::Removedb { yes }) => commands::removedb::run(&cli.flags, yes),
        Some(Command::Snapshot(SnapshotCommand::VerifyState)) => commands::verify_state::run(&cli.flags),
        Some(Command::Version) => commands::version::version(),
        Some(Command::License) => commands::version::license(),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        // Whoever read our output has had enough: `autochain dump | head`.
        Err(error) if is_broken_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("Fatal: {error:#}");
            ExitCode::FAILURE
        }
    }
}
