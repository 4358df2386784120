// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

import {Wiring} from "./Wiring.sol";

import {Vesting} from "../src/auc/Vesting.sol";
import {FeeRouter} from "../src/foundation/FeeRouter.sol";
import {ILicences} from "../src/members/ILicences.sol";
import {IDefinitions} from "../src/vehicle/IDefinitions.sol";
import {IDevices} from "../src/vehicle/IDevices.sol";
import {IEncumbrances} from "../src/vehicle/IEncumbrances.sol";
import {IReadings} from "../src/vehicle/IReadings.sol";
import {VehicleRegistry} from "../src/vehicle/VehicleRegistry.sol";

/// @title What is deployed, in which order, with which arguments
/// @notice The one plan behind genesis and `Deploy.s.sol`. Genesis executes each constructor at 0x4155430…01, …02
/// and so on; a live deployment creates them one after the other. Either knows all addresses before the first
/// constructor runs, so contracts may name each other in any order.
contract Plan {
    /// @notice The contracts, in their order. The first two keep their genesis addresses for ever.
    enum Id {
        AUC,
        VehicleRegistry,
        BurnSink,
        AUCSupply,
        Authority,
        FoundationTimelock,
        FoundationGovernor,
        Membership,
        Licences,
        PlacementVesting,
        TeamVesting,
        Treasury,
        EmergencySpending,
        FeeRouter,
        BuyBack,
        TreasuryBuyer,
        RewardPool,
        Definitions,
        Devices,
        Readings,
        Grants,
        Encumbrances,
        ServiceRecords,
        Parts,
        Enrolment,
        Titles,
        Brands,
        VehicleLens,
        Contributions,
        DataMarket,
        Escrow,
        Rental,
        Lease,
        Loan,
        DataLicence,
        TemplateFactory
    }

    /// @notice What differs from network to network. Amounts are in units of 10^-18 AUC, times in seconds.
    struct Config {
        /// The committees' Safes.
        address executive;
        address risk;
        address pay;
        address audit;
        /// Names registrars.
        address registrarAdmin;
        /// The title authority.
        address title;
        /// Issues memberships and licences.
        address issuer;
        /// The first registrars and how many of them must sign.
        address[] registrars;
        uint256 registrarThreshold;
        /// What an owner puts up who enrols a car that is on the road already.
        uint256 enrolmentBond;
        /// The schedules of the private placement and of the team.
        Vesting.Schedule[] placement;
        Vesting.Schedule[] team;
        /// What the treasury starts with, and what may leave it in a period at first.
        uint256 treasury;
        uint104 treasuryLimit;
        /// What the reward pool starts with, and the bond of a poster.
        uint256 rewardPool;
        uint256 rewardBond;
        /// When the first reward epoch and the first quarter begin.
        uint256 start;
        /// The mining reserve, for `AUCSupply`.
        address miningReserve;
    }

    /// @notice One contract to construct.
    struct Step {
        /// Its name in this plan, one of `Id`.
        string name;
        /// The contract's name in `src/`.
        string source;
        /// The constructor's arguments, ABI-encoded.
        bytes args;
        /// Coins sent along.
        uint256 value;
    }

    /// @notice The number of contracts.
    function count() public pure returns (uint256) {
        return uint256(type(Id).max) + 1;
    }

    /// @notice The steps, in order.
    /// @param c What differs from network to network.
    /// @param at Where each contract stands or will stand.
    function steps(Config memory c, address[] memory at) public pure returns (Step[] memory list) {
        list = new Step[](count());
        _coin(list, c, at);
        _foundation(list, c, at);
        _income(list, c, at);
        _vehicles(list, c, at);
        _vehicleRights(list, at);
        _market(list, at);
    }

    function _coin(Step[] memory list, Config memory c, address[] memory at) private pure {
        address members = _of(at, Id.Membership);
        _put(list, Id.AUC, "AUC", abi.encode(_of(at, Id.BurnSink)));
        _put(list, Id.BurnSink, "BurnSink", "");
        _put(
            list, Id.AUCSupply, "AUCSupply", abi.encode(_of(at, Id.AUC), _of(at, Id.BurnSink), _locked(c, at))
        );
        _step(
            list,
            Id.PlacementVesting,
            Step("PlacementVesting", "Vesting", abi.encode(members, c.placement), _sum(c.placement))
        );
        _step(list, Id.TeamVesting, Step("TeamVesting", "Vesting", abi.encode(members, c.team), _sum(c.team)));
        _step(
            list,
            Id.RewardPool,
            Step(
                "RewardPool",
                "RewardPool",
                abi.encode(_of(at, Id.Authority), members, _of(at, Id.BurnSink), c.rewardBond, c.start),
                c.rewardPool
            )
        );
    }

    function _foundation(Step[] memory list, Config memory c, address[] memory at) private pure {
        Wiring.Addresses memory a = _addresses(c, at);
        bytes memory authority = abi.encode(_of(at, Id.Authority));
        _put(list, Id.Authority, "Authority", abi.encode(a.timelock, Wiring.grants(a), Wiring.rules(a)));
        _put(list, Id.FoundationTimelock, "FoundationTimelock", abi.encode(_of(at, Id.FoundationGovernor)));
        _put(
            list,
            Id.FoundationGovernor,
            "FoundationGovernor",
            abi.encode(_of(at, Id.AUC), a.timelock, _of(at, Id.Authority))
        );
        _put(list, Id.Membership, "Membership", authority);
        _put(list, Id.Licences, "Licences", authority);
        _put(
            list,
            Id.EmergencySpending,
            "EmergencySpending",
            abi.encode(_of(at, Id.Treasury), _of(at, Id.FoundationGovernor), _of(at, Id.Authority))
        );
    }

    function _income(Step[] memory list, Config memory c, address[] memory at) private pure {
        (address authority, address auc) = (_of(at, Id.Authority), _of(at, Id.AUC));
        address treasury = _of(at, Id.Treasury);
        FeeRouter.Share[] memory fees = new FeeRouter.Share[](1);
        fees[0] = FeeRouter.Share(treasury, 10_000);
        _step(
            list,
            Id.Treasury,
            Step(
                "Treasury",
                "Treasury",
                abi.encode(authority, _of(at, Id.Membership), auc, c.treasuryLimit),
                c.treasury
            )
        );
        _put(list, Id.FeeRouter, "FeeRouter", abi.encode(authority, auc, fees));
        _put(list, Id.BuyBack, "BuyBack", abi.encode(authority, auc, _of(at, Id.TreasuryBuyer), c.start));
        _put(list, Id.TreasuryBuyer, "TreasuryBuyer", abi.encode(treasury, auc, _of(at, Id.BuyBack)));
    }

    function _vehicles(Step[] memory list, Config memory c, address[] memory at) private pure {
        (address authority, address registry) = (_of(at, Id.Authority), _of(at, Id.VehicleRegistry));
        (address licences, address definitions) = (_of(at, Id.Licences), _of(at, Id.Definitions));
        bytes memory args = abi.encode(authority, c.registrars, c.registrarThreshold, _links(at));
        _put(list, Id.VehicleRegistry, "VehicleRegistry", args);
        _put(list, Id.Definitions, "Definitions", abi.encode(licences));
        args = abi.encode(registry, _of(at, Id.Readings), licences, definitions);
        _put(list, Id.Devices, "Devices", args);
        args = abi.encode(registry, _of(at, Id.Devices), _of(at, Id.Contributions));
        _put(list, Id.Readings, "Readings", args);
        args = abi.encode(authority, registry, licences, definitions, c.enrolmentBond);
        _put(list, Id.Enrolment, "Enrolment", args);
        args = abi.encode(authority, registry, _of(at, Id.Brands), _of(at, Id.Parts));
        _put(list, Id.Titles, "Titles", args);
        _put(list, Id.Brands, "Brands", abi.encode(authority, registry, licences, _of(at, Id.Titles)));
    }

    function _vehicleRights(Step[] memory list, address[] memory at) private pure {
        address registry = _of(at, Id.VehicleRegistry);
        (address grants, address encumbrances) = (_of(at, Id.Grants), _of(at, Id.Encumbrances));
        (address records, address parts) = (_of(at, Id.ServiceRecords), _of(at, Id.Parts));
        _put(list, Id.Grants, "Grants", abi.encode(registry, encumbrances, records, parts));
        _put(list, Id.Encumbrances, "Encumbrances", abi.encode(registry, _of(at, Id.TemplateFactory)));
        _put(
            list, Id.ServiceRecords, "ServiceRecords", abi.encode(registry, grants, _of(at, Id.Contributions))
        );
        _put(
            list,
            Id.Parts,
            "Parts",
            abi.encode(registry, _of(at, Id.Licences), _of(at, Id.Definitions), grants, _of(at, Id.Titles))
        );
        // An array of fixed length is encoded as its elements are.
        address[7] memory shown = [
            registry,
            _of(at, Id.Devices),
            _of(at, Id.Readings),
            encumbrances,
            grants,
            parts,
            _of(at, Id.Brands)
        ];
        _put(list, Id.VehicleLens, "VehicleLens", abi.encode(shown));
    }

    function _market(Step[] memory list, address[] memory at) private pure {
        (address registry, address readings) = (_of(at, Id.VehicleRegistry), _of(at, Id.Readings));
        (address encumbrances, address fees) = (_of(at, Id.Encumbrances), _of(at, Id.FeeRouter));
        bytes memory hold = abi.encode(encumbrances, registry);
        bytes memory rent = abi.encode(encumbrances, registry, _of(at, Id.Grants));
        _put(list, Id.Contributions, "Contributions", abi.encode(readings, _of(at, Id.ServiceRecords)));
        _put(
            list,
            Id.DataMarket,
            "DataMarket",
            abi.encode(_of(at, Id.AUC), registry, readings, _of(at, Id.Contributions), fees)
        );
        _put(list, Id.Escrow, "Escrow", hold);
        _put(list, Id.Loan, "Loan", hold);
        _put(list, Id.Rental, "Rental", rent);
        _put(list, Id.Lease, "Lease", rent);
        _put(list, Id.DataLicence, "DataLicence", abi.encodePacked(rent, abi.encode(fees)));
        address[5] memory templates = [
            _of(at, Id.Escrow),
            _of(at, Id.Rental),
            _of(at, Id.Lease),
            _of(at, Id.Loan),
            _of(at, Id.DataLicence)
        ];
        _put(list, Id.TemplateFactory, "TemplateFactory", abi.encode(_of(at, Id.Authority), templates));
    }

    function _links(address[] memory at) private pure returns (VehicleRegistry.Links memory) {
        return VehicleRegistry.Links({
            licences: ILicences(_of(at, Id.Licences)),
            definitions: IDefinitions(_of(at, Id.Definitions)),
            devices: IDevices(_of(at, Id.Devices)),
            readings: IReadings(_of(at, Id.Readings)),
            encumbrances: IEncumbrances(_of(at, Id.Encumbrances)),
            grants: _of(at, Id.Grants),
            enrolment: _of(at, Id.Enrolment),
            titles: _of(at, Id.Titles),
            brands: _of(at, Id.Brands)
        });
    }

    function _addresses(Config memory c, address[] memory at)
        private
        pure
        returns (Wiring.Addresses memory a)
    {
        a.timelock = _of(at, Id.FoundationTimelock);
        (a.executive, a.risk, a.pay, a.audit) = (c.executive, c.risk, c.pay, c.audit);
        (a.registrarAdmin, a.title, a.issuer) = (c.registrarAdmin, c.title, c.issuer);
        a.emergency = _of(at, Id.EmergencySpending);
        a.buyer = _of(at, Id.TreasuryBuyer);
        a.treasury = _of(at, Id.Treasury);
        a.feeRouter = _of(at, Id.FeeRouter);
        a.buyBack = _of(at, Id.BuyBack);
        a.membership = _of(at, Id.Membership);
        a.licences = _of(at, Id.Licences);
        a.rewardPool = _of(at, Id.RewardPool);
        a.templateFactory = _of(at, Id.TemplateFactory);
        a.vehicle.registry = _of(at, Id.VehicleRegistry);
        a.vehicle.enrolment = _of(at, Id.Enrolment);
        a.vehicle.titles = _of(at, Id.Titles);
        a.vehicle.brands = _of(at, Id.Brands);
    }

    function _locked(Config memory c, address[] memory at) private pure returns (address[] memory list) {
        list = new address[](5);
        list[0] = _of(at, Id.PlacementVesting);
        list[1] = _of(at, Id.TeamVesting);
        list[2] = _of(at, Id.Treasury);
        list[3] = _of(at, Id.RewardPool);
        list[4] = c.miningReserve;
    }

    function _sum(Vesting.Schedule[] memory schedules) private pure returns (uint256 sum) {
        for (uint256 i = 0; i < schedules.length; ++i) {
            sum += schedules[i].total;
        }
    }

    /// @dev A contract that gets no coins and bears its source's name.
    function _put(Step[] memory list, Id id, string memory name, bytes memory args) private pure {
        _step(list, id, Step(name, name, args, 0));
    }

    function _step(Step[] memory list, Id id, Step memory step) private pure {
        list[uint256(id)] = step;
    }

    function _of(address[] memory at, Id id) private pure returns (address) {
        return at[uint256(id)];
    }
}
