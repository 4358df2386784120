use crate::Rpc;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::time::{Duration, Instant};
use std::{env, thread};

/// How long a program may take to start on a busy machine.
const START: Duration = Duration::from_secs(60);

/// A child that dies with the test.
pub(crate) struct Guard(pub(crate) Child);

impl Drop for Guard {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Where a program is: what the variable names, or `name` in a target folder.
///
/// # Panics
///
/// When there is none; the message says how to build it.
pub fn program(variable: &str, name: &str, cure: &str) -> PathBuf {
    if let Some(path) = env::var_os(variable) {
        return path.into();
    }
    let devices = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap_or(Path::new("."));
    let own = env::current_exe().ok();
    let beside = own.iter().flat_map(|path| path.ancestors().map(Path::to_path_buf));
    let target = env::var_os("CARGO_TARGET_DIR").map(PathBuf::from);
    let roots =
        beside.chain(target).chain([devices.join("target"), devices.join("../target"), devices.into()]);
    let folders = ["", "release", "riscv32imc-unknown-none-elf/firmware", ".tools/bin"];
    let places = roots.flat_map(|root| folders.map(|folder| root.join(folder).join(name)));
    places.into_iter().find(|path| path.is_file()).unwrap_or_else(|| {
        panic!("{name} is not built: run `{cure}`, or name it in {variable}");
    })
}

/// A development chain that mines a block a second. It outlives its process in its folder.
pub struct Node {
    _process: Guard,
    /// On the loopback interface.
    pub port: u16,
}

impl Node {
    /// On the chain in `folder`, a new one where there is none.
    ///
    /// # Panics
    ///
    /// When it does not start.
    pub fn start(folder: &Path) -> Self {
        let program = program("AUTOCHAIN_BIN", "autochain", "cargo build --release -p autochain");
        let mut command = Command::new(program);
        command.args(["--dev", "--dev.period", "1", "--http", "--http.port", "0", "--http.vhosts", "*"]);
        command.arg("--datadir").arg(folder).env("HOME", folder).stdin(Stdio::null());
        let mut child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let process = Guard(child);
        let port = lines
            .by_ref()
            .map_while(Result::ok)
            .find_map(|line| {
                line.split_once("HTTP server started")?.1.rsplit_once(':')?.1.trim().parse().ok()
            })
            .expect("the node gives its HTTP port");
        // The pipe must not fill up.
        thread::spawn(move || lines.for_each(drop));
        let node = Self { _process: process, port };
        let rpc = Rpc::new(node.port);
        let start = Instant::now();
        while rpc.try_call("eth_blockNumber", serde_json::json!([])).is_err() {
            assert!(start.elapsed() < START, "the node does not answer");
            thread::sleep(Duration::from_millis(50));
        }
        node
    }
}

/// `autochain-relay`, keeping records only or carrying readings too.
pub struct Relay {
    _process: Guard,
    /// On the loopback interface.
    pub port: u16,
}

impl Relay {
    /// Over a node's port; `flags` are the command line's.
    ///
    /// # Panics
    ///
    /// When it does not start.
    pub fn start(folder: &Path, node: u16, flags: &[&str]) -> Self {
        let program = program("RELAY_BIN", "autochain-relay", "cargo build --release -p autochain-relay");
        let mut command = Command::new(program);
        command.args(["--listen", "127.0.0.1:0", "--chain-id", "1337", "--registry", crate::chain::REGISTRY]);
        command.arg("--data").arg(folder).args(["--rpc", &format!("http://127.0.0.1:{node}")]).args(flags);
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let process = Guard(child);
        let port = line.trim().rsplit_once(':').and_then(|(_, port)| port.parse().ok());
        Self { _process: process, port: port.expect("the relay prints its address") }
    }
}

/// `ecu-sim` on a TCP port.
pub struct Car {
    process: Guard,
    /// The simulator reads commands there, and would end with it.
    _commands: ChildStdin,
    /// On the loopback interface.
    pub port: u16,
}

impl Car {
    /// The petrol car that the simulator has by default.
    ///
    /// # Panics
    ///
    /// When it does not start.
    pub fn start() -> Self {
        let program = program("ECU_SIM", "ecu-sim", "cargo build --release -p ecu-sim");
        let mut child = Command::new(program)
            .args(["--tcp", "127.0.0.1:0"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let _commands = child.stdin.take().unwrap();
        let port = line.trim().rsplit_once(':').and_then(|(_, port)| port.parse().ok());
        Self { process: Guard(child), _commands, port: port.expect("the simulator prints its address") }
    }

    /// Takes the car away: nobody answers on the line any more.
    pub fn stop(&mut self) {
        // It may have ended by itself.
        let _ = self.process.0.kill();
    }

    /// Makes sure that the dongle did no harm.
    ///
    /// # Panics
    ///
    /// When it has ended: the dongle sent a forbidden frame.
    pub fn assert_unharmed(&mut self) {
        let ended = self.process.0.try_wait().unwrap();
        assert!(ended.is_none(), "the car was sent a frame that a dongle must never send: {ended:?}");
    }
}
