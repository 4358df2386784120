// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

/// @notice What a device said last. `time` is 0 until the first reading of a pairing; `counter` outlives every
/// pairing.
struct Stream {
    uint64 vehicle;
    uint32 epoch;
    uint64 counter;
    uint32 odometerKm;
    uint16 flags;
    uint40 time;
}

/// @notice A stream as one storage word, read and written at once: a reading is the chain's most frequent
/// call.
type StreamWord is uint256;

using Streams for StreamWord global;

/// @title Streams to and from their words
library Streams {
    /// @notice The stream as a word: 8 bits 0, then the fields from `time` down to `vehicle`.
    function pack(Stream memory s) internal pure returns (StreamWord) {
        return StreamWord.wrap(
            uint256(s.time) << 208 | uint256(s.flags) << 192 | uint256(s.odometerKm) << 160
                | uint256(s.counter) << 96 | uint256(s.epoch) << 64 | s.vehicle
        );
    }

    /// @notice The stream of a word.
    function unpack(StreamWord word) internal pure returns (Stream memory) {
        uint256 w = StreamWord.unwrap(word);
        // forge-lint: disable-start(unsafe-typecast)
        // Each field is cut out of its place.
        return Stream({
            vehicle: uint64(w),
            epoch: uint32(w >> 64),
            counter: uint64(w >> 96),
            odometerKm: uint32(w >> 160),
            flags: uint16(w >> 192),
            time: uint40(w >> 208)
        });
        // forge-lint: disable-end(unsafe-typecast)
    }
}
