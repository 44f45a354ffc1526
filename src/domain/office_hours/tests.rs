//! Office hours case by case: what people write, and the days that others got wrong.

use super::parse::HoursError;
use super::*;

fn hours(text: &str, zone: &str) -> OfficeHours {
    OfficeHours::new(Weekly::parse(text).unwrap(), TimeZone::get(zone).unwrap(), BTreeSet::new())
}

fn with_holidays(text: &str, zone: &str, holidays: &[&str]) -> OfficeHours {
    let holidays = holidays.iter().map(|date| date.parse().unwrap()).collect();
    OfficeHours::new(Weekly::parse(text).unwrap(), TimeZone::get(zone).unwrap(), holidays)
}

/// An instant as the clocks of the calendar show it (`2026-03-29T12:00`), or with an offset of its own.
fn at(hours: &OfficeHours, text: &str) -> Timestamp {
    text.parse().unwrap_or_else(|_| {
        let wall: DateTime = text.parse().unwrap();
        hours.zone().to_timestamp(wall).unwrap()
    })
}

fn minutes(minutes: u64) -> Duration {
    Duration::from_mins(minutes)
}

#[test]
fn what_people_write_is_printed_in_one_form() {
    let cases = [
        ("Mon-Fri 09:00-12:30, 13:30-17:00", "Mon-Fri 09:00-12:30, 13:30-17:00"),
        ("Mon-Thu 09:00-17:00; Fri 09:00-15:00", "Mon-Thu 09:00-17:00; Fri 09:00-15:00"),
        ("  mon - FRI 9–17 ", "Mon-Fri 09:00-17:00"),
        ("Monday to Friday 9:00–17:00", "Mon-Fri 09:00-17:00"),
        ("Mon: 9.30-17", "Mon 09:30-17:00"),
        ("Mon,Wed 10-12", "Mon,Wed 10:00-12:00"),
        ("mon wed 10-12 and 13-14", "Mon,Wed 10:00-12:00, 13:00-14:00"),
        ("Mon,Tue,Wed,Fri 10-12", "Mon-Wed,Fri 10:00-12:00"),
        ("Mon 22:00-06:00", "Mon 22:00-06:00"),
        ("Fri-Mon 10-12", "Mon,Fri-Sun 10:00-12:00"),
        ("Fri 9-15, Mon-Thu 9-17", "Mon-Thu 09:00-17:00; Fri 09:00-15:00"),
        ("Mon-Fri 9-12; Mon 14-15", "Mon 09:00-12:00, 14:00-15:00; Tue-Fri 09:00-12:00"),
        ("Mon-Fri 9am-5:30 pm", "Mon-Fri 09:00-17:30"),
        ("Mon 12am - 12pm", "Mon 00:00-12:00"),
        ("Mon 9-12, 12-17", "Mon 09:00-17:00"),
        ("Mon 9-12, 12-9", "Mon 09:00-12:00, 12:00-09:00"),
        ("Mon 13-17, 9-12", "Mon 09:00-12:00, 13:00-17:00"),
        ("daily 00:00-24:00", "Mon-Sun 00:00-24:00"),
        ("Sat 0-0", "Sat 00:00-24:00"),
        ("Sat 22-24", "Sat 22:00-24:00"),
        ("Sat 22-0", "Sat 22:00-24:00"),
        ("Mon-Fri 9-17; Sat, Sun closed", "Mon-Fri 09:00-17:00"),
        ("9-17", "Mon-Fri 09:00-17:00"),
        ("Mon-Fri 9-17\nSat 10-12", "Mon-Fri 09:00-17:00; Sat 10:00-12:00"),
        ("Always", "always"),
        ("24/7", "always"),
        ("never", "never"),
        ("Sun closed", "never"),
    ];
    for (written, printed) in cases {
        let weekly = Weekly::parse(written).unwrap_or_else(|error| panic!("{written}: {error}"));
        assert_eq!(weekly.to_string(), printed, "{written}");
        assert_eq!(Weekly::parse(printed).unwrap(), weekly, "{printed}");
        let json = serde_json::to_string(&weekly).unwrap();
        assert_eq!(json, format!("\"{printed}\""));
        assert_eq!(serde_json::from_str::<Weekly>(&json).unwrap(), weekly);
    }
}

#[test]
fn what_is_not_understood_is_named() {
    let cases = [
        ("", HoursError::Empty),
        (" ", HoursError::Empty),
        ("Mon-Fry 9-17", HoursError::NotADay("Fry".into())),
        ("t 9-17", HoursError::NotADay("t".into())),
        ("Mon 9-25", HoursError::NotATime("25".into())),
        ("Mon 9:60-10", HoursError::NotATime("9:60".into())),
        ("Mon 9:5-10", HoursError::NotATime("9:5".into())),
        ("Mon 99999999999-10", HoursError::NotATime("99999999999".into())),
        ("Mon 13pm-17", HoursError::NotATime("13pm".into())),
        ("Mon 24:00-02:00", HoursError::NotATime("24:00".into())),
        ("Mon 9x-17", HoursError::NotATime("9x".into())),
        ("Mon 9", HoursError::NotAnInterval("9".into())),
        ("Mon 9-", HoursError::NotAnInterval("9".into())),
        ("Mon 9-12, 13", HoursError::NotAnInterval("13".into())),
        ("Mon 9-9", HoursError::EmptyInterval("9-9".into())),
        ("Mon-Fri", HoursError::NoHours("Mon-Fri".into())),
        ("Mon, ; Tue 9-17", HoursError::NoHours("Mon".into())),
        ("Mon-Fri 9-17; Fri 9-15", HoursError::Overlap("9-15".into())),
        ("Mon 9-12, 11-14", HoursError::Overlap("11-14".into())),
        ("Mon 22-06, 23-24", HoursError::Overlap("23-24".into())),
        ("Mon - 9-17", HoursError::Unexpected("Mon -".into())),
        ("- 9-17", HoursError::Unexpected("-".into())),
        ("Mon 9-17 (lunch)", HoursError::Unexpected("(".into())),
        ("closed closed", HoursError::Unexpected("closed".into())),
    ];
    for (written, error) in cases {
        assert_eq!(Weekly::parse(written), Err(error), "{written}");
    }
    assert!(serde_json::from_str::<Weekly>("\"Mon\"").is_err());
}

#[test]
fn open_from_the_start_up_to_the_end() {
    let office = hours("Mon-Fri 09:00-12:30, 13:30-17:00", "Europe/Berlin");
    let cases = [
        ("2026-11-23T08:59:59.999", false),
        ("2026-11-23T09:00", true),
        ("2026-11-23T12:29:59.999", true),
        ("2026-11-23T12:30", false),
        ("2026-11-23T13:29", false),
        ("2026-11-23T13:30", true),
        ("2026-11-23T17:00", false),
        ("2026-11-22T10:00", false),
    ];
    for (text, open) in cases {
        let instant = at(&office, text);
        assert_eq!(office.is_open(instant), open, "{text}");
        assert_eq!(office.is_open_civil(&WallTime::of(instant, office.zone())), open, "{text}");
    }
}

#[test]
fn a_night_belongs_to_the_day_on_which_it_starts() {
    let office = hours("Fri,Sun 22:00-06:00", "Asia/Kolkata");
    let cases = [
        ("2026-11-27T05:00", false),
        ("2026-11-27T22:00", true),
        ("2026-11-28T05:59", true),
        ("2026-11-28T06:00", false),
        ("2026-11-29T23:00", true),
        ("2026-11-30T00:00", true),
        ("2026-11-30T06:00", false),
        ("2026-11-30T22:00", false),
    ];
    for (text, open) in cases {
        assert_eq!(office.is_open(at(&office, text)), open, "{text}");
    }
    // A holiday takes the night that starts on it, and leaves the one before.
    let office = with_holidays("daily 22:00-06:00", "Asia/Kolkata", &["2026-11-28"]);
    for (text, open) in [("2026-11-28T05:00", true), ("2026-11-28T23:00", false), ("2026-11-29T05:00", false)]
    {
        assert_eq!(office.is_open(at(&office, text)), open, "{text}");
    }
}

#[test]
fn next_opening_and_closing() {
    let office = with_holidays("Mon-Fri 09:00-12:30, 13:30-17:00", "Europe/Berlin", &["2026-12-25"]);
    let cases = [
        ("2026-12-24T08:00", "2026-12-24T09:00", None),
        ("2026-12-24T09:00", "2026-12-24T09:00", Some("2026-12-24T12:30")),
        ("2026-12-24T12:30", "2026-12-24T13:30", None),
        ("2026-12-24T16:59", "2026-12-24T16:59", Some("2026-12-24T17:00")),
        ("2026-12-24T17:00", "2026-12-28T09:00", None),
        ("2026-12-26T12:00", "2026-12-28T09:00", None),
    ];
    for (from, opens, closes) in cases {
        let from = at(&office, from);
        assert_eq!(office.next_open(from), Some(at(&office, opens)), "{from}");
        assert_eq!(office.closes_at(from), closes.map(|text| at(&office, text)), "{from}");
    }
}

#[test]
fn hours_of_different_days_are_one_stretch() {
    let office = hours("Mon 22:00-06:00; Tue 05:00-08:00; Wed 00:00-24:00; Thu 00:00-01:00", "UTC");
    let monday = at(&office, "2026-11-23T23:00");
    assert_eq!(office.closes_at(monday), Some(at(&office, "2026-11-24T08:00")));
    assert_eq!(office.open_between(monday, at(&office, "2026-11-24T12:00")), minutes(9 * 60));
    assert_eq!(office.closes_at(at(&office, "2026-11-25T00:00")), Some(at(&office, "2026-11-26T01:00")));
    // A week and more in one piece, ending where a window of the search ends.
    let office = with_holidays("daily 00:00-24:00", "UTC", &["2026-12-01"]);
    assert_eq!(office.closes_at(at(&office, "2026-11-24T00:00")), Some(at(&office, "2026-12-01T00:00")));
    assert_eq!(office.closes_at(at(&office, "2026-11-10T11:11")), Some(at(&office, "2026-12-01T00:00")));
}

#[test]
fn round_the_clock_loses_no_minute_at_midnight() {
    for text in
        ["always", "daily 00:00-24:00", "daily 12:00-24:00, 00:00-12:00", "daily 06:00-05:00, 05:00-06:00"]
    {
        // Across both changes of clocks.
        for zone in ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "UTC"] {
            let office = hours(text, zone);
            let (from, to) = (at(&office, "2026-01-01T23:59:30"), at(&office, "2026-12-31T00:00:30"));
            assert_eq!(office.open_between(from, to), length((from, to)), "{text} {zone}");
            assert_eq!(office.closes_at(from), None);
            assert_eq!(office.next_open(from), Some(from));
            assert_eq!(office.add(from, length((from, to))), Some(to));
        }
    }
}

#[test]
fn always_knows_no_holiday() {
    let office = with_holidays("always", "Europe/Berlin", &["2026-12-25"]);
    assert!(office.is_open(at(&office, "2026-12-25T12:00")));
    assert!(office.is_open_civil(&WallTime::of(at(&office, "2026-12-25T12:00"), office.zone())));
}

#[test]
fn never_opens() {
    let never = hours("never", "Europe/Berlin");
    let all_holidays = {
        let first: Date = "2026-01-01".parse().unwrap();
        let holidays = first.series(1.day()).take(800).collect();
        OfficeHours::new(Weekly::parse("9-17").unwrap(), TimeZone::UTC, holidays)
    };
    for office in [never, all_holidays] {
        let now = at(&office, "2026-02-01T12:00");
        assert!(!office.is_open(now));
        assert_eq!(office.next_open(now), None);
        assert_eq!(office.closes_at(now), None);
        assert_eq!(office.add(now, minutes(1)), None);
        assert_eq!(office.add(now, Duration::ZERO), Some(now));
        assert_eq!(office.open_between(now, at(&office, "2027-02-01T12:00")), Duration::ZERO);
    }
}

#[test]
fn adding_office_time() {
    let office = with_holidays("Mon-Fri 09:00-12:30, 13:30-17:00", "Europe/Berlin", &["2026-12-25"]);
    let cases = [
        // Within an interval, over lunch, over night, over a holiday and a weekend.
        ("2026-12-21T09:00", 60, "2026-12-21T10:00"),
        ("2026-12-21T12:00", 60, "2026-12-21T14:00"),
        ("2026-12-21T16:30", 60, "2026-12-22T09:30"),
        ("2026-12-24T16:30", 60, "2026-12-28T09:30"),
        // Outside hours the clock starts at the next opening.
        ("2026-12-26T03:00", 10, "2026-12-28T09:10"),
        ("2026-12-21T12:45", 10, "2026-12-21T13:40"),
        // Used up at the end of an interval, not at the next opening.
        ("2026-12-21T12:00", 30, "2026-12-21T12:30"),
        ("2026-12-21T16:00", 60, "2026-12-21T17:00"),
        ("2026-12-26T03:00", 420, "2026-12-28T17:00"),
        ("2026-12-26T03:00", 0, "2026-12-26T03:00"),
    ];
    for (from, office_minutes, due) in cases {
        let due = Some(at(&office, due));
        assert_eq!(office.add(at(&office, from), minutes(office_minutes)), due, "{from} + {office_minutes}");
    }
    // An hour before it is due, in office time: 09:30 less one hour is yesterday 16:30.
    let start = at(&office, "2026-12-21T16:30");
    assert_eq!(office.open_between(start, at(&office, "2026-12-22T09:30")), minutes(60));
    assert_eq!(office.add(start, Duration::from_nanos(1)), Some(ahead(start, SignedDuration::from_nanos(1))));
}

#[test]
fn days_on_which_clocks_change() {
    let cases = [
        // zone, hours, from, to, open minutes
        ("Europe/Berlin", "daily 00:00-24:00", "2026-03-29T00:00", "2026-03-30T00:00", 23 * 60),
        ("Europe/Berlin", "daily 00:00-24:00", "2026-10-25T00:00", "2026-10-26T00:00", 25 * 60),
        ("Europe/Berlin", "daily 01:00-04:00", "2026-03-29T00:00", "2026-03-29T12:00", 120),
        ("Europe/Berlin", "daily 01:00-04:00", "2026-10-25T00:00", "2026-10-25T12:00", 240),
        ("Europe/Berlin", "daily 02:30-04:00", "2026-03-29T00:00", "2026-03-29T12:00", 30),
        ("Europe/Berlin", "daily 02:30-04:00", "2026-10-25T00:00", "2026-10-25T12:00", 150),
        ("Europe/Berlin", "daily 02:00-02:30", "2026-03-29T00:00", "2026-03-29T12:00", 30),
        ("Europe/Berlin", "daily 02:00-02:30", "2026-10-25T00:00", "2026-10-25T12:00", 30),
        ("Europe/Berlin", "daily 02:30-03:00", "2026-03-29T00:00", "2026-03-29T12:00", 0),
        ("Europe/Berlin", "daily 02:15-02:20, 03:00-03:25", "2026-03-29T00:00", "2026-03-29T12:00", 25),
        ("Europe/Berlin", "Sat 22:00-06:00", "2026-03-28T12:00", "2026-03-29T12:00", 7 * 60),
        ("Europe/Berlin", "Sat 22:00-06:00", "2026-10-24T12:00", "2026-10-25T12:00", 9 * 60),
        ("Europe/Berlin", "Mon-Fri 9-17", "2026-03-27T16:00", "2026-03-30T10:00", 120),
        ("America/New_York", "daily 01:00-04:00", "2026-03-08T00:00", "2026-03-08T12:00", 120),
        ("America/New_York", "daily 01:30-03:00", "2026-11-01T00:00", "2026-11-01T12:00", 150),
        // Half an hour of daylight saving.
        ("Australia/Lord_Howe", "daily 00:00-24:00", "2026-04-05T00:00", "2026-04-06T00:00", 24 * 60 + 30),
        ("Australia/Lord_Howe", "daily 00:00-24:00", "2026-10-04T00:00", "2026-10-05T00:00", 23 * 60 + 30),
        ("Australia/Lord_Howe", "daily 02:15-03:00", "2026-10-04T00:00", "2026-10-04T12:00", 15),
        // Clocks that change at midnight, and over it.
        ("Africa/Cairo", "daily 00:00-01:30", "2026-04-23T12:00", "2026-04-24T12:00", 30),
        ("America/St_Johns", "daily 00:00-24:00", "2010-11-06T00:00", "2010-11-09T00:00", 73 * 60),
        // A day that never was: what would have been on it falls on the next.
        ("Pacific/Apia", "daily 00:00-24:00", "2011-12-29T00:00", "2012-01-01T00:00", 48 * 60),
        ("Asia/Kolkata", "daily 09:30-18:00", "2026-11-23T00:00", "2026-11-24T00:00", 510),
        ("Asia/Kathmandu", "daily 09:45-18:00", "2026-11-23T00:00", "2026-11-24T00:00", 495),
    ];
    for (zone, text, from, to, open) in cases {
        let office = hours(text, zone);
        let (from, to) = (at(&office, from), at(&office, to));
        assert_eq!(office.open_between(from, to), minutes(open), "{zone} {text} {from}");
        // And minute by minute.
        let mut counted = 0;
        let mut minute = from;
        while minute < to {
            counted += u64::from(office.is_open(minute));
            minute = ahead(minute, SignedDuration::from_mins(1));
        }
        assert_eq!(counted, open, "{zone} {text} {from} by the minute");
    }
}

#[test]
fn opening_in_a_skipped_hour_moves_forward() {
    let office = hours("Sun 02:30-05:00", "Europe/Berlin");
    let gap_end: Timestamp = "2026-03-29T03:00+02:00".parse().unwrap();
    assert_eq!(office.next_open(gap_end), Some("2026-03-29T03:30+02:00".parse().unwrap()));
    // In autumn, the first 02:30, and it stays open through the hour that comes twice.
    assert_eq!(
        office.next_open("2026-10-25T00:00+02:00".parse().unwrap()),
        Some("2026-10-25T02:30+02:00".parse().unwrap())
    );
    assert!(office.is_open("2026-10-25T02:10+01:00".parse().unwrap()));
}

#[test]
fn half_hour_zones() {
    let kolkata = hours("Mon-Fri 09:00-17:00", "Asia/Kolkata");
    assert_eq!(
        kolkata.next_open("2026-11-23T00:00Z".parse().unwrap()),
        Some("2026-11-23T03:30Z".parse().unwrap())
    );
    let kathmandu = hours("Mon-Fri 09:00-17:00", "Asia/Kathmandu");
    assert_eq!(
        kathmandu.next_open("2026-11-23T00:00Z".parse().unwrap()),
        Some("2026-11-23T03:15Z".parse().unwrap())
    );
}

#[test]
fn an_office_day() {
    let cases = [
        ("Mon-Fri 09:00-12:30, 13:30-17:00", 420),
        ("Mon-Thu 09:00-17:00; Fri 09:00-13:00", 432),
        ("Sat 22:00-06:00", 480),
        ("always", 1440),
        ("never", 1440),
    ];
    for (text, length) in cases {
        assert_eq!(hours(text, "UTC").day_length(), minutes(length), "{text}");
    }
}

#[test]
fn the_ends_of_time_do_not_panic() {
    for text in ["always", "daily 22:00-06:00", "never", "9-17"] {
        for zone in ["Pacific/Kiritimati", "Pacific/Pago_Pago"] {
            let office = hours(text, zone);
            for edge in [Timestamp::MIN, Timestamp::MAX] {
                office.is_open(edge);
                office.next_open(edge);
                office.closes_at(edge);
                office.add(edge, minutes(1));
                office.add(edge, Duration::MAX);
                office.open_between(edge, ahead(edge, SignedDuration::from_hours(48)));
                office.open_between(back(edge, SignedDuration::from_hours(48)), edge);
            }
        }
    }
}
