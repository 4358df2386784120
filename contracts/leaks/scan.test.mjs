// node --test leaks/ — a leak of each kind is planted and must be found, on a chain that is clean otherwise.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "node:test";

import { blob } from "./chain.mjs";
import { Haystack, scan } from "./scan.mjs";
import { keccak256, sha256 } from "./secrets.mjs";

const VIN = "WVWZZZ1JZXW000001";
const PLATE = "B-AC 1234";
const SALT = keccak256(Buffer.from("a salt that stands on chain"));
const OTHER = keccak256(Buffer.from("something else"));

const utf8 = (text) => Buffer.from(text, "utf8");
const found = (...contents) => {
  const haystack = new Haystack();
  for (const content of [OTHER, ...contents]) haystack.add(blob("planted", content, 0));
  return scan(haystack, [VIN, PLATE]);
};
const within = (content) => Buffer.concat([OTHER.subarray(0, 7), content, OTHER.subarray(0, 9)]);

test("a clean chain has no leak", () => {
  assert.deepEqual(found(keccak256(utf8("1HGCM82633A004352")), within(utf8("WVWZZZ1JZXW00000"))), []);
  // A commitment whose salt is not on chain, as the register of vehicles keeps it.
  assert.deepEqual(found(keccak256(Buffer.concat([utf8(VIN), SALT]))), []);
});

const base = (text, alphabet) => {
  const n = [...text].reduce((sum, c) => sum * BigInt(alphabet.length) + BigInt(alphabet.indexOf(c)), 0n);
  return Buffer.from(n.toString(16).padStart(64, "0"), "hex");
};
const bits = (text, width, minus, lead) => {
  const all = "0".repeat(lead) + [...text].map((c) => (c.charCodeAt(0) - minus).toString(2).padStart(width, "0")).join("");
  return Buffer.from(all.padEnd(Math.ceil(all.length / 8) * 8, "0").match(/.{8}/g).map((byte) => parseInt(byte, 2)));
};

const plain = {
  ascii: utf8(VIN),
  "ascii, lower case": utf8(VIN.toLowerCase()),
  "ascii of a plate": utf8(PLATE),
  "utf-16 little-endian": Buffer.from(VIN, "utf16le"),
  "utf-16 big-endian": Buffer.from(VIN, "utf16le").swap16(),
  "bytes reversed": utf8(VIN).reverse(),
  hexadecimal: utf8(utf8(VIN).toString("hex")),
  "packed, base 36": base(VIN, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"),
  "packed, base 33": base(VIN, "0123456789ABCDEFGHJKLMNPRSTUVWXYZ"),
  "packed, six bits": bits(VIN, 6, 0x20, 0),
  "packed, six bits, off the byte": bits(VIN, 6, 0x20, 3),
  "packed, seven bits": bits(VIN, 7, 0, 0),
  "packed, seven bits, off the byte": bits(VIN, 7, 0, 5),
  keccak256: keccak256(utf8(VIN)),
  sha256: sha256(utf8(VIN)),
  "keccak256 of UTF-16": keccak256(Buffer.from(PLATE, "utf16le")),
  "a digest cut to 20 bytes": sha256(utf8(PLATE)).subarray(0, 20),
};
for (const [kind, content] of Object.entries(plain)) {
  test(`planted: ${kind}`, () => {
    assert.notDeepEqual(found(content), []);
    assert.notDeepEqual(found(within(content)), []);
  });
}

for (const [name, hash] of Object.entries({ keccak256, sha256 })) {
  for (const side of ["before", "behind"]) {
    test(`planted: ${name} with a word of the chain ${side}`, () => {
      const parts = side === "before" ? [SALT, utf8(VIN)] : [utf8(VIN), SALT];
      const digest = hash(Buffer.concat(parts));
      assert.deepEqual(found(digest), []);
      assert.equal(found(digest, SALT).length, 1);
      assert.equal(found(within(digest), Buffer.concat([OTHER, SALT])).length, 1);
    });
  }
}

/** A node that answers with one block of one transaction, with a leak in one place. */
function node(leaks) {
  const hex = (content) => `0x${(content ?? OTHER).toString("hex")}`;
  const answers = {
    eth_blockNumber: () => "0x1",
    eth_getBlockByNumber: ([number]) => ({
      extraData: number === "0x1" ? hex(leaks.extra) : "0x",
      transactions: number === "0x1" ? [{ hash: "0x01", to: "0x02", input: `0x12345678${hex(leaks.input).slice(2)}` }] : [],
    }),
    eth_getBlockReceipts: () => [
      { transactionHash: "0x01", logs: [{ logIndex: "0x0", topics: [hex(leaks.topic)], data: hex(leaks.data) }] },
    ],
    debug_traceBlockByNumber: () => [
      {
        txHash: "0x01",
        result: {
          post: { "0x02": { storage: { [hex(leaks.slot)]: hex(leaks.value) } }, "0x03": { code: hex(leaks.code) } },
        },
      },
    ],
  };
  const server = createServer(async (request, response) => {
    let body = "";
    for await (const part of request) body += part;
    const { id, method, params } = JSON.parse(body);
    const answer = answers[method];
    const error = { code: -32601, message: `the method ${method} does not exist` };
    response.end(JSON.stringify({ jsonrpc: "2.0", id, ...(answer ? { result: answer(params) } : { error }) }));
  });
  return new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(server)));
}

async function run(leaks, { document, genesis, secrets = `${VIN}\n${PLATE}\n` } = {}) {
  const server = await node(leaks);
  const folder = mkdtempSync(join(tmpdir(), "leaks-"));
  try {
    const args = [new URL("scan.mjs", import.meta.url).pathname, "--rpc", `http://127.0.0.1:${server.address().port}`];
    writeFileSync(join(folder, "secrets"), secrets);
    args.push("--secrets", join(folder, "secrets"));
    if (genesis) {
      writeFileSync(join(folder, "genesis.json"), JSON.stringify(genesis));
      args.push("--genesis", join(folder, "genesis.json"));
    }
    if (document) {
      writeFileSync(join(folder, "document"), document);
      args.push(join(folder, "document"));
    }
    return await new Promise((resolve) => spawn(process.execPath, args, { stdio: "ignore" }).on("exit", resolve));
  } finally {
    server.close();
    rmSync(folder, { recursive: true });
  }
}

test("over JSON-RPC: clean, and a leak in each place", async () => {
  assert.equal(await run({}), 0);
  const leak = keccak256(utf8(VIN));
  for (const place of ["extra", "input", "topic", "data", "slot", "value", "code"]) {
    assert.equal(await run({ [place]: leak }), 1, place);
  }
  assert.equal(await run({}, { document: within(utf8(PLATE)) }), 1);
  const storage = { "0x0": `0x${leak.toString("hex")}` };
  assert.equal(await run({}, { genesis: { alloc: { "0x04": { storage } } } }), 1);
});

test("over JSON-RPC: a salt in one place opens a digest in another", async () => {
  const digest = keccak256(Buffer.concat([utf8(VIN), SALT]));
  assert.equal(await run({ value: digest }), 0);
  assert.equal(await run({ value: digest, input: SALT }), 1);
});

test("what cannot be looked at is not called clean", async () => {
  assert.equal(await run({}, { secrets: "\n" }), 2);
});
