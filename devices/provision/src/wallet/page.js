// Does the tool's tasks with a wallet of this browser (EIP-1193), one after the other. Text comes from the
// tool and is shown as text only.
'use strict';

const element = (id) => document.getElementById(id);
const wallet = (method, params = []) => provider.request({ method, params });
const UNKNOWN_CHAIN = 4902;
let provider;
let account;

/** The wallets that announce themselves (EIP-6963); where there are several, the person chooses. */
const announced = new Map();
window.addEventListener('eip6963:announceProvider', ({ detail }) => {
  announced.set(detail.info.uuid, detail);
  const options = [...announced.values()].map(({ info }) =>
    Object.assign(document.createElement('option'), { value: info.uuid, textContent: info.name }));
  element('wallets').replaceChildren(...options);
  element('wallets').hidden = announced.size < 2 || account !== undefined;
});
window.dispatchEvent(new Event('eip6963:requestProvider'));

function chosen() {
  const [first] = announced.values();
  // An older wallet announces nothing.
  const found = (announced.get(element('wallets').value) ?? first)?.provider ?? window.ethereum;
  if (!found) throw new Error('there is none in this browser; install one and load this page again');
  return found;
}

function show(text, { words = [], details = '', failed = false } = {}) {
  element('text').textContent = text;
  element('text').className = failed ? 'failed' : '';
  element('words').replaceChildren(
    ...words.map((line) => Object.assign(document.createElement('li'), { textContent: line })),
  );
  element('details').textContent = details;
  element('details').hidden = details === '';
}

/** Until the person presses the button and the wallet agrees; one that says no may be asked again. */
async function onPress(label, action) {
  const button = element('button');
  button.textContent = label;
  button.hidden = false;
  for (;;) {
    await new Promise((pressed) => { button.onclick = pressed; });
    button.disabled = true;
    try {
      const result = await action();
      button.hidden = true;
      return result;
    } catch (error) {
      element('text').textContent = `The wallet says: ${error.message ?? error}. You can try again.`;
      element('text').className = 'failed';
    } finally {
      button.disabled = false;
    }
  }
}

/** Signatures and transactions are for the chain that the wallet is on. */
async function switchTo(chain) {
  if (BigInt(await wallet('eth_chainId')) === BigInt(chain.chainId)) return;
  try {
    await wallet('wallet_switchEthereumChain', [{ chainId: chain.chainId }]);
  } catch (error) {
    if ((error.data?.originalError?.code ?? error.code) !== UNKNOWN_CHAIN) throw error;
    await wallet('wallet_addEthereumChain', [chain]);
  }
  if (BigInt(await wallet('eth_chainId')) !== BigInt(chain.chainId)) {
    throw new Error(`it is not on ${chain.chainName} (chain id ${BigInt(chain.chainId)})`);
  }
}

const tasks = {
  async connect({ title, chain }) {
    element('title').textContent = title;
    show(`Your wallet will be asked to connect, and to use the chain ${chain.chainName}.`);
    account = await onPress('Connect the wallet', async () => {
      provider = chosen();
      const [first] = await wallet('eth_requestAccounts');
      await switchTo(chain);
      return first;
    });
    element('wallets').hidden = true;
    element('account').textContent = `Your account: ${account}`;
    return { account };
  },
  async wait({ text }) {
    show(text);
    return { waiting: true };
  },
  async sign({ words, typedData }) {
    show('Read this, compare it with what your wallet shows, and sign.', {
      words,
      details: JSON.stringify(JSON.parse(typedData).message, null, 2),
    });
    const sign = () => wallet('eth_signTypedData_v4', [account, typedData]);
    return { signature: await onPress('Sign', sign) };
  },
  async send({ words, transaction }) {
    show('Your wallet sends this to the chain and pays the fee.', { words });
    const hash = await onPress('Send', () => wallet('eth_sendTransaction', [transaction]));
    show(`Sent as ${hash}. Waiting for its block.`);
    return { transaction: hash };
  },
  async done({ text }) {
    show(`${text} You can close this page.`);
  },
  async failed({ text }) {
    show(text, { failed: true });
  },
};

async function run() {
  for (let answer = { begin: true }; answer; ) {
    const response = await fetch('step', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(answer),
    });
    if (!response.ok) throw new Error(`the tool answers ${response.status}`);
    const task = await response.json();
    answer = await tasks[task.do](task);
  }
}

run().catch((error) => {
  element('button').hidden = true;
  show(`The tool has gone (${error.message}). Look at its terminal, and start it again.`, { failed: true });
});
