#!/usr/bin/env bash
# Measures what the promised calls cost and compares with gates/gas-targets.json and docs/contracts/gas.md; with
# --write, writes the page's table.
set -euo pipefail
cd "$(dirname "$0")"
case "${1:-}" in
    "" | --write) ;;
    *) echo "usage: gas.sh [--write]" >&2; exit 2 ;;
esac

./setup.sh
mkdir -p cache
# A failing test stands in the report, and fails the gate.
./bin/forge test --match-path 'test/gas/*' -vv --json >cache/gas.json || true
node gates/gas.mjs "${1:-}" <cache/gas.json
