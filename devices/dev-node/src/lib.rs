//! A development chain of our own node, for as long as a test needs it.

use serde_json::{Value, json};
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;

/// Dropped, it is killed.
#[derive(Debug)]
pub struct Node {
    process: Child,
    url: String,
}

impl Node {
    /// `autochain --dev` at a port that the system chooses.
    ///
    /// # Panics
    ///
    /// When it does not start.
    pub fn start() -> Self {
        let mut process = Command::new(binary())
            .args(["--dev", "--http", "--http.port", "0"])
            .env_remove("RUST_LOG")
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the node starts");
        let mut lines = BufReader::new(process.stderr.take().unwrap()).lines();
        let mut log = String::new();
        let url = lines.by_ref().map_while(Result::ok).find_map(|line| {
            log += &line;
            log.push('\n');
            let address = line.split_once("HTTP server started")?.1.split_once("endpoint=")?.1;
            Some(format!("http://{}", address.split_whitespace().next()?))
        });
        let url = url.unwrap_or_else(|| panic!("the node did not open its RPC:\n{log}"));
        // Read on, or the node would wait for room in the pipe one day.
        thread::spawn(move || lines.for_each(drop));
        Self { process, url }
    }

    /// The address of its RPC.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The result of a call.
    ///
    /// # Panics
    ///
    /// On an error.
    pub fn ask(&self, method: &str, params: Value) -> Value {
        let request = json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": params });
        let mut response =
            ureq::post(&self.url).content_type("application/json").send(request.to_string()).unwrap();
        let mut answer: Value = serde_json::from_str(&response.body_mut().read_to_string().unwrap()).unwrap();
        assert!(answer["error"].is_null(), "{method}: {}", answer["error"]);
        answer["result"].take()
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// `AUTOCHAIN_BIN`, or the workspace's own release build, which is made where there is none.
fn binary() -> PathBuf {
    if let Some(binary) = std::env::var_os("AUTOCHAIN_BIN") {
        return binary.into();
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let binary = root.join("target/release/autochain");
    if !binary.exists() {
        let mut build = Command::new(env!("CARGO"));
        build.args(["build", "--release", "--locked", "-p", "autochain", "--target-dir"]);
        let built = build.arg(root.join("target")).current_dir(&root).status().expect("cargo runs");
        assert!(built.success(), "the node could not be built; AUTOCHAIN_BIN names one that is there");
    }
    binary
}
