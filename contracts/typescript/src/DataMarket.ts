/** ABI of DataMarket. */
export const dataMarketAbi = [
 {
  "type": "constructor",
  "inputs": [
   {
    "name": "token",
    "type": "address",
    "internalType": "contract AUC"
   },
   {
    "name": "registry",
    "type": "address",
    "internalType": "contract IVehicleTitles"
   },
   {
    "name": "records",
    "type": "address",
    "internalType": "contract IRecordSource"
   },
   {
    "name": "contributions",
    "type": "address",
    "internalType": "contract IContributions"
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
  "type": "receive",
  "stateMutability": "payable"
 },
 {
  "type": "function",
  "name": "AUC_TOKEN",
  "inputs": [],
  "outputs": [
   {
    "name": "",
    "type": "address",
    "internalType": "contract AUC"
   }
  ],
  "stateMutability": "view"
 },
 {
  "type": "function",
  "name": "BOND_RATE",
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
  "name": "DISPUTE_TIME",
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
  "name": "RECORDS",
  "inputs": [],
  "outputs": [
   {
    "name": "",
    "type": "address",
    "internalType": "contract IRecordSource"
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
    "internalType": "contract IVehicleTitles"
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
  "name": "bondFor",
  "inputs": [
   {
    "name": "price",
    "type": "uint256",
    "internalType": "uint256"
   }
  ],
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
  "name": "claim",
  "inputs": [
   {
    "name": "order",
    "type": "uint256",
    "internalType": "uint256"
   },
   {
    "name": "run",
    "type": "uint256",
    "internalType": "uint256"
   },
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
  "type": "function",
  "name": "dispute",
  "inputs": [
   {
    "name": "order",
    "type": "uint256",
    "internalType": "uint256"
   },
   {
    "name": "secret",
    "type": "uint256",
    "internalType": "uint256"
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
    "name": "shared",
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
   },
   {
    "name": "sealedRecord",
    "type": "bytes",
    "internalType": "bytes"
   },
   {
    "name": "leaf",
    "type": "tuple",
    "internalType": "struct IDataMarket.Leaf",
    "components": [
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
      "name": "proof",
      "type": "bytes32[]",
      "internalType": "bytes32[]"
     }
    ]
   }
  ],
  "outputs": [],
  "stateMutability": "nonpayable"
 },
 {
  "type": "function",
  "name": "orderOf",
  "inputs": [
   {
    "name": "order",
    "type": "uint256",
    "internalType": "uint256"
   }
  ],
  "outputs": [
   {
    "name": "",
    "type": "tuple",
    "internalType": "struct IDataMarket.Order",
    "components": [
     {
      "name": "buyer",
      "type": "address",
      "internalType": "address"
     },
     {
      "name": "time",
      "type": "uint40",
      "internalType": "uint40"
     },
     {
      "name": "status",
      "type": "uint8",
      "internalType": "enum IDataMarket.Status"
     },
     {
      "name": "wrapped",
      "type": "bool",
      "internalType": "bool"
     },
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
      "name": "seller",
      "type": "address",
      "internalType": "address"
     },
     {
      "name": "price",
      "type": "uint96",
      "internalType": "uint96"
     },
     {
      "name": "keyAccount",
      "type": "address",
      "internalType": "address"
     },
     {
      "name": "vehicle",
      "type": "uint64",
      "internalType": "uint64"
     },
     {
      "name": "epoch",
      "type": "uint32",
      "internalType": "uint32"
     },
     {
      "name": "handover",
      "type": "bytes32",
      "internalType": "bytes32"
     },
     {
      "name": "fee",
      "type": "uint96",
      "internalType": "uint96"
     },
     {
      "name": "bondTaken",
      "type": "bool",
      "internalType": "bool"
     }
    ]
   }
  ],
  "stateMutability": "view"
 },
 {
  "type": "function",
  "name": "priceOf",
  "inputs": [
   {
    "name": "vehicle",
    "type": "uint256",
    "internalType": "uint256"
   },
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
  ],
  "outputs": [
   {
    "name": "",
    "type": "uint96",
    "internalType": "uint96"
   }
  ],
  "stateMutability": "view"
 },
 {
  "type": "function",
  "name": "purchase",
  "inputs": [
   {
    "name": "vehicle",
    "type": "uint256",
    "internalType": "uint256"
   },
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
    "name": "buyerKey",
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
  "outputs": [
   {
    "name": "order",
    "type": "uint256",
    "internalType": "uint256"
   }
  ],
  "stateMutability": "payable"
 },
 {
  "type": "function",
  "name": "purchaseWithPermit",
  "inputs": [
   {
    "name": "vehicle",
    "type": "uint256",
    "internalType": "uint256"
   },
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
    "name": "buyerKey",
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
    "name": "maximum",
    "type": "uint256",
    "internalType": "uint256"
   },
   {
    "name": "deadline",
    "type": "uint256",
    "internalType": "uint256"
   },
   {
    "name": "v",
    "type": "uint8",
    "internalType": "uint8"
   },
   {
    "name": "r",
    "type": "bytes32",
    "internalType": "bytes32"
   },
   {
    "name": "s",
    "type": "bytes32",
    "internalType": "bytes32"
   }
  ],
  "outputs": [
   {
    "name": "order",
    "type": "uint256",
    "internalType": "uint256"
   }
  ],
  "stateMutability": "nonpayable"
 },
 {
  "type": "function",
  "name": "refund",
  "inputs": [
   {
    "name": "order",
    "type": "uint256",
    "internalType": "uint256"
   }
  ],
  "outputs": [],
  "stateMutability": "nonpayable"
 },
 {
  "type": "function",
  "name": "release",
  "inputs": [
   {
    "name": "order",
    "type": "uint256",
    "internalType": "uint256"
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
  "stateMutability": "payable"
 },
 {
  "type": "function",
  "name": "setPrice",
  "inputs": [
   {
    "name": "vehicle",
    "type": "uint256",
    "internalType": "uint256"
   },
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
    "name": "price",
    "type": "uint96",
    "internalType": "uint96"
   }
  ],
  "outputs": [],
  "stateMutability": "nonpayable"
 },
 {
  "type": "function",
  "name": "settle",
  "inputs": [
   {
    "name": "order",
    "type": "uint256",
    "internalType": "uint256"
   }
  ],
  "outputs": [],
  "stateMutability": "nonpayable"
 },
 {
  "type": "function",
  "name": "shareOf",
  "inputs": [
   {
    "name": "order",
    "type": "uint256",
    "internalType": "uint256"
   },
   {
    "name": "run",
    "type": "uint256",
    "internalType": "uint256"
   }
  ],
  "outputs": [
   {
    "name": "amount",
    "type": "uint256",
    "internalType": "uint256"
   }
  ],
  "stateMutability": "view"
 },
 {
  "type": "function",
  "name": "takeBond",
  "inputs": [
   {
    "name": "order",
    "type": "uint256",
    "internalType": "uint256"
   },
   {
    "name": "to",
    "type": "address",
    "internalType": "address payable"
   }
  ],
  "outputs": [],
  "stateMutability": "nonpayable"
 },
 {
  "type": "event",
  "name": "BondReturned",
  "inputs": [
   {
    "name": "order",
    "type": "uint256",
    "indexed": true,
    "internalType": "uint256"
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
  "type": "event",
  "name": "Claimed",
  "inputs": [
   {
    "name": "order",
    "type": "uint256",
    "indexed": true,
    "internalType": "uint256"
   },
   {
    "name": "run",
    "type": "uint256",
    "indexed": true,
    "internalType": "uint256"
   },
   {
    "name": "contributor",
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
  "type": "event",
  "name": "KeyReleased",
  "inputs": [
   {
    "name": "order",
    "type": "uint256",
    "indexed": true,
    "internalType": "uint256"
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
  "name": "PriceSet",
  "inputs": [
   {
    "name": "vehicle",
    "type": "uint256",
    "indexed": true,
    "internalType": "uint256"
   },
   {
    "name": "epoch",
    "type": "uint32",
    "indexed": true,
    "internalType": "uint32"
   },
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
    "name": "seller",
    "type": "address",
    "indexed": false,
    "internalType": "address"
   },
   {
    "name": "price",
    "type": "uint96",
    "indexed": false,
    "internalType": "uint96"
   }
  ],
  "anonymous": false
 },
 {
  "type": "event",
  "name": "Purchased",
  "inputs": [
   {
    "name": "order",
    "type": "uint256",
    "indexed": true,
    "internalType": "uint256"
   },
   {
    "name": "vehicle",
    "type": "uint256",
    "indexed": true,
    "internalType": "uint256"
   },
   {
    "name": "buyer",
    "type": "address",
    "indexed": true,
    "internalType": "address"
   },
   {
    "name": "epoch",
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
    "name": "period",
    "type": "uint32",
    "indexed": false,
    "internalType": "uint32"
   },
   {
    "name": "seller",
    "type": "address",
    "indexed": false,
    "internalType": "address"
   },
   {
    "name": "price",
    "type": "uint96",
    "indexed": false,
    "internalType": "uint96"
   },
   {
    "name": "buyerKey",
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
  "name": "Refunded",
  "inputs": [
   {
    "name": "order",
    "type": "uint256",
    "indexed": true,
    "internalType": "uint256"
   },
   {
    "name": "buyer",
    "type": "address",
    "indexed": true,
    "internalType": "address"
   },
   {
    "name": "amount",
    "type": "uint256",
    "indexed": false,
    "internalType": "uint256"
   },
   {
    "name": "penalty",
    "type": "uint256",
    "indexed": false,
    "internalType": "uint256"
   }
  ],
  "anonymous": false
 },
 {
  "type": "event",
  "name": "Settled",
  "inputs": [
   {
    "name": "order",
    "type": "uint256",
    "indexed": true,
    "internalType": "uint256"
   },
   {
    "name": "fee",
    "type": "uint256",
    "indexed": false,
    "internalType": "uint256"
   },
   {
    "name": "rest",
    "type": "uint256",
    "indexed": false,
    "internalType": "uint256"
   }
  ],
  "anonymous": false
 },
 {
  "type": "error",
  "name": "AlreadyClaimed",
  "inputs": [
   {
    "name": "order",
    "type": "uint256",
    "internalType": "uint256"
   },
   {
    "name": "run",
    "type": "uint256",
    "internalType": "uint256"
   }
  ]
 },
 {
  "type": "error",
  "name": "BondTaken",
  "inputs": [
   {
    "name": "order",
    "type": "uint256",
    "internalType": "uint256"
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
  "name": "KeyIsRight",
  "inputs": [
   {
    "name": "order",
    "type": "uint256",
    "internalType": "uint256"
   }
  ]
 },
 {
  "type": "error",
  "name": "NoRecords",
  "inputs": [
   {
    "name": "dataset",
    "type": "bytes32",
    "internalType": "bytes32"
   }
  ]
 },
 {
  "type": "error",
  "name": "NotBuyer",
  "inputs": [
   {
    "name": "account",
    "type": "address",
    "internalType": "address"
   },
   {
    "name": "order",
    "type": "uint256",
    "internalType": "uint256"
   }
  ]
 },
 {
  "type": "error",
  "name": "NotContributor",
  "inputs": [
   {
    "name": "account",
    "type": "address",
    "internalType": "address"
   },
   {
    "name": "order",
    "type": "uint256",
    "internalType": "uint256"
   },
   {
    "name": "run",
    "type": "uint256",
    "internalType": "uint256"
   }
  ]
 },
 {
  "type": "error",
  "name": "NotInBatch",
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
   }
  ]
 },
 {
  "type": "error",
  "name": "NotOnCurve",
  "inputs": []
 },
 {
  "type": "error",
  "name": "NotOnSale",
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
    "name": "period",
    "type": "uint32",
    "internalType": "uint32"
   }
  ]
 },
 {
  "type": "error",
  "name": "NotPayable",
  "inputs": []
 },
 {
  "type": "error",
  "name": "NotReleased",
  "inputs": [
   {
    "name": "order",
    "type": "uint256",
    "internalType": "uint256"
   }
  ]
 },
 {
  "type": "error",
  "name": "NotSeller",
  "inputs": [
   {
    "name": "account",
    "type": "address",
    "internalType": "address"
   },
   {
    "name": "order",
    "type": "uint256",
    "internalType": "uint256"
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
  "name": "OtherDataset",
  "inputs": [
   {
    "name": "order",
    "type": "uint256",
    "internalType": "uint256"
   }
  ]
 },
 {
  "type": "error",
  "name": "PeriodOpen",
  "inputs": [
   {
    "name": "period",
    "type": "uint32",
    "internalType": "uint32"
   }
  ]
 },
 {
  "type": "error",
  "name": "PriceAbove",
  "inputs": [
   {
    "name": "price",
    "type": "uint256",
    "internalType": "uint256"
   },
   {
    "name": "maximum",
    "type": "uint256",
    "internalType": "uint256"
   }
  ]
 },
 {
  "type": "error",
  "name": "RecordLength",
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
  "name": "TooEarly",
  "inputs": [
   {
    "name": "start",
    "type": "uint256",
    "internalType": "uint256"
   }
  ]
 },
 {
  "type": "error",
  "name": "TooLate",
  "inputs": [
   {
    "name": "end",
    "type": "uint256",
    "internalType": "uint256"
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
 },
 {
  "type": "error",
  "name": "WrongSecret",
  "inputs": []
 },
 {
  "type": "error",
  "name": "WrongStatus",
  "inputs": [
   {
    "name": "order",
    "type": "uint256",
    "internalType": "uint256"
   },
   {
    "name": "status",
    "type": "uint8",
    "internalType": "enum IDataMarket.Status"
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
