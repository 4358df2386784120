// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

import {Template} from "../../src/templates/ITemplateFactory.sol";
import {Subject} from "../../src/vehicle/IDefinitions.sol";
import {VehicleLens} from "../../src/vehicle/VehicleLens.sol";
import {DeviceKeys} from "./DeviceKeys.sol";

import {IERC721Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";

contract VehicleLensTest is DeviceKeys {
    function test_lensShowsTheVehicleAsItStands() public {
        uint256 car = _register("tag", maker.account);
        uint32 part = _define(Subject.Part);
        vm.startPrank(maker.account);
        parts.openLot(part);
        parts.assemble(car, _partList(2, 1));
        vm.stopPrank();
        _transfer(maker, alice, car);
        _pair(dongle, car, alice);
        _record(dongle, Record(car, 3, 500, OBD, 0, keccak256("record")));
        address loan = _instance("loan", Template.Loan);
        vm.prank(alice.account);
        encumbrances.encumber(car, loan, uint40(NOW + 9));

        VehicleLens.View memory v = lens.vehicleOf(car);
        assertEq(v.owner, alice.account);
        assertEq(v.epoch, 2);
        assertEq(v.epochStartedAt, NOW);
        assertEq(v.commitment, registry.commitmentOf(car));
        assertEq(v.device, dongle.account);
        assertTrue(v.deviceActive);
        assertEq(v.counter, 3);
        assertEq(v.odometerKm, 500);
        assertEq(v.flags, OBD);
        assertEq(v.readAt, NOW);
        assertEq(v.partsRoot, parts.rootOf(car));
        assertEq(v.encumbrances.length, 1);
        assertEq(v.encumbrances[0].holder, loan);
        assertFalse(v.scrapped || v.stolen);
        assertEq(v.brands, 0);
        assertEq(v.rollbacks, 0);
        assertEq(v.predecessor, 0);
        assertEq(v.definition, 0);
    }

    function test_lensListsGrantsByKey() public {
        uint256 car = _register("tag", alice.account);
        vm.startPrank(alice.account);
        grants.grant(car, bob.account, _terms(5, 7));
        vm.stopPrank();
        VehicleLens.Key[] memory keys = new VehicleLens.Key[](2);
        keys[0] = VehicleLens.Key(bob.account, address(0));
        keys[1] = VehicleLens.Key(workshop.account, address(0));
        VehicleLens.GrantView[] memory list = lens.grantsOf(car, keys);
        assertTrue(list[0].live);
        assertEq(list[0].terms.scopes, 5);
        assertEq(list[0].mark, 1);
        assertFalse(list[1].live);
    }

    function test_unknownVehicleReverts() public {
        vm.expectRevert(abi.encodeWithSelector(IERC721Errors.ERC721NonexistentToken.selector, 5));
        lens.vehicleOf(5);
    }
}
