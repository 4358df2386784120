// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

import {Authority} from "../src/foundation/Authority.sol";
import {Roles} from "../src/foundation/Roles.sol";
import {Brands} from "../src/vehicle/Brands.sol";
import {Enrolment} from "../src/vehicle/Enrolment.sol";
import {Registrars} from "../src/vehicle/Registrars.sol";
import {Titles} from "../src/vehicle/Titles.sol";

/// @title The vehicle side's rows of the table of roles
/// @notice Every function of `src/vehicle` with the modifier `restricted`, and the role it belongs to. They
/// go into the constructor of `Authority` together with those of `Wiring`.
library VehicleWiring {
    /// @notice Where the restricted contracts stand, or will stand.
    struct Addresses {
        address registry;
        address enrolment;
        address titles;
        address brands;
    }

    /// @notice The restricted functions and the role of each.
    function rules(Addresses memory a) internal pure returns (Authority.Rule[] memory table) {
        table = new Authority.Rule[](9);
        table[0] = Authority.Rule(a.registry, Registrars.addRegistrar.selector, Roles.REGISTRAR_ADMIN);
        table[1] = Authority.Rule(a.registry, Registrars.removeRegistrar.selector, Roles.REGISTRAR_ADMIN);
        table[2] = Authority.Rule(a.registry, Registrars.setThreshold.selector, Roles.REGISTRAR_ADMIN);
        table[3] = Authority.Rule(a.enrolment, Enrolment.decide.selector, Roles.TITLE);
        table[4] = Authority.Rule(a.titles, Titles.open.selector, Roles.TITLE);
        table[5] = Authority.Rule(a.titles, Titles.close.selector, Roles.TITLE);
        table[6] = Authority.Rule(a.titles, Titles.execute.selector, Roles.TITLE);
        table[7] = Authority.Rule(a.titles, Titles.decide.selector, Roles.AUDIT);
        table[8] = Authority.Rule(a.brands, Brands.brandByAuthority.selector, Roles.TITLE);
    }
}
