//! A registrar of vehicles: the ceremony that shares the key, the service, and a client.

use autochain_primitives::{Address, hex};
use autochain_registrar::{
    Config, Dealing, Domain, Endpoint, Index, NodeRpc, Registrar, Registrars, Roster, Share, SubShare, Vin,
    assemble, check_same_secret, deal_again, deal_random, read_share, router, write_secret,
};
use clap::{Args, Parser, Subcommand};
use eyre::{Result, WrapErr as _, ensure, eyre};
use secp256k1::SecretKey;
use serde::de::DeserializeOwned;
use std::{
    fs,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

/// Registrars of vehicles: tags by RFC 9497 with a shared key, and signatures for registration.
#[derive(Parser)]
#[command(name = "autochain-registrar")]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Deal a part of a new key: writes dealing-I.json for all, and sub-I-to-J.json for member J alone.
    Deal(Deal),
    /// Deal one's part of the old key to new members; k and all tags stay the same.
    DealAgain {
        #[command(flatten)]
        deal: Deal,
        /// One's present share.
        #[arg(long)]
        share: PathBuf,
        /// The present roster.
        #[arg(long)]
        roster: PathBuf,
        /// Who deals, one's own index among them; at least the present threshold.
        #[arg(long, value_delimiter = ',')]
        dealers: Vec<Index>,
    },
    /// Check the dealings and sub-shares that came in, and write share.json and roster.json.
    Assemble {
        #[command(flatten)]
        sharing: Sharing,
        /// The roster before, when the key is shared anew: checks that it is the same key.
        #[arg(long)]
        old_roster: Option<PathBuf>,
        /// The folder with all dealings and one's own sub-shares.
        #[arg(long = "in")]
        input: PathBuf,
    },
    /// Serve evaluations and signatures.
    Serve {
        /// The settings.
        #[arg(long)]
        config: PathBuf,
    },
    /// Have t registrars vouch for a car, and mint it.
    Register {
        /// A registrar's URL; once for each.
        #[arg(long = "registrar", required = true)]
        registrars: Vec<String>,
        /// The file with one bearer token a line, in the registrars' order.
        #[arg(long)]
        tokens: PathBuf,
        /// The roster.
        #[arg(long)]
        roster: PathBuf,
        /// The vehicle registry.
        #[arg(long)]
        registry: Address,
        /// The node.
        #[arg(long, default_value = "http://127.0.0.1:8545")]
        rpc: String,
        /// The file with the minter's private key in hex.
        #[arg(long)]
        key_file: PathBuf,
        /// The file with the VIN: on the command line other users of the machine could read it.
        #[arg(long)]
        vin_file: PathBuf,
        /// A new file for the salt.
        #[arg(long)]
        salt_file: PathBuf,
    },
}

#[derive(Args)]
struct Sharing {
    /// One's own index.
    #[arg(long)]
    index: Index,
    /// The shares that will be needed.
    #[arg(long)]
    threshold: u8,
    /// The indices of all members.
    #[arg(long, value_delimiter = ',')]
    members: Vec<Index>,
    /// The folder for the files.
    #[arg(long, default_value = ".")]
    out: PathBuf,
}

#[derive(Args)]
struct Deal {
    #[command(flatten)]
    sharing: Sharing,
}

fn main() -> Result<()> {
    match Cli::parse().command {
        Command::Deal(Deal { sharing }) => {
            let Sharing { index, threshold, members, .. } = &sharing;
            write_dealt(&sharing, deal_random(*index, *threshold, members, &mut rand_core::OsRng)?)
        }
        Command::DealAgain { deal: Deal { sharing }, share, roster, dealers } => {
            let (share, roster) = (read_share(&share)?, json::<Roster>(&roster)?);
            ensure!(share.index() == sharing.index, "the share is registrar {}'s", share.index());
            let Sharing { threshold, members, .. } = &sharing;
            let dealt = deal_again(&share, &roster, &dealers, *threshold, members, &mut rand_core::OsRng)?;
            write_dealt(&sharing, dealt)
        }
        Command::Assemble { sharing, old_roster, input } => write_assembled(&sharing, old_roster, &input),
        Command::Serve { config } => serve(&Config::read(&config)?),
        Command::Register { registrars, tokens, roster, registry, rpc, key_file, vin_file, salt_file } => {
            let tokens = fs::read_to_string(&tokens).wrap_err("--tokens")?;
            ensure!(tokens.lines().count() == registrars.len(), "one token for each registrar");
            let endpoints = registrars.into_iter().zip(tokens.lines());
            let endpoints = endpoints.map(|(url, token)| Endpoint { url, token: token.to_owned() }).collect();
            let vin = fs::read_to_string(&vin_file).wrap_err("--vin-file")?.trim().parse()?;
            register(&vin, json(&roster)?, endpoints, registry, NodeRpc::new(rpc), &key_file, &salt_file)
        }
    }
}

fn write_dealt(sharing: &Sharing, (dealing, subs): (Dealing, Vec<SubShare>)) -> Result<()> {
    let index = sharing.index;
    fs::write(sharing.out.join(format!("dealing-{index}.json")), serde_json::to_string(&dealing)?)?;
    for sub in subs {
        let file = sharing.out.join(format!("sub-{index}-to-{}.json", sub.receiver));
        write_secret(&file, &serde_json::to_string(&sub)?)?;
    }
    Ok(())
}

fn write_assembled(sharing: &Sharing, old_roster: Option<PathBuf>, input: &Path) -> Result<()> {
    let Sharing { index, threshold, members, out } = sharing;
    let (mut dealings, mut subs) = (Vec::<Dealing>::new(), Vec::<SubShare>::new());
    let mut names: Vec<_> = fs::read_dir(input)?.map(|entry| Ok(entry?.path())).collect::<Result<_>>()?;
    names.sort_unstable();
    for path in names {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if name.starts_with("dealing-") {
            dealings.push(json(&path)?);
        } else if name.starts_with("sub-") && name.ends_with(&format!("-to-{index}.json")) {
            subs.push(json(&path)?);
        }
    }
    match old_roster {
        Some(path) => check_same_secret(&json(&path)?, &dealings)?,
        // A new key is secret only if each member has a part in it that the others do not know.
        None => ensure!(
            members.iter().all(|member| dealings.iter().any(|dealing| dealing.dealer == *member)),
            "a new key needs a dealing of every member"
        ),
    }
    let (share, roster): (Share, Roster) = assemble(*index, *threshold, members, &dealings, &subs)?;
    write_secret(&out.join("share.json"), &share.to_json())?;
    fs::write(out.join("roster.json"), serde_json::to_string(&roster)?)?;
    println!("key {}", roster.key());
    Ok(())
}

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn serve(config: &Config) -> Result<()> {
    let registrar = Arc::new(Registrar::open(config)?);
    let listener = tokio::net::TcpListener::bind(config.listen).await.wrap_err_with(|| config.listen)?;
    let identity = registrar.identity();
    eprintln!(
        "registrar {} {} listens on http://{}",
        identity.index,
        identity.signer,
        listener.local_addr()?
    );
    let stop = async {
        // Without a handler for the signal the process ends at once, which is as good.
        tokio::signal::ctrl_c().await.ok();
    };
    Ok(axum::serve(listener, router(registrar)).with_graceful_shutdown(stop).await?)
}

fn register(
    vin: &Vin,
    roster: Roster,
    endpoints: Vec<Endpoint>,
    registry: Address,
    node: NodeRpc,
    key_file: &Path,
    salt_file: &Path,
) -> Result<()> {
    let key = fs::read_to_string(key_file).wrap_err_with(|| key_file.display().to_string())?;
    let key = SecretKey::from_byte_array(hex::decode_to_array(key.trim())?)?;
    let minter = autochain_keystore::address_of(&key);
    let domain = Domain { chain_id: node.chain_id()?, registry };
    // Good for half an hour by the chain's clock or by ours, whichever is ahead.
    let ours = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH)?.as_secs();
    let deadline = node.now()?.max(ours) + 1800;
    let nonce = node.registry_nonce(registry, minter)?;
    let registration = Registrars::new(roster, domain, endpoints).register(vin, minter, nonce, deadline)?;
    // The salt is on disk before the car is on the chain.
    write_secret(salt_file, &registration.salt.to_string())?;
    let minted = node.mint(registry, &registration, &key, Duration::from_secs(120))?;
    println!(
        "vehicle {} tag {} transaction {} gas {}",
        minted.vehicle, registration.statement.tag, minted.transaction, minted.gas
    );
    Ok(())
}

fn json<T: DeserializeOwned>(path: &Path) -> Result<T> {
    let text = fs::read_to_string(path).wrap_err_with(|| path.display().to_string())?;
    serde_json::from_str(&text).map_err(|error| eyre!("{}: {error}", path.display()))
}
