// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

import {IVehicleRegistry} from "../../src/vehicle/IVehicleRegistry.sol";
import {VehicleFixture} from "./VehicleFixture.sol";

/// Three owners, four devices and a handful of tags, in any order of calls, valid or not. Keeps its own
/// account of what must hold and fails on the spot when the registry accepts or refuses the wrong thing.
contract Street is VehicleFixture {
    struct Pairing {
        uint256 vehicle;
        uint32 epoch;
    }

    Key[3] private owners;
    Key[4] private dongles;

    bytes32[] public tags; // by vehicle id - 1
    mapping(bytes32 tag => uint256 vehicle) private minted;
    mapping(uint256 vehicle => uint32) public epochs;
    mapping(address device => Pairing) private pairings;
    mapping(address device => uint64) private counters;
    mapping(uint256 vehicle => uint32) private odometers;
    mapping(uint256 vehicle => uint16) public rollbacks;
    uint256 public accepted;

    function setUp() public override {
        super.setUp();
        owners[0] = alice;
        owners[1] = bob;
        owners[2] = _key("carol");
        dongles[0] = dongle;
        dongles[1] = spare;
        dongles[2] = _key("third dongle");
        dongles[3] = _key("fourth dongle");
    }

    function mint(uint256 who, uint8 tagNumber) external {
        bytes32 tag = bytes32(uint256(tagNumber) % 12);
        address minter = owners[who % 3].account;
        uint256 nonce = registry.nonces(minter);
        bytes memory signature = _sign(registrar, _registerHash(tag, "c", minter, nonce, DEADLINE));
        if (minted[tag] != 0) {
            vm.expectRevert(abi.encodeWithSelector(IVehicleRegistry.TagTaken.selector, tag, minted[tag]));
        }
        uint256 vehicle = registry.register(tag, "c", minter, nonce, DEADLINE, _one(signature));
        if (minted[tag] != 0) return;
        tags.push(tag);
        assertEq(vehicle, tags.length);
        minted[tag] = vehicle;
        epochs[vehicle] = 1;
    }

    function mintUnsigned(uint256 who, bytes32 tag) external {
        Key memory forger = owners[who % 3];
        uint256 nonce = registry.nonces(forger.account);
        bytes memory signature = _sign(forger, _registerHash(tag, "c", forger.account, nonce, DEADLINE));
        vm.expectRevert();
        registry.register(tag, "c", forger.account, nonce, DEADLINE, _one(signature));
    }

    function move(uint256 which, uint256 whom) external {
        uint256 vehicle = _vehicle(which);
        if (vehicle == 0) return;
        _transfer(_ownerOf(vehicle), owners[whom % 3], vehicle);
        ++epochs[vehicle];
    }

    function pair(uint256 which, uint256 withWhat) external {
        uint256 vehicle = _vehicle(which);
        if (vehicle == 0) return;
        Key memory device = dongles[withWhat % 4];
        Key memory owner = _ownerOf(vehicle);
        uint256 nonce = registry.nonces(device.account);
        bytes32 h = _pairHash(device.account, vehicle, owner.account, nonce, DEADLINE);
        (bytes memory byDevice, bytes memory byOwner) = (_sign(device, h), _sign(owner, h));
        (address present, bool active) = registry.deviceOf(vehicle);
        uint256 bound = pairings[device.account].vehicle;
        bool refused = (bound != 0 && bound != vehicle) || (active && present != device.account);
        if (refused) vm.expectRevert();
        registry.pair(device.account, vehicle, owner.account, nonce, DEADLINE, byDevice, byOwner);
        if (refused) return;
        delete pairings[present];
        pairings[device.account] = Pairing(vehicle, epochs[vehicle]);
    }

    function release(uint256 what) external {
        address device = dongles[what % 4].account;
        (uint256 vehicle,, address holder,,) = registry.pairingOf(device);
        if (vehicle == 0) return;
        vm.prank(holder);
        registry.release(device);
        delete pairings[device];
    }

    function read(uint256 what, uint256 which, uint64 counter, uint32 km, bool relayed) external {
        Key memory device = dongles[what % 4];
        Pairing memory p = pairings[device.account];
        // mostly the vehicle it is bound to, sometimes another
        uint256 vehicle = which % 8 == 0 ? _vehicle(which / 8) : p.vehicle;
        uint64 last = counters[device.account];
        counter = last + counter % 5; // now and then the same again
        km = km % 1000;
        Record memory r = Record(vehicle, counter, km, OBD, 0, keccak256(abi.encode(counter)));
        bytes memory signature = _sign(device, _readingHash(r, epochs[vehicle]));

        bool fine = vehicle != 0 && p.vehicle == vehicle && p.epoch == epochs[vehicle] && counter > last;
        if (!fine) vm.expectRevert();
        if (relayed) _recordFor(device.account, r, signature);
        else _record(device, r);
        if (!fine) return;

        counters[device.account] = counter;
        if (km < odometers[vehicle]) ++rollbacks[vehicle];
        odometers[vehicle] = km;
        ++accepted;
        (uint64 counter_, uint32 km_,,,) = registry.lastReading(vehicle);
        assertEq(counter_, counter);
        assertEq(km_, km);
    }

    function check() external view {
        assertEq(registry.vehicleCount(), tags.length);
        for (uint256 vehicle = 1; vehicle <= tags.length; ++vehicle) {
            // each tag leads to its own vehicle, so no two vehicles share one
            assertEq(registry.vehicleOf(tags[vehicle - 1]), vehicle);
            assertEq(registry.epochOf(vehicle), epochs[vehicle]);
            assertEq(registry.rollbacksOf(vehicle), rollbacks[vehicle]);
            (address device,) = registry.deviceOf(vehicle);
            if (device != address(0)) assertEq(pairings[device].vehicle, vehicle);
        }
        for (uint256 i = 0; i < dongles.length; ++i) {
            address device = dongles[i].account;
            Pairing memory p = pairings[device];
            (uint256 vehicle, uint32 epoch,, uint64 counter, bool active) = registry.pairingOf(device);
            assertEq(vehicle, p.vehicle);
            assertEq(epoch, p.epoch);
            assertEq(counter, counters[device]);
            assertEq(active, vehicle != 0 && epoch == epochs[vehicle]);
            if (vehicle != 0) {
                (address back,) = registry.deviceOf(vehicle);
                assertEq(back, device);
            }
        }
    }

    function _vehicle(uint256 which) private view returns (uint256) {
        return tags.length == 0 ? 0 : which % tags.length + 1;
    }

    function _ownerOf(uint256 vehicle) private view returns (Key memory) {
        address owner = registry.ownerOf(vehicle);
        for (uint256 i = 0; i < owners.length; ++i) {
            if (owners[i].account == owner) return owners[i];
        }
        revert("vehicle left the street");
    }
}

contract VehicleRegistryInvariantTest is VehicleFixture {
    Street private street;

    function setUp() public override {
        street = new Street();
        street.setUp();
        bytes4[] memory moves = new bytes4[](6);
        moves[0] = street.mint.selector;
        moves[1] = street.mintUnsigned.selector;
        moves[2] = street.move.selector;
        moves[3] = street.pair.selector;
        moves[4] = street.release.selector;
        moves[5] = street.read.selector;
        targetSelector(FuzzSelector(address(street), moves));
        targetContract(address(street));
    }

    /// Tags are unique, counters rise strictly, and only an active device is heard: `Street` checks each
    /// call as it goes, this checks what is left behind.
    /// forge-config: default.invariant.runs = 32
    /// forge-config: default.invariant.depth = 256
    function invariant_registryAgreesWithTheModel() public view {
        street.check();
    }

    /// The walk above reaches the states it is there for.
    function test_walkReachesEveryState() public {
        street.mint(0, 1);
        street.mint(1, 1); // same tag
        street.mint(1, 2);
        street.pair(0, 0);
        street.read(0, 1, 1, 500, false);
        street.read(0, 1, 0, 500, true); // same counter
        street.read(0, 1, 1, 400, true); // rolled back
        street.move(0, 0); // to oneself
        street.read(0, 1, 1, 500, false); // suspended
        street.pair(0, 1); // replaces
        street.pair(1, 1); // bound elsewhere
        street.release(1);
        street.pair(1, 1);
        street.check();
        assertEq(street.accepted(), 2);
        assertEq(street.rollbacks(1), 1);
    }
}
