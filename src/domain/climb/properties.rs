//! Whatever people do in whatever order: one holder, one taker, always a next look, nobody asked
//! against the rules.

use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;

use crate::domain::climb::{World, look};
use crate::domain::duration::OfficeDuration;
use crate::domain::holding;
use crate::domain::ids::{ChannelKey, PersonId, RequestId, TopicId};
use crate::domain::office_hours::OfficeHours;
use crate::domain::office_hours::weekly::Weekly;
use crate::domain::person::{Pause, Standing};
use crate::domain::request::{
    Decline, GiveBack, Happening, Ladder, Offer, OfferState, OfferTo, Origin, Outcome, Privacy, Request,
    Rung, Stage, Step, Urgency,
};
use crate::domain::topic::{Candidate, Via};

/// Everybody who can do something: two who asked, five volunteers, steward, last resort, a colleague.
const PEOPLE: [&str; 10] = ["asks", "sends", "v0", "v1", "v2", "v3", "v4", "steward", "last", "named"];

/// What somebody does, or time does.
#[derive(Clone, Debug)]
enum Move {
    Pass(i64),
    Look,
    Accept(usize, Option<usize>),
    Decline(usize, usize, Decline),
    Away(usize),
    GiveBack(usize, GiveBack),
    PassOn(usize),
    Sign(usize),
    Urgent(usize),
    StillWaiting(usize),
    Close(usize, Outcome),
    Reopen(usize),
    Leave(usize),
    Pause(usize, Pause),
    Load(usize, u32),
}

fn person(n: usize) -> PersonId {
    PersonId::from(PEOPLE[n % PEOPLE.len()])
}

fn start() -> Timestamp {
    "2026-03-26T06:00:00Z".parse().expect("a literal")
}

fn moves() -> impl Strategy<Value = Move> {
    let who = || 0..PEOPLE.len();
    let declines = prop_oneof![
        Just(Decline::Busy),
        Just(Decline::NotMine),
        Just(Decline::NotToday),
        Just(Decline::Knows(person(9))),
    ];
    let pauses = prop_oneof![
        Just(Pause::No),
        Just(Pause::Open),
        (0_i64..5_000).prop_map(|minutes| Pause::Until(start() + SignedDuration::from_mins(minutes))),
    ];
    let outcomes = prop_oneof![Just(Outcome::Done), Just(Outcome::Withdrawn), Just(Outcome::KindNo)];
    let back = prop_oneof![Just(GiveBack::Next), Just(GiveBack::Sender)];
    prop_oneof![
        6 => (0_i64..900).prop_map(Move::Pass),
        8 => Just(Move::Look),
        4 => (who(), prop::option::of(0_usize..8)).prop_map(|(who, n)| Move::Accept(who, n)),
        4 => (who(), 0_usize..8, declines).prop_map(|(who, n, why)| Move::Decline(who, n, why)),
        1 => (0_usize..8).prop_map(Move::Away),
        3 => (who(), back).prop_map(|(who, to)| Move::GiveBack(who, to)),
        2 => who().prop_map(Move::PassOn),
        2 => who().prop_map(Move::Sign),
        1 => who().prop_map(Move::Urgent),
        1 => who().prop_map(Move::StillWaiting),
        2 => (who(), outcomes).prop_map(|(who, how)| Move::Close(who, how)),
        2 => who().prop_map(Move::Reopen),
        1 => who().prop_map(Move::Leave),
        1 => (who(), pauses).prop_map(|(who, pause)| Move::Pause(who, pause)),
        1 => (who(), 0_u32..5).prop_map(|(who, open)| Move::Load(who, open)),
    ]
}

fn hours() -> impl Strategy<Value = OfficeHours> {
    let weekly = prop_oneof![
        Just("Mon-Fri 09:00-17:00"),
        Just("Mon-Fri 09:00-12:30, 13:30-17:00"),
        Just("Tue 10:00-11:00"),
        Just("always"),
    ];
    let zone = prop_oneof![Just("Europe/Berlin"), Just("Asia/Kolkata"), Just("America/New_York")];
    (weekly, zone).prop_map(|(weekly, zone)| {
        let zone = jiff::tz::TimeZone::get(zone).expect("a zone that exists");
        OfficeHours::new(Weekly::parse(weekly).expect("a literal"), zone, std::collections::BTreeSet::new())
    })
}

fn candidate(id: PersonId, via: Via, hours: OfficeHours, open: u32) -> Candidate {
    Candidate {
        person: id,
        hours,
        via,
        pause: Pause::No,
        away_until: None,
        open,
        capacity: 3,
        last_asked: None,
        standing: Standing::Staff,
    }
}

fn worlds() -> impl Strategy<Value = World> {
    (hours(), prop::collection::vec((hours(), 0_u32..4), 5), any::<(bool, bool)>(), hours()).prop_map(
        |(hours, volunteers, (steward, last), far)| World {
            volunteers: volunteers
                .into_iter()
                .enumerate()
                .map(|(n, (hours, open))| candidate(person(2 + n), Via::Volunteer, hours, open))
                .collect(),
            named: vec![],
            steward: steward.then(|| candidate(person(7), Via::Steward, far.clone(), 0)),
            escalation: last.then(|| candidate(person(8), Via::Escalation, far, 0)),
            left: vec![],
            hours,
        },
    )
}

fn fresh(world: &World, privacy: Privacy, urgency: Urgency) -> Request {
    Request {
        id: RequestId::from("r"),
        number: 1,
        topic: None,
        requester: person(0),
        handed_by: person(1),
        customer: None,
        words: "Refund stuck".to_owned(),
        privacy,
        urgency,
        origin: Origin::default(),
        created_at: start(),
        holder: person(1),
        held_since: start(),
        stage: Stage::Unplaced { look_at: start() + SignedDuration::from_hours(1) },
        ladder: Ladder {
            offer_timeout: OfficeDuration::parse("10m").expect("a literal"),
            stale_after: OfficeDuration::parse("1d").expect("a literal"),
            max_hops: 2,
            channel: Some(ChannelKey::from("#billing")),
            steward: world.steward.as_ref().map(|steward| steward.person.clone()),
            escalation: world.escalation.as_ref().map(|last| last.person.clone()),
            undo_for: SignedDuration::from_mins(10),
            reopen_for: SignedDuration::from_hours(72),
        },
        offers: vec![],
        hops: 0,
        round: 0,
        asked_after: None,
    }
}

/// The world's knowledge of somebody, to change it.
fn known<'a>(world: &'a mut World, who: &'a PersonId) -> impl Iterator<Item = &'a mut Candidate> {
    world
        .volunteers
        .iter_mut()
        .chain(&mut world.named)
        .chain(&mut world.steward)
        .chain(&mut world.escalation)
        .filter(move |candidate| &candidate.person == who)
}

/// The named are those named in this round, as the app gathers them; a decline brings its own.
fn gather(world: &mut World, request: &Request, also: Option<&PersonId>) {
    let left = world.left.contains(&person(9));
    let named = request.offers.iter().any(|offer| {
        offer.round == request.round && matches!(offer.state, OfferState::Declined(Decline::Knows(_)))
    });
    world.named = if (named || also.is_some()) && !left {
        vec![candidate(person(9), Via::NamedBy(person(2)), world.hours.clone(), 0)]
    } else {
        vec![]
    };
}

/// Who makes a move; whoever left makes none.
fn actor(step: &Move) -> Option<PersonId> {
    match step {
        Move::Accept(who, _)
        | Move::Decline(who, ..)
        | Move::GiveBack(who, _)
        | Move::PassOn(who)
        | Move::Sign(who)
        | Move::Urgent(who)
        | Move::StillWaiting(who)
        | Move::Close(who, _)
        | Move::Reopen(who)
        | Move::Leave(who) => Some(person(*who)),
        Move::Pass(_) | Move::Look | Move::Away(_) | Move::Pause(..) | Move::Load(..) => None,
    }
}

/// Makes a move; `None` where the rules refuse it or it only changes the world.
fn make(request: &Request, world: &mut World, now: &mut Timestamp, step: &Move) -> Option<Step> {
    let also = match step {
        Move::Decline(_, _, Decline::Knows(who)) => Some(who),
        _ => None,
    };
    gather(world, request, also);
    let request = request.clone();
    if actor(step).is_some_and(|who| world.left.contains(&who)) {
        return None;
    }
    match step {
        Move::Pass(minutes) => {
            *now += SignedDuration::from_mins(*minutes);
            return None;
        }
        Move::Pause(who, pause) => {
            known(world, &person(*who)).for_each(|candidate| candidate.pause = *pause);
            return None;
        }
        Move::Load(who, open) => {
            known(world, &person(*who)).for_each(|candidate| candidate.open = *open);
            return None;
        }
        Move::Look => Ok(look(request, world, *now)),
        Move::Accept(who, n) => holding::accept(request, &person(*who), *n, world, *now),
        Move::Decline(who, n, why) => holding::decline(request, &person(*who), *n, why.clone(), world, *now),
        Move::Away(n) => Ok(holding::away(request, *n, world, *now)),
        Move::GiveBack(who, to) => holding::give_back(request, &person(*who), *to, world, *now),
        Move::PassOn(who) => holding::pass_on(request, &person(*who), world, *now),
        Move::Sign(who) => holding::sign_of_life(request, &person(*who), world, *now),
        Move::Urgent(who) => holding::make_urgent(request, &person(*who), world, *now),
        Move::StillWaiting(who) => holding::still_waiting(request, &person(*who), *now),
        Move::Close(who, how) => holding::close(request, &person(*who), *how, "it helped", *now),
        Move::Reopen(who) => holding::reopen(request, &person(*who), world, *now),
        Move::Leave(who) => {
            let who = person(*who);
            known(world, &who).for_each(|candidate| candidate.standing = Standing::Left);
            world.left.push(who.clone());
            Ok(holding::person_left(request, &who, world, *now))
        }
    }
    .ok()
}

fn accepted(request: &Request) -> Vec<&Offer> {
    request.offers.iter().filter(|offer| offer.state == OfferState::Accepted).collect()
}

fn check_state(request: &Request, world: &World, now: Timestamp) {
    let taken = accepted(request);
    assert!(taken.len() <= 1, "several took it: {request:#?}");
    let nobody_left = PEOPLE[..2].iter().all(|name| world.left.contains(&PersonId::from(*name)))
        && [&request.ladder.steward, &request.ladder.escalation]
            .into_iter()
            .flatten()
            .all(|keeper| world.left.contains(keeper));
    if request.is_open() {
        assert!(!world.left.contains(&request.holder) || nobody_left, "the holder left: {request:#?}");
        let next = request.next_look(now).expect("an open request is looked at again");
        // What is due is looked at before anything else; a move in between leaves it due.
        let again = look(request.clone(), world, next.max(now));
        let next = again.request.next_look(next.max(now)).expect("still open");
        assert!(next > now, "no look ahead: {request:#?}");
        match taken.as_slice() {
            [offer] => {
                assert_eq!(offer.to, OfferTo::Person(request.holder.clone()));
                assert!(matches!(request.stage, Stage::Held { .. }), "taken and not held: {request:#?}");
            }
            _ => assert!(
                request.is_for(&request.holder)
                    || request.ladder.steward.as_ref() == Some(&request.holder)
                    || request.ladder.escalation.as_ref() == Some(&request.holder),
                "kept by a stranger: {request:#?}"
            ),
        }
    }
}

fn check_asked(before: &Request, step: &Step, world: &World, now: Timestamp) {
    let request = &step.request;
    for happening in &step.happened {
        let Happening::Asked(n) = happening else { continue };
        let offer = &request.offers[*n];
        assert!(offer.until > now && offer.asked_at == now);
        let urgent = request.urgency == Urgency::Urgent;
        let who = match &offer.to {
            OfferTo::Channel(_) => {
                assert_eq!(request.privacy, Privacy::Open, "a private request in a channel");
                assert!(urgent || world.hours.is_open(now), "a channel was woken");
                continue;
            }
            OfferTo::Person(who) => who,
        };
        assert!(!request.is_for(who), "asked about their own request");
        assert!(&request.holder != who, "asked for what they hold");
        let earlier = &request.offers[..*n];
        let twice = earlier.iter().any(|one| one.to == offer.to && one.round == offer.round);
        assert!(!twice, "asked twice in a round: {request:#?}");
        let gave_back =
            before.offers.iter().any(|one| one.to == offer.to && one.state == OfferState::GivenBack);
        assert!(!gave_back, "asked again for what they gave back: {request:#?}");
        let everybody =
            world.volunteers.iter().chain(&world.named).chain(&world.steward).chain(&world.escalation);
        let fits = everybody.filter(|candidate| &candidate.person == who).any(|candidate| {
            match (&candidate.via, offer.rung) {
                (Via::Escalation, Rung::Escalation) => {
                    candidate.standing == Standing::Staff && (urgent || world.hours.is_open(now))
                }
                (Via::Steward, Rung::Steward) if urgent => candidate.standing == Standing::Staff,
                _ => candidate.available(now),
            }
        });
        assert!(fits, "{who} was asked against the rules: {request:#?}");
    }
}

/// Within one climb nobody further down is asked after somebody further up.
fn check_order(climbing: &mut Option<(u32, Rung)>, step: &Step) {
    for happening in &step.happened {
        match happening {
            Happening::Asked(n) => {
                let offer = &step.request.offers[*n];
                if let Some((round, rung)) = climbing {
                    assert!(*round != offer.round || *rung <= offer.rung, "down the ladder: {step:#?}");
                }
                *climbing = Some((offer.round, offer.rung));
            }
            Happening::GivenBack(..)
            | Happening::OfferedOn(_)
            | Happening::Left(_)
            | Happening::Reopened(_) => *climbing = None,
            _ => {}
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, ..ProptestConfig::default() })]

    #[test]
    fn whatever_happens_one_person_has_it(
        mut world in worlds(),
        private in any::<bool>(),
        urgent in any::<bool>(),
        moves in prop::collection::vec(moves(), 1..60),
    ) {
        let mut now = start();
        let privacy = if private { Privacy::Private } else { Privacy::Open };
        let urgency = if urgent { Urgency::Urgent } else { Urgency::Normal };
        let request = fresh(&world, privacy, urgency);
        let ladder = request.ladder.clone();
        let placed = holding::place(request.clone(), TopicId::from("t"), ladder, &world, now).expect("it is open");
        let mut climbing = None;
        check_asked(&request, &placed, &world, now);
        check_order(&mut climbing, &placed);
        let mut request = placed.request;
        check_state(&request, &world, now);
        for step in moves {
            let Some(done) = make(&request, &mut world, &mut now, &step) else { continue };
            if matches!(step, Move::PassOn(_)) {
                climbing = None;
            }
            check_asked(&request, &done, &world, now);
            check_order(&mut climbing, &done);
            request = done.request;
            check_state(&request, &world, now);
            gather(&mut world, &request, None);
            let first = look(request.clone(), &world, now);
            check_asked(&request, &first, &world, now);
            check_order(&mut climbing, &first);
            request = first.request;
            check_state(&request, &world, now);
            let second = look(request.clone(), &world, now);
            prop_assert!(second.happened.is_empty(), "the second look spoke: {second:#?}");
            prop_assert_eq!(&second.request, &request);
            if request.is_open() {
                prop_assert!(request.next_look(now).expect("an open request is looked at again") > now);
            }
        }
    }

    #[test]
    fn left_alone_it_is_looked_at_again_and_again(mut world in worlds(), urgent in any::<bool>()) {
        let urgency = if urgent { Urgency::Urgent } else { Urgency::Normal };
        let request = fresh(&world, Privacy::Open, urgency);
        let ladder = request.ladder.clone();
        let placed = holding::place(request, TopicId::from("t"), ladder, &world, start()).expect("it is open");
        let (mut request, mut now) = (placed.request, start());
        for _ in 0..60 {
            let next = request.next_look(now).expect("an open request is looked at again");
            prop_assert!(next > now);
            now = next;
            gather(&mut world, &request, None);
            let step = look(request, &world, now);
            prop_assert!(!step.happened.is_empty(), "woken for nothing: {step:#?}");
            check_asked(&step.request, &step, &world, now);
            request = step.request;
            check_state(&request, &world, now);
        }
        prop_assert_eq!(&request.holder, &person(1));
    }
}
