//! Recurrence case by case, above all on the days on which clocks change.

use proptest::prelude::*;

use super::*;

fn zone(name: &str) -> TimeZone {
    TimeZone::get(name).unwrap()
}

/// The next few times, as the clocks of the zone show them.
fn upcoming(expression: &str, zone_name: &str, from: &str, count: usize) -> Vec<String> {
    let (recurrence, zone) = (Recurrence::parse(expression).unwrap(), zone(zone_name));
    let mut now: Timestamp = from.parse().unwrap();
    let next = std::iter::from_fn(|| {
        now = recurrence.next_after(now, &zone)?;
        Some(now.to_zoned(zone.clone()).strftime("%a %Y-%m-%dT%H:%M%:z").to_string())
    });
    next.take(count).collect()
}

#[test]
fn runs_when_it_should() {
    let cases: [(&str, &str, &str, &[&str]); 17] = [
        (
            "0 16 * * Fri",
            "Europe/Berlin",
            "2026-11-24T12:00Z",
            &["Fri 2026-11-27T16:00+01:00", "Fri 2026-12-04T16:00+01:00"],
        ),
        // Strictly later than now, also by less than a second.
        ("0 16 * * 5", "Europe/Berlin", "2026-11-27T15:00Z", &["Fri 2026-12-04T16:00+01:00"]),
        ("0 16 * * 5", "Europe/Berlin", "2026-11-27T14:59:59.5Z", &["Fri 2026-11-27T16:00+01:00"]),
        ("0 16 * * 5", "Europe/Berlin", "2026-11-27T15:00:00.5Z", &["Fri 2026-12-04T16:00+01:00"]),
        // 0 and 7 are Sunday; ranges, lists, steps; names of any length.
        ("0 9 * * 0", "UTC", "2026-11-24T12:00Z", &["Sun 2026-11-29T09:00+00:00"]),
        ("0 9 * * 7", "UTC", "2026-11-24T12:00Z", &["Sun 2026-11-29T09:00+00:00"]),
        (
            "0 9 * * 5-7",
            "UTC",
            "2026-11-26T12:00Z",
            &[
                "Fri 2026-11-27T09:00+00:00",
                "Sat 2026-11-28T09:00+00:00",
                "Sun 2026-11-29T09:00+00:00",
                "Fri 2026-12-04T09:00+00:00",
            ],
        ),
        (
            "0 9 * * 1-5/2",
            "UTC",
            "2026-11-22T12:00Z",
            &[
                "Mon 2026-11-23T09:00+00:00",
                "Wed 2026-11-25T09:00+00:00",
                "Fri 2026-11-27T09:00+00:00",
                "Mon 2026-11-30T09:00+00:00",
            ],
        ),
        (
            "0 9 * * monday,THU",
            "UTC",
            "2026-11-24T12:00Z",
            &["Thu 2026-11-26T09:00+00:00", "Mon 2026-11-30T09:00+00:00"],
        ),
        (
            "0 9 * * Sat-Mon",
            "UTC",
            "2026-11-24T12:00Z",
            &[
                "Sat 2026-11-28T09:00+00:00",
                "Sun 2026-11-29T09:00+00:00",
                "Mon 2026-11-30T09:00+00:00",
                "Sat 2026-12-05T09:00+00:00",
            ],
        ),
        // Half-hour zones.
        ("30 9 * * *", "Asia/Kathmandu", "2026-11-24T12:00Z", &["Wed 2026-11-25T09:30+05:45"]),
        // Both day fields: either.
        (
            "0 9 1 * Mon",
            "UTC",
            "2026-11-24T12:00Z",
            &["Mon 2026-11-30T09:00+00:00", "Tue 2026-12-01T09:00+00:00", "Mon 2026-12-07T09:00+00:00"],
        ),
        (
            "0 9 31 * *",
            "UTC",
            "2026-11-24T12:00Z",
            &["Thu 2026-12-31T09:00+00:00", "Sun 2027-01-31T09:00+00:00", "Wed 2027-03-31T09:00+00:00"],
        ),
        ("0 0 29 feb ?", "UTC", "2026-11-24T12:00Z", &["Tue 2028-02-29T00:00+00:00"]),
        ("0 0 30 2 *", "UTC", "2026-11-24T12:00Z", &[]),
        ("@weekly", "UTC", "2026-11-24T12:00Z", &["Sun 2026-11-29T00:00+00:00"]),
        ("@daily", "Asia/Kolkata", "2026-11-24T12:00Z", &["Wed 2026-11-25T00:00+05:30"]),
    ];
    for (expression, zone, from, times) in cases {
        assert_eq!(upcoming(expression, zone, from, times.len().max(1)), times, "{expression} after {from}");
    }
}

#[test]
fn runs_once_on_days_on_which_clocks_change() {
    let cases: [(&str, &str, &str, &[&str]); 7] = [
        (
            "30 2 * * *",
            "Europe/Berlin",
            "2026-03-28T12:00Z",
            &["Sun 2026-03-29T03:30+02:00", "Mon 2026-03-30T02:30+02:00"],
        ),
        // Asked within what was skipped (03:10), it is still to come.
        (
            "30 2 * * *",
            "Europe/Berlin",
            "2026-03-29T01:10Z",
            &["Sun 2026-03-29T03:30+02:00", "Mon 2026-03-30T02:30+02:00"],
        ),
        (
            "30 2 * * *",
            "Europe/Berlin",
            "2026-10-24T12:00Z",
            &["Sun 2026-10-25T02:30+02:00", "Mon 2026-10-26T02:30+01:00"],
        ),
        // Asked in the second 02:10, it has run already.
        ("30 2 * * *", "Europe/Berlin", "2026-10-25T01:10Z", &["Mon 2026-10-26T02:30+01:00"]),
        (
            "30 2 * * *",
            "America/New_York",
            "2026-03-07T12:00Z",
            &["Sun 2026-03-08T03:30-04:00", "Mon 2026-03-09T02:30-04:00"],
        ),
        (
            "30 1 * * *",
            "America/New_York",
            "2026-10-31T12:00Z",
            &["Sun 2026-11-01T01:30-04:00", "Mon 2026-11-02T01:30-05:00"],
        ),
        (
            "15 2 * * *",
            "Australia/Lord_Howe",
            "2026-10-03T00:00Z",
            &["Sun 2026-10-04T02:45+11:00", "Mon 2026-10-05T02:15+11:00"],
        ),
    ];
    for (expression, zone, from, times) in cases {
        assert_eq!(upcoming(expression, zone, from, times.len()), times, "{expression} after {from}");
    }
}

#[test]
fn every_quarter_of_an_hour_keeps_its_pace() {
    let zone = zone("Europe/Berlin");
    let recurrence = Recurrence::parse("*/15 * * * *").unwrap();
    for from in ["2026-03-28T22:00Z", "2026-10-24T22:00Z"] {
        let mut now: Timestamp = from.parse().unwrap();
        for _ in 0..30 {
            let next = recurrence.next_after(now, &zone).unwrap();
            assert_eq!(next.duration_since(now), SignedDuration::from_mins(15), "{now}");
            now = next;
        }
    }
}

#[test]
fn what_is_not_understood_is_named() {
    let field = |field, text: &str| RecurrenceError::Field { field, text: text.into() };
    let cases = [
        ("", RecurrenceError::FieldCount { found: 0 }),
        ("0 0 16 * * Fri", RecurrenceError::FieldCount { found: 6 }),
        ("@sometimes", RecurrenceError::FieldCount { found: 1 }),
        ("60 * * * *", field(CronField::Minute, "60")),
        ("*/0 * * * *", field(CronField::Minute, "*/0")),
        ("a * * * *", field(CronField::Minute, "a")),
        ("0 24 * * *", field(CronField::Hour, "24")),
        ("0 9-8 * * *", field(CronField::Hour, "9-8")),
        ("0 9 0 * *", field(CronField::DayOfMonth, "0")),
        ("0 9 * 13 *", field(CronField::Month, "13")),
        ("0 9 * * 8", field(CronField::DayOfWeek, "8")),
        ("0 9 * * Fr", field(CronField::DayOfWeek, "Fr")),
        ("0 9 * * Mon/0", field(CronField::DayOfWeek, "Mon/0")),
        ("0 9 * * ,", field(CronField::DayOfWeek, ",")),
    ];
    for (expression, error) in cases {
        assert_eq!(Recurrence::parse(expression), Err(error), "{expression}");
    }
}

#[test]
fn prints_as_it_was_written() {
    let recurrence = Recurrence::parse(" 0 16 * * Fri").unwrap();
    assert_eq!(recurrence.to_string(), "0 16 * * Fri");
    let json = serde_json::to_string(&recurrence).unwrap();
    assert_eq!(json, "\"0 16 * * Fri\"");
    assert_eq!(serde_json::from_str::<Recurrence>(&json).unwrap(), recurrence);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    /// A daily job: once on every day of the year, in any zone, however the clocks change.
    #[test]
    fn once_a_day(hour in 0..24, minute in 0..60, name in prop::sample::select(vec!["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Africa/Cairo", "Asia/Kolkata"])) {
        let (recurrence, zone) = (Recurrence::parse(&format!("{minute} {hour} * * *")).unwrap(), zone(name));
        let day = |at: Timestamp| zone.to_datetime(at).date();
        let mut now = zone.to_timestamp(jiff::civil::datetime(2026, 1, 1, 0, 0, 0, 0)).unwrap();
        now = recurrence.next_after(now, &zone).unwrap();
        for _ in 0..366 {
            let next = recurrence.next_after(now, &zone).unwrap();
            prop_assert_eq!(day(next), day(now).tomorrow().unwrap());
            now = next;
        }
    }

    #[test]
    fn the_next_is_the_same_from_anywhere_before(seconds in 1_767_225_600_i64..1_798_761_600, share in 0.0..1.0_f64, expression in prop::sample::select(vec!["30 2 * * *", "*/20 * * * *", "0 16 * * Fri", "15 1,2,3 * * *", "0 */2 * * *"])) {
        let (recurrence, zone) = (Recurrence::parse(expression).unwrap(), zone("Europe/Berlin"));
        let now = Timestamp::from_second(seconds).unwrap();
        let next = recurrence.next_after(now, &zone).unwrap();
        prop_assert!(next > now);
        let between = now.checked_add(next.duration_since(now).mul_f64(share)).unwrap();
        prop_assume!(between < next);
        prop_assert_eq!(recurrence.next_after(between, &zone), Some(next));
    }

    #[test]
    fn reading_never_panics(text in "[0-9*/,?a-z\\- ]{0,24}") {
        if let Ok(recurrence) = Recurrence::parse(&text) {
            recurrence.next_after(Timestamp::UNIX_EPOCH, &TimeZone::UTC);
        }
    }
}
