//! Words for the other side of a request, where the two are in no workspace together: written in a
//! form, previewed, and passed on by a press. Nothing else that anybody writes is passed on.

use serde::{Deserialize, Serialize};

use crate::app::handoff::{has_words, unknown_request};
use crate::app::inbound::{Answer, Asker, private};
use crate::app::{Ctx, people, request, show, tell, view};
use crate::chat::form::Submitted;
use crate::chat::inbound::Reply;
use crate::chat::notice::{Destination, Notice};
use crate::chat::say::{refusals, relay as say};
use crate::domain::ids::{DraftId, PersonId, RequestId};
use crate::domain::person::Standing;
use crate::domain::refusal::Refusal;
use crate::domain::request::Request;
use crate::store::error::StoreError;

/// What a form that was opened again is about: a draft, not a request.
const DRAFT: &str = "draft:";

/// What was written and not sent yet.
#[derive(Serialize, Deserialize)]
struct Draft {
    request: RequestId,
    by: PersonId,
    words: String,
}

/// The form opens.
pub async fn write(ctx: &mut Ctx<'_>, asker: &Asker, id: &RequestId) -> Answer {
    match other_side(ctx, asker, id).await? {
        Ok((request, other)) => {
            let shown = view::request(ctx, &request).await?;
            let other = people::who(ctx, &other).await?;
            Ok(Reply::Form(say::form(&shown, &other, "", id.as_str())))
        }
        Err(card) => private(ctx, asker, card).await,
    }
}

/// It came back: the words are kept and shown as they will arrive.
pub async fn submitted(ctx: &mut Ctx<'_>, asker: &Asker, form: &Submitted) -> Answer {
    let words = form.words("words");
    if !has_words(words) {
        return Ok(Reply::Mend(vec![say::mend_words()]));
    }
    let (draft, request) = match form.about.strip_prefix(DRAFT) {
        Some(draft) => match own_draft(ctx, asker, &draft.into()).await? {
            Some(old) => (DraftId::from(draft), old.request),
            None => return private(ctx, asker, say::sent_already()).await,
        },
        None => (DraftId::from(ctx.id()), RequestId::from(form.about.as_str())),
    };
    let other = match other_side(ctx, asker, &request).await? {
        Ok((_, other)) => people::who(ctx, &other).await?,
        Err(card) => return private(ctx, asker, card).await,
    };
    let kept = Draft { request, by: asker.person.id.clone(), words: words.to_owned() };
    let body = serde_json::to_string(&kept).expect("a draft is plain data");
    ctx.tx.keep_draft(draft.as_str(), &body, ctx.now).await?;
    private(ctx, asker, say::preview(&other, words, &draft)).await
}

/// It is sent, once.
pub async fn send(ctx: &mut Ctx<'_>, asker: &Asker, id: &DraftId) -> Answer {
    let Some(draft) = own_draft(ctx, asker, id).await? else {
        return private(ctx, asker, say::sent_already()).await;
    };
    let (request, other) = match other_side(ctx, asker, &draft.request).await? {
        Ok(sides) => sides,
        Err(card) => return private(ctx, asker, card).await,
    };
    ctx.tx.drop_draft(id.as_str()).await?;
    let reader = people::who(ctx, &other).await?;
    let notice = Notice::Relayed {
        from: people::who(ctx, &asker.person.id).await?,
        reader: reader.clone(),
        words: draft.words,
        request: view::request(ctx, &request).await?,
    };
    // To whoever asked in a thread it goes into that thread, where the others of it read on.
    let waits = request.is_for(&other);
    let to = tell::thread_of(&request).filter(|_| waits).unwrap_or(Destination::Person(other));
    show::say(ctx, &request, &format!("relayed:{id}"), to, notice).await?;
    request::heard_from(ctx, &request.id, &asker.person.id).await?;
    private(ctx, asker, say::sent(&reader)).await
}

/// The form opens again, with what was written.
pub async fn change(ctx: &mut Ctx<'_>, asker: &Asker, id: &DraftId) -> Answer {
    let Some(draft) = own_draft(ctx, asker, id).await? else {
        return private(ctx, asker, say::sent_already()).await;
    };
    match other_side(ctx, asker, &draft.request).await? {
        Ok((request, other)) => {
            let shown = view::request(ctx, &request).await?;
            let other = people::who(ctx, &other).await?;
            Ok(Reply::Form(say::form(&shown, &other, &draft.words, &format!("{DRAFT}{id}"))))
        }
        Err(card) => private(ctx, asker, card).await,
    }
}

async fn own_draft(ctx: &mut Ctx<'_>, asker: &Asker, id: &DraftId) -> Result<Option<Draft>, StoreError> {
    let body = ctx.tx.draft(id.as_str()).await?;
    let draft: Option<Draft> = body.and_then(|body| serde_json::from_str(&body).ok());
    Ok(draft.filter(|draft| draft.by == asker.person.id))
}

/// The request and who is on its other side: whoever asked for those who hold it, the holder for those
/// who asked.
async fn other_side(
    ctx: &mut Ctx<'_>,
    asker: &Asker,
    id: &RequestId,
) -> Result<Result<(Request, PersonId), crate::chat::card::Card>, StoreError> {
    let me = &asker.person.id;
    let found = ctx.tx.request(id).await?.filter(|request| request.visible_to(me));
    let Some(request) = found else { return Ok(Err(unknown_request(ctx, id).await?)) };
    if request.holder == *me {
        for other in [&request.requester, &request.handed_by] {
            let person = ctx.tx.person(other).await?;
            if other != me && person.is_some_and(|person| person.standing == Standing::Staff) {
                return Ok(Ok((request.clone(), other.clone())));
            }
        }
        return Ok(Err(refusals::nobody_to_write_to()));
    }
    if request.is_for(me) {
        let holder = request.holder.clone();
        return Ok(Ok((request, holder)));
    }
    let refusal = Refusal::NotHolder(request.holder);
    Ok(Err(request::refusal_card(ctx, refusal, Some(id)).await?))
}
