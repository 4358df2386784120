// Called by docs.sh: runs the sh blocks of each page of docs/contracts as one script, `cast` on the PATH, in this
// folder, with these variables:
//
//   ETH_RPC_URL     the node
//   KEY, ME         the private key and the address of the development chain's first account
//   AUC, FEE_ROUTER …   where each contract stands in genesis
import { spawnSync } from "node:child_process";
import { readFileSync, readdirSync } from "node:fs";

const PAGES = new URL("../docs/contracts/", import.meta.url);

// The first account of the well-known development mnemonic; it has coins on development chains only.
const KEY = "0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80";
const ME = "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266";

const snake = (name) => name.replace(/([a-z])([A-Z])/g, "$1_$2").replace(/^AUC(?=[A-Z])/, "AUC_").toUpperCase();

function addresses() {
  const text = readFileSync(new URL("typescript/src/addresses.ts", import.meta.url), "utf8");
  const found = [...text.matchAll(/^ {2}(\w+): '(0x[0-9a-f]{40})',$/gm)];
  if (found.length === 0) throw new Error("docs.mjs: typescript/src/addresses.ts lists no address");
  return Object.fromEntries(found.map(([, name, address]) => [snake(name), address]));
}

const [url, ...wanted] = process.argv.slice(2);
const pages = wanted.length ? wanted.map((name) => `${name}.md`) : readdirSync(PAGES).filter((name) => name.endsWith(".md")).sort();
const env = { ...process.env, ...addresses(), ETH_RPC_URL: url, KEY, ME, PATH: `${process.cwd()}/bin:${process.env.PATH}` };
// The chain's clock stands at its genesis until there is a block; pages sign deadlines by it.
await fetch(url, {
  method: "POST",
  headers: { "content-type": "application/json" },
  body: JSON.stringify({ jsonrpc: "2.0", id: 1, method: "evm_mine", params: [] }),
});
let ran = 0;
for (const page of pages) {
  const blocks = [...readFileSync(new URL(page, PAGES), "utf8").matchAll(/^```sh\n(.*?)^```$/gms)];
  if (blocks.length === 0) continue;
  const script = blocks.map(([, block]) => block).join("");
  const { status, stdout, stderr } = spawnSync("bash", ["-euxo", "pipefail", "-c", script], { env, encoding: "utf8" });
  if (status === 0) {
    ran += 1;
    console.log(`${page}: ran`);
  } else {
    console.error(`${page}: failed\n${stdout}${stderr}`);
    process.exitCode = 1;
  }
}
if (ran === 0) {
  console.error("docs.mjs: no page ran");
  process.exitCode = 1;
}
