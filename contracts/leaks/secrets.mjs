// The forms in which a VIN or plate could stand on chain.
import { createHash } from "node:crypto";
import sha3 from "js-sha3";

/** keccak256 of bytes. */
export const keccak256 = (bytes) => Buffer.from(sha3.keccak256.arrayBuffer(bytes));

/** SHA-256 of bytes. */
export const sha256 = (bytes) => createHash("sha256").update(bytes).digest();

const HASHES = { keccak256, sha256 };

/** Character sets into which identifiers are packed: by position, as digits of one number. */
const ALPHABETS = {
  "base 33": "0123456789ABCDEFGHJKLMNPRSTUVWXYZ", // the letters of a VIN (ISO 3779: no I, O, Q)
  "base 36": "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ",
};

/** `text` as a number in base `alphabet.length`, big-endian bytes; undefined if a character is not in it. */
function packedByAlphabet(text, alphabet) {
  let number = 0n;
  for (const character of text) {
    const digit = alphabet.indexOf(character);
    if (digit < 0) return undefined;
    number = number * BigInt(alphabet.length) + BigInt(digit);
  }
  const hex = number.toString(16);
  return Buffer.from(hex.padStart(hex.length + (hex.length % 2), "0"), "hex");
}

/** Six bits for each character from 0x20 on, at every bit position within a byte; whole bytes only. */
function packedSixBit(text) {
  const codes = [...text].map((character) => character.charCodeAt(0) - 0x20);
  if (codes.some((code) => code < 0 || code > 63)) return [];
  const bits = codes.map((code) => code.toString(2).padStart(6, "0")).join("");
  return Array.from({ length: 8 }, (_, shift) => {
    const whole = bits.slice(shift); // the bits that fill bytes when the text starts `8 - shift` bits early
    const bytes = whole.match(/.{8}/g) ?? [];
    return Buffer.from(bytes.map((byte) => parseInt(byte, 2)));
  });
}

/** Seven bits for each character, as above. */
function packedSevenBit(text) {
  const bits = [...text].map((character) => character.charCodeAt(0).toString(2).padStart(7, "0")).join("");
  return Array.from({ length: 8 }, (_, shift) =>
    Buffer.from((bits.slice(shift).match(/.{8}/g) ?? []).map((byte) => parseInt(byte, 2))),
  );
}

/** The encodings of a text that are also hashed: [name, bytes]. */
export function encodings(secret) {
  const texts = new Set([secret, secret.toUpperCase(), secret.toLowerCase()]);
  return [...texts].flatMap((text) => {
    const little = Buffer.from(text, "utf16le");
    return [
      ["utf-8", Buffer.from(text, "utf8")],
      ["utf-16le", little],
      ["utf-16be", Buffer.from(little).swap16()],
    ];
  });
}

/** All byte strings that give a secret away where they stand: [name, bytes], at least four bytes each. */
export function needles(secret) {
  const plain = encodings(secret);
  const upper = secret.toUpperCase();
  const packed = [
    ...plain.filter(([name]) => name === "utf-8").map(([, bytes]) => ["reversed", Buffer.from(bytes).reverse()]),
    ...Object.entries(ALPHABETS).map(([name, alphabet]) => [name, packedByAlphabet(upper, alphabet)]),
    ...packedSixBit(upper).map((bytes) => ["six bits", bytes]),
    ...packedSevenBit(upper).map((bytes) => ["seven bits", bytes]),
    ["hexadecimal", Buffer.from(Buffer.from(upper, "utf8").toString("hex"), "utf8")],
  ];
  return [...plain, ...packed].filter(([, bytes]) => bytes && bytes.length >= 4);
}

/** Hashes of a secret alone: [name, digest]. */
export function* hashes(secret) {
  for (const [encoding, bytes] of encodings(secret)) {
    for (const [name, hash] of Object.entries(HASHES)) yield [`${name}(${encoding})`, hash(bytes)];
  }
}

/** Hashes of a secret with `word` before or after it: [name, digest]. */
export function* hashesBeside(secret, word) {
  for (const [encoding, bytes] of encodings(secret)) {
    for (const [name, hash] of Object.entries(HASHES)) {
      yield [`${name}(${encoding} ‖ word)`, hash(Buffer.concat([bytes, word]))];
      yield [`${name}(word ‖ ${encoding})`, hash(Buffer.concat([word, bytes]))];
    }
  }
}
