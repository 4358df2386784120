use autochain_primitives::{Address, hex};
use std::time::{SystemTime, UNIX_EPOCH};

/// geth's name of a key file: `UTC--2016-03-22T12-57-55.920751759Z--7ef5a6135f1fd6a02593eedc869c6d41d934aef8`.
pub fn file_name(address: &Address, time: SystemTime) -> String {
    let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
    let (seconds, nanos) = (since.as_secs(), since.subsec_nanos());
    let (year, month, day) = civil(seconds / 86_400);
    let (hour, minute, second) = (seconds / 3600 % 24, seconds / 60 % 60, seconds % 60);
    let address = hex::encode(address);
    format!("UTC--{year:04}-{month:02}-{day:02}T{hour:02}-{minute:02}-{second:02}.{nanos:09}Z--{address}")
}

/// Year, month and day of a number of days since 1970-01-01 in the Gregorian calendar.
fn civil(days: u64) -> (u64, u64, u64) {
    // Counted from 0000-03-01, so that the leap day ends the year: eras of 400 years have 146,097 days.
    let days = days + 719_468;
    let (era, of_era) = (days / 146_097, days % 146_097);
    let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * of_year + 2) / 153;
    let day = of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    (era * 400 + year_of_era + u64::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn geths_shape() {
        let address = "0x7ef5a6135f1fd6a02593eedc869c6d41d934aef8".parse().unwrap();
        let at = |seconds, nanos| file_name(&address, UNIX_EPOCH + Duration::new(seconds, nanos));
        assert_eq!(
            at(1_458_651_475, 920_751_759),
            "UTC--2016-03-22T12-57-55.920751759Z--7ef5a6135f1fd6a02593eedc869c6d41d934aef8"
        );
        assert!(at(0, 0).starts_with("UTC--1970-01-01T00-00-00.000000000Z--"));
        assert!(at(951_782_400, 0).starts_with("UTC--2000-02-29T"));
        assert!(at(4_102_444_799, 0).starts_with("UTC--2099-12-31T23-59-59"));
    }
}
