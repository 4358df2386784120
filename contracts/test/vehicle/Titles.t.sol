// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

import {Template} from "../../src/templates/ITemplateFactory.sol";
import {Brand} from "../../src/vehicle/IBrands.sol";
import {Subject} from "../../src/vehicle/IDefinitions.sol";
import {ITitles} from "../../src/vehicle/ITitles.sol";
import {IVehicleRegistry} from "../../src/vehicle/IVehicleRegistry.sol";
import {DeviceKeys} from "./DeviceKeys.sol";

import {IERC721Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";

contract TitlesTest is DeviceKeys {
    uint256 private car;
    uint256 private constant READY = NOW + 7 days;

    function setUp() public override {
        super.setUp();
        car = _register("tag", alice.account);
    }

    function _open(address newOwner, bool sameCar) private returns (uint256) {
        vm.prank(titleAuthority);
        return
            titles.open(car, "tag", ITitles.Reason.LostKey, newOwner, "fresh commitment", sameCar, "evidence");
    }

    function _execute(uint256 id) private returns (uint256) {
        vm.prank(titleAuthority);
        return titles.execute(id);
    }

    function _decide(uint256 id, bool dismissed) private {
        vm.prank(audit);
        titles.decide(id, dismissed);
    }

    function _appeal(uint256 id) private {
        vm.prank(alice.account);
        titles.appeal(id, "grounds");
    }

    function _wrongState(uint256 id, ITitles.State state) private {
        vm.expectRevert(abi.encodeWithSelector(ITitles.WrongState.selector, id, state));
    }

    // Void and re-issue

    function test_reissueAfterTheWait() public {
        vm.expectEmit(address(titles));
        emit ITitles.CaseOpened(1, car, ITitles.Reason.LostKey, bob.account, "evidence");
        uint256 id = _open(bob.account, true);
        assertEq(titles.pendingOf(car), id);
        vm.warp(READY);
        vm.expectEmit(address(registry));
        emit IVehicleRegistry.TitleVoided(car, "tag");
        vm.expectEmit(address(registry));
        emit IVehicleRegistry.TitleReissued(2, car);
        uint256 heir = _execute(id);

        assertEq(registry.vehicleOf("tag"), heir);
        assertEq(registry.ownerOf(heir), bob.account);
        assertEq(registry.commitmentOf(heir), "fresh commitment");
        assertEq(registry.predecessorOf(heir), car);
        assertEq(registry.epochOf(heir), 1);
        assertTrue(registry.isVoid(car));
        assertFalse(registry.isVoid(heir));
        assertEq(uint8(titles.caseOf(id).state), uint8(ITitles.State.Executed));
        assertEq(titles.pendingOf(car), 0);
        vm.expectRevert(abi.encodeWithSelector(IERC721Errors.ERC721NonexistentToken.selector, car));
        registry.ownerOf(car);
    }

    function test_everyRightInTheVoidTitleEnds() public {
        _pair(dongle, car, alice);
        address loan = _instance("loan", Template.Loan);
        vm.startPrank(alice.account);
        grants.grant(car, workshop.account, _terms(1, 5));
        encumbrances.encumber(car, loan, uint40(NOW + 365 days));
        vm.stopPrank();
        uint256 id = _open(bob.account, true);
        vm.warp(READY);
        uint256 heir = _execute(id);
        assertFalse(grants.allows(car, workshop.account, 0));
        assertFalse(grants.allows(heir, workshop.account, 0));
        assertFalse(_isActive(dongle));
        assertFalse(encumbrances.isLive(car, loan));
        assertEq(encumbrances.endedAt(car, loan), READY);
        vm.prank(alice.account); // keeps the dongle
        registry.release(dongle.account);
    }

    function test_theSameCarKeepsPartsAndBrands() public {
        uint256 made = _register("made", maker.account);
        uint32 part = _define(Subject.Part);
        vm.startPrank(maker.account);
        parts.openLot(part);
        parts.assemble(made, _partList(3, 1));
        brands.brand(made, Brand.Stolen, "report");
        vm.stopPrank();
        for (uint256 i = 0; i < 2; ++i) {
            uint256 snapshot = vm.snapshotState();
            vm.startPrank(titleAuthority);
            uint256 id =
                titles.open(made, "made", ITitles.Reason.ClonedVin, bob.account, "c", i == 0, "evidence");
            vm.warp(READY);
            uint256 heir = titles.execute(id);
            vm.stopPrank();
            assertEq(parts.rootOf(heir), i == 0 ? parts.rootOf(made) : bytes32(0));
            assertEq(brands.isStolen(heir), i == 0);
            assertTrue(brands.isStolen(made));
            vm.revertToState(snapshot);
        }
    }

    function test_scrappedStaysScrappedUnderItsNextTitle() public {
        vm.prank(titleAuthority);
        brands.brandByAuthority(car, Brand.Scrapped, "report");
        uint256 id = _open(bob.account, true);
        vm.warp(READY);
        assertTrue(registry.isScrapped(_execute(id)));
    }

    /// A void tag is not free: only the authority issues it again.
    function test_voidedTagStaysTakenUntilItIsReissued() public {
        uint256 id = _open(address(0), true);
        vm.warp(READY);
        assertEq(_execute(id), 0);
        assertTrue(registry.isVoid(car));
        assertEq(registry.vehicleOf("tag"), car);

        uint256 deadline = block.timestamp;
        bytes32 h = _registerHash("tag", "c", bob.account, 0, deadline);
        bytes[] memory signatures = _one(_sign(registrar, h));
        vm.expectRevert(abi.encodeWithSelector(IVehicleRegistry.TagTaken.selector, bytes32("tag"), car));
        registry.register("tag", "c", bob.account, 0, deadline, signatures);

        id = _open(bob.account, true); // a case about a void title
        vm.warp(READY + 7 days);
        uint256 heir = _execute(id);
        assertEq(registry.vehicleOf("tag"), heir);
        vm.prank(titleAuthority);
        vm.expectRevert(abi.encodeWithSelector(IVehicleRegistry.NotOfTag.selector, car, bytes32("tag")));
        titles.open(car, "tag", ITitles.Reason.LostKey, bob.account, "c", true, "evidence");
    }

    // Slowly

    function testFuzz_executedWithinItsWindowAlone(uint32 wait) public {
        uint256 id = _open(bob.account, true);
        uint256 at = NOW + bound(wait, 0, 60 days);
        vm.warp(at);
        if (at < READY || at >= READY + 30 days) {
            vm.expectRevert(abi.encodeWithSelector(ITitles.NotInTime.selector, READY, READY + 30 days));
        }
        _execute(id);
    }

    function test_aCaseIsExecutedOnce() public {
        uint256 id = _open(bob.account, true);
        vm.warp(READY);
        _execute(id);
        _wrongState(id, ITitles.State.Executed);
        _execute(id);
        _wrongState(id, ITitles.State.Executed);
        vm.prank(titleAuthority);
        titles.close(id);
        _wrongState(9, ITitles.State.None);
        _execute(9);
    }

    function test_oneCasePerVehicleWithReasonAndTag() public {
        uint256 id = _open(bob.account, true);
        vm.startPrank(titleAuthority);
        vm.expectRevert(abi.encodeWithSelector(ITitles.CasePending.selector, car, id));
        titles.open(car, "tag", ITitles.Reason.Squatting, bob.account, "c", true, "evidence");
        vm.expectRevert(ITitles.NoReason.selector);
        titles.open(car, "tag", ITitles.Reason.None, bob.account, "c", true, "evidence");
        vm.expectRevert(abi.encodeWithSelector(IVehicleRegistry.NotOfTag.selector, car, bytes32("other")));
        titles.open(car, "other", ITitles.Reason.LostKey, bob.account, "c", true, "evidence");
        vm.expectRevert(abi.encodeWithSelector(IVehicleRegistry.NotOfTag.selector, 0, bytes32("other")));
        titles.open(0, "other", ITitles.Reason.LostKey, bob.account, "c", true, "evidence");
        vm.expectEmit(address(titles));
        emit ITitles.CaseClosed(id);
        titles.close(id);
        titles.open(car, "tag", ITitles.Reason.Squatting, bob.account, "c", true, "evidence");
    }

    // Appeal

    function test_upheldAppealClosesTheCase() public {
        uint256 id = _open(bob.account, true);
        _appeal(id);
        vm.warp(READY);
        _wrongState(id, ITitles.State.Appealed);
        _execute(id);
        vm.expectEmit(address(titles));
        emit ITitles.AppealDecided(id, false);
        _decide(id, false);
        _wrongState(id, ITitles.State.Closed);
        _execute(id);
        assertEq(registry.ownerOf(car), alice.account);
        assertEq(titles.pendingOf(car), 0);
    }

    function testFuzz_dismissedAppealKeepsTheWait(uint32 late) public {
        uint256 id = _open(bob.account, true);
        _appeal(id);
        uint256 at = NOW + bound(late, 0, 100 days);
        vm.warp(at);
        _decide(id, true);
        if (at < READY) {
            vm.expectRevert(abi.encodeWithSelector(ITitles.NotInTime.selector, READY, READY + 30 days));
        }
        _execute(id);
    }

    function test_onlyTheOwnerAppealsOnceAndInTime() public {
        uint256 id = _open(bob.account, true);
        vm.expectRevert(abi.encodeWithSelector(ITitles.NotAppellant.selector, bob.account));
        vm.prank(bob.account);
        titles.appeal(id, "grounds");
        vm.warp(READY);
        vm.expectRevert(abi.encodeWithSelector(ITitles.NotAppellant.selector, alice.account));
        _appeal(id);
        vm.warp(READY - 1);
        _appeal(id);
        _wrongState(id, ITitles.State.Appealed);
        _appeal(id);
        _decide(id, true);
        _wrongState(id, ITitles.State.Dismissed);
        _appeal(id);
        _wrongState(id, ITitles.State.Dismissed);
        _decide(id, true);
    }
}
