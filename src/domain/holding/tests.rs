//! What people do to a request, case by case. That no order of deeds breaks what must always hold is
//! tried out beside `climb`.

use std::collections::BTreeSet;

use jiff::tz::TimeZone;

use super::*;
use crate::domain::climb::look;
use crate::domain::duration::OfficeDuration;
use crate::domain::office_hours::OfficeHours;
use crate::domain::office_hours::weekly::Weekly;
use crate::domain::person::{Pause, Standing};
use crate::domain::request::{Origin, Privacy};
use crate::domain::topic::{Candidate, Via};

fn who(name: &str) -> PersonId {
    PersonId::from(name)
}

/// A Monday, as its clocks show it in UTC.
fn at(time: &str) -> Timestamp {
    format!("2026-11-23T{time}:00Z").parse().expect("an instant")
}

fn office() -> OfficeHours {
    OfficeHours::new(Weekly::parse("Mon-Fri 09:00-17:00").expect("hours"), TimeZone::UTC, BTreeSet::new())
}

fn candidate(name: &str, via: Via) -> Candidate {
    Candidate {
        person: who(name),
        hours: office(),
        via,
        pause: Pause::No,
        away_until: None,
        open: 0,
        capacity: 3,
        last_asked: None,
        standing: Standing::Staff,
    }
}

fn world(volunteers: &[&str]) -> World {
    World {
        hours: office(),
        volunteers: volunteers.iter().map(|name| candidate(name, Via::Volunteer)).collect(),
        named: Vec::new(),
        steward: None,
        escalation: None,
        left: Vec::new(),
    }
}

fn ladder() -> Ladder {
    Ladder {
        offer_timeout: OfficeDuration::parse("10m").expect("a duration"),
        stale_after: OfficeDuration::parse("1d").expect("a duration"),
        max_hops: 2,
        channel: None,
        steward: None,
        escalation: None,
        undo_for: SignedDuration::from_mins(10),
        reopen_for: SignedDuration::from_hours(72),
    }
}

fn handed_off(world: &World, now: Timestamp) -> Request {
    let request = Request {
        id: "r".into(),
        number: 1,
        topic: None,
        requester: who("ana"),
        handed_by: who("ana"),
        customer: None,
        words: "Refund stuck".to_owned(),
        privacy: Privacy::Open,
        urgency: Urgency::Normal,
        origin: Origin::default(),
        created_at: now,
        holder: who("ana"),
        held_since: now,
        stage: Stage::Unplaced { look_at: later(now, TOPIC_WANTED_AFTER) },
        ladder: ladder(),
        offers: Vec::new(),
        hops: 0,
        round: 0,
        asked_after: None,
    };
    place(request, "billing".into(), ladder(), world, now).expect("it has no topic yet").request
}

fn asked(step: &Step) -> Vec<PersonId> {
    step.happened
        .iter()
        .filter_map(|happening| match happening {
            Happening::Asked(n) => match &step.request.offers[*n].to {
                OfferTo::Person(person) => Some(person.clone()),
                OfferTo::Channel(_) => None,
            },
            _ => None,
        })
        .collect()
}

#[test]
fn a_late_no_asks_nobody_before_the_next_look() {
    let world = world(&["bo"]);
    let request = handed_off(&world, at("09:00"));
    let rested = look(request, &world, at("09:10")).request;
    assert!(matches!(rested.stage, Stage::Resting { .. }), "{:?}", rested.stage);
    let before = rested.stage.clone();
    let step = decline(rested, &who("bo"), 0, Decline::Busy, &world, at("09:12")).expect("late is fine");
    assert_eq!(step.request.stage, before);
    assert_eq!(step.happened, [Happening::Declined(0, Decline::Busy)]);
}

#[test]
fn a_late_no_that_names_a_colleague_asks_that_colleague() {
    let mut world = world(&["bo"]);
    let rested = look(handed_off(&world, at("09:00")), &world, at("09:10")).request;
    world.named.push(candidate("dee", Via::NamedBy(who("bo"))));
    let knows = Decline::Knows(who("dee"));
    let step = decline(rested, &who("bo"), 0, knows, &world, at("09:12")).expect("late is fine");
    assert_eq!(asked(&step), [who("dee")]);
}

#[test]
fn what_becomes_urgent_while_somebody_is_asked_does_not_wait_for_the_morning() {
    let world = world(&["bo"]);
    let request = handed_off(&world, at("16:55"));
    let morning = request.next_look(at("16:55")).expect("it is open");
    assert_eq!(morning.to_string(), "2026-11-24T09:05:00Z");
    let step = make_urgent(request, &who("ana"), &world, at("17:30")).expect("it is hers");
    assert_eq!(step.request.next_look(at("17:30")), Some(at("17:40")));
    assert_eq!(step.request.offers[0].until, at("17:40"));
}

#[test]
fn who_has_it_back_hears_that_somebody_else_still_waits() {
    let world = world(&["bo"]);
    let mut request = handed_off(&world, at("09:00"));
    request.requester = who("cleo");
    let step = accept(request, &who("bo"), Some(0), &world, at("09:01")).expect("he is asked");
    let step =
        give_back(step.request, &who("bo"), GiveBack::Sender, &world, at("09:02")).expect("he holds it");
    let own = still_waiting(step.request.clone(), &who("ana"), at("09:03")).expect("it is hers");
    assert_eq!(own.happened, []);
    let step = still_waiting(step.request, &who("cleo"), at("09:03")).expect("it is hers");
    assert_eq!(step.happened, [Happening::AskedAfter]);
}
