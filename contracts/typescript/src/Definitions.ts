/** ABI of Definitions. */
export const definitionsAbi = [
 {
  "type": "constructor",
  "inputs": [
   {
    "name": "licences",
    "type": "address",
    "internalType": "contract ILicences"
   }
  ],
  "stateMutability": "nonpayable"
 },
 {
  "type": "function",
  "name": "LICENCES",
  "inputs": [],
  "outputs": [
   {
    "name": "",
    "type": "address",
    "internalType": "contract ILicences"
   }
  ],
  "stateMutability": "view"
 },
 {
  "type": "function",
  "name": "definitionOf",
  "inputs": [
   {
    "name": "id",
    "type": "uint32",
    "internalType": "uint32"
   }
  ],
  "outputs": [
   {
    "name": "author",
    "type": "address",
    "internalType": "address"
   },
   {
    "name": "subject",
    "type": "uint8",
    "internalType": "enum Subject"
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
  "name": "hashOf",
  "inputs": [
   {
    "name": "id",
    "type": "uint32",
    "internalType": "uint32"
   },
   {
    "name": "version",
    "type": "uint16",
    "internalType": "uint16"
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
  "name": "publish",
  "inputs": [
   {
    "name": "subject",
    "type": "uint8",
    "internalType": "enum Subject"
   },
   {
    "name": "hash",
    "type": "bytes32",
    "internalType": "bytes32"
   },
   {
    "name": "cid",
    "type": "bytes",
    "internalType": "bytes"
   }
  ],
  "outputs": [
   {
    "name": "id",
    "type": "uint32",
    "internalType": "uint32"
   }
  ],
  "stateMutability": "nonpayable"
 },
 {
  "type": "function",
  "name": "requireDefined",
  "inputs": [
   {
    "name": "id",
    "type": "uint32",
    "internalType": "uint32"
   },
   {
    "name": "subject",
    "type": "uint8",
    "internalType": "enum Subject"
   }
  ],
  "outputs": [],
  "stateMutability": "view"
 },
 {
  "type": "function",
  "name": "revise",
  "inputs": [
   {
    "name": "id",
    "type": "uint32",
    "internalType": "uint32"
   },
   {
    "name": "hash",
    "type": "bytes32",
    "internalType": "bytes32"
   },
   {
    "name": "cid",
    "type": "bytes",
    "internalType": "bytes"
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
  "type": "event",
  "name": "Defined",
  "inputs": [
   {
    "name": "id",
    "type": "uint32",
    "indexed": true,
    "internalType": "uint32"
   },
   {
    "name": "subject",
    "type": "uint8",
    "indexed": true,
    "internalType": "enum Subject"
   },
   {
    "name": "author",
    "type": "address",
    "indexed": true,
    "internalType": "address"
   },
   {
    "name": "version",
    "type": "uint16",
    "indexed": false,
    "internalType": "uint16"
   },
   {
    "name": "hash",
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
  "name": "InvalidSubject",
  "inputs": []
 },
 {
  "type": "error",
  "name": "NotAuthor",
  "inputs": [
   {
    "name": "account",
    "type": "address",
    "internalType": "address"
   },
   {
    "name": "id",
    "type": "uint32",
    "internalType": "uint32"
   }
  ]
 },
 {
  "type": "error",
  "name": "UnknownDefinition",
  "inputs": [
   {
    "name": "id",
    "type": "uint32",
    "internalType": "uint32"
   },
   {
    "name": "subject",
    "type": "uint8",
    "internalType": "enum Subject"
   }
  ]
 }
] as const;
