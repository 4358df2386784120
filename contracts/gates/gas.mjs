// The gas table: what each promised call costs against its target.
//
//   forge test --match-path 'test/gas/*' -vv --json | node gates/gas.mjs [--write]
//
// The tests run every call as a whole transaction (isolate = true) and log its cost under a label; targets and
// labels stand in gas-targets.json. Fails when a label was not measured, when a target is missed without a
// `missed` reason in that file, or when the table in docs/contracts/gas.md is not this one (--write writes it).
import { readFileSync, writeFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const PAGE = new URL("../../docs/contracts/gas.md", import.meta.url);
const BEGIN = "<!-- measured by contracts/gates/gas.mjs -->\n";
const END = "<!-- end -->";

/** Costs by label out of forge's JSON report; the highest where a label stands more than once. */
export function measured(report) {
  const costs = new Map();
  for (const suite of Object.values(report)) {
    for (const result of Object.values(suite.test_results)) {
      for (const log of result.decoded_logs) {
        const match = /^(.+): (\d+)$/.exec(log);
        if (match) costs.set(match[1], Math.max(Number(match[2]), costs.get(match[1]) ?? 0));
      }
    }
  }
  return costs;
}

/** The table's lines and what is wrong, from targets and costs. */
export function table(targets, costs) {
  const faults = [];
  const cost = (label) => {
    if (!costs.has(label)) faults.push(`"${label}" was not measured`);
    return costs.get(label) ?? NaN;
  };
  const show = (gas) => Math.round(gas).toLocaleString("en-US");
  const lines = ["| call | target | measured | first time | |", "|---|--:|--:|--:|---|"];
  for (const t of targets) {
    const gas = cost(t.label) / (t.per ?? 1);
    const first = t.first ? show(cost(t.first)) : "";
    let note = t.missed ?? "";
    if (gas > t.target && !t.missed) faults.push(`${t.what}: ${show(gas)} > ${show(t.target)}`);
    if (gas <= t.target && t.missed) faults.push(`${t.what}: listed as missed, but ${show(gas)} meets it`);
    if (t.equals && gas !== cost(t.equals)) faults.push(`${t.what}: not equal to "${t.equals}"`);
    lines.push(`| ${t.what} | ${show(t.target)} | ${show(gas)} | ${first} | ${note} |`);
  }
  return { text: lines.join("\n") + "\n", faults };
}

function main(write) {
  const json = readFileSync(0, "utf8").split("\n").findLast((line) => line.startsWith("{"));
  if (!json) throw new Error("gas.mjs: no report on stdin; pipe `forge test --json` in");
  const report = JSON.parse(json);
  const targets = JSON.parse(readFileSync(new URL("gas-targets.json", import.meta.url), "utf8"));
  const { text, faults } = table(targets, measured(report));
  for (const [suite, { test_results }] of Object.entries(report)) {
    for (const [test, { status, reason }] of Object.entries(test_results)) {
      if (status !== "Success") faults.push(`${suite} ${test}: ${status} ${reason ?? ""}`);
    }
  }
  process.stdout.write(text);

  const page = readFileSync(PAGE, "utf8");
  const [from, to] = [page.indexOf(BEGIN) + BEGIN.length, page.indexOf(END)];
  if (page.slice(from, to) !== text) {
    if (write) writeFileSync(PAGE, page.slice(0, from) + text + page.slice(to));
    else faults.push("docs/contracts/gas.md shows other figures; run contracts/gas.sh --write and commit it");
  }
  for (const fault of faults) console.error(`gas.mjs: ${fault}`);
  if (faults.length) process.exitCode = 1;
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) main(process.argv.includes("--write"));
