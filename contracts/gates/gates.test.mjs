// node --test gates/
import assert from "node:assert/strict";
import test from "node:test";

import { coverage, total } from "./coverage.mjs";
import { compare, placeOf } from "./findings.mjs";
import { measured, table } from "./gas.mjs";
import { ROWS, testsByRow } from "./rows.mjs";

test("rows are found by the names of tests, and a row without one shows", () => {
  assert.equal(ROWS.length, 17);
  const rows = testsByRow({
    "a.sol": { A: ["test_row26_x", "testFuzz_row26_y", "test_other", "test_row99_z"] },
    "b.sol": { B: ["invariant_row18_supply"] },
  });
  assert.deepEqual(rows.get(26), ["A.test_row26_x", "A.testFuzz_row26_y"]);
  assert.deepEqual(rows.get(18), ["B.invariant_row18_supply"]);
  assert.deepEqual(rows.get(12), []);
  assert.equal(rows.has(99), false);
});

test("costs come from logs, the highest of each label", () => {
  const report = { s: { test_results: { t: { decoded_logs: ["wrap: 5", "wrap: 7", "wrap, first: 9", "no"] } } } };
  assert.deepEqual([...measured(report)], [["wrap", 7], ["wrap, first", 9]]);
});

test("a missed target, a stale excuse, a missing measurement and an inequality are faults", () => {
  const costs = new Map([["a", 10], ["b", 11]]);
  const faults = (t) => table([{ what: "w", target: 10, label: "a", ...t }], costs).faults.length;
  assert.equal(faults({}), 0);
  assert.equal(faults({ label: "b" }), 1);
  assert.equal(faults({ label: "b", missed: "because" }), 0);
  assert.equal(faults({ missed: "because" }), 1);
  assert.equal(faults({ label: "c" }), 1);
  assert.equal(faults({ first: "c" }), 1);
  assert.equal(faults({ equals: "b" }), 1);
  assert.equal(faults({ label: "b", per: 2 }), 0);
});

test("coverage counts src/ alone, a line once", () => {
  const lcov = [
    "SF:src/A.sol", "DA:1,1", "DA:2,0", "BRDA:3,0,0,1", "BRDA:3,0,1,-", "end_of_record",
    "SF:test/A.t.sol", "DA:1,0", "end_of_record",
    "SF:src/A.sol", "DA:2,4", "end_of_record",
  ].join("\n");
  const files = coverage(lcov);
  assert.equal(files.length, 1);
  assert.deepEqual(total(files, "lines"), { hit: 2, all: 2, share: 100 });
  assert.deepEqual(total(files, "branches"), { hit: 1, all: 2, share: 50 });
  assert.deepEqual(files[0].missed, [3]);
});

test("a finding without an answer and an answer without a finding show", () => {
  assert.equal(placeOf("Reentrancy in FeeRouter.settle() (src/foundation/FeeRouter.sol#1-2):\n"), "FeeRouter.settle");
  assert.equal(placeOf("Contract locking ether found:\n\tContract BurnSink (src/auc/BurnSink.sol#1-2)"), "BurnSink");
  const finding = { check: "c", description: "A.f() (src/A.sol#1) does it" };
  assert.deepEqual(compare([finding], [{ check: "c", where: ["A.f"] }]), { open: [], stale: [] });
  assert.deepEqual(compare([finding], [{ check: "c", where: "*" }]), { open: [], stale: [] });
  assert.deepEqual(compare([finding], [{ check: "c", where: ["A.g"] }]), { open: [finding], stale: ["c A.g"] });
  assert.deepEqual(compare([finding], [{ check: "d", where: "*" }]), { open: [finding], stale: ["d *"] });
});
