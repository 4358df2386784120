// Looks for VINs and plates on a running chain: in calldata, events, storage, code and document files.
//
//   node leaks/scan.mjs --rpc URL --secrets FILE [--from BLOCK] [--genesis FILE] [DOCUMENT…]
//
//   FILE      one VIN or plate a line
//   DOCUMENT  more bytes to search, such as blocks of encrypted documents
//
// Every secret is looked for as text (UTF-8, UTF-16), packed, and by keccak256 and SHA-256 of it, alone and with
// each 32-byte word of the chain before or behind it, so that an unsalted hash, or one whose salt is public too,
// is found. A digest counts from its first 16 bytes on. Exit code: 0 nothing found, 1 found, 2 could not look.
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { parseArgs } from "node:util";

import { blob, contents, rpc } from "./chain.mjs";
import { hashes, hashesBeside, needles } from "./secrets.mjs";

/** The first bytes of a digest that must match. */
const DIGEST_BYTES = 16;

/** The bytes of a chain, prepared for searching. Equal byte strings are kept once. */
export class Haystack {
  #places = new Map(); // content → where it stands first
  #words = new Map(); // hex → word
  #prefixes = new Set(); // the first six bytes of every position

  /** Adds a byte string (see `blob`). */
  add({ where, bytes, words }) {
    for (const word of words) this.#words.set(word.toString("hex"), word);
    const content = bytes.toString("latin1");
    if (bytes.length === 0 || this.#places.has(content)) return;
    this.#places.set(content, where);
    for (let at = 0; at + 6 <= bytes.length; ++at) this.#prefixes.add(bytes.readUIntBE(at, 6));
  }

  /** How much there is to search. */
  get size() {
    return { strings: this.#places.size, words: this.#words.size };
  }

  /** The different 32-byte words. */
  words() {
    return this.#words.values();
  }

  /** Where `needle` stands: every byte string that holds it. */
  find(needle) {
    if (needle.length >= 6 && !this.#prefixes.has(needle.readUIntBE(0, 6))) return [];
    const text = needle.toString("latin1");
    return [...this.#places].filter(([content]) => content.includes(text)).map(([, where]) => where);
  }
}

/** All places where one of the secrets shows: {secret, form, where}. */
export function scan(haystack, secrets) {
  const found = [];
  const look = (secret, form, needle) => {
    for (const where of haystack.find(needle)) found.push({ secret, form, where });
  };
  for (const secret of secrets) {
    for (const [form, bytes] of needles(secret)) look(secret, form, bytes);
    for (const [form, digest] of hashes(secret)) look(secret, form, digest.subarray(0, DIGEST_BYTES));
    for (const word of haystack.words()) {
      for (const [form, digest] of hashesBeside(secret, word)) {
        look(secret, `${form}, word ${word.toString("hex")}`, digest.subarray(0, DIGEST_BYTES));
      }
    }
  }
  return found;
}

async function main() {
  const { values, positionals } = parseArgs({
    options: {
      rpc: { type: "string" },
      secrets: { type: "string" },
      from: { type: "string", default: "0" },
      genesis: { type: "string" },
    },
    allowPositionals: true,
  });
  if (!values.rpc || !values.secrets) throw new Error("--rpc URL and --secrets FILE are needed");
  const secrets = readFileSync(values.secrets, "utf8").split("\n").map((line) => line.trim()).filter(Boolean);
  if (secrets.length === 0) throw new Error(`${values.secrets} names no VIN or plate`);

  const genesis = values.genesis ? JSON.parse(readFileSync(values.genesis, "utf8")) : undefined;
  const haystack = new Haystack();
  for await (const content of contents(rpc(values.rpc), Number(values.from), genesis)) haystack.add(content);
  for (const path of positionals) haystack.add(blob(`file ${path}`, readFileSync(path), 0));

  const found = scan(haystack, secrets);
  for (const { secret, form, where } of found) console.error(`LEAK: ${secret} as ${form} in ${where}`);
  const { strings, words } = haystack.size;
  console.log(`${secrets.length} secrets, ${strings} byte strings, ${words} words: ${found.length} leaks`);
  process.exitCode = found.length ? 1 : 0;
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  main().catch((error) => {
    console.error(`scan.mjs: ${error.message}`);
    process.exitCode = 2;
  });
}
