// ethers: batched calls, send, deploy, receipts, block events, logs.
// usage: node ethers.mjs URL PRIVATE_KEY; the last line is a JSON object with what was seen.
import { ContractFactory, JsonRpcProvider, Wallet } from 'ethers';
import { answerCode, deadline, recipient } from './common.mjs';

const [, , url, key] = process.argv;
deadline(120);
const provider = new JsonRpcProvider(url, undefined, { pollingInterval: 100 });
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
seen.logs = (await provider.getLogs({ fromBlock: 0 })).length;
while (!heard.includes(sent.blockNumber)) await new Promise((done) => setTimeout(done, 50));
seen.heard = heard;
console.log(JSON.stringify(seen));
process.exit(0);
