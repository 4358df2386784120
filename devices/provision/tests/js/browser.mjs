// A browser with a wallet, as far as the tool's page needs them: loads the page over HTTP, runs its script and
// presses its button whenever there is one. The wallet (EIP-1193) signs with ethers, knows one other chain at
// first, and refuses what a wallet refuses.
// usage: node browser.mjs PAGE KEY [reject|reload|several]
//        reject: the person says no to each signature once; reload: the page is loaded again before it is signed;
//        several: another wallet took window.ethereum, both announce themselves, and the person chooses
// Prints what the page showed, one line each; exits with 1 when the page failed.
import vm from 'node:vm';
import { ethers } from './ethers.mjs';

const [, , page, secret, mood] = process.argv;
const calls = [];
const wallet = {
  key: new ethers.Wallet(secret),
  chains: new Map([['0x1', null]]),
  chain: '0x1',
  rejected: new Set(),
  async request({ method, params }) {
    calls.push(method);
    return this[method](...params);
  },
  async eth_requestAccounts() {
    return [this.key.address.toLowerCase()];
  },
  async eth_chainId() {
    return this.chain;
  },
  async wallet_switchEthereumChain({ chainId }) {
    if (!this.chains.has(chainId)) throw Object.assign(new Error('Unrecognized chain ID'), { code: 4902 });
    this.chain = chainId;
    return null;
  },
  async wallet_addEthereumChain({ chainId, rpcUrls: [url], nativeCurrency }) {
    const provider = new ethers.JsonRpcProvider(url, undefined, { cacheTimeout: -1, pollingInterval: 100 });
    // As MetaMask does: the node must be on the chain that the page names.
    if (BigInt(await provider.send('eth_chainId', [])) !== BigInt(chainId)) throw new Error('another chain id');
    if (nativeCurrency.decimals !== 18) throw new Error('coins have 18 decimals');
    this.chains.set(chainId, provider);
    this.chain = chainId;
    return null;
  },
  async eth_signTypedData_v4(account, typedData) {
    this.mayRefuse('eth_signTypedData_v4');
    const { domain, types: { EIP712Domain, ...types }, primaryType, message } = JSON.parse(typedData);
    if (BigInt(domain.chainId) !== BigInt(this.chain)) throw new Error('the data is for another chain');
    if (account.toLowerCase() !== this.key.address.toLowerCase()) throw new Error('not my account');
    if (EIP712Domain.length !== 4 || !types[primaryType]) throw new Error('incomplete types');
    return this.key.signTypedData(domain, types, message);
  },
  async eth_sendTransaction({ from, ...transaction }) {
    this.mayRefuse('eth_sendTransaction');
    if (ethers.getAddress(from) !== this.key.address) throw new Error('not my account');
    return (await this.key.connect(this.chains.get(this.chain)).sendTransaction(transaction)).hash;
  },
  mayRefuse(method) {
    if (mood === 'reject' && !this.rejected.has(method)) {
      this.rejected.add(method);
      throw Object.assign(new Error('User rejected the request.'), { code: 4001 });
    }
  },
};

/** Another wallet, which nobody chose. */
const other = { async request() { throw new Error('the wrong wallet was asked'); } };

/** The page's window, with the wallets that are installed. */
function browserWindow() {
  const installed = mood === 'several' ? [other, wallet] : [wallet];
  const window = Object.assign(new EventTarget(), { ethereum: installed[0] });
  if (mood === 'several') {
    window.addEventListener('eip6963:requestProvider', () => {
      for (const [index, provider] of installed.entries()) {
        const info = { uuid: `uuid-${index}`, name: `Wallet ${index}`, icon: '', rdns: 'example' };
        const detail = Object.freeze({ info, provider });
        window.dispatchEvent(Object.assign(new Event('eip6963:announceProvider'), { detail }));
      }
    });
  }
  return window;
}

const response = await fetch(page);
const html = await response.text();
const policy = response.headers.get('content-security-policy');
for (const needed of ["default-src 'none'", "script-src 'self'", "connect-src 'self'", "frame-ancestors 'none'"]) {
  if (!policy.includes(needed)) throw new Error(`the page allows too much: ${policy}`);
}
if (/<script>|<style|onclick=|style=/.test(html)) throw new Error('the policy would stop what is in the page itself');
for (const [, file] of html.matchAll(/(?:src|href)="([^"]*)"/g)) {
  if (!(await fetch(new URL(file, page))).ok) throw new Error(`${file} is not there`);
}
const script = await (await fetch(new URL('page.js', page))).text();

/** Runs the page until it ends; true when it is to be loaded again. */
function load(again) {
  return new Promise((resolve, reject) => {
    const fail = (reason) => reject(new Error(reason));
    const make = (id) => ({
      hidden: html.includes(`id="${id}" hidden`),
      className: '',
      textContent: '',
      children: [],
      replaceChildren(...children) { this.children = children; },
      set onclick(press) {
        if (this.hidden || this.disabled) return;
        const wallets = elements.get('wallets');
        if (!wallets.hidden) wallets.value = wallets.children.find((option) => option.textContent === 'Wallet 1').value;
        if (again && this.textContent === 'Sign') return resolve(true);
        setTimeout(press, 0);
      },
    });
    const elements = new Map([...html.matchAll(/id="([a-z]+)"/g)].map(([, id]) => [id, make(id)]));
    let text = '';
    const status = elements.get('text');
    Object.defineProperty(status, 'textContent', {
      get: () => text,
      set(value) {
        text = value;
        // What goes with it is set in the same turn.
        setTimeout(() => {
          console.log(value);
          for (const { textContent } of elements.get('words').children) console.log(`  ${textContent}`);
          if (value.endsWith('You can close this page.')) resolve(false);
          if (status.className === 'failed' && !value.includes('You can try again')) fail(value);
        }, 0);
      },
    });
    const document = {
      getElementById: (id) => elements.get(id) ?? fail(`no element ${id}`),
      createElement: () => ({ textContent: '' }),
    };
    const relative = (url, init) => fetch(new URL(url, page), init);
    vm.runInNewContext(script, { window: browserWindow(), document, fetch: relative, Event });
  });
}

try {
  if (await load(mood === 'reload')) await load(false);
  console.log(`the wallet was asked: ${calls.join(' ')}`);
  process.exit(0);
} catch (error) {
  console.error(error.message);
  process.exit(1);
}
