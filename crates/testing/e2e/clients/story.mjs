// The life of one car, with a key for each part; a step says what must happen, or the script fails.
// usage: node story.mjs PHASE URL STATE
// PHASE: found, drive, trade, close: one after the other, each on a later day; STATE: a JSON file that they share.
// Between found and drive the registrars' client mints the car for the maker. The last line is a JSON object.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import {
  concat, createWalletClient, encodeAbiParameters, encodeFunctionData, getContractAddress, http, keccak256, numberToHex, parseAbi, parseEther,
  parseEventLogs, stringToHex, zeroAddress,
} from 'viem';
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts';
import { deadline } from './common.mjs';
import { abiOf, addresses, economy } from './economy.mjs';
import { rewards } from './rewards.mjs';
import { batch, oneTimeKey, open, seal, unwrap, wrap } from './sealed.mjs';

const [, , phase, url, file] = process.argv;
deadline(600);
const state = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {};
const keys = JSON.parse(process.env.STORY_KEYS); // name → private key
const who = Object.fromEntries(Object.entries(keys).map(([name, key]) => [name, privateKeyToAccount(key)]));
const chain = await economy(url);
const { contract, refusal, reader, send } = chain;

const DAY = 86400n;
const SCOPE = 0;
const MAINTENANCE = 0;
const DATA = keccak256(stringToHex('autochain.data'));
const cid = (text) => concat(['0x01551b20', keccak256(stringToHex(text))]);
const hash = (text) => keccak256(stringToHex(text));
const domain = (name, verifyingContract) => ({ name, version: '1', chainId: chain.chain.id, verifyingContract });
const vehicles = domain('Autochain Vehicle', addresses.VehicleRegistry);
const expect = (holds, what) => {
  if (!holds) throw new Error(what);
  console.log(`ok: ${what}`);
};
const refused = async (error, what, ...call) => {
  const got = await refusal(...call);
  expect(got === error, `${what} is refused with ${error}${got === error ? '' : `, not ${got}`}`);
};

const walletOf = (account) => createWalletClient({ account, chain: chain.chain, transport: http(url) });

/** An owner's transaction, through MetaMask's controllers. */
async function metamask(name, to, functionName, args, value = 0n) {
  const data = encodeFunctionData({ abi: abiOf(to), functionName, args });
  const wish = JSON.stringify({ to: addresses[to], data, value: numberToHex(value) });
  const script = new URL('./metamask.cjs', import.meta.url).pathname;
  const id = numberToHex(chain.chain.id);
  const output = execFileSync('node', [script, url, id, keys[name], wish], { encoding: 'utf8', maxBuffer: 1 << 24 });
  const seen = JSON.parse(output.trim().split('\n').at(-1));
  expect(seen.status === '0x1', `${name} sends ${to}.${functionName} with MetaMask`);
  return reader.getTransactionReceipt({ hash: seen.hash });
}

const events = (name, receipt, eventName) => parseEventLogs({ abi: abiOf(name), logs: receipt.logs, eventName });

/** The Safe of a committee: the address that its owners and number give. */
async function safeOf(index, owners, threshold) {
  const factory = '0x14F2982D601c9458F93bd70B218933A6f8165e7b';
  const abi = parseAbi([
    'function proxyCreationCode() view returns (bytes)',
    'function setup(address[], uint256, address, bytes, address, address, uint256, address)',
  ]);
  const code = await reader.readContract({ address: factory, abi, functionName: 'proxyCreationCode' });
  const handler = '0x3EfCBb83A4A7AfcB4F68D501E2c2203a38be77f4';
  const setup = encodeFunctionData({
    abi, functionName: 'setup', args: [owners, threshold, zeroAddress, '0x', handler, zeroAddress, 0n, zeroAddress],
  });
  const salt = keccak256(concat([keccak256(setup), numberToHex(index, { size: 32 })]));
  const singleton = encodeAbiParameters([{ type: 'address' }], ['0xFf51A5898e281Db6DfC7855790607438dF2ca44b']);
  return getContractAddress({ opcode: 'CREATE2', from: factory, salt, bytecode: concat([code, singleton]) });
}

/** A committee's call: two owners sign, a third account carries it. */
async function committee(index, owners, signers, name, functionName, args) {
  const safe = await safeOf(index, owners.map((owner) => who[owner].address), 2n);
  const abi = parseAbi([
    'function nonce() view returns (uint256)',
    'function execTransaction(address to, uint256 value, bytes data, uint8 operation, uint256 safeTxGas, uint256 baseGas, uint256 gasPrice, address gasToken, address refundReceiver, bytes signatures) payable returns (bool)',
  ]);
  const fields = [
    'address to', 'uint256 value', 'bytes data', 'uint8 operation', 'uint256 safeTxGas', 'uint256 baseGas',
    'uint256 gasPrice', 'address gasToken', 'address refundReceiver', 'uint256 nonce',
  ].map((field) => ({ type: field.split(' ')[0], name: field.split(' ')[1] }));
  const message = {
    to: addresses[name], value: 0n, data: chain.data(name, functionName, args), operation: 0, safeTxGas: 0n, baseGas: 0n,
    gasPrice: 0n, gasToken: zeroAddress, refundReceiver: zeroAddress,
    nonce: await reader.readContract({ address: safe, abi, functionName: 'nonce' }),
  };
  const typed = {
    domain: { chainId: chain.chain.id, verifyingContract: safe }, types: { SafeTx: fields }, primaryType: 'SafeTx', message,
  };
  const sorted = signers.map((signer) => who[signer]).sort((a, b) => (a.address.toLowerCase() < b.address.toLowerCase() ? -1 : 1));
  const signatures = concat(await Promise.all(sorted.map((account) => account.signTypedData(typed))));
  const call = { ...message, signatures };
  const order = ['to', 'value', 'data', 'operation', 'safeTxGas', 'baseGas', 'gasPrice', 'gasToken', 'refundReceiver', 'signatures'];
  const wallet = walletOf(who.relayer);
  const request = { address: safe, abi, functionName: 'execTransaction', args: order.map((field) => call[field]) };
  const receipt = await reader.waitForTransactionReceipt({ hash: await wallet.writeContract(request) });
  expect(receipt.status === 'success', `a committee's Safe calls ${name}.${functionName}`);
  return receipt;
}

/** A membership, and a licence of a kind if there is one, signed by the issuer. */
async function admit(name, kind) {
  const holder = who[name].address;
  const [until, expires] = [(await chain.now()) + 3600n, (await chain.now()) + 365n * DAY];
  const uint = (field, type = 'uint256') => ({ name: field, type });
  const membership = [uint('member', 'address'), uint('expires', 'uint64'), uint('nonce'), uint('deadline')];
  let nonce = await contract('Membership').read.nonces([holder]);
  let signature = await who.issuer.signTypedData({
    domain: domain('Autochain Membership', addresses.Membership), types: { Membership: membership },
    primaryType: 'Membership', message: { member: holder, expires, nonce, deadline: until },
  });
  await send(keys.relayer, 'Membership', 'issue', [holder, expires, until, who.issuer.address, signature]);
  if (kind === undefined) return;
  const licence = [uint('holder', 'address'), uint('kind', 'uint8'), uint('expires', 'uint64'), uint('nonce'), uint('deadline')];
  nonce = await contract('Licences').read.nonces([holder]);
  signature = await who.issuer.signTypedData({
    domain: domain('Autochain Licences', addresses.Licences), types: { Licence: licence },
    primaryType: 'Licence', message: { holder, kind, expires, nonce, deadline: until },
  });
  await send(keys.relayer, 'Licences', 'issue', [holder, kind, expires, until, who.issuer.address, signature]);
}

/** Device and owner sign; anyone carries it. */
async function agree(struct, owner, extra = {}) {
  const device = privateKeyToAccount(state.device);
  const message = {
    device: device.address, ...extra, owner: who[owner].address,
    nonce: await contract('VehicleRegistry').read.nonces([device.address]), deadline: (await chain.now()) + 3600n,
  };
  const types = { [struct]: Object.keys(message).map((name) => ({ name, type: ['device', 'owner'].includes(name) ? 'address' : 'uint256' })) };
  const typed = { domain: vehicles, types, primaryType: struct, message };
  return [...Object.values(message), await device.signTypedData(typed), await who[owner].signTypedData(typed)];
}

const phases = { found, drive, trade, close };

/** Day 1: offices are held, participants are licensed, definitions published. */
async function found() {
  await committee(0, ['admin', 'maker', 'dealer'], ['admin', 'maker'], 'FeeRouter', 'setRate', [DATA, 500]);
  for (const registrar of JSON.parse(process.env.STORY_REGISTRARS)) {
    await send(keys.admin, 'VehicleRegistry', 'addRegistrar', [registrar]);
  }
  await send(keys.admin, 'VehicleRegistry', 'setThreshold', [2n]);
  await send(keys.admin, 'VehicleRegistry', 'removeRegistrar', [who.oldRegistrar.address]);
  for (const [name, kind] of [['maker', 1], ['dealer', 2], ['workshop', 4], ['insurer', 5], ['owner'], ['buyer']]) await admit(name, kind);
  await refused('NotLicensed', 'a part by someone without a licence', keys.owner, 'Parts', 'openLot', [1]);
  const define = async (subject, name) => {
    const receipt = await send(keys.maker, 'Definitions', 'publish', [subject, hash(name), cid(name)]);
    return events('Definitions', receipt, 'Defined')[0].args.id;
  };
  const [device, part] = [await define(2, 'dongle'), await define(3, 'part')];
  state.device = generatePrivateKey();
  await send(keys.maker, 'Devices', 'registerDevices', [device, [privateKeyToAccount(state.device).address]]);
  state.lot = Number(events('Parts', await send(keys.maker, 'Parts', 'openLot', [part]), 'LotOpened')[0].args.lot);
  return { lot: state.lot };
}

/** Day 1, after the mint: 500 parts, the sale, the pairing, consent, readings, the workshop. */
async function drive() {
  const { read } = contract('VehicleRegistry');
  state.vehicle = Number(await read.vehicleCount());
  const vehicle = BigInt(state.vehicle);
  expect((await read.ownerOf([vehicle])) === who.maker.address, 'the maker owns the new car');
  const marks = Array.from({ length: 500 }, (_, i) => (BigInt(state.lot) << 192n) | (BigInt(hash(`serial ${i}`)) >> 64n));
  const parts = marks.sort((a, b) => (a < b ? -1 : 1));
  const assembled = await send(keys.maker, 'Parts', 'assemble', [vehicle, parts]);
  expect(events('Parts', assembled, 'Assembled')[0].args.count === 500n, 'the car has 500 parts');
  await send(keys.maker, 'VehicleRegistry', 'transferFrom', [who.maker.address, who.dealer.address, vehicle]);
  await send(keys.dealer, 'VehicleRegistry', 'transferFrom', [who.dealer.address, who.owner.address, vehicle]);

  await send(keys.relayer, 'Devices', 'claim', await agree('Claim', 'owner'));
  await metamask('owner', 'Devices', 'pair', await agree('Pair', 'owner', { vehicle }));
  const device = privateKeyToAccount(state.device);
  const [paired, active] = await contract('Devices').read.deviceOf([vehicle]);
  expect(paired === device.address && active, 'the device speaks for the car');

  const write = ['ServiceRecords', 'write', [vehicle, MAINTENANCE, hash('oil'), 0n, cid('oil')]];
  await refused('NotGranted', 'the workshop before the grant', keys.workshop, ...write);
  const now = await chain.now();
  const terms = { scopes: 1 << 16, from: Number(now), until: Number(now + 100n * DAY), uses: 2, dataFrom: 0, dataUntil: 65535 };
  await metamask('owner', 'Grants', 'grant', [vehicle, who.workshop.address, terms]);
  await send(keys.workshop, ...write);
  await send(keys.workshop, ...write);
  await refused('NotGranted', 'the workshop over the count', keys.workshop, ...write);

  await readings(vehicle, device);
  return { vehicle: state.vehicle };
}

/** One reading by a relayer and a batch of eight by the device itself. */
async function readings(vehicle, device) {
  const epoch = await contract('VehicleRegistry').read.epochOf([vehicle]);
  const time = Number(await chain.now());
  state.period = Math.floor(time / Number(30n * DAY));
  state.dataKey = generatePrivateKey(); // 32 random bytes
  const record = (counter, km) => {
    const text = JSON.stringify({ rpm: 900 + Number(counter), km });
    return seal({ key: state.dataKey, device: device.address, scope: SCOPE, period: state.period, counter, text });
  };
  const zero = `0x${'00'.repeat(32)}`;
  const message = { vehicle, epoch, counter: 1n, odometerKm: 12, flags: 1, prevHash: zero, hash: keccak256(record(1n, 12)) };
  const types = ['uint256 vehicle', 'uint32 epoch', 'uint64 counter', 'uint32 odometerKm', 'uint16 flags', 'bytes32 prevHash', 'bytes32 hash']
    .map((field) => ({ type: field.split(' ')[0], name: field.split(' ')[1] }));
  const signature = await device.signTypedData({ domain: vehicles, types: { Reading: types }, primaryType: 'Reading', message });
  const { counter, odometerKm, flags, prevHash } = message;
  await send(keys.relayer, 'Readings', 'recordFor', [device.address, vehicle, counter, odometerKm, flags, prevHash, message.hash, signature]);

  const sealed = Array.from({ length: 8 }, (_, i) => ({ counter: BigInt(2 + i), bytes: record(BigInt(2 + i), 13 + i) }));
  const records = sealed.map(({ counter, bytes }) => ({ counter, hash: keccak256(bytes) }));
  const header = {
    vehicle, epoch, firstCounter: 2n, lastCounter: 9n, firstTime: time, lastTime: time, odometerKm: 20, flags: 1,
    leafCount: 8, scope: SCOPE, prevHash: message.hash, root: batch(records), cid: cid('batch'),
  };
  // The device pays for its own batch.
  const funds = await walletOf(who.owner).sendTransaction({ to: device.address, value: parseEther('1') });
  await reader.waitForTransactionReceipt({ hash: funds });
  await send(state.device, 'Readings', 'recordBatch', [device.address, header, '0x']);
  state.sealed = sealed[3].bytes;
  const [lastCounter, km] = await contract('Readings').read.lastReading([vehicle]);
  expect(lastCounter === 9n && km === 20, 'the readings arrived');
}

/** Seven weeks later: the insurer buys the data and opens it, a reward root is posted, a quarter's profit attested. */
async function trade() {
  const vehicle = BigInt(state.vehicle);
  const [price, market] = [parseEther('100'), contract('DataMarket')];
  await metamask('owner', 'DataMarket', 'setPrice', [vehicle, SCOPE, state.period, price]);
  const key = oneTimeKey();
  const bought = await send(keys.insurer, 'DataMarket', 'purchase', [vehicle, SCOPE, state.period, key.point], price);
  const order = events('DataMarket', bought, 'Purchased')[0].args.order;
  const handed = wrap(state.dataKey, key.point);
  const bond = await market.read.bondFor([price]);
  const released = await metamask('owner', 'DataMarket', 'release', [order, handed.ephemeral, handed.wrapped], bond);
  const { ephemeral, wrapped } = events('DataMarket', released, 'KeyReleased')[0].args;
  const device = privateKeyToAccount(state.device).address;
  const text = open(unwrap(wrapped, key.secret, ephemeral), device, state.sealed);
  expect(JSON.parse(text).km === 16, 'the insurer opens a record with the key that was bought');
  state.order = Number(order);

  const pool = contract('RewardPool');
  const { timestamp } = await reader.getBlock({ blockNumber: bought.blockNumber });
  const driven = BigInt(state.period) * 30n * DAY;
  const recorded = await reader.getContractEvents({ address: addresses.Readings, abi: abiOf('Readings'), eventName: 'BatchRecorded', fromBlock: 0n });
  const when = (await reader.getBlock({ blockNumber: recorded[0].blockNumber })).timestamp;
  expect(when >= driven && when < timestamp, 'the drive lies in its period');
  const epoch = await pool.read.epochOf([when]);
  const { root, total } = await rewards(url, epoch);
  await send(keys.poster, 'RewardPool', 'post', [epoch, root, total], await pool.read.bond());
  state.epoch = Number(epoch);

  const audit = ['auditor', 'poster', 'oldRegistrar'];
  await committee(3, audit, ['poster', 'oldRegistrar'], 'BuyBack', 'attest', [0n, parseEther('1000000'), hash('report')]);
  return { order: state.order, epoch: state.epoch, root };
}

/** Nine days later: money and rewards are taken, a quarter burns, the car is sold. */
async function close() {
  const [vehicle, order, epoch] = [state.vehicle, state.order, state.epoch].map(BigInt);
  const market = contract('DataMarket');
  const balance = (address) => reader.getBalance({ address });
  const fees = await balance(addresses.FeeRouter);
  await send(keys.relayer, 'DataMarket', 'settle', [order]);
  const [fee, rest] = [(await balance(addresses.FeeRouter)) - fees, await market.read.shareOf([order, 0n])];
  expect(fee === parseEther('5') && fee + rest === parseEther('100'), 'fee and provider get exactly the price');
  const purse = '0x000000000000000000000000000000000000cafe';
  await metamask('owner', 'DataMarket', 'claim', [order, 0n, purse]);
  expect((await balance(purse)) === rest, 'the owner withdraws the share');

  const { leaves, total } = await rewards(url, epoch);
  const names = Object.fromEntries(Object.entries(who).map(([name, { address }]) => [address.toLowerCase(), name]));
  const paid = leaves.map(({ account }) => names[account.toLowerCase()]).sort();
  expect(paid.join() === 'dealer,maker,owner,workshop', `rewards go to ${paid}`);
  expect(total === parseEther('100'), 'one car has one share');
  for (const { account, amount, proof } of leaves) {
    const before = await balance(account);
    await send(keys.relayer, 'RewardPool', 'claim', [epoch, account, amount, proof]);
    expect((await balance(account)) - before === amount, `${names[account.toLowerCase()]} is paid ${amount}`);
  }
  const [{ account, amount, proof }] = leaves;
  await refused('AlreadyClaimed', 'a second claim', keys.relayer, 'RewardPool', 'claim', [epoch, account, amount, proof]);

  const sunk = await balance(addresses.BurnSink);
  const burn = ['BuyBack', 'burn', [0n, parseEther('400000')]];
  await committee(3, ['auditor', 'poster', 'oldRegistrar'], ['auditor', 'poster'], ...burn);
  expect((await balance(addresses.BurnSink)) - sunk === parseEther('400000'), 'a quarter burns 40 % of its profit');

  const now = await chain.now();
  const terms = { scopes: 1 << 16, from: Number(now), until: Number(now + 10n * DAY), uses: 9, dataFrom: 0, dataUntil: 65535 };
  await send(keys.owner, 'Grants', 'grant', [vehicle, who.workshop.address, terms]);
  expect(await contract('Grants').read.allows([vehicle, who.workshop.address, 16]), 'the workshop may write again');
  await metamask('owner', 'VehicleRegistry', 'transferFrom', [who.owner.address, who.buyer.address, vehicle]);
  const write = ['ServiceRecords', 'write', [vehicle, MAINTENANCE, hash('brakes'), 0n, cid('brakes')]];
  await refused('NotGranted', 'the workshop after the sale', keys.workshop, ...write);
  const [, active] = await contract('Devices').read.deviceOf([vehicle]);
  expect(!active, 'the sale suspends the pairing');
  const reading = [vehicle, 10n, 21, 1, hash('previous'), hash('reading')];
  await refused('NotPaired', 'a reading after the sale', state.device, 'Readings', 'record', reading);
  await send(keys.relayer, 'Devices', 'pair', await agree('Pair', 'buyer', { vehicle }));
  await send(state.device, 'Readings', 'record', reading);
  return { fee: fee.toString(), rest: rest.toString(), rewards: total.toString(), holder: who.buyer.address };
}

// Calls look at the newest block: it must be of the new day.
await reader.request({ method: 'evm_mine', params: [] });
const result = await phases[phase]();
writeFileSync(file, JSON.stringify(state, (_, value) => (typeof value === 'bigint' ? Number(value) : value)));
console.log(JSON.stringify(result));
process.exit(0);
