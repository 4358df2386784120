/** ABI of Grants. */
export const grantsAbi = [
 {
  "type": "constructor",
  "inputs": [
   {
    "name": "registry",
    "type": "address",
    "internalType": "contract IVehicleRegistry"
   },
   {
    "name": "encumbrances",
    "type": "address",
    "internalType": "contract IEncumbrances"
   },
   {
    "name": "serviceRecords",
    "type": "address",
    "internalType": "address"
   },
   {
    "name": "parts",
    "type": "address",
    "internalType": "address"
   }
  ],
  "stateMutability": "nonpayable"
 },
 {
  "type": "function",
  "name": "ENCUMBRANCES",
  "inputs": [],
  "outputs": [
   {
    "name": "",
    "type": "address",
    "internalType": "contract IEncumbrances"
   }
  ],
  "stateMutability": "view"
 },
 {
  "type": "function",
  "name": "PARTS",
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
  "name": "allows",
  "inputs": [
   {
    "name": "vehicle",
    "type": "uint256",
    "internalType": "uint256"
   },
   {
    "name": "grantee",
    "type": "address",
    "internalType": "address"
   },
   {
    "name": "scope",
    "type": "uint8",
    "internalType": "uint8"
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
  "name": "allowsBy",
  "inputs": [
   {
    "name": "vehicle",
    "type": "uint256",
    "internalType": "uint256"
   },
   {
    "name": "grantee",
    "type": "address",
    "internalType": "address"
   },
   {
    "name": "giver",
    "type": "address",
    "internalType": "address"
   },
   {
    "name": "scope",
    "type": "uint8",
    "internalType": "uint8"
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
  "name": "allowsData",
  "inputs": [
   {
    "name": "vehicle",
    "type": "uint256",
    "internalType": "uint256"
   },
   {
    "name": "grantee",
    "type": "address",
    "internalType": "address"
   },
   {
    "name": "giver",
    "type": "address",
    "internalType": "address"
   },
   {
    "name": "scope",
    "type": "uint8",
    "internalType": "uint8"
   },
   {
    "name": "period",
    "type": "uint16",
    "internalType": "uint16"
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
  "name": "grant",
  "inputs": [
   {
    "name": "vehicle",
    "type": "uint256",
    "internalType": "uint256"
   },
   {
    "name": "grantee",
    "type": "address",
    "internalType": "address"
   },
   {
    "name": "terms",
    "type": "tuple",
    "internalType": "struct IGrants.Terms",
    "components": [
     {
      "name": "scopes",
      "type": "uint32",
      "internalType": "uint32"
     },
     {
      "name": "from",
      "type": "uint40",
      "internalType": "uint40"
     },
     {
      "name": "until",
      "type": "uint40",
      "internalType": "uint40"
     },
     {
      "name": "uses",
      "type": "uint16",
      "internalType": "uint16"
     },
     {
      "name": "dataFrom",
      "type": "uint16",
      "internalType": "uint16"
     },
     {
      "name": "dataUntil",
      "type": "uint16",
      "internalType": "uint16"
     }
    ]
   }
  ],
  "outputs": [],
  "stateMutability": "nonpayable"
 },
 {
  "type": "function",
  "name": "grantBound",
  "inputs": [
   {
    "name": "vehicle",
    "type": "uint256",
    "internalType": "uint256"
   },
   {
    "name": "grantee",
    "type": "address",
    "internalType": "address"
   },
   {
    "name": "terms",
    "type": "tuple",
    "internalType": "struct IGrants.Terms",
    "components": [
     {
      "name": "scopes",
      "type": "uint32",
      "internalType": "uint32"
     },
     {
      "name": "from",
      "type": "uint40",
      "internalType": "uint40"
     },
     {
      "name": "until",
      "type": "uint40",
      "internalType": "uint40"
     },
     {
      "name": "uses",
      "type": "uint16",
      "internalType": "uint16"
     },
     {
      "name": "dataFrom",
      "type": "uint16",
      "internalType": "uint16"
     },
     {
      "name": "dataUntil",
      "type": "uint16",
      "internalType": "uint16"
     }
    ]
   }
  ],
  "outputs": [],
  "stateMutability": "nonpayable"
 },
 {
  "type": "function",
  "name": "grantBySignature",
  "inputs": [
   {
    "name": "vehicle",
    "type": "uint256",
    "internalType": "uint256"
   },
   {
    "name": "grantee",
    "type": "address",
    "internalType": "address"
   },
   {
    "name": "terms",
    "type": "tuple",
    "internalType": "struct IGrants.Terms",
    "components": [
     {
      "name": "scopes",
      "type": "uint32",
      "internalType": "uint32"
     },
     {
      "name": "from",
      "type": "uint40",
      "internalType": "uint40"
     },
     {
      "name": "until",
      "type": "uint40",
      "internalType": "uint40"
     },
     {
      "name": "uses",
      "type": "uint16",
      "internalType": "uint16"
     },
     {
      "name": "dataFrom",
      "type": "uint16",
      "internalType": "uint16"
     },
     {
      "name": "dataUntil",
      "type": "uint16",
      "internalType": "uint16"
     }
    ]
   },
   {
    "name": "deadline",
    "type": "uint256",
    "internalType": "uint256"
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
  "name": "grantOf",
  "inputs": [
   {
    "name": "vehicle",
    "type": "uint256",
    "internalType": "uint256"
   },
   {
    "name": "grantee",
    "type": "address",
    "internalType": "address"
   },
   {
    "name": "giver",
    "type": "address",
    "internalType": "address"
   }
  ],
  "outputs": [
   {
    "name": "terms",
    "type": "tuple",
    "internalType": "struct IGrants.Terms",
    "components": [
     {
      "name": "scopes",
      "type": "uint32",
      "internalType": "uint32"
     },
     {
      "name": "from",
      "type": "uint40",
      "internalType": "uint40"
     },
     {
      "name": "until",
      "type": "uint40",
      "internalType": "uint40"
     },
     {
      "name": "uses",
      "type": "uint16",
      "internalType": "uint16"
     },
     {
      "name": "dataFrom",
      "type": "uint16",
      "internalType": "uint16"
     },
     {
      "name": "dataUntil",
      "type": "uint16",
      "internalType": "uint16"
     }
    ]
   },
   {
    "name": "mark",
    "type": "uint40",
    "internalType": "uint40"
   },
   {
    "name": "live",
    "type": "bool",
    "internalType": "bool"
   }
  ],
  "stateMutability": "view"
 },
 {
  "type": "function",
  "name": "revoke",
  "inputs": [
   {
    "name": "vehicle",
    "type": "uint256",
    "internalType": "uint256"
   },
   {
    "name": "grantee",
    "type": "address",
    "internalType": "address"
   },
   {
    "name": "giver",
    "type": "address",
    "internalType": "address"
   }
  ],
  "outputs": [],
  "stateMutability": "nonpayable"
 },
 {
  "type": "function",
  "name": "use",
  "inputs": [
   {
    "name": "vehicle",
    "type": "uint256",
    "internalType": "uint256"
   },
   {
    "name": "grantee",
    "type": "address",
    "internalType": "address"
   },
   {
    "name": "giver",
    "type": "address",
    "internalType": "address"
   },
   {
    "name": "scope",
    "type": "uint8",
    "internalType": "uint8"
   }
  ],
  "outputs": [],
  "stateMutability": "nonpayable"
 },
 {
  "type": "event",
  "name": "GrantRevoked",
  "inputs": [
   {
    "name": "vehicle",
    "type": "uint256",
    "indexed": true,
    "internalType": "uint256"
   },
   {
    "name": "grantee",
    "type": "address",
    "indexed": true,
    "internalType": "address"
   },
   {
    "name": "giver",
    "type": "address",
    "indexed": true,
    "internalType": "address"
   }
  ],
  "anonymous": false
 },
 {
  "type": "event",
  "name": "GrantUsed",
  "inputs": [
   {
    "name": "vehicle",
    "type": "uint256",
    "indexed": true,
    "internalType": "uint256"
   },
   {
    "name": "grantee",
    "type": "address",
    "indexed": true,
    "internalType": "address"
   },
   {
    "name": "giver",
    "type": "address",
    "indexed": true,
    "internalType": "address"
   },
   {
    "name": "scope",
    "type": "uint8",
    "indexed": false,
    "internalType": "uint8"
   },
   {
    "name": "usesLeft",
    "type": "uint16",
    "indexed": false,
    "internalType": "uint16"
   }
  ],
  "anonymous": false
 },
 {
  "type": "event",
  "name": "Granted",
  "inputs": [
   {
    "name": "vehicle",
    "type": "uint256",
    "indexed": true,
    "internalType": "uint256"
   },
   {
    "name": "grantee",
    "type": "address",
    "indexed": true,
    "internalType": "address"
   },
   {
    "name": "giver",
    "type": "address",
    "indexed": true,
    "internalType": "address"
   },
   {
    "name": "terms",
    "type": "tuple",
    "indexed": false,
    "internalType": "struct IGrants.Terms",
    "components": [
     {
      "name": "scopes",
      "type": "uint32",
      "internalType": "uint32"
     },
     {
      "name": "from",
      "type": "uint40",
      "internalType": "uint40"
     },
     {
      "name": "until",
      "type": "uint40",
      "internalType": "uint40"
     },
     {
      "name": "uses",
      "type": "uint16",
      "internalType": "uint16"
     },
     {
      "name": "dataFrom",
      "type": "uint16",
      "internalType": "uint16"
     },
     {
      "name": "dataUntil",
      "type": "uint16",
      "internalType": "uint16"
     }
    ]
   }
  ],
  "anonymous": false
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
  "name": "InvalidTerms",
  "inputs": []
 },
 {
  "type": "error",
  "name": "NotGiver",
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
  "name": "NotGranted",
  "inputs": [
   {
    "name": "vehicle",
    "type": "uint256",
    "internalType": "uint256"
   },
   {
    "name": "grantee",
    "type": "address",
    "internalType": "address"
   },
   {
    "name": "scope",
    "type": "uint8",
    "internalType": "uint8"
   }
  ]
 },
 {
  "type": "error",
  "name": "NotUser",
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
  "name": "NotVehicleOwner",
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
  "name": "ScopesNotHeld",
  "inputs": [
   {
    "name": "holder",
    "type": "address",
    "internalType": "address"
   },
   {
    "name": "scopes",
    "type": "uint32",
    "internalType": "uint32"
   }
  ]
 }
] as const;
