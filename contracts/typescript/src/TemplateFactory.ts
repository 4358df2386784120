/** ABI of TemplateFactory. */
export const templateFactoryAbi = [
 {
  "type": "constructor",
  "inputs": [
   {
    "name": "authority",
    "type": "address",
    "internalType": "address"
   },
   {
    "name": "implementations",
    "type": "address[5]",
    "internalType": "address[5]"
   }
  ],
  "stateMutability": "nonpayable"
 },
 {
  "type": "function",
  "name": "authority",
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
  "name": "create",
  "inputs": [
   {
    "name": "kind",
    "type": "uint8",
    "internalType": "enum Template"
   },
   {
    "name": "version",
    "type": "uint16",
    "internalType": "uint16"
   },
   {
    "name": "salt",
    "type": "bytes32",
    "internalType": "bytes32"
   },
   {
    "name": "terms",
    "type": "bytes",
    "internalType": "bytes"
   }
  ],
  "outputs": [
   {
    "name": "instance",
    "type": "address",
    "internalType": "address"
   }
  ],
  "stateMutability": "payable"
 },
 {
  "type": "function",
  "name": "isConsumingScheduledOp",
  "inputs": [],
  "outputs": [
   {
    "name": "",
    "type": "bytes4",
    "internalType": "bytes4"
   }
  ],
  "stateMutability": "view"
 },
 {
  "type": "function",
  "name": "latestVersion",
  "inputs": [
   {
    "name": "kind",
    "type": "uint8",
    "internalType": "enum Template"
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
  "name": "predict",
  "inputs": [
   {
    "name": "kind",
    "type": "uint8",
    "internalType": "enum Template"
   },
   {
    "name": "version",
    "type": "uint16",
    "internalType": "uint16"
   },
   {
    "name": "creator",
    "type": "address",
    "internalType": "address"
   },
   {
    "name": "salt",
    "type": "bytes32",
    "internalType": "bytes32"
   }
  ],
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
  "name": "register",
  "inputs": [
   {
    "name": "kind",
    "type": "uint8",
    "internalType": "enum Template"
   },
   {
    "name": "implementation",
    "type": "address",
    "internalType": "address"
   }
  ],
  "outputs": [
   {
    "name": "version",
    "type": "uint16",
    "internalType": "uint16"
   }
  ],
  "stateMutability": "nonpayable"
 },
 {
  "type": "function",
  "name": "retire",
  "inputs": [
   {
    "name": "kind",
    "type": "uint8",
    "internalType": "enum Template"
   },
   {
    "name": "version",
    "type": "uint16",
    "internalType": "uint16"
   }
  ],
  "outputs": [],
  "stateMutability": "nonpayable"
 },
 {
  "type": "function",
  "name": "setAuthority",
  "inputs": [
   {
    "name": "newAuthority",
    "type": "address",
    "internalType": "address"
   }
  ],
  "outputs": [],
  "stateMutability": "nonpayable"
 },
 {
  "type": "function",
  "name": "templateOf",
  "inputs": [
   {
    "name": "instance",
    "type": "address",
    "internalType": "address"
   }
  ],
  "outputs": [
   {
    "name": "kind",
    "type": "uint8",
    "internalType": "enum Template"
   },
   {
    "name": "version",
    "type": "uint16",
    "internalType": "uint16"
   }
  ],
  "stateMutability": "view"
 },
 {
  "type": "function",
  "name": "versionOf",
  "inputs": [
   {
    "name": "kind",
    "type": "uint8",
    "internalType": "enum Template"
   },
   {
    "name": "version",
    "type": "uint16",
    "internalType": "uint16"
   }
  ],
  "outputs": [
   {
    "name": "implementation",
    "type": "address",
    "internalType": "address"
   },
   {
    "name": "retired",
    "type": "bool",
    "internalType": "bool"
   }
  ],
  "stateMutability": "view"
 },
 {
  "type": "event",
  "name": "AuthorityUpdated",
  "inputs": [
   {
    "name": "authority",
    "type": "address",
    "indexed": false,
    "internalType": "address"
   }
  ],
  "anonymous": false
 },
 {
  "type": "event",
  "name": "Created",
  "inputs": [
   {
    "name": "kind",
    "type": "uint8",
    "indexed": true,
    "internalType": "enum Template"
   },
   {
    "name": "version",
    "type": "uint16",
    "indexed": false,
    "internalType": "uint16"
   },
   {
    "name": "instance",
    "type": "address",
    "indexed": true,
    "internalType": "address"
   },
   {
    "name": "creator",
    "type": "address",
    "indexed": true,
    "internalType": "address"
   }
  ],
  "anonymous": false
 },
 {
  "type": "event",
  "name": "Registered",
  "inputs": [
   {
    "name": "kind",
    "type": "uint8",
    "indexed": true,
    "internalType": "enum Template"
   },
   {
    "name": "version",
    "type": "uint16",
    "indexed": false,
    "internalType": "uint16"
   },
   {
    "name": "implementation",
    "type": "address",
    "indexed": false,
    "internalType": "address"
   }
  ],
  "anonymous": false
 },
 {
  "type": "event",
  "name": "Retired",
  "inputs": [
   {
    "name": "kind",
    "type": "uint8",
    "indexed": true,
    "internalType": "enum Template"
   },
   {
    "name": "version",
    "type": "uint16",
    "indexed": false,
    "internalType": "uint16"
   }
  ],
  "anonymous": false
 },
 {
  "type": "error",
  "name": "AccessManagedInvalidAuthority",
  "inputs": [
   {
    "name": "authority",
    "type": "address",
    "internalType": "address"
   }
  ]
 },
 {
  "type": "error",
  "name": "AccessManagedRequiredDelay",
  "inputs": [
   {
    "name": "caller",
    "type": "address",
    "internalType": "address"
   },
   {
    "name": "delay",
    "type": "uint32",
    "internalType": "uint32"
   }
  ]
 },
 {
  "type": "error",
  "name": "AccessManagedUnauthorized",
  "inputs": [
   {
    "name": "caller",
    "type": "address",
    "internalType": "address"
   }
  ]
 },
 {
  "type": "error",
  "name": "BadTemplate",
  "inputs": [
   {
    "name": "kind",
    "type": "uint8",
    "internalType": "enum Template"
   },
   {
    "name": "implementation",
    "type": "address",
    "internalType": "address"
   }
  ]
 },
 {
  "type": "error",
  "name": "FailedDeployment",
  "inputs": []
 },
 {
  "type": "error",
  "name": "InsufficientBalance",
  "inputs": [
   {
    "name": "balance",
    "type": "uint256",
    "internalType": "uint256"
   },
   {
    "name": "needed",
    "type": "uint256",
    "internalType": "uint256"
   }
  ]
 },
 {
  "type": "error",
  "name": "NoSuchVersion",
  "inputs": [
   {
    "name": "kind",
    "type": "uint8",
    "internalType": "enum Template"
   },
   {
    "name": "version",
    "type": "uint16",
    "internalType": "uint16"
   }
  ]
 }
] as const;
