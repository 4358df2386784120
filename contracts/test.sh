#!/usr/bin/env bash
# All checks of contracts/: format, lint, committed artifacts, tests. Arguments go to `forge test`.
set -euo pipefail
cd "$(dirname "$0")"

./setup.sh
./bin/forge fmt --check
# forge lint leaves artifacts without code behind, so it gets a folder of its own.
FOUNDRY_OUT=cache/lint/out FOUNDRY_CACHE_PATH=cache/lint ./bin/forge lint --deny warnings src script
./artifacts.sh --check
exec ./bin/forge test "$@"
