#!/usr/bin/env bash
# Writes what other languages need of the contracts, from one build: artifacts/*.json (ABI and creation code, from
# which genesis and the Rust bindings are made) and typescript/src (the same ABIs as TypeScript constants). With
# --check, compares them with a fresh build instead.
set -euo pipefail
cd "$(dirname "$0")"
case "${1:-}" in
    "" | --check) ;;
    *) echo "usage: artifacts.sh [--check]" >&2; exit 2 ;;
esac

./setup.sh
export FOUNDRY_OUT=cache/artifacts/out FOUNDRY_CACHE_PATH=cache/artifacts
exec node artifacts.mjs "${1:-}"
