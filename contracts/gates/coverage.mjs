// The coverage gate: at least 95 % of the lines and 90 % of the branches of src/ are run by the tests.
//
//   node gates/coverage.mjs lcov.info
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

/** The least share of lines and branches, per cent. */
export const LEAST = { lines: 95, branches: 90 };

/** Counts per file of src/ from an LCOV trace: {file, lines: [hit, all], branches: [hit, all], missed}. */
export function coverage(lcov) {
  const files = new Map();
  let current;
  for (const line of lcov.split("\n")) {
    const [tag, rest] = [line.slice(0, line.indexOf(":")), line.slice(line.indexOf(":") + 1)];
    if (tag === "SF") {
      current = rest.startsWith("src/") ? { file: rest, lines: new Map(), branches: new Map() } : undefined;
      if (current) files.set(rest, files.get(rest) ?? current);
      if (current) current = files.get(rest);
    } else if (current && tag === "DA") {
      const [number, hits] = rest.split(",").map(Number);
      current.lines.set(number, (current.lines.get(number) ?? 0) + hits);
    } else if (current && tag === "BRDA") {
      const [number, block, branch, hits] = rest.split(",");
      const key = [number, block, branch].join();
      current.branches.set(key, (current.branches.get(key) ?? 0) + (Number(hits) || 0));
    }
  }
  const count = (hits) => [[...hits.values()].filter((n) => n > 0).length, hits.size];
  const unhit = (hits) => [...hits].filter(([, n]) => n === 0).map(([key]) => String(key).split(",")[0]);
  return [...files.values()].map(({ file, lines, branches }) => ({
    file,
    lines: count(lines),
    branches: count(branches),
    missed: [...new Set([...unhit(lines), ...unhit(branches)])].map(Number).sort((a, b) => a - b),
  }));
}

/** Sum of [hit, all] over files, and the share in per cent (100 where there is nothing to hit). */
export function total(files, kind) {
  const hit = files.reduce((sum, f) => sum + f[kind][0], 0);
  const all = files.reduce((sum, f) => sum + f[kind][1], 0);
  return { hit, all, share: all === 0 ? 100 : (100 * hit) / all };
}

function main(path) {
  const files = coverage(readFileSync(path, "utf8"));
  if (files.length === 0) throw new Error(`coverage.mjs: ${path} covers no file of src/`);
  for (const f of files.filter((f) => f.missed.length)) console.log(`${f.file}: not reached: ${f.missed.join(" ")}`);
  for (const kind of ["lines", "branches"]) {
    const { hit, all, share } = total(files, kind);
    console.log(`${kind} of src/: ${hit} of ${all}, ${share.toFixed(2)} % (at least ${LEAST[kind]} %)`);
    if (share < LEAST[kind]) {
      console.error(`coverage.mjs: ${kind} of src/ are below ${LEAST[kind]} %`);
      process.exitCode = 1;
    }
  }
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) main(process.argv[2]);
