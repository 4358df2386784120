// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

import {DataLicence} from "../../src/templates/DataLicence.sol";
import {Escrow} from "../../src/templates/Escrow.sol";
import {Template} from "../../src/templates/ITemplateFactory.sol";
import {Lease} from "../../src/templates/Lease.sol";
import {Loan} from "../../src/templates/Loan.sol";
import {Rental} from "../../src/templates/Rental.sol";
import {TemplateFixture} from "../templates/TemplateFixture.sol";

/// Row 12, contract templates: escrow, rental, lease, loan and data licence are made from the command line.
contract Row12Test is TemplateFixture {
    /// What `cast send FACTORY "create(uint8,uint16,bytes32,bytes)" …` sends, terms by `cast abi-encode`.
    function _send(uint8 kind, bytes memory terms) private returns (address instance) {
        vm.prank(alice.account);
        (bool ok, bytes memory answer) = address(factory)
            .call(
                abi.encodeWithSignature(
                    "create(uint8,uint16,bytes32,bytes)", kind, 1, bytes32(uint256(7)), terms
                )
            );
        assertTrue(ok);
        instance = abi.decode(answer, (address));
        (Template made, uint16 version) = factory.templateOf(instance);
        assertEq(uint8(made), kind);
        assertEq(version, 1);
        assertEq(instance.code.length, 45); // a minimal clone
    }

    function test_row12_eachTemplateIsMadeByOneCall() public {
        address[] memory nobody = new address[](0);
        uint40 now_ = uint40(block.timestamp);
        address instance = _send(
            1, abi.encode(Escrow.Terms(bob.account, alice.account, nobody, 2, 5, 0, now_ + 1 days, car))
        );
        assertEq(uint8(Escrow(instance).status()), uint8(Escrow.Status.Open));
        instance = _send(
            2,
            abi.encode(Rental.Terms(alice.account, bob.account, now_, now_ + 1 days, 5, 5, address(0), car))
        );
        assertEq(uint8(Rental(instance).status()), uint8(Rental.Status.Offered));
        instance =
            _send(3, abi.encode(Lease.Terms(alice.account, bob.account, 5, 5, 12, 30 days, 7 days, car)));
        assertEq(uint8(Lease(instance).status()), uint8(Lease.Status.Offered));
        instance =
            _send(4, abi.encode(Loan.Terms(bob.account, alice.account, 5, 500, 12, 30 days, 7 days, car)));
        assertEq(uint8(Loan(instance).status()), uint8(Loan.Status.Offered));
        instance = _send(5, abi.encode(DataLicence.Terms(alice.account, bob.account, 1, 30 days, 5, car)));
        assertEq(uint8(DataLicence(instance).status()), uint8(DataLicence.Status.Offered));
    }
}
