// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

import {ILicences, Kind} from "../../src/members/ILicences.sol";
import {ContentId} from "../../src/vehicle/ContentId.sol";
import {IDefinitions, Subject} from "../../src/vehicle/IDefinitions.sol";
import {IVehicleRegistry} from "../../src/vehicle/IVehicleRegistry.sol";
import {DeviceKeys} from "./DeviceKeys.sol";

contract DefinitionsTest is DeviceKeys {
    function test_versionsAreNumberedAndStay() public {
        vm.startPrank(maker.account);
        vm.expectEmit(address(definitions));
        emit IDefinitions.Defined(1, Subject.Signals, maker.account, 1, keccak256("one"), "cid");
        uint32 id = definitions.publish(Subject.Signals, keccak256("one"), "cid");
        vm.expectEmit(address(definitions));
        emit IDefinitions.Defined(1, Subject.Signals, maker.account, 2, keccak256("two"), "cid");
        assertEq(definitions.revise(id, keccak256("two"), "cid"), 2);
        (address author, Subject subject, uint16 version) = definitions.definitionOf(id);
        assertEq(author, maker.account);
        assertEq(uint8(subject), uint8(Subject.Signals));
        assertEq(version, 2);
        assertEq(definitions.hashOf(id, 1), keccak256("one"));
        assertEq(definitions.hashOf(id, 2), keccak256("two"));
        assertEq(definitions.hashOf(id, 3), 0);
    }

    function test_onlyLicensedMakersDefineAndOnlyAuthorsRevise() public {
        uint32 id = _define(Subject.Model);
        vm.expectRevert(abi.encodeWithSelector(ILicences.NotLicensed.selector, alice.account, Kind.Maker));
        vm.prank(alice.account);
        definitions.publish(Subject.Model, 0, "cid");
        licences.set(bob.account, Kind.Maker, true);
        vm.expectRevert(abi.encodeWithSelector(IDefinitions.NotAuthor.selector, bob.account, id));
        vm.prank(bob.account);
        definitions.revise(id, 0, "cid");
        licences.set(maker.account, Kind.Maker, false);
        vm.expectRevert(abi.encodeWithSelector(ILicences.NotLicensed.selector, maker.account, Kind.Maker));
        vm.prank(maker.account);
        definitions.revise(id, 0, "cid");
    }

    function test_noSubjectAndBadCidRevert() public {
        vm.startPrank(maker.account);
        vm.expectRevert(IDefinitions.InvalidSubject.selector);
        definitions.publish(Subject.None, 0, "cid");
        vm.expectRevert(abi.encodeWithSelector(ContentId.InvalidCid.selector, 0));
        definitions.publish(Subject.Model, 0, "");
        vm.expectRevert(abi.encodeWithSelector(ContentId.InvalidCid.selector, 65));
        definitions.publish(Subject.Model, 0, new bytes(65));
    }

    /// Row 28: whoever refers to a definition that does not exist, or is of something else, is refused.
    function testFuzz_row28_unknownDefinitionReverts(uint32 id, uint8 as_) public {
        uint32 model = _define(Subject.Model);
        uint32 device = _define(Subject.Device);
        uint32 part = _define(Subject.Part);
        Subject subject = Subject(bound(as_, 1, 4));
        bool known = (id == model && subject == Subject.Model) || (id == device && subject == Subject.Device)
            || (id == part && subject == Subject.Part);
        if (!known) {
            vm.expectRevert(abi.encodeWithSelector(IDefinitions.UnknownDefinition.selector, id, subject));
        }
        definitions.requireDefined(id, subject);
    }

    function test_row28_carsPartsAndDevicesNeedTheirDefinition() public {
        uint32 model = _define(Subject.Model);
        uint32 device = _define(Subject.Device);
        vm.startPrank(maker.account);
        _unknown(model, Subject.Part);
        parts.openLot(model);
        _unknown(0, Subject.Part);
        parts.openLot(0);
        _unknown(model, Subject.Device);
        devices.registerDevices(model, new address[](0));
        vm.stopPrank();

        IVehicleRegistry.Car[] memory cars = new IVehicleRegistry.Car[](1);
        cars[0] = IVehicleRegistry.Car("tag", "commitment");
        bytes32 h = _registerBatchHash(cars, maker.account, device, 0, DEADLINE);
        bytes[] memory signatures = _one(_sign(registrar, h));
        _unknown(device, Subject.Model);
        registry.registerBatch(cars, maker.account, device, 0, DEADLINE, signatures);
    }

    function _unknown(uint32 id, Subject subject) private {
        vm.expectRevert(abi.encodeWithSelector(IDefinitions.UnknownDefinition.selector, id, subject));
    }
}
