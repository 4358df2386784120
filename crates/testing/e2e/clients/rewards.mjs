// Recomputes the rewards of an epoch from chain data, by the rule in RewardPool: anyone can check a posted root, or
// post one. usage: node rewards.mjs URL EPOCH
// The last line is a JSON object: { epoch, root, total, leaves: [{ account, amount, proof }] }.
import { pathToFileURL } from 'node:url';
import { concat, encodeAbiParameters, keccak256 } from 'viem';
import { deadline } from './common.mjs';
import { addresses, economy } from './economy.mjs';

/** The items of a list by a key of theirs. */
function groupBy(list, key) {
  const groups = new Map();
  for (const item of list) groups.set(key(item), [...(groups.get(key(item)) ?? []), item]);
  return groups;
}

const MAKER = 1;
const DEALER = 2;

/** The lists of the rule for each vehicle with a record in [from, to) seconds. */
async function vehiclesOf({ reader, contract }, from, to) {
  const range = await blocksOf(reader, from, to);
  if (range === undefined) return [];
  const { first, last } = range;
  const logs = async (name, eventName, fromBlock = first) =>
    await reader.getContractEvents({ address: addresses[name], abi: contract(name).abi, eventName, fromBlock, toBlock: last });
  const at = { blockNumber: last };
  const licensed = (account, kind) => contract('Licences').read.isLicensed([account, kind], at);

  const [readings, batches, services] = await Promise.all([
    logs('Readings', 'ReadingRecorded'), logs('Readings', 'BatchRecorded'), logs('ServiceRecords', 'ServiceRecorded'),
  ]);
  // Every transfer there ever was: who owned a vehicle at a place in the chain, and who had it first.
  const transfers = groupBy(await logs('VehicleRegistry', 'Transfer', 0n), ({ args }) => args.tokenId);
  const before = (a, b) => a.blockNumber < b.blockNumber || (a.blockNumber === b.blockNumber && a.logIndex < b.logIndex);

  const vehicles = [];
  for (const [id, records] of groupBy([...readings, ...batches], ({ args }) => args.vehicle)) {
    const history = transfers.get(id) ?? [];
    const maker = history[0]?.args.to;
    const sales = history.filter(({ args, blockNumber }) => blockNumber >= first && !/^0x0+$/.test(args.from));
    const dealers = [];
    for (const { args } of sales) if (await licensed(args.from, DEALER)) dealers.push(args.from);
    vehicles.push({
      id,
      maker: maker !== undefined && (await licensed(maker, MAKER)) ? [maker] : [],
      owners: records.map((record) => history.findLast((transfer) => before(transfer, record)).args.to),
      workshops: services.filter(({ args }) => args.vehicle === id).map(({ args }) => args.author),
      dealers,
    });
  }
  return vehicles;
}

/** The first and the last block with from ≤ time < to. */
async function blocksOf(reader, from, to) {
  const head = await reader.getBlock();
  if (head.timestamp < to) throw new Error('the epoch is not over');
  // The first block whose time is not below the limit.
  const firstAt = async (limit) => {
    let [low, high] = [0n, head.number];
    while (low < high) {
      const middle = (low + high) / 2n;
      const { timestamp } = await reader.getBlock({ blockNumber: middle });
      if (timestamp < limit) low = middle + 1n;
      else high = middle;
    }
    return low;
  };
  const [first, end] = [await firstAt(from), await firstAt(to)];
  return first < end ? { first, last: end - 1n } : undefined;
}

/** The amounts of each account: S for each vehicle, split 70 : 10 : 10 : 10. */
export function split(vehicles, cap, limit) {
  const amounts = new Map();
  if (vehicles.length === 0) return amounts;
  const whole = cap / BigInt(vehicles.length);
  const share = whole < limit ? whole : limit;
  const pay = (part, list) => {
    for (const [account, own] of groupBy(list, (account) => account)) {
      const amount = (part * BigInt(own.length)) / BigInt(list.length);
      if (amount > 0n) amounts.set(account, (amounts.get(account) ?? 0n) + amount);
    }
  };
  for (const { owners, maker, workshops, dealers } of vehicles) {
    pay((share * 70n) / 100n, owners);
    for (const list of [maker, workshops, dealers]) pay((share * 10n) / 100n, list);
  }
  return amounts;
}

/** A Merkle tree over leaves in ascending order: nodes hash their children in ascending order, an odd one climbs. */
export function tree(leaves) {
  const levels = [leaves];
  while (levels.at(-1).length > 1) {
    const below = levels.at(-1);
    const above = [];
    for (let i = 0; i < below.length; i += 2) {
      above.push(i + 1 < below.length ? keccak256(concat(below.slice(i, i + 2).sort())) : below[i]);
    }
    levels.push(above);
  }
  const proof = (index) => {
    const siblings = levels.slice(0, -1).map((level, height) => level[(index >> height) ^ 1]);
    return siblings.filter((sibling) => sibling !== undefined);
  };
  return { root: levels.at(-1)[0], proof };
}

/** The rewards of an epoch on the chain at a URL. */
export async function rewards(url, epoch) {
  const chain = await economy(url);
  const pool = chain.contract('RewardPool');
  const [start, length, cap, limit] = await Promise.all([
    pool.read.start(), pool.read.EPOCH(), pool.read.capOf([epoch]), pool.read.SHARE_LIMIT(),
  ]);
  const from = start + epoch * length;
  const amounts = split(await vehiclesOf(chain, from, from + length), cap, limit);
  const types = ['uint256', 'address', 'uint256', 'address', 'uint256'].map((type) => ({ type }));
  const leaf = (account, amount) =>
    keccak256(keccak256(encodeAbiParameters(types, [BigInt(chain.chain.id), pool.address, epoch, account, amount])));
  const entries = [...amounts].map(([account, amount]) => ({ account, amount, leaf: leaf(account, amount) }));
  entries.sort((a, b) => (a.leaf < b.leaf ? -1 : 1));
  const { root, proof } = tree(entries.map(({ leaf }) => leaf));
  const total = entries.reduce((sum, { amount }) => sum + amount, 0n);
  const leaves = entries.map(({ account, amount }, index) => ({ account, amount, proof: proof(index) }));
  return { epoch, root: root ?? null, total, leaves };
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  deadline(120);
  const [, , url, epoch] = process.argv;
  const plain = (_, value) => (typeof value === 'bigint' ? value.toString() : value);
  console.log(JSON.stringify(await rewards(url, BigInt(epoch)), plain));
  process.exit(0);
}
