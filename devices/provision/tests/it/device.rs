use obd_core::provision::{Console, Fixture, Protection, Stored, Vault};
use obd_core::update::Board;
use std::collections::HashMap;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpListener;

/// A device on the bench, whose button somebody holds, or nobody.
pub(crate) struct Bench {
    seed: u8,
    pressed: bool,
    stored: HashMap<&'static str, Vec<u8>>,
}

impl Fixture for Bench {
    fn board(&self) -> Board {
        Board::Esp32C3
    }

    fn chip(&self) -> [u8; 6] {
        [0xaa, 0, 0, 0, 0, self.seed]
    }

    fn firmware(&self) -> u32 {
        1
    }

    fn random(&mut self, bytes: &mut [u8]) {
        self.seed = self.seed.wrapping_add(1);
        bytes.fill(self.seed);
    }

    fn button(&mut self) -> bool {
        self.pressed
    }

    fn load(&mut self, what: Stored, bytes: &mut [u8]) -> bool {
        bytes.fill(0xff);
        if let Some(stored) = self.stored.get(name(what)) {
            bytes[..stored.len()].copy_from_slice(stored);
        }
        true
    }

    fn store(&mut self, what: Stored, bytes: &[u8]) -> bool {
        self.stored.insert(name(what), bytes.to_vec());
        true
    }
}

fn name(what: Stored) -> &'static str {
    match what {
        Stored::Secret => "secret",
        Stored::Settings => "settings",
        Stored::Bond => "bond",
    }
}

/// Serves one connection after the other, as a port does; its name.
pub(crate) fn serve(seed: u8, pressed: bool, protection: Protection) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = format!("tcp:{}", listener.local_addr().unwrap());
    let bench = Bench { seed, pressed, stored: HashMap::new() };
    let mut console = Console::with_p256(bench, Vault::new([7; 32], protection));
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut out = stream.unwrap();
            // What a boot log leaves on the line.
            out.write_all(b"ESP-ROM:esp32c3\r\n").unwrap();
            for line in BufReader::new(out.try_clone().unwrap()).lines() {
                let mut answer = String::new();
                console.answer(&line.unwrap(), &mut answer).unwrap();
                out.write_all(format!("{answer}\r\n").as_bytes()).unwrap();
            }
        }
    });
    port
}

/// Answers whatever is said with one of these after the other, then closes; its port's name.
pub(crate) fn script(answers: &[&str]) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = format!("tcp:{}", listener.local_addr().unwrap());
    let answers: Vec<String> = answers.iter().map(|answer| format!("{answer}\r\n")).collect();
    std::thread::spawn(move || {
        let mut out = listener.accept().unwrap().0;
        let mut lines = BufReader::new(out.try_clone().unwrap()).lines();
        for answer in answers {
            lines.next().unwrap().unwrap();
            out.write_all(answer.as_bytes()).unwrap();
        }
        // The next line is heard, not answered.
        let _ = lines.next();
    });
    port
}
