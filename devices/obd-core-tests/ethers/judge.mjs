// Reads one case per line (JSON) from the standard input, makes the same with ethers, and says what differs.
// Prints the number of equal cases; exits with 1 at the first difference.

import { createInterface } from 'node:readline';
import { Signature, Transaction, TypedDataEncoder, Wallet, recoverAddress } from 'ethers';

const TYPES = {
  Reading: [
    { name: 'vehicle', type: 'uint256' },
    { name: 'epoch', type: 'uint32' },
    { name: 'counter', type: 'uint64' },
    { name: 'odometerKm', type: 'uint32' },
    { name: 'flags', type: 'uint16' },
    { name: 'prevHash', type: 'bytes32' },
    { name: 'hash', type: 'bytes32' },
  ],
};

function judge({ secret, device, transaction, raw, hash, reading, digest, signature }) {
  const wallet = new Wallet(secret);
  const tx = Transaction.from({ type: 2, accessList: [], value: 0n, ...transaction });
  tx.signature = wallet.signingKey.sign(tx.unsignedHash);
  const domain = {
    name: 'Autochain Vehicle',
    version: '1',
    chainId: transaction.chainId,
    verifyingContract: transaction.to,
  };
  const theirDigest = TypedDataEncoder.hash(domain, TYPES, reading);
  return {
    device: [device, wallet.address],
    raw: [raw, tx.serialized],
    hash: [hash, tx.hash],
    digest: [digest, theirDigest],
    signature: [signature, wallet.signingKey.sign(theirDigest).serialized],
    recovered: [device, recoverAddress(digest, Signature.from(signature))],
  };
}

let equal = 0;
for await (const line of createInterface({ input: process.stdin })) {
  for (const [what, [ours, theirs]] of Object.entries(judge(JSON.parse(line)))) {
    if (ours !== theirs) {
      console.error(`${what} differs in case ${equal}: ours ${ours}, ethers' ${theirs}\n${line}`);
      process.exit(1);
    }
  }
  equal += 1;
}
console.log(equal);
