#!/usr/bin/env bash
# Static analysis of src/ with slither (from PyPI, into cache/): each finding of low impact or more needs an answer in
# gates/findings.json.
set -euo pipefail
cd "$(dirname "$0")"

./setup.sh
version=0.11.6
venv=cache/slither
if [ "$("$venv/bin/slither" --version 2>/dev/null)" != "$version" ]; then
    python3 -m venv --clear "$venv"
    "$venv/bin/pip" install --quiet --disable-pip-version-check "slither-analyzer==$version"
fi

out=cache/analysis
rm -rf "$out/out/build-info" "$out/report.json"
FOUNDRY_OUT="$out/out" FOUNDRY_CACHE_PATH="$out" ./bin/forge build --build-info --force --quiet --skip test script
# slither's exit code counts findings; what they are is judged below.
PATH="$PWD/bin:$PATH" "$venv/bin/slither" . --ignore-compile --foundry-out-directory "$out/out" \
    --filter-paths "node_modules|lib/|test/|script/" --exclude-informational --exclude-optimization \
    --json "$out/report.json" >"$out/log" 2>&1 || true
[ -f "$out/report.json" ] || { tail -20 "$out/log" >&2; exit 1; }
node gates/findings.mjs "$out/report.json"
