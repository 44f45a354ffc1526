//! Requests and people as shown: snapshots for cards and answers.

use jiff::Timestamp;

use crate::app::{Ctx, people};
use crate::chat::notice::{
    AskedNow, AvailabilityView, Between, Now, OfferView, Possible, RequestView, ViaView, WhyView,
};
use crate::chat::text::Who;
use crate::domain::ids::PersonId;
use crate::domain::person::Person;
use crate::domain::request::{Offer, OfferState, OfferTo, Request, Stage};
use crate::domain::topic::{Candidate, Via, Why};
use crate::store::error::StoreError;

/// A request as shown now.
pub async fn request(ctx: &mut Ctx<'_>, request: &Request) -> Result<RequestView, StoreError> {
    let topic = match &request.topic {
        Some(topic) => ctx.tx.topic(topic).await?.map(|topic| topic.name),
        None => None,
    };
    let now = match &request.stage {
        Stage::Unplaced { .. } => Now::Unplaced,
        Stage::Asking { until, .. } => match current_offer(request) {
            Some(OfferTo::Person(person)) => {
                Now::Asking { who: AskedNow::Person(people::who(ctx, &person).await?), until: *until }
            }
            Some(OfferTo::Channel(channel)) => Now::Asking { who: AskedNow::Channel(channel), until: *until },
            None => Now::Resting { until: *until, back: None },
        },
        Stage::Resting { until, back } => Now::Resting {
            until: *until,
            back: match back {
                Some(person) => Some(people::who(ctx, person).await?),
                None => None,
            },
        },
        Stage::Held { .. } if request.accepted().is_some() => Now::Held,
        Stage::Held { .. } => Now::HeldBySender,
        Stage::Closed { by, at, outcome, note, undo_until, reopen_until } => Now::Closed {
            by: people::who(ctx, by).await?,
            at: *at,
            outcome: *outcome,
            note: note.clone(),
            undo: possible(*undo_until, ctx.now),
            reopen: possible(*reopen_until, ctx.now),
        },
    };
    Ok(RequestView {
        id: request.id.clone(),
        number: request.number,
        topic,
        words: request.words.clone(),
        customer: request.customer.clone(),
        requester: people::who(ctx, &request.requester).await?,
        handed_by: people::who(ctx, &request.handed_by).await?,
        holder: people::who(ctx, &request.holder).await?,
        held_since: request.held_since,
        privacy: request.privacy,
        urgency: request.urgency,
        link: request.origin.link.clone(),
        between: between(ctx, request).await?,
        now,
    })
}

/// Whether requester and holder can talk by themselves; while nobody has taken it there is nothing to
/// talk about.
pub async fn between(ctx: &mut Ctx<'_>, request: &Request) -> Result<Between, StoreError> {
    let asked = [&request.requester, &request.handed_by];
    if request.accepted().is_none() || asked.contains(&&request.holder) || !ctx.spans_workspaces().await? {
        return Ok(Between::Together);
    }
    let two = [request.requester.clone(), request.holder.clone()];
    let here = ctx.workspace.id.clone();
    let common = people::common_workspace(ctx, &two, &here).await?;
    Ok(if common.is_some() { Between::Together } else { Between::Apart })
}

/// Several requests as shown.
pub async fn requests(ctx: &mut Ctx<'_>, requests: &[Request]) -> Result<Vec<RequestView>, StoreError> {
    let mut views = Vec::with_capacity(requests.len());
    for one in requests {
        views.push(request(ctx, one).await?);
    }
    Ok(views)
}

/// What became of an offer to this person, as they see it.
pub async fn offer(
    ctx: &mut Ctx<'_>,
    request: &Request,
    offer: &Offer,
    person: &PersonId,
) -> Result<OfferView, StoreError> {
    if !request.is_open() {
        return Ok(OfferView::Over);
    }
    let later = request.offers.iter().rev().find(|later| later.to == offer.to);
    let unanswered = matches!(offer.state, OfferState::TimedOut | OfferState::Away | OfferState::Taken);
    if unanswered && later.is_some_and(|later| later != offer) {
        return Ok(OfferView::Again);
    }
    Ok(match offer.state {
        OfferState::Open => OfferView::Open,
        OfferState::Accepted => OfferView::Yours,
        OfferState::GivenBack | OfferState::Stale => OfferView::Passed,
        OfferState::Over => OfferView::Over,
        OfferState::Declined(_) | OfferState::TimedOut | OfferState::Away | OfferState::Taken => {
            match request.accepted() {
                Some((_, holder)) if holder != person => {
                    OfferView::Taken(people::who(ctx, &holder.clone()).await?)
                }
                _ if matches!(offer.state, OfferState::Declined(_)) => OfferView::Declined,
                _ => OfferView::Lapsed,
            }
        }
    })
}

/// "Why you" as shown.
pub async fn why(ctx: &mut Ctx<'_>, why: &Why) -> Result<WhyView, StoreError> {
    let via = match &why.via {
        Via::Volunteer => ViaView::Volunteer,
        Via::DeputyOf(person) => ViaView::DeputyOf(people::who(ctx, person).await?),
        Via::NamedBy(person) => ViaView::NamedBy(people::who(ctx, person).await?),
        Via::Steward => ViaView::Steward,
        Via::Escalation => ViaView::Escalation,
    };
    Ok(WhyView { via, in_hours: why.in_hours, open: why.open, last_asked: why.last_asked })
}

/// Somebody's availability as shown.
pub async fn availability(ctx: &mut Ctx<'_>, person: &Person) -> Result<AvailabilityView, StoreError> {
    let topics = ctx.tx.topics_of(&person.id).await?.into_iter().map(|topic| topic.name).collect();
    let candidate = candidate(ctx, person).await?;
    let deputy = match &person.deputy {
        Some(deputy) => Some(people::who(ctx, deputy).await?),
        None => None,
    };
    Ok(AvailabilityView {
        topics,
        hours: candidate.hours.weekly().to_string(),
        own_hours: person.hours.is_some(),
        zone: candidate.hours.zone().iana_name().unwrap_or("UTC").to_owned(),
        capacity: candidate.capacity,
        open: candidate.open,
        pause: person.pause,
        deputy,
    })
}

/// Until when somebody is there today; `None` out of their hours or where their day has no end.
pub async fn there_until(ctx: &mut Ctx<'_>, person: &Person) -> Result<Option<Timestamp>, StoreError> {
    let hours = candidate(ctx, person).await?.hours;
    Ok(if hours.is_open(ctx.now) { hours.closes_at(ctx.now) } else { None })
}

/// The city of somebody's zone, where the reader's clock shows another time.
pub fn city(ctx: &Ctx<'_>, person: &Person, reader: &Person) -> Option<String> {
    let here = reader.zone.as_ref().unwrap_or(&ctx.settings.timezone);
    let there = person.zone.as_ref().unwrap_or(&ctx.settings.timezone);
    if there.to_offset(ctx.now) == here.to_offset(ctx.now) {
        return None;
    }
    let name = there.iana_name()?;
    name.rsplit('/').next().map(|city| city.replace('_', " "))
}

/// Somebody as a name and id.
pub fn as_who(person: &Person) -> Who {
    Who { id: person.id.clone(), name: person.name.clone() }
}

async fn candidate(ctx: &mut Ctx<'_>, person: &Person) -> Result<Candidate, StoreError> {
    let facts = ctx.tx.candidates(std::slice::from_ref(&person.id)).await?.pop();
    let (open, last_asked) = facts.map_or((0, None), |facts| (facts.open, facts.last_asked));
    Ok(Candidate::of(person, Via::Volunteer, &ctx.settings.hours(), ctx.settings.capacity, open, last_asked))
}

fn current_offer(request: &Request) -> Option<OfferTo> {
    request.offers.iter().rev().find(|offer| offer.state == OfferState::Open).map(|offer| offer.to.clone())
}

fn possible(until: Timestamp, now: Timestamp) -> Possible {
    if until > now { Possible::Yes } else { Possible::No }
}
