//! The owner's wallet, in the owner's browser: a page of ours on the loopback interface that talks to it.
//!
//! ```text
//! tool ─ URL with a token ─► person ─► browser ─► page.js ◄─► wallet (EIP-1193)
//!   ▲                                               │
//!   └──────── POST step: answer ─► the next task ◄──┘
//! ```
//!
//! The page asks for a task, does it and posts what came of it, for which it gets the next task. So the tool reads
//! like a script, and a page that is loaded again gets the task at which it was.

mod server;

use crate::chain::Chain;
use crate::error::Error;
use obd_core::{Address, Hash};
use serde_json::{Value, json};
use server::{Call, Server};
use std::time::{Duration, Instant};

/// For a person to find the browser, the wallet and its password.
const PATIENCE: Duration = Duration::from_secs(15 * 60);

/// A wallet at the other end of a page.
pub(crate) struct Wallet {
    server: Server,
    /// What a page does first.
    connect: Value,
    /// Whose wallet it is.
    account: Option<Address>,
    /// The page that waits for its next task.
    waiting: Option<Call>,
}

impl Wallet {
    /// Says where the page is. `purpose` is its title.
    pub(crate) fn open(chain: &Chain, purpose: &str) -> Result<Self, Error> {
        let server = Server::start()?;
        eprintln!("open this in the browser that has your wallet:\n\n  {}\n", server.url());
        let connect = json!({
            "do": "connect",
            "title": purpose,
            // As EIP-3085 and EIP-3326 take it.
            "chain": {
                "chainId": format!("{:#x}", chain.pins.chain_id),
                "chainName": if chain.pins.chain_id == 1337 { "Autochain dev" } else { "Autochain" },
                "rpcUrls": [chain.url()],
                "nativeCurrency": { "name": "AUC", "symbol": "AUC", "decimals": 18 },
            },
        });
        Ok(Self { server, connect, account: None, waiting: None })
    }

    /// Waits until somebody connects a wallet; its account.
    pub(crate) fn account(&mut self) -> Result<Address, Error> {
        let task = self.connect.clone();
        let answer = self.ask(&task)?;
        let account = address(&answer["account"]).ok_or_else(|| no_sense(&answer))?;
        self.account = Some(account);
        Ok(account)
    }

    /// Shows what the person should do elsewhere meanwhile.
    pub(crate) fn tell(&mut self, text: &str) -> Result<(), Error> {
        self.ask(&json!({ "do": "wait", "text": text })).map(drop)
    }

    /// The wallet's signature over typed data, of which `words` say what it means.
    pub(crate) fn sign(&mut self, typed_data: &Value, words: &[String]) -> Result<Vec<u8>, Error> {
        let answer = self.ask(&json!({
            "do": "sign", "words": words, "typedData": typed_data.to_string(),
        }))?;
        bytes(&answer["signature"]).ok_or_else(|| no_sense(&answer))
    }

    /// Lets the wallet send a call; the transaction's hash.
    pub(crate) fn send(&mut self, to: Address, data: &[u8], words: &[String]) -> Result<Hash, Error> {
        let from = self.account.unwrap_or_default();
        let transaction = json!({
            "from": from.to_string(), "to": to.to_string(), "data": const_hex::encode_prefixed(data),
        });
        let answer = self.ask(&json!({ "do": "send", "words": words, "transaction": transaction }))?;
        let hash = bytes(&answer["transaction"]).and_then(|hash| hash.try_into().ok());
        hash.ok_or_else(|| no_sense(&answer))
    }

    /// The page's last words.
    pub(crate) fn end(&mut self, result: Result<&str, &Error>) {
        if let Some(call) = self.waiting.take() {
            let (task, text) = match result {
                Ok(text) => ("done", text.to_owned()),
                Err(error) => ("failed", error.to_string()),
            };
            call.answer(&json!({ "do": task, "text": text }).to_string());
        }
    }

    /// Gives the page a task and waits for what comes of it.
    fn ask(&mut self, task: &Value) -> Result<Value, Error> {
        let end = Instant::now() + PATIENCE;
        let text = task.to_string();
        if let Some(call) = self.waiting.take() {
            call.answer(&text);
        }
        loop {
            let call = self.server.next(end).ok_or(Error::NoWallet)?;
            let Ok(answer @ Value::Object(_)) = serde_json::from_slice(&call.body) else {
                call.refuse();
                continue;
            };
            if answer["begin"] == true {
                // A page that was opened, or loaded again.
                call.answer(&self.connect.to_string());
            } else if let (Some(account), Some(got)) = (self.account, answer.get("account")) {
                // One that was loaded again has connected again.
                if address(got) == Some(account) {
                    call.answer(&text);
                } else {
                    let error = Error::OtherAccount { account, got: device_rpc::shown(&got.to_string()) };
                    call.answer(&json!({ "do": "failed", "text": error.to_string() }).to_string());
                }
            } else {
                self.waiting = Some(call);
                return Ok(answer);
            }
        }
    }
}

fn bytes(value: &Value) -> Option<Vec<u8>> {
    const_hex::decode(value.as_str()?).ok()
}

fn address(value: &Value) -> Option<Address> {
    const_hex::decode_to_array(value.as_str()?).ok().map(Address)
}

fn no_sense(answer: &Value) -> Error {
    Error::Wallet(format!("it answers {}", device_rpc::shown(&answer.to_string())))
}
