//! Where the contracts stand in genesis. Written by contracts/artifacts.sh.

use autochain_primitives::{Address, address};

/// `AUC`.
pub const AUC: Address = address!("4155430000000000000000000000000000000001");
/// `VehicleRegistry`.
pub const VEHICLE_REGISTRY: Address = address!("4155430000000000000000000000000000000002");
/// `BurnSink`.
pub const BURN_SINK: Address = address!("4155430000000000000000000000000000000003");
/// `AUCSupply`.
pub const AUC_SUPPLY: Address = address!("4155430000000000000000000000000000000004");
/// `Authority`.
pub const AUTHORITY: Address = address!("4155430000000000000000000000000000000005");
/// `FoundationTimelock`.
pub const FOUNDATION_TIMELOCK: Address = address!("4155430000000000000000000000000000000006");
/// `FoundationGovernor`.
pub const FOUNDATION_GOVERNOR: Address = address!("4155430000000000000000000000000000000007");
/// `Membership`.
pub const MEMBERSHIP: Address = address!("4155430000000000000000000000000000000008");
/// `Licences`.
pub const LICENCES: Address = address!("4155430000000000000000000000000000000009");
/// `PlacementVesting`.
pub const PLACEMENT_VESTING: Address = address!("415543000000000000000000000000000000000a");
/// `TeamVesting`.
pub const TEAM_VESTING: Address = address!("415543000000000000000000000000000000000b");
/// `Treasury`.
pub const TREASURY: Address = address!("415543000000000000000000000000000000000c");
/// `EmergencySpending`.
pub const EMERGENCY_SPENDING: Address = address!("415543000000000000000000000000000000000d");
/// `FeeRouter`.
pub const FEE_ROUTER: Address = address!("415543000000000000000000000000000000000e");
/// `BuyBack`.
pub const BUY_BACK: Address = address!("415543000000000000000000000000000000000f");
/// `TreasuryBuyer`.
pub const TREASURY_BUYER: Address = address!("4155430000000000000000000000000000000010");
/// `RewardPool`.
pub const REWARD_POOL: Address = address!("4155430000000000000000000000000000000011");
/// `Definitions`.
pub const DEFINITIONS: Address = address!("4155430000000000000000000000000000000012");
/// `Devices`.
pub const DEVICES: Address = address!("4155430000000000000000000000000000000013");
/// `Readings`.
pub const READINGS: Address = address!("4155430000000000000000000000000000000014");
/// `Grants`.
pub const GRANTS: Address = address!("4155430000000000000000000000000000000015");
/// `Encumbrances`.
pub const ENCUMBRANCES: Address = address!("4155430000000000000000000000000000000016");
/// `ServiceRecords`.
pub const SERVICE_RECORDS: Address = address!("4155430000000000000000000000000000000017");
/// `Parts`.
pub const PARTS: Address = address!("4155430000000000000000000000000000000018");
/// `Enrolment`.
pub const ENROLMENT: Address = address!("4155430000000000000000000000000000000019");
/// `Titles`.
pub const TITLES: Address = address!("415543000000000000000000000000000000001a");
/// `Brands`.
pub const BRANDS: Address = address!("415543000000000000000000000000000000001b");
/// `VehicleLens`.
pub const VEHICLE_LENS: Address = address!("415543000000000000000000000000000000001c");
/// `Contributions`.
pub const CONTRIBUTIONS: Address = address!("415543000000000000000000000000000000001d");
/// `DataMarket`.
pub const DATA_MARKET: Address = address!("415543000000000000000000000000000000001e");
/// `Escrow`.
pub const ESCROW: Address = address!("415543000000000000000000000000000000001f");
/// `Rental`.
pub const RENTAL: Address = address!("4155430000000000000000000000000000000020");
/// `Lease`.
pub const LEASE: Address = address!("4155430000000000000000000000000000000021");
/// `Loan`.
pub const LOAN: Address = address!("4155430000000000000000000000000000000022");
/// `DataLicence`.
pub const DATA_LICENCE: Address = address!("4155430000000000000000000000000000000023");
/// `TemplateFactory`.
pub const TEMPLATE_FACTORY: Address = address!("4155430000000000000000000000000000000024");

/// All of them with their names, in the order of deployment.
pub const ALL: [(&str, Address); 36] = [
    ("AUC", AUC),
    ("VehicleRegistry", VEHICLE_REGISTRY),
    ("BurnSink", BURN_SINK),
    ("AUCSupply", AUC_SUPPLY),
    ("Authority", AUTHORITY),
    ("FoundationTimelock", FOUNDATION_TIMELOCK),
    ("FoundationGovernor", FOUNDATION_GOVERNOR),
    ("Membership", MEMBERSHIP),
    ("Licences", LICENCES),
    ("PlacementVesting", PLACEMENT_VESTING),
    ("TeamVesting", TEAM_VESTING),
    ("Treasury", TREASURY),
    ("EmergencySpending", EMERGENCY_SPENDING),
    ("FeeRouter", FEE_ROUTER),
    ("BuyBack", BUY_BACK),
    ("TreasuryBuyer", TREASURY_BUYER),
    ("RewardPool", REWARD_POOL),
    ("Definitions", DEFINITIONS),
    ("Devices", DEVICES),
    ("Readings", READINGS),
    ("Grants", GRANTS),
    ("Encumbrances", ENCUMBRANCES),
    ("ServiceRecords", SERVICE_RECORDS),
    ("Parts", PARTS),
    ("Enrolment", ENROLMENT),
    ("Titles", TITLES),
    ("Brands", BRANDS),
    ("VehicleLens", VEHICLE_LENS),
    ("Contributions", CONTRIBUTIONS),
    ("DataMarket", DATA_MARKET),
    ("Escrow", ESCROW),
    ("Rental", RENTAL),
    ("Lease", LEASE),
    ("Loan", LOAN),
    ("DataLicence", DATA_LICENCE),
    ("TemplateFactory", TEMPLATE_FACTORY),
];
