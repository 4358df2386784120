#!/usr/bin/env bash
# All checks of devices/: format, lints, tests on the host, the image for the bare chip and its size.
set -euo pipefail
cd "$(dirname "$0")"

cargo fmt --check
# The promise that the core does not panic is a set of clippy lints.
cargo clippy --release --locked -p obd-core -p autochain-push -- -D warnings
# Apart from the reference implementations, whose features would reach obd-core.
cargo test --release --locked -p obd-core -p autochain-push
cargo test --release --locked -p obd-core-tests
./icount.sh
