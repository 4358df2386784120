//! Why the contracts refuse a device, in sentences that name the cure. The same sentences serve what is seen
//! before anybody presses a button.

use device_rpc::Revert;
use obd_core::Address;
use thiserror::Error;

/// An error of `Devices`, or of a contract that it asks.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub(crate) enum Objection {
    #[error(
        "the signatures were good until {} only: begin again, and check this computer's clock if that is not \
         over", utc(*.0)
    )]
    Expired(u64),
    #[error(
        "the signature is not {0}'s over these terms: sign with that account's key, or begin again if the \
         device was used elsewhere meanwhile"
    )]
    Signature(Address),
    #[error("{account} does not own vehicle {vehicle}: its owner pairs it, with the owner's key or wallet")]
    NotVehicleOwner { account: Address, vehicle: u64 },
    #[error("vehicle {0} is scrapped: no device can speak for it any more")]
    Scrapped(u64),
    #[error("there is no vehicle {0}, or its title is void: check --vehicle")]
    NoVehicle(u64),
    #[error(
        "device {0} was registered by another maker, or is claimed or paired already: only a device that \
         nobody uses can be registered; leave it out"
    )]
    Known(Address),
    #[error(
        "device {device} is {holder}'s: they give it up with `release`, or its maker frees it with `free`"
    )]
    Held { device: Address, holder: Address },
    #[error(
        "device {device} is bound to vehicle {vehicle}: that vehicle's owner, or who paired it, gives it up \
         with `release` first"
    )]
    Bound { device: Address, vehicle: u64 },
    #[error("vehicle {vehicle} has the device {device}: its owner gives that one up with `release` first")]
    VehicleHasDevice { vehicle: u64, device: Address },
    #[error("device {0} is in use: its owner can `release` it, its maker cannot free it")]
    Active(Address),
    #[error("device {0} is bound to no vehicle and claimed by nobody: there is nothing to give up")]
    NotBound(Address),
    #[error(
        "{account} may not release device {device}: that is for the vehicle's owner, for who paired it, or \
         for who claimed it"
    )]
    NotReleaser { account: Address, device: Address },
    #[error("{account} did not register device {device}: only its maker frees it")]
    NotMaker { account: Address, device: Address },
    #[error("a device can be freed when it has been idle for 30 days: from {} on", utc(*.0))]
    TooEarly(u64),
    #[error(
        "{account} has no licence as a {}: an issuer gives one (docs/contracts/Licences.md)", kind(*number)
    )]
    NotLicensed { account: Address, number: u64 },
    #[error(
        "there is no definition {0} of a device: publish it with Definitions (docs/contracts/Definitions.md), \
         or check --definition"
    )]
    NoDefinition(u64),
    #[error("the device's nonce has moved on to {0}: begin again")]
    Nonce(u64),
    #[error("the chain does not check P-256 signatures yet (EIP-7951): it is before Osaka")]
    NoP256,
    #[error("the contract refuses: {0}")]
    Other(Revert),
}

impl From<Revert> for Objection {
    fn from(revert: Revert) -> Self {
        known(&revert).unwrap_or(Self::Other(revert))
    }
}

fn known(revert: &Revert) -> Option<Objection> {
    let number = |index| revert.number(index);
    let account = |index| revert.account(index);
    Some(match revert {
        r if r.is("Expired(uint256)") => Objection::Expired(number(0)?),
        r if r.is("InvalidSignature(address)") => Objection::Signature(account(0)?),
        r if r.is("NotVehicleOwner(address,uint256)") => {
            Objection::NotVehicleOwner { account: account(0)?, vehicle: number(1)? }
        }
        r if r.is("VehicleScrapped(uint256)") => Objection::Scrapped(number(0)?),
        r if r.is("ERC721NonexistentToken(uint256)") => Objection::NoVehicle(number(0)?),
        r if r.is("DeviceKnown(address)") => Objection::Known(account(0)?),
        r if r.is("DeviceHeld(address,address)") => {
            Objection::Held { device: account(0)?, holder: account(1)? }
        }
        r if r.is("DeviceBound(address,uint256)") => {
            Objection::Bound { device: account(0)?, vehicle: number(1)? }
        }
        r if r.is("VehicleHasDevice(uint256,address)") => {
            Objection::VehicleHasDevice { vehicle: number(0)?, device: account(1)? }
        }
        r if r.is("DeviceActive(address)") => Objection::Active(account(0)?),
        r if r.is("DeviceNotBound(address)") => Objection::NotBound(account(0)?),
        r if r.is("NotReleaser(address,address)") => {
            Objection::NotReleaser { account: account(0)?, device: account(1)? }
        }
        r if r.is("NotDeviceMaker(address,address)") => {
            Objection::NotMaker { account: account(0)?, device: account(1)? }
        }
        r if r.is("TooEarly(uint256)") => Objection::TooEarly(number(0)?),
        r if r.is("NotLicensed(address,uint8)") => {
            Objection::NotLicensed { account: account(0)?, number: number(1)? }
        }
        r if r.is("UnknownDefinition(uint32,uint8)") => Objection::NoDefinition(number(0)?),
        r if r.is("InvalidAccountNonce(address,uint256)") => Objection::Nonce(number(1)?),
        r if r.is("MissingPrecompile(address)") => Objection::NoP256,
        _ => return None,
    })
}

/// `ILicences.Kind`, as far as a device's life asks for it.
const fn kind(number: u64) -> &'static str {
    if number == 1 { "maker" } else { "participant of this kind" }
}

/// Seconds since the epoch as a date and a time of day; what no calendar holds as it is.
fn utc(seconds: u64) -> String {
    const DAYS_OF_400_YEARS: u64 = 146_097;
    let (mut days, second) = (seconds / 86_400, seconds % 86_400);
    if days > 10 * DAYS_OF_400_YEARS {
        return format!("second {seconds}");
    }
    let leap = |year: u64| year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    let mut year = 1970;
    while days >= 365 + u64::from(leap(year)) {
        days -= 365 + u64::from(leap(year));
        year += 1;
    }
    let mut month = 1;
    for length in [31, 28 + u64::from(leap(year)), 31, 30, 31, 30, 31, 31, 30, 31, 30] {
        if days < length {
            break;
        }
        days -= length;
        month += 1;
    }
    format!("{year}-{month:02}-{:02} {:02}:{:02} UTC", days + 1, second / 3600, second / 60 % 60)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::Value;

    fn objection(signature: &str, arguments: &[u64]) -> Objection {
        Revert::new(signature, arguments).into()
    }

    fn account(last: u8) -> Address {
        let mut account = Address([0; 20]);
        account.0[19] = last;
        account
    }

    /// The errors of a contract as it was built.
    fn errors(contract: &str) -> Vec<String> {
        let file = format!("{}/../../contracts/artifacts/{contract}.json", env!("CARGO_MANIFEST_DIR"));
        let artifact: Value = serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap();
        let entries = artifact["abi"].as_array().unwrap().iter();
        let types = |entry: &Value| {
            let inputs = entry["inputs"].as_array().unwrap().iter();
            inputs.map(|input| input["type"].as_str().unwrap().to_owned()).collect::<Vec<_>>().join(",")
        };
        entries
            .filter(|entry| entry["type"] == "error")
            .map(|entry| format!("{}({})", entry["name"].as_str().unwrap(), types(entry)))
            .collect()
    }

    #[test]
    fn every_error_of_devices_has_a_sentence() {
        let devices = errors("Devices");
        assert!(devices.len() > 10, "{devices:?}");
        for error in devices {
            // OpenZeppelin's guard for casts; none of a uint8 is left in what is called here.
            if error.starts_with("SafeCast") {
                continue;
            }
            assert!(!matches!(objection(&error, &[1, 1]), Objection::Other(_)), "{error}");
        }
    }

    #[test]
    fn the_other_contracts_errors_are_spelt_as_they_are() {
        for (contract, error) in [
            ("Licences", "NotLicensed(address,uint8)"),
            ("Definitions", "UnknownDefinition(uint32,uint8)"),
            ("VehicleRegistry", "ERC721NonexistentToken(uint256)"),
            ("VehicleRegistry", "InvalidAccountNonce(address,uint256)"),
        ] {
            assert!(errors(contract).iter().any(|known| known == error), "{error}");
            assert!(!matches!(objection(error, &[1, 1]), Objection::Other(_)), "{error}");
        }
    }

    /// As `date -u -d @…` has them.
    #[test]
    fn times_are_shown_as_people_read_them() {
        for (seconds, text) in [
            (0, "1970-01-01 00:00 UTC"),
            (951_782_399, "2000-02-28 23:59 UTC"),
            (951_782_400, "2000-02-29 00:00 UTC"),
            (1_700_000_000, "2023-11-14 22:13 UTC"),
            (1_798_761_599, "2026-12-31 23:59 UTC"),
            (1_798_761_600, "2027-01-01 00:00 UTC"),
            (u64::MAX, "second 18446744073709551615"),
        ] {
            assert_eq!(utc(seconds), text);
        }
    }

    #[test]
    fn arguments_stand_in_their_order() {
        assert_eq!(
            objection("DeviceHeld(address,address)", &[1, 2]),
            Objection::Held { device: account(1), holder: account(2) }
        );
        assert_eq!(
            objection("VehicleHasDevice(uint256,address)", &[1, 2]),
            Objection::VehicleHasDevice { vehicle: 1, device: account(2) }
        );
        assert_eq!(objection("InvalidAccountNonce(address,uint256)", &[1, 7]), Objection::Nonce(7));
    }

    #[test]
    fn what_is_unknown_or_cut_short_is_shown_as_it_is() {
        assert!(objection("Surprise()", &[]).to_string().starts_with("the contract refuses: 0x"));
        assert!(matches!(objection("DeviceHeld(address,address)", &[1]), Objection::Other(_)));
    }
}
