//! The program as a user runs it, against a node whose answers are scripted, lies included.

mod node;
mod offline;
mod record;

use std::process::{Command, Output};

const KEY: &str = "0x2bf34ea501cef69370381bd0d9621ede250bd2f12a5e9493b7c1cc61eac9d91a";
const DEVICE: &str = "0x6328188d2e342eE3f2e2d1ADE36c09CB05F16f66";
const REGISTRY: &str = "0x00000000000000000000000000000000000000CA";

fn push(args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_autochain-push")).args(args).output().unwrap()
}

fn stdout(output: &Output) -> &str {
    str::from_utf8(&output.stdout).unwrap()
}

fn stderr(output: &Output) -> &str {
    str::from_utf8(&output.stderr).unwrap()
}
