/** ABI of BurnSink. */
export const burnSinkAbi = [
 {
  "type": "receive",
  "stateMutability": "payable"
 },
 {
  "type": "event",
  "name": "Burned",
  "inputs": [
   {
    "name": "from",
    "type": "address",
    "indexed": true,
    "internalType": "address"
   },
   {
    "name": "amount",
    "type": "uint256",
    "indexed": false,
    "internalType": "uint256"
   }
  ],
  "anonymous": false
 }
] as const;
