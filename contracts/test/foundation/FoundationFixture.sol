// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

import {Wiring} from "../../script/Wiring.sol";
import {AUC} from "../../src/auc/AUC.sol";
import {BurnSink} from "../../src/auc/BurnSink.sol";
import {Authority} from "../../src/foundation/Authority.sol";
import {BuyBack} from "../../src/foundation/BuyBack.sol";
import {EmergencySpending} from "../../src/foundation/EmergencySpending.sol";
import {FeeRouter} from "../../src/foundation/FeeRouter.sol";
import {FoundationGovernor} from "../../src/foundation/FoundationGovernor.sol";
import {FoundationTimelock} from "../../src/foundation/FoundationTimelock.sol";
import {Treasury} from "../../src/foundation/Treasury.sol";
import {TreasuryBuyer} from "../../src/foundation/TreasuryBuyer.sol";
import {Kind} from "../../src/members/ILicences.sol";
import {Licences} from "../../src/members/Licences.sol";
import {Membership} from "../../src/members/Membership.sol";
import {RewardPool} from "../../src/rewards/RewardPool.sol";
import {CredentialSigner} from "../members/CredentialSigner.sol";

/// The foundation as at genesis: every contract knows the addresses of the others before they stand.
abstract contract FoundationFixture is CredentialSigner {
    uint256 internal constant NOW = 1_800_000_000;
    uint256 internal constant BOND = 10_000 ether;
    uint104 internal constant LIMIT = 150_000_000 ether;
    uint256 internal constant TREASURY_FUND = 3_000_000_000 ether;
    uint256 internal constant POOL_FUND = 1_000_000_000 ether;

    BurnSink internal sink;
    AUC internal auc;
    Authority internal authority;
    FoundationTimelock internal timelock;
    FoundationGovernor internal governor;
    Membership internal membership;
    Licences internal licences;
    Treasury internal treasury;
    EmergencySpending internal emergency;
    FeeRouter internal feeRouter;
    BuyBack internal buyBack;
    TreasuryBuyer internal buyer;
    RewardPool internal pool;

    Wiring.Addresses internal at;
    address internal issuer;
    uint256 internal issuerKey;
    address internal alice = makeAddr("alice");
    address internal bob = makeAddr("bob");

    function setUp() public virtual {
        vm.warp(NOW);
        vm.deal(address(this), TREASURY_FUND + POOL_FUND);
        (issuer, issuerKey) = makeAddrAndKey("issuer");
        (at.executive, at.risk) = (makeAddr("executive"), makeAddr("risk"));
        (at.pay, at.audit) = (makeAddr("pay"), makeAddr("audit"));
        (at.registrarAdmin, at.title, at.issuer) = (makeAddr("registrar admin"), makeAddr("title"), issuer);
        at.timelock = _next(3);
        at.membership = _next(5);
        at.licences = _next(6);
        at.treasury = _next(7);
        at.emergency = _next(8);
        at.feeRouter = _next(9);
        at.buyBack = _next(10);
        at.buyer = _next(11);
        at.rewardPool = _next(12);

        sink = new BurnSink();
        auc = new AUC(payable(address(sink)));
        authority = new Authority(at.timelock, Wiring.grants(at), Wiring.rules(at));
        timelock = new FoundationTimelock(_next(1));
        governor = new FoundationGovernor(auc, timelock, authority);
        membership = new Membership(address(authority));
        licences = new Licences(address(authority));
        treasury = new Treasury{value: TREASURY_FUND}(address(authority), membership, auc, LIMIT);
        emergency = new EmergencySpending(treasury, governor, authority);
        feeRouter = new FeeRouter(address(authority), auc, _shares());
        buyBack = new BuyBack(address(authority), auc, TreasuryBuyer(payable(at.buyer)), NOW);
        buyer = new TreasuryBuyer(treasury, auc, address(buyBack));
        pool = new RewardPool{value: POOL_FUND}(
            address(authority), membership, payable(address(sink)), BOND, NOW
        );
        assertEq(address(pool), at.rewardPool);
    }

    /// Two shares, so that rounding has somewhere to go.
    function _shares() internal view returns (FeeRouter.Share[] memory shares) {
        shares = new FeeRouter.Share[](2);
        shares[0] = FeeRouter.Share(at.executive, 3_333);
        shares[1] = FeeRouter.Share(at.treasury, 6_667);
    }

    function _enrol(address member) internal {
        _enrol(member, uint64(block.timestamp + 365 days));
    }

    function _enrol(address member, uint64 expires) internal {
        uint256 deadline = block.timestamp;
        membership.issue(
            member, expires, deadline, issuer, _signMembership(issuerKey, member, expires, deadline)
        );
    }

    function _signMembership(uint256 key, address member, uint64 expires, uint256 deadline)
        internal
        view
        returns (bytes memory)
    {
        return _membershipSignature(membership, key, member, expires, deadline);
    }

    function _license(address holder, Kind kind, uint64 expires) internal {
        uint256 deadline = block.timestamp;
        licences.issue(
            holder, kind, expires, deadline, issuer, _signLicence(issuerKey, holder, kind, expires, deadline)
        );
    }

    function _signLicence(uint256 key, address holder, Kind kind, uint64 expires, uint256 deadline)
        internal
        view
        returns (bytes memory)
    {
        return _licenceSignature(licences, key, holder, kind, expires, deadline);
    }

    /// Gives `account` this many wrapped AUC and delegates them to itself; they vote from the next second.
    function _wrap(address account, uint256 amount) internal {
        vm.deal(account, account.balance + amount);
        vm.startPrank(account);
        auc.deposit{value: amount}();
        auc.delegate(account);
        vm.stopPrank();
    }

    /// The address of the contract that this one creates `ahead` creations from now.
    function _next(uint64 ahead) private view returns (address) {
        return vm.computeCreateAddress(address(this), vm.getNonce(address(this)) + ahead);
    }
}
