//! The whole play around a lock: two attestors with a node each, an owner, a driver, a sale.

mod node;

use node::Node;
use obd_core::Key;
use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

const LOCK: &str = "0x1010101010101010101010101010101010101010";
const REGISTRY: &str = "0x4155430000000000000000000000000000000002";
const T0: u64 = 1_800_000_000;

fn program() -> Command {
    Command::new(env!("CARGO_BIN_EXE_car-lock"))
}

fn run(args: &[&str]) -> Result<String, String> {
    let output = program().args(args).args(["--chain-id", "1337", "--lock", LOCK]).output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap().trim().to_owned();
    if output.status.success() { Ok(text(output.stdout)) } else { Err(text(output.stderr)) }
}

fn address(seed: u8) -> String {
    Key::from_bytes(&[seed; 32]).unwrap().address().to_string()
}

struct Play {
    folder: PathBuf,
}

impl Play {
    fn new(name: &str) -> Self {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).unwrap();
        Self { folder }
    }

    fn key(&self, seed: u8) -> String {
        let file = self.folder.join(format!("key{seed}"));
        fs::write(&file, const_hex::encode([seed; 32])).unwrap();
        file.display().to_string()
    }

    fn sign(&self, seed: u8, args: &[&str]) -> String {
        run(&[args, &["--key-file", &self.key(seed)]].concat()).unwrap()
    }

    /// The attestors 1 and 2 on the same block.
    fn tenure(&self, node: &Node, block: &str) -> String {
        let attest =
            ["attest", "--rpc", &node.url, "--registry", REGISTRY, "--vehicle", "5", "--block", block];
        let first = self.sign(1, &attest);
        let second = self.sign(2, &attest);
        format!("{first} {}", second.rsplit(' ').next().unwrap())
    }

    fn lock(&self) -> Lock {
        let state = self.folder.join("state").display().to_string();
        let attestors = [address(1), address(2), address(3)];
        let mut command = program();
        command.args(["run", "--chain-id", "1337", "--lock", LOCK, "--threshold", "2", "--state", &state]);
        for attestor in &attestors {
            command.args(["--attestor", attestor]);
        }
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let (input, output) = (child.stdin.take().unwrap(), BufReader::new(child.stdout.take().unwrap()));
        let mut lock = Lock { child, input: Some(input), output };
        lock.say(&format!("clock {T0}"));
        lock
    }
}

/// A running lock.
struct Lock {
    child: Child,
    input: Option<ChildStdin>,
    output: BufReader<ChildStdout>,
}

impl Lock {
    fn say(&mut self, line: &str) -> String {
        writeln!(self.input.as_mut().unwrap(), "{line}").unwrap();
        let mut answer = String::new();
        self.output.read_line(&mut answer).unwrap();
        answer.trim().to_owned()
    }

    /// The car stands from `from` on, for ten seconds.
    fn park(&mut self, from: u64) {
        for second in from..=from + 10 {
            self.say(&format!("at {second}"));
            self.say("see still");
        }
    }

    fn challenge(&mut self) -> (String, String) {
        let asked = self.say("challenge");
        let mut words = asked.split(' ').skip(1).map(str::to_owned);
        (words.next().unwrap(), words.next().unwrap())
    }

    /// The answer of a key to a new challenge, with what follows it.
    fn start(&mut self, play: &Play, seed: u8, certificate: &str) -> String {
        let (challenge, epoch) = self.challenge();
        let line = play.sign(seed, &["respond", "--challenge", &challenge, "--epoch", &epoch]);
        self.say(&format!("{line} {certificate}"))
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        drop(self.input.take());
        let _ = self.child.wait();
    }
}

#[test]
fn a_car_is_driven_lent_and_sold() {
    let play = Play::new("sold");
    let mut lock = play.lock();
    let node = Node::start(1, &address(10));
    lock.park(0);
    assert!(lock.start(&play, 10, "").starts_with("no: key epoch 0"), "nobody owns it yet");
    assert_eq!(lock.say(&play.tenure(&node, "100")), "ok: believed");
    assert_eq!(lock.start(&play, 10, ""), "ok: released");
    assert!(lock.start(&play, 11, "").starts_with("no: the signature"));

    let (from, until) = (T0.to_string(), (T0 + 7_200).to_string());
    let driver = address(20);
    let lend = ["certificate", "--epoch", "1", "--driver", &driver, "--from", &from, "--until", &until];
    let certificate = play.sign(10, &lend);
    assert_eq!(lock.start(&play, 20, &certificate), "ok: released");

    lock.say("see moving");
    assert!(lock.start(&play, 10, "").starts_with("no: the car is not known to stand"));
    assert!(lock.say("engage").starts_with("no: the car is not known to stand"));
    lock.park(11);
    assert_eq!(lock.say("engage"), "ok: immobilised");

    // Sold, and the lock restarts in between.
    drop(lock);
    let mut lock = play.lock();
    lock.park(0);
    let sold = Node::start(2, &address(12));
    assert_eq!(lock.say(&play.tenure(&sold, "101")), "ok: believed");
    assert!(lock.start(&play, 10, "").starts_with("no: the signature"), "the seller");
    assert!(lock.start(&play, 20, &certificate).starts_with("no: key epoch 1 is not"), "the seller's driver");
    assert_eq!(lock.start(&play, 12, ""), "ok: released");
    assert!(lock.say(&play.tenure(&node, "102")).starts_with("no: key epoch 1 is not"), "an old epoch");
}

#[test]
fn the_recovery_key_works_without_a_network() {
    let play = Play::new("recovery");
    let mut lock = play.lock();
    lock.park(0);
    let node = Node::start(1, &address(10));
    assert_eq!(lock.say(&play.tenure(&node, "100")), "ok: believed");
    let recovery = address(30);
    let named = play.sign(10, &["credential", "--epoch", "1", "--recovery", &recovery]);
    assert_eq!(lock.say(&named), "ok: believed");
    lock.say(&format!("clock {}", T0 + 80 * 3_600));
    assert!(lock.start(&play, 10, "").starts_with("no: expired"));
    let (challenge, epoch) = lock.challenge();
    let line = play.sign(30, &["respond", "--challenge", &challenge, "--epoch", &epoch, "--recover"]);
    assert_eq!(lock.say(&line), "ok: released");
    assert_eq!(lock.say(&line), "no: no challenge is open; ask for one and answer within 30 seconds");
}

#[test]
fn an_attestor_signs_only_what_is_safe_and_of_its_chain() {
    let play = Play::new("attestor");
    let node = Node::start(1, &address(10));
    let key = play.key(1);
    let attest = |block: &str, chain: &str| {
        let args = ["attest", "--rpc", &node.url, "--registry", REGISTRY, "--vehicle", "5", "--block", block];
        let output = program()
            .args(args)
            .args(["--key-file", &key, "--lock", LOCK, "--chain-id", chain])
            .output()
            .unwrap();
        String::from_utf8(output.stderr).unwrap()
    };
    assert!(attest("1001", "1337").contains("not safe yet: the node's safe block is 1000"));
    assert!(attest("100", "1").contains("the node is on chain id 1337"));
}

#[test]
fn a_damaged_state_stops_the_lock() {
    let play = Play::new("damaged");
    fs::write(play.folder.join("state"), [0xff; 112]).unwrap();
    let state = play.folder.join("state").display().to_string();
    let (attestor, threshold) = (address(1), "1");
    let args = ["run", "--attestor", &attestor, "--threshold", threshold, "--state", &state];
    assert!(run(&args).unwrap_err().contains("holds no whole state"));
}
