// The rule and the tree of rewards.mjs against an epoch that contracts/test/rewards computes too.
// The last line is a JSON object: { accounts, root }.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { concat, encodeAbiParameters, getAddress, keccak256 } from 'viem';
import { split, tree } from './rewards.mjs';

const file = new URL('../../../../contracts/test/rewards/epoch.json', import.meta.url);
const epoch = JSON.parse(readFileSync(file, 'utf8'));

const amounts = split(epoch.vehicles, BigInt(epoch.cap), BigInt(epoch.limit));
const expected = epoch.accounts.map((account, i) => [account, BigInt(epoch.amounts[i])]);
assert.deepEqual([...amounts].sort(), expected.sort());
const total = [...amounts.values()].reduce((sum, amount) => sum + amount, 0n);
assert.equal(total, BigInt(epoch.total));

const types = ['uint256', 'address', 'uint256', 'address', 'uint256'].map((type) => ({ type }));
const leaf = ([account, amount]) => keccak256(keccak256(encodeAbiParameters(
  types, [BigInt(epoch.chainId), getAddress(epoch.pool), BigInt(epoch.epoch), account, amount])));
const leaves = [...amounts].map(leaf).sort();
const { root, proof } = tree(leaves);
assert.equal(root, epoch.root);
leaves.forEach((leaf, index) => {
  const climbed = proof(index).reduce((node, sibling) => keccak256(concat([node, sibling].sort())), leaf);
  assert.equal(climbed, root);
});
console.log(JSON.stringify({ accounts: amounts.size, root }));
