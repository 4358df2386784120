// viem: reads the chain, sends, deploys, reads receipts, watches blocks, asks for logs.
// usage: node viem.mjs URL WEBSOCKET_URL PRIVATE_KEY; the last line is a JSON object with what was seen.
import { createPublicClient, createWalletClient, defineChain, formatEther, http, webSocket } from 'viem';
import { privateKeyToAccount } from 'viem/accounts';
import { answerCode, deadline, depositCall, recipient, wrapper } from './common.mjs';

const [, , url, socketUrl, key] = process.argv;
deadline(120);
const chain = defineChain({
  id: 1337,
  name: 'Autochain dev',
  nativeCurrency: { name: 'AUC', symbol: 'AUC', decimals: 18 },
  rpcUrls: { default: { http: [url] } },
});
const account = privateKeyToAccount(key);
const reader = createPublicClient({ chain, transport: http(url), pollingInterval: 100 });
const wallet = createWalletClient({ account, chain, transport: http(url) });

const seen = { chainId: await reader.getChainId(), balance: formatEther(await reader.getBalance(account)) };
const before = await reader.getBalance({ address: recipient });

// A block watcher over WebSocket, which must hear of every block below. viem subscribes in the background, and a block
// that is mined before the node has answered is nobody's news: wait for that answer.
const socket = createPublicClient({ chain, transport: webSocket(socketUrl) });
const heard = [];
const unwatch = socket.watchBlockNumber({
  onBlockNumber: (number) => heard.push(Number(number)),
  onError: (error) => { throw error; },
});
const { subscriptions } = await socket.transport.getRpcClient();
while (subscriptions.size === 0) await new Promise((done) => setTimeout(done, 10));

const sent = await wallet.sendTransaction({ to: recipient, value: 7n });
const receipt = await reader.waitForTransactionReceipt({ hash: sent });
seen.send = { status: receipt.status, type: receipt.type, gasUsed: Number(receipt.gasUsed), block: Number(receipt.blockNumber) };
seen.received = Number((await reader.getBalance({ address: recipient })) - before);

const deployed = await wallet.deployContract({ abi: [], bytecode: answerCode });
const deployment = await reader.waitForTransactionReceipt({ hash: deployed });
seen.deploy = deployment.status;
seen.answer = Number((await reader.call({ to: deployment.contractAddress })).data);
const deposited = await wallet.sendTransaction({ to: wrapper, data: depositCall, value: 5n });
const deposit = await reader.waitForTransactionReceipt({ hash: deposited });
const logs = await reader.getLogs({ address: wrapper, fromBlock: 0n });
seen.logs = logs.filter((log) => log.transactionHash === deposited).length;
if (deposit.logs.length !== seen.logs) throw new Error('receipt and eth_getLogs differ');
while (!heard.includes(Number(deposit.blockNumber))) await new Promise((done) => setTimeout(done, 50));
if (!heard.includes(seen.send.block) || !heard.includes(Number(deployment.blockNumber))) throw new Error(`heard only of ${heard}`);
unwatch();
seen.heard = heard;
console.log(JSON.stringify(seen));
process.exit(0);
