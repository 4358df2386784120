// Writes predeploys.json: how the contracts that other chains have at well-known addresses come to stand in block 0.
// usage: node predeploys.mjs
//
// - Contracts deployed by a signed transaction that fits every chain (Nick's method): the transaction. Its signature
//   fixes every byte: another byte would give another sender, and so another address.
// - Safe 1.5.0 (LGPL-3.0-only): creation code from the npm package @safe-global/safe-smart-account@1.5.0, deployed by
//   CREATE2 with salt 0, so that the address fixes every byte too.
// - Multicall3 (MIT): creation code from the npm package viem@2.57.20, file constants/contracts.ts.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const here = new URL('.', import.meta.url).pathname;
const scratch = mkdtempSync(join(tmpdir(), 'predeploys-'));

/** Unpacks a package of npm and returns its folder. */
function unpack(name) {
  const args = ['pack', name, '--pack-destination', scratch, '--ignore-scripts', '--silent'];
  const file = execFileSync('npm', args, { encoding: 'utf8' }).trim();
  const folder = join(scratch, file.replace('.tgz', ''));
  execFileSync('mkdir', [folder]);
  execFileSync('tar', ['xzf', join(scratch, file), '-C', folder, '--strip-components=1']);
  return folder;
}

const safe = unpack('@safe-global/safe-smart-account@1.5.0');
const viem = unpack('viem@2.57.20');
const safeCode = (path) => JSON.parse(readFileSync(join(safe, 'build/artifacts/contracts', path), 'utf8')).bytecode;
const [multicall3] = readFileSync(join(viem, 'constants/contracts.ts'), 'utf8').match(/0x[0-9a-f]{8000,}/);

const nick = 'a transaction whose signature gives its sender';
const source = 'npm @safe-global/safe-smart-account@1.5.0, LGPL-3.0-only';
const singletonFactory = '0x914d7Fec6aaC8cd542e72Bca78B30650d45643d7';
const viaSafe = (name, address, path) =>
  ({ name, address, source, factory: singletonFactory, code: safeCode(path) });
// The code of both deterministic deployment proxies.
const proxy =
  '0x604580600e600039806000f350fe7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe03601600081602082378035828234f58015156039578182fd5b8082525050506014600cf3';

const predeploys = [
  {
    name: 'DeterministicDeploymentProxy',
    address: '0x4e59b44847b379578588920cA78FbF26c0B4956C',
    source: nick,
    transaction:
      `0xf8a58085174876e800830186a08080b853${proxy.slice(2)}1ba0${'22'.repeat(32)}a0${'22'.repeat(32)}`,
  },
  {
    name: 'ERC2470SingletonFactory',
    address: '0xce0042B868300000d44A59004Da54A005ffdcf9f',
    source: `${nick}; ERC-2470`,
    transaction:
      '0xf9016c8085174876e8008303c4d88080b90154608060405234801561001057600080fd5b50610134806100206000396000f3fe6080604052348015600f57600080fd5b506004361060285760003560e01c80634af63f0214602d575b600080fd5b60cf60048036036040811015604157600080fd5b810190602081018135640100000000811115605b57600080fd5b820183602082011115606c57600080fd5b80359060200191846001830284011164010000000083111715608d57600080fd5b91908080601f016020809104026020016040519081016040528093929190818152602001838380828437600092019190915250929550509135925060eb915050565b604080516001600160a01b039092168252519081900360200190f35b6000818351602085016000f5939250505056fea26469706673582212206b44f8a82cb6b156bfcc3dc6aadd6df4eefd204bc928a4397fd15dacf6d5320564736f6c63430006020033' +
      '1b83247000822470',
  },
  {
    name: 'SafeSingletonFactory',
    address: singletonFactory,
    source: 'the code of DeterministicDeploymentProxy, created by the first transaction of its sender',
    sender: '0xE1CB04A0fA36DdD16a06ea828007E35e1a3cBC37',
    code: proxy,
  },
  {
    name: 'Multicall3',
    address: '0xcA11bde05977b3631167028862bE2a173976CA11',
    source: 'npm viem@2.57.20, MIT; created by the first transaction of its sender',
    sender: '0x05f32B3cC3888453ff71B01135B34FF8e41263F2',
    code: multicall3,
  },
  viaSafe('Safe', '0xFf51A5898e281Db6DfC7855790607438dF2ca44b', 'Safe.sol/Safe.json'),
  viaSafe('SafeL2', '0xEdd160fEBBD92E350D4D398fb636302fccd67C7e', 'SafeL2.sol/SafeL2.json'),
  viaSafe('SafeProxyFactory', '0x14F2982D601c9458F93bd70B218933A6f8165e7b', 'proxies/SafeProxyFactory.sol/SafeProxyFactory.json'),
  viaSafe('CompatibilityFallbackHandler', '0x3EfCBb83A4A7AfcB4F68D501E2c2203a38be77f4', 'handler/CompatibilityFallbackHandler.sol/CompatibilityFallbackHandler.json'),
  viaSafe('MultiSend', '0x218543288004CD07832472D464648173c77D7eB7', 'libraries/MultiSend.sol/MultiSend.json'),
  viaSafe('MultiSendCallOnly', '0xA83c336B20401Af773B6219BA5027174338D1836', 'libraries/MultiSendCallOnly.sol/MultiSendCallOnly.json'),
  viaSafe('SignMessageLib', '0x4FfeF8222648872B3dE295Ba1e49110E61f5b5aa', 'libraries/SignMessageLib.sol/SignMessageLib.json'),
  viaSafe('CreateCall', '0x2Ef5ECfbea521449E4De05EDB1ce63B75eDA90B4', 'libraries/CreateCall.sol/CreateCall.json'),
];
writeFileSync(join(here, 'predeploys.json'), `${JSON.stringify(predeploys, null, 1)}\n`);
rmSync(scratch, { recursive: true });
