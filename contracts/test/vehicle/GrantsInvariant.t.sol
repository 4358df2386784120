// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

import {Template} from "../../src/templates/ITemplateFactory.sol";
import {IGrants} from "../../src/vehicle/IGrants.sol";
import {Scopes} from "../../src/vehicle/Scopes.sol";
import {VehicleFixture} from "./VehicleFixture.sol";

/// Two cars, three owners, four grantees and a renter each, in any order of grants, sales, revocations and
/// ends. Keeps its own account of what every grant is worth.
contract Yard is VehicleFixture {
    struct Given {
        uint32 epoch;
        uint16 uses;
        uint40 until;
    }

    address[3] private owners;
    address[4] private grantees;
    uint256[2] private cars;
    address[2] private rentals;
    mapping(uint256 car => mapping(address grantee => Given)) private given;
    mapping(uint256 car => bool) private rented;
    uint256 public grantsGiven;
    uint256 public sales;

    function setUp() public override {
        super.setUp();
        (owners[0], owners[1], owners[2]) = (alice.account, bob.account, makeAddr("carol"));
        for (uint256 i = 0; i < 4; ++i) {
            grantees[i] = makeAddr(string.concat("grantee ", vm.toString(i)));
        }
        for (uint256 i = 0; i < 2; ++i) {
            cars[i] = _register(bytes32(i + 1), alice.account);
            rentals[i] = _instance(string.concat("rental ", vm.toString(i)), Template.Rental);
            vm.prank(alice.account);
            encumbrances.encumber(cars[i], rentals[i], uint40(NOW + 365 days));
            vm.prank(rentals[i]);
            grants.grantBound(cars[i], grantees[0], _longTerms(uint32(1) << 31, type(uint16).max));
            rented[cars[i]] = true;
        }
    }

    function _longTerms(uint32 scopes, uint16 uses) private view returns (IGrants.Terms memory terms) {
        terms = _terms(scopes, uses);
        terms.until = uint40(NOW + 365 days);
    }

    function give(uint256 which, uint256 whom, uint16 uses) external {
        uint256 car = cars[which % 2];
        address grantee = grantees[whom % 4];
        uses = uint16(bound(uses, 1, 3));
        IGrants.Terms memory terms = _terms(1, uses);
        vm.prank(registry.ownerOf(car));
        grants.grant(car, grantee, terms);
        given[car][grantee] = Given(registry.epochOf(car), uses, terms.until);
        ++grantsGiven;
    }

    function sell(uint256 which, uint256 whom) external {
        uint256 car = cars[which % 2];
        address owner = registry.ownerOf(car);
        vm.prank(owner);
        registry.transferFrom(owner, owners[whom % 3], car);
        ++sales;
    }

    function revoke(uint256 which, uint256 whom, bool byGrantee) external {
        uint256 car = cars[which % 2];
        address grantee = grantees[whom % 4];
        vm.prank(byGrantee ? grantee : registry.ownerOf(car));
        grants.revoke(car, grantee, address(0));
        delete given[car][grantee];
    }

    function use(uint256 which, uint256 whom) external {
        uint256 car = cars[which % 2];
        address grantee = grantees[whom % 4];
        bool fine = _worth(car, grantee);
        if (!fine) vm.expectRevert();
        vm.prank(grantee);
        grants.use(car, grantee, address(0), 0);
        if (fine) --given[car][grantee].uses;
    }

    function endRental(uint256 which) external {
        uint256 car = cars[which % 2];
        if (!rented[car] || block.timestamp >= NOW + 365 days) return;
        vm.prank(rentals[which % 2]);
        encumbrances.end(car);
        rented[car] = false;
    }

    function wait(uint16 time) external {
        vm.warp(block.timestamp + time);
    }

    function check() external view {
        for (uint256 i = 0; i < 2; ++i) {
            for (uint256 k = 0; k < 4; ++k) {
                assertEq(grants.allows(cars[i], grantees[k], 0), _worth(cars[i], grantees[k]));
            }
            bool drives = rented[cars[i]] && block.timestamp < NOW + 365 days;
            assertEq(grants.allowsBy(cars[i], grantees[0], rentals[i], Scopes.KEY), drives);
        }
    }

    /// A free grant is worth something in its own key epoch alone.
    function _worth(uint256 car, address grantee) private view returns (bool) {
        Given storage g = given[car][grantee];
        return g.uses > 0 && g.epoch == registry.epochOf(car) && block.timestamp <= g.until;
    }
}

contract GrantsInvariantTest is VehicleFixture {
    Yard private yard;

    function setUp() public override {
        yard = new Yard();
        yard.setUp();
        bytes4[] memory moves = new bytes4[](6);
        moves[0] = yard.give.selector;
        moves[1] = yard.sell.selector;
        moves[2] = yard.revoke.selector;
        moves[3] = yard.use.selector;
        moves[4] = yard.endRental.selector;
        moves[5] = yard.wait.selector;
        targetSelector(FuzzSelector(address(yard), moves));
        targetContract(address(yard));
    }

    /// forge-config: default.invariant.runs = 32
    /// forge-config: default.invariant.depth = 128
    function invariant_noFreeGrantOutlivesATransfer() public view {
        yard.check();
    }

    function test_walkReachesGrantsAndSales() public {
        yard.give(0, 1, 2);
        yard.use(0, 1);
        yard.sell(0, 1);
        yard.use(0, 1); // refused
        yard.give(0, 1, 1);
        yard.revoke(0, 1, false);
        yard.endRental(0);
        yard.check();
        assertEq(yard.grantsGiven(), 2);
        assertEq(yard.sales(), 1);
    }
}
