//! Office hours against what must hold always, a count of minutes, and another implementation.

use std::fmt::Write as _;

use jiff::civil::Time;
use proptest::prelude::*;
use workclock::{Holidays, Schedule, WorkDay};

use super::weekly::WEEK;
use super::*;

const ZONES: [&str; 8] = [
    "Europe/Berlin",
    "America/New_York",
    "Australia/Lord_Howe",
    "Asia/Kolkata",
    "Asia/Kathmandu",
    "Africa/Cairo",
    "America/St_Johns",
    "UTC",
];

/// Instants worth a look: any of 2026, and those around a change of clocks.
const CHANGES: [i64; 5] = [1_774_746_000, 1_792_890_000, 1_772_953_200, 1_793_512_800, 1_791_041_400];

fn instants() -> impl Strategy<Value = Timestamp> {
    let near = (prop::sample::select(CHANGES.to_vec()), -200_000_000_i64..200_000_000);
    prop_oneof![
        1_767_225_600_000_i64..1_798_761_600_000,
        near.prop_map(|(change, distance)| change * 1000 + distance),
    ]
    .prop_map(|millisecond| Timestamp::from_millisecond(millisecond).unwrap())
}

/// Each day up to three intervals (the last perhaps over midnight), as somebody would write them.
fn weeks() -> impl Strategy<Value = Weekly> {
    let day = (prop::collection::btree_set(0_u16..1440, 0..6), any::<bool>());
    prop::collection::vec(day, 7).prop_map(|days| {
        let mut text = String::from("Mon closed");
        for (day, (times, night)) in WEEK.iter().zip(days) {
            let mut times: Vec<u16> = times.into_iter().collect();
            // The first time becomes the end of the night that starts with the last.
            if night && times.len().is_multiple_of(2) && !times.is_empty() {
                times.rotate_left(1);
            }
            for pair in times.chunks_exact(2) {
                let [start, end] = pair else { unreachable!("pairs") };
                let (sh, sm, eh, em) = (start / 60, start % 60, end / 60, end % 60);
                write!(text, "; {day:?} {sh}:{sm:02}-{eh}:{em:02}").unwrap();
            }
        }
        Weekly::parse(&text).unwrap_or_else(|error| panic!("{text}: {error}"))
    })
}

fn calendars() -> impl Strategy<Value = OfficeHours> {
    let holidays = prop::collection::btree_set(0_i64..365, 0..30);
    (weeks(), prop::sample::select(ZONES.to_vec()), holidays).prop_map(|(weekly, zone, holidays)| {
        let first = jiff::civil::date(2026, 1, 1);
        let holidays = holidays.into_iter().map(|day| first.checked_add(day.days()).unwrap()).collect();
        OfficeHours::new(weekly, TimeZone::get(zone).unwrap(), holidays)
    })
}

/// The same calendar for the other implementation.
fn oracle(office: &OfficeHours) -> Schedule {
    let time = |minute: u16| {
        let minute = minute % MINUTES_A_DAY;
        Time::new(i8::try_from(minute / 60).unwrap(), i8::try_from(minute % 60).unwrap(), 0, 0).unwrap()
    };
    let mut builder = Schedule::builder().time_zone(office.zone().iana_name().unwrap());
    for day in WEEK {
        for span in office.weekly().starting_on(day) {
            builder =
                builder.rule(WorkDay::new(time(span.start), time(span.end), [day].into_iter().collect()));
        }
    }
    builder.rule(Holidays::new(office.holidays().iter().copied())).build().unwrap()
}

/// Whether an interval runs into the next day: the other implementation has holidays of another kind there.
fn has_nights(office: &OfficeHours) -> bool {
    let crosses = |span: &Span| weekly::day_of(span.start) != weekly::day_of(span.end - 1);
    WEEK.iter().any(|day| office.weekly().starting_on(*day).iter().any(crosses))
}

fn ordered<const N: usize>(mut instants: [Timestamp; N]) -> [Timestamp; N] {
    instants.sort_unstable();
    instants
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn printed_hours_are_read_as_the_same(weekly in weeks()) {
        prop_assert_eq!(Weekly::parse(&weekly.to_string()), Ok(weekly));
    }

    #[test]
    fn reading_never_panics(text in "[a-zA-Z0-9:;, –.\\-/\n]{0,40}|\\PC{0,12}") {
        if let Ok(weekly) = Weekly::parse(&text) {
            prop_assert_eq!(Weekly::parse(&weekly.to_string()), Ok(weekly));
        }
    }

    #[test]
    fn open_time_is_additive(office in calendars(), a in instants(), b in instants(), c in instants()) {
        let [a, b, c] = ordered([a, b, c]);
        prop_assert_eq!(office.open_between(a, c), office.open_between(a, b) + office.open_between(b, c));
        prop_assert_eq!(office.open_between(c, a), if a == c { length((a, c)) } else { Duration::ZERO });
    }

    #[test]
    fn adding_is_the_inverse_of_measuring(office in calendars(), from in instants(), seconds in 0_u64..500_000) {
        let time = Duration::from_secs(seconds);
        if let Some(due) = office.add(from, time) {
            prop_assert!(due >= from);
            prop_assert_eq!(office.open_between(from, due), time);
            // The earliest such instant: a moment before, a moment is missing.
            if due > from && !time.is_zero() {
                let before = back(due, SignedDuration::from_nanos(1));
                prop_assert!(office.open_between(from, before) < time);
            }
        } else {
            prop_assert_eq!(office.next_open(from), None);
        }
    }

    #[test]
    fn adding_more_is_never_earlier(office in calendars(), a in instants(), b in instants(), x in 0_u64..300_000, y in 0_u64..300_000) {
        let [a, b] = ordered([a, b]);
        let (less, more) = (Duration::from_secs(x.min(y)), Duration::from_secs(x.max(y)));
        prop_assert!(office.add(a, less) <= office.add(a, more));
        prop_assert!(office.add(a, less) <= office.add(b, less) || office.weekly().is_never());
    }

    #[test]
    fn the_next_opening_is_open(office in calendars(), from in instants()) {
        if let Some(opens) = office.next_open(from) {
            prop_assert!(opens >= from && office.is_open(opens));
            prop_assert_eq!(office.open_between(from, opens), Duration::ZERO);
            if let Some(closes) = office.closes_at(opens) {
                prop_assert!(closes > opens && !office.is_open(closes));
                prop_assert_eq!(office.open_between(opens, closes), length((opens, closes)));
            }
        } else {
            prop_assert!(office.weekly().is_never());
        }
        prop_assert_eq!(office.closes_at(from).is_some(), office.is_open(from));
    }

    #[test]
    fn open_on_the_wall_is_open_in_time(office in calendars(), at in instants()) {
        let moment = ahead(at, SignedDuration::from_nanos(1));
        prop_assert_eq!(office.is_open(at), office.open_between(at, moment) > Duration::ZERO);
    }

    #[test]
    fn staying_open_is_no_closing_before(office in calendars(), at in instants(), seconds in 0_i64..100_000) {
        let then = ahead(at, SignedDuration::from_secs(seconds));
        let wall = |at| WallTime::of(at, office.zone());
        let expected = office.closes_at(at).is_some_and(|closes| closes >= then);
        prop_assert_eq!(office.stays_open(&wall(at), &wall(then)), expected);
        // Exactly up to the end, and not beyond.
        if let Some(closes) = office.closes_at(at) {
            prop_assert!(office.stays_open(&wall(at), &wall(closes)));
            prop_assert!(!office.stays_open(&wall(at), &wall(ahead(closes, SignedDuration::from_nanos(1)))));
        }
    }

    #[test]
    fn agrees_with_the_other_implementation(office in calendars(), a in instants(), b in instants(), seconds in 1_i64..500_000) {
        let office = if has_nights(&office) {
            OfficeHours::new(office.weekly().clone(), office.zone().clone(), BTreeSet::new())
        } else {
            office
        };
        prop_assume!(!office.weekly().is_never());
        let other = oracle(&office);
        let [a, b] = ordered([a, b]);
        prop_assert_eq!(SignedDuration::try_from(office.open_between(a, b)).unwrap(), other.between(a, b));
        let time = SignedDuration::from_secs(seconds);
        prop_assert_eq!(office.add(a, time.unsigned_abs()), other.add(a, time).ok());
        let period = other.next_period(a).unwrap();
        prop_assert_eq!(office.next_open(a), Some(period.start));
        prop_assert_eq!(office.closes_at(period.start), Some(period.end));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 6, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_count_of_minutes_agrees(office in calendars(), from in instants()) {
        let from = Timestamp::from_second(from.as_second().div_euclid(60) * 60).unwrap();
        let step = SignedDuration::from_mins(1);
        let mut minute = from;
        let mut open = Duration::ZERO;
        for _ in 0..7 * 24 * 60 {
            open += if office.is_open(minute) { step.unsigned_abs() } else { Duration::ZERO };
            minute = ahead(minute, step);
        }
        prop_assert_eq!(office.open_between(from, minute), open);
    }
}
