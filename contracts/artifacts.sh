#!/usr/bin/env bash
# Writes artifacts/*.json, the ABI and creation code of the contracts that stand in genesis, so that
# the node can be built without Foundry. With --check, compares them with a fresh build instead.
set -euo pipefail
cd "$(dirname "$0")"
case "${1:-}" in
    "" | --check) ;;
    *) echo "usage: artifacts.sh [--check]" >&2; exit 2 ;;
esac

./setup.sh
export FOUNDRY_OUT=cache/artifacts/out FOUNDRY_CACHE_PATH=cache/artifacts
./bin/forge build --skip test script --quiet

exec node - "${1:-}" AUC VehicleRegistry <<'JS'
const fs = require("fs");
const [mode, ...names] = process.argv.slice(2);

for (const name of names) {
  const built = JSON.parse(fs.readFileSync(`${process.env.FOUNDRY_OUT}/${name}.sol/${name}.json`, "utf8"));
  if (Object.keys(built.bytecode.linkReferences).length > 0) throw new Error(`${name} needs linking`);
  const text = JSON.stringify({ abi: built.abi, bytecode: built.bytecode.object }, null, 1) + "\n";

  const file = `artifacts/${name}.json`;
  if (mode !== "--check") {
    fs.mkdirSync("artifacts", { recursive: true });
    fs.writeFileSync(file, text);
  } else if (!fs.existsSync(file) || fs.readFileSync(file, "utf8") !== text) {
    console.error(`contracts/${file} is not what src/ compiles to; run contracts/artifacts.sh and commit it`);
    process.exitCode = 1;
  }
}
JS
