// Called by artifacts.sh. The contracts are those that script/Plan.sol deploys, and the plan itself.
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
  files.set(`artifacts/${name}.json`, `${JSON.stringify({ abi, bytecode: bytecode.object }, null, 1)}\n`);
  if (name !== 'Plan') {
    const text = `/** ABI of ${name}. */\nexport const ${constant(name)} = ${JSON.stringify(abi, null, 1)} as const;\n`;
    files.set(`typescript/src/${name}.ts`, text);
  }
}
const contracts = names.filter((name) => name !== 'Plan');
files.set('typescript/src/index.ts', contracts.map((name) => `export * from './${name}.js';\n`).join(''));

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
