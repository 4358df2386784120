// What others than makers and owners of devices do on the development chain, and what a stranger may send.
// usage: node chain.mjs maker URL KEY                  licence of a maker, definition of a device
//        node chain.mjs car URL KEY VIN SALT           a registered car
//        node chain.mjs scrap URL KEY VEHICLE          the end of the car, by its owner who inspects it too
//        node chain.mjs sell URL KEY VEHICLE BUYER     the car changes hands
//        node chain.mjs sign URL KEY TYPED_DATA        a signature of EIP-712
//        node chain.mjs send URL KEY TO DATA           a call
// The last line is a JSON value.
import { ethers } from './ethers.mjs';

const [, , command, url, secret, ...rest] = process.argv;
// Of Foundry's test mnemonic: the first account issues licences, the last is the registrar.
const ISSUER = '0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80';
const REGISTRAR = '0x2a871d0798f97d79848a013d4936a73bf4cc922c825d33c1cf7073dff6d409c6';
// Of ILicences.Kind, IDefinitions.Subject and IBrands.Brand.
const MAKER = 1;
const INSPECTION_BODY = 3;
const DEVICE = 2;
const SCRAPPED = 6;

const provider = new ethers.JsonRpcProvider(url, undefined, { cacheTimeout: -1, pollingInterval: 100 });
const wallet = new ethers.Wallet(secret, provider);
const at = (last, abi) => new ethers.Contract(`0x41554300000000000000000000000000000000${last}`, abi, wallet);
const registry = at('02', [
  'function register(bytes32,bytes32,address,uint256,uint256,bytes[])',
  'function nonces(address) view returns (uint256)',
  'function vehicleOf(bytes32) view returns (uint256)',
  'function transferFrom(address,address,uint256)',
]);
const licences = at('09', [
  'function issue(address,uint8,uint64,uint256,address,bytes)',
  'function nonces(address) view returns (uint256)',
]);
const definitions = at('12', [
  'event Defined(uint32 indexed id, uint8 indexed subject, address indexed author, uint16 version, bytes32 hash, bytes cid)',
  'function publish(uint8,bytes32,bytes) returns (uint32)',
]);
const brands = at('1b', ['function request(uint256,uint8)', 'function brand(uint256,uint8,bytes32)']);
const statement = (key, name, contract, types, message) => {
  const domain = { name, version: '1', chainId: 1337, verifyingContract: contract.target };
  return new ethers.Wallet(key).signTypedData(domain, types, message);
};
const fields = (text) => text.split(',').map((field) => {
  const [type, name] = field.trim().split(' ');
  return { type, name };
});
const deadline = Math.floor(Date.now() / 1000) + 3600;

async function license(kind) {
  const holder = wallet.address;
  const message = { holder, kind, expires: deadline, nonce: await licences.nonces(holder), deadline };
  const Licence = fields('address holder, uint8 kind, uint64 expires, uint256 nonce, uint256 deadline');
  const signature = await statement(ISSUER, 'Autochain Licences', licences, { Licence }, message);
  const issuer = new ethers.Wallet(ISSUER).address;
  await (await licences.issue(holder, kind, deadline, deadline, issuer, signature)).wait();
}

const commands = {
  async maker() {
    await license(MAKER);
    const cid = `0x01551220${'00'.repeat(32)}`;
    const receipt = await (await definitions.publish(DEVICE, ethers.id('the dongle'), cid)).wait();
    return Number(definitions.interface.parseLog(receipt.logs[0]).args.id);
  },
  async car(vin, salt) {
    const minter = wallet.address;
    const commitment = ethers.keccak256(ethers.concat([ethers.toUtf8Bytes(vin), salt]));
    const message = { tag: ethers.id(vin), commitment, minter, nonce: await registry.nonces(minter), deadline };
    const Register = fields('bytes32 tag, bytes32 commitment, address minter, uint256 nonce, uint256 deadline');
    const signature = await statement(REGISTRAR, 'Autochain Vehicle', registry, { Register }, message);
    await (await registry.register(message.tag, commitment, minter, message.nonce, deadline, [signature])).wait();
    return Number(await registry.vehicleOf(message.tag));
  },
  async scrap(vehicle) {
    await license(INSPECTION_BODY);
    await (await brands.request(vehicle, SCRAPPED)).wait();
    await (await brands.brand(vehicle, SCRAPPED, ethers.id('shredded'))).wait();
    return null;
  },
  async sell(vehicle, buyer) {
    await (await registry.transferFrom(wallet.address, buyer, vehicle)).wait();
    return null;
  },
  async sign(typedData) {
    const { domain, types: { EIP712Domain, ...types }, message } = JSON.parse(typedData);
    return wallet.signTypedData(domain, types, message);
  },
  async send(to, data) {
    return (await (await wallet.sendTransaction({ to, data })).wait()).hash;
  },
};

console.log(JSON.stringify(await commands[command](...rest)));
process.exit(0);
