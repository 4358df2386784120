/** ABI of VehicleLens. */
export const vehicleLensAbi = [
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
    "internalType": "contract IDevices"
   },
   {
    "name": "readings",
    "type": "address",
    "internalType": "contract IReadings"
   },
   {
    "name": "encumbrances",
    "type": "address",
    "internalType": "contract IEncumbrances"
   },
   {
    "name": "grants",
    "type": "address",
    "internalType": "contract IGrants"
   },
   {
    "name": "parts",
    "type": "address",
    "internalType": "contract IParts"
   },
   {
    "name": "brands",
    "type": "address",
    "internalType": "contract IBrands"
   }
  ],
  "stateMutability": "nonpayable"
 },
 {
  "type": "function",
  "name": "BRANDS",
  "inputs": [],
  "outputs": [
   {
    "name": "",
    "type": "address",
    "internalType": "contract IBrands"
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
    "internalType": "contract IDevices"
   }
  ],
  "stateMutability": "view"
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
  "name": "PARTS",
  "inputs": [],
  "outputs": [
   {
    "name": "",
    "type": "address",
    "internalType": "contract IParts"
   }
  ],
  "stateMutability": "view"
 },
 {
  "type": "function",
  "name": "READINGS",
  "inputs": [],
  "outputs": [
   {
    "name": "",
    "type": "address",
    "internalType": "contract IReadings"
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
  "name": "grantsOf",
  "inputs": [
   {
    "name": "id",
    "type": "uint256",
    "internalType": "uint256"
   },
   {
    "name": "keys",
    "type": "tuple[]",
    "internalType": "struct VehicleLens.Key[]",
    "components": [
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
    ]
   }
  ],
  "outputs": [
   {
    "name": "list",
    "type": "tuple[]",
    "internalType": "struct VehicleLens.GrantView[]",
    "components": [
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
    ]
   }
  ],
  "stateMutability": "view"
 },
 {
  "type": "function",
  "name": "vehicleOf",
  "inputs": [
   {
    "name": "id",
    "type": "uint256",
    "internalType": "uint256"
   }
  ],
  "outputs": [
   {
    "name": "v",
    "type": "tuple",
    "internalType": "struct VehicleLens.View",
    "components": [
     {
      "name": "owner",
      "type": "address",
      "internalType": "address"
     },
     {
      "name": "epoch",
      "type": "uint32",
      "internalType": "uint32"
     },
     {
      "name": "epochStartedAt",
      "type": "uint48",
      "internalType": "uint48"
     },
     {
      "name": "definition",
      "type": "uint32",
      "internalType": "uint32"
     },
     {
      "name": "predecessor",
      "type": "uint256",
      "internalType": "uint256"
     },
     {
      "name": "commitment",
      "type": "bytes32",
      "internalType": "bytes32"
     },
     {
      "name": "brands",
      "type": "uint16",
      "internalType": "uint16"
     },
     {
      "name": "stolen",
      "type": "bool",
      "internalType": "bool"
     },
     {
      "name": "scrapped",
      "type": "bool",
      "internalType": "bool"
     },
     {
      "name": "device",
      "type": "address",
      "internalType": "address"
     },
     {
      "name": "deviceActive",
      "type": "bool",
      "internalType": "bool"
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
      "name": "readAt",
      "type": "uint48",
      "internalType": "uint48"
     },
     {
      "name": "rollbacks",
      "type": "uint16",
      "internalType": "uint16"
     },
     {
      "name": "partsRoot",
      "type": "bytes32",
      "internalType": "bytes32"
     },
     {
      "name": "encumbrances",
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
    ]
   }
  ],
  "stateMutability": "view"
 }
] as const;
