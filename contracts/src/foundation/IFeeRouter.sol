// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

/// @title Takes the fee of a paid service
/// @notice A service is an id, by convention keccak256 of its name; its fee is a rate of the price, rounded
/// down, so price = fee + what the payee gets, to the wei. Amounts are in units of 10^-18 AUC.
interface IFeeRouter {
    /// @notice `payer` paid `fee` for a service that cost `price`; `payee` got the rest. `payee` is zero when
    /// a contract collected the fee alone, and `price` is then the fee.
    event FeePaid(
        bytes32 indexed service, address indexed payer, address indexed payee, uint256 price, uint256 fee
    );

    /// @notice The rate of `service` is `rate` ten-thousandths of the price from now on.
    event FeeRateChanged(bytes32 indexed service, uint16 rate);

    /// @notice The rate is above `MAX_RATE`.
    error RateTooHigh(uint16 rate, uint16 maximum);

    /// @notice The fee of `service` for this price: ⌊price · rate / 10,000⌋; 0 for a service without a rate.
    function feeOf(bytes32 service, uint256 price) external view returns (uint256 fee);

    /// @notice Takes all coins sent along as the fee of a service; for contracts that split a price
    /// themselves by `feeOf`.
    /// @param payer Who paid it, for the event.
    function collectNative(bytes32 service, address payer) external payable;

    /// @notice Takes `fee` wrapped AUC of the caller, who has approved it, as the fee of a service.
    /// @param payer Who paid it, for the event.
    function collect(bytes32 service, address payer, uint256 fee) external;

    /// @notice Pays for a service with native coins: the fee stays here, the rest goes to `payee`.
    /// @return fee The fee taken off.
    function payNative(bytes32 service, address payee) external payable returns (uint256 fee);

    /// @notice Pays for a service with the caller's wrapped AUC, which the caller has approved.
    /// @return fee The fee taken off.
    function pay(bytes32 service, address payee, uint256 price) external returns (uint256 fee);

    /// @notice Pays for a service with the caller's wrapped AUC and a permit (EIP-2612) for this contract
    /// over `price`, in one transaction.
    /// @return fee The fee taken off.
    function payWithPermit(
        bytes32 service,
        address payee,
        uint256 price,
        uint256 deadline,
        uint8 v,
        bytes32 r,
        bytes32 s
    ) external returns (uint256 fee);
}
