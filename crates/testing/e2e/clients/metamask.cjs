// MetaMask's own controllers, without its windows: a network is added by hand, an account imported, a transaction
// approved, signed, sent and followed to its receipt.
//
//   Messenger ─ NetworkController (custom network, block tracker) ─ GasFeeController ─ TransactionController
//             ─ KeyringController (vault, signing) ─ ApprovalController (every request is approved)
//
// Stand-ins: the selected account, feature flags, error reports. MetaMask's gas API is pointed at a closed port, as
// for a chain that it does not know; then the fee is eth_gasPrice. Nothing is asked beyond the node.
//
// usage: node metamask.cjs URL CHAIN_ID_HEX PRIVATE_KEY '{"to": …, "value": …}' | '{"data": …}'
// The last line is a JSON object.
const { Messenger } = require('@metamask/messenger');
const { NetworkController, RpcEndpointType } = require('@metamask/network-controller');
const { GasFeeController } = require('@metamask/gas-fee-controller');
const { TransactionController } = require('@metamask/transaction-controller');
const { KeyringController } = require('@metamask/keyring-controller');
const { ApprovalController } = require('@metamask/approval-controller');
const { webcrypto } = require('node:crypto');

globalThis.crypto ??= webcrypto;
const [, , url, chainId, key, wish] = process.argv;
const CLOSED = 'http://127.0.0.1:1';
const POLL_MS = 200; // the extension's default is 20 s
const PATIENCE_MS = 120_000;

/** The message bus with a namespaced part for each controller. */
function bus() {
  const root = new Messenger({ namespace: 'Root', captureException: (error) => console.error(error) });
  const part = (namespace, actions = [], events = []) => {
    const messenger = new Messenger({ namespace, parent: root });
    if (actions.length + events.length > 0) root.delegate({ messenger, actions, events });
    return messenger;
  };
  return { root, part };
}

/** The vault with one imported account, which is the selected one. */
async function accounts(part) {
  const keyring = new KeyringController({ messenger: part('KeyringController') });
  await keyring.createNewVaultAndKeychain('a password of this test');
  const address = await keyring.importAccountWithStrategy('privateKey', [key.replace(/^0x/, '')]);
  const account = {
    id: 'imported',
    address,
    type: 'eip155:eoa',
    methods: [],
    options: {},
    scopes: ['eip155:0'],
    metadata: { name: 'Imported', importTime: 0, keyring: { type: 'Simple Key Pair' } },
  };
  const selected = part('AccountsController');
  selected.registerActionHandler('AccountsController:getSelectedAccount', () => account);
  selected.registerActionHandler('AccountsController:getState', () => ({
    internalAccounts: { accounts: { imported: account }, selectedAccount: 'imported' },
  }));
  return { keyring, address };
}

/** Approves whatever is asked for, as a user who clicks Confirm. */
function approver(part) {
  const approval = new ApprovalController({
    messenger: part('ApprovalController'),
    showApprovalRequest: () => {
      for (const id of Object.keys(approval.state.pendingApprovals)) {
        setTimeout(() => (approval.acceptRequest ?? approval.accept).call(approval, id), 0);
      }
    },
  });
  return approval;
}

/** "Add a network manually", then switch to it. */
async function addNetwork(part) {
  const network = new NetworkController({
    messenger: part('NetworkController', ['ErrorReportingService:captureException']),
    infuraProjectId: '0'.repeat(32),
    getRpcServiceOptions: () => ({ fetch, btoa }),
    getBlockTrackerOptions: () => ({ pollingInterval: POLL_MS }),
  });
  const added = network.addNetwork({
    chainId,
    name: 'Autochain',
    nativeCurrency: 'AUC',
    defaultRpcEndpointIndex: 0,
    blockExplorerUrls: [],
    rpcEndpoints: [{ type: RpcEndpointType.Custom, url, name: 'Autochain' }],
  });
  const id = added.rpcEndpoints[0].networkClientId;
  await network.initializeProvider();
  await network.setActiveNetwork(id);
  return { network, id };
}

function gasFees(part, network) {
  const actions = ['getState', 'getNetworkClientById', 'getEIP1559Compatibility'];
  return new GasFeeController({
    messenger: part(
      'GasFeeController',
      actions.map((name) => `NetworkController:${name}`),
      ['NetworkController:networkDidChange'],
    ),
    interval: 10_000,
    clientId: 'extension',
    getProvider: () => network.getProviderAndBlockTracker().provider,
    getCurrentNetworkEIP1559Compatibility: async () => network.getEIP1559Compatibility(),
    getCurrentNetworkLegacyGasAPICompatibility: () => false,
    getCurrentAccountEIP1559Compatibility: () => true,
    EIP1559APIEndpoint: `${CLOSED}/networks/<chain_id>/suggestedGasFees`,
    legacyAPIEndpoint: `${CLOSED}/networks/<chain_id>/gasPrices`,
  });
}

function transactions(part, { network, id, gas, keyring, address }) {
  return new TransactionController({
    messenger: part(
      'TransactionController',
      [
        'AccountsController:getSelectedAccount',
        'AccountsController:getState',
        'ApprovalController:addRequest',
        'KeyringController:signEip7702Authorization',
        'NetworkController:findNetworkClientIdByChainId',
        'NetworkController:getNetworkClientById',
        'RemoteFeatureFlagController:getState',
      ],
      ['NetworkController:stateChange'],
    ),
    disableHistory: true,
    disableSendFlowHistory: true,
    disableSwaps: true,
    transactionHistoryLimit: 40,
    getCurrentNetworkEIP1559Compatibility: async () => network.getEIP1559Compatibility(id),
    getCurrentAccountEIP1559Compatibility: async () => true,
    getNetworkClientRegistry: () => network.getNetworkClientRegistry(),
    getNetworkState: () => network.state,
    getGasFeeEstimates: (options) => gas.fetchGasFeeEstimates(options),
    getPermittedAccounts: async () => [address],
    isSimulationEnabled: () => false,
    isFirstTimeInteractionEnabled: () => false,
    incomingTransactions: { isEnabled: () => false },
    pendingTransactions: { isResubmitEnabled: () => true },
    sign: (transaction, from) => keyring.signTransaction(transaction, from),
    hooks: {},
    state: {},
  });
}

async function main() {
  const { root, part } = bus();
  part('ErrorReportingService').registerActionHandler('ErrorReportingService:captureException', console.error);
  part('RemoteFeatureFlagController').registerActionHandler('RemoteFeatureFlagController:getState', () => ({
    remoteFeatureFlags: {},
    cacheTimestamp: 0,
  }));
  const { keyring, address } = await accounts(part);
  approver(part);
  const { network, id } = await addNetwork(part);
  const status = network.state.networksMetadata[id];
  const { provider, blockTracker } = network.getNetworkClientById(id);
  await blockTracker.getLatestBlock();
  const balance = await provider.request({ method: 'eth_getBalance', params: [address, 'latest'] });
  const gas = gasFees(part, network);
  const controller = transactions(part, { network, id, gas, keyring, address });

  const confirmed = new Promise((done) => root.subscribe('TransactionController:transactionConfirmed', done));
  const { result } = await controller.addTransaction(
    { from: address, value: '0x0', ...JSON.parse(wish) },
    { networkClientId: id, origin: 'metamask', requireApproval: true },
  );
  const hash = await result;
  const seen = () => controller.state.transactions.find((transaction) => transaction.hash === hash);
  const late = new Promise((_, fail) => {
    setTimeout(() => fail(new Error(`not confirmed: ${JSON.stringify(seen())}`)), PATIENCE_MS);
  });
  await Promise.race([confirmed, late]);
  const { status: outcome, txParams, txReceipt } = seen();
  const signature = await keyring.signPersonalMessage({ from: address, data: '0x68656c6c6f' });
  return {
    address,
    network: status.status,
    eip1559: status.EIPS[1559],
    balance,
    hash,
    outcome,
    type: txParams.type,
    maxFeePerGas: txParams.maxFeePerGas,
    maxPriorityFeePerGas: txParams.maxPriorityFeePerGas,
    status: txReceipt.status,
    block: txReceipt.blockNumber,
    contract: txReceipt.contractAddress ?? null,
    signature,
  };
}

main().then(
  (seen) => {
    console.log(JSON.stringify(seen));
    process.exit(0);
  },
  (error) => {
    console.error(error);
    process.exit(1);
  },
);
