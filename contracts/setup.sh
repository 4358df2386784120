#!/usr/bin/env bash
# Makes contracts/ ready to build: Foundry, the compiler and OpenZeppelin from package-lock.json,
# and forge-std. Needs node, npm and the npm registry; does nothing when all is in place.
set -euo pipefail
cd "$(dirname "$0")"

# forge-std has no package of its own on npm; this one carries a current, unmodified copy.
carrier="@chainlink/contracts@1.4.0"
carrier_sha512="SpNCJ0TPOI6pa2l702Wk4WIP8ccw5ARcRP1E/ZTqaFffXNoZeF03WhsVL8f3l3OTRFA9Z40O5KcZzmJmZQkoFA=="
carrier_path="package/src/v0.8/vendor/forge-std"

stamp="node_modules/.setup"
want="$(cat package-lock.json .npmrc setup.sh | sha256sum | cut -d' ' -f1)"
if [ -f lib/forge-std/src/Test.sol ] && [ "$(cat "$stamp" 2>/dev/null)" = "$want" ]; then
    exit 0
fi

# Another process may be asking for the same thing: one works, the other waits and finds it done.
mkdir -p cache
exec 9>cache/setup.lock
flock 9
if [ -f lib/forge-std/src/Test.sol ] && [ "$(cat "$stamp" 2>/dev/null)" = "$want" ]; then
    exit 0
fi

npm ci --ignore-scripts --no-audit --no-fund --loglevel=error

pack="$(mktemp -d cache/pack.XXXXXX)"
trap 'rm -rf "$pack"' EXIT
npm pack "$carrier" --pack-destination "$pack" --ignore-scripts --silent >/dev/null
tarball="$(echo "$pack"/*.tgz)"
got="$(node -e '
    const fs = require("fs"), crypto = require("crypto");
    console.log(crypto.createHash("sha512").update(fs.readFileSync(process.argv[1])).digest("base64"));
' "$tarball")"
if [ "$got" != "$carrier_sha512" ]; then
    echo "setup.sh: $carrier has sha512 $got, expected $carrier_sha512; forge-std not installed" >&2
    exit 1
fi
rm -rf lib/forge-std
mkdir -p lib
tar xzf "$tarball" -C lib --strip-components=4 "$carrier_path"

echo "$want" >"$stamp"
