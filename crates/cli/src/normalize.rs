use std::ffi::OsString;

/// Arguments as clap takes them, and what was dropped on the way.
#[derive(Debug)]
pub(crate) struct Normalized {
    pub(crate) args: Vec<OsString>,
    /// Flags of geth that have no effect here.
    pub(crate) ignored: Vec<String>,
}

/// Flags of geth without an effect in this node; `true` when the flag takes a value.
const IGNORED: &[(&str, bool)] = &[
    ("authrpc.addr", true),
    ("authrpc.jwtsecret", true),
    ("authrpc.port", true),
    ("authrpc.vhosts", true),
    ("bootnodes", true),
    ("cache", true),
    ("cache.blocklogs", true),
    ("cache.database", true),
    ("cache.gc", true),
    ("cache.noprefetch", false),
    ("cache.preimages", false),
    ("cache.snapshot", true),
    ("cache.trie", true),
    ("datadir.ancient", true),
    ("discovery.dns", true),
    ("discovery.port", true),
    ("ethash.cachedir", true),
    ("ethash.cachesinmem", true),
    ("ethash.cacheslockmmap", false),
    ("ethash.cachesondisk", true),
    ("ethash.dagsinmem", true),
    ("ethash.dagslockmmap", false),
    ("ethash.dagsondisk", true),
    ("fdlimit", true),
    ("gcmode", true),
    ("identity", true),
    ("ipcdisable", false),
    ("ipcpath", true),
    ("maxpeers", true),
    ("maxpendpeers", true),
    ("miner.gastarget", true),
    ("miner.noverify", false),
    ("miner.recommit", true),
    ("nat", true),
    ("netrestrict", true),
    ("nodekey", true),
    ("nodekeyhex", true),
    ("nodiscover", false),
    ("pcscdpath", true),
    ("port", true),
    ("snapshot", false),
    ("syncmode", true),
    ("txlookuplimit", true),
    ("usb", false),
    ("v5disc", false),
];

/// Flags that geth removed or renamed, with what to write now.
const REPLACED: &[(&str, &str)] = &[
    ("rpc", "--http"),
    ("rpcaddr", "--http.addr"),
    ("rpcport", "--http.port"),
    ("rpcapi", "--http.api"),
    ("rpccorsdomain", "--http.corsdomain"),
    ("rpcvhosts", "--http.vhosts"),
    ("wsaddr", "--ws.addr"),
    ("wsport", "--ws.port"),
    ("wsapi", "--ws.api"),
    ("wsorigins", "--ws.origins"),
    ("etherbase", "--miner.etherbase"),
    ("minerthreads", "--miner.threads"),
    ("gasprice", "--miner.gasprice"),
    ("targetgaslimit", "--miner.gaslimit"),
    ("extradata", "--miner.extradata"),
    ("testnet", "--chain testnet"),
    ("dev.ethash", "--dev.pow"),
    ("config", "the flags themselves: a TOML file is not read yet"),
    ("unlock", "the accounts that --dev holds, or sign in your wallet: a key is not unlocked at start"),
    ("mainnet", "--chain FILE with Ethereum's genesis.json"),
    ("sepolia", "--chain FILE with Sepolia's genesis.json"),
    ("goerli", "--chain FILE: Görli is proof of authority and is not supported"),
];

/// Brings geth's spelling of flags to clap's: one dash becomes two, flags without an effect are taken out.
///
/// # Errors
/// A flag that geth removed, with the flag to use instead; a flag that is not known, with the nearest one.
pub(crate) fn normalize(
    args: impl IntoIterator<Item = OsString>,
    command: &clap::Command,
) -> Result<Normalized, String> {
    let known = long_flags(command);
    let mut out = Vec::new();
    let mut ignored = Vec::new();
    let mut args = args.into_iter();
    out.extend(args.next());
    while let Some(arg) = args.next() {
        let Some((name, value)) = arg.to_str().and_then(flag) else {
            out.push(arg);
            continue;
        };
        if let Some((_, takes_value)) = IGNORED.iter().find(|(flag, _)| *flag == name) {
            ignored.push(format!("--{name}"));
            if *takes_value && value.is_none() {
                args.next();
            }
            continue;
        }
        if let Some((_, replacement)) = REPLACED.iter().find(|(flag, _)| *flag == name) {
            return Err(format!("flag provided but not defined: --{name} (use {replacement})"));
        }
        if !known.contains(&name) {
            return Err(match nearest(name, &known) {
                Some(near) => format!("flag provided but not defined: --{name} (did you mean --{near}?)"),
                None => format!("flag provided but not defined: --{name} (see autochain --help)"),
            });
        }
        out.push(match value {
            Some(value) => format!("--{name}={value}").into(),
            None => format!("--{name}").into(),
        });
    }
    Ok(Normalized { args: out, ignored })
}

/// Every long flag of a command and of its subcommands.
fn long_flags(command: &clap::Command) -> Vec<&str> {
    let own = command.get_arguments().filter_map(clap::Arg::get_long);
    let mut flags: Vec<&str> = own.chain(["help", "version"]).collect();
    flags.extend(command.get_subcommands().flat_map(long_flags));
    flags
}

/// The name and the value of `-name`, `--name` or `--name=value`; single letters are clap's own.
fn flag(arg: &str) -> Option<(&str, Option<&str>)> {
    let body = arg.strip_prefix("--").or_else(|| arg.strip_prefix('-'))?;
    let (name, value) = match body.split_once('=') {
        Some((name, value)) => (name, Some(value)),
        None => (body, None),
    };
    let is_name = name.len() > 1 && name.starts_with(|first: char| first.is_ascii_alphabetic());
    is_name.then_some((name, value))
}

/// The known flag with the fewest edits, when it is near enough to be what was meant.
fn nearest<'a>(name: &str, known: &[&'a str]) -> Option<&'a str> {
    let names = known.iter().copied();
    let (distance, near) = names.map(|flag| (edit_distance(name, flag), flag)).min()?;
    (distance <= name.len().div_ceil(3).max(2)).then_some(near)
}

/// Levenshtein's distance in characters.
fn edit_distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, from) in a.chars().enumerate() {
        let mut diagonal = i;
        let mut left = i + 1;
        for (cell, to) in row.iter_mut().skip(1).zip(&b) {
            let above = *cell;
            *cell = (diagonal + usize::from(from != *to)).min(above + 1).min(left + 1);
            diagonal = above;
            left = *cell;
        }
        if let Some(first) = row.first_mut() {
            *first = i + 1;
        }
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    fn run(args: &[&str]) -> Result<Normalized, String> {
        let args = std::iter::once("autochain").chain(args.iter().copied()).map(OsString::from);
        normalize(args, &crate::Cli::command())
    }

    #[test]
    fn the_command_line_is_well_formed() {
        crate::Cli::command().debug_assert();
    }

    #[test]
    fn one_dash_is_two() {
        let normalized = run(&["-http", "-http.port=1", "--dev", "import", "a.rlp", "-y", "-"]).unwrap();
        assert_eq!(
            normalized.args,
            ["autochain", "--http", "--http.port=1", "--dev", "import", "a.rlp", "-y", "-"]
        );
    }

    #[test]
    fn flags_without_effect_are_dropped_with_their_values() {
        let normalized = run(&["--syncmode", "full", "--nodiscover", "--port=1", "--dev"]).unwrap();
        assert_eq!(normalized.args, ["autochain", "--dev"]);
        assert_eq!(normalized.ignored, ["--syncmode", "--nodiscover", "--port"]);
    }

    #[test]
    fn removed_and_unknown_flags_name_the_cure() {
        assert!(run(&["--rpcport", "1"]).unwrap_err().contains("--http.port"));
        assert!(run(&["--htpp"]).unwrap_err().contains("did you mean --http?"));
        assert!(run(&["account", "new", "--password", "f", "--lightkdf"]).is_ok());
        assert!(run(&["--miner.thread"]).unwrap_err().contains("--miner.threads"));
    }
}
