//! `/requests`: what is open, what is offered, who is on now, and one request with its history.

use crate::app::inbound::{Answer, Asker, private};
use crate::app::world::volunteers;
use crate::app::{Ctx, handoff, people, view};
use crate::chat::command::RequestsCommand;
use crate::chat::say::lists::{self, Past, TopicOn};
use crate::chat::say::refusals;
use crate::domain::ids::PersonId;
use crate::domain::request::{Decline, Happening, OfferTo, Privacy, Request};
use crate::domain::topic::{Topic, next_back};
use crate::store::error::StoreError;

/// Answers one of the `/requests` commands.
pub async fn requests(ctx: &mut Ctx<'_>, asker: &Asker, command: RequestsCommand) -> Answer {
    match command {
        RequestsCommand::Mine => mine(ctx, asker).await,
        RequestsCommand::Offered => offered(ctx, asker).await,
        RequestsCommand::Topic(name) => in_topic(ctx, asker, &name).await,
        RequestsCommand::Who(name) => who_is_on(ctx, asker, &name).await,
        RequestsCommand::Show(number) => show(ctx, asker, &number).await,
    }
}

/// A topic by its name, or the card that names those like it.
pub async fn topic_or_card(
    ctx: &mut Ctx<'_>,
    name: &str,
) -> Result<Result<Topic, crate::chat::card::Card>, StoreError> {
    if let Some(topic) = ctx.tx.topic_named(name).await? {
        return Ok(Ok(topic));
    }
    let topics = ctx.tx.topics().await?;
    let near: Vec<String> =
        handoff::nearest(&topics, name).into_iter().map(|topic| topic.name.clone()).collect();
    let all: Vec<String> = topics.iter().map(|topic| topic.name.clone()).collect();
    Ok(Err(refusals::unknown_topic(name, &near, &all)))
}

async fn mine(ctx: &mut Ctx<'_>, asker: &Asker) -> Answer {
    let holding = ctx.tx.held_by(&asker.person.id).await?;
    let mut waiting = ctx.tx.waiting_for(&asker.person.id).await?;
    waiting.retain(|request| !holding.iter().any(|held| held.id == request.id));
    let holding = view::requests(ctx, &holding).await?;
    let waiting = view::requests(ctx, &waiting).await?;
    private(ctx, asker, lists::mine(&holding, &waiting)).await
}

async fn offered(ctx: &mut Ctx<'_>, asker: &Asker) -> Answer {
    let mut offers = Vec::new();
    for (n, request) in ctx.tx.offered_to(&asker.person.id).await? {
        let until = request.offers.get(n).map_or(ctx.now, |offer| offer.until);
        offers.push((n, until, view::request(ctx, &request).await?));
    }
    private(ctx, asker, lists::offered(&offers)).await
}

async fn in_topic(ctx: &mut Ctx<'_>, asker: &Asker, name: &str) -> Answer {
    let topic = match topic_or_card(ctx, name).await? {
        Ok(topic) => topic,
        Err(card) => return private(ctx, asker, card).await,
    };
    let open: Vec<Request> = ctx
        .tx
        .open_in_topic(&topic.id)
        .await?
        .into_iter()
        .filter(|request| request.visible_to(&asker.person.id))
        .collect();
    let open = view::requests(ctx, &open).await?;
    private(ctx, asker, lists::in_topic(&topic.name, &open)).await
}

async fn who_is_on(ctx: &mut Ctx<'_>, asker: &Asker, name: &str) -> Answer {
    let topics = if name.is_empty() {
        ctx.tx.topics().await?
    } else {
        match topic_or_card(ctx, name).await? {
            Ok(topic) => vec![topic],
            Err(card) => return private(ctx, asker, card).await,
        }
    };
    let mut on = Vec::new();
    for topic in topics {
        let candidates = volunteers(ctx, &topic).await?;
        let mut here = Vec::new();
        let now = ctx.now;
        for candidate in candidates.iter().filter(|candidate| candidate.available(now)) {
            let who = people::who(ctx, &candidate.person).await?;
            here.push((who, candidate.hours.closes_at(ctx.now)));
        }
        let next = match next_back(&candidates, |_| false, ctx.now) {
            Some((candidate, at)) if here.is_empty() && at > ctx.now => {
                Some((people::who(ctx, &candidate.person).await?, at))
            }
            _ => None,
        };
        on.push(TopicOn { topic: topic.name, on: here, next, volunteers: candidates.len() });
    }
    private(ctx, asker, lists::who_is_on(&on)).await
}

async fn show(ctx: &mut Ctx<'_>, asker: &Asker, number: &str) -> Answer {
    let found = match number.parse::<i64>() {
        Ok(number) => ctx.tx.request_numbered(number).await?,
        Err(_) => None,
    };
    let Some(request) = found else {
        return private(ctx, asker, refusals::unknown_request(number)).await;
    };
    if request.privacy == Privacy::Private && !request.visible_to(&asker.person.id) {
        return private(ctx, asker, refusals::not_visible()).await;
    }
    let shown = view::request(ctx, &request).await?;
    let mut history = Vec::new();
    for row in ctx.tx.audit_of(&format!("request:{}", request.id)).await? {
        let Ok(what) = serde_json::from_str::<Happening>(&row.what) else { continue };
        // A topic that came with the words is no news.
        if what == Happening::Placed && row.at == request.created_at {
            continue;
        }
        let actor = match &row.actor {
            Some(person) => Some(people::who(ctx, person).await?),
            None => None,
        };
        let whom = match whom(&request, &what) {
            Some(person) => Some(people::who(ctx, &person).await?),
            None => None,
        };
        history.push(Past { at: row.at, actor, what, whom });
    }
    private(ctx, asker, lists::show(&shown, &history)).await
}

/// The person a happening is about, beside who did it.
fn whom(request: &Request, what: &Happening) -> Option<PersonId> {
    let asked = |n: &usize| match &request.offers.get(*n)?.to {
        OfferTo::Person(person) => Some(person.clone()),
        OfferTo::Channel(_) => None,
    };
    match what {
        Happening::Declined(_, Decline::Knows(person))
        | Happening::Accepted(_, person)
        | Happening::OfferedOn(person)
        | Happening::GivenBack(person, _)
        | Happening::Left(person)
        | Happening::KeptBy(person)
        | Happening::Reopened(person) => Some(person.clone()),
        Happening::Asked(n) | Happening::TimedOut(n) | Happening::Away(n) | Happening::Declined(n, _) => {
            asked(n)
        }
        _ => None,
    }
}
