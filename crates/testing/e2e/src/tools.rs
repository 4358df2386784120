use crate::{Ended, Process, vectors::workspace};
use eyre::{Context, Result, ensure};
use serde_json::Value;
use std::{
    ffi::OsStr,
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

/// Longer than any client takes on a slow and busy machine; a first build of the device's program is the longest.
const PATIENCE: Duration = Duration::from_secs(900);

/// Programs that talk to a node.
pub struct Tools {
    contracts: PathBuf,
    clients: PathBuf,
}

impl Tools {
    /// Installs what is missing from the package registries (`setup.sh` of both folders) and finds the rest.
    pub fn find() -> Result<Self> {
        let contracts = workspace().join("contracts");
        let clients = workspace().join("crates/testing/e2e/clients");
        for folder in [&contracts, &clients] {
            run(Command::new("bash").arg(folder.join("setup.sh")))?.ok().wrap_err("setup.sh")?;
        }
        Ok(Self { contracts, clients })
    }

    /// The Foundry project.
    pub fn contracts(&self) -> &Path {
        &self.contracts
    }

    /// `forge ARGS` in the Foundry project, with its broadcast records in a folder of the test.
    pub fn forge<A: AsRef<OsStr>>(&self, out: &Path, args: impl IntoIterator<Item = A>) -> Result<Ended> {
        let mut command = Command::new(self.contracts.join("bin/forge"));
        command.current_dir(&self.contracts).args(args);
        command.env("FOUNDRY_BROADCAST", out.join("broadcast"));
        run(&mut command)
    }

    /// `cast ARGS`, not started.
    pub fn cast_command<A: AsRef<OsStr>>(&self, args: impl IntoIterator<Item = A>) -> Command {
        let mut command = Command::new(self.contracts.join("bin/cast"));
        command.current_dir(&self.contracts).args(args);
        command
    }

    /// `cast ARGS`, which must work; what it printed, without the line end.
    pub fn cast<A: AsRef<OsStr>>(&self, args: impl IntoIterator<Item = A>) -> Result<String> {
        Ok(run(&mut self.cast_command(args))?.ok()?.stdout.trim().to_owned())
    }

    /// A script of `clients/`, which must work; the JSON of its last line.
    pub fn script<A: AsRef<OsStr>>(&self, name: &str, args: impl IntoIterator<Item = A>) -> Result<Value> {
        self.script_with(name, args, &[])
    }

    /// As [`Self::script`], with variables for its environment.
    pub fn script_with<A: AsRef<OsStr>>(
        &self,
        name: &str,
        args: impl IntoIterator<Item = A>,
        environment: &[(&str, String)],
    ) -> Result<Value> {
        let mut command = Command::new("node");
        command.arg(self.clients.join(name)).args(args).current_dir(&self.clients);
        command.envs(environment.iter().map(|(name, value)| (name, value)));
        let ended = run(&mut command)?.ok().wrap_err_with(|| name.to_owned())?;
        println!("{}", ended.stdout.trim());
        let last = ended.stdout.lines().last().unwrap_or_default();
        serde_json::from_str(last).wrap_err_with(|| format!("{name} printed {}", ended.stdout))
    }

    /// The device's program, built from `devices/`.
    pub fn push(&self) -> Result<PathBuf> {
        let devices = workspace().join("devices");
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let mut build = Command::new(cargo);
        build.args(["build", "--release", "-p", "autochain-push", "--manifest-path"]);
        build.arg(devices.join("Cargo.toml")).arg("--target-dir").arg(devices.join("target"));
        // Cargo gives tests variables of the package under test; a build of another workspace starts without them.
        build.current_dir(&devices).env_remove("RUSTFLAGS").env_remove("CARGO_TARGET_DIR");
        run(&mut build)?.ok().wrap_err("cargo build -p autochain-push")?;
        let binary = devices.join("target/release/autochain-push");
        ensure!(binary.is_file(), "{} was not built", binary.display());
        Ok(binary)
    }
}

/// Runs a command to its end.
fn run(command: &mut Command) -> Result<Ended> {
    // A proxy must not stand between a client and a node on this machine.
    command.env("NO_PROXY", "127.0.0.1,localhost").env("no_proxy", "127.0.0.1,localhost");
    Process::spawn(command)?.wait(PATIENCE)
}

/// Address and private key of the development chain's accounts that tests use.
const DEV_ACCOUNTS: [(&str, &str); 10] = [
    (
        "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266",
        "0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80",
    ),
    (
        "0x70997970C51812dc3A010C7d01b50e0d17dc79C8",
        "0x59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d",
    ),
    (
        "0x3C44CdDdB6a900fa2b585dd299e03d12FA4293BC",
        "0x5de4111afa1a4b94908f83103eb1f1706367c2e68ca870fc3fb9a804cdab365a",
    ),
    (
        "0x90F79bf6EB2c4f870365E785982E1f101E93b906",
        "0x7c852118294e51e653712a81e05800f419141751be58f605c371e15141b007a6",
    ),
    (
        "0x15d34AAf54267DB7D7c367839AAf71A00a2C6A65",
        "0x47e179ec197488593b187f80a00eb0da91f1b9d0b13f8733639f19c30a34926a",
    ),
    (
        "0x9965507D1a55bcC2695C58ba16FB37d819B0A4dc",
        "0x8b3a350cf5c34c9194ca85829a2df0ec3153be0318b5e2d3348e872092edffba",
    ),
    (
        "0x976EA74026E726554dB657fA54763abd0C3a0aa9",
        "0x92db14e403b83dfe3df233f83dfa3a0d7096f21ca9b0d6d6b8d88b2b4ec1564e",
    ),
    (
        "0x14dC79964da2C08b23698B3D3cc7Ca32193d9955",
        "0x4bbbf85ce3377467afe5d46f804f221813b2bb87f24d81f60f1fcdbf7cbf4356",
    ),
    (
        "0x23618e81E3f5cdF7f54C3d65f7FBc0aBf5B21E8f",
        "0xdbda1821b80551c9d65939329250298aa3472ba22feea921c0cf5d620ea67b97",
    ),
    (
        "0xa0Ee7A142d267C1f36714E4a8F75612F20a79720",
        "0x2a871d0798f97d79848a013d4936a73bf4cc922c825d33c1cf7073dff6d409c6",
    ),
];

/// The address of a development account, as Foundry's test mnemonic gives it.
pub const fn dev_account(index: usize) -> &'static str {
    DEV_ACCOUNTS[index].0
}

/// Its private key, known to everybody.
pub const fn dev_key(index: usize) -> &'static str {
    DEV_ACCOUNTS[index].1
}
