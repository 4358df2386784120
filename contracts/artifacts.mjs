// Called by artifacts.sh. The contracts are those that script/Plan.sol deploys, and the plan itself; their addresses
// in genesis follow from their order there.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';

const check = process.argv[2] === '--check';
const built = (name) => JSON.parse(readFileSync(`${process.env.FOUNDRY_OUT}/${name}.sol/${name}.json`, 'utf8'));

const plan = readFileSync('script/Plan.sol', 'utf8');
const put = [...plan.matchAll(/_put\(\s*list,\s*Id\.\w+,\s*"(\w+)"/g)];
const sources = [...put, ...plan.matchAll(/Step\(\s*"\w+",\s*"(\w+)"/g)].map(([, source]) => source);
const names = [...new Set([...sources, 'Plan'])].sort();

const paths = readdirSync('src', { recursive: true }).filter((path) => sources.includes(path.match(/(\w+)\.sol$/)?.[1]));
const build = ['build', '--quiet', 'script/Plan.sol', ...paths.sort().map((path) => `src/${path}`)];
execFileSync('./bin/forge', build, { stdio: 'inherit' });

const files = new Map();
const constant = (name) => `${name[0].toLowerCase()}${name.slice(1)}Abi`.replace(/^aUC/, 'auc');
for (const name of names) {
  const { abi, bytecode } = built(name);
  if (Object.keys(bytecode.linkReferences).length > 0) throw new Error(`${name} needs linking`);
  const artifact = JSON.stringify({ abi, bytecode: bytecode.object }, null, 1);
  // An enum outside of any contract is a number for Rust: its macro finds no place for such a name.
  files.set(`artifacts/${name}.json`, `${artifact.replace(/"internalType": "enum \w+"/g, '"internalType": "uint8"')}\n`);
  if (name !== 'Plan') {
    const text = `/** ABI of ${name}. */\nexport const ${constant(name)} = ${JSON.stringify(abi, null, 1)} as const;\n`;
    files.set(`typescript/src/${name}.ts`, text);
  }
}
const contracts = names.filter((name) => name !== 'Plan');
const modules = [...contracts, 'addresses'];
files.set('typescript/src/index.ts', modules.map((name) => `export * from './${name}.js';\n`).join(''));

const [, order] = plan.match(/enum Id \{([^}]*)\}/);
const placed = order.match(/\w+/g).map((name, index) => [name, `4155430000${(index + 1).toString(16).padStart(30, '0')}`]);
const snake = (name) => name.replace(/([a-z])([A-Z])/g, '$1_$2').replace(/^AUC(?=[A-Z])/, 'AUC_');

const entries = placed.map(([name, address]) => `  ${name}: '0x${address}',\n`).join('');
const table = Object.fromEntries(placed.map(([name, address]) => [name, `0x${address}`]));
files.set('artifacts/addresses.json', `${JSON.stringify(table, null, 1)}\n`);
files.set('typescript/src/addresses.ts', `/** Where the contracts stand in genesis. */\nexport const addresses = {\n${entries}} as const;\n`);

const rust = '../crates/contracts/src';
const constants = placed.map(([name, address]) =>
  `/// \`${name}\`.\npub const ${snake(name).toUpperCase()}: Address = address!("${address}");\n`);
const all = placed.map(([name]) => `    ("${name}", ${snake(name).toUpperCase()}),\n`).join('');
files.set(`${rust}/addresses.rs`, `//! Where the contracts stand in genesis. Written by contracts/artifacts.sh.

use autochain_primitives::{Address, address};

${constants.join('')}
/// All of them with their names, in the order of deployment.
pub const ALL: [(&str, Address); ${placed.length}] = [
${all}];
`);
const bindings = contracts.map((name) => `
pub mod ${snake(name).toLowerCase()} {
    alloy_sol_types::sol!(${name}, "../../contracts/artifacts/${name}.json");
}
`);
files.set(`${rust}/bindings.rs`, `//! Calls, events and errors of each contract. Written by contracts/artifacts.sh.\n${bindings.join('')}`);

for (const folder of ['artifacts', 'typescript/src']) {
  mkdirSync(folder, { recursive: true });
  for (const file of readdirSync(folder).map((entry) => `${folder}/${entry}`).filter((file) => !files.has(file))) {
    if (!check) rmSync(file);
    else report(file);
  }
}
for (const [file, text] of files) {
  if (!check) writeFileSync(file, text);
  else if (!existsSync(file) || readFileSync(file, 'utf8') !== text) report(file);
}

function report(file) {
  console.error(`contracts/${file} is not what the sources give; run contracts/artifacts.sh and commit it`);
  process.exitCode = 1;
}
