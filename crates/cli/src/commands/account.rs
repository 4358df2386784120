use super::open;
use crate::flags::NodeFlags;
use autochain_keystore::{Cost, KeyStore, SecretKey};
use autochain_primitives::hex;
use eyre::{Context as _, Result, bail, eyre};
use std::{
    fs,
    io::{BufRead, IsTerminal, Write},
    path::{Path, PathBuf},
};

/// Subcommands of `account`.
#[derive(Debug, clap::Subcommand)]
pub(crate) enum AccountCommand {
    /// Make a new key, encrypted with a password.
    New(KeyFlags),
    /// List the accounts.
    List,
    /// Import an unencrypted private key from a file that holds it in hex.
    Import {
        /// The file.
        keyfile: PathBuf,
        #[command(flatten)]
        flags: KeyFlags,
    },
}

/// How a key is encrypted.
#[derive(Debug, clap::Args)]
pub(crate) struct KeyFlags {
    /// File whose first line is the password, in place of asking.
    #[arg(long)]
    password: Option<PathBuf>,
    /// Encrypt faster, for weaker protection of the file.
    #[arg(long)]
    lightkdf: bool,
}

impl KeyFlags {
    fn cost(&self) -> Cost {
        if self.lightkdf { Cost::Light } else { Cost::Standard }
    }
}

/// Runs a subcommand of `account`.
pub(crate) fn run(flags: &NodeFlags, command: AccountCommand) -> Result<()> {
    let folder = keystore_folder(flags)?;
    match command {
        AccountCommand::New(key) => {
            let password = new_password(key.password.as_deref())?;
            let account = KeyStore::open(&folder, key.cost()).create(&password)?;
            println!("\nYour new key was generated\n");
            println!("Public address of the key:   {}", account.address);
            println!("Path of the secret key file: {}\n", account.path.unwrap_or_default().display());
            println!("- You can share your public address with anyone. Others need it to interact with you.");
            println!(
                "- You must NEVER share the secret key with anyone! The key controls access to your funds!"
            );
            println!(
                "- You must BACKUP your key file! Without the key, it's impossible to access account funds!"
            );
            println!(
                "- You must REMEMBER your password! Without the password, it's impossible to decrypt the key!"
            );
        }
        AccountCommand::List => {
            for (index, account) in KeyStore::open(&folder, Cost::Standard).accounts()?.iter().enumerate() {
                let path = account.path.as_deref().unwrap_or(Path::new("")).display().to_string();
                println!("Account #{index}: {{{}}} keystore://{path}", hex::encode(account.address));
            }
        }
        AccountCommand::Import { keyfile, flags: key } => {
            let text = fs::read_to_string(&keyfile)
                .wrap_err_with(|| format!("cannot read the key file {}", keyfile.display()))?;
            let bytes: [u8; 32] = hex::decode(text.trim())
                .ok()
                .and_then(|bytes| bytes.try_into().ok())
                .ok_or_else(|| eyre!("{} does not hold 64 hex digits", keyfile.display()))?;
            let secret = SecretKey::from_byte_array(bytes)
                .map_err(|_| eyre!("{} holds no private key of secp256k1", keyfile.display()))?;
            let password = new_password(key.password.as_deref())?;
            let account = KeyStore::open(&folder, key.cost()).import(&secret, &password)?;
            println!("Address: {{{}}}", hex::encode(account.address));
        }
    }
    Ok(())
}

/// `--keystore`, or the datadir's.
pub(crate) fn keystore_folder(flags: &NodeFlags) -> Result<PathBuf> {
    match &flags.chain.keystore {
        Some(folder) => Ok(folder.clone()),
        None => Ok(open::datadir(&flags.chain)?.keystore()),
    }
}

/// A password from a file, or asked for twice.
fn new_password(file: Option<&Path>) -> Result<String> {
    if let Some(file) = file {
        let text = fs::read_to_string(file)
            .wrap_err_with(|| format!("cannot read the password file {}", file.display()))?;
        return Ok(text.lines().next().unwrap_or_default().trim_end_matches('\r').to_owned());
    }
    println!(
        "Your new account is locked with a password. Please give a password. Do not forget this password."
    );
    let first = ask("Password: ")?;
    if std::io::stdin().is_terminal() && ask("Repeat password: ")? != first {
        bail!("Passwords do not match");
    }
    Ok(first)
}

/// Reads a line without showing it.
fn ask(question: &str) -> Result<String> {
    print!("{question}");
    std::io::stdout().flush()?;
    let hidden = HiddenInput::start();
    let mut line = String::new();
    let read = std::io::stdin().lock().read_line(&mut line);
    drop(hidden);
    println!();
    if read? == 0 {
        bail!("no password was given; use --password FILE without a terminal");
    }
    Ok(line.trim_end_matches(['\r', '\n']).to_owned())
}

/// Turns the terminal's echo off while it lives.
struct HiddenInput(bool);

impl HiddenInput {
    fn start() -> Self {
        Self(std::io::stdin().is_terminal() && stty("-echo"))
    }
}

impl Drop for HiddenInput {
    fn drop(&mut self) {
        if self.0 {
            stty("echo");
        }
    }
}

fn stty(mode: &str) -> bool {
    std::process::Command::new("stty").arg(mode).status().is_ok_and(|status| status.success())
}
