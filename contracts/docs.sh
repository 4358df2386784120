#!/usr/bin/env bash
# Runs the `cast` lines of docs/contracts/*.md against a development node, as a reader would paste them.
#
#   docs.sh RPC_URL [PAGE…]      PAGE: a name such as Escrow; all pages by default
set -euo pipefail
cd "$(dirname "$0")"
[ $# -gt 0 ] || { echo "usage: docs.sh RPC_URL [PAGE…]" >&2; exit 2; }

./setup.sh
exec node docs.mjs "$@"
