// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

import {Kind} from "../../src/members/ILicences.sol";
import {Brand, IBrands} from "../../src/vehicle/IBrands.sol";
import {IVehicleRegistry} from "../../src/vehicle/IVehicleRegistry.sol";
import {VehicleFixture} from "./VehicleFixture.sol";

contract BrandsTest is VehicleFixture {
    uint256 private car;
    address private insurer = makeAddr("insurer");
    address private inspector = makeAddr("inspector");
    address private dealer = makeAddr("dealer");

    function setUp() public override {
        super.setUp();
        car = _register("tag", alice.account);
        licences.set(insurer, Kind.Insurer, true);
        licences.set(inspector, Kind.InspectionBody, true);
        licences.set(dealer, Kind.Dealer, true);
    }

    function _brand(address by, Brand kind) private {
        vm.prank(by);
        brands.brand(car, kind, "evidence");
    }

    function _request(Brand kind) private {
        vm.prank(alice.account);
        brands.request(car, kind);
    }

    /// The table of who sets what, cell by cell.
    function test_everyHandAgainstEveryBrand() public {
        address[5] memory hands = [alice.account, insurer, inspector, dealer, bob.account];
        // by brand from Stolen to Scrapped: owner, insurer, inspector, dealer, stranger
        bool[5][6] memory may = [
            [true, true, false, false, false],
            [true, true, false, false, false],
            [false, true, false, false, false],
            [false, true, true, false, false],
            [false, false, true, true, false],
            [false, false, true, false, false]
        ];
        for (uint8 kind = 1; kind <= 6; ++kind) {
            for (uint256 i = 0; i < hands.length; ++i) {
                uint256 snapshot = vm.snapshotState();
                if (kind == uint8(Brand.Recovered)) _brand(alice.account, Brand.Stolen);
                if (kind >= uint8(Brand.Exported)) _request(Brand(kind));
                if (!may[kind - 1][i]) {
                    vm.expectRevert(abi.encodeWithSelector(IBrands.NotBrander.selector, hands[i], kind));
                } else {
                    vm.expectEmit(address(brands));
                    emit IBrands.Branded(car, Brand(kind), hands[i], "evidence");
                }
                _brand(hands[i], Brand(kind));
                assertEq(brands.hasBrand(car, Brand(kind)), may[kind - 1][i]);
                vm.revertToState(snapshot);
            }
        }
    }

    function testFuzz_brandsAreAppendOnly(uint8[12] memory kinds) public {
        uint16 all;
        for (uint256 i = 0; i < kinds.length; ++i) {
            Brand kind = Brand(bound(kinds[i], 1, 5));
            if (kind == Brand.Recovered && !brands.isStolen(car)) continue;
            bool stolen = kind == Brand.Stolen || (kind != Brand.Recovered && brands.isStolen(car));
            vm.prank(titleAuthority);
            brands.brandByAuthority(car, kind, "evidence");
            all |= uint16(1) << uint8(kind);
            assertEq(brands.brandsOf(car), all);
            assertEq(brands.isStolen(car), stolen);
        }
    }

    function test_recoveredNeedsStolenAndNoneIsNoBrand() public {
        vm.expectRevert(abi.encodeWithSelector(IBrands.InvalidBrand.selector, Brand.Recovered));
        _brand(alice.account, Brand.Recovered);
        _brand(alice.account, Brand.Stolen);
        assertTrue(brands.isStolen(car));
        _brand(insurer, Brand.Recovered);
        assertFalse(brands.isStolen(car));
        assertTrue(brands.hasBrand(car, Brand.Stolen));
        vm.expectRevert(abi.encodeWithSelector(IBrands.InvalidBrand.selector, Brand.None));
        vm.prank(titleAuthority);
        brands.brandByAuthority(car, Brand.None, "evidence");
    }

    function test_exportAndScrapNeedTheOwnersRequestOfThisEpoch() public {
        vm.expectRevert(abi.encodeWithSelector(IBrands.NotRequested.selector, car, Brand.Scrapped));
        _brand(inspector, Brand.Scrapped);
        _request(Brand.Exported);
        vm.expectRevert(abi.encodeWithSelector(IBrands.NotRequested.selector, car, Brand.Scrapped));
        _brand(inspector, Brand.Scrapped);
        _request(Brand.Scrapped);
        _transfer(alice, bob, car); // the buyer has not asked
        vm.expectRevert(abi.encodeWithSelector(IBrands.NotRequested.selector, car, Brand.Scrapped));
        _brand(inspector, Brand.Scrapped);
        vm.prank(bob.account);
        brands.request(car, Brand.Exported);
        _brand(dealer, Brand.Exported);
        vm.expectRevert( // once
            abi.encodeWithSelector(IBrands.NotRequested.selector, car, Brand.Exported)
        );
        _brand(dealer, Brand.Exported);
    }

    function test_onlyTheOwnerRequestsAndOnlyTheseTwo() public {
        vm.expectRevert(abi.encodeWithSelector(IBrands.NotVehicleOwner.selector, bob.account, car));
        vm.prank(bob.account);
        brands.request(car, Brand.Scrapped);
        vm.expectRevert(abi.encodeWithSelector(IBrands.InvalidBrand.selector, Brand.Flood));
        _request(Brand.Flood);
        _request(Brand.Scrapped);
        _request(Brand.None); // withdrawn
        vm.expectRevert(abi.encodeWithSelector(IBrands.NotRequested.selector, car, Brand.Scrapped));
        _brand(inspector, Brand.Scrapped);
    }

    function test_scrappedIsTheLast() public {
        _pair(dongle, car, alice);
        vm.startPrank(alice.account);
        grants.grant(car, bob.account, _terms(1, 5));
        brands.request(car, Brand.Scrapped);
        vm.stopPrank();
        vm.expectEmit(address(registry));
        emit IVehicleRegistry.VehicleScrapped(car);
        _brand(inspector, Brand.Scrapped);
        assertTrue(registry.isScrapped(car));
        assertFalse(_isActive(dongle));
        assertFalse(grants.allows(car, bob.account, 0));
        vm.expectRevert(abi.encodeWithSelector(IBrands.Scrapped.selector, car));
        _brand(insurer, Brand.TotalLoss);
        vm.expectRevert(abi.encodeWithSelector(IBrands.Scrapped.selector, car));
        vm.prank(titleAuthority);
        brands.brandByAuthority(car, Brand.Flood, "evidence");
        vm.expectRevert(abi.encodeWithSelector(IVehicleRegistry.Scrapped.selector, car));
        _transfer(alice, bob, car);
    }
}
