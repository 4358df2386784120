#!/usr/bin/env bash
# Registers a new car for the account of $KEY on the development chain at $ETH_RPC_URL, with the development registrar's
# signature, and prints the car's number. docs/contracts/VehicleRegistry.md tells what it signs and sends.
set -euo pipefail
cd "$(dirname "$0")"
PATH="$PWD/bin:$PATH"
registry=${VEHICLE_REGISTRY:-0x4155430000000000000000000000000000000002}
registrar_key=$(cast wallet private-key "test test test test test test test test test test test junk" 9)

owner=$(cast wallet address --private-key "$KEY")
tag=$(cast keccak "$RANDOM $RANDOM $RANDOM $(date +%s%N)")
commitment=$(cast keccak "$tag")
deadline=$(($(date +%s) + 3600))
nonce=$(cast call "$registry" "nonces(address)(uint256)" "$owner")
signature=$(cast wallet sign --private-key "$registrar_key" --data '{
  "types": {
    "EIP712Domain": [{"name": "name", "type": "string"}, {"name": "version", "type": "string"},
      {"name": "chainId", "type": "uint256"}, {"name": "verifyingContract", "type": "address"}],
    "Register": [{"name": "tag", "type": "bytes32"}, {"name": "commitment", "type": "bytes32"},
      {"name": "minter", "type": "address"}, {"name": "nonce", "type": "uint256"},
      {"name": "deadline", "type": "uint256"}]},
  "primaryType": "Register",
  "domain": {"name": "Autochain Vehicle", "version": "1", "chainId": '"$(cast chain-id)"',
    "verifyingContract": "'"$registry"'"},
  "message": {"tag": "'"$tag"'", "commitment": "'"$commitment"'", "minter": "'"$owner"'",
    "nonce": '"$nonce"', "deadline": '"$deadline"'}}')
cast send "$registry" "register(bytes32,bytes32,address,uint256,uint256,bytes[])" \
    "$tag" "$commitment" "$owner" "$nonce" "$deadline" "[$signature]" --private-key "$KEY" >/dev/null
cast call "$registry" "vehicleOf(bytes32)(uint256)" "$tag"
