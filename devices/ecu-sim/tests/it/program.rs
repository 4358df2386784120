//! The program as others run it.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};

fn start(args: &[&str]) -> Child {
    Command::new(env!("CARGO_BIN_EXE_ecu-sim"))
        .args(args)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

/// Reads until `end` came.
fn read_until(from: &mut impl std::io::Read, end: &str) -> String {
    let mut text = String::new();
    let mut byte = [0];
    while !text.ends_with(end) {
        from.read_exact(&mut byte).unwrap();
        text.push(char::from(byte[0]));
    }
    text
}

#[test]
fn it_answers_on_standard_input_and_ends_with_it() {
    let mut sim = start(&["--stdio"]);
    sim.stdin.as_mut().unwrap().write_all(b"S6\rO\rt7DF802010DCCCCCCCCCC\r").unwrap();
    let said = read_until(sim.stdout.as_mut().unwrap(), "t7E9803410D3CCCCCCCCC\r");
    assert_eq!(said, "\r\rz\rt7E8803410D3CCCCCCCCC\rt7E9803410D3CCCCCCCCC\r");
    drop(sim.stdin.take());
    assert_eq!(sim.wait().unwrap().code(), Some(0));
}

#[test]
fn a_forbidden_frame_ends_it_with_three() {
    let mut sim = start(&["--stdio"]);
    sim.stdin.as_mut().unwrap().write_all(b"S6\rO\rt7DF80104CCCCCCCCCCCC\r").unwrap();
    assert_eq!(sim.wait().unwrap().code(), Some(3));
    let mut said = String::new();
    sim.stderr.take().unwrap().read_to_string(&mut said).unwrap();
    assert_eq!(said, "ecu-sim: FORBIDDEN: the request 04 is not a reading one\n");
}

#[test]
fn it_serves_a_port_and_takes_commands() {
    let mut sim = start(&["--tcp", "127.0.0.1:0", "--once", "--car", "slow"]);
    let mut address = String::new();
    BufReader::new(sim.stdout.as_mut().unwrap()).read_line(&mut address).unwrap();
    let mut tester = TcpStream::connect(address.trim()).unwrap();
    sim.stdin.as_mut().unwrap().write_all(b"set 0d 33\nnonsense\n").unwrap();
    let mut complaint = String::new();
    BufReader::new(sim.stderr.as_mut().unwrap()).read_line(&mut complaint).unwrap();
    assert!(complaint.starts_with("ecu-sim: \"nonsense\" is no command"), "{complaint}");
    tester.write_all(b"S5\rO\rt7DF802010DCCCCCCCCCC\r").unwrap();
    read_until(&mut tester, "t7E8803410D21CCCCCCCC\r");
    drop(tester);
    assert_eq!(sim.wait().unwrap().code(), Some(0));
}
