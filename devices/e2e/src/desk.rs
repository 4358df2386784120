use crate::{
    ACCOUNTS, Cable, Car, Chain, Image, Log, Machine, Node, Pki, Relay, Rpc, TlsProxy, Vehicle, Wire,
};
use obd_core::Key;
use serde_json::json;
use std::fs;
use std::path::{Path, PathBuf};

/// A dongle as a person gets it, without power and new from the factory, and what it needs: a car, a chain with that
/// car on it, a relay, both behind TLS, and settings.
pub struct Desk {
    /// Where everything lies. The button is here too.
    pub folder: PathBuf,
    /// A development chain.
    pub node: Node,
    /// Carries the readings of [`Self::OWNER`]'s and [`Self::BUYER`]'s vehicles.
    pub relay: Relay,
    /// The same chain, with its registry.
    pub chain: Chain,
    /// [`Self::OWNER`]'s.
    pub vehicle: Vehicle,
    /// The vehicle, as it speaks.
    pub car: Car,
    /// To the dongle's console.
    pub cable: Cable,
    /// Whose certificates the dongle believes: those of `issuer`.
    pub pki: Pki,
    /// What the dongle takes for its node.
    pub front: Wire,
    /// In front of the node.
    pub node_proxy: TlsProxy,
    /// In front of the relay.
    pub relay_proxy: TlsProxy,
    /// For `autochain-provision init`.
    pub settings: PathBuf,
    /// The dongle's flash.
    pub image: Image,
    /// What it said, through every start.
    pub log: Log,
    /// The dongle, while it has power.
    pub machine: Option<Machine>,
}

impl Desk {
    /// The secret key of the vehicle's owner, in hexadecimal.
    pub const OWNER: &str = ACCOUNTS[0];
    /// The secret key of somebody who may buy it.
    pub const BUYER: &str = ACCOUNTS[2];
    /// As `ecu-sim` has it.
    pub const VIN: &[u8; 17] = b"LSVAU0330E2119384";
    /// The host as the dongle reaches it, and as its certificate names it.
    pub const HOST: &str = "10.0.2.2";

    /// In this folder, which is made. `interval` is the time between two records, in milliseconds.
    ///
    /// # Panics
    ///
    /// When one of them does not start.
    pub fn new(folder: &Path, interval: u64) -> Self {
        fs::create_dir_all(folder.join("node")).unwrap();
        let node = Node::start(&folder.join("node"));
        let chain = Chain::new(Rpc::new(node.port));
        let vehicle = chain.register(Self::VIN, Self::OWNER);
        let key_file = folder.join("relay.key");
        fs::write(&key_file, ACCOUNTS[3]).unwrap();
        let [owner, buyer] = [Self::OWNER, Self::BUYER].map(account);
        let flags = ["--key-file", key_file.to_str().unwrap(), "--allow", &owner, "--allow", &buyer];
        let relay = Relay::start(&folder.join("relay"), node.port, &flags);

        let pki = Pki::new(&folder.join("pki"));
        let issuer = pki.issuer("issuer");
        let certificate = pki.host(Self::HOST, "issuer");
        let node_proxy = TlsProxy::start(&certificate, node.port);
        let relay_proxy = TlsProxy::start(&certificate, relay.port);
        let front = Wire::new(node_proxy.port);
        let settings = folder.join("fleet.json");
        let content = json!({
            "chainId": 1337, "genesis": const_hex::encode_prefixed(chain.genesis()),
            "registry": chain.registry().to_string(),
            "maxGas": 300_000, "maxFeePerGas": "500000000000", "maxPriorityFeePerGas": "50000000000",
            "dailyCap": "1000000000000000000", "network": "garage", "passphrase": "",
            "endpoints": [{"host": Self::HOST, "port": front.port}],
            "relay": {"host": Self::HOST, "port": relay_proxy.port}, "relayed": true,
            "issuer": issuer.to_str().unwrap(),
        });
        fs::write(&settings, content.to_string()).unwrap();
        Self {
            image: Image::factory_new(&folder.join("flash"), interval),
            car: Car::start(),
            cable: Cable::new(),
            log: Log::default(),
            machine: None,
            folder: folder.into(),
            node,
            relay,
            chain,
            vehicle,
            pki,
            front,
            node_proxy,
            relay_proxy,
            settings,
        }
    }

    /// Plugs the dongle in.
    ///
    /// # Panics
    ///
    /// When QEMU does not start.
    pub fn power_on(&mut self) {
        let machine = Machine::start_whole(&self.image, self.car.port, &self.log, &self.cable, &self.folder);
        self.machine = Some(machine);
    }

    /// Takes its power away, whatever it is doing.
    pub fn power_off(&mut self) {
        if let Some(machine) = self.machine.take() {
            machine.kill();
        }
    }
}

impl Drop for Desk {
    fn drop(&mut self) {
        self.power_off();
        // What cannot be deleted stays where the caller wanted it.
        let _ = fs::remove_dir_all(&self.folder);
    }
}

/// The account of a secret key in hexadecimal.
fn account(secret: &str) -> String {
    Key::from_bytes(&const_hex::decode_to_array(secret).unwrap()).unwrap().address().to_string()
}
