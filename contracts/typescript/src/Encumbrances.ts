/** ABI of Encumbrances. */
export const encumbrancesAbi = [
 {
  "type": "constructor",
  "inputs": [
   {
    "name": "registry",
    "type": "address",
    "internalType": "contract IVehicleRegistry"
   },
   {
    "name": "factory",
    "type": "address",
    "internalType": "contract ITemplateFactory"
   }
  ],
  "stateMutability": "nonpayable"
 },
 {
  "type": "function",
  "name": "FACTORY",
  "inputs": [],
  "outputs": [
   {
    "name": "",
    "type": "address",
    "internalType": "contract ITemplateFactory"
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
  "name": "consent",
  "inputs": [
   {
    "name": "vehicle",
    "type": "uint256",
    "internalType": "uint256"
   },
   {
    "name": "to",
    "type": "address",
    "internalType": "address"
   }
  ],
  "outputs": [],
  "stateMutability": "nonpayable"
 },
 {
  "type": "function",
  "name": "encumber",
  "inputs": [
   {
    "name": "vehicle",
    "type": "uint256",
    "internalType": "uint256"
   },
   {
    "name": "instance",
    "type": "address",
    "internalType": "address"
   },
   {
    "name": "until",
    "type": "uint40",
    "internalType": "uint40"
   }
  ],
  "outputs": [],
  "stateMutability": "nonpayable"
 },
 {
  "type": "function",
  "name": "encumbrances",
  "inputs": [
   {
    "name": "vehicle",
    "type": "uint256",
    "internalType": "uint256"
   }
  ],
  "outputs": [
   {
    "name": "live",
    "type": "tuple[]",
    "internalType": "struct IEncumbrances.Encumbrance[]",
    "components": [
     {
      "name": "holder",
      "type": "address",
      "internalType": "address"
     },
     {
      "name": "kind",
      "type": "uint8",
      "internalType": "enum Burden"
     },
     {
      "name": "since",
      "type": "uint40",
      "internalType": "uint40"
     },
     {
      "name": "until",
      "type": "uint40",
      "internalType": "uint40"
     }
    ]
   }
  ],
  "stateMutability": "view"
 },
 {
  "type": "function",
  "name": "end",
  "inputs": [
   {
    "name": "vehicle",
    "type": "uint256",
    "internalType": "uint256"
   }
  ],
  "outputs": [],
  "stateMutability": "nonpayable"
 },
 {
  "type": "function",
  "name": "endedAt",
  "inputs": [
   {
    "name": "vehicle",
    "type": "uint256",
    "internalType": "uint256"
   },
   {
    "name": "holder",
    "type": "address",
    "internalType": "address"
   }
  ],
  "outputs": [
   {
    "name": "",
    "type": "uint40",
    "internalType": "uint40"
   }
  ],
  "stateMutability": "view"
 },
 {
  "type": "function",
  "name": "isLive",
  "inputs": [
   {
    "name": "vehicle",
    "type": "uint256",
    "internalType": "uint256"
   },
   {
    "name": "holder",
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
  "name": "liveOf",
  "inputs": [
   {
    "name": "vehicle",
    "type": "uint256",
    "internalType": "uint256"
   },
   {
    "name": "holder",
    "type": "address",
    "internalType": "address"
   }
  ],
  "outputs": [
   {
    "name": "kind",
    "type": "uint8",
    "internalType": "enum Burden"
   },
   {
    "name": "since",
    "type": "uint40",
    "internalType": "uint40"
   }
  ],
  "stateMutability": "view"
 },
 {
  "type": "function",
  "name": "lock",
  "inputs": [
   {
    "name": "vehicle",
    "type": "uint256",
    "internalType": "uint256"
   },
   {
    "name": "instance",
    "type": "address",
    "internalType": "address"
   }
  ],
  "outputs": [],
  "stateMutability": "nonpayable"
 },
 {
  "type": "function",
  "name": "maxEncumbrances",
  "inputs": [],
  "outputs": [
   {
    "name": "",
    "type": "uint256",
    "internalType": "uint256"
   }
  ],
  "stateMutability": "pure"
 },
 {
  "type": "function",
  "name": "maxLock",
  "inputs": [],
  "outputs": [
   {
    "name": "",
    "type": "uint40",
    "internalType": "uint40"
   }
  ],
  "stateMutability": "pure"
 },
 {
  "type": "function",
  "name": "mayMove",
  "inputs": [
   {
    "name": "vehicle",
    "type": "uint256",
    "internalType": "uint256"
   },
   {
    "name": "account",
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
  "name": "onTransfer",
  "inputs": [
   {
    "name": "vehicle",
    "type": "uint256",
    "internalType": "uint256"
   },
   {
    "name": "operator",
    "type": "address",
    "internalType": "address"
   },
   {
    "name": "to",
    "type": "address",
    "internalType": "address"
   }
  ],
  "outputs": [
   {
    "name": "encumbered",
    "type": "bool",
    "internalType": "bool"
   }
  ],
  "stateMutability": "nonpayable"
 },
 {
  "type": "function",
  "name": "onVoid",
  "inputs": [
   {
    "name": "vehicle",
    "type": "uint256",
    "internalType": "uint256"
   }
  ],
  "outputs": [],
  "stateMutability": "nonpayable"
 },
 {
  "type": "event",
  "name": "Encumbered",
  "inputs": [
   {
    "name": "vehicle",
    "type": "uint256",
    "indexed": true,
    "internalType": "uint256"
   },
   {
    "name": "holder",
    "type": "address",
    "indexed": true,
    "internalType": "address"
   },
   {
    "name": "kind",
    "type": "uint8",
    "indexed": false,
    "internalType": "enum Burden"
   },
   {
    "name": "until",
    "type": "uint40",
    "indexed": false,
    "internalType": "uint40"
   }
  ],
  "anonymous": false
 },
 {
  "type": "event",
  "name": "EncumbranceEnded",
  "inputs": [
   {
    "name": "vehicle",
    "type": "uint256",
    "indexed": true,
    "internalType": "uint256"
   },
   {
    "name": "holder",
    "type": "address",
    "indexed": true,
    "internalType": "address"
   },
   {
    "name": "kind",
    "type": "uint8",
    "indexed": false,
    "internalType": "enum Burden"
   }
  ],
  "anonymous": false
 },
 {
  "type": "event",
  "name": "TransferConsented",
  "inputs": [
   {
    "name": "vehicle",
    "type": "uint256",
    "indexed": true,
    "internalType": "uint256"
   },
   {
    "name": "holder",
    "type": "address",
    "indexed": true,
    "internalType": "address"
   },
   {
    "name": "to",
    "type": "address",
    "indexed": true,
    "internalType": "address"
   }
  ],
  "anonymous": false
 },
 {
  "type": "error",
  "name": "AlreadyEncumbered",
  "inputs": [
   {
    "name": "vehicle",
    "type": "uint256",
    "internalType": "uint256"
   },
   {
    "name": "holder",
    "type": "address",
    "internalType": "address"
   }
  ]
 },
 {
  "type": "error",
  "name": "Burdened",
  "inputs": [
   {
    "name": "vehicle",
    "type": "uint256",
    "internalType": "uint256"
   },
   {
    "name": "holder",
    "type": "address",
    "internalType": "address"
   },
   {
    "name": "kind",
    "type": "uint8",
    "internalType": "enum Burden"
   }
  ]
 },
 {
  "type": "error",
  "name": "InvalidEnd",
  "inputs": [
   {
    "name": "until",
    "type": "uint40",
    "internalType": "uint40"
   }
  ]
 },
 {
  "type": "error",
  "name": "NotEncumbered",
  "inputs": [
   {
    "name": "vehicle",
    "type": "uint256",
    "internalType": "uint256"
   },
   {
    "name": "holder",
    "type": "address",
    "internalType": "address"
   }
  ]
 },
 {
  "type": "error",
  "name": "NotRegistry",
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
  "name": "NotTemplate",
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
  "name": "NotVehicleOperator",
  "inputs": [
   {
    "name": "account",
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
  "name": "TooManyEncumbrances",
  "inputs": [
   {
    "name": "vehicle",
    "type": "uint256",
    "internalType": "uint256"
   }
  ]
 }
] as const;
