// web3.js: send, deploy, receipts. It sends fields that no specification knows; they must be ignored.
// usage: node web3.mjs URL PRIVATE_KEY; the last line is a JSON object with what was seen.
import { Web3 } from 'web3';
import { answerCode, deadline, recipient } from './common.mjs';

const [, , url, key] = process.argv;
deadline(120);
const web3 = new Web3(url);
const account = web3.eth.accounts.wallet.add(key).get(0);
const seen = { chainId: Number(await web3.eth.getChainId()) };
const before = await web3.eth.getBalance(recipient);
const sent = await web3.eth.sendTransaction({ from: account.address, to: recipient, value: 7 });
seen.send = { status: Number(sent.status), type: Number(sent.type), gasUsed: Number(sent.gasUsed), block: Number(sent.blockNumber) };
seen.received = Number((await web3.eth.getBalance(recipient)) - before);
const contract = await new web3.eth.Contract([]).deploy({ data: answerCode }).send({ from: account.address });
seen.answer = Number(await web3.eth.call({ to: contract.options.address }));
console.log(JSON.stringify(seen));
process.exit(0);
