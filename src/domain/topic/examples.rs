//! Who is asked next, and why.

use std::collections::BTreeSet;
use std::time::Duration;

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use crate::domain::ids::PersonId;
use crate::domain::office_hours::OfficeHours;
use crate::domain::office_hours::weekly::Weekly;
use crate::domain::person::{Pause, Standing};
use crate::domain::topic::{Candidate, Via, choose, next_back};

const PATIENCE: Duration = Duration::from_mins(10);

/// A Monday at ten in Berlin.
fn monday() -> Timestamp {
    at("2026-11-23T09:00:00Z")
}

fn at(text: &str) -> Timestamp {
    text.parse().expect("a literal")
}

fn somebody(name: &str) -> Candidate {
    in_zone(name, "Mon-Fri 09:00-17:00", "Europe/Berlin")
}

fn in_zone(name: &str, weekly: &str, zone: &str) -> Candidate {
    let zone = TimeZone::get(zone).expect("a zone that exists");
    Candidate {
        person: PersonId::from(name),
        hours: OfficeHours::new(Weekly::parse(weekly).expect("a literal"), zone, BTreeSet::new()),
        via: Via::Volunteer,
        pause: Pause::No,
        away_until: None,
        open: 0,
        capacity: 3,
        last_asked: None,
        standing: Standing::Staff,
    }
}

fn chosen(candidates: &[Candidate], now: Timestamp) -> Option<&str> {
    choose(candidates, |_| false, now, PATIENCE).map(|candidate| candidate.person.as_str())
}

#[test]
fn the_least_loaded_is_asked_first() {
    let all =
        [Candidate { open: 1, ..somebody("ana") }, somebody("bo"), Candidate { open: 2, ..somebody("cy") }];
    assert_eq!(chosen(&all, monday()), Some("bo"));
}

#[test]
fn among_equals_the_longest_not_asked_and_first_of_all_who_never_was() {
    let ago = |minutes| Some(monday() - SignedDuration::from_mins(minutes));
    let mut all = vec![
        Candidate { last_asked: ago(10), ..somebody("ana") },
        Candidate { last_asked: ago(60), ..somebody("bo") },
    ];
    assert_eq!(chosen(&all, monday()), Some("bo"));
    all.push(somebody("cy"));
    assert_eq!(chosen(&all, monday()), Some("cy"));
}

#[test]
fn a_tie_goes_to_the_first_by_id_whatever_the_order() {
    let mut all = vec![somebody("cy"), somebody("ana"), somebody("bo")];
    assert_eq!(chosen(&all, monday()), Some("ana"));
    all.reverse();
    assert_eq!(chosen(&all, monday()), Some("ana"));
}

#[test]
fn nobody_is_asked_who_must_not_be() {
    let never = [
        Candidate { open: 3, ..somebody("at capacity") },
        Candidate { pause: Pause::Open, ..somebody("pausing") },
        Candidate { pause: Pause::Until(at("2026-11-23T12:00:00Z")), ..somebody("pausing until noon") },
        Candidate { away_until: Some(at("2026-11-23T12:00:00Z")), ..somebody("not to be disturbed") },
        Candidate { standing: Standing::Left, ..somebody("gone") },
        Candidate { standing: Standing::Outside, ..somebody("a guest") },
        Candidate { standing: Standing::Bot, ..somebody("an app") },
        in_zone("asleep", "Mon-Fri 09:00-17:00", "America/New_York"),
        in_zone("on Tuesdays", "Tue 09:00-17:00", "Europe/Berlin"),
    ];
    assert_eq!(chosen(&never, monday()), None);
    let all = [&never[..], &[somebody("free")]].concat();
    assert_eq!(chosen(&all, monday()), Some("free"));
    assert!(choose(&all, |who| who.as_str() == "free", monday(), PATIENCE).is_none());
}

#[test]
fn a_pause_and_a_quiet_time_end_at_their_instant() {
    let noon = at("2026-11-23T12:00:00Z");
    let all = [Candidate { pause: Pause::Until(noon), away_until: Some(noon), ..somebody("ana") }];
    assert_eq!(chosen(&all, noon - SignedDuration::from_millis(1)), None);
    assert_eq!(chosen(&all, noon), Some("ana"));
}

#[test]
fn whose_day_ends_within_the_patience_is_asked_last() {
    // 16:55 in Berlin: ana leaves in five minutes, bo is busier but stays.
    let now = at("2026-11-23T15:55:00Z");
    let stays = Candidate { open: 2, ..in_zone("bo", "Mon-Fri 09:00-18:00", "Europe/Berlin") };
    let all = [somebody("ana"), stays];
    assert_eq!(chosen(&all, now), Some("bo"));
    assert_eq!(chosen(&all[..1], now), Some("ana"));
    let exactly = at("2026-11-23T15:50:00Z");
    assert_eq!(chosen(&all, exactly), Some("ana"));
}

#[test]
fn half_an_hour_is_a_zone_too() {
    let all = [in_zone("asha", "Mon-Fri 09:00-17:00", "Asia/Kolkata")];
    assert_eq!(chosen(&all, at("2026-11-23T03:29:59Z")), None);
    assert_eq!(chosen(&all, at("2026-11-23T03:30:00Z")), Some("asha"));
}

#[test]
fn who_is_back_first_is_told_with_the_time() {
    let evening = at("2026-11-27T18:00:00Z");
    let all = [
        somebody("ana"),
        in_zone("asha", "Mon-Fri 09:00-17:00", "Asia/Kolkata"),
        Candidate { pause: Pause::Open, ..in_zone("early", "always", "UTC") },
    ];
    let (who, when) = next_back(&all, |_| false, evening).expect("somebody comes back");
    assert_eq!((who.person.as_str(), when), ("asha", at("2026-11-30T03:30:00Z")));
    let (who, when) = next_back(&all, |who| who.as_str() == "asha", evening).expect("somebody comes back");
    assert_eq!((who.person.as_str(), when), ("ana", at("2026-11-30T08:00:00Z")));
    assert!(next_back(&all[2..], |_| false, evening).is_none());
}

#[test]
fn why_you_tells_what_was_true_then() {
    let asked = Some(at("2026-11-20T09:00:00Z"));
    let why = Candidate { open: 1, last_asked: asked, ..somebody("ana") }.why(monday());
    assert!(why.in_hours);
    assert_eq!((why.via, why.open, why.last_asked), (Via::Volunteer, 1, asked));
}
