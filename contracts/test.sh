#!/usr/bin/env bash
# All checks of contracts/: format, lint, committed artifacts, tests, the gates (a test for each row, gas, coverage)
# and static analysis. With arguments, only `forge test` with these arguments.
set -euo pipefail
cd "$(dirname "$0")"

./setup.sh
if [ $# -gt 0 ]; then exec ./bin/forge test "$@"; fi

./bin/forge fmt --check
# forge lint leaves artifacts without code behind, so it gets a folder of its own.
FOUNDRY_OUT=cache/lint/out FOUNDRY_CACHE_PATH=cache/lint ./bin/forge lint --deny warnings src script
node --test gates leaks
./artifacts.sh --check
./bin/forge test --no-match-path 'test/gas/*'
./bin/forge test --list --json | node gates/rows.mjs
./gas.sh
./coverage.sh
./analysis.sh
