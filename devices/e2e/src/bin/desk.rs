//! A dongle on the desk, for a person: everything that [`Desk`] has, and what to type. Ends with Enter, or with the
//! end of its input.

use devices_e2e::Desk;
use obd_core::Key;
use std::thread::{sleep, spawn};
use std::time::Duration;
use std::{env, io, process};

/// Between two records, in milliseconds: a minute on the road.
const INTERVAL: u64 = 5_000;

fn main() -> io::Result<()> {
    let folder = env::temp_dir().join(format!("autochain-desk-{}", process::id()));
    let mut desk = Desk::new(&folder, INTERVAL);
    desk.power_on();
    explain(&desk);

    let log = desk.log.clone();
    spawn(move || {
        let mut shown = 0;
        loop {
            let lines = log.lock().map(|lines| lines[shown..].to_vec()).unwrap_or_default();
            shown += lines.len();
            lines.iter().for_each(|line| println!("dongle: {line}"));
            sleep(Duration::from_millis(100));
        }
    });
    io::stdin().read_line(&mut String::new())?;
    Ok(())
}

/// What there is, and what to do with it.
fn explain(desk: &Desk) {
    let (port, node) = (desk.cable.port(), format!("http://127.0.0.1:{}", desk.node.port));
    let secret = Desk::OWNER;
    let owner = const_hex::decode_to_array(secret).ok().and_then(|secret| Key::from_bytes(&secret).ok());
    let owner = owner.map_or_else(String::new, |key| key.address().to_string());
    let (vehicle, salt) = (desk.vehicle.id, const_hex::encode_prefixed(desk.vehicle.salt));
    let (settings, button) = (desk.settings.display(), desk.folder.join("button"));
    let button = button.display();
    println!(
        r#"A dongle is on your desk, new from the factory, in a car that drives. Everything is gone when you press Enter here.

  node      {node}, chain id 1337
  relay     {relay}
  owner     {owner}
            key 0x{secret}: import it into your wallet; it is public, never send it real coin
  vehicle   {vehicle}, with the salt {salt}
  dongle    {port}
  button    pressed while {button} exists

In another terminal, in devices/:

  P=target/release/autochain-provision
  $P init --port {port} --settings {settings} > device.json
  touch {button}
  $P claim --port {port} --rpc {node} --wallet
  $P pair --port {port} --rpc {node} --wallet --vehicle {vehicle} --salt {salt} --reader-key-file reader.key > pairing.json
  rm {button}

Then the dongle reads the car and writes to the chain; what it says follows here. What it wrote:

  O=target/release/autochain-owner
  $O fetch --rpc {node} --relay {relay} --registry {registry} --vehicle {vehicle} > records.txt
  $O open --key-file reader.key --root $(grep -o '"wrappedRoot": "[^"]*' pairing.json | cut -d'"' -f4) < records.txt
"#,
        relay = format_args!("http://127.0.0.1:{}", desk.relay.port),
        registry = desk.chain.registry(),
    );
}
