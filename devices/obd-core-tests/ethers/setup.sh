#!/usr/bin/env bash
# Installs ethers from package-lock.json. Needs node, npm and the npm registry; does nothing when it is in place.
set -euo pipefail
cd "$(dirname "$0")"

stamp=node_modules/.setup
want=$(cat package-lock.json .npmrc setup.sh | sha256sum | cut -d' ' -f1)
# Another process may be asking for the same thing: one works, the other waits and finds it done.
exec 9>.setup.lock
flock 9
if [ "$(cat "$stamp" 2>/dev/null)" != "$want" ]; then
    npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
    echo "$want" >"$stamp"
fi
