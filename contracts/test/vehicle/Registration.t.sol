// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

import {IStatements} from "../../src/vehicle/IStatements.sol";
import {IVehicleRegistry} from "../../src/vehicle/IVehicleRegistry.sol";
import {Registrars} from "../../src/vehicle/Registrars.sol";
import {VehicleFixture} from "./VehicleFixture.sol";

import {IERC721Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";
import {IERC721} from "@openzeppelin/contracts/token/ERC721/IERC721.sol";
import {Nonces} from "@openzeppelin/contracts/utils/Nonces.sol";

contract RegistrationTest is VehicleFixture {
    event VehicleRegistered(
        uint256 indexed vehicle, bytes32 indexed tag, address indexed minter, bytes32 commitment
    );
    event EpochAdvanced(uint256 indexed vehicle, uint32 epoch);

    function test_isAutochainVehicleCar() public view {
        assertEq(registry.name(), "Autochain Vehicle");
        assertEq(registry.symbol(), "CAR");
        assertTrue(registry.supportsInterface(type(IERC721).interfaceId));
        (, string memory name, string memory version, uint256 chainId, address at,,) = registry.eip712Domain();
        assertEq(name, "Autochain Vehicle");
        assertEq(version, "1");
        assertEq(chainId, block.chainid);
        assertEq(at, address(registry));
    }

    function testFuzz_registeredVehicleIsItsMinters(bytes32 tag, bytes32 commitment, uint256 secret) public {
        address minter = vm.addr(bound(secret, 1, type(uint128).max));
        bytes memory signature = _sign(registrar, _registerHash(tag, commitment, minter, 0, DEADLINE));

        vm.expectEmit(address(registry));
        emit VehicleRegistered(1, tag, minter, commitment);
        vm.expectEmit(address(registry));
        emit EpochAdvanced(1, 1);
        uint256 vehicle = registry.register(tag, commitment, minter, 0, DEADLINE, _one(signature));

        assertEq(vehicle, 1);
        assertEq(registry.ownerOf(vehicle), minter);
        assertEq(registry.vehicleOf(tag), vehicle);
        assertEq(registry.commitmentOf(vehicle), commitment);
        assertEq(registry.epochOf(vehicle), 1);
        assertEq(registry.vehicleCount(), 1);
        assertEq(registry.nonces(minter), 1);
        (address device, bool active) = registry.deviceOf(vehicle);
        assertEq(device, address(0));
        assertFalse(active);
    }

    function testFuzz_row26_sameTagTwiceReverts(bytes32 tag, bytes32 commitment, bool otherMinter) public {
        uint256 vehicle = _register(tag, alice.account);
        address minter = otherMinter ? bob.account : alice.account;
        uint256 nonce = registry.nonces(minter);
        bytes memory signature = _sign(registrar, _registerHash(tag, commitment, minter, nonce, DEADLINE));
        vm.expectRevert(abi.encodeWithSelector(IVehicleRegistry.TagTaken.selector, tag, vehicle));
        registry.register(tag, commitment, minter, nonce, DEADLINE, _one(signature));
    }

    function test_replayedRegistrationReverts() public {
        bytes[] memory signatures =
            _one(_sign(registrar, _registerHash("tag", "c", alice.account, 0, DEADLINE)));
        registry.register("tag", "c", alice.account, 0, DEADLINE, signatures);
        vm.expectRevert(abi.encodeWithSelector(IVehicleRegistry.TagTaken.selector, bytes32("tag"), 1));
        registry.register("tag", "c", alice.account, 0, DEADLINE, signatures);
    }

    function test_usedNonceReverts() public {
        _register("first", alice.account);
        bytes[] memory signatures =
            _one(_sign(registrar, _registerHash("second", "c", alice.account, 0, DEADLINE)));
        vm.expectRevert(abi.encodeWithSelector(Nonces.InvalidAccountNonce.selector, alice.account, 1));
        registry.register("second", "c", alice.account, 0, DEADLINE, signatures);
    }

    function testFuzz_keyedNoncesRunInParallel(uint192 key) public {
        vm.assume(key != 0);
        uint256 nonce = uint256(key) << 64;
        assertEq(registry.nonces(alice.account, key), nonce);
        bytes memory signature = _sign(registrar, _registerHash("tag", "c", alice.account, nonce, DEADLINE));
        registry.register("tag", "c", alice.account, nonce, DEADLINE, _one(signature));
        assertEq(registry.nonces(alice.account), 0);
        assertEq(registry.nonces(alice.account, key), nonce + 1);
    }

    function testFuzz_statementIsGoodUntilItsDeadline(uint256 late) public {
        late = bound(late, 1, 365 days);
        bytes[] memory signatures =
            _one(_sign(registrar, _registerHash("tag", "c", alice.account, 0, DEADLINE)));
        vm.warp(DEADLINE + late);
        vm.expectRevert(abi.encodeWithSelector(IStatements.Expired.selector, DEADLINE));
        registry.register("tag", "c", alice.account, 0, DEADLINE, signatures);
        vm.warp(DEADLINE);
        registry.register("tag", "c", alice.account, 0, DEADLINE, signatures);
    }

    function testFuzz_alteredStatementReverts(bytes32 noise, uint8 field) public {
        vm.assume(noise != 0);
        bytes[] memory signatures =
            _one(_sign(registrar, _registerHash("tag", "c", alice.account, 0, DEADLINE)));
        bytes32 tag = "tag";
        bytes32 commitment = "c";
        address minter = alice.account;
        uint256 deadline = DEADLINE;
        if (field % 4 == 0) tag ^= noise;
        else if (field % 4 == 1) commitment ^= noise;
        else if (field % 4 == 2) minter = bob.account;
        else deadline = DEADLINE + 1;
        vm.expectPartialRevert(Registrars.NotRegistrar.selector);
        registry.register(tag, commitment, minter, 0, deadline, signatures);
    }

    function test_statementForAnotherChainOrRegistryReverts() public {
        bytes[] memory signatures =
            _one(_sign(registrar, _registerHash("tag", "c", alice.account, 0, DEADLINE)));
        vm.chainId(4281668);
        vm.expectPartialRevert(Registrars.NotRegistrar.selector);
        registry.register("tag", "c", alice.account, 0, DEADLINE, signatures);

        vm.chainId(31337);
        super.setUp(); // another registry with the same registrar
        vm.expectPartialRevert(Registrars.NotRegistrar.selector);
        registry.register("tag", "c", alice.account, 0, DEADLINE, signatures);
    }

    function test_mintToNobodyReverts() public {
        bytes[] memory signatures = _one(_sign(registrar, _registerHash("tag", "c", address(0), 0, DEADLINE)));
        vm.expectRevert(abi.encodeWithSelector(IERC721Errors.ERC721InvalidReceiver.selector, address(0)));
        registry.register("tag", "c", address(0), 0, DEADLINE, signatures);
    }

    function test_epochAdvancesAtEveryTransferToo() public {
        uint256 vehicle = _register("tag", alice.account);
        vm.expectEmit(address(registry));
        emit EpochAdvanced(vehicle, 2);
        _transfer(alice, bob, vehicle);
        _transfer(bob, bob, vehicle);
        assertEq(registry.epochOf(vehicle), 3);
    }

    function test_approvedMarketMovesTheVehicle() public {
        uint256 vehicle = _register("tag", alice.account);
        address market = makeAddr("market");
        vm.prank(alice.account);
        registry.approve(market, vehicle);
        vm.prank(market);
        registry.transferFrom(alice.account, bob.account, vehicle);
        assertEq(registry.ownerOf(vehicle), bob.account);
        assertEq(registry.epochOf(vehicle), 2);
    }

    function testFuzz_viewsOfUnknownVehicleRevert(uint256 vehicle) public {
        vm.assume(vehicle != 1);
        _register("tag", alice.account);
        bytes memory unknown = abi.encodeWithSelector(IERC721Errors.ERC721NonexistentToken.selector, vehicle);
        vm.expectRevert(unknown);
        registry.commitmentOf(vehicle);
        vm.expectRevert(unknown);
        registry.epochOf(vehicle);
        vm.expectRevert(unknown);
        registry.deviceOf(vehicle);
        vm.expectRevert(unknown);
        registry.lastReading(vehicle);
        vm.expectRevert(unknown);
        registry.rollbacksOf(vehicle);
    }
}
