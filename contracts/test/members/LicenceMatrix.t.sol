// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

import {Deploy} from "../../script/Deploy.s.sol";
import {Plan} from "../../script/Plan.sol";
import {ILicences, Kind} from "../../src/members/ILicences.sol";
import {Licences} from "../../src/members/Licences.sol";
import {Brands} from "../../src/vehicle/Brands.sol";
import {Definitions} from "../../src/vehicle/Definitions.sol";
import {Devices} from "../../src/vehicle/Devices.sol";
import {Enrolment} from "../../src/vehicle/Enrolment.sol";
import {Brand, IBrands} from "../../src/vehicle/IBrands.sol";
import {Subject} from "../../src/vehicle/IDefinitions.sol";
import {IEnrolment} from "../../src/vehicle/IEnrolment.sol";
import {Parts} from "../../src/vehicle/Parts.sol";
import {Registrars} from "../../src/vehicle/Registrars.sol";
import {VehicleRegistry} from "../../src/vehicle/VehicleRegistry.sol";
import {CredentialSigner} from "./CredentialSigner.sol";

/// Every kind of participant against every function that asks for a licence, on the whole plan: makers,
/// dealers, inspection bodies, service shops, insurers, lenders and appraisers, and as kind 0 a buyer, who
/// has no licence.
contract LicenceMatrixTest is CredentialSigner {
    uint256 private constant NOW = 1_800_000_000;
    uint64 private constant EXPIRES = uint64(NOW + 365 days);
    uint256 private constant KINDS = 8;
    uint256 private constant BRANDS = 7;
    bytes32 private constant REGISTER =
        keccak256("Register(bytes32 tag,bytes32 commitment,address minter,uint256 nonce,uint256 deadline)");

    address[] private at;
    address private issuer;
    uint256 private issuerKey;
    address private registrar;
    uint256 private registrarKey;
    address private owner = makeAddr("owner");
    uint256 private car;
    uint256 private bond;

    function setUp() public {
        vm.warp(NOW);
        (issuer, issuerKey) = makeAddrAndKey("issuer");
        (registrar, registrarKey) = makeAddrAndKey("registrar");
        Deploy script = new Deploy();
        address[] memory registrars = new address[](1);
        registrars[0] = registrar;
        Plan.Config memory config = script.configuration(makeAddr("foundation"), registrars, 1, 1 ether);
        config.issuer = issuer;
        bond = config.enrolmentBond;
        vm.deal(address(this), 100 ether);
        at = script.deploy(config);
        for (uint256 kind = 1; kind < KINDS; ++kind) {
            _license(Kind(kind));
        }
        car = _register(owner);
    }

    function _of(Plan.Id id) private view returns (address) {
        return at[uint256(id)];
    }

    function _holder(Kind kind) private returns (address) {
        return makeAddr(string.concat("holder ", vm.toString(uint256(kind))));
    }

    function _license(Kind kind) private {
        Licences licences = Licences(_of(Plan.Id.Licences));
        address holder = _holder(kind);
        bytes memory signature = _licenceSignature(licences, issuerKey, holder, kind, EXPIRES, NOW);
        licences.issue(holder, kind, EXPIRES, NOW, issuer, signature);
    }

    function _register(address minter) private returns (uint256) {
        VehicleRegistry registry = VehicleRegistry(_of(Plan.Id.VehicleRegistry));
        bytes32 structHash =
            keccak256(abi.encode(REGISTER, bytes32("tag"), bytes32("commitment"), minter, 0, NOW));
        bytes[] memory signatures = new bytes[](1);
        signatures[0] = _signature(registrarKey, _domain("Autochain Vehicle", address(registry)), structHash);
        return registry.register("tag", "commitment", minter, 0, NOW, signatures);
    }

    /// Calls as the holder of this licence; tells whether it was refused for want of one of kind `needed`.
    function _refused(Kind kind, Kind needed, address target, bytes memory data) private returns (bool) {
        address holder = _holder(kind);
        uint256 snapshot = vm.snapshotState();
        vm.prank(holder);
        (bool ok, bytes memory answer) = target.call(data);
        vm.revertToState(snapshot);
        bytes memory refusal = abi.encodeWithSelector(ILicences.NotLicensed.selector, holder, needed);
        return !ok && keccak256(answer) == keccak256(refusal);
    }

    function _makersCalls() private view returns (address[3] memory targets, bytes[3] memory calls) {
        targets = [_of(Plan.Id.Definitions), _of(Plan.Id.Parts), _of(Plan.Id.Devices)];
        calls[0] = abi.encodeCall(Definitions.publish, (Subject.Model, keccak256("document"), "cid"));
        calls[1] = abi.encodeCall(Parts.openLot, (1));
        calls[2] = abi.encodeCall(Devices.registerDevices, (1, new address[](0)));
    }

    function test_row29_makersAloneDefineModelsOpenLotsAndRegisterDevices() public {
        (address[3] memory targets, bytes[3] memory calls) = _makersCalls();
        for (uint256 kind = 0; kind < KINDS; ++kind) {
            for (uint256 i = 0; i < calls.length; ++i) {
                assertEq(_refused(Kind(kind), Kind.Maker, targets[i], calls[i]), Kind(kind) != Kind.Maker);
            }
        }
    }

    function test_row29_aRevokedMakerIsRefusedFromTheNextBlock() public {
        vm.prank(issuer);
        Licences(_of(Plan.Id.Licences)).revoke(_holder(Kind.Maker), Kind.Maker, "fraud");
        vm.roll(block.number + 1);
        vm.warp(NOW + 13);
        (address[3] memory targets, bytes[3] memory calls) = _makersCalls();
        for (uint256 i = 0; i < calls.length; ++i) {
            assertTrue(_refused(Kind.Maker, Kind.Maker, targets[i], calls[i]));
        }
    }

    function _mayBrand(Kind kind, Brand brand) private pure returns (bool) {
        if (kind == Kind.Insurer) return brand >= Brand.Stolen && brand <= Brand.Flood;
        if (kind == Kind.InspectionBody) return brand >= Brand.Flood;
        return kind == Kind.Dealer && brand == Brand.Exported;
    }

    function test_row29_eachBrandIsTheKindsThatMaySetIt() public {
        Brands brands = Brands(_of(Plan.Id.Brands));
        for (uint256 brand = 1; brand < BRANDS; ++brand) {
            for (uint256 kind = 0; kind < KINDS; ++kind) {
                uint256 snapshot = vm.snapshotState();
                address holder = _holder(Kind(kind));
                vm.prank(holder);
                (bool ok, bytes memory answer) =
                    address(brands).call(abi.encodeCall(Brands.brand, (car, Brand(brand), "evidence")));
                bytes memory refusal =
                    abi.encodeWithSelector(IBrands.NotBrander.selector, holder, Brand(brand));
                bool refused = !ok && keccak256(answer) == keccak256(refusal);
                assertEq(refused, !_mayBrand(Kind(kind), Brand(brand)));
                vm.revertToState(snapshot);
            }
        }
    }

    function test_row29_inspectionBodiesAndDealersAloneVouchForCarsOnTheRoad() public {
        Enrolment enrolment = Enrolment(_of(Plan.Id.Enrolment));
        vm.deal(owner, bond);
        for (uint256 kind = 0; kind < KINDS; ++kind) {
            address inspector = _holder(Kind(kind));
            bool may = Kind(kind) == Kind.InspectionBody || Kind(kind) == Kind.Dealer;
            // One that may goes on to the registrars' signatures, of which there are none.
            vm.expectRevert(
                may
                    ? abi.encodeWithSelector(Registrars.QuorumNotMet.selector, 0, 1)
                    : abi.encodeWithSelector(IEnrolment.InvalidInspector.selector, inspector)
            );
            vm.prank(owner);
            enrolment.enrol{value: bond}(
                IEnrolment.Claim("another tag", "commitment", owner, inspector, 0, "evidence"),
                0,
                NOW,
                new bytes[](0),
                ""
            );
        }
    }

    function test_row29_aBuyerOwnsACarWithoutALicence() public view {
        assertEq(VehicleRegistry(_of(Plan.Id.VehicleRegistry)).ownerOf(car), owner);
        for (uint256 kind = 0; kind < KINDS; ++kind) {
            assertFalse(Licences(_of(Plan.Id.Licences)).isLicensed(owner, Kind(kind)));
        }
    }
}
