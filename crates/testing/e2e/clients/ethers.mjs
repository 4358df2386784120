// ethers: batched calls, send, deploy, receipts, block events, logs.
// usage: node ethers.mjs URL PRIVATE_KEY; the last line is a JSON object with what was seen.
import { ContractFactory, JsonRpcProvider, Wallet } from 'ethers';
import { answerCode, deadline, depositCall, recipient, wrapper } from './common.mjs';

const [, , url, key] = process.argv;
deadline(120);
// ethers keeps answers, the nonce among them, for 250 ms: longer than this chain takes for a block.
const provider = new JsonRpcProvider(url, undefined, { pollingInterval: 100, cacheTimeout: -1 });
const wallet = new Wallet(key, provider);
const heard = [];
await provider.on('block', (number) => heard.push(number));

const [network, fees] = await Promise.all([provider.getNetwork(), provider.getFeeData()]);
const seen = { chainId: Number(network.chainId), gasPrice: fees.gasPrice.toString() };
const before = await provider.getBalance(recipient);
const sent = await (await wallet.sendTransaction({ to: recipient, value: 7n })).wait();
seen.send = { status: sent.status, type: sent.type, gasUsed: Number(sent.gasUsed), block: sent.blockNumber };
seen.received = Number((await provider.getBalance(recipient)) - before);

const contract = await new ContractFactory([], answerCode, wallet).deploy();
await contract.waitForDeployment();
seen.answer = Number(await provider.call({ to: await contract.getAddress() }));
const deposit = await (await wallet.sendTransaction({ to: wrapper, data: depositCall, value: 5n })).wait();
const logs = await provider.getLogs({ address: wrapper, fromBlock: 0 });
seen.logs = logs.filter((log) => log.transactionHash === deposit.hash).length;
if (deposit.logs.length !== seen.logs) throw new Error('receipt and eth_getLogs differ');
while (!heard.includes(sent.blockNumber)) await new Promise((done) => setTimeout(done, 50));
seen.heard = heard;
console.log(JSON.stringify(seen));
process.exit(0);
