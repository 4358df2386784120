// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

import {Kind} from "../../src/members/ILicences.sol";
import {IDefinitions, Subject} from "../../src/vehicle/IDefinitions.sol";
import {IEnrolment} from "../../src/vehicle/IEnrolment.sol";
import {IStatements} from "../../src/vehicle/IStatements.sol";
import {IVehicleRegistry} from "../../src/vehicle/IVehicleRegistry.sol";
import {Registrars} from "../../src/vehicle/Registrars.sol";
import {VehicleFixture} from "./VehicleFixture.sol";

/// A claimant that tries to enter again while it is paid.
contract Greedy {
    IEnrolment private immutable _enrolment;

    constructor(IEnrolment enrolment) payable {
        _enrolment = enrolment;
    }

    function challenge(uint256 id) external {
        _enrolment.challenge{value: _enrolment.bond()}(id, "evidence");
    }

    function withdraw() external {
        _enrolment.withdraw();
    }

    receive() external payable {
        _enrolment.withdraw();
    }
}

contract EnrolmentTest is VehicleFixture {
    bytes32 private constant ENROL = keccak256(
        "Enrol(bytes32 tag,bytes32 commitment,address owner,address inspector,uint32 definition,bytes32 evidence,uint256 nonce,uint256 deadline)"
    );
    uint256 private constant OVER = NOW + 14 days + 1;
    Key private inspector = _key("inspector");

    function setUp() public override {
        super.setUp();
        licences.set(inspector.account, Kind.InspectionBody, true);
        vm.deal(alice.account, 1_000 ether);
        vm.deal(bob.account, 1_000 ether);
    }

    function _claim() private view returns (IEnrolment.Claim memory) {
        return IEnrolment.Claim("tag", "commitment", alice.account, inspector.account, 0, "evidence");
    }

    function _hash(IEnrolment.Claim memory c) private view returns (bytes32) {
        return keccak256(abi.encode(ENROL, c, registry.nonces(c.owner), DEADLINE));
    }

    /// Sends the claim with the registrar's and this hand's signature.
    function _enrol(IEnrolment.Claim memory c, Key memory hand, uint256 value) private returns (uint256) {
        bytes32 h = _hash(c);
        bytes[] memory byRegistrars = _one(_sign(registrar, h));
        bytes memory byHand = _sign(hand, h);
        uint256 nonce = registry.nonces(c.owner);
        vm.prank(alice.account);
        return enrolment.enrol{value: value}(c, nonce, DEADLINE, byRegistrars, byHand);
    }

    function enrolExternally(IEnrolment.Claim memory c, Key memory hand, uint256 value) external {
        _enrol(c, hand, value);
    }

    function _open() private returns (uint256) {
        return _enrol(_claim(), inspector, BOND);
    }

    function _refused(IEnrolment.Claim memory c, bytes memory error) private {
        vm.expectRevert(error);
        this.enrolExternally(c, inspector, BOND);
    }

    function _challenge(uint256 id) private {
        vm.prank(bob.account);
        enrolment.challenge{value: BOND}(id, "evidence");
    }

    function _decide(uint256 id, bool stands) private {
        vm.prank(titleAuthority);
        enrolment.decide(id, stands);
    }

    // Opening

    function test_unchallengedEnrolmentMintsAfterTheWindow() public {
        vm.expectEmit(address(enrolment));
        emit IEnrolment.EnrolmentOpened(
            1, "tag", alice.account, inspector.account, "evidence", uint48(NOW + 14 days)
        );
        uint256 id = _open();
        assertEq(enrolment.pendingOf("tag"), id);
        vm.warp(OVER - 1);
        vm.expectRevert(abi.encodeWithSelector(IEnrolment.WindowOpen.selector, NOW + 14 days));
        enrolment.complete(id);
        vm.warp(OVER);
        uint256 car = enrolment.complete(id);
        assertEq(registry.ownerOf(car), alice.account);
        assertEq(registry.vehicleOf("tag"), car);
        assertEq(registry.commitmentOf(car), "commitment");
        assertEq(enrolment.pendingOf("tag"), 0);
        _withdraws(alice.account, BOND);
        vm.expectRevert(abi.encodeWithSelector(IEnrolment.NotOpen.selector, id));
        enrolment.complete(id);
    }

    function _withdraws(address account, uint256 amount) private {
        assertEq(enrolment.creditOf(account), amount);
        uint256 before = account.balance;
        vm.prank(account);
        enrolment.withdraw();
        assertEq(account.balance, before + amount);
        assertEq(enrolment.creditOf(account), 0);
        vm.expectRevert(abi.encodeWithSelector(IEnrolment.WithdrawalFailed.selector, account));
        vm.prank(account);
        enrolment.withdraw();
    }

    function test_dealerMayInspectOthersMayNot() public {
        Kind[6] memory others =
            [Kind.Maker, Kind.ServiceShop, Kind.Insurer, Kind.Lender, Kind.Appraiser, Kind.None];
        licences.set(inspector.account, Kind.InspectionBody, false);
        bytes memory error = abi.encodeWithSelector(IEnrolment.InvalidInspector.selector, inspector.account);
        for (uint256 i = 0; i < others.length; ++i) {
            licences.set(inspector.account, others[i], true);
            _refused(_claim(), error);
        }
        licences.set(inspector.account, Kind.Dealer, true);
        _open();
    }

    function test_ownerDoesNotInspectTheirOwnCar() public {
        licences.set(alice.account, Kind.InspectionBody, true);
        IEnrolment.Claim memory c = _claim();
        c.inspector = alice.account;
        _refused(c, abi.encodeWithSelector(IEnrolment.InvalidInspector.selector, alice.account));
    }

    function test_bondOwnerTagDefinitionAndTimeAreChecked() public {
        vm.expectRevert(abi.encodeWithSelector(IEnrolment.WrongBond.selector, BOND));
        this.enrolExternally(_claim(), inspector, BOND - 1);
        IEnrolment.Claim memory c = _claim();
        c.owner = bob.account;
        _refused(c, abi.encodeWithSelector(IEnrolment.NotClaimant.selector, alice.account));
        c = _claim();
        c.definition = 7;
        _refused(c, abi.encodeWithSelector(IDefinitions.UnknownDefinition.selector, 7, Subject.Model));
        _register("taken", bob.account);
        c = _claim();
        c.tag = "taken";
        _refused(c, abi.encodeWithSelector(IVehicleRegistry.TagTaken.selector, bytes32("taken"), 1));
        uint256 id = _open();
        _refused(_claim(), abi.encodeWithSelector(IEnrolment.EnrolmentPending.selector, bytes32("tag"), id));
        vm.warp(DEADLINE + 1);
        c = _claim();
        c.tag = "another";
        _refused(c, abi.encodeWithSelector(IStatements.Expired.selector, DEADLINE));
    }

    function test_registrarsAndInspectorMustSign() public {
        vm.expectRevert(abi.encodeWithSelector(IStatements.InvalidSignature.selector, inspector.account));
        this.enrolExternally(_claim(), bob, BOND);
        bytes32 h = _hash(_claim());
        bytes[] memory notRegistrars = _one(_sign(bob, h));
        bytes memory byInspector = _sign(inspector, h);
        vm.expectRevert(abi.encodeWithSelector(Registrars.NotRegistrar.selector, bob.account));
        vm.prank(alice.account);
        enrolment.enrol{value: BOND}(_claim(), 0, DEADLINE, notRegistrars, byInspector);
    }

    // Challenge

    function testFuzz_theLosersBondGoesToTheWinner(bool stands) public {
        uint256 id = _open();
        vm.expectEmit(address(enrolment));
        emit IEnrolment.EnrolmentChallenged(id, bob.account, "evidence");
        _challenge(id);
        (,,,, address challenger, uint48 until) = enrolment.enrolmentOf(id);
        assertEq(challenger, bob.account);
        assertEq(until, NOW + 14 days);
        vm.expectEmit(address(enrolment));
        emit IEnrolment.EnrolmentClosed(id, stands ? 1 : 0);
        _decide(id, stands);
        assertEq(registry.vehicleOf("tag"), stands ? 1 : 0);
        assertEq(enrolment.creditOf(stands ? bob.account : alice.account), 0);
        _withdraws(stands ? alice.account : bob.account, 2 * BOND);
        assertEq(address(enrolment).balance, 0);
    }

    function test_challengeOnceInTimeAndWithTheBond() public {
        uint256 id = _open();
        vm.startPrank(bob.account);
        vm.expectRevert(abi.encodeWithSelector(IEnrolment.WrongBond.selector, BOND));
        enrolment.challenge{value: 1}(id, "evidence");
        vm.expectRevert(abi.encodeWithSelector(IEnrolment.NotOpen.selector, 9));
        enrolment.challenge{value: BOND}(9, "evidence");
        vm.warp(OVER);
        vm.expectRevert(abi.encodeWithSelector(IEnrolment.WindowClosed.selector, NOW + 14 days));
        enrolment.challenge{value: BOND}(id, "evidence");
        vm.warp(OVER - 1);
        enrolment.challenge{value: BOND}(id, "evidence");
        vm.expectRevert(abi.encodeWithSelector(IEnrolment.AlreadyChallenged.selector, id));
        enrolment.challenge{value: BOND}(id, "evidence");
    }

    function test_nothingIsDecidedWithoutAChallenge() public {
        uint256 id = _open();
        vm.expectRevert(abi.encodeWithSelector(IEnrolment.NotChallenged.selector, id));
        _decide(id, true);
    }

    function test_undecidedChallengeStrandsNothing() public {
        uint256 id = _open();
        _challenge(id);
        vm.warp(NOW + 74 days);
        vm.expectRevert(abi.encodeWithSelector(IEnrolment.WindowOpen.selector, NOW + 74 days));
        enrolment.complete(id);
        vm.warp(NOW + 74 days + 1);
        assertEq(enrolment.complete(id), 0);
        assertEq(registry.vehicleCount(), 0);
        _withdraws(alice.account, BOND);
        _withdraws(bob.account, BOND);
    }

    /// Row 26: two ways to mint, one tag: the registrars were faster.
    function test_row26_tagTakenMeanwhileMintsNothing() public {
        uint256 id = _open();
        _register("tag", bob.account);
        vm.warp(OVER);
        assertEq(enrolment.complete(id), 0);
        assertEq(registry.vehicleCount(), 1);
        _withdraws(alice.account, BOND);
    }

    function test_withdrawalIsNotEnteredTwice() public {
        uint256 id = _open();
        Greedy greedy = new Greedy{value: BOND}(enrolment);
        greedy.challenge(id);
        _decide(id, false);
        vm.deal(address(enrolment), 10 * BOND); // something to take
        vm.expectRevert(abi.encodeWithSelector(IEnrolment.WithdrawalFailed.selector, address(greedy)));
        greedy.withdraw();
        assertEq(enrolment.creditOf(address(greedy)), 2 * BOND);
    }
}
