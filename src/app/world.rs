//! What the rules need to know of the world to look at a request, gathered from the store.

use crate::app::{Ctx, people};
use crate::domain::climb::World;
use crate::domain::ids::PersonId;
use crate::domain::office_hours::OfficeHours;
use crate::domain::person::Standing;
use crate::domain::request::{Decline, Ladder, OfferState, OfferTo, Request};
use crate::domain::topic::{Candidate, Topic, Via};
use crate::store::error::StoreError;
use crate::store::topics::Volunteer;

/// The world around a request. A steward or escalation contact who was not yet known when the ladder
/// was frozen is filled in as soon as they are.
pub async fn around(ctx: &mut Ctx<'_>, request: &mut Request) -> Result<World, StoreError> {
    let topic = match &request.topic {
        Some(topic) => ctx.tx.topic(topic).await?,
        None => None,
    };
    let hours = hours_of(ctx, topic.as_ref());
    complete(ctx, topic.as_ref(), &mut request.ladder).await?;
    let volunteers = match &topic {
        Some(topic) => volunteers(ctx, topic).await?,
        None => Vec::new(),
    };
    let named: Vec<(PersonId, PersonId)> = request
        .offers
        .iter()
        .filter(|offer| offer.round == request.round)
        .filter_map(|offer| match (&offer.state, &offer.to) {
            (OfferState::Declined(Decline::Knows(who)), OfferTo::Person(by)) => {
                Some((who.clone(), by.clone()))
            }
            _ => None,
        })
        .collect();
    let named = candidates(ctx, named, Via::NamedBy).await?;
    let steward = request.ladder.steward.clone().map(|person| (person.clone(), person));
    let steward = candidates(ctx, steward.into_iter().collect(), |_| Via::Steward).await?.pop();
    let last = request.ladder.escalation.clone().map(|person| (person.clone(), person));
    let escalation = candidates(ctx, last.into_iter().collect(), |_| Via::Escalation).await?.pop();
    let mut involved = request.chain();
    involved.push(request.holder.clone());
    involved.extend(request.ladder.steward.iter().cloned());
    involved.extend(request.ladder.escalation.iter().cloned());
    let left = ctx
        .tx
        .persons(&involved)
        .await?
        .into_iter()
        .filter(|person| person.standing != Standing::Staff)
        .map(|person| person.id)
        .collect();
    Ok(World { hours, volunteers, named, steward, escalation, left })
}

/// The ladder of a topic as it is now: what a climb that begins freezes.
pub async fn ladder(ctx: &mut Ctx<'_>, topic: &Topic) -> Result<Ladder, StoreError> {
    let mut ladder = unplaced_ladder(ctx);
    ladder.offer_timeout = topic.offer_timeout.unwrap_or(ladder.offer_timeout);
    ladder.stale_after = topic.stale_after.unwrap_or(ladder.stale_after);
    ladder.channel = topic.channel.clone().or(ladder.channel);
    complete(ctx, Some(topic), &mut ladder).await?;
    Ok(ladder)
}

/// The ladder of a request that has no topic yet: times only.
pub fn unplaced_ladder(ctx: &Ctx<'_>) -> Ladder {
    Ladder {
        offer_timeout: ctx.settings.offer_timeout,
        stale_after: ctx.settings.stale_after,
        max_hops: ctx.settings.max_hops,
        channel: ctx.settings.front_desk.clone(),
        steward: None,
        escalation: None,
        undo_for: ctx.settings.undo_for,
        reopen_for: ctx.settings.reopen_for,
    }
}

/// The topic's office hours, or the organisation's.
pub fn hours_of(ctx: &Ctx<'_>, topic: Option<&Topic>) -> OfficeHours {
    let hours = ctx.settings.hours();
    let Some(topic) = topic else { return hours };
    let hours = match &topic.zone {
        Some(zone) => hours.in_zone(zone.clone()),
        None => hours,
    };
    match &topic.hours {
        Some(weekly) => hours.with_weekly(weekly.clone()),
        None => hours,
    }
}

/// Everybody who may be asked for a topic: its volunteers, and the deputies of those who pause.
pub async fn volunteers(ctx: &mut Ctx<'_>, topic: &Topic) -> Result<Vec<Candidate>, StoreError> {
    let volunteers = ctx.tx.volunteers(&topic.id).await?;
    let deputies: Vec<(PersonId, PersonId)> = volunteers
        .iter()
        .filter(|volunteer| volunteer.person.pause.holds(ctx.now))
        .filter_map(|volunteer| {
            volunteer.person.deputy.clone().map(|deputy| (deputy, volunteer.person.id.clone()))
        })
        .filter(|(deputy, _)| !volunteers.iter().any(|volunteer| volunteer.person.id == *deputy))
        .collect();
    let hours = ctx.settings.hours();
    let mut candidates_: Vec<Candidate> = volunteers
        .iter()
        .map(|volunteer| candidate(volunteer, Via::Volunteer, &hours, ctx.settings.capacity))
        .collect();
    candidates_.extend(candidates(ctx, deputies, Via::DeputyOf).await?);
    Ok(candidates_)
}

/// A colleague whom somebody names, as a candidate.
pub async fn named_by(
    ctx: &mut Ctx<'_>,
    named: &PersonId,
    by: &PersonId,
) -> Result<Vec<Candidate>, StoreError> {
    candidates(ctx, vec![(named.clone(), by.clone())], Via::NamedBy).await
}

/// Persons as candidates, each with the person who brought them to the list.
async fn candidates(
    ctx: &mut Ctx<'_>,
    persons: Vec<(PersonId, PersonId)>,
    via: impl Fn(PersonId) -> Via,
) -> Result<Vec<Candidate>, StoreError> {
    if persons.is_empty() {
        return Ok(Vec::new());
    }
    let ids: Vec<PersonId> = persons.iter().map(|(person, _)| person.clone()).collect();
    let found = ctx.tx.candidates(&ids).await?;
    let hours = ctx.settings.hours();
    Ok(persons
        .into_iter()
        .filter_map(|(person, by)| {
            let volunteer = found.iter().find(|volunteer| volunteer.person.id == person)?;
            Some(candidate(volunteer, via(by), &hours, ctx.settings.capacity))
        })
        .collect())
}

fn candidate(volunteer: &Volunteer, via: Via, hours: &OfficeHours, capacity: u32) -> Candidate {
    Candidate::of(&volunteer.person, via, hours, capacity, volunteer.open, volunteer.last_asked)
}

/// Without a topic there is still the escalation contact, who keeps what nobody else can.
async fn complete(ctx: &mut Ctx<'_>, topic: Option<&Topic>, ladder: &mut Ladder) -> Result<(), StoreError> {
    let steward = topic.and_then(|topic| topic.steward.as_ref());
    if let (None, Some(steward)) = (&ladder.steward, steward) {
        ladder.steward = people::named(ctx, steward).await?;
    }
    if let (None, Some(contact)) = (&ladder.escalation, ctx.settings.escalation.clone()) {
        ladder.escalation = people::named(ctx, &contact).await?;
    }
    Ok(())
}
