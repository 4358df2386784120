// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

import {VehicleWiring} from "../../script/VehicleWiring.sol";
import {Authority} from "../../src/foundation/Authority.sol";
import {Roles} from "../../src/foundation/Roles.sol";
import {Contributions} from "../../src/market/Contributions.sol";
import {ILicences, Kind} from "../../src/members/ILicences.sol";
import {ITemplateFactory, Template} from "../../src/templates/ITemplateFactory.sol";
import {Brands} from "../../src/vehicle/Brands.sol";
import {Definitions} from "../../src/vehicle/Definitions.sol";
import {Devices} from "../../src/vehicle/Devices.sol";
import {Encumbrances} from "../../src/vehicle/Encumbrances.sol";
import {Enrolment} from "../../src/vehicle/Enrolment.sol";
import {Grants} from "../../src/vehicle/Grants.sol";
import {Subject} from "../../src/vehicle/IDefinitions.sol";
import {IGrants} from "../../src/vehicle/IGrants.sol";
import {Parts} from "../../src/vehicle/Parts.sol";
import {Readings} from "../../src/vehicle/Readings.sol";
import {ServiceRecords} from "../../src/vehicle/ServiceRecords.sol";
import {Titles} from "../../src/vehicle/Titles.sol";
import {VehicleLens} from "../../src/vehicle/VehicleLens.sol";
import {VehicleRegistry} from "../../src/vehicle/VehicleRegistry.sol";

import {Test} from "forge-std/Test.sol";

/// Who is licensed as what, without the paper work.
contract LicenceBook {
    mapping(address account => mapping(Kind kind => bool)) public isLicensed;

    function set(address account, Kind kind, bool licensed) external {
        isLicensed[account][kind] = licensed;
    }

    function requireLicence(address account, Kind kind) external view {
        if (!isLicensed[account][kind]) revert ILicences.NotLicensed(account, kind);
    }
}

/// Instances of templates that the tests play themselves.
contract TemplateBook is ITemplateFactory {
    mapping(address instance => Template) private _kinds;

    function set(address instance, Template kind) external {
        _kinds[instance] = kind;
    }

    function templateOf(address instance) external view returns (Template kind, uint16 version) {
        return (_kinds[instance], 1);
    }
}

/// The vehicle side as it stands on chain, with one registrar, and the hands that sign.
abstract contract VehicleFixture is Test {
    struct Key {
        address account;
        uint256 secret;
    }

    struct Record {
        uint256 vehicle;
        uint64 counter;
        uint32 odometerKm;
        uint16 flags;
        bytes32 prevHash;
        bytes32 hash;
    }

    bytes32 private constant REGISTER =
        keccak256("Register(bytes32 tag,bytes32 commitment,address minter,uint256 nonce,uint256 deadline)");
    bytes32 private constant PAIR =
        keccak256("Pair(address device,uint256 vehicle,address owner,uint256 nonce,uint256 deadline)");
    bytes32 private constant READING = keccak256(
        "Reading(uint256 vehicle,uint32 epoch,uint64 counter,uint32 odometerKm,uint16 flags,bytes32 prevHash,bytes32 hash)"
    );
    uint256 internal constant NOW = 1_800_000_000;
    uint256 internal constant DEADLINE = NOW + 1 hours;
    uint16 internal constant OBD = 1;

    uint256 internal constant BOND = 100 ether;

    /// Where the registry stands; zero address: wherever it comes to stand.
    address internal registryAt;
    VehicleRegistry internal registry;
    Devices internal devices;
    Readings internal readings;
    Encumbrances internal encumbrances;
    Grants internal grants;
    ServiceRecords internal serviceRecords;
    Parts internal parts;
    Definitions internal definitions;
    Enrolment internal enrolment;
    Titles internal titles;
    Brands internal brands;
    Contributions internal contributions;
    VehicleLens internal lens;
    LicenceBook internal licences;
    TemplateBook internal templates;

    address internal admin = makeAddr("admin");
    address internal titleAuthority = makeAddr("title authority");
    address internal audit = makeAddr("audit");
    Key internal registrar = _key("registrar");
    Key internal maker = _key("maker");
    Key internal alice = _key("alice");
    Key internal bob = _key("bob");
    Key internal workshop = _key("workshop");
    Key internal dongle = _key("dongle");
    Key internal spare = _key("spare dongle");

    function setUp() public virtual {
        vm.warp(NOW);
        licences = new LicenceBook();
        templates = new TemplateBook();
        licences.set(maker.account, Kind.Maker, true);
        address[] memory registrars = new address[](1);
        registrars[0] = registrar.account;
        _deploy(registrars, 1);
    }

    /// Each contract knows the others before they stand.
    function _deploy(address[] memory registrars, uint256 threshold) internal {
        uint256 n = vm.getNonce(address(this));
        registry = VehicleRegistry(registryAt == address(0) ? _at(n + 1) : registryAt);
        devices = Devices(_at(n + 2));
        readings = Readings(_at(n + 3));
        encumbrances = Encumbrances(_at(n + 4));
        grants = Grants(_at(n + 5));
        serviceRecords = ServiceRecords(_at(n + 6));
        parts = Parts(_at(n + 7));
        definitions = Definitions(_at(n + 8));
        enrolment = Enrolment(_at(n + 9));
        titles = Titles(_at(n + 10));
        brands = Brands(_at(n + 11));
        contributions = Contributions(_at(n + 12));
        ILicences book = ILicences(address(licences));

        address authority = address(new Authority(makeAddr("timelock"), _roles(), _rules()));
        if (registryAt == address(0)) {
            new VehicleRegistry(authority, registrars, threshold, _links());
        } else {
            bytes memory arguments = abi.encode(authority, registrars, threshold, _links());
            deployCodeTo("VehicleRegistry.sol", arguments, registryAt);
            vm.setNonce(address(this), uint64(n + 2));
        }
        new Devices(registry, readings, book, definitions);
        new Readings(registry, address(devices), contributions);
        new Encumbrances(registry, templates);
        new Grants(registry, encumbrances, address(serviceRecords), address(parts));
        new ServiceRecords(registry, grants, contributions);
        new Parts(registry, book, definitions, grants, address(titles));
        new Definitions(book);
        new Enrolment(authority, registry, book, definitions, BOND);
        new Titles(authority, registry, brands, parts);
        new Brands(authority, registry, book, address(titles));
        new Contributions(address(readings), address(serviceRecords));
        lens = new VehicleLens(registry, devices, readings, encumbrances, grants, parts, brands);
        assertGt(address(contributions).code.length, 0);
    }

    function _at(uint256 nonce) private view returns (address) {
        return vm.computeCreateAddress(address(this), nonce);
    }

    function _links() internal view returns (VehicleRegistry.Links memory) {
        return VehicleRegistry.Links({
            licences: ILicences(address(licences)),
            definitions: definitions,
            devices: devices,
            readings: readings,
            encumbrances: encumbrances,
            grants: address(grants),
            enrolment: address(enrolment),
            titles: address(titles),
            brands: address(brands)
        });
    }

    function _roles() internal view returns (Authority.Grant[] memory table) {
        table = new Authority.Grant[](3);
        table[0] = Authority.Grant(Roles.REGISTRAR_ADMIN, admin, 0);
        table[1] = Authority.Grant(Roles.TITLE, titleAuthority, 0);
        table[2] = Authority.Grant(Roles.AUDIT, audit, 0);
    }

    function _rules() internal view returns (Authority.Rule[] memory) {
        return VehicleWiring.rules(
            VehicleWiring.Addresses(address(registry), address(enrolment), address(titles), address(brands))
        );
    }

    /// Publishes a definition of the maker's.
    function _define(Subject subject) internal returns (uint32) {
        vm.prank(maker.account);
        return definitions.publish(subject, keccak256("document"), "cid");
    }

    /// Terms that hold for a day, `uses` times, for data of every period.
    function _terms(uint32 scopes, uint16 uses) internal view returns (IGrants.Terms memory) {
        return IGrants.Terms({
            scopes: scopes,
            from: uint40(block.timestamp),
            until: uint40(block.timestamp + 1 days),
            uses: uses,
            dataFrom: 0,
            dataUntil: type(uint16).max
        });
    }

    /// An instance of a template, played by the test.
    function _instance(string memory name, Template kind) internal returns (address instance) {
        instance = makeAddr(name);
        templates.set(instance, kind);
    }

    function _key(string memory name) internal returns (Key memory) {
        (address account, uint256 secret) = makeAddrAndKey(name);
        return Key(account, secret);
    }

    function _domain() internal view returns (bytes32) {
        return keccak256(
            abi.encode(
                keccak256(
                    "EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"
                ),
                keccak256("Autochain Vehicle"),
                keccak256("1"),
                block.chainid,
                address(registry)
            )
        );
    }

    function _sign(Key memory key, bytes32 structHash) internal view returns (bytes memory) {
        (uint8 v, bytes32 r, bytes32 s) =
            vm.sign(key.secret, keccak256(abi.encodePacked("\x19\x01", _domain(), structHash)));
        return abi.encodePacked(r, s, v);
    }

    function _registerHash(bytes32 tag, bytes32 commitment, address minter, uint256 nonce, uint256 deadline)
        internal
        pure
        returns (bytes32)
    {
        return keccak256(abi.encode(REGISTER, tag, commitment, minter, nonce, deadline));
    }

    function _pairHash(address device, uint256 vehicle, address holder, uint256 nonce, uint256 deadline)
        internal
        pure
        returns (bytes32)
    {
        return keccak256(abi.encode(PAIR, device, vehicle, holder, nonce, deadline));
    }

    function _readingHash(Record memory r, uint32 epoch) internal pure returns (bytes32) {
        return keccak256(
            abi.encode(READING, r.vehicle, epoch, r.counter, r.odometerKm, r.flags, r.prevHash, r.hash)
        );
    }

    function _one(bytes memory signature) internal pure returns (bytes[] memory list) {
        list = new bytes[](1);
        list[0] = signature;
    }

    function _commitment(bytes32 tag) internal pure returns (bytes32) {
        return keccak256(abi.encode("commitment", tag));
    }

    /// Mints the vehicle with this tag for `minter`.
    function _register(bytes32 tag, address minter) internal returns (uint256) {
        uint256 nonce = registry.nonces(minter);
        bytes memory signature =
            _sign(registrar, _registerHash(tag, _commitment(tag), minter, nonce, DEADLINE));
        return registry.register(tag, _commitment(tag), minter, nonce, DEADLINE, _one(signature));
    }

    /// Pairs with both signatures in order.
    function _pair(Key memory device, uint256 vehicle, Key memory holder) internal {
        uint256 nonce = registry.nonces(device.account);
        bytes32 h = _pairHash(device.account, vehicle, holder.account, nonce, DEADLINE);
        bytes memory byDevice = _sign(device, h);
        bytes memory byHolder = _sign(holder, h);
        registry.pair(device.account, vehicle, holder.account, nonce, DEADLINE, byDevice, byHolder);
    }

    function _transfer(Key memory from, Key memory to, uint256 vehicle) internal {
        vm.prank(from.account);
        registry.transferFrom(from.account, to.account, vehicle);
    }

    /// Sends the record from the device's own account.
    function _record(Key memory device, Record memory r) internal {
        vm.prank(device.account);
        registry.record(r.vehicle, r.counter, r.odometerKm, r.flags, r.prevHash, r.hash);
    }

    /// Sends the record from anywhere, with this signature of the device.
    function _recordFor(address device, Record memory r, bytes memory signature) internal {
        registry.recordFor(device, r.vehicle, r.counter, r.odometerKm, r.flags, r.prevHash, r.hash, signature);
    }

    function _isActive(Key memory device) internal view returns (bool active) {
        (,,,, active) = registry.pairingOf(device.account);
    }
}
