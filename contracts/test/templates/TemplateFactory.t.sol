// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

import {Escrow} from "../../src/templates/Escrow.sol";
import {Template} from "../../src/templates/ITemplateFactory.sol";
import {TemplateFactory} from "../../src/templates/TemplateFactory.sol";
import {TemplateFixture} from "./TemplateFixture.sol";

import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";
import {Initializable} from "@openzeppelin/contracts/proxy/utils/Initializable.sol";

contract TemplateFactoryTest is TemplateFixture {
    function _terms() private view returns (bytes memory) {
        Escrow.Terms memory t;
        (t.buyer, t.seller, t.threshold) = (bob.account, alice.account, 1);
        (t.price, t.deadline) = (1 ether, uint40(NOW + 1 days));
        return abi.encode(t);
    }

    function test_instanceStandsWhereItWasPredictedAndIsKnown() public {
        address predicted = factory.predict(Template.Escrow, 1, address(this), "salt");
        address instance = factory.create(Template.Escrow, 1, "salt", _terms());
        assertEq(instance, predicted);
        (Template kind, uint16 version) = factory.templateOf(instance);
        assertEq(uint8(kind), uint8(Template.Escrow));
        assertEq(version, 1);
        (kind, version) = factory.templateOf(address(this));
        assertEq(uint8(kind), uint8(Template.None));

        vm.expectRevert(); // the address is taken
        factory.create(Template.Escrow, 1, "salt", _terms());
        vm.prank(bob.account);
        assertNotEq(factory.create(Template.Escrow, 1, "salt", _terms()), instance);
    }

    function test_initialiseOnce() public {
        address instance = factory.create(Template.Escrow, 1, "salt", _terms());
        for (uint8 i = 1; i <= 5; ++i) {
            (address implementation,) = factory.versionOf(Template(i), 1);
            vm.expectRevert(Initializable.InvalidInitialization.selector);
            Escrow(implementation).initialise("");
        }
        vm.expectRevert(Initializable.InvalidInitialization.selector);
        Escrow(instance).initialise(_terms());
    }

    function test_foundationRegistersVersionsAndRiskRetiresThem() public {
        address next = address(new Escrow(encumbrances, registry));
        vm.expectRevert(
            abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, address(this))
        );
        factory.register(Template.Escrow, next);
        vm.expectRevert(
            abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, address(this))
        );
        factory.retire(Template.Escrow, 1);

        vm.startPrank(timelock);
        vm.expectRevert(abi.encodeWithSelector(TemplateFactory.BadTemplate.selector, Template.None, next));
        factory.register(Template.None, next);
        vm.expectRevert(
            abi.encodeWithSelector(TemplateFactory.BadTemplate.selector, Template.Loan, address(0xdead))
        );
        factory.register(Template.Loan, address(0xdead));
        assertEq(factory.register(Template.Escrow, next), 2);
        vm.stopPrank();
        assertEq(factory.latestVersion(Template.Escrow), 2);

        address old = factory.create(Template.Escrow, 1, "old", _terms());
        vm.prank(risk);
        factory.retire(Template.Escrow, 1);
        vm.expectRevert(abi.encodeWithSelector(TemplateFactory.NoSuchVersion.selector, Template.Escrow, 1));
        factory.create(Template.Escrow, 1, "new", _terms());
        (, uint16 version) = factory.templateOf(old);
        assertEq(version, 1); // and it goes on
        (, version) = factory.templateOf(factory.create(Template.Escrow, 2, "new", _terms()));
        assertEq(version, 2);
        (, bool retired) = factory.versionOf(Template.Escrow, 1);
        assertTrue(retired);
        for (uint16 v = 0; v <= 3; v += 3) {
            vm.expectRevert(
                abi.encodeWithSelector(TemplateFactory.NoSuchVersion.selector, Template.Escrow, v)
            );
            factory.create(Template.Escrow, v, "none", _terms());
        }
    }

    function test_retiringNeedsAVersion() public {
        vm.expectRevert(abi.encodeWithSelector(TemplateFactory.NoSuchVersion.selector, Template.Loan, 2));
        vm.prank(risk);
        factory.retire(Template.Loan, 2);
    }
}
