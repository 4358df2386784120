#!/usr/bin/env bash
# Runs the tests on code that counts, and checks the shares of lines and branches of src/ that they reach.
set -euo pipefail
cd "$(dirname "$0")"

./setup.sh
# Which code is reached does not take many runs. Left out are the gas tests, which measure another, optimised, build, and
# the matrix of roles, which reads artifacts that this build does not write.
export FOUNDRY_OUT=cache/coverage/out FOUNDRY_CACHE_PATH=cache/coverage FOUNDRY_INVARIANT_RUNS=8
mkdir -p cache/coverage
if ! ./bin/forge coverage --report lcov --report-file cache/coverage/lcov.info --fuzz-runs 32 \
    --no-match-path 'test/gas/*' --no-match-contract RoleMatrixTest >cache/coverage/log 2>&1; then
    tail -40 cache/coverage/log >&2
    exit 1
fi
node gates/coverage.mjs cache/coverage/lcov.info
