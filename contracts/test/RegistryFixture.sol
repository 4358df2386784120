// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

import {VehicleRegistry} from "../src/VehicleRegistry.sol";

import {Test} from "forge-std/Test.sol";

/// A registry with one registrar, and the hands that sign.
abstract contract RegistryFixture is Test {
    struct Key {
        address account;
        uint256 secret;
    }

    struct Record {
        uint256 vehicle;
        uint64 counter;
        uint32 odometerKm;
        uint16 flags;
        bytes32 prevHash;
        bytes32 hash;
    }

    bytes32 private constant REGISTER =
        keccak256("Register(bytes32 tag,bytes32 commitment,address minter,uint256 nonce,uint256 deadline)");
    bytes32 private constant PAIR =
        keccak256("Pair(address device,uint256 vehicle,address owner,uint256 nonce,uint256 deadline)");
    bytes32 private constant READING = keccak256(
        "Reading(uint256 vehicle,uint32 epoch,uint64 counter,uint32 odometerKm,uint16 flags,bytes32 prevHash,bytes32 hash)"
    );
    uint256 internal constant NOW = 1_800_000_000;
    uint256 internal constant DEADLINE = NOW + 1 hours;
    uint16 internal constant OBD = 1;

    VehicleRegistry internal registry;
    address internal admin = makeAddr("admin");
    Key internal registrar = _key("registrar");
    Key internal alice = _key("alice");
    Key internal bob = _key("bob");
    Key internal dongle = _key("dongle");
    Key internal spare = _key("spare dongle");

    function setUp() public virtual {
        vm.warp(NOW);
        address[] memory registrars = new address[](1);
        registrars[0] = registrar.account;
        registry = new VehicleRegistry(admin, registrars, 1);
    }

    function _key(string memory name) internal returns (Key memory) {
        (address account, uint256 secret) = makeAddrAndKey(name);
        return Key(account, secret);
    }

    function _domain() internal view returns (bytes32) {
        return keccak256(
            abi.encode(
                keccak256(
                    "EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"
                ),
                keccak256("Autochain Vehicle"),
                keccak256("1"),
                block.chainid,
                address(registry)
            )
        );
    }

    function _sign(Key memory key, bytes32 structHash) internal view returns (bytes memory) {
        (uint8 v, bytes32 r, bytes32 s) =
            vm.sign(key.secret, keccak256(abi.encodePacked("\x19\x01", _domain(), structHash)));
        return abi.encodePacked(r, s, v);
    }

    function _registerHash(bytes32 tag, bytes32 commitment, address minter, uint256 nonce, uint256 deadline)
        internal
        pure
        returns (bytes32)
    {
        return keccak256(abi.encode(REGISTER, tag, commitment, minter, nonce, deadline));
    }

    function _pairHash(address device, uint256 vehicle, address holder, uint256 nonce, uint256 deadline)
        internal
        pure
        returns (bytes32)
    {
        return keccak256(abi.encode(PAIR, device, vehicle, holder, nonce, deadline));
    }

    function _readingHash(Record memory r, uint32 epoch) internal pure returns (bytes32) {
        return keccak256(
            abi.encode(READING, r.vehicle, epoch, r.counter, r.odometerKm, r.flags, r.prevHash, r.hash)
        );
    }

    function _one(bytes memory signature) internal pure returns (bytes[] memory list) {
        list = new bytes[](1);
        list[0] = signature;
    }

    function _commitment(bytes32 tag) internal pure returns (bytes32) {
        return keccak256(abi.encode("commitment", tag));
    }

    /// Mints the vehicle with this tag for `minter`.
    function _register(bytes32 tag, address minter) internal returns (uint256) {
        uint256 nonce = registry.nonces(minter);
        bytes memory signature =
            _sign(registrar, _registerHash(tag, _commitment(tag), minter, nonce, DEADLINE));
        return registry.register(tag, _commitment(tag), minter, nonce, DEADLINE, _one(signature));
    }

    /// Pairs with both signatures in order.
    function _pair(Key memory device, uint256 vehicle, Key memory holder) internal {
        uint256 nonce = registry.nonces(device.account);
        bytes32 h = _pairHash(device.account, vehicle, holder.account, nonce, DEADLINE);
        bytes memory byDevice = _sign(device, h);
        bytes memory byHolder = _sign(holder, h);
        registry.pair(device.account, vehicle, holder.account, nonce, DEADLINE, byDevice, byHolder);
    }

    function _transfer(Key memory from, Key memory to, uint256 vehicle) internal {
        vm.prank(from.account);
        registry.transferFrom(from.account, to.account, vehicle);
    }

    /// Sends the record from the device's own account.
    function _record(Key memory device, Record memory r) internal {
        vm.prank(device.account);
        registry.record(r.vehicle, r.counter, r.odometerKm, r.flags, r.prevHash, r.hash);
    }

    /// Sends the record from anywhere, with this signature of the device.
    function _recordFor(address device, Record memory r, bytes memory signature) internal {
        registry.recordFor(device, r.vehicle, r.counter, r.odometerKm, r.flags, r.prevHash, r.hash, signature);
    }

    function _isActive(Key memory device) internal view returns (bool active) {
        (,,,, active) = registry.pairingOf(device.account);
    }
}
