/** ABI of Contributions. */
export const contributionsAbi = [
 {
  "type": "constructor",
  "inputs": [
   {
    "name": "readings",
    "type": "address",
    "internalType": "address"
   },
   {
    "name": "serviceRecords",
    "type": "address",
    "internalType": "address"
   }
  ],
  "stateMutability": "nonpayable"
 },
 {
  "type": "function",
  "name": "READINGS",
  "inputs": [],
  "outputs": [
   {
    "name": "",
    "type": "address",
    "internalType": "address"
   }
  ],
  "stateMutability": "view"
 },
 {
  "type": "function",
  "name": "SERVICE_RECORDS",
  "inputs": [],
  "outputs": [
   {
    "name": "",
    "type": "address",
    "internalType": "address"
   }
  ],
  "stateMutability": "view"
 },
 {
  "type": "function",
  "name": "count",
  "inputs": [
   {
    "name": "vehicle",
    "type": "uint256",
    "internalType": "uint256"
   },
   {
    "name": "epoch",
    "type": "uint32",
    "internalType": "uint32"
   },
   {
    "name": "scope",
    "type": "uint8",
    "internalType": "uint8"
   },
   {
    "name": "time",
    "type": "uint48",
    "internalType": "uint48"
   },
   {
    "name": "contributor",
    "type": "address",
    "internalType": "address"
   },
   {
    "name": "records",
    "type": "uint32",
    "internalType": "uint32"
   }
  ],
  "outputs": [],
  "stateMutability": "nonpayable"
 },
 {
  "type": "function",
  "name": "recordsIn",
  "inputs": [
   {
    "name": "dataset",
    "type": "bytes32",
    "internalType": "bytes32"
   }
  ],
  "outputs": [
   {
    "name": "",
    "type": "uint256",
    "internalType": "uint256"
   }
  ],
  "stateMutability": "view"
 },
 {
  "type": "function",
  "name": "runAt",
  "inputs": [
   {
    "name": "dataset",
    "type": "bytes32",
    "internalType": "bytes32"
   },
   {
    "name": "index",
    "type": "uint256",
    "internalType": "uint256"
   }
  ],
  "outputs": [
   {
    "name": "contributor",
    "type": "address",
    "internalType": "address"
   },
   {
    "name": "start",
    "type": "uint256",
    "internalType": "uint256"
   },
   {
    "name": "end",
    "type": "uint256",
    "internalType": "uint256"
   }
  ],
  "stateMutability": "view"
 },
 {
  "type": "function",
  "name": "runsIn",
  "inputs": [
   {
    "name": "dataset",
    "type": "bytes32",
    "internalType": "bytes32"
   }
  ],
  "outputs": [
   {
    "name": "",
    "type": "uint256",
    "internalType": "uint256"
   }
  ],
  "stateMutability": "view"
 },
 {
  "type": "event",
  "name": "Contributed",
  "inputs": [
   {
    "name": "dataset",
    "type": "bytes32",
    "indexed": true,
    "internalType": "bytes32"
   },
   {
    "name": "contributor",
    "type": "address",
    "indexed": true,
    "internalType": "address"
   },
   {
    "name": "records",
    "type": "uint32",
    "indexed": false,
    "internalType": "uint32"
   }
  ],
  "anonymous": false
 },
 {
  "type": "error",
  "name": "NoSuchRun",
  "inputs": [
   {
    "name": "dataset",
    "type": "bytes32",
    "internalType": "bytes32"
   },
   {
    "name": "index",
    "type": "uint256",
    "internalType": "uint256"
   }
  ]
 },
 {
  "type": "error",
  "name": "NotRecorder",
  "inputs": [
   {
    "name": "account",
    "type": "address",
    "internalType": "address"
   }
  ]
 },
 {
  "type": "error",
  "name": "VehicleTooLarge",
  "inputs": [
   {
    "name": "vehicle",
    "type": "uint256",
    "internalType": "uint256"
   }
  ]
 }
] as const;
