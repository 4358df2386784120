use super::*;

#[tokio::test(flavor = "multi_thread")]
async fn single_requests_in_all_forms() {
    let node = Node::start().await;
    for params in ["", r#","params":null"#, r#","params":[]"#] {
        let answer =
            node.post(&format!(r#"{{"jsonrpc":"2.0","id":1,"method":"eth_chainId"{params}}}"#)).await;
        assert_eq!(answer, r#"{"jsonrpc":"2.0","id":1,"result":"0x539"}"#);
    }
    assert_eq!(
        node.post(r#"{"jsonrpc":"2.0","id":"x-1","method":"net_version"}"#).await,
        r#"{"jsonrpc":"2.0","id":"x-1","result":"1337"}"#
    );
    assert_eq!(node.post(r#"{"jsonrpc":"2.0","method":"eth_chainId"}"#).await, "", "a notification");
    assert_eq!(
        node.post("{").await,
        r#"{"jsonrpc":"2.0","id":null,"error":{"code":-32700,"message":"parse error"}}"#
    );
    assert_eq!(
        node.post(r#"{"id":5,"method":"eth_chainId"}"#).await,
        r#"{"jsonrpc":"2.0","id":5,"error":{"code":-32600,"message":"invalid request"}}"#
    );
    assert_eq!(
        node.post(r#"{"jsonrpc":"2.0","id":1,"method":"eth_nope"}"#).await,
        r#"{"jsonrpc":"2.0","id":1,"error":{"code":-32601,"message":"the method eth_nope does not exist/is not available"}}"#
    );
    assert_eq!(
        node.post(r#"{"jsonrpc":"2.0","id":1,"method":"eth_getBalance"}"#).await,
        r#"{"jsonrpc":"2.0","id":1,"error":{"code":-32602,"message":"missing value for required argument 0"}}"#
    );
    assert_eq!(node.fail("eth_getBalance", json!({"a": 1})).await, (-32602, "non-array args".into()));
    let (code, message) = node.fail("eth_getBlockByNumber", json!(["0x01", false])).await;
    assert_eq!(code, -32602);
    assert_eq!(message, "invalid argument 0: hex number with leading zero digits");
    node.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn batches() {
    let backend = TestBackend::new();
    let rpc = RpcConfig { batch_request_limit: 3, batch_response_max_size: 300, ..Default::default() };
    let node = Node::serve(backend, ServerConfig { http: Some(http_config()), ws: None, rpc }).await;
    let one = r#"{"jsonrpc":"2.0","id":1,"method":"eth_chainId"}"#;
    let two = r#"{"jsonrpc":"2.0","id":2,"method":"eth_blockNumber"}"#;
    let silent = r#"{"jsonrpc":"2.0","method":"eth_blockNumber"}"#;
    assert_eq!(
        node.post(&format!("[{one},{silent},{two}]")).await,
        r#"[{"jsonrpc":"2.0","id":1,"result":"0x539"},{"jsonrpc":"2.0","id":2,"result":"0x0"}]"#
    );
    assert_eq!(
        node.post(&format!("[{one},7]")).await,
        r#"[{"jsonrpc":"2.0","id":1,"result":"0x539"},{"jsonrpc":"2.0","id":null,"error":{"code":-32600,"message":"invalid request"}}]"#
    );
    assert_eq!(node.post(&format!("[{silent}]")).await, "");
    assert_eq!(
        node.post("[]").await,
        r#"{"jsonrpc":"2.0","id":null,"error":{"code":-32600,"message":"empty batch"}}"#
    );
    assert_eq!(
        node.post(&format!("[{one},{one},{one},{one}]")).await,
        r#"[{"jsonrpc":"2.0","id":1,"error":{"code":-32600,"message":"batch too large"}}]"#
    );
    let block = r#"{"jsonrpc":"2.0","id":3,"method":"eth_getBlockByNumber","params":["latest",false]}"#;
    let answers: Value = serde_json::from_str(&node.post(&format!("[{block},{one}]")).await).unwrap();
    assert_eq!(answers[1]["error"]["code"], -32003);
    assert_eq!(answers[1]["error"]["message"], "response too large");
}

#[tokio::test(flavor = "multi_thread")]
async fn http_says_what_geth_says() {
    let node = Node::start().await;
    let body = r#"{"jsonrpc":"2.0","id":1,"method":"eth_chainId"}"#;
    let post = |host: &str, kind: &str| format!("POST / HTTP/1.1\r\nHost: {host}\r\nContent-Type: {kind}");
    let (status, _, text) = node.http(&post("evil.example:8545", "application/json"), body).await;
    assert_eq!(status, 403);
    assert!(
        text.starts_with("invalid host specified") && text.contains("--http.vhosts evil.example"),
        "{text}"
    );
    for host in ["127.0.0.1:8545", "localhost", "[::1]:80"] {
        let (status, head, _) = node.http(&post(host, "application/json; charset=utf-8"), body).await;
        assert_eq!(status, 200);
        assert!(head.contains("content-type: application/json"));
    }
    let (status, _, text) = node.http(&post("localhost", "text/plain"), body).await;
    assert_eq!((status, text.as_str()), (415, "invalid content type, only application/json is supported\n"));
    assert_eq!(node.http("GET / HTTP/1.1\r\nHost: localhost", "").await.0, 200);
    assert_eq!(node.http("PUT / HTTP/1.1\r\nHost: localhost", "").await.0, 405);
    let head = format!("{}\r\nContent-Length: 5242881\r\nX: y", post("localhost", "application/json"));
    let (status, _, text) = node.http(&head, "").await;
    assert_eq!((status, text.as_str()), (413, "content length too large (5242881>5242880)\n"));
    // Without --http.corsdomain a browser gets no permission.
    let preflight = "OPTIONS / HTTP/1.1\r\nHost: localhost\r\nOrigin: http://dapp.example\r\nAccess-Control-Request-Method: POST\r\nAccess-Control-Request-Headers: content-type";
    let (status, head, _) = node.http(preflight, "").await;
    assert_eq!(status, 200);
    assert!(!head.contains("access-control-allow-origin"));
    node.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn browsers_of_allowed_origins_may_call() {
    let http = HttpConfig {
        corsdomain: vec!["http://dapp.example".into()],
        vhosts: vec!["*".into()],
        rpcprefix: "/rpc".into(),
        ..http_config()
    };
    let node = Node::serve(TestBackend::new(), ServerConfig { http: Some(http), ..Default::default() }).await;
    let preflight = |origin: &str| {
        format!(
            "OPTIONS /rpc HTTP/1.1\r\nHost: any.example\r\nOrigin: {origin}\r\nAccess-Control-Request-Method: POST\r\nAccess-Control-Request-Headers: content-type"
        )
    };
    let (status, head, _) = node.http(&preflight("http://dapp.example"), "").await;
    assert_eq!(status, 200);
    assert!(head.contains("access-control-allow-origin: http://dapp.example"), "{head}");
    assert!(head.contains("access-control-allow-methods: post"), "{head}");
    assert!(
        head.contains("access-control-allow-headers: *") || head.contains("allow-headers: content-type"),
        "{head}"
    );
    let (_, head, _) = node.http(&preflight("http://evil.example"), "").await;
    assert!(!head.contains("access-control-allow-origin"), "{head}");
    let body = r#"{"jsonrpc":"2.0","id":1,"method":"eth_chainId"}"#;
    let post = |path: &str| {
        format!(
            "POST {path} HTTP/1.1\r\nHost: x\r\nOrigin: http://dapp.example\r\nContent-Type: application/json"
        )
    };
    let (status, head, _) = node.http(&post("/rpc"), body).await;
    assert_eq!(status, 200);
    assert!(head.contains("access-control-allow-origin: http://dapp.example"));
    assert_eq!(node.http(&post("/"), body).await.0, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn namespaces_are_gated() {
    let http = HttpConfig { port: 0, ..Default::default() };
    let node = Node::serve(TestBackend::new(), ServerConfig { http: Some(http), ..Default::default() }).await;
    for method in [
        "debug_traceTransaction",
        "personal_newAccount",
        "txpool_status",
        "admin_nodeInfo",
        "evm_mine",
        "nope",
    ] {
        let (code, message) = node.fail(method, json!([])).await;
        assert_eq!(code, -32601);
        assert_eq!(message, format!("the method {method} does not exist/is not available"));
    }
    assert_eq!(
        node.call("rpc_modules", json!([])).await,
        json!({"eth": "1.0", "net": "1.0", "rpc": "1.0", "web3": "1.0"})
    );
    assert_eq!(
        node.fail("eth_subscribe", json!(["newHeads"])).await,
        (-32601, "notifications not supported".into())
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_taken_port_names_its_flag() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port();
    let http = HttpConfig { port, ..Default::default() };
    let config = ServerConfig { http: Some(http), ..Default::default() };
    let error = serve(config, TestBackend::new(), std::future::pending()).await.unwrap_err();
    assert!(matches!(error, ServeError::PortInUse { .. }));
    assert!(error.to_string().contains("--http.port"), "{error}");
    let ws = WsConfig { port, ..Default::default() };
    let config = ServerConfig { ws: Some(ws), ..Default::default() };
    let error = serve(config, TestBackend::new(), std::future::pending()).await.unwrap_err();
    assert!(error.to_string().contains("--ws.port"), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn websocket_answers_like_http() {
    let node = Node::start().await;
    let mut ws = node.ws().await;
    assert_eq!(ws.call("eth_chainId", json!([])).await["result"], "0x539");
    ws.socket.send(Message::text(r#"[{"jsonrpc":"2.0","id":1,"method":"eth_chainId"}]"#)).await.unwrap();
    assert_eq!(ws.read().await[0]["result"], "0x539");
    ws.socket.send(Message::text("nonsense")).await.unwrap();
    assert_eq!(ws.read().await["error"]["code"], -32700);
    node.shutdown().await;
    assert!(ws.text().await.is_none(), "the node closes its connections");
}

#[tokio::test(flavor = "multi_thread")]
async fn websocket_checks_origins_and_prefix() {
    let ws = WsConfig {
        port: 0,
        origins: vec!["http://dapp.example".into()],
        rpcprefix: "/ws".into(),
        ..Default::default()
    };
    let node = Node::serve(TestBackend::new(), ServerConfig { ws: Some(ws), ..Default::default() }).await;
    let connect = |origin: &str, path: &str| {
        let head = format!(
            "GET {path} HTTP/1.1\r\nHost: localhost\r\nOrigin: {origin}\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nX: y"
        );
        head.replace("\r\nX: y", "")
    };
    // `Connection: close` makes this no upgrade for an allowed origin; a refused origin is told first.
    let (status, _, text) = node.http(&connect("http://evil.example", "/ws"), "").await;
    assert_eq!(status, 403);
    assert!(text.contains("--ws.origins"));
    assert_ne!(node.http(&connect("http://dapp.example", "/ws"), "").await.0, 403);
    assert_eq!(node.http(&connect("http://dapp.example", "/"), "").await.0, 404);
    assert!(tokio_tungstenite::connect_async(format!("ws://{}/ws", node.addr)).await.is_ok());
}

#[tokio::test(flavor = "multi_thread")]
async fn connections_are_bounded() {
    let rpc = RpcConfig { max_connections: 2, ..Default::default() };
    let node =
        Node::serve(TestBackend::new(), ServerConfig { http: Some(http_config()), ws: None, rpc }).await;
    let _first = TcpStream::connect(node.addr).await.unwrap();
    let second = TcpStream::connect(node.addr).await.unwrap();
    tokio::time::sleep(Duration::from_millis(50)).await;
    let third = node.call("eth_chainId", json!([]));
    tokio::pin!(third);
    assert!(tokio::time::timeout(Duration::from_millis(200), &mut third).await.is_err(), "no room");
    drop(second);
    assert_eq!(third.await, "0x539");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_subscriber_that_does_not_read_is_dropped() {
    let node = Node::start().await;
    let mut ws = node.ws().await;
    ws.call("eth_subscribe", json!(["newHeads"])).await;
    // The client reads nothing while far more happens than the events that wait for it.
    for _ in 0..4_000 {
        node.backend.announce_again();
    }
    let mut told = 0;
    while ws.text().await.is_some() {
        told += 1;
    }
    assert!(told < 4_000, "{told}");
    assert_eq!(node.call("eth_chainId", json!([])).await, "0x539", "the node goes on");
}
