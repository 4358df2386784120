// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

import {Vesting} from "../../src/auc/Vesting.sol";
import {FoundationFixture} from "../foundation/FoundationFixture.sol";

import {Test} from "forge-std/Test.sol";

/// Time passes, beneficiaries release and hand over, in any order.
contract VestingActors is Test {
    Vesting private immutable _vesting;
    address[3] public accounts;
    uint256 public released;

    constructor(Vesting vesting, address[3] memory accounts_) {
        (_vesting, accounts) = (vesting, accounts_);
    }

    function pass(uint256 time) external {
        vm.warp(block.timestamp + bound(time, 0, 30 days));
    }

    function release(uint256 id) external {
        id %= _vesting.count();
        if (_vesting.releasable(id) != 0) released += _vesting.release(id);
    }

    function handOver(uint256 id, uint256 to) external {
        id %= _vesting.count();
        address beneficiary = _vesting.schedule(id).beneficiary;
        vm.prank(beneficiary);
        _vesting.handOver(id, accounts[to % 3]);
    }
}

contract VestingInvariantTest is FoundationFixture {
    Vesting private vesting;
    VestingActors private actors;
    uint256 private sum;

    function setUp() public override {
        super.setUp();
        address[3] memory accounts = [makeAddr("one"), makeAddr("two"), makeAddr("three")];
        Vesting.Schedule[] memory schedules = new Vesting.Schedule[](4);
        for (uint32 i = 0; i < 4; ++i) {
            uint96 total = uint96(uint256(keccak256(abi.encode(i))) % 1e27) + 1;
            schedules[i] =
                Vesting.Schedule(accounts[i % 3], uint64(NOW), i * 100 days, (i + 1) * 200 days, total, 0);
            sum += total;
        }
        for (uint256 i = 0; i < 3; ++i) {
            _enrol(accounts[i], type(uint64).max);
        }
        vm.deal(address(this), sum);
        vesting = new Vesting{value: sum}(membership, schedules);
        actors = new VestingActors(vesting, accounts);
        targetContract(address(actors));
    }

    function invariant_releasedPlusHeldIsTheSumOfTheSchedules() public view {
        uint256 received;
        for (uint256 i = 0; i < 3; ++i) {
            received += actors.accounts(i).balance;
        }
        assertEq(received, actors.released());
        assertEq(received + address(vesting).balance, sum);
    }

    function invariant_noScheduleReleasesMoreThanHasVested() public view {
        uint256 released;
        for (uint256 id = 0; id < vesting.count(); ++id) {
            Vesting.Schedule memory s = vesting.schedule(id);
            assertLe(s.released, vesting.vested(id, uint64(block.timestamp)));
            assertLe(s.released, s.total);
            released += s.released;
        }
        assertEq(released, actors.released());
    }
}
