// Which tests prove which row of PRODUCT.md; fails if a row of the economy has none.
//
//   forge test --list --json | node gates/rows.mjs
//
// A test proves row 26 by its name: test_row26_…, testFuzz_row26_… or invariant_row26_…. That it passes is
// the business of `forge test`.
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

/** The rows of the economy: 12 and 18 to 33. */
export const ROWS = [12, ...Array.from({ length: 16 }, (_, i) => 18 + i)];

/** Map of each row to its tests, "Contract.test", from forge's list {file: {contract: [test]}}. */
export function testsByRow(list) {
  const rows = new Map(ROWS.map((row) => [row, []]));
  for (const contracts of Object.values(list)) {
    for (const [contract, tests] of Object.entries(contracts)) {
      for (const test of tests) {
        const row = Number(/^(?:test|testFuzz|invariant)_row(\d\d)_/.exec(test)?.[1]);
        rows.get(row)?.push(`${contract}.${test}`);
      }
    }
  }
  return rows;
}

function main() {
  // Warnings of the compiler may stand before the JSON.
  const output = readFileSync(0, "utf8");
  const json = output.split("\n").findLast((line) => line.startsWith("{"));
  if (!json) throw new Error("rows.mjs: no list of tests on stdin; pipe `forge test --list --json` in");
  const rows = testsByRow(JSON.parse(json));
  for (const [row, tests] of rows) {
    console.log(`row ${row}: ${tests.length ? tests.join(", ") : "NO TEST"}`);
  }
  const missing = [...rows].filter(([, tests]) => tests.length === 0).map(([row]) => row);
  if (missing.length) {
    console.error(`rows.mjs: no test named test_row${missing[0]}_… proves row ${missing.join(", ")}`);
    process.exitCode = 1;
  } else {
    console.log(`all ${rows.size} rows of the economy have a test`);
  }
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) main();
