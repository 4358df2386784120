// Everything that stands on a chain for ever, read over JSON-RPC.

/** A client of one node: call(method, params). */
export function rpc(url) {
  let id = 0;
  return async (method, params = []) => {
    const answer = await fetch(url, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ jsonrpc: "2.0", id: ++id, method, params }),
    });
    if (!answer.ok) throw new Error(`${url}: HTTP ${answer.status} for ${method}`);
    const { result, error } = await answer.json();
    if (error) throw new Error(`${method}: ${error.message}`);
    return result;
  };
}

const bytes = (hex) => Buffer.from(hex.replace(/^0x/, "").replace(/^(?=(..)*.$)/, "0"), "hex");
const quantity = (number) => `0x${number.toString(16)}`;

/**
 * The byte strings of blocks `from` to the head, one by one: {where, bytes, words}. `words` are those that a
 * contract reads as 32-byte words. Storage is what the state tracer says that each transaction left behind; the
 * storage that a genesis starts with comes from `genesis`, its JSON.
 */
export async function* contents(call, from = 0, genesis = undefined) {
  for (const [address, account] of Object.entries(genesis?.alloc ?? {})) {
    yield* account_(`genesis, ${address}`, account);
  }
  const head = Number(await call("eth_blockNumber"));
  for (let number = from; number <= head; ++number) {
    const block = await call("eth_getBlockByNumber", [quantity(number), true]);
    yield blob(`block ${number}, extra data`, bytes(block.extraData), 0);
    if (block.transactions.length === 0) continue;
    for (const transaction of block.transactions) {
      yield blob(`transaction ${transaction.hash}, input`, bytes(transaction.input), transaction.to ? 4 : 0);
    }
    for (const receipt of await call("eth_getBlockReceipts", [quantity(number)])) {
      for (const log of receipt.logs) {
        const where = `transaction ${receipt.transactionHash}, event ${Number(log.logIndex)}`;
        yield blob(where, Buffer.concat(log.topics.map(bytes)), 0);
        yield blob(where, bytes(log.data), 0);
      }
    }
    const options = { tracer: "prestateTracer", tracerConfig: { diffMode: true } };
    for (const { txHash, result } of await call("debug_traceBlockByNumber", [quantity(number), options])) {
      for (const [address, account] of Object.entries(result.post)) {
        yield* account_(`transaction ${txHash}, storage of ${address}`, account);
      }
    }
  }
}

function* account_(where, { storage, code }) {
  for (const [slot, value] of Object.entries(storage ?? {})) {
    yield blob(`${where}, slot ${slot}`, Buffer.concat([word(slot), word(value)]), 0);
  }
  if (code) yield blob(`${where}, code`, bytes(code), 0);
}

function word(hex) {
  return Buffer.from(hex.replace(/^0x/, "").padStart(64, "0"), "hex");
}

/** A byte string with its 32-byte words from `offset` on; what is left at the end is filled with zeros. */
export function blob(where, content, offset) {
  const words = [];
  for (let at = offset; at < content.length; at += 32) {
    const part = content.subarray(at, at + 32);
    words.push(part.length === 32 ? part : Buffer.concat([part, Buffer.alloc(32 - part.length)]));
  }
  return { where, bytes: content, words };
}
