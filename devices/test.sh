#!/usr/bin/env bash
# All checks of devices/: format, lints, tests on the host, instruction counts and the firmware on emulated
# RISC-V, both chips' images and their sizes.
set -euo pipefail
cd "$(dirname "$0")"

./setup.sh

cargo fmt --check

# What a person runs, and what runs on the chip. The promise that the core does not panic is a set of lints.
CHIP=(board-esp32 board-esp32c3 board-esp32c6 board-qemu obd-icount)
HOST=(-p obd-core -p car-lock -p ecu-sim -p flash-mock -p autochain-owner -p autochain-provision -p autochain-push -p autochain-relay -p device-rpc -p device-tls -p dev-node)
cargo clippy --release --locked --workspace --all-targets "${CHIP[@]/#/--exclude=}" -- -D warnings
cargo test --release --locked "${HOST[@]}"
# With the other curve too.
cargo test --release --locked -p device-tls --all-features
# Apart: the features of the reference implementations would reach obd-core.
cargo test --release --locked -p obd-core-tests
# The simulated car and the core against independent programs.
cargo build --release --locked -p ecu-sim
.tools/python/bin/python ecu-sim/crosscheck/crosscheck.py "${CARGO_TARGET_DIR:-target}/release"

./icount.sh
for features in '' whole; do
    .tools/bin/riscv-cargo clippy --profile firmware -p board-qemu --features "$features" \
        --target riscv32imc-unknown-none-elf -- -D warnings
done

# The emulated board with a car, a relay and a real node: the one that obd-core-tests found or built.
cargo test --release --locked -p devices-e2e
# What `desk.sh` starts for a person; it ends with its input.
cargo run --release --locked -p devices-e2e --bin desk </dev/null

# Both images. The chips differ by their pins and by what esp-hal makes of them: one is linted.
./firmware.sh
.tools/bin/riscv-cargo clippy --profile firmware -p board-esp32c3 -p board-esp32 --features board-esp32/esp32c3 \
    --target riscv32imc-unknown-none-elf -- -D warnings
