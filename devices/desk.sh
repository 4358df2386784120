#!/usr/bin/env bash
# A dongle on your desk, without hardware: the whole firmware on emulated RISC-V, in a simulated car that drives, with a
# chain, a relay and a button. Builds what is missing, says what to type, and ends with Enter.
set -euo pipefail
cd "$(dirname "$0")"

./setup.sh core qemu
[ -n "${AUTOCHAIN_BIN:-}" ] || cargo build --release --locked --manifest-path ../Cargo.toml -p autochain
cargo build --release --locked -p ecu-sim -p autochain-relay -p autochain-provision -p autochain-owner
.tools/bin/riscv-cargo build --profile firmware -p board-qemu --features whole \
    --target-dir "${CARGO_TARGET_DIR:-target}/whole" --target riscv32imc-unknown-none-elf
exec cargo run --release --locked -p devices-e2e --bin desk
