#!/usr/bin/env bash
# Licenses the account of $KEY as KIND (a number of ILicences.Kind: 1 maker, 2 dealer, 3 inspection body, …) for a year
# on the development chain at $ETH_RPC_URL, whose issuer is the first account. docs/contracts/Licences.md tells how.
set -euo pipefail
cd "$(dirname "$0")"
PATH="$PWD/bin:$PATH"
kind=$1
licences=${LICENCES:-0x4155430000000000000000000000000000000009}
issuer_key=$(cast wallet private-key "test test test test test test test test test test test junk" 0)

issuer=$(cast wallet address --private-key "$issuer_key")
holder=$(cast wallet address --private-key "$KEY")
expires=$(($(date +%s) + 31536000))
deadline=$(($(date +%s) + 3600))
nonce=$(cast call "$licences" "nonces(address)(uint256)" "$holder")
signature=$(cast wallet sign --private-key "$issuer_key" --data '{
  "types": {
    "EIP712Domain": [{"name": "name", "type": "string"}, {"name": "version", "type": "string"},
      {"name": "chainId", "type": "uint256"}, {"name": "verifyingContract", "type": "address"}],
    "Licence": [{"name": "holder", "type": "address"}, {"name": "kind", "type": "uint8"},
      {"name": "expires", "type": "uint64"}, {"name": "nonce", "type": "uint256"},
      {"name": "deadline", "type": "uint256"}]},
  "primaryType": "Licence",
  "domain": {"name": "Autochain Licences", "version": "1", "chainId": '"$(cast chain-id)"',
    "verifyingContract": "'"$licences"'"},
  "message": {"holder": "'"$holder"'", "kind": '"$kind"', "expires": '"$expires"', "nonce": '"$nonce"',
    "deadline": '"$deadline"'}}')
cast send "$licences" "issue(address,uint8,uint64,uint256,address,bytes)" \
    "$holder" "$kind" "$expires" "$deadline" "$issuer" "$signature" --private-key "$KEY" >/dev/null
