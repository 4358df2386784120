// What the scripts of the economy share: the contracts with their genesis addresses, accounts, and calls.
import { readFileSync, readdirSync } from 'node:fs';
import { createPublicClient, createWalletClient, defineChain, encodeFunctionData, getContract, http, toFunctionSelector } from 'viem';
import { privateKeyToAccount } from 'viem/accounts';

const artifacts = new URL('../../../../contracts/artifacts/', import.meta.url);
const json = (name) => JSON.parse(readFileSync(new URL(`${name}.json`, artifacts), 'utf8'));

/** Where the contracts stand in genesis. */
export const addresses = json('addresses');

/** The ABI of a contract in `src/`. */
export const abiOf = (source) => json(source).abi;

/** The custom errors of all contracts by their selectors: a call may fail in another contract than the one called. */
const errors = new Map(
  readdirSync(artifacts)
    .filter((file) => file !== 'addresses.json')
    .flatMap((file) => abiOf(file.replace('.json', '')).filter(({ type }) => type === 'error'))
    .map((error) => [toFunctionSelector({ ...error, type: 'function', outputs: [] }), error.name]),
);

/** A chain's contracts and clients at this URL. */
export async function economy(url) {
  const id = await createPublicClient({ transport: http(url) }).getChainId();
  const chain = defineChain({
    id,
    name: 'Autochain',
    nativeCurrency: { name: 'AUC', symbol: 'AUC', decimals: 18 },
    rpcUrls: { default: { http: [url] } },
  });
  const reader = createPublicClient({ chain, transport: http(url), pollingInterval: 50 });
  const contract = (name, source = name) =>
    getContract({ address: addresses[name], abi: abiOf(source), client: reader });

  /** Sends a call and waits for it; a revert is an error that names the custom error. */
  async function send(key, name, functionName, args = [], value = 0n) {
    const account = privateKeyToAccount(key);
    const call = { account, address: addresses[name], abi: abiOf(name), functionName, args, value };
    await reader.simulateContract(call);
    const hash = await createWalletClient({ account, chain, transport: http(url) }).writeContract(call);
    const receipt = await reader.waitForTransactionReceipt({ hash });
    if (receipt.status !== 'success') throw new Error(`${name}.${functionName} reverted in ${receipt.blockNumber}`);
    return receipt;
  }

  /** The name of the custom error with which a call is refused. */
  async function refusal(key, name, functionName, args = [], value = 0n) {
    const call = { account: privateKeyToAccount(key), address: addresses[name], abi: abiOf(name), functionName, args, value };
    try {
      await reader.simulateContract(call);
    } catch (error) {
      const reverted = error.walk((cause) => cause.name === 'ContractFunctionRevertedError');
      return reverted?.data?.errorName ?? errors.get(reverted?.signature) ?? error.shortMessage;
    }
    throw new Error(`${name}.${functionName} was not refused`);
  }

  /** The chain's time, in seconds since 1970. */
  const now = async () => (await reader.getBlock()).timestamp;
  const data = (name, functionName, args) => encodeFunctionData({ abi: abiOf(name), functionName, args });
  return { url, chain, reader, contract, send, refusal, now, data };
}
