//! The ladder: who is asked next for an open request, and what happens when nobody is there.
//!
//! `look` is the only place where time moves a request. It may be called early, late or twice: it asks
//! what is due at `now` and nothing else. What it needs to know of the world comes in `World`.

use jiff::{SignedDuration, Timestamp};

use crate::domain::ids::PersonId;
use crate::domain::office_hours::OfficeHours;
use crate::domain::person::Standing;
use crate::domain::request::{
    Decline, Happening, Offer, OfferState, OfferTo, Privacy, Request, Rung, Stage, Step, Urgency,
};
use crate::domain::topic::{self, Candidate};

/// What a look at a request needs to know of the world.
#[derive(Clone, Debug)]
pub struct World {
    /// The topic's office hours.
    pub hours: OfficeHours,
    /// Everybody who may be asked for the topic: volunteers and the deputies of those who pause.
    pub volunteers: Vec<Candidate>,
    /// Colleagues named by those who declined, whatever their topics.
    pub named: Vec<Candidate>,
    /// The steward of the ladder.
    pub steward: Option<Candidate>,
    /// The escalation contact of the ladder.
    pub escalation: Option<Candidate>,
    /// Who is not of the staff any more, among those the request names.
    pub left: Vec<PersonId>,
}

/// An open request that found nobody looks again after these office times, the last one repeated.
const ROUNDS: [SignedDuration; 3] =
    [SignedDuration::from_hours(1), SignedDuration::from_hours(4), SignedDuration::from_hours(8)];

/// Without a topic, whoever handed off is reminded after this long, then once a day.
pub const TOPIC_WANTED_AFTER: SignedDuration = SignedDuration::from_hours(1);

/// Without any calendar that ever opens, a request is looked at again after this long.
const ONE_DAY: SignedDuration = SignedDuration::from_hours(24);

/// Looks at a request: does what is due at `now`, and nothing if nothing is.
pub fn look(mut request: Request, world: &World, now: Timestamp) -> Step {
    let mut happened = Vec::new();
    match request.stage.clone() {
        Stage::Unplaced { look_at } if look_at <= now => {
            request.stage = Stage::Unplaced { look_at: later(now, ONE_DAY) };
            happened.push(Happening::TopicWanted);
        }
        Stage::Asking { until, .. } if until <= now => {
            for (n, offer) in request.offers.iter_mut().enumerate() {
                if offer.state == OfferState::Open && offer.until <= now {
                    offer.state = OfferState::TimedOut;
                    happened.push(Happening::TimedOut(n));
                }
            }
            climb(&mut request, world, now, &mut happened);
        }
        Stage::Resting { until, .. } if until <= now => climb(&mut request, world, now, &mut happened),
        Stage::Held { last_sign, reminded, look_at } if look_at <= now => {
            held(&mut request, world, now, (last_sign, reminded), &mut happened);
        }
        _ => {}
    }
    Step { request, happened }
}

/// Asks the next in line, from the rung where the request stands: called when a climb starts and
/// whenever an offer came to nothing.
pub fn climb(request: &mut Request, world: &World, now: Timestamp, happened: &mut Vec<Happening>) {
    if request.offers.iter().any(|offer| offer.state == OfferState::Open && offer.until > now) {
        return;
    }
    let asked_before = this_round(request).next().is_some();
    let mut rung = match &request.stage {
        Stage::Asking { rung, .. } => *rung,
        // Passed around often enough: no further volunteers in this round.
        _ if asked_before && request.hops > 0 && request.hops >= request.ladder.max_hops => Rung::Channel,
        _ => Rung::Volunteers,
    };
    loop {
        match ask_at(request, world, rung, now) {
            Some(offer) => {
                request.stage = Stage::Asking { rung, until: offer.until };
                happened.push(Happening::Asked(request.offers.len()));
                request.offers.push(offer);
                return;
            }
            // Nobody was there to ask at all: better to wait for the volunteers' morning than to
            // wake the upper rungs, unless it cannot wait.
            None if rung == Rung::Volunteers
                && !asked_before
                && request.urgency == Urgency::Normal
                && !world.hours.is_open(now) =>
            {
                return rest(request, world, now, happened);
            }
            None => match above(rung) {
                Some(next) => rung = next,
                None => return rest(request, world, now, happened),
            },
        }
    }
}

/// Asks a colleague whom somebody named, if one is there to be asked, and nobody else.
pub fn ask_named(request: &mut Request, world: &World, now: Timestamp, happened: &mut Vec<Happening>) {
    if let Some(offer) = named(request, world, Rung::Volunteers, now) {
        request.stage = Stage::Asking { rung: Rung::Volunteers, until: offer.until };
        happened.push(Happening::Asked(request.offers.len()));
        request.offers.push(offer);
    }
}

/// Whoever is asked now has no more time than an urgent request leaves them.
pub fn hurry(request: &mut Request, world: &World, now: Timestamp) {
    let by = answer_by(request, &world.hours, now);
    for offer in request.offers.iter_mut().filter(|offer| offer.state == OfferState::Open) {
        offer.until = offer.until.min(by);
    }
    if let Stage::Asking { until, .. } = &mut request.stage {
        *until = (*until).min(by);
    }
}

/// Whoever keeps a request that no volunteer has: who handed it off, else who needs it, else the
/// steward, else the escalation contact; the first of them who is still with us.
pub fn keeper(request: &Request, world: &World) -> PersonId {
    let ladder = &request.ladder;
    [Some(&request.handed_by), Some(&request.requester), ladder.steward.as_ref(), ladder.escalation.as_ref()]
        .into_iter()
        .flatten()
        .find(|person| !world.left.contains(person))
        .unwrap_or(&request.handed_by)
        .clone()
}

/// Takes the request from its holder to whoever keeps it while the next is sought.
pub fn release(request: &mut Request, world: &World, now: Timestamp) {
    request.holder = keeper(request, world);
    request.held_since = now;
    request.stage = Stage::Resting { until: now, back: None };
}

/// How long each one asked has: office time by their calendar, or the wall clock where it is urgent.
fn answer_by(request: &Request, hours: &OfficeHours, now: Timestamp) -> Timestamp {
    let time = request.ladder.offer_timeout.in_office_time(hours);
    let by = match request.urgency {
        Urgency::Urgent => None,
        Urgency::Normal => hours.add(now, time),
    };
    by.filter(|by| *by > now)
        .unwrap_or_else(|| later(now, SignedDuration::try_from(time).unwrap_or(ONE_DAY)))
        .max(later(now, SignedDuration::from_secs(1)))
}

/// Who is not asked, now or in this round.
fn is_excluded(request: &Request, person: &PersonId) -> bool {
    request.is_for(person)
        || &request.holder == person
        || this_round(request).any(|offer| offer.to == OfferTo::Person(person.clone()))
        || had_enough(request, person)
}

fn offer_to(request: &Request, candidate: &Candidate, rung: Rung, now: Timestamp) -> Offer {
    Offer {
        round: request.round,
        to: OfferTo::Person(candidate.person.clone()),
        rung,
        why: Some(candidate.why(now)),
        asked_at: now,
        until: answer_by(request, &candidate.hours, now),
        state: OfferState::Open,
    }
}

/// A colleague whom somebody named, who can be asked now.
fn named(request: &Request, world: &World, rung: Rung, now: Timestamp) -> Option<Offer> {
    let patience = request.ladder.offer_timeout.in_office_time(&world.hours);
    topic::choose(&world.named, |person| is_excluded(request, person), now, patience)
        .map(|candidate| offer_to(request, candidate, rung, now))
}

fn ask_at(request: &Request, world: &World, rung: Rung, now: Timestamp) -> Option<Offer> {
    let excluded = |person: &PersonId| is_excluded(request, person);
    let offer = |candidate: &Candidate| offer_to(request, candidate, rung, now);
    let patience = request.ladder.offer_timeout.in_office_time(&world.hours);
    // A colleague whom somebody named is asked before the ladder goes on, wherever it stands.
    if let Some(offer) = named(request, world, rung, now) {
        return Some(offer);
    }
    match rung {
        Rung::Volunteers => topic::choose(&world.volunteers, excluded, now, patience).map(offer),
        Rung::Channel => {
            let channel = request.ladder.channel.clone().filter(|_| request.privacy == Privacy::Open)?;
            let open_now = request.urgency == Urgency::Urgent || world.hours.is_open(now);
            let fresh = !this_round(request)
                .any(|offer| matches!(&offer.to, OfferTo::Channel(asked) if *asked == channel));
            (open_now && fresh).then(|| Offer {
                round: request.round,
                to: OfferTo::Channel(channel),
                rung,
                why: None,
                asked_at: now,
                until: answer_by(request, &world.hours, now),
                state: OfferState::Open,
            })
        }
        Rung::Steward => world
            .steward
            .iter()
            .filter(|steward| {
                steward.available(now)
                    || (request.urgency == Urgency::Urgent && steward.standing == Standing::Staff)
            })
            .find(|steward| !excluded(&steward.person))
            .map(offer),
        // The last rung is asked even out of their hours, once the topic's own hours are open:
        // the receiver's quiet hours win everywhere but here.
        Rung::Escalation => world
            .escalation
            .iter()
            .filter(|contact| contact.standing == Standing::Staff)
            .filter(|_| request.urgency == Urgency::Urgent || world.hours.is_open(now))
            .find(|contact| !excluded(&contact.person))
            .map(offer),
    }
}

/// Nobody is left to ask: say so, with the real next time somebody is there, and begin anew then.
fn rest(request: &mut Request, world: &World, now: Timestamp, happened: &mut Vec<Happening>) {
    let asked = this_round(request).next().is_some();
    let excluded = |person: &PersonId| {
        request.is_for(person) || &request.holder == person || had_enough(request, person)
    };
    let pause = if asked {
        let round = usize::try_from(request.round).unwrap_or(usize::MAX).min(ROUNDS.len() - 1);
        world.hours.add(now, ROUNDS[round].unsigned_abs()).unwrap_or_else(|| later(now, ONE_DAY))
    } else {
        now
    };
    let opens = world.hours.next_open(pause).filter(|at| *at > now);
    let again = match topic::next_back(&world.volunteers, excluded, pause) {
        Some((_, at)) if at > now => at,
        // Somebody is back now, but at capacity or asked already: look again in a while.
        Some(_) | None => opens.unwrap_or_else(|| later(now, ROUNDS[0])),
    };
    // Only who is not there now can be back, and is worth waking up for before the pause is over.
    let here = |person: &PersonId| {
        let candidate = world.volunteers.iter().find(|candidate| &candidate.person == person);
        candidate.and_then(|candidate| candidate.back_at(now)).is_none_or(|at| at <= now)
    };
    let back = topic::next_back(&world.volunteers, |person| excluded(person) || here(person), now);
    let (until, person) = match back {
        Some((candidate, at)) if at <= again => (at, Some(candidate.person.clone())),
        _ => (again, None),
    };
    let until = until.max(later(now, SignedDuration::from_secs(1)));
    // Who was not to be disturbed was never asked.
    let read_it = this_round(request).any(|offer| offer.state != OfferState::Away);
    happened.push(if read_it { Happening::NobodyAccepted(until) } else { Happening::NobodyThere(until) });
    if asked {
        request.round += 1;
    }
    request.stage = Stage::Resting { until, back: person };
}

/// A held request without life: the first time the holder is reminded, the second time it is
/// offered on. Who handed it off and has it back is reminded only: there is nobody to take it from.
fn held(
    request: &mut Request,
    world: &World,
    now: Timestamp,
    (last_sign, reminded): (Timestamp, Option<Timestamp>),
    happened: &mut Vec<Happening>,
) {
    let volunteer = request.accepted().map(|(n, _)| n);
    if let (Some(_), Some(n)) = (reminded, volunteer) {
        request.offers[n].state = OfferState::Stale;
        happened.push(Happening::OfferedOn(request.holder.clone()));
        release(request, world, now);
        climb(request, world, now, happened);
    } else {
        let look_at = stale_at(request, world, now);
        request.stage = Stage::Held { last_sign, reminded: Some(now), look_at };
        happened.push(Happening::Reminded);
    }
}

/// When a held request without any further sign is looked at again.
pub fn stale_at(request: &Request, world: &World, now: Timestamp) -> Timestamp {
    let time = request.ladder.stale_after.in_office_time(&world.hours);
    world
        .hours
        .add(now, time)
        .filter(|at| *at > now)
        .unwrap_or_else(|| later(now, SignedDuration::try_from(time).unwrap_or(ONE_DAY).max(ONE_DAY)))
}

/// Whether somebody had it and let go of it, or said that it is not theirs: not asked again.
fn had_enough(request: &Request, person: &PersonId) -> bool {
    request.offers.iter().any(|offer| {
        offer.to == OfferTo::Person(person.clone())
            && matches!(
                offer.state,
                OfferState::GivenBack | OfferState::Stale | OfferState::Declined(Decline::NotMine)
            )
    })
}

fn this_round(request: &Request) -> impl Iterator<Item = &Offer> {
    request.offers.iter().filter(|offer| offer.round == request.round)
}

fn above(rung: Rung) -> Option<Rung> {
    match rung {
        Rung::Volunteers => Some(Rung::Channel),
        Rung::Channel => Some(Rung::Steward),
        Rung::Steward => Some(Rung::Escalation),
        Rung::Escalation => None,
    }
}

/// `now` and a while, held at the end of time rather than failing.
pub fn later(now: Timestamp, while_: SignedDuration) -> Timestamp {
    now.checked_add(while_).unwrap_or(Timestamp::MAX)
}

#[cfg(test)]
mod properties;
