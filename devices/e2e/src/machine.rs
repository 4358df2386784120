use crate::bench::Cable;
use crate::process::{Guard, program};
use std::fmt::Write as _;
use std::fs::OpenOptions;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};
use std::thread;

const BANK: u64 = 32 << 20;
/// As far as the boards use the bank.
const USED: usize = 13 * (256 << 10);
const CURE: &str = "devices/setup.sh && devices/.tools/bin/riscv-cargo build --profile firmware -p board-qemu \
                    --target riscv32imc-unknown-none-elf";
const WHOLE_CURE: &str = "devices/setup.sh && devices/.tools/bin/riscv-cargo build --profile firmware -p board-qemu \
                          --features whole --target-dir target/whole --target riscv32imc-unknown-none-elf";

/// What the board is told.
#[derive(Clone, Debug)]
pub struct Board {
    /// The device's secret key.
    pub key: [u8; 32],
    /// The root of its record keys.
    pub root: [u8; 32],
    /// The chain's first block.
    pub genesis: [u8; 32],
    /// The registry.
    pub registry: [u8; 20],
    /// The vehicle's id.
    pub vehicle: u64,
    /// The vehicle's commitment.
    pub commitment: [u8; 32],
    /// What opens it.
    pub salt: [u8; 32],
    /// Ports of nodes on the host.
    pub nodes: Vec<u16>,
    /// The relay's port on the host.
    pub relay: Option<u16>,
    /// Whether the relay pays.
    pub relayed: bool,
}

/// A flash image in a file.
#[derive(Clone, Debug)]
pub struct Image {
    path: PathBuf,
}

impl Image {
    /// Erased, but for the board's settings.
    ///
    /// # Panics
    ///
    /// When the disk is full.
    pub fn new(path: &Path, board: &Board) -> Self {
        let mut text = String::new();
        let hex = |bytes: &[u8]| const_hex::encode(bytes);
        writeln!(text, "key {}\nroot {}", hex(&board.key), hex(&board.root)).unwrap();
        writeln!(text, "chain-id 1337\ngenesis {}", hex(&board.genesis)).unwrap();
        writeln!(text, "registry {}\nvehicle {}\nepoch 1", hex(&board.registry), board.vehicle).unwrap();
        writeln!(text, "commitment {}\nsalt {}", hex(&board.commitment), hex(&board.salt)).unwrap();
        // QEMU's gateway is the host's loopback interface.
        for port in &board.nodes {
            writeln!(text, "node 10.0.2.2:{port}").unwrap();
        }
        if let Some(port) = board.relay {
            writeln!(text, "relay 10.0.2.2:{port}").unwrap();
        }
        if board.relayed {
            writeln!(text, "relayed").unwrap();
        }
        writeln!(text, "depth 2\ninterval 2000").unwrap();
        Self::with(path, &text)
    }

    /// New from the factory, but for the time between two records, in milliseconds, and the chain's pace: on the
    /// road a record takes a minute, and `safe` depth seven.
    ///
    /// # Panics
    ///
    /// When the disk is full.
    pub fn factory_new(path: &Path, interval: u64) -> Self {
        Self::with(path, &format!("depth 2\ninterval {interval}\nfast\n"))
    }

    fn with(path: &Path, text: &str) -> Self {
        let mut bytes = vec![0xff; USED];
        bytes[..text.len()].copy_from_slice(text.as_bytes());
        let mut file = OpenOptions::new().write(true).create(true).truncate(true).open(path).unwrap();
        file.write_all(&bytes).unwrap();
        file.set_len(BANK).unwrap();
        Self { path: path.into() }
    }
}

/// A board that runs.
pub struct Machine {
    process: Guard,
}

/// The lines that all machines of a test logged.
pub type Log = Arc<Mutex<Vec<String>>>;

impl Machine {
    /// Starts the board on an image, with a car at its UART. Its log lines are added to `log`.
    ///
    /// # Panics
    ///
    /// When QEMU does not start.
    pub fn start(image: &Image, car: u16, log: &Log) -> Self {
        let firmware = program("BOARD_QEMU", "board-qemu", CURE);
        Self::run(image, car, log, &firmware, |_| {})
    }

    /// Starts the board that is a whole dongle, with a cable to its console. It runs in `folder`, where its
    /// button is.
    ///
    /// # Panics
    ///
    /// When QEMU does not start.
    pub fn start_whole(image: &Image, car: u16, log: &Log, cable: &Cable, folder: &Path) -> Self {
        let place = "whole/riscv32imc-unknown-none-elf/firmware/board-qemu";
        let firmware = program("BOARD_QEMU_WHOLE", place, WHOLE_CURE);
        let usb = format!("socket,id=usb,server=on,wait=off,fd={}", cable.descriptor());
        Self::run(image, car, log, &firmware, |command| {
            command.args(["-device", "virtio-rng-device", "-chardev", &usb]);
            command.args(["-device", "pci-serial,chardev=usb"]).current_dir(folder);
        })
    }

    fn run(image: &Image, car: u16, log: &Log, firmware: &Path, more: impl FnOnce(&mut Command)) -> Self {
        let qemu = program("QEMU_RISCV32", "qemu-system-riscv32", CURE);
        // It may run in another folder.
        let mut command = Command::new(qemu.canonicalize().unwrap());
        let firmware = firmware.canonicalize().unwrap();
        more(&mut command);
        command
            .args(["-machine", "virt", "-bios", "none", "-display", "none", "-monitor", "none"])
            .args(["-semihosting-config", "enable=on,target=native,chardev=log", "-chardev", "stdio,id=log"])
            .args(["-serial", &format!("tcp:127.0.0.1:{car}")])
            .args(["-drive", &format!("if=pflash,unit=1,format=raw,file={}", image.path.display())])
            .args(["-global", "virtio-mmio.force-legacy=false", "-netdev", "user,id=n0"])
            .args(["-device", "virtio-net-device,netdev=n0"])
            // `-kernel` would only be put into memory for a boot loader, with flash in the second bank.
            .args(["-device", &format!("loader,cpu-num=0,file={}", firmware.display())])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit());
        let mut child = command.spawn().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let log = Arc::clone(log);
        thread::spawn(move || {
            for line in lines.map_while(Result::ok) {
                log.lock().unwrap().push(line);
            }
        });
        Self { process: Guard(child) }
    }

    /// # Panics
    ///
    /// When the board has stopped by itself.
    pub fn assert_running(&mut self) {
        let ended = self.process.0.try_wait().unwrap();
        assert!(ended.is_none(), "the board stopped: {ended:?}");
    }

    /// Kills it, wherever it is: the flash image is as the last word left it.
    pub fn kill(self) {
        drop(self);
    }
}
