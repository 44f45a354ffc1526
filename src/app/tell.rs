//! After a step: what happened is saved, audited, timed, shown on cards and told to whom it concerns.
//!
//! Who pressed the button is not told what they did: their answer says so. Everybody else concerned is,
//! once, by a key made from the facts.

use crate::app::{Ctx, home, people, show, view};
use crate::chat::notice::{Asked, Between, CameBack, Destination, Notice, RequestView};
use crate::domain::ids::{MessageKey, PersonId, PlaceKind};
use crate::domain::person::Standing;
use crate::domain::request::{GiveBack, Happening, Privacy, Request, Stage, Step};
use crate::store::error::StoreError;

/// Saves a step and everything that follows from it. `actor` is who did it, where a person did.
pub async fn settle(ctx: &mut Ctx<'_>, step: Step, actor: Option<&PersonId>) -> Result<Request, StoreError> {
    let Step { request, happened } = step;
    ctx.tx.save_request(&request).await?;
    follow(ctx, &request, &happened, actor).await?;
    Ok(request)
}

/// What follows from a step that is saved.
pub async fn follow(
    ctx: &mut Ctx<'_>,
    request: &Request,
    happened: &[Happening],
    actor: Option<&PersonId>,
) -> Result<(), StoreError> {
    let subject = format!("request:{}", request.id);
    for happening in happened {
        let what = serde_json::to_string(happening).expect("a happening is plain data");
        ctx.tx.audit(&subject, actor, &what, ctx.now).await?;
    }
    match request.next_look(ctx.now) {
        Some(at) => ctx.tx.set_timer(&subject, at).await?,
        None => ctx.tx.clear_timer(&subject).await?,
    }
    show::request(ctx, request).await?;
    if !happened.is_empty() {
        let shown = view::request(ctx, request).await?;
        for happening in happened {
            tell(ctx, request, &shown, (happening, happened), actor).await?;
        }
    }
    let mut concerned = request.chain();
    concerned.push(request.holder.clone());
    concerned.extend(request.offers.iter().filter_map(|offer| match &offer.to {
        crate::domain::request::OfferTo::Person(person) => Some(person.clone()),
        crate::domain::request::OfferTo::Channel(_) => None,
    }));
    home::refresh(ctx, &concerned).await
}

async fn tell(
    ctx: &mut Ctx<'_>,
    request: &Request,
    shown: &RequestView,
    (happening, together): (&Happening, &[Happening]),
    actor: Option<&PersonId>,
) -> Result<(), StoreError> {
    let id = &request.id;
    match happening {
        Happening::TopicWanted => {
            let topics = ctx.tx.topics().await?.into_iter().map(|topic| (topic.id, topic.name)).collect();
            let notice = Notice::TopicWanted { topics, request: shown.clone() };
            let key = format!("topic_wanted:{id}:{}", ctx.now.as_millisecond());
            show::say(ctx, request, &key, Destination::Person(request.holder.clone()), notice).await
        }
        Happening::NobodyThere(next) | Happening::NobodyAccepted(next) => {
            // If something else followed in the same step, there is nobody to hold.
            let Stage::Resting { until, back } = &request.stage else { return Ok(()) };
            if until != next {
                return Ok(());
            }
            let back = match back {
                Some(person) => Some(people::who(ctx, person).await?),
                None => None,
            };
            let asked = match happening {
                Happening::NobodyThere(_) => Asked::Nobody,
                _ => Asked::Everybody,
            };
            // Who hears in the same moment that it came back hears there what is next.
            let came_back = together.iter().any(|one| {
                matches!(
                    one,
                    Happening::GivenBack(_, GiveBack::Next) | Happening::OfferedOn(_) | Happening::Left(_)
                )
            });
            let told = (came_back && request.held_since == ctx.now).then_some(&request.holder);
            for reader in show::status_readers(ctx, request).await? {
                if Some(&reader) == actor || Some(&reader) == told {
                    continue;
                }
                let notice = Notice::Holding {
                    reader: people::who(ctx, &reader).await?,
                    asked,
                    next: *next,
                    back: back.clone(),
                    at: ctx.now,
                    request: shown.clone(),
                };
                let key = match happening {
                    // Where nobody is there at all, the card says when the next look is; one word a day
                    // is enough.
                    Happening::NobodyThere(_) => {
                        let day = next.to_zoned(ctx.settings.timezone.clone()).date();
                        format!("holding:{id}:{day}:{reader}")
                    }
                    _ => format!("holding:{id}:{}:{reader}", next.as_millisecond()),
                };
                show::say(ctx, request, &key, Destination::Person(reader), notice).await?;
            }
            Ok(())
        }
        Happening::Accepted(_, volunteer) => introduce(ctx, request, shown, volunteer, actor).await,
        Happening::Reminded => {
            let offered_on_at = match &request.stage {
                Stage::Held { look_at, .. } if request.accepted().is_some() => Some(*look_at),
                _ => None,
            };
            let notice = Notice::Reminder { offered_on_at, request: shown.clone() };
            let key = format!("reminder:{id}:{}", ctx.now.as_millisecond());
            show::say(ctx, request, &key, Destination::Person(request.holder.clone()), notice).await
        }
        Happening::AskedAfter => {
            let Some(by) = actor else { return Ok(()) };
            let notice = Notice::AskedAfter { by: people::who(ctx, by).await?, request: shown.clone() };
            let key = format!("asked_after:{id}:{}", ctx.now.as_millisecond());
            show::say(ctx, request, &key, Destination::Person(request.holder.clone()), notice).await
        }
        Happening::GivenBack(from, GiveBack::Next) => {
            came_back(ctx, request, shown, from, CameBack::GivenBack, actor).await
        }
        Happening::GivenBack(from, GiveBack::Sender) => {
            came_back(ctx, request, shown, from, CameBack::ToYou, actor).await
        }
        Happening::OfferedOn(from) => came_back(ctx, request, shown, from, CameBack::Stale, actor).await,
        // Who was only asked is not missed: the next is asked, and the card says so.
        Happening::Left(from) if request.held_since == ctx.now => {
            came_back(ctx, request, shown, from, CameBack::Left, actor).await
        }
        Happening::Closed(outcome) => {
            let Stage::Closed { by, note, .. } = &request.stage else { return Ok(()) };
            let by_who = people::who(ctx, by).await?;
            for reader in request.chain() {
                if Some(&reader) == actor || !reachable(ctx, &reader).await? {
                    continue;
                }
                let notice = Notice::Closed {
                    reader: people::who(ctx, &reader).await?,
                    by: by_who.clone(),
                    outcome: *outcome,
                    note: note.clone(),
                    request: shown.clone(),
                };
                let key = format!("closed:{id}:{}:{reader}", ctx.now.as_millisecond());
                show::say(ctx, request, &key, Destination::Person(reader), notice).await?;
            }
            Ok(())
        }
        Happening::Reopened(by) => {
            let by = people::who(ctx, by).await?;
            let mut readers = request.chain();
            if !readers.contains(&request.holder) {
                readers.push(request.holder.clone());
            }
            for reader in readers {
                if Some(&reader) == actor || !reachable(ctx, &reader).await? {
                    continue;
                }
                let notice = Notice::Reopened {
                    reader: Some(people::who(ctx, &reader).await?),
                    by: by.clone(),
                    request: shown.clone(),
                };
                let key = format!("reopened:{id}:{}:{reader}", ctx.now.as_millisecond());
                show::say(ctx, request, &key, Destination::Person(reader), notice).await?;
            }
            Ok(())
        }
        // These are said by the cards.
        Happening::HandedOff
        | Happening::Placed
        | Happening::Asked(_)
        | Happening::TimedOut(_)
        | Happening::Away(_)
        | Happening::Declined(..)
        | Happening::Left(_)
        | Happening::KeptBy(_)
        | Happening::Urgent => Ok(()),
    }
}

/// The two are brought together: in the thread where the bot was spoken to, else in a direct
/// conversation of their own. Whoever handed it off and is not one of them is told.
async fn introduce(
    ctx: &mut Ctx<'_>,
    request: &Request,
    shown: &RequestView,
    volunteer: &PersonId,
    actor: Option<&PersonId>,
) -> Result<(), StoreError> {
    let Some(person) = ctx.tx.person(volunteer).await? else { return Ok(()) };
    let there_until = view::there_until(ctx, &person).await?;
    let mut other = None;
    for asked in [&request.requester, &request.handed_by] {
        if other.is_none() && reachable(ctx, asked).await? {
            other = Some(asked);
        }
    }
    // Where both have left there is nobody to bring together; whoever keeps it is told below.
    // Where the two are in no workspace together, each hears of the other where they are.
    let mut group = other.map(|other| Destination::Group(vec![other.clone(), volunteer.clone()]));
    if shown.between == Between::Apart {
        group = None;
        if thread_of(request).is_none() {
            other = None;
        }
    }
    if let Some(to) = thread_of(request).or(group) {
        let notice =
            Notice::Introduction { volunteer: view::as_who(&person), there_until, request: shown.clone() };
        show::say(ctx, request, &format!("introduction:{}:{}", request.id, request.hops), to, notice).await?;
    }
    for reader in show::status_readers(ctx, request).await? {
        if Some(&reader) == actor || Some(&reader) == other {
            continue;
        }
        let Some(reading) = ctx.tx.person(&reader).await? else { continue };
        let notice = Notice::Taken {
            reader: view::as_who(&reading),
            volunteer: view::as_who(&person),
            city: view::city(ctx, &person, &reading),
            there_until,
            request: shown.clone(),
        };
        let key = format!("taken:{}:{}:{reader}", request.id, request.hops);
        show::say(ctx, request, &key, Destination::Person(reader), notice).await?;
    }
    Ok(())
}

/// The thread in which the bot was spoken to, where it may answer; never for a private request.
pub fn thread_of(request: &Request) -> Option<Destination> {
    let place = request.origin.place.as_ref()?;
    let thread: &MessageKey = place.thread.as_ref()?;
    (request.origin.thread_is_ours && request.privacy == Privacy::Open && place.kind == PlaceKind::Channel)
        .then(|| Destination::Thread(place.channel.clone(), thread.clone()))
}

async fn came_back(
    ctx: &mut Ctx<'_>,
    request: &Request,
    shown: &RequestView,
    from: &PersonId,
    why: CameBack,
    actor: Option<&PersonId>,
) -> Result<(), StoreError> {
    let reader = request.holder.clone();
    if Some(&reader) == actor || !reachable(ctx, &reader).await? {
        return Ok(());
    }
    let notice = Notice::CameBack {
        reader: people::who(ctx, &reader).await?,
        from: people::who(ctx, from).await?,
        why,
        request: shown.clone(),
    };
    let key = format!("came_back:{}:{}:{reader}", request.id, ctx.now.as_millisecond());
    show::say(ctx, request, &key, Destination::Person(reader), notice).await
}

/// Whether somebody is one of us and reads what the bot writes to them.
async fn reachable(ctx: &mut Ctx<'_>, person: &PersonId) -> Result<bool, StoreError> {
    Ok(ctx.tx.person(person).await?.is_some_and(|person| person.standing == Standing::Staff))
}
