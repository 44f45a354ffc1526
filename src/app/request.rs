//! What people do to requests by buttons and words: each loads the request, asks the rules, settles
//! what followed and answers.

use crate::app::handoff::unknown_request;
use crate::app::inbound::{Answer, Asker, private, request_and_number};
use crate::app::world::{around, named_by};
use crate::app::{Ctx, people, tell, view};
use crate::chat::command::DeclineChoice;
use crate::chat::form::Submitted;
use crate::chat::inbound::Reply;
use crate::chat::say::{handoff as say, refusals};
use crate::domain::climb::{World, look};
use crate::domain::holding;
use crate::domain::ids::{PersonId, RequestId};
use crate::domain::person::Standing;
use crate::domain::refusal::Refusal;
use crate::domain::request::{Decline, GiveBack, Outcome, Request, Step};
use crate::store::error::StoreError;

/// Somebody takes it.
pub async fn accept(ctx: &mut Ctx<'_>, asker: &Asker, id: &RequestId, n: Option<usize>) -> Answer {
    let step = step(ctx, asker, id, |request, world, by, now| holding::accept(request, by, n, world, now));
    match step.await? {
        Ok(request) => {
            let shown = view::request(ctx, &request).await?;
            private(ctx, asker, say::accepted(&shown, &asker.person.id)).await
        }
        Err(card) => private(ctx, asker, card).await,
    }
}

/// Somebody passes.
pub async fn decline(
    ctx: &mut Ctx<'_>,
    asker: &Asker,
    id: &RequestId,
    n: usize,
    choice: DeclineChoice,
) -> Answer {
    let reason = match choice {
        DeclineChoice::Busy => Decline::Busy,
        DeclineChoice::NotMine => Decline::NotMine,
        DeclineChoice::NotToday => {
            let current = ctx.tx.person_to_change(&asker.person.id).await?;
            let mut person = current.unwrap_or_else(|| asker.person.clone());
            let zone = person.zone.clone().unwrap_or_else(|| ctx.settings.timezone.clone());
            let tomorrow = ctx.now.to_zoned(zone).tomorrow().and_then(|day| day.start_of_day());
            person.not_before = tomorrow.ok().map(|day| day.timestamp());
            ctx.tx.save_person(&person).await?;
            Decline::NotToday
        }
        DeclineChoice::KnowsWho => return knows_who(ctx, asker, id, n).await,
    };
    declined(ctx, asker, id, n, reason).await
}

/// "I know who": a form picks the person.
pub async fn knows_who(ctx: &mut Ctx<'_>, asker: &Asker, id: &RequestId, n: usize) -> Answer {
    let Some(request) = visible(ctx, asker, id).await? else { return gone(ctx, asker).await };
    if !request.is_open() || request.accepted().is_some() {
        return declined(ctx, asker, id, n, Decline::Busy).await;
    }
    Ok(Reply::Form(say::knows_who_form(&view::request(ctx, &request).await?, n)))
}

/// The person was picked.
pub async fn knows_who_submitted(ctx: &mut Ctx<'_>, asker: &Asker, form: &Submitted) -> Answer {
    let (Some((id, n)), Some(user)) = (request_and_number(&form.about), form.person("person")) else {
        return Ok(Reply::Mend(vec![say::mend_person()]));
    };
    let named = people::meet(ctx, user).await?;
    let asks = visible(ctx, asker, &id).await?.is_some_and(|request| request.is_for(&named.id));
    if asks || named.id == asker.person.id || named.standing != Standing::Staff {
        return Ok(Reply::Mend(vec![say::mend_person()]));
    }
    declined(ctx, asker, &id, n, Decline::Knows(named.id)).await
}

async fn declined(ctx: &mut Ctx<'_>, asker: &Asker, id: &RequestId, n: usize, reason: Decline) -> Answer {
    let named = match &reason {
        Decline::Knows(named) => named_by(ctx, named, &asker.person.id).await?,
        _ => Vec::new(),
    };
    let step = step(ctx, asker, id, |request, world, by, now| {
        let mut world = world.clone();
        world.named.extend(named);
        holding::decline(request, by, n, reason.clone(), &world, now)
    });
    match step.await? {
        Ok(request) => {
            let shown = view::request(ctx, &request).await?;
            let card = if request.accepted().is_some() {
                say::declined_late(&shown)
            } else {
                say::declined(&shown, &asker.person.id)
            };
            private(ctx, asker, card).await
        }
        Err(card) => private(ctx, asker, card).await,
    }
}

/// How to give it back is asked first.
pub async fn give_back_choice(ctx: &mut Ctx<'_>, asker: &Asker, id: &RequestId) -> Answer {
    let Some(request) = visible(ctx, asker, id).await? else { return gone(ctx, asker).await };
    let shown = view::request(ctx, &request).await?;
    if !request.is_open() || request.holder != asker.person.id {
        let refusal =
            if request.is_open() { Refusal::NotHolder(request.holder) } else { Refusal::AlreadyClosed };
        let card = refusal_card(ctx, refusal, Some(id)).await?;
        return private(ctx, asker, card).await;
    }
    private(ctx, asker, say::give_back_choice(&shown)).await
}

/// The holder gives it back.
pub async fn give_back(ctx: &mut Ctx<'_>, asker: &Asker, id: &RequestId, to: GiveBack) -> Answer {
    let step =
        step(ctx, asker, id, |request, world, by, now| holding::give_back(request, by, to, world, now));
    match step.await? {
        Ok(request) => {
            let shown = view::request(ctx, &request).await?;
            private(ctx, asker, say::given_back(&shown, to)).await
        }
        Err(card) => private(ctx, asker, card).await,
    }
}

/// Who has it back passes it on again.
pub async fn pass_on(ctx: &mut Ctx<'_>, asker: &Asker, id: &RequestId) -> Answer {
    let step = step(ctx, asker, id, |request, world, by, now| holding::pass_on(request, by, world, now));
    match step.await? {
        Ok(request) => {
            let shown = view::request(ctx, &request).await?;
            private(ctx, asker, say::passed_on(&shown)).await
        }
        Err(card) => private(ctx, asker, card).await,
    }
}

/// The form that closes a request.
pub async fn done_form(ctx: &mut Ctx<'_>, asker: &Asker, id: &RequestId) -> Answer {
    let Some(request) = visible(ctx, asker, id).await? else { return gone(ctx, asker).await };
    if !request.is_open() {
        let card = refusal_card(ctx, Refusal::AlreadyClosed, Some(id)).await?;
        return private(ctx, asker, card).await;
    }
    if request.holder != asker.person.id && !request.is_for(&asker.person.id) {
        let card = refusal_card(ctx, Refusal::NotHolder(request.holder), Some(id)).await?;
        return private(ctx, asker, card).await;
    }
    Ok(Reply::Form(say::done_form(&view::request(ctx, &request).await?)))
}

/// The form came back.
pub async fn done_submitted(ctx: &mut Ctx<'_>, asker: &Asker, form: &Submitted) -> Answer {
    let note = form.words("note");
    if note.is_empty() {
        return Ok(Reply::Mend(vec![say::mend_note_empty()]));
    }
    let outcome = Outcome::parse(form.words("outcome")).unwrap_or(Outcome::Done);
    close(ctx, asker, &RequestId::from(form.about.as_str()), outcome, note).await
}

/// `done` in the thread of a request.
pub async fn done_here(ctx: &mut Ctx<'_>, asker: &Asker, note: &str) -> Answer {
    let Some(id) = here(ctx, asker).await? else {
        return private(ctx, asker, say::nothing_here()).await;
    };
    close(ctx, asker, &id, Outcome::Done, note).await
}

/// It is over, or withdrawn.
pub async fn close(ctx: &mut Ctx<'_>, asker: &Asker, id: &RequestId, outcome: Outcome, note: &str) -> Answer {
    let step = step(ctx, asker, id, |request, _, by, now| holding::close(request, by, outcome, note, now));
    match step.await? {
        Ok(request) => {
            let shown = view::request(ctx, &request).await?;
            let card = match outcome {
                Outcome::Withdrawn => say::withdrawn(&shown),
                _ => say::closed(&shown, &asker.person.id),
            };
            private(ctx, asker, card).await
        }
        Err(card) => private(ctx, asker, card).await,
    }
}

/// The holder is at it.
pub async fn still_on_it(ctx: &mut Ctx<'_>, asker: &Asker, id: &RequestId) -> Answer {
    let step = step(ctx, asker, id, |request, world, by, now| holding::sign_of_life(request, by, world, now));
    match step.await? {
        Ok(request) => {
            let shown = view::request(ctx, &request).await?;
            private(ctx, asker, say::on_it(&shown)).await
        }
        Err(card) => private(ctx, asker, card).await,
    }
}

/// The requester asks after it.
pub async fn still_waiting(ctx: &mut Ctx<'_>, asker: &Asker, id: &RequestId) -> Answer {
    let step = step(ctx, asker, id, |request, _, by, now| holding::still_waiting(request, by, now));
    match step.await? {
        Ok(request) => {
            let shown = view::request(ctx, &request).await?;
            let card = if request.accepted().is_some() {
                say::still_waiting(&shown)
            } else {
                say::still_waiting_asking(&shown)
            };
            private(ctx, asker, card).await
        }
        Err(card) => private(ctx, asker, card).await,
    }
}

/// It cannot wait.
pub async fn urgent(ctx: &mut Ctx<'_>, asker: &Asker, id: &RequestId) -> Answer {
    let step = step(ctx, asker, id, |request, world, by, now| holding::make_urgent(request, by, world, now));
    match step.await? {
        Ok(request) => {
            let shown = view::request(ctx, &request).await?;
            private(ctx, asker, say::urgent(&shown)).await
        }
        Err(card) => private(ctx, asker, card).await,
    }
}

/// Open again.
pub async fn reopen(ctx: &mut Ctx<'_>, asker: &Asker, id: &RequestId) -> Answer {
    let step = step(ctx, asker, id, |request, world, by, now| holding::reopen(request, by, world, now));
    match step.await? {
        Ok(request) => {
            let shown = view::request(ctx, &request).await?;
            private(ctx, asker, say::reopened(&shown, &asker.person.id)).await
        }
        Err(card) => private(ctx, asker, card).await,
    }
}

/// The holder said something where the request is talked about: a sign of life, and no words needed.
pub async fn heard_from(ctx: &mut Ctx<'_>, id: &RequestId, person: &PersonId) -> Result<(), StoreError> {
    let Some(mut request) = ctx.tx.request(id).await? else { return Ok(()) };
    let world = around(ctx, &mut request).await?;
    if let Ok(step) = holding::sign_of_life(request, person, &world, ctx.now) {
        tell::settle(ctx, step, Some(person)).await?;
    }
    Ok(())
}

/// Time passed for a request.
pub async fn wake(ctx: &mut Ctx<'_>, id: &RequestId) -> Result<(), StoreError> {
    let Some(mut request) = ctx.tx.request(id).await? else {
        return ctx.tx.clear_timer(&format!("request:{id}")).await;
    };
    let world = around(ctx, &mut request).await?;
    let step = look(request, &world, ctx.now);
    tell::settle(ctx, step, None).await?;
    Ok(())
}

/// The person of an offer is not to be disturbed: the next is asked.
pub async fn away(ctx: &mut Ctx<'_>, id: &RequestId, n: usize) -> Result<(), StoreError> {
    let Some(mut request) = ctx.tx.request(id).await? else { return Ok(()) };
    let world = around(ctx, &mut request).await?;
    let step = holding::away(request, n, &world, ctx.now);
    tell::settle(ctx, step, None).await?;
    Ok(())
}

/// Somebody left: all that concerns them is offered on, asked of others or kept by others.
pub async fn person_left(ctx: &mut Ctx<'_>, who: &PersonId) -> Result<(), StoreError> {
    for id in ctx.tx.concerning(who).await? {
        let Some(mut request) = ctx.tx.request(&id).await? else { continue };
        let world: World = around(ctx, &mut request).await?;
        let step = holding::person_left(request, who, &world, ctx.now);
        tell::settle(ctx, step, None).await?;
    }
    Ok(())
}

/// Loads a request that the asker may see, takes the step and settles it; else the card that says why
/// not. On a refusal nothing of the request is changed.
async fn step(
    ctx: &mut Ctx<'_>,
    asker: &Asker,
    id: &RequestId,
    rule: impl FnOnce(Request, &World, &PersonId, jiff::Timestamp) -> Result<Step, Refusal>,
) -> Result<Result<Request, crate::chat::card::Card>, StoreError> {
    let Some(mut request) = visible(ctx, asker, id).await? else {
        return Ok(Err(unknown_request(ctx, id).await?));
    };
    let world = around(ctx, &mut request).await?;
    match rule(request, &world, &asker.person.id, ctx.now) {
        Ok(step) => Ok(Ok(tell::settle(ctx, step, Some(&asker.person.id)).await?)),
        Err(refusal) => Ok(Err(refusal_card(ctx, refusal, Some(id)).await?)),
    }
}

/// The request, locked, where the asker may see it.
async fn visible(ctx: &mut Ctx<'_>, asker: &Asker, id: &RequestId) -> Result<Option<Request>, StoreError> {
    Ok(ctx.tx.request(id).await?.filter(|request| request.visible_to(&asker.person.id)))
}

/// The request that is talked about where the asker is.
async fn here(ctx: &mut Ctx<'_>, asker: &Asker) -> Result<Option<RequestId>, StoreError> {
    let Some(place) = &asker.place else { return Ok(None) };
    at(ctx, &place.channel.clone(), place.thread.as_ref()).await
}

/// The request that is talked about in a thread, or in a whole conversation.
pub async fn at(
    ctx: &mut Ctx<'_>,
    channel: &crate::domain::ids::ChannelKey,
    thread: Option<&crate::domain::ids::MessageKey>,
) -> Result<Option<RequestId>, StoreError> {
    let workspace = ctx.workspace.id.clone();
    if let Some(found) = ctx.tx.request_in(&workspace, channel, thread).await? {
        return Ok(Some(found));
    }
    match thread {
        Some(_) => ctx.tx.request_in(&workspace, channel, None).await,
        None => Ok(None),
    }
}

async fn gone(ctx: &mut Ctx<'_>, asker: &Asker) -> Answer {
    private(ctx, asker, refusals::old_button()).await
}

/// A refusal in words, with the names of those in it.
pub async fn refusal_card(
    ctx: &mut Ctx<'_>,
    refusal: Refusal,
    id: Option<&RequestId>,
) -> Result<crate::chat::card::Card, StoreError> {
    let person = match &refusal {
        Refusal::TakenBy(person) | Refusal::NotHolder(person) | Refusal::NotStaff(person) => {
            Some(people::who(ctx, person).await?)
        }
        _ => None,
    };
    let shown = match id {
        Some(id) => match ctx.tx.peek_request(id).await? {
            Some(request) => Some(view::request(ctx, &request).await?),
            None => None,
        },
        None => None,
    };
    let name = |id: &PersonId| {
        person.clone().unwrap_or_else(|| crate::chat::text::Who { id: id.clone(), name: "Somebody".into() })
    };
    Ok(refusals::refusal(&refusal, &name, shown.as_ref()))
}
