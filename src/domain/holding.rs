//! What people do to a request: place it, take it, pass, give it back, close it, open it again, leave.
//!
//! Each step checks who may do it, and answers a refusal with the facts for a kind sentence. Whatever
//! leaves a request without a volunteer climbs the ladder in the same step, so that it never waits
//! for nothing.

use jiff::{SignedDuration, Timestamp};

use crate::domain::climb::{
    TOPIC_WANTED_AFTER, World, ask_named, climb, hurry, keeper, later, release, stale_at,
};
use crate::domain::ids::{PersonId, TopicId};
use crate::domain::refusal::Refusal;
use crate::domain::request::{
    Decline, GiveBack, Happening, Ladder, Offer, OfferState, OfferTo, Outcome, Request, Rung, Stage, Step,
    Urgency,
};

/// The holder is told "still waiting" at most this often.
const ASK_AFTER_EVERY: SignedDuration = SignedDuration::from_hours(1);

/// Gives a request its topic, freezes its ladder and asks the first volunteer.
pub fn place(
    mut request: Request,
    topic: TopicId,
    ladder: Ladder,
    world: &World,
    now: Timestamp,
) -> Result<Step, Refusal> {
    if !request.is_open() {
        return Err(Refusal::AlreadyClosed);
    }
    if !matches!(request.stage, Stage::Unplaced { .. }) {
        return Err(Refusal::StillOpen);
    }
    request.topic = Some(topic);
    request.ladder = ladder;
    request.stage = Stage::Resting { until: now, back: None };
    let mut happened = vec![Happening::Placed];
    climb(&mut request, world, now, &mut happened);
    Ok(Step { request, happened })
}

/// Somebody takes it: through their own offer, open or not, from the channel, or unasked because they
/// saw that it waits (`n` is `None`). That they may see it is checked by the caller.
pub fn accept(
    mut request: Request,
    by: &PersonId,
    n: Option<usize>,
    world: &World,
    now: Timestamp,
) -> Result<Step, Refusal> {
    if !request.is_open() {
        return Err(Refusal::AlreadyClosed);
    }
    if let Some((_, holder)) = request.accepted() {
        return Err(if holder == by { Refusal::AlreadyYours } else { Refusal::TakenBy(holder.clone()) });
    }
    let rung = match request.stage {
        Stage::Held { .. } => return Err(Refusal::TakenBy(request.holder)),
        Stage::Unplaced { .. } => return Err(Refusal::NoTopicYet),
        Stage::Asking { rung, .. } => rung,
        Stage::Resting { .. } | Stage::Closed { .. } => Rung::Volunteers,
    };
    if request.is_for(by) {
        return Err(Refusal::OwnRequest);
    }
    if let Some(n) = n {
        match request.offers.get(n).map(|offer| &offer.to) {
            Some(OfferTo::Person(asked)) if asked == by => {}
            Some(OfferTo::Channel(_)) => {}
            Some(OfferTo::Person(_)) | None => return Err(Refusal::NotAsked),
        }
    }
    let own = OfferTo::Person(by.clone());
    let taken = request.offers.iter().rposition(|offer| offer.to == own).unwrap_or_else(|| {
        request.offers.push(Offer {
            round: request.round,
            to: own,
            rung,
            why: None,
            asked_at: now,
            until: now,
            state: OfferState::Open,
        });
        request.offers.len() - 1
    });
    for offer in &mut request.offers {
        if offer.state == OfferState::Open {
            offer.state = OfferState::Taken;
        }
    }
    request.offers[taken].state = OfferState::Accepted;
    request.hops += 1;
    hold(&mut request, by, world, now);
    Ok(Step { request, happened: vec![Happening::Accepted(taken, by.clone())] })
}

/// Somebody passes, and that is fine: the next is asked at once.
pub fn decline(
    mut request: Request,
    by: &PersonId,
    n: usize,
    reason: Decline,
    world: &World,
    now: Timestamp,
) -> Result<Step, Refusal> {
    if !request.is_open() {
        return Err(Refusal::AlreadyClosed);
    }
    let offer = request.offers.get_mut(n).ok_or(Refusal::NotAsked)?;
    if offer.to != OfferTo::Person(by.clone()) {
        return Err(Refusal::NotAsked);
    }
    match offer.state {
        OfferState::Open | OfferState::TimedOut | OfferState::Away => {}
        OfferState::Accepted => return Err(Refusal::AlreadyYours),
        _ => return Err(Refusal::TakenBy(request.holder.clone())),
    }
    offer.state = OfferState::Declined(reason.clone());
    let mut happened = vec![Happening::Declined(n, reason)];
    match request.stage {
        Stage::Asking { .. } => climb(&mut request, world, now, &mut happened),
        // A late no wakes nobody before the next look, except a colleague whom it names.
        Stage::Resting { .. } => ask_named(&mut request, world, now, &mut happened),
        Stage::Unplaced { .. } | Stage::Held { .. } | Stage::Closed { .. } => {}
    }
    Ok(Step { request, happened })
}

/// The person of offer `n` turned out not to be reachable when the message was about to be sent:
/// the next is asked, and nobody counts it as a no.
pub fn away(mut request: Request, n: usize, world: &World, now: Timestamp) -> Step {
    let mut happened = Vec::new();
    if let Some(offer) = request.offers.get_mut(n)
        && offer.state == OfferState::Open
    {
        offer.state = OfferState::Away;
        happened.push(Happening::Away(n));
        climb(&mut request, world, now, &mut happened);
    }
    Step { request, happened }
}

/// The holder gives it back: on to the next, or to whoever handed it off.
pub fn give_back(
    mut request: Request,
    by: &PersonId,
    to: GiveBack,
    world: &World,
    now: Timestamp,
) -> Result<Step, Refusal> {
    let n = held_by(&request, by)?;
    request.offers[n].state = OfferState::GivenBack;
    let mut happened = vec![Happening::GivenBack(by.clone(), to)];
    release(&mut request, world, now);
    match to {
        GiveBack::Next => climb(&mut request, world, now, &mut happened),
        GiveBack::Sender => {
            let sender = request.holder.clone();
            hold(&mut request, &sender, world, now);
        }
    }
    Ok(Step { request, happened })
}

/// Who has it back passes it on again.
pub fn pass_on(mut request: Request, by: &PersonId, world: &World, now: Timestamp) -> Result<Step, Refusal> {
    if !request.is_open() {
        return Err(Refusal::AlreadyClosed);
    }
    if !request.is_for(by) && &request.holder != by {
        return Err(Refusal::NotRequester);
    }
    match (&request.stage, request.accepted()) {
        (Stage::Held { .. }, None) => {}
        (Stage::Unplaced { .. }, _) => return Err(Refusal::NoTopicYet),
        (_, Some((_, holder))) => return Err(Refusal::TakenBy(holder.clone())),
        _ => return Err(Refusal::StillOpen),
    }
    let mut happened = Vec::new();
    request.round += 1;
    release(&mut request, world, now);
    climb(&mut request, world, now, &mut happened);
    Ok(Step { request, happened })
}

/// The holder is at it: said something, or pressed "Still on it".
pub fn sign_of_life(
    mut request: Request,
    by: &PersonId,
    world: &World,
    now: Timestamp,
) -> Result<Step, Refusal> {
    if !request.is_open() {
        return Err(Refusal::AlreadyClosed);
    }
    if &request.holder != by {
        return Err(Refusal::NotHolder(request.holder));
    }
    if matches!(request.stage, Stage::Held { .. }) {
        let look_at = stale_at(&request, world, now);
        request.stage = Stage::Held { last_sign: now, reminded: None, look_at };
    }
    Ok(Step { request, happened: Vec::new() })
}

/// The requester asks after it: the holder hears of it, at most once an hour.
pub fn still_waiting(mut request: Request, by: &PersonId, now: Timestamp) -> Result<Step, Refusal> {
    if !request.is_open() {
        return Err(Refusal::AlreadyClosed);
    }
    if !request.may_steer(by) {
        return Err(Refusal::NotRequester);
    }
    let mut happened = Vec::new();
    // Whoever has it back hears of it too, if it is not they who ask.
    if matches!(request.stage, Stage::Held { .. }) && &request.holder != by {
        if let Some(last) = request.asked_after {
            let next = later(last, ASK_AFTER_EVERY);
            if next > now {
                return Err(Refusal::RemindedRecently(next));
            }
        }
        request.asked_after = Some(now);
        happened.push(Happening::AskedAfter);
    }
    Ok(Step { request, happened })
}

/// It cannot wait: the ladder climbs by the wall clock from here.
pub fn make_urgent(
    mut request: Request,
    by: &PersonId,
    world: &World,
    now: Timestamp,
) -> Result<Step, Refusal> {
    if !request.is_open() {
        return Err(Refusal::AlreadyClosed);
    }
    if !request.may_steer(by) {
        return Err(Refusal::NotRequester);
    }
    let mut happened = Vec::new();
    if request.urgency == Urgency::Normal {
        request.urgency = Urgency::Urgent;
        happened.push(Happening::Urgent);
        match request.stage {
            Stage::Resting { .. } => climb(&mut request, world, now, &mut happened),
            Stage::Asking { .. } => hurry(&mut request, world, now),
            Stage::Unplaced { .. } | Stage::Held { .. } | Stage::Closed { .. } => {}
        }
    }
    Ok(Step { request, happened })
}

/// It is over: by the holder, or taken back by whoever asked.
pub fn close(
    mut request: Request,
    by: &PersonId,
    outcome: Outcome,
    note: &str,
    now: Timestamp,
) -> Result<Step, Refusal> {
    if !request.is_open() {
        return Err(Refusal::AlreadyClosed);
    }
    match outcome {
        Outcome::Withdrawn if !request.may_steer(by) => return Err(Refusal::NotRequester),
        Outcome::Withdrawn => {}
        _ if &request.holder != by && !request.is_for(by) => return Err(Refusal::NotHolder(request.holder)),
        _ => {}
    }
    for offer in &mut request.offers {
        if offer.state == OfferState::Open {
            offer.state = OfferState::Over;
        }
    }
    request.stage = Stage::Closed {
        by: by.clone(),
        at: now,
        outcome,
        note: note.trim().to_owned(),
        undo_until: later(now, request.ladder.undo_for),
        reopen_until: later(now, request.ladder.reopen_for),
    };
    Ok(Step { request, happened: vec![Happening::Closed(outcome)] })
}

/// Open again: by the requester for some days, by whoever closed it for some minutes. The volunteer
/// who had it has it again; without one, the ladder climbs.
pub fn reopen(mut request: Request, by: &PersonId, world: &World, now: Timestamp) -> Result<Step, Refusal> {
    let Stage::Closed { by: closer, undo_until, reopen_until, .. } = &request.stage else {
        return Err(Refusal::StillOpen);
    };
    let until = match (request.is_for(by), by == closer) {
        (true, _) => *reopen_until,
        (false, true) => *undo_until,
        (false, false) => return Err(Refusal::NotRequester),
    };
    if until <= now {
        return Err(Refusal::TooLate(until));
    }
    let mut happened = vec![Happening::Reopened(by.clone())];
    let volunteer = request.accepted().map(|(n, person)| (n, person.clone()));
    match volunteer {
        Some((_, person)) if !world.left.contains(&person) => hold(&mut request, &person, world, now),
        volunteer => {
            if let Some((n, _)) = volunteer {
                request.offers[n].state = OfferState::Over;
            }
            request.round += 1;
            release(&mut request, world, now);
            if request.topic.is_none() {
                request.stage = Stage::Unplaced { look_at: later(now, TOPIC_WANTED_AFTER) };
            } else {
                climb(&mut request, world, now, &mut happened);
            }
        }
    }
    Ok(Step { request, happened })
}

/// Somebody left: what they held is offered on, what they were asked is asked of the next, what they
/// kept is kept by another. A request they have nothing to do with is unchanged.
pub fn person_left(mut request: Request, who: &PersonId, world: &World, now: Timestamp) -> Step {
    let mut happened = Vec::new();
    if !request.is_open() {
        return Step { request, happened };
    }
    let held = request.accepted().is_some_and(|(_, holder)| holder == who);
    let mut asked = false;
    for offer in &mut request.offers {
        if offer.to == OfferTo::Person(who.clone())
            && matches!(offer.state, OfferState::Open | OfferState::Accepted)
        {
            asked |= offer.state == OfferState::Open;
            offer.state = OfferState::Over;
        }
    }
    if held || asked || &request.holder == who {
        happened.push(Happening::Left(who.clone()));
    }
    if held {
        release(&mut request, world, now);
        climb(&mut request, world, now, &mut happened);
    } else {
        if &request.holder == who {
            let next = keeper(&request, world);
            if &next != who {
                request.holder = next.clone();
                request.held_since = now;
                happened.push(Happening::KeptBy(next));
            }
        }
        if asked {
            climb(&mut request, world, now, &mut happened);
        }
    }
    Step { request, happened }
}

fn hold(request: &mut Request, by: &PersonId, world: &World, now: Timestamp) {
    request.holder = by.clone();
    request.held_since = now;
    let look_at = stale_at(request, world, now);
    request.stage = Stage::Held { last_sign: now, reminded: None, look_at };
}

fn held_by(request: &Request, by: &PersonId) -> Result<usize, Refusal> {
    if !request.is_open() {
        return Err(Refusal::AlreadyClosed);
    }
    match request.accepted() {
        Some((n, holder)) if holder == by => Ok(n),
        _ => Err(Refusal::NotHolder(request.holder.clone())),
    }
}

#[cfg(test)]
mod tests;
