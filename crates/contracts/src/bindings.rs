//! Calls, events and errors of each contract. Written by contracts/artifacts.sh.

pub mod auc {
    alloy_sol_types::sol!(AUC, "../../contracts/artifacts/AUC.json");
}

pub mod auc_supply {
    alloy_sol_types::sol!(AUCSupply, "../../contracts/artifacts/AUCSupply.json");
}

pub mod authority {
    alloy_sol_types::sol!(Authority, "../../contracts/artifacts/Authority.json");
}

pub mod brands {
    alloy_sol_types::sol!(Brands, "../../contracts/artifacts/Brands.json");
}

pub mod burn_sink {
    alloy_sol_types::sol!(BurnSink, "../../contracts/artifacts/BurnSink.json");
}

pub mod buy_back {
    alloy_sol_types::sol!(BuyBack, "../../contracts/artifacts/BuyBack.json");
}

pub mod contributions {
    alloy_sol_types::sol!(Contributions, "../../contracts/artifacts/Contributions.json");
}

pub mod data_licence {
    alloy_sol_types::sol!(DataLicence, "../../contracts/artifacts/DataLicence.json");
}

pub mod data_market {
    alloy_sol_types::sol!(DataMarket, "../../contracts/artifacts/DataMarket.json");
}

pub mod definitions {
    alloy_sol_types::sol!(Definitions, "../../contracts/artifacts/Definitions.json");
}

pub mod devices {
    alloy_sol_types::sol!(Devices, "../../contracts/artifacts/Devices.json");
}

pub mod emergency_spending {
    alloy_sol_types::sol!(EmergencySpending, "../../contracts/artifacts/EmergencySpending.json");
}

pub mod encumbrances {
    alloy_sol_types::sol!(Encumbrances, "../../contracts/artifacts/Encumbrances.json");
}

pub mod enrolment {
    alloy_sol_types::sol!(Enrolment, "../../contracts/artifacts/Enrolment.json");
}

pub mod escrow {
    alloy_sol_types::sol!(Escrow, "../../contracts/artifacts/Escrow.json");
}

pub mod fee_router {
    alloy_sol_types::sol!(FeeRouter, "../../contracts/artifacts/FeeRouter.json");
}

pub mod foundation_governor {
    alloy_sol_types::sol!(FoundationGovernor, "../../contracts/artifacts/FoundationGovernor.json");
}

pub mod foundation_timelock {
    alloy_sol_types::sol!(FoundationTimelock, "../../contracts/artifacts/FoundationTimelock.json");
}

pub mod grants {
    alloy_sol_types::sol!(Grants, "../../contracts/artifacts/Grants.json");
}

pub mod lease {
    alloy_sol_types::sol!(Lease, "../../contracts/artifacts/Lease.json");
}

pub mod licences {
    alloy_sol_types::sol!(Licences, "../../contracts/artifacts/Licences.json");
}

pub mod loan {
    alloy_sol_types::sol!(Loan, "../../contracts/artifacts/Loan.json");
}

pub mod membership {
    alloy_sol_types::sol!(Membership, "../../contracts/artifacts/Membership.json");
}

pub mod parts {
    alloy_sol_types::sol!(Parts, "../../contracts/artifacts/Parts.json");
}

pub mod readings {
    alloy_sol_types::sol!(Readings, "../../contracts/artifacts/Readings.json");
}

pub mod rental {
    alloy_sol_types::sol!(Rental, "../../contracts/artifacts/Rental.json");
}

pub mod reward_pool {
    alloy_sol_types::sol!(RewardPool, "../../contracts/artifacts/RewardPool.json");
}

pub mod service_records {
    alloy_sol_types::sol!(ServiceRecords, "../../contracts/artifacts/ServiceRecords.json");
}

pub mod template_factory {
    alloy_sol_types::sol!(TemplateFactory, "../../contracts/artifacts/TemplateFactory.json");
}

pub mod titles {
    alloy_sol_types::sol!(Titles, "../../contracts/artifacts/Titles.json");
}

pub mod treasury {
    alloy_sol_types::sol!(Treasury, "../../contracts/artifacts/Treasury.json");
}

pub mod treasury_buyer {
    alloy_sol_types::sol!(TreasuryBuyer, "../../contracts/artifacts/TreasuryBuyer.json");
}

pub mod vehicle_lens {
    alloy_sol_types::sol!(VehicleLens, "../../contracts/artifacts/VehicleLens.json");
}

pub mod vehicle_registry {
    alloy_sol_types::sol!(VehicleRegistry, "../../contracts/artifacts/VehicleRegistry.json");
}

pub mod vesting {
    alloy_sol_types::sol!(Vesting, "../../contracts/artifacts/Vesting.json");
}
