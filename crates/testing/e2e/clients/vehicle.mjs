// Registers a vehicle and pairs its device, with the signatures of registrar, owner and device.
// usage: node vehicle.mjs register URL REGISTRY REGISTRAR_KEY OWNER_KEY VIN
//        node vehicle.mjs pairing URL REGISTRY OWNER_KEY DEVICE
//        node vehicle.mjs pair URL REGISTRY OWNER_KEY DEVICE VEHICLE NONCE DEADLINE DEVICE_SIGNATURE
// The last line is a JSON object.
import { createHmac, randomBytes } from 'node:crypto';
import { concat, createPublicClient, createWalletClient, defineChain, http, keccak256, parseAbi, toHex } from 'viem';
import { privateKeyToAccount } from 'viem/accounts';
import { deadline } from './common.mjs';

const abi = parseAbi([
  'function register(bytes32 tag, bytes32 commitment, address minter, uint256 nonce, uint256 deadline, bytes[] signatures) returns (uint256)',
  'function pair(address device, uint256 vehicle, address holder, uint256 nonce, uint256 deadline, bytes deviceSignature, bytes holderSignature)',
  'function nonces(address) view returns (uint256)',
  'function vehicleOf(bytes32) view returns (uint256)',
  'function ownerOf(uint256) view returns (address)',
]);
const types = {
  Register: [
    { name: 'tag', type: 'bytes32' },
    { name: 'commitment', type: 'bytes32' },
    { name: 'minter', type: 'address' },
    { name: 'nonce', type: 'uint256' },
    { name: 'deadline', type: 'uint256' },
  ],
  Pair: [
    { name: 'device', type: 'address' },
    { name: 'vehicle', type: 'uint256' },
    { name: 'owner', type: 'address' },
    { name: 'nonce', type: 'uint256' },
    { name: 'deadline', type: 'uint256' },
  ],
};

const [, , command, url, registry, ...rest] = process.argv;
deadline(120);
const chain = defineChain({
  id: 1337,
  name: 'Autochain dev',
  nativeCurrency: { name: 'AUC', symbol: 'AUC', decimals: 18 },
  rpcUrls: { default: { http: [url] } },
});
const reader = createPublicClient({ chain, transport: http(url), pollingInterval: 100 });
const domain = { name: 'Autochain Vehicle', version: '1', chainId: chain.id, verifyingContract: registry };
const read = (functionName, args) => reader.readContract({ address: registry, abi, functionName, args });

async function write(account, functionName, args) {
  const wallet = createWalletClient({ account, chain, transport: http(url) });
  const hash = await wallet.writeContract({ address: registry, abi, functionName, args });
  const receipt = await reader.waitForTransactionReceipt({ hash });
  if (receipt.status !== 'success') throw new Error(`${functionName} reverted in block ${receipt.blockNumber}`);
  return receipt;
}

/** In an hour, by this machine's clock or by the newest block's, whichever is ahead. */
async function soon() {
  const { timestamp } = await reader.getBlock();
  const now = BigInt(Math.floor(Date.now() / 1000));
  return (now > timestamp ? now : timestamp) + 3600n;
}

async function register(registrarKey, ownerKey, vin) {
  const [registrar, owner] = [registrarKey, ownerKey].map(privateKeyToAccount);
  const tag = toHex(createHmac('sha256', registrarKey).update(vin).digest());
  const commitment = keccak256(concat([toHex(vin), toHex(randomBytes(32))]));
  const nonce = await read('nonces', [owner.address]);
  const until = await soon();
  const message = { tag, commitment, minter: owner.address, nonce, deadline: until };
  const signature = await registrar.signTypedData({ domain, types, primaryType: 'Register', message });
  const receipt = await write(owner, 'register', [tag, commitment, owner.address, nonce, until, [signature]]);
  const vehicle = await read('vehicleOf', [tag]);
  return { vehicle: Number(vehicle), owner: await read('ownerOf', [vehicle]), gas: Number(receipt.gasUsed) };
}

async function pairing(ownerKey, device) {
  const owner = privateKeyToAccount(ownerKey).address;
  return { owner, nonce: Number(await read('nonces', [device])), deadline: Number(await soon()) };
}

async function pair(ownerKey, device, vehicle, nonce, until, deviceSignature) {
  const owner = privateKeyToAccount(ownerKey);
  const message = { device, vehicle: BigInt(vehicle), owner: owner.address, nonce: BigInt(nonce), deadline: BigInt(until) };
  const signature = await owner.signTypedData({ domain, types, primaryType: 'Pair', message });
  const args = [device, message.vehicle, owner.address, message.nonce, message.deadline, deviceSignature, signature];
  return { gas: Number((await write(owner, 'pair', args)).gasUsed) };
}

console.log(JSON.stringify(await { register, pairing, pair }[command](...rest)));
process.exit(0);
