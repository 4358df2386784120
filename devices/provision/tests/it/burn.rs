//! With the real `espefuse` on virtual eFuses; `devices/setup.sh python` installs it.

use crate::{folder, run, run_with};
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

fn espefuse() -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../.tools/bin/espefuse");
    assert!(path.exists(), "run devices/setup.sh python");
    path.display().to_string()
}

#[test]
fn a_dry_run_burns_virtual_efuses_only() {
    for chip in ["esp32c3", "esp32c6"] {
        let done = run(&["burn", "--chip", chip, "--block", "2", "--espefuse", &espefuse()]).unwrap();
        assert_eq!(done, format!("dry run: BLOCK_KEY2 of {chip} would take the key; nothing was burnt"));
    }
}

/// A chip is played by a script in front of the real `espefuse`, which turns the port into virtual eFuses.
fn chip(folder: &Path) -> (String, std::path::PathBuf) {
    let (script, efuses) = (folder.join("espefuse"), folder.join("chip.bin"));
    let (real, efuses_text) = (espefuse(), efuses.display().to_string());
    let text = format!(
        r#"#!/bin/sh
# The chip's eFuses are a file.
for word; do shift; case $word in --port) port=1 ;; COM) ;; *) set -- "$@" "$word" ;; esac; done
[ -z "$port" ] || set -- "$1" "$2" --virt --path-efuse-file {efuses_text} $(shift 2; echo "$@")
exec {real} "$@"
"#
    );
    fs::write(&script, text).unwrap();
    fs::set_permissions(&script, fs::Permissions::from_mode(0o755)).unwrap();
    (script.display().to_string(), efuses)
}

#[test]
fn the_real_burn_needs_the_typed_word_and_comes_once() {
    let folder = folder("burn");
    let (espefuse, efuses) = chip(&folder);
    let args = ["burn", "--chip", "esp32c3", "--port", "COM", "--really", "--espefuse", &espefuse];
    let complaint = run_with(&args, "yes\n").unwrap_err();
    assert!(complaint.contains("nothing was burnt"), "{complaint}");
    let empty = fs::read(&efuses).unwrap();
    assert!(empty.iter().all(|byte| *byte == 0), "nothing was burnt");

    let done = run_with(&args, "burn BLOCK_KEY0\n").unwrap();
    assert_eq!(done, "BLOCK_KEY0 of esp32c3 holds the key, which exists nowhere else");
    assert_ne!(fs::read(&efuses).unwrap(), empty);

    let complaint = run_with(&args, "burn BLOCK_KEY0\n").unwrap_err();
    assert!(complaint.contains("espefuse refuses, and nothing was burnt"), "{complaint}");
}
