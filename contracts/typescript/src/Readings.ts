/** ABI of Readings. */
export const readingsAbi = [
 {
  "type": "constructor",
  "inputs": [
   {
    "name": "registry",
    "type": "address",
    "internalType": "contract IVehicleRegistry"
   },
   {
    "name": "devices",
    "type": "address",
    "internalType": "address"
   },
   {
    "name": "contributions",
    "type": "address",
    "internalType": "contract IContributions"
   }
  ],
  "stateMutability": "nonpayable"
 },
 {
  "type": "function",
  "name": "CONTRIBUTIONS",
  "inputs": [],
  "outputs": [
   {
    "name": "",
    "type": "address",
    "internalType": "contract IContributions"
   }
  ],
  "stateMutability": "view"
 },
 {
  "type": "function",
  "name": "DEVICES",
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
  "name": "REGISTRY",
  "inputs": [],
  "outputs": [
   {
    "name": "",
    "type": "address",
    "internalType": "contract IVehicleRegistry"
   }
  ],
  "stateMutability": "view"
 },
 {
  "type": "function",
  "name": "attach",
  "inputs": [
   {
    "name": "device",
    "type": "address",
    "internalType": "address"
   },
   {
    "name": "vehicle",
    "type": "uint256",
    "internalType": "uint256"
   },
   {
    "name": "epoch",
    "type": "uint32",
    "internalType": "uint32"
   }
  ],
  "outputs": [],
  "stateMutability": "nonpayable"
 },
 {
  "type": "function",
  "name": "batchOrigin",
  "inputs": [
   {
    "name": "batch",
    "type": "uint256",
    "internalType": "uint256"
   }
  ],
  "outputs": [
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
    "name": "device",
    "type": "address",
    "internalType": "address"
   }
  ],
  "stateMutability": "view"
 },
 {
  "type": "function",
  "name": "detach",
  "inputs": [
   {
    "name": "device",
    "type": "address",
    "internalType": "address"
   }
  ],
  "outputs": [],
  "stateMutability": "nonpayable"
 },
 {
  "type": "function",
  "name": "isActive",
  "inputs": [
   {
    "name": "device",
    "type": "address",
    "internalType": "address"
   },
   {
    "name": "vehicle",
    "type": "uint256",
    "internalType": "uint256"
   }
  ],
  "outputs": [
   {
    "name": "",
    "type": "bool",
    "internalType": "bool"
   }
  ],
  "stateMutability": "view"
 },
 {
  "type": "function",
  "name": "isTrustedForwarder",
  "inputs": [
   {
    "name": "forwarder",
    "type": "address",
    "internalType": "address"
   }
  ],
  "outputs": [
   {
    "name": "",
    "type": "bool",
    "internalType": "bool"
   }
  ],
  "stateMutability": "view"
 },
 {
  "type": "function",
  "name": "lastReading",
  "inputs": [
   {
    "name": "vehicle",
    "type": "uint256",
    "internalType": "uint256"
   }
  ],
  "outputs": [
   {
    "name": "counter",
    "type": "uint64",
    "internalType": "uint64"
   },
   {
    "name": "odometerKm",
    "type": "uint32",
    "internalType": "uint32"
   },
   {
    "name": "flags",
    "type": "uint16",
    "internalType": "uint16"
   },
   {
    "name": "time",
    "type": "uint48",
    "internalType": "uint48"
   },
   {
    "name": "hash",
    "type": "bytes32",
    "internalType": "bytes32"
   }
  ],
  "stateMutability": "view"
 },
 {
  "type": "function",
  "name": "provesHeader",
  "inputs": [
   {
    "name": "gateway",
    "type": "address",
    "internalType": "address"
   },
   {
    "name": "root",
    "type": "bytes32",
    "internalType": "bytes32"
   },
   {
    "name": "device",
    "type": "address",
    "internalType": "address"
   },
   {
    "name": "header",
    "type": "tuple",
    "internalType": "struct IReadings.Header",
    "components": [
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
      "name": "firstCounter",
      "type": "uint64",
      "internalType": "uint64"
     },
     {
      "name": "lastCounter",
      "type": "uint64",
      "internalType": "uint64"
     },
     {
      "name": "firstTime",
      "type": "uint48",
      "internalType": "uint48"
     },
     {
      "name": "lastTime",
      "type": "uint48",
      "internalType": "uint48"
     },
     {
      "name": "odometerKm",
      "type": "uint32",
      "internalType": "uint32"
     },
     {
      "name": "flags",
      "type": "uint16",
      "internalType": "uint16"
     },
     {
      "name": "leafCount",
      "type": "uint32",
      "internalType": "uint32"
     },
     {
      "name": "scope",
      "type": "uint8",
      "internalType": "uint8"
     },
     {
      "name": "prevHash",
      "type": "bytes32",
      "internalType": "bytes32"
     },
     {
      "name": "root",
      "type": "bytes32",
      "internalType": "bytes32"
     },
     {
      "name": "cid",
      "type": "bytes",
      "internalType": "bytes"
     }
    ]
   },
   {
    "name": "signature",
    "type": "bytes",
    "internalType": "bytes"
   },
   {
    "name": "index",
    "type": "uint256",
    "internalType": "uint256"
   },
   {
    "name": "proof",
    "type": "bytes32[]",
    "internalType": "bytes32[]"
   }
  ],
  "outputs": [
   {
    "name": "",
    "type": "bool",
    "internalType": "bool"
   }
  ],
  "stateMutability": "view"
 },
 {
  "type": "function",
  "name": "provesLeaf",
  "inputs": [
   {
    "name": "root",
    "type": "bytes32",
    "internalType": "bytes32"
   },
   {
    "name": "index",
    "type": "uint256",
    "internalType": "uint256"
   },
   {
    "name": "counter",
    "type": "uint64",
    "internalType": "uint64"
   },
   {
    "name": "recordHash",
    "type": "bytes32",
    "internalType": "bytes32"
   },
   {
    "name": "proof",
    "type": "bytes32[]",
    "internalType": "bytes32[]"
   }
  ],
  "outputs": [
   {
    "name": "",
    "type": "bool",
    "internalType": "bool"
   }
  ],
  "stateMutability": "pure"
 },
 {
  "type": "function",
  "name": "provesRecord",
  "inputs": [
   {
    "name": "batch",
    "type": "uint256",
    "internalType": "uint256"
   },
   {
    "name": "index",
    "type": "uint256",
    "internalType": "uint256"
   },
   {
    "name": "counter",
    "type": "uint64",
    "internalType": "uint64"
   },
   {
    "name": "recordHash",
    "type": "bytes32",
    "internalType": "bytes32"
   },
   {
    "name": "proof",
    "type": "bytes32[]",
    "internalType": "bytes32[]"
   }
  ],
  "outputs": [
   {
    "name": "",
    "type": "bool",
    "internalType": "bool"
   }
  ],
  "stateMutability": "view"
 },
 {
  "type": "function",
  "name": "publishGatewayBatch",
  "inputs": [
   {
    "name": "root",
    "type": "bytes32",
    "internalType": "bytes32"
   },
   {
    "name": "headers",
    "type": "uint32",
    "internalType": "uint32"
   },
   {
    "name": "cid",
    "type": "bytes",
    "internalType": "bytes"
   }
  ],
  "outputs": [],
  "stateMutability": "nonpayable"
 },
 {
  "type": "function",
  "name": "record",
  "inputs": [
   {
    "name": "vehicle",
    "type": "uint256",
    "internalType": "uint256"
   },
   {
    "name": "counter",
    "type": "uint64",
    "internalType": "uint64"
   },
   {
    "name": "odometerKm",
    "type": "uint32",
    "internalType": "uint32"
   },
   {
    "name": "flags",
    "type": "uint16",
    "internalType": "uint16"
   },
   {
    "name": "prevHash",
    "type": "bytes32",
    "internalType": "bytes32"
   },
   {
    "name": "hash",
    "type": "bytes32",
    "internalType": "bytes32"
   }
  ],
  "outputs": [],
  "stateMutability": "nonpayable"
 },
 {
  "type": "function",
  "name": "recordBatch",
  "inputs": [
   {
    "name": "device",
    "type": "address",
    "internalType": "address"
   },
   {
    "name": "header",
    "type": "tuple",
    "internalType": "struct IReadings.Header",
    "components": [
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
      "name": "firstCounter",
      "type": "uint64",
      "internalType": "uint64"
     },
     {
      "name": "lastCounter",
      "type": "uint64",
      "internalType": "uint64"
     },
     {
      "name": "firstTime",
      "type": "uint48",
      "internalType": "uint48"
     },
     {
      "name": "lastTime",
      "type": "uint48",
      "internalType": "uint48"
     },
     {
      "name": "odometerKm",
      "type": "uint32",
      "internalType": "uint32"
     },
     {
      "name": "flags",
      "type": "uint16",
      "internalType": "uint16"
     },
     {
      "name": "leafCount",
      "type": "uint32",
      "internalType": "uint32"
     },
     {
      "name": "scope",
      "type": "uint8",
      "internalType": "uint8"
     },
     {
      "name": "prevHash",
      "type": "bytes32",
      "internalType": "bytes32"
     },
     {
      "name": "root",
      "type": "bytes32",
      "internalType": "bytes32"
     },
     {
      "name": "cid",
      "type": "bytes",
      "internalType": "bytes"
     }
    ]
   },
   {
    "name": "signature",
    "type": "bytes",
    "internalType": "bytes"
   }
  ],
  "outputs": [
   {
    "name": "batch",
    "type": "uint256",
    "internalType": "uint256"
   }
  ],
  "stateMutability": "nonpayable"
 },
 {
  "type": "function",
  "name": "recordFor",
  "inputs": [
   {
    "name": "device",
    "type": "address",
    "internalType": "address"
   },
   {
    "name": "vehicle",
    "type": "uint256",
    "internalType": "uint256"
   },
   {
    "name": "counter",
    "type": "uint64",
    "internalType": "uint64"
   },
   {
    "name": "odometerKm",
    "type": "uint32",
    "internalType": "uint32"
   },
   {
    "name": "flags",
    "type": "uint16",
    "internalType": "uint16"
   },
   {
    "name": "prevHash",
    "type": "bytes32",
    "internalType": "bytes32"
   },
   {
    "name": "hash",
    "type": "bytes32",
    "internalType": "bytes32"
   },
   {
    "name": "signature",
    "type": "bytes",
    "internalType": "bytes"
   }
  ],
  "outputs": [],
  "stateMutability": "nonpayable"
 },
 {
  "type": "function",
  "name": "rollbacksOf",
  "inputs": [
   {
    "name": "vehicle",
    "type": "uint256",
    "internalType": "uint256"
   }
  ],
  "outputs": [
   {
    "name": "",
    "type": "uint16",
    "internalType": "uint16"
   }
  ],
  "stateMutability": "view"
 },
 {
  "type": "function",
  "name": "rootOf",
  "inputs": [
   {
    "name": "batch",
    "type": "uint256",
    "internalType": "uint256"
   }
  ],
  "outputs": [
   {
    "name": "",
    "type": "bytes32",
    "internalType": "bytes32"
   }
  ],
  "stateMutability": "view"
 },
 {
  "type": "function",
  "name": "streamOf",
  "inputs": [
   {
    "name": "device",
    "type": "address",
    "internalType": "address"
   }
  ],
  "outputs": [
   {
    "name": "epoch",
    "type": "uint32",
    "internalType": "uint32"
   },
   {
    "name": "counter",
    "type": "uint64",
    "internalType": "uint64"
   }
  ],
  "stateMutability": "view"
 },
 {
  "type": "function",
  "name": "trustedForwarder",
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
  "type": "event",
  "name": "BatchRecorded",
  "inputs": [
   {
    "name": "vehicle",
    "type": "uint256",
    "indexed": true,
    "internalType": "uint256"
   },
   {
    "name": "device",
    "type": "address",
    "indexed": true,
    "internalType": "address"
   },
   {
    "name": "batch",
    "type": "uint256",
    "indexed": true,
    "internalType": "uint256"
   },
   {
    "name": "firstCounter",
    "type": "uint64",
    "indexed": false,
    "internalType": "uint64"
   },
   {
    "name": "firstTime",
    "type": "uint48",
    "indexed": false,
    "internalType": "uint48"
   },
   {
    "name": "lastTime",
    "type": "uint48",
    "indexed": false,
    "internalType": "uint48"
   },
   {
    "name": "odometerKm",
    "type": "uint32",
    "indexed": false,
    "internalType": "uint32"
   },
   {
    "name": "flags",
    "type": "uint16",
    "indexed": false,
    "internalType": "uint16"
   },
   {
    "name": "leafCount",
    "type": "uint32",
    "indexed": false,
    "internalType": "uint32"
   },
   {
    "name": "scope",
    "type": "uint8",
    "indexed": false,
    "internalType": "uint8"
   },
   {
    "name": "prevHash",
    "type": "bytes32",
    "indexed": false,
    "internalType": "bytes32"
   },
   {
    "name": "root",
    "type": "bytes32",
    "indexed": false,
    "internalType": "bytes32"
   },
   {
    "name": "cid",
    "type": "bytes",
    "indexed": false,
    "internalType": "bytes"
   }
  ],
  "anonymous": false
 },
 {
  "type": "event",
  "name": "GatewayBatchPublished",
  "inputs": [
   {
    "name": "gateway",
    "type": "address",
    "indexed": true,
    "internalType": "address"
   },
   {
    "name": "root",
    "type": "bytes32",
    "indexed": true,
    "internalType": "bytes32"
   },
   {
    "name": "headers",
    "type": "uint32",
    "indexed": false,
    "internalType": "uint32"
   },
   {
    "name": "cid",
    "type": "bytes",
    "indexed": false,
    "internalType": "bytes"
   }
  ],
  "anonymous": false
 },
 {
  "type": "event",
  "name": "OdometerRolledBack",
  "inputs": [
   {
    "name": "vehicle",
    "type": "uint256",
    "indexed": true,
    "internalType": "uint256"
   },
   {
    "name": "device",
    "type": "address",
    "indexed": true,
    "internalType": "address"
   },
   {
    "name": "counter",
    "type": "uint64",
    "indexed": false,
    "internalType": "uint64"
   },
   {
    "name": "fromKm",
    "type": "uint32",
    "indexed": false,
    "internalType": "uint32"
   },
   {
    "name": "toKm",
    "type": "uint32",
    "indexed": false,
    "internalType": "uint32"
   }
  ],
  "anonymous": false
 },
 {
  "type": "event",
  "name": "ReadingRecorded",
  "inputs": [
   {
    "name": "vehicle",
    "type": "uint256",
    "indexed": true,
    "internalType": "uint256"
   },
   {
    "name": "device",
    "type": "address",
    "indexed": true,
    "internalType": "address"
   },
   {
    "name": "counter",
    "type": "uint64",
    "indexed": false,
    "internalType": "uint64"
   },
   {
    "name": "odometerKm",
    "type": "uint32",
    "indexed": false,
    "internalType": "uint32"
   },
   {
    "name": "flags",
    "type": "uint16",
    "indexed": false,
    "internalType": "uint16"
   },
   {
    "name": "prevHash",
    "type": "bytes32",
    "indexed": false,
    "internalType": "bytes32"
   },
   {
    "name": "hash",
    "type": "bytes32",
    "indexed": false,
    "internalType": "bytes32"
   }
  ],
  "anonymous": false
 },
 {
  "type": "error",
  "name": "CounterNotRising",
  "inputs": [
   {
    "name": "counter",
    "type": "uint64",
    "internalType": "uint64"
   },
   {
    "name": "last",
    "type": "uint64",
    "internalType": "uint64"
   }
  ]
 },
 {
  "type": "error",
  "name": "Expired",
  "inputs": [
   {
    "name": "deadline",
    "type": "uint256",
    "internalType": "uint256"
   }
  ]
 },
 {
  "type": "error",
  "name": "InvalidCid",
  "inputs": [
   {
    "name": "length",
    "type": "uint256",
    "internalType": "uint256"
   }
  ]
 },
 {
  "type": "error",
  "name": "InvalidHeader",
  "inputs": []
 },
 {
  "type": "error",
  "name": "InvalidSignature",
  "inputs": [
   {
    "name": "signer",
    "type": "address",
    "internalType": "address"
   }
  ]
 },
 {
  "type": "error",
  "name": "MissingPrecompile",
  "inputs": [
   {
    "name": "",
    "type": "address",
    "internalType": "address"
   }
  ]
 },
 {
  "type": "error",
  "name": "NoConsent",
  "inputs": [
   {
    "name": "firstTime",
    "type": "uint48",
    "internalType": "uint48"
   },
   {
    "name": "pairedAt",
    "type": "uint40",
    "internalType": "uint40"
   }
  ]
 },
 {
  "type": "error",
  "name": "NotDevices",
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
  "name": "NotPaired",
  "inputs": [
   {
    "name": "device",
    "type": "address",
    "internalType": "address"
   },
   {
    "name": "vehicle",
    "type": "uint256",
    "internalType": "uint256"
   }
  ]
 },
 {
  "type": "error",
  "name": "RootKnown",
  "inputs": [
   {
    "name": "root",
    "type": "bytes32",
    "internalType": "bytes32"
   }
  ]
 },
 {
  "type": "error",
  "name": "SafeCastOverflowedUintDowncast",
  "inputs": [
   {
    "name": "bits",
    "type": "uint8",
    "internalType": "uint8"
   },
   {
    "name": "value",
    "type": "uint256",
    "internalType": "uint256"
   }
  ]
 },
 {
  "type": "error",
  "name": "UnknownBatch",
  "inputs": [
   {
    "name": "batch",
    "type": "uint256",
    "internalType": "uint256"
   }
  ]
 },
 {
  "type": "error",
  "name": "WrongEpoch",
  "inputs": [
   {
    "name": "epoch",
    "type": "uint32",
    "internalType": "uint32"
   },
   {
    "name": "current",
    "type": "uint32",
    "internalType": "uint32"
   }
  ]
 }
] as const;
