//! The page for the owner's wallet: the whole way with its own script, and who is not let in.

use crate::stage::{BUYER, OWNER, SALT, Stage, of, scripts};
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Child, ChildStderr, Command, Stdio};

/// The program with its page open.
struct Tool {
    process: Child,
    stderr: BufReader<ChildStderr>,
    page: String,
}

impl Tool {
    fn start(stage: &Stage, args: &[&str]) -> Self {
        let mut process = Command::new(env!("CARGO_BIN_EXE_autochain-provision"))
            .args(args)
            .args(["--wallet", "--rpc", stage.node.url()])
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut stderr = BufReader::new(process.stderr.take().unwrap());
        let mut page = String::new();
        while !page.trim().starts_with("http://127.0.0.1:") {
            page.clear();
            assert_ne!(stderr.read_line(&mut page).unwrap(), 0, "the page did not open");
        }
        Self { process, stderr, page: page.trim().to_owned() }
    }

    /// A person opens the page; what it showed, and how the program ended.
    fn browse(mut self, secret: &str, mood: &str) -> (String, Result<String, String>) {
        let mut browser = Command::new("node");
        browser.arg(scripts().join("browser.mjs")).args([&self.page, secret, mood]);
        let browser = browser.output().expect("node runs");
        let shown = String::from_utf8(browser.stdout).unwrap();
        let (mut out, mut err) = (String::new(), String::new());
        self.process.stdout.take().unwrap().read_to_string(&mut out).unwrap();
        self.stderr.read_to_string(&mut err).unwrap();
        let done = self.process.wait().unwrap().success();
        let complaint = String::from_utf8_lossy(&browser.stderr);
        assert_eq!(done, browser.status.success(), "{shown}\n{complaint}\n{err}");
        (shown, if done { Ok(out) } else { Err(err) })
    }

    /// The status of a request; the head as it is.
    fn status(&self, method: &str, path: &str, head: &str, body: &[u8]) -> u16 {
        let mut stream = TcpStream::connect(self.host()).unwrap();
        let head = format!("{method} {path} HTTP/1.1\r\n{head}\r\n\r\n");
        // The program may hang up before the end of what it does not want.
        let _ = stream.write_all(&[head.as_bytes(), body].concat());
        let mut line = String::new();
        let _ = BufReader::new(stream).read_line(&mut line);
        line.split(' ').nth(1).map_or(0, |status| status.parse().unwrap())
    }

    fn host(&self) -> &str {
        self.page["http://".len()..].split('/').next().unwrap()
    }

    /// The secret path.
    fn path(&self) -> &str {
        &self.page["http://".len() + self.host().len()..]
    }
}

impl Drop for Tool {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

#[test]
fn a_wallet_claims_pairs_and_releases() {
    let stage = Stage::new("wallet");
    let device = stage.device(90);
    let car = stage.car(OWNER, "LSVAU0330E2119387");

    let (shown, done) = Tool::start(&stage, &["claim", "--port", &device.port]).browse(OWNER, "");
    assert!(done.unwrap().contains("\"primaryType\": \"Claim\""));
    assert!(shown.contains("Press the button on the device now"), "{shown}");
    assert!(shown.contains(&format!("The device {} is yours ({}).", device.address, of(OWNER))), "{shown}");
    let asked = "the wallet was asked: eth_requestAccounts eth_chainId wallet_switchEthereumChain \
                 wallet_addEthereumChain eth_chainId eth_signTypedData_v4 eth_sendTransaction";
    assert!(shown.contains(asked), "{shown}");
    assert_eq!(stage.holder(&device.address), of(OWNER));

    // The person says no at first.
    let reader = stage.folder.join("reader.key").display().to_string();
    let pair =
        ["pair", "--port", &device.port, "--vehicle", &car, "--salt", SALT, "--reader-key-file", &reader];
    let (shown, done) = Tool::start(&stage, &pair).browse(OWNER, "reject");
    assert!(done.unwrap().contains("wrappedRoot"));
    assert_eq!(shown.matches("The wallet says: User rejected the request.").count(), 2, "{shown}");
    assert!(shown.contains(&format!("speaks for vehicle {car}, which is yours")), "{shown}");
    assert_eq!(stage.pairing(&device.address), (car.parse().unwrap(), 1, of(OWNER), true));

    // Of several wallets the person chooses one, which need not be the one that took `window.ethereum`.
    let (shown, done) = Tool::start(&stage, &pair).browse(OWNER, "several");
    done.unwrap();
    assert!(shown.contains("eth_signTypedData_v4"), "{shown}");

    // The page is loaded again, and goes on where it was.
    let (shown, done) = Tool::start(&stage, &pair).browse(OWNER, "reload");
    done.unwrap();
    assert_eq!(shown.matches("and sign.").count(), 2, "{shown}");

    let release = ["release", "--port", &device.port];
    let (shown, refused) = Tool::start(&stage, &release).browse(BUYER, "");
    assert!(refused.unwrap_err().contains("may not release"), "{shown}");
    let (shown, done) = Tool::start(&stage, &release).browse(OWNER, "");
    assert!(done.unwrap().contains(&format!("is free of vehicle {car}")));
    assert!(shown.contains(&format!("no longer speaks for vehicle {car}")), "{shown}");
    assert_eq!(stage.pairing(&device.address).0, 0);
}

#[test]
fn a_strangers_wallet_is_told_so_before_anybody_presses_a_button() {
    let stage = Stage::new("stranger");
    let device = stage.device(100);
    let car = stage.car(OWNER, "LSVAU0330E2119388");
    let reader = stage.folder.join("reader.key").display().to_string();
    let pair =
        ["pair", "--port", &device.port, "--vehicle", &car, "--salt", SALT, "--reader-key-file", &reader];
    let (shown, refused) = Tool::start(&stage, &pair).browse(BUYER, "");
    let refused = refused.unwrap_err();
    assert!(refused.contains(&format!("{} does not own vehicle {car}", of(BUYER))), "{refused}");
    assert!(!shown.contains("Press the button"), "{shown}");
}

#[test]
fn nobody_else_is_let_in() {
    let stage = Stage::new("gate");
    let device = stage.device(110);
    let tool = Tool::start(&stage, &["claim", "--port", &device.port]);
    let (host, path) = (format!("host: {}", tool.host()), tool.path().to_owned());
    let step = format!("{path}step");
    let json = format!("{host}\r\ncontent-type: application/json");
    assert_eq!(tool.status("GET", &path, &host, b""), 200);

    // Without the token, with a wrong one, and for another file.
    assert_eq!(tool.status("GET", "/", &host, b""), 404);
    assert_eq!(tool.status("GET", &format!("/{}/", "0".repeat(32)), &host, b""), 404);
    assert_eq!(tool.status("GET", &format!("{path}../Cargo.toml"), &host, b""), 404);
    assert_eq!(tool.status("POST", &format!("/{}/step", "0".repeat(32)), &json, b""), 404);
    // Under another name (DNS rebinding), without any, and from another page.
    assert_eq!(tool.status("GET", &path, "host: evil.example", b""), 403);
    assert_eq!(tool.status("GET", &path, "accept: */*", b""), 403);
    assert_eq!(tool.status("POST", &step, &format!("{json}\r\norigin: https://evil.example"), b""), 403);
    // What a form can post, what is too long, what is no request.
    let form = format!("{host}\r\ncontent-type: text/plain\r\ncontent-length: 2");
    assert_eq!(tool.status("POST", &step, &form, b"{}"), 415);
    let long = format!("{json}\r\ncontent-length: 100000");
    assert_eq!(tool.status("POST", &step, &long, b""), 413);
    let not_json = format!("{json}\r\ncontent-length: 3");
    assert_eq!(tool.status("POST", &step, &not_json, b"[1]"), 400);
    assert_eq!(tool.status("PUT", &step, &json, b""), 405);
    let endless = format!("{host}\r\nx: {}", "x".repeat(20_000));
    assert_eq!(tool.status("GET", &path, &endless, b""), 0, "hung up");

    // And the page still works.
    let (_, done) = tool.browse(OWNER, "");
    done.unwrap();
    assert_eq!(stage.holder(&device.address), of(OWNER));
}
