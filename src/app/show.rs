//! Cards that follow the state: after every step the cards of a request are drawn again from what it
//! is now, and those whose words changed are posted or edited. Nothing remembers what must be undone
//! on which card, so no card can be forgotten.

use crate::app::{Ctx, people, view};
use crate::chat::notice::{Destination, Notice, OfferView, Outgoing};
use crate::chat::platform::Courtesy;
use crate::chat::say::notices;
use crate::domain::ids::{PersonId, WorkspaceId};
use crate::domain::person::Standing;
use crate::domain::request::{OfferState, OfferTo, Privacy, Request, Rung};
use crate::store::error::StoreError;
use crate::store::outbox::NewOutbox;

/// What a card is to the reader before it was ever posted.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Worth {
    /// It says something by itself.
    Posting,
    /// It only makes sense as the change of a card that stands there.
    EditingOnly,
}

/// Draws all cards of a request.
pub async fn request(ctx: &mut Ctx<'_>, request: &Request) -> Result<(), StoreError> {
    let shown = view::request(ctx, request).await?;
    for reader in status_readers(ctx, request).await? {
        let notice = Notice::Status { reader: people::who(ctx, &reader).await?, request: shown.clone() };
        let slot = format!("status:{}:{reader}", request.id);
        let to = Destination::Person(reader);
        show(ctx, Some(request), &slot, to, notice, Courtesy::Post, Worth::Posting).await?;
    }
    for (n, offer) in request.offers.iter().enumerate() {
        let slot = format!("offer:{}:{n}", request.id);
        match &offer.to {
            OfferTo::Person(person) => {
                let state = view::offer(ctx, request, offer, person).await?;
                let why = match &offer.why {
                    Some(why) => Some(view::why(ctx, why).await?),
                    None => None,
                };
                let worth = match state {
                    OfferView::Open | OfferView::Yours => Worth::Posting,
                    _ => Worth::EditingOnly,
                };
                // The last rung is asked at any hour; what somebody took is theirs to see at once.
                let courtesy = match (offer.rung, &offer.state) {
                    (Rung::Escalation, _) | (_, OfferState::Accepted) => Courtesy::Post,
                    _ => Courtesy::AskFirst,
                };
                let reader = people::who(ctx, person).await?;
                let notice =
                    Notice::Offer { reader, n, why, until: offer.until, state, request: shown.clone() };
                let to = Destination::Person(person.clone());
                show(ctx, Some(request), &slot, to, notice, courtesy, worth).await?;
            }
            OfferTo::Channel(channel) if request.privacy == Privacy::Open => {
                let notice = Notice::ChannelOffer { n, until: offer.until, request: shown.clone() };
                let worth = if offer.state == OfferState::Open { Worth::Posting } else { Worth::EditingOnly };
                let to = Destination::Channel(channel.clone());
                show(ctx, Some(request), &slot, to, notice, Courtesy::Post, worth).await?;
            }
            OfferTo::Channel(_) => {}
        }
    }
    Ok(())
}

/// Shows a card in its slot: nothing where its words did not change; a post not yet sent is replaced,
/// or taken back where it no longer makes sense. `about` is the request it is of, if it is of one.
pub async fn show(
    ctx: &mut Ctx<'_>,
    about: Option<&Request>,
    slot: &str,
    to: Destination,
    notice: Notice,
    courtesy: Courtesy,
    worth: Worth,
) -> Result<(), StoreError> {
    let card = serde_json::to_string(&notices::card(&notice)).expect("a card is plain data");
    let known = ctx.tx.card(slot).await?;
    match &known {
        None if worth == Worth::EditingOnly => return Ok(()),
        Some(row) if row.shown == card => return Ok(()),
        _ => {}
    }
    if let Some(row) = &known
        && worth == Worth::EditingOnly
        && row.posted.is_none()
        && (row.shown.is_empty() || ctx.tx.withdraw_show(slot).await?)
    {
        return ctx.tx.save_card_shown(slot, &row.workspace, "").await;
    }
    let lane = to.lane();
    let workspace = match &known {
        Some(row) => row.workspace.clone(),
        None => workspace_for(ctx, about, &to).await?,
    };
    let task = Outgoing::Show { slot: slot.to_owned(), to, notice, courtesy };
    if !ctx.tx.replace_pending_show(slot, &task).await? {
        let id = ctx.id();
        let key = format!("{slot}:{id}");
        let (not_before, now) = (ctx.now, ctx.now);
        let row = NewOutbox {
            id: &id,
            key: &key,
            workspace: &workspace,
            lane: &lane,
            task: &task,
            not_before,
            now,
        };
        ctx.tx.enqueue(&row).await?;
    }
    ctx.tx.save_card_shown(slot, &workspace, &card).await
}

/// Says something of a request once under a key.
pub async fn say(
    ctx: &mut Ctx<'_>,
    about: &Request,
    key: &str,
    to: Destination,
    notice: Notice,
) -> Result<(), StoreError> {
    let workspace = workspace_for(ctx, Some(about), &to).await?;
    say_in(ctx, &workspace, key, to, notice).await
}

/// Says something once under a key, in this workspace.
pub async fn say_in(
    ctx: &mut Ctx<'_>,
    workspace: &WorkspaceId,
    key: &str,
    to: Destination,
    notice: Notice,
) -> Result<(), StoreError> {
    let lane = to.lane();
    let task = Outgoing::Say { to, notice, courtesy: Courtesy::Post };
    let id = ctx.id();
    let (not_before, now) = (ctx.now, ctx.now);
    let row = NewOutbox { id: &id, key, workspace, lane: &lane, task: &task, not_before, now };
    ctx.tx.enqueue(&row).await?;
    Ok(())
}

/// Who has a status card: who handed it off, who needs it, and who keeps it for them, as far as they
/// are of the staff.
pub async fn status_readers(ctx: &mut Ctx<'_>, request: &Request) -> Result<Vec<PersonId>, StoreError> {
    let mut readers = vec![request.handed_by.clone()];
    if request.requester != request.handed_by {
        readers.push(request.requester.clone());
    }
    // Who keeps it for those who left has a card too, and keeps it to the end.
    for keeper in [&request.ladder.steward, &request.ladder.escalation].into_iter().flatten() {
        let keeps = &request.holder == keeper && request.accepted().is_none();
        let slot = format!("status:{}:{keeper}", request.id);
        if !readers.contains(keeper) && (keeps || ctx.tx.card(&slot).await?.is_some()) {
            readers.push(keeper.clone());
        }
    }
    let persons = ctx.tx.persons(&readers).await?;
    readers.retain(|reader| {
        persons.iter().any(|person| person.id == *reader && person.standing == Standing::Staff)
    });
    Ok(readers)
}

/// The workspace in which a destination is reached. A thread is where the request came from, a channel
/// where somebody named it, a person where they chose to be reached, else near the request. Several people
/// are reached where all of them are.
async fn workspace_for(
    ctx: &mut Ctx<'_>,
    about: Option<&Request>,
    to: &Destination,
) -> Result<WorkspaceId, StoreError> {
    let here = ctx.workspace.id.clone();
    let origin = about.and_then(|request| request.origin.workspace.clone()).unwrap_or_else(|| here.clone());
    Ok(match to {
        Destination::Thread(..) => origin,
        Destination::Channel(channel) => {
            ctx.tx.workspace_marked(&people::channel_mark(channel)).await?.unwrap_or(origin)
        }
        Destination::Person(person) | Destination::Home(person) => {
            ctx.tx.reach(person, [&origin, &here]).await?.unwrap_or(here)
        }
        Destination::Group(people) => people::common_workspace(ctx, people, &origin).await?.unwrap_or(origin),
    })
}
