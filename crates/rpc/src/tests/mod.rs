//! Tests over real sockets on the loopback, against a chain in memory.

mod calls;
mod chain;
mod events;
mod fees;
mod junk;
mod send;
mod transport;

use crate::{testing::TestBackend, *};
use autochain_chainspec::GenesisAccount;
use autochain_primitives::{Address, B256, Bytes, U256, address, hex};
use futures::{SinkExt, StreamExt};
use serde_json::{Value, json};
use std::{net::SocketAddr, sync::Arc, time::Duration};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    sync::oneshot,
};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, tungstenite::Message};

/// Emits a log with [`TOPIC`] and writes 1 into slot 0.
const LOGGER: Address = address!("00000000000000000000000000000000000000c0");
/// Reverts with `Error("nope")`.
const REVERTER: Address = address!("00000000000000000000000000000000000000c1");
/// Returns the block number and the difficulty (0x44).
const BLOCK_INFO: Address = address!("00000000000000000000000000000000000000c2");
/// Returns slot 0, which is 7.
const READER: Address = address!("00000000000000000000000000000000000000c3");
/// An invalid opcode.
const INVALID: Address = address!("00000000000000000000000000000000000000c4");
const TOPIC: B256 = B256::repeat_byte(0x11);

/// `Error("nope")`, encoded.
fn reason() -> Vec<u8> {
    let mut out = hex!("08c379a0").to_vec();
    out.extend(U256::from(0x20).to_be_bytes::<32>());
    out.extend(U256::from(4).to_be_bytes::<32>());
    out.extend(b"nope");
    out.extend([0; 28]);
    out
}

fn contracts() -> Vec<(Address, GenesisAccount)> {
    let mut logger = hex!("60016000557f").to_vec();
    logger.extend(TOPIC);
    logger.extend(hex!("60006000a100"));
    let mut reverter = hex!("606480600b6000396000fd").to_vec();
    reverter.extend(reason());
    let code = |code: Vec<u8>| GenesisAccount { code: Bytes::from(code), nonce: 1, ..Default::default() };
    let mut reader = code(hex!("60005460005260206000f3").to_vec());
    reader.storage.insert(B256::ZERO, U256::from(7));
    vec![
        (LOGGER, code(logger)),
        (REVERTER, code(reverter)),
        (BLOCK_INFO, code(hex!("436000524460205260406000f3").to_vec())),
        (READER, reader),
        (INVALID, code(hex!("fe").to_vec())),
    ]
}

/// A node with every namespace on one port.
struct Node {
    backend: Arc<TestBackend>,
    addr: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    handle: Option<ServerHandle>,
}

fn everything() -> Vec<String> {
    NAMESPACES.iter().map(|name| (*name).to_owned()).collect()
}

fn http_config() -> HttpConfig {
    HttpConfig { port: 0, api: everything(), ..Default::default() }
}

/// A port that was free a moment ago, for servers that share one.
fn free_port() -> u16 {
    std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

impl Node {
    async fn start() -> Self {
        let backend = TestBackend::with(
            autochain_chainspec::ForkSchedule::up_to(autochain_chainspec::Fork::Osaka),
            |genesis| genesis.alloc.extend(contracts()),
        );
        let port = free_port();
        let http = HttpConfig { port, ..http_config() };
        let ws = WsConfig { port, api: everything(), ..Default::default() };
        let rpc = RpcConfig { dev: true, ..Default::default() };
        Self::serve(backend, ServerConfig { http: Some(http), ws: Some(ws), rpc }).await
    }

    async fn serve(backend: Arc<TestBackend>, config: ServerConfig) -> Self {
        let (stop, stopped) = oneshot::channel();
        let shutdown = async move {
            let _ = stopped.await;
        };
        let handle = serve(config, backend.clone(), shutdown).await.unwrap();
        let addr = handle.http_addr.or(handle.ws_addr).unwrap();
        Self { backend, addr, stop: Some(stop), handle: Some(handle) }
    }

    async fn shutdown(mut self) {
        drop(self.stop.take());
        self.handle.take().unwrap().stopped().await;
    }

    /// Sends a raw HTTP request; returns status, headers and body.
    async fn http(&self, head: &str, body: &str) -> (u16, String, String) {
        let mut stream = TcpStream::connect(self.addr).await.unwrap();
        let length =
            if body.is_empty() { String::new() } else { format!("Content-Length: {}\r\n", body.len()) };
        let request = format!("{head}\r\n{length}Connection: close\r\n\r\n{body}");
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).await.unwrap();
        let answer = String::from_utf8(answer).unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        (status, head.to_lowercase(), body.to_owned())
    }

    /// Posts a JSON text and returns the answer's text.
    async fn post(&self, body: &str) -> String {
        let head = "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json";
        let (status, _, body) = self.http(head, body).await;
        assert_eq!(status, 200, "{body}");
        body
    }

    async fn answer(&self, method: &str, params: Value) -> Value {
        let request = json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": params });
        let answer: Value = serde_json::from_str(&self.post(&request.to_string()).await).unwrap();
        assert_eq!(answer["jsonrpc"], "2.0");
        assert_eq!(answer["id"], 1);
        answer
    }

    /// A call that has to succeed.
    async fn call(&self, method: &str, params: Value) -> Value {
        let answer = self.answer(method, params.clone()).await;
        assert!(answer.get("error").is_none(), "{method} {params}: {answer}");
        answer["result"].clone()
    }

    /// A call that has to fail: code and message.
    async fn fail(&self, method: &str, params: Value) -> (i64, String) {
        let answer = self.answer(method, params.clone()).await;
        assert!(answer.get("result").is_none(), "{method} {params}: {answer}");
        let error = &answer["error"];
        (error["code"].as_i64().unwrap(), error["message"].as_str().unwrap().to_owned())
    }

    /// Sends from the held account and returns the hash.
    async fn send(&self, transaction: Value) -> Value {
        let mut transaction = transaction;
        transaction["from"] = json!(testing::account(0));
        self.call("eth_sendTransaction", json!([transaction])).await
    }

    async fn ws(&self) -> Ws {
        let (socket, _) = tokio_tungstenite::connect_async(format!("ws://{}/", self.addr)).await.unwrap();
        Ws { socket, next: 0 }
    }
}

/// A WebSocket client.
struct Ws {
    socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
    next: u64,
}

impl Ws {
    async fn text(&mut self) -> Option<String> {
        loop {
            let message = tokio::time::timeout(Duration::from_secs(10), self.socket.next()).await.unwrap();
            match message? {
                Ok(Message::Text(text)) => return Some(text.as_str().to_owned()),
                Ok(Message::Close(_)) | Err(_) => return None,
                Ok(_) => {}
            }
        }
    }

    async fn read(&mut self) -> Value {
        serde_json::from_str(&self.text().await.unwrap()).unwrap()
    }

    async fn call(&mut self, method: &str, params: Value) -> Value {
        self.next += 1;
        let request = json!({ "jsonrpc": "2.0", "id": self.next, "method": method, "params": params });
        self.socket.send(Message::text(request.to_string())).await.unwrap();
        let answer = self.read().await;
        assert_eq!(answer["id"], self.next, "{answer}");
        answer
    }

    /// The result of the next notification of this subscription.
    async fn next_of(&mut self, subscription: &Value) -> Value {
        let message = self.read().await;
        assert_eq!(message["method"], "eth_subscription");
        assert_eq!(&message["params"]["subscription"], subscription);
        message["params"]["result"].clone()
    }
}

fn number(quantity: &Value) -> u128 {
    let text = quantity.as_str().unwrap();
    u128::from_str_radix(text.strip_prefix("0x").unwrap(), 16).unwrap()
}
