// Static analysis: every finding of slither has an answer in findings.json, and every answer a finding.
//
//   node gates/findings.mjs report.json
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

/** The "Contract.function" that a finding of slither is about, or the contract alone. */
export function placeOf(description) {
  const contract = /^Contract .*\n\tContract (\w+)/.exec(description)?.[1];
  return contract ?? /\b[A-Z]\w*\.\w+/.exec(description)?.[0];
}

/** Findings without an answer, and answers (check and place) without a finding. */
export function compare(findings, answers) {
  const used = new Set();
  const open = findings.filter(({ check, description }) => {
    const place = placeOf(description);
    const answer = answers.find((a) => a.check === check && (a.where === "*" || a.where.includes(place)));
    if (answer) used.add(`${check} ${answer.where === "*" ? "*" : place}`);
    return !answer;
  });
  const all = answers.flatMap((a) => (a.where === "*" ? ["*"] : a.where).map((place) => `${a.check} ${place}`));
  return { open, stale: all.filter((answer) => !used.has(answer)) };
}

function main(path) {
  const report = JSON.parse(readFileSync(path, "utf8"));
  if (!report.success) throw new Error(`findings.mjs: slither failed: ${report.error}`);
  const findings = report.results.detectors ?? [];
  const answers = JSON.parse(readFileSync(new URL("findings.json", import.meta.url), "utf8"));
  const { open, stale } = compare(findings, answers);
  for (const { impact, check, description } of open) {
    console.error(`findings.mjs: ${impact} ${check} in ${placeOf(description)}: ${description.split("\n")[0]}`);
  }
  for (const answer of stale) console.error(`findings.mjs: nothing is found for the answer ${answer}; remove it`);
  console.log(`slither: ${findings.length} findings, ${findings.length - open.length} of them answered`);
  if (open.length || stale.length) process.exitCode = 1;
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) main(process.argv[2]);
