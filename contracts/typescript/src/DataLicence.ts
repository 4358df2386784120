/** ABI of DataLicence. */
export const dataLicenceAbi = [
 {
  "type": "constructor",
  "inputs": [
   {
    "name": "encumbrances",
    "type": "address",
    "internalType": "contract IEncumbrances"
   },
   {
    "name": "registry",
    "type": "address",
    "internalType": "contract IERC721"
   },
   {
    "name": "grants",
    "type": "address",
    "internalType": "contract IGrants"
   },
   {
    "name": "feeRouter",
    "type": "address",
    "internalType": "contract IFeeRouter"
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
  "name": "FEE_ROUTER",
  "inputs": [],
  "outputs": [
   {
    "name": "",
    "type": "address",
    "internalType": "contract IFeeRouter"
   }
  ],
  "stateMutability": "view"
 },
 {
  "type": "function",
  "name": "GRANTS",
  "inputs": [],
  "outputs": [
   {
    "name": "",
    "type": "address",
    "internalType": "contract IGrants"
   }
  ],
  "stateMutability": "view"
 },
 {
  "type": "function",
  "name": "MAX_DURATION",
  "inputs": [],
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
  "name": "REGISTRY",
  "inputs": [],
  "outputs": [
   {
    "name": "",
    "type": "address",
    "internalType": "contract IERC721"
   }
  ],
  "stateMutability": "view"
 },
 {
  "type": "function",
  "name": "RELEASE_TIME",
  "inputs": [],
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
  "name": "SERVICE",
  "inputs": [],
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
  "name": "accept",
  "inputs": [
   {
    "name": "licenseeKey",
    "type": "tuple",
    "internalType": "struct KeyWrap.Point",
    "components": [
     {
      "name": "x",
      "type": "uint256",
      "internalType": "uint256"
     },
     {
      "name": "y",
      "type": "uint256",
      "internalType": "uint256"
     }
    ]
   }
  ],
  "outputs": [],
  "stateMutability": "payable"
 },
 {
  "type": "function",
  "name": "cancel",
  "inputs": [],
  "outputs": [],
  "stateMutability": "nonpayable"
 },
 {
  "type": "function",
  "name": "collect",
  "inputs": [],
  "outputs": [],
  "stateMutability": "nonpayable"
 },
 {
  "type": "function",
  "name": "collected",
  "inputs": [],
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
  "name": "earned",
  "inputs": [],
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
  "name": "initialise",
  "inputs": [
   {
    "name": "encoded",
    "type": "bytes",
    "internalType": "bytes"
   }
  ],
  "outputs": [],
  "stateMutability": "payable"
 },
 {
  "type": "function",
  "name": "owedTo",
  "inputs": [
   {
    "name": "account",
    "type": "address",
    "internalType": "address"
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
  "name": "paidAt",
  "inputs": [],
  "outputs": [
   {
    "name": "",
    "type": "uint48",
    "internalType": "uint48"
   }
  ],
  "stateMutability": "view"
 },
 {
  "type": "function",
  "name": "quit",
  "inputs": [],
  "outputs": [],
  "stateMutability": "nonpayable"
 },
 {
  "type": "function",
  "name": "release",
  "inputs": [
   {
    "name": "scope",
    "type": "uint8",
    "internalType": "uint8"
   },
   {
    "name": "period",
    "type": "uint32",
    "internalType": "uint32"
   },
   {
    "name": "ephemeral",
    "type": "tuple",
    "internalType": "struct KeyWrap.Point",
    "components": [
     {
      "name": "x",
      "type": "uint256",
      "internalType": "uint256"
     },
     {
      "name": "y",
      "type": "uint256",
      "internalType": "uint256"
     }
    ]
   },
   {
    "name": "wrapped",
    "type": "bytes32",
    "internalType": "bytes32"
   }
  ],
  "outputs": [],
  "stateMutability": "nonpayable"
 },
 {
  "type": "function",
  "name": "settle",
  "inputs": [],
  "outputs": [],
  "stateMutability": "nonpayable"
 },
 {
  "type": "function",
  "name": "start",
  "inputs": [],
  "outputs": [
   {
    "name": "",
    "type": "uint48",
    "internalType": "uint48"
   }
  ],
  "stateMutability": "view"
 },
 {
  "type": "function",
  "name": "status",
  "inputs": [],
  "outputs": [
   {
    "name": "",
    "type": "uint8",
    "internalType": "enum DataLicence.Status"
   }
  ],
  "stateMutability": "view"
 },
 {
  "type": "function",
  "name": "stopsAt",
  "inputs": [],
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
  "name": "terms",
  "inputs": [],
  "outputs": [
   {
    "name": "",
    "type": "tuple",
    "internalType": "struct DataLicence.Terms",
    "components": [
     {
      "name": "owner",
      "type": "address",
      "internalType": "address"
     },
     {
      "name": "licensee",
      "type": "address",
      "internalType": "address"
     },
     {
      "name": "scopes",
      "type": "uint32",
      "internalType": "uint32"
     },
     {
      "name": "duration",
      "type": "uint32",
      "internalType": "uint32"
     },
     {
      "name": "price",
      "type": "uint128",
      "internalType": "uint128"
     },
     {
      "name": "vehicle",
      "type": "uint256",
      "internalType": "uint256"
     }
    ]
   }
  ],
  "stateMutability": "view"
 },
 {
  "type": "function",
  "name": "withdraw",
  "inputs": [
   {
    "name": "to",
    "type": "address",
    "internalType": "address payable"
   }
  ],
  "outputs": [
   {
    "name": "amount",
    "type": "uint256",
    "internalType": "uint256"
   }
  ],
  "stateMutability": "nonpayable"
 },
 {
  "type": "event",
  "name": "Accepted",
  "inputs": [
   {
    "name": "licensee",
    "type": "address",
    "indexed": true,
    "internalType": "address"
   },
   {
    "name": "vehicle",
    "type": "uint256",
    "indexed": true,
    "internalType": "uint256"
   },
   {
    "name": "licenseeKey",
    "type": "tuple",
    "indexed": false,
    "internalType": "struct KeyWrap.Point",
    "components": [
     {
      "name": "x",
      "type": "uint256",
      "internalType": "uint256"
     },
     {
      "name": "y",
      "type": "uint256",
      "internalType": "uint256"
     }
    ]
   }
  ],
  "anonymous": false
 },
 {
  "type": "event",
  "name": "Cancelled",
  "inputs": [
   {
    "name": "by",
    "type": "address",
    "indexed": true,
    "internalType": "address"
   }
  ],
  "anonymous": false
 },
 {
  "type": "event",
  "name": "Collected",
  "inputs": [
   {
    "name": "amount",
    "type": "uint256",
    "indexed": false,
    "internalType": "uint256"
   },
   {
    "name": "fee",
    "type": "uint256",
    "indexed": false,
    "internalType": "uint256"
   }
  ],
  "anonymous": false
 },
 {
  "type": "event",
  "name": "Ended",
  "inputs": [
   {
    "name": "time",
    "type": "uint256",
    "indexed": false,
    "internalType": "uint256"
   },
   {
    "name": "refunded",
    "type": "uint256",
    "indexed": false,
    "internalType": "uint256"
   }
  ],
  "anonymous": false
 },
 {
  "type": "event",
  "name": "Initialized",
  "inputs": [
   {
    "name": "version",
    "type": "uint64",
    "indexed": false,
    "internalType": "uint64"
   }
  ],
  "anonymous": false
 },
 {
  "type": "event",
  "name": "KeyReleased",
  "inputs": [
   {
    "name": "scope",
    "type": "uint8",
    "indexed": false,
    "internalType": "uint8"
   },
   {
    "name": "period",
    "type": "uint32",
    "indexed": false,
    "internalType": "uint32"
   },
   {
    "name": "ephemeral",
    "type": "tuple",
    "indexed": false,
    "internalType": "struct KeyWrap.Point",
    "components": [
     {
      "name": "x",
      "type": "uint256",
      "internalType": "uint256"
     },
     {
      "name": "y",
      "type": "uint256",
      "internalType": "uint256"
     }
    ]
   },
   {
    "name": "wrapped",
    "type": "bytes32",
    "indexed": false,
    "internalType": "bytes32"
   }
  ],
  "anonymous": false
 },
 {
  "type": "event",
  "name": "Owed",
  "inputs": [
   {
    "name": "account",
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
 },
 {
  "type": "event",
  "name": "Withdrawn",
  "inputs": [
   {
    "name": "account",
    "type": "address",
    "indexed": true,
    "internalType": "address"
   },
   {
    "name": "to",
    "type": "address",
    "indexed": false,
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
 },
 {
  "type": "error",
  "name": "BadTerms",
  "inputs": [
   {
    "name": "field",
    "type": "string",
    "internalType": "string"
   }
  ]
 },
 {
  "type": "error",
  "name": "FailedCall",
  "inputs": []
 },
 {
  "type": "error",
  "name": "HoldTooShort",
  "inputs": [
   {
    "name": "vehicle",
    "type": "uint256",
    "internalType": "uint256"
   },
   {
    "name": "until",
    "type": "uint40",
    "internalType": "uint40"
   }
  ]
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
  "name": "InvalidInitialization",
  "inputs": []
 },
 {
  "type": "error",
  "name": "NotCovered",
  "inputs": [
   {
    "name": "scope",
    "type": "uint8",
    "internalType": "uint8"
   },
   {
    "name": "period",
    "type": "uint32",
    "internalType": "uint32"
   }
  ]
 },
 {
  "type": "error",
  "name": "NotInitializing",
  "inputs": []
 },
 {
  "type": "error",
  "name": "NotOnCurve",
  "inputs": []
 },
 {
  "type": "error",
  "name": "NotOver",
  "inputs": []
 },
 {
  "type": "error",
  "name": "NotParty",
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
    "name": "owner",
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
  "name": "NothingOwed",
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
  "name": "TooLate",
  "inputs": []
 },
 {
  "type": "error",
  "name": "WrongStatus",
  "inputs": [
   {
    "name": "status",
    "type": "uint8",
    "internalType": "enum DataLicence.Status"
   }
  ]
 },
 {
  "type": "error",
  "name": "WrongValue",
  "inputs": [
   {
    "name": "sent",
    "type": "uint256",
    "internalType": "uint256"
   },
   {
    "name": "expected",
    "type": "uint256",
    "internalType": "uint256"
   }
  ]
 }
] as const;
