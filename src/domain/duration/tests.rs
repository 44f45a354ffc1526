//! Durations case by case.

use std::collections::BTreeSet;

use jiff::tz::TimeZone;
use proptest::prelude::*;

use super::super::office_hours::weekly::Weekly;
use super::*;

fn seven_hours_a_day() -> OfficeHours {
    let weekly = Weekly::parse("Mon-Fri 09:00-12:30, 13:30-17:00").unwrap();
    OfficeHours::new(weekly, TimeZone::UTC, BTreeSet::new())
}

#[test]
fn what_people_write() {
    // written, printed as office time, minutes of seven-hour days, printed as wall time
    let cases = [
        ("10m", "10m", 10, "10m"),
        ("2h", "2h", 120, "2h"),
        ("1d", "1d", 420, "1d"),
        ("1d 4h", "1d 4h", 660, "1d 4h"),
        ("1d4h", "1d 4h", 660, "1d 4h"),
        ("4 hours, 1 Day", "1d 4h", 660, "1d 4h"),
        ("180s", "3m", 3, "3m"),
        ("90 min", "1h 30m", 90, "1h 30m"),
        ("24h", "24h", 1440, "1d"),
        ("50h", "50h", 3000, "2d 2h"),
        ("1441m", "24h 1m", 1441, "1d 1m"),
        ("0m", "0s", 0, "0s"),
        ("  30m ", "30m", 30, "30m"),
        ("180d", "180d", 75_600, "180d"),
    ];
    for (written, office, minutes, wall) in cases {
        let duration = OfficeDuration::parse(written).unwrap();
        assert_eq!(duration.to_string(), office);
        assert_eq!(duration.in_office_time(&seven_hours_a_day()), Duration::from_mins(minutes), "{written}");
        assert_eq!(WallDuration::parse(written).unwrap().to_string(), wall);
    }
    assert_eq!(OfficeDuration::parse("90s").unwrap(), OfficeDuration::new(0, Duration::from_secs(90)));
    assert_eq!(WallDuration::parse("3d").unwrap().get(), Duration::from_hours(72));
    assert_eq!(WallDuration::parse("2w 1d").unwrap().get(), Duration::from_hours(15 * 24));
    assert!(OfficeDuration::parse("0d").unwrap().is_zero());
}

#[test]
fn a_day_is_24_hours_around_the_clock() {
    let always = OfficeHours::new(Weekly::always(), TimeZone::UTC, BTreeSet::new());
    assert_eq!(OfficeDuration::parse("2d").unwrap().in_office_time(&always), Duration::from_hours(48));
}

#[test]
fn what_is_not_understood_is_named() {
    let cases = [
        ("", DurationError::Empty),
        ("soon", DurationError::NotANumber("soon".into())),
        ("-5m", DurationError::NotANumber("-5m".into())),
        ("5", DurationError::MissingUnit("5".into())),
        ("1d 4", DurationError::MissingUnit("4".into())),
        ("1.5h", DurationError::MissingUnit("1.5h".into())),
        ("5y", DurationError::UnknownUnit("y".into())),
        ("2w", DurationError::UnknownUnit("w".into())),
        ("1h 2h", DurationError::RepeatedUnit("h".into())),
        ("99999999999999999999s", DurationError::TooLong("99999999999999999999s".into())),
        ("36526d", DurationError::TooLong("36526d".into())),
        ("18446744073709551615h", DurationError::TooLong("18446744073709551615h".into())),
    ];
    for (written, error) in cases {
        assert_eq!(OfficeDuration::parse(written), Err(error), "{written}");
    }
    assert_eq!(WallDuration::parse("1w 1w"), Err(DurationError::RepeatedUnit("w".into())));
}

proptest! {
    #[test]
    fn printed_durations_are_read_as_the_same(days in 0_u32..36_525, seconds in 0_u64..3_000_000_000) {
        let office = OfficeDuration::new(days, Duration::from_secs(seconds));
        prop_assert_eq!(OfficeDuration::parse(&office.to_string()), Ok(office));
        let json = serde_json::to_string(&office).unwrap();
        prop_assert_eq!(serde_json::from_str::<OfficeDuration>(&json).unwrap(), office);
        let wall = WallDuration::new(Duration::from_secs(seconds));
        prop_assert_eq!(WallDuration::parse(&wall.to_string()), Ok(wall));
        let json = serde_json::to_string(&wall).unwrap();
        prop_assert_eq!(serde_json::from_str::<WallDuration>(&json).unwrap(), wall);
    }

    #[test]
    fn reading_never_panics(text in "[0-9a-z ,.]{0,20}|\\PC{0,12}") {
        if let Ok(duration) = OfficeDuration::parse(&text) {
            prop_assert_eq!(OfficeDuration::parse(&duration.to_string()), Ok(duration));
        }
        if let Ok(duration) = WallDuration::parse(&text) {
            prop_assert_eq!(WallDuration::parse(&duration.to_string()), Ok(duration));
        }
    }
}
