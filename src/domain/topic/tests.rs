//! The quick choice is the plain one.

use std::cmp::Reverse;
use std::collections::BTreeSet;
use std::time::Duration;

use jiff::tz::{TimeZone, offset};
use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;

use super::{Candidate, Via, choose};
use crate::domain::ids::PersonId;
use crate::domain::office_hours::OfficeHours;
use crate::domain::office_hours::weekly::Weekly;
use crate::domain::person::{Pause, Standing};

const HOURS: [&str; 6] = [
    "Mon-Fri 09:00-17:00",
    "Mon-Fri 08:00-12:00, 13:00-16:30",
    "Mon-Sun 22:00-06:00",
    "Sat-Sun 10:00-14:00",
    "always",
    "never",
];

/// The choice as it is meant, asking every calendar in full.
fn plain_choice(
    candidates: &[Candidate],
    excluded: impl Fn(&PersonId) -> bool,
    now: Timestamp,
    patience: Duration,
) -> Option<&Candidate> {
    let lasts = |candidate: &Candidate| match candidate.hours.closes_at(now) {
        Some(close) => close.duration_since(now).unsigned_abs() >= patience,
        None => true,
    };
    candidates.iter().filter(|candidate| candidate.available(now) && !excluded(&candidate.person)).min_by_key(
        |candidate| (Reverse(lasts(candidate)), candidate.open, candidate.last_asked, &candidate.person),
    )
}

fn zone(n: usize) -> TimeZone {
    let named = ["Europe/Berlin", "America/New_York", "Asia/Kolkata", "Pacific/Auckland", "UTC"];
    match named.get(n) {
        Some(name) => TimeZone::get(name).expect("a zone of the bundled database"),
        None => TimeZone::fixed(offset(5)),
    }
}

fn candidate() -> impl Strategy<Value = Candidate> {
    (0..200_u32, 0..6_usize, 0..HOURS.len(), 0..4_u32, 0..5_i64, 0..12_u32).prop_map(
        |(name, in_zone, hours, open, asked, oddity)| Candidate {
            person: PersonId::from(format!("{name:03}")),
            hours: OfficeHours::new(
                Weekly::parse(HOURS[hours]).expect("an example parses"),
                zone(in_zone),
                BTreeSet::default(),
            ),
            via: Via::Volunteer,
            pause: if oddity == 0 { Pause::Open } else { Pause::No },
            away_until: (oddity == 1).then_some(Timestamp::MAX),
            open,
            capacity: 3,
            last_asked: (asked > 0).then(|| Timestamp::UNIX_EPOCH + SignedDuration::from_hours(asked)),
            standing: if oddity == 2 { Standing::Left } else { Standing::Staff },
        },
    )
}

proptest! {
    #[test]
    fn the_quick_choice_is_the_plain_one(
        candidates in prop::collection::vec(candidate(), 0..60),
        minute in 0..(60 * 24 * 366_i64),
        patience in 0..600_u64,
        left_out in 0..200_u32,
    ) {
        let now: Timestamp = "2026-01-01T00:00:00Z".parse().expect("an instant");
        let now = now + SignedDuration::from_mins(minute);
        let patience = Duration::from_secs(patience * 60);
        let excluded = |person: &PersonId| person.as_str().parse::<u32>().is_ok_and(|n| n % 7 == left_out % 7);
        let quick = choose(&candidates, excluded, now, patience).map(|chosen| &chosen.person);
        let plain = plain_choice(&candidates, excluded, now, patience).map(|chosen| &chosen.person);
        prop_assert_eq!(quick, plain);
    }
}
