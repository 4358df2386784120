// A device's records as they are sealed under a data key, and the handing over of that key: what SealedRecord and
// KeyWrap check on chain.
import { randomBytes } from 'node:crypto';
import { secp256k1 } from '@noble/curves/secp256k1';
import { concat, encodePacked, hexToBytes, keccak256, numberToHex, size, slice, stringToHex, toHex } from 'viem';

const { ProjectivePoint } = secp256k1;

/** Record `counter` of a device: scope, period, counter, plaintext hash, ciphertext. */
export function seal({ key, device, scope, period, counter, text }) {
  // 16 random bytes first, so that the hash cannot be guessed.
  const plaintext = concat([toHex(randomBytes(16)), stringToHex(text)]);
  const header = encodePacked(['uint8', 'uint32', 'uint64', 'bytes32'], [scope, period, counter, keccak256(plaintext)]);
  return concat([header, keystream(key, device, counter, plaintext)]);
}

/** The text of a sealed record. */
export function open(key, device, sealed) {
  const counter = BigInt(slice(sealed, 5, 13));
  const plaintext = keystream(key, device, counter, slice(sealed, 45));
  if (keccak256(plaintext) !== slice(sealed, 13, 45)) throw new Error('the key does not open the record');
  return Buffer.from(hexToBytes(slice(plaintext, 16))).toString();
}

function keystream(key, device, counter, input) {
  const nonce = (BigInt(device) << 96n) | (counter << 32n);
  const blocks = [];
  for (let block = 0; block * 32 < size(input); block++) {
    blocks.push(keccak256(concat([key, numberToHex(nonce + BigInt(block), { size: 32 })])));
  }
  const stream = hexToBytes(concat(blocks));
  return toHex(hexToBytes(input).map((byte, i) => byte ^ stream[i]));
}

/** A one-time key pair. */
export function oneTimeKey() {
  const secret = secp256k1.utils.randomPrivateKey();
  return { secret: toHex(secret), point: coordinates(ProjectivePoint.fromPrivateKey(secret)) };
}

/** Wraps a data key to a buyer's point. */
export function wrap(key, { x, y }) {
  const ephemeral = oneTimeKey();
  return { ephemeral: ephemeral.point, wrapped: masked(key, ephemeral.secret, { x, y }) };
}

/** Unwraps it with the one-time secret and the seller's point. */
export function unwrap(wrapped, secret, ephemeral) {
  return masked(wrapped, secret, ephemeral);
}

function masked(key, secret, { x, y }) {
  const shared = coordinates(ProjectivePoint.fromAffine({ x, y }).multiply(BigInt(secret)));
  const mask = keccak256(concat([numberToHex(shared.x, { size: 32 }), stringToHex('autochain data key')]));
  return numberToHex(BigInt(key) ^ BigInt(mask), { size: 32 });
}

function coordinates(point) {
  const { x, y } = point.toAffine();
  return { x, y };
}

/** Root and proofs of a batch: leaf keccak256(0 ‖ counter ‖ record hash), node keccak256(1 ‖ left ‖ right). */
export function batch(records) {
  let level = records.map(({ counter, hash }) => keccak256(encodePacked(['uint8', 'uint64', 'bytes32'], [0, counter, hash])));
  while (level.length & (level.length - 1)) level.push(`0x${'00'.repeat(32)}`);
  while (level.length > 1) {
    const above = [];
    for (let i = 0; i < level.length; i += 2) above.push(keccak256(concat(['0x01', level[i], level[i + 1]])));
    level = above;
  }
  return level[0];
}
