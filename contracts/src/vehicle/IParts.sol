// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

/// @title Parts, lots and bills of materials
/// @notice A part is one word: its lot (64 bits) and a mark of 192 bits, such as the first 24 bytes of
/// keccak256(serial number ‖ salt). A vehicle's bill of materials is a Merkle tree over its parts, of which
/// the chain keeps the root; the parts themselves stand in events, under their lots, so that everyone can
/// tell which vehicles a lot went into. A swap replaces one leaf.
///
/// ```text
/// part = lot << 192 | mark        leaf = keccak256(0x00 ‖ part)        node = keccak256(0x01 ‖ left ‖ right)
/// ```
///
/// The leaves are in ascending order at first and padded with zero words to a power of two.
interface IParts {
    /// @notice `maker` opened lot `lot` of parts of this definition.
    event LotOpened(uint64 indexed lot, address indexed maker, uint32 indexed definition);

    /// @notice These parts of `lot` were built into `vehicle`.
    event PartsFitted(uint256 indexed vehicle, uint64 indexed lot, uint256[] parts);

    /// @notice The bill of materials of `vehicle` has `count` parts under `root`.
    event Assembled(uint256 indexed vehicle, bytes32 root, uint256 count);

    /// @notice `by` took `part`, of `lot`, out of `vehicle`, at place `index`.
    event PartRemoved(uint256 indexed vehicle, uint64 indexed lot, uint256 part, uint256 index, address by);

    /// @notice The maker called `lot` back; `cid` is the content id of the notice.
    event LotRecalled(uint64 indexed lot, address indexed maker, bytes cid);

    /// @notice `heir` carries on the bill of materials of the void title `vehicle`.
    event PartsInherited(uint256 indexed heir, uint256 indexed vehicle, bytes32 root);

    /// @notice There is no lot with this number.
    error UnknownLot(uint64 lot);

    /// @notice Only the maker of a lot calls it back.
    error NotLotMaker(address account, uint64 lot);

    /// @notice Only the maker who owns the new vehicle assembles it.
    error NotAssembler(address account, uint256 vehicle);

    /// @notice The vehicle has its bill of materials already.
    error AlreadyAssembled(uint256 vehicle);

    /// @notice A bill of materials has 1 to 2,048 parts, in strictly ascending order.
    error InvalidParts(uint256 index);

    /// @notice The vehicle has no such part at this place.
    error PartNotFitted(uint256 vehicle, uint256 part, uint256 index);

    /// @notice Only the contract Titles calls this.
    error NotTitles(address account);

    /// @notice Opens a lot of parts. For licensed makers; the definition must be one of a part.
    /// @return lot Its number, counted from 1.
    function openLot(uint32 definition) external returns (uint64 lot);

    /// @notice Sets the bill of materials of a vehicle in its first key epoch, once. For a licensed maker who
    /// owns the vehicle.
    /// @param parts The parts in ascending order, which keeps a lot's parts together.
    function assemble(uint256 vehicle, uint256[] calldata parts) external;

    /// @notice Replaces a part. For the vehicle's owner, and by the owner's grant of scope WRITE_PARTS.
    /// @param removed The part to take out.
    /// @param fitted The part to put in.
    /// @param index The part's place, from 0.
    /// @param proof The siblings of its leaf, from the bottom.
    function swap(uint256 vehicle, uint256 removed, uint256 fitted, uint256 index, bytes32[] calldata proof)
        external;

    /// @notice Calls a lot back. For its maker.
    function recall(uint64 lot, bytes calldata cid) external;

    /// @notice Gives `heir` the bill of materials of the void title `vehicle`. For the contract Titles.
    function inherit(uint256 heir, uint256 vehicle) external;

    /// @notice Whether `part` is built into `vehicle` now.
    function isFitted(uint256 vehicle, uint256 part, uint256 index, bytes32[] calldata proof)
        external
        view
        returns (bool);

    /// @notice Who opened the lot, for which definition, and whether it is called back.
    function lotOf(uint64 lot) external view returns (address maker, uint32 definition, bool recalled);

    /// @notice The number of lots.
    function lotCount() external view returns (uint64);

    /// @notice The root of the bill of materials of `vehicle`; 0 if it has none.
    function rootOf(uint256 vehicle) external view returns (bytes32);
}
