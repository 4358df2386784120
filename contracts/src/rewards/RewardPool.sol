// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

import {Stoppable} from "../foundation/Stoppable.sol";
import {IMembership} from "../members/IMembership.sol";

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {Address} from "@openzeppelin/contracts/utils/Address.sol";
import {MerkleProof} from "@openzeppelin/contracts/utils/cryptography/MerkleProof.sol";

/// @title Rewards for makers, owners, workshops and traders
/// @notice Holds the ecosystem's reward pool and pays it out by epochs of seven days. Anyone who puts up a
/// bond posts an epoch's Merkle root, computed from chain data by the rule below; for three days the audit
/// committee can reject it, which burns the bond, and can do nothing else. Then accounts claim.
///
/// ```
/// epoch ends ─► post (bond) ─3 days→ claim, claim, …; reclaimBond
///                   └─ audit: reject ─► bond burned, anyone posts again
/// ```
/// The rule, with ⌊ ⌋ at each step. An epoch's records are the readings and batches that the chain accepted
/// in it, by block time.
/// 1. A vehicle with a record has one share, however many devices and owners it has. A share is worth
///    S = min(⌊capOf(epoch) / vehicles with a share⌋, 100 AUC).
/// 2. Of S, 70 % belong to owners, in proportion to the records while each owned it; 10 % to the account it
///    was first minted to, if licensed as Maker at the epoch's last block; 10 % to the authors of its service
///    records of the epoch, in proportion to their number; 10 % to those who transferred it in the epoch and
///    are licensed as Dealer at the epoch's last block, in proportion to their transfers. A part that is
///    nobody's is not paid.
/// 3. Amounts are summed for each account; `total` is their sum. The leaf of an account is
///    keccak256(keccak256(abi.encode(chainId, pool, epoch, account, amount))), a node is the hash of its two
///    children in ascending order. Leaves stand in ascending order, neighbours are paired from the left, and an
///    odd one at the end climbs alone.
/// @dev Amounts are in units of 10^-18 AUC. Caps halve every 208 epochs, and their sum is at most what the
/// pool was constructed with, so claims never touch a bond.
contract RewardPool is Stoppable {
    /// @notice A posted epoch.
    struct Epoch {
        /// The Merkle root; 0 while none is posted.
        bytes32 root;
        /// What all leaves may claim.
        uint96 total;
        /// What has been claimed.
        uint96 claimed;
        /// When it was posted, seconds since the epoch of time.
        uint64 postedAt;
        /// Who put up the bond; zero once it is reclaimed.
        address poster;
    }

    /// @notice The length of an epoch in seconds.
    uint256 public constant EPOCH = 7 days;

    /// @notice How long a root can be rejected, in seconds.
    uint256 public constant CHALLENGE = 3 days;

    /// @notice The epochs after which the cap halves: four years.
    uint256 public constant HALVING = 208;

    /// @notice The most a vehicle's share is worth in an epoch, which the published rule uses.
    uint256 public constant SHARE_LIMIT = 100 ether;

    /// @notice Membership, checked when coins are claimed.
    IMembership public immutable members;

    /// @notice Where rejected bonds go.
    address payable public immutable sink;

    /// @notice When epoch 0 began, seconds since the epoch of time.
    uint256 public immutable start;

    /// @notice What a poster puts up.
    uint256 public immutable bond;

    /// @notice The cap of the first 208 epochs.
    uint256 public immutable firstCap;

    mapping(uint256 epoch => Epoch entry) private _epochs;

    /// @dev Bit epoch % 256 of word epoch / 256: an account's next claim mostly finds its word in use.
    mapping(address account => mapping(uint256 word => uint256 bits)) private _claimed;

    /// @notice `poster` put up a bond for an epoch's root.
    event RootPosted(uint256 indexed epoch, address indexed poster, bytes32 root, uint256 total);

    /// @notice The audit committee rejected a root, and its bond was burned. `reason` is the hash of its
    /// finding.
    event RootRejected(uint256 indexed epoch, address indexed poster, bytes32 root, bytes32 reason);

    /// @notice `amount` of an epoch was paid to `account`.
    event Claimed(uint256 indexed epoch, address indexed account, uint256 amount);

    /// @notice The bond for an epoch's root went back to its poster.
    event BondReclaimed(uint256 indexed epoch, address indexed poster);

    /// @notice The epoch is not over.
    error EpochNotOver(uint256 epoch);

    /// @notice A root stands for this epoch already.
    error AlreadyPosted(uint256 epoch);

    /// @notice The coins sent are not the bond.
    error WrongBond(uint256 sent, uint256 needed);

    /// @notice The total is above the epoch's cap.
    error AboveCap(uint256 total, uint256 cap);

    /// @notice No root is the zero word.
    error EmptyRoot();

    /// @notice No root stands for this epoch, or it can still be rejected.
    error NotFinal(uint256 epoch);

    /// @notice No root stands for this epoch, or it can no longer be rejected.
    error NotRejectable(uint256 epoch);

    /// @notice The account has claimed in this epoch.
    error AlreadyClaimed(uint256 epoch, address account);

    /// @notice The proof does not lead from this leaf to the epoch's root.
    error InvalidProof(uint256 epoch, address account, uint256 amount);

    /// @notice The leaves claim more than the posted total.
    error AboveTotal(uint256 epoch, uint256 amount, uint256 left);

    /// @notice The bond has gone back already.
    error NoBond(uint256 epoch);

    /// @param authority The foundation's AccessManager.
    /// @param members_ Membership.
    /// @param sink_ `BurnSink`.
    /// @param bond_ What a poster puts up.
    /// @param start_ When epoch 0 begins, seconds since the epoch of time.
    constructor(address authority, IMembership members_, address payable sink_, uint256 bond_, uint256 start_)
        payable
        AccessManaged(authority)
    {
        members = members_;
        sink = sink_;
        bond = bond_;
        start = start_;
        firstCap = msg.value / (2 * HALVING);
    }

    /// @notice Posts the root of an epoch that is over, with the bond; anyone may call.
    /// @param total The sum of all leaves, at most `capOf(epoch)`.
    function post(uint256 epoch, bytes32 root, uint96 total) external payable whenNotPaused {
        if (block.timestamp < start || epoch >= epochOf(block.timestamp)) revert EpochNotOver(epoch);
        if (msg.value != bond) revert WrongBond(msg.value, bond);
        if (root == 0) revert EmptyRoot();
        if (total > capOf(epoch)) revert AboveCap(total, capOf(epoch));
        Epoch storage entry = _epochs[epoch];
        if (entry.root != 0) revert AlreadyPosted(epoch);
        entry.root = root;
        // forge-lint: disable-next-line(unsafe-typecast)
        (entry.total, entry.postedAt) = (total, uint64(block.timestamp)); // a time fits
        entry.poster = msg.sender;
        emit RootPosted(epoch, msg.sender, root, total);
    }

    /// @notice Rejects a root in its three days and burns its bond. Roles.AUDIT.
    /// @param reason The hash of the finding.
    function reject(uint256 epoch, bytes32 reason) external restricted {
        Epoch memory entry = _epochs[epoch];
        if (entry.root == 0 || _final(entry.postedAt)) revert NotRejectable(epoch);
        delete _epochs[epoch];
        emit RootRejected(epoch, entry.poster, entry.root, reason);
        Address.sendValue(sink, bond);
    }

    /// @notice Pays an account, a member, its amount of an epoch; anyone may call.
    /// @param proof The siblings from the leaf to the root.
    function claim(uint256 epoch, address account, uint256 amount, bytes32[] calldata proof)
        external
        whenNotPaused
    {
        Epoch storage entry = _epochs[epoch];
        if (!_final(entry.postedAt)) revert NotFinal(epoch);
        uint256 bits = _claimed[account][epoch >> 8];
        // forge-lint: disable-next-line(incorrect-shift)
        uint256 bit = 1 << (epoch & 0xff);
        if (bits & bit != 0) revert AlreadyClaimed(epoch, account);
        if (!MerkleProof.verifyCalldata(proof, entry.root, leafOf(epoch, account, amount))) {
            revert InvalidProof(epoch, account, amount);
        }
        uint256 left = entry.total - entry.claimed;
        if (amount > left) revert AboveTotal(epoch, amount, left);
        members.requireMember(account);

        _claimed[account][epoch >> 8] = bits | bit;
        // forge-lint: disable-next-line(unsafe-typecast)
        entry.claimed += uint96(amount); // at most `total`
        emit Claimed(epoch, account, amount);
        Address.sendValue(payable(account), amount);
    }

    /// @notice Pays the bond back to the poster of a root that stands; anyone may call.
    function reclaimBond(uint256 epoch) external {
        Epoch storage entry = _epochs[epoch];
        if (!_final(entry.postedAt)) revert NotFinal(epoch);
        address poster = entry.poster;
        if (poster == address(0)) revert NoBond(epoch);
        entry.poster = address(0);
        emit BondReclaimed(epoch, poster);
        Address.sendValue(payable(poster), bond);
    }

    /// @notice What an epoch can pay at most: `firstCap`, halved every 208 epochs.
    function capOf(uint256 epoch) public view returns (uint256) {
        return firstCap >> (epoch / HALVING);
    }

    /// @notice The epoch that `time` falls into; reverts before epoch 0.
    function epochOf(uint256 time) public view returns (uint256) {
        return (time - start) / EPOCH;
    }

    /// @notice A posted epoch; all zero while none is.
    function epochs(uint256 epoch) external view returns (Epoch memory) {
        return _epochs[epoch];
    }

    /// @notice Whether the root of an epoch stands and can be claimed against.
    function isFinal(uint256 epoch) external view returns (bool) {
        return _final(_epochs[epoch].postedAt);
    }

    /// @notice Whether `account` has claimed in an epoch.
    function hasClaimed(uint256 epoch, address account) external view returns (bool) {
        return _claimed[account][epoch >> 8] >> (epoch & 0xff) & 1 == 1;
    }

    /// @notice The leaf of an account in an epoch, on this chain and for this pool.
    function leafOf(uint256 epoch, address account, uint256 amount) public view returns (bytes32) {
        return
            keccak256(
                bytes.concat(keccak256(abi.encode(block.chainid, address(this), epoch, account, amount)))
            );
    }

    function _final(uint64 postedAt) private view returns (bool) {
        return postedAt != 0 && block.timestamp >= postedAt + CHALLENGE;
    }
}
