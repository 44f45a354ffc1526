//! A hand-off comes in: by command, by form, from a message, in a thread, by direct message.
//!
//! Words are never lost: what has no topic yet is kept as a request that its sender holds, and asks
//! for a topic. Only words without a single letter or digit are sent back with a question.

use serde::{Deserialize, Serialize};

use crate::app::inbound::{Answer, Asker, Forms, private};
use crate::app::world::{around, ladder, unplaced_ladder};
use crate::app::{Ctx, people, request, tell, view};
use crate::chat::card::Card;
use crate::chat::command::HandedMessage;
use crate::chat::form::Submitted;
use crate::chat::inbound::Reply;
use crate::chat::parse::first_word;
use crate::chat::say::handoff::{self as say, HandoffDraft};
use crate::chat::say::refusals;
use crate::domain::climb::{TOPIC_WANTED_AFTER, later};
use crate::domain::holding;
use crate::domain::ids::{MessageRef, PersonId, Place, RequestId, TopicId, UserKey};
use crate::domain::person::Standing;
use crate::domain::refusal::Refusal;
use crate::domain::request::{Happening, Origin, Privacy, Request, Stage, Step, Urgency};
use crate::domain::topic::Topic;
use crate::store::error::StoreError;

/// Longer words are refused with what to do: no platform shows more in one piece.
pub const LONGEST_WORDS: usize = 20_000;

/// How many topics near to a mistyped one are offered as buttons.
const NEAREST: usize = 4;

/// What a hand-off form is about: comes back with the answers.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
struct About {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    place: Option<Place>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    message: Option<MessageRef>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    link: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    author: Option<UserKey>,
}

/// A hand-off about to be made.
struct Draft {
    topic: Option<Topic>,
    /// What was typed where a topic was expected, if it was not one.
    typed: String,
    words: String,
    customer: Option<String>,
    privacy: Privacy,
    urgency: Urgency,
    requester: PersonId,
    origin: Origin,
}

/// `/handoff …`, a mention, or a direct message: the first word may be a topic.
pub async fn words(ctx: &mut Ctx<'_>, asker: &Asker, words: &str) -> Answer {
    let (first, rest) = first_word(words);
    let name = first.trim_start_matches('#').trim_end_matches([':', ',']);
    let topic = ctx.tx.topic_named(name).await?;
    let (typed, words) = match &topic {
        Some(_) => (String::new(), rest.to_owned()),
        // One word before more words may be a mistyped topic; a sentence is not.
        None if looks_like_a_topic(ctx, name).await? && has_words(rest) => (name.to_owned(), rest.to_owned()),
        // `/handoff cooking Soup`: written as a topic is, so it is said that there is none; all words stay.
        None if asker.forms == Forms::CanOpen && written_as_a_topic(words) => {
            (name.to_owned(), words.trim().to_owned())
        }
        None => (String::new(), words.trim().to_owned()),
    };
    if !has_words(&words) {
        return match asker.forms {
            Forms::CanOpen => form(ctx, asker, topic.map(|topic| topic.id), &words, About::here(asker)).await,
            // In a thread the thread itself is what it is about.
            Forms::CannotOpen if topic.is_some() && in_thread(asker) => {
                let draft = Draft::new(ctx, asker, topic, say::see_thread());
                create(ctx, asker, draft).await
            }
            Forms::CannotOpen => private(ctx, asker, say::words_wanted()).await,
        };
    }
    let mut draft = Draft::new(ctx, asker, topic, words);
    draft.typed = typed;
    create(ctx, asker, draft).await
}

/// The message shortcut: a form with the message's words, and a link back to it.
pub async fn message(ctx: &mut Ctx<'_>, asker: &Asker, message: HandedMessage) -> Answer {
    let about = About {
        place: asker.place.clone(),
        message: Some(message.message),
        link: message.link,
        author: message.author,
    };
    form(ctx, asker, None, &message.words, about).await
}

/// The shortcut on a person: a form on their behalf.
pub async fn person(ctx: &mut Ctx<'_>, asker: &Asker, user: &UserKey) -> Answer {
    let about = About { place: asker.place.clone(), author: Some(user.clone()), ..About::default() };
    form(ctx, asker, None, "", about).await
}

/// The form came back.
pub async fn submitted(ctx: &mut Ctx<'_>, asker: &Asker, form: &Submitted) -> Answer {
    let about = About::kept(ctx, &form.about).await?;
    let words = form.words("words").to_owned();
    if !has_words(&words) {
        return Ok(Reply::Mend(vec![say::mend_words_empty()]));
    }
    if words.chars().count() > say::LONGEST_IN_FORM {
        return Ok(Reply::Mend(vec![say::mend_words_too_long()]));
    }
    let topic = match form.words("topic") {
        "" | say::UNSURE => None,
        id => match ctx.tx.topics().await?.into_iter().find(|topic| topic.id.as_str() == id) {
            Some(topic) => Some(topic),
            None => return Ok(Reply::Mend(vec![say::mend_topic()])),
        },
    };
    let mut draft = Draft::new(ctx, asker, topic, words);
    draft.customer = Some(form.words("customer").to_owned()).filter(|name| !name.is_empty());
    draft.privacy = if form.ticked("options", "private") { Privacy::Private } else { Privacy::Open };
    draft.urgency = if form.ticked("options", "urgent") { Urgency::Urgent } else { Urgency::Normal };
    draft.origin = Origin {
        workspace: Some(ctx.workspace.id.clone()),
        thread_is_ours: false,
        place: about.place.or_else(|| asker.place.clone()),
        message: about.message,
        link: about.link,
    };
    if let Some(author) = about.author {
        let author = people::meet(ctx, &author).await?;
        if author.standing == Standing::Staff {
            draft.requester = author.id;
        }
    }
    create(ctx, asker, draft).await
}

/// A topic was picked for a request that had none.
pub async fn place(ctx: &mut Ctx<'_>, asker: &Asker, id: &RequestId, topic: &TopicId) -> Answer {
    let found = ctx.tx.request(id).await?.filter(|request| request.visible_to(&asker.person.id));
    let Some(found) = found else {
        let card = unknown_request(ctx, id).await?;
        return private(ctx, asker, card).await;
    };
    if !found.is_for(&asker.person.id) && found.holder != asker.person.id {
        let card = request::refusal_card(ctx, Refusal::NotRequester, Some(id)).await?;
        return private(ctx, asker, card).await;
    }
    let topics = ctx.tx.topics().await?;
    let Some(topic) = topics.iter().find(|known| known.id == *topic).cloned() else {
        let shown = view::request(ctx, &found).await?;
        let all = names(&topics);
        return private(ctx, asker, say::which_topic(&shown, "", &[], &all)).await;
    };
    match settle_place(ctx, asker, found, &topic, Vec::new()).await? {
        Ok(request) => {
            let shown = view::request(ctx, &request).await?;
            private(ctx, asker, say::handed_off(&shown, &asker.person.id)).await
        }
        Err(refusal) => {
            let card = request::refusal_card(ctx, refusal, Some(id)).await?;
            private(ctx, asker, card).await
        }
    }
}

/// What is said of a request that is not there, or not for this person's eyes.
pub async fn unknown_request(ctx: &mut Ctx<'_>, id: &RequestId) -> Result<Card, StoreError> {
    Ok(match ctx.tx.peek_request(id).await? {
        Some(_) => refusals::not_visible(),
        None => refusals::old_button(),
    })
}

/// Whether words say anything at all: a letter or a digit of any script, beside names of emoji such as
/// `:tada:`, as platforms write them.
pub fn has_words(words: &str) -> bool {
    let letters = |word: &str| word.chars().any(char::is_alphanumeric);
    words.split_whitespace().any(|word| letters(word) && !is_emoji(word))
}

fn is_emoji(word: &str) -> bool {
    let names = word.strip_prefix(':').and_then(|rest| rest.strip_suffix(':'));
    let name = |name: &str| name.chars().all(|c| c.is_ascii_alphanumeric() || "_+-'".contains(c));
    names.is_some_and(|names| names.split(':').all(name))
}

/// Topics like a word, the nearest first.
pub fn nearest<'a>(topics: &'a [Topic], word: &str) -> Vec<&'a Topic> {
    let word = word.to_lowercase();
    let mut near: Vec<(f64, &Topic)> = topics
        .iter()
        .map(|topic| (strsim::jaro_winkler(&topic.name, &word), topic))
        .filter(|(likeness, _)| *likeness >= 0.8)
        .collect();
    near.sort_by(|(one, _), (other, _)| other.total_cmp(one));
    near.into_iter().take(NEAREST).map(|(_, topic)| topic).collect()
}

/// Topics that words speak of: named in them, or sharing words with what the topic is about.
fn spoken_of<'a>(topics: &'a [Topic], words: &str) -> Vec<&'a Topic> {
    let said: Vec<String> = words_of(words);
    let mut near: Vec<(usize, &Topic)> = topics
        .iter()
        .map(|topic| {
            let about = words_of(&format!("{} {}", topic.name, topic.about));
            (said.iter().filter(|word| about.contains(word)).count(), topic)
        })
        .filter(|(shared, _)| *shared > 0)
        .collect();
    near.sort_by_key(|(shared, _)| std::cmp::Reverse(*shared));
    near.into_iter().take(NEAREST).map(|(_, topic)| topic).collect()
}

fn words_of(text: &str) -> Vec<String> {
    text.split(|c: char| !c.is_alphanumeric())
        .filter(|word| word.chars().count() > 3)
        .map(|word| word.to_lowercase().trim_end_matches('s').to_owned())
        .collect()
}

async fn looks_like_a_topic(ctx: &mut Ctx<'_>, word: &str) -> Result<bool, StoreError> {
    Ok(!nearest(&ctx.tx.topics().await?, word).is_empty())
}

/// A word in small letters, and after it a new beginning.
fn written_as_a_topic(words: &str) -> bool {
    let first = words.split_whitespace().next().unwrap_or_default();
    let small = first.chars().all(|c| c.is_lowercase() || matches!(c, '-' | '_' | '#' | ':' | ','));
    let (_, rest) = first_word(words);
    small && rest.chars().next().is_some_and(char::is_uppercase)
}

async fn form(ctx: &mut Ctx<'_>, asker: &Asker, topic: Option<TopicId>, words: &str, about: About) -> Answer {
    let topics = ctx.tx.topics().await?;
    let likely = topic.or_else(|| spoken_of(&topics, words).first().map(|topic| topic.id.clone()));
    let mut customer = String::new();
    if let Some(author) = &about.author
        && *author != asker.user
    {
        let author = people::meet(ctx, author).await?;
        if author.standing == Standing::Outside {
            customer = author.name;
        }
    }
    let draft = HandoffDraft {
        topic: likely,
        words: words.trim().to_owned(),
        customer,
        privacy: Privacy::Open,
        urgency: Urgency::Normal,
    };
    let about = about.keep(ctx).await?;
    Ok(Reply::Form(say::handoff_form(&names(&topics), &draft, about)))
}

async fn create(ctx: &mut Ctx<'_>, asker: &Asker, draft: Draft) -> Answer {
    if draft.words.chars().count() > LONGEST_WORDS {
        return private(ctx, asker, refusals::too_long(LONGEST_WORDS)).await;
    }
    let request = Request {
        id: RequestId::from(ctx.id()),
        number: ctx.tx.next_number().await?,
        topic: None,
        requester: draft.requester,
        handed_by: asker.person.id.clone(),
        customer: draft.customer,
        words: draft.words,
        privacy: draft.privacy,
        urgency: draft.urgency,
        origin: draft.origin,
        created_at: ctx.now,
        holder: asker.person.id.clone(),
        held_since: ctx.now,
        stage: Stage::Unplaced { look_at: later(ctx.now, TOPIC_WANTED_AFTER) },
        ladder: unplaced_ladder(ctx),
        offers: Vec::new(),
        hops: 0,
        round: 0,
        asked_after: None,
    };
    ctx.tx.insert_request(&request).await?;
    bind(ctx, &request).await?;
    let handed_off = vec![Happening::HandedOff];
    let Some(topic) = draft.topic else {
        let step = Step { request, happened: handed_off };
        let request = tell::settle(ctx, step, Some(&asker.person.id)).await?;
        return which_topic(ctx, asker, &request, &draft.typed).await;
    };
    match settle_place(ctx, asker, request, &topic, handed_off).await? {
        Ok(request) => {
            let shown = view::request(ctx, &request).await?;
            private(ctx, asker, say::handed_off(&shown, &asker.person.id)).await
        }
        Err(refusal) => {
            let card = request::refusal_card(ctx, refusal, None).await?;
            private(ctx, asker, card).await
        }
    }
}

async fn which_topic(ctx: &mut Ctx<'_>, asker: &Asker, request: &Request, typed: &str) -> Answer {
    let topics = ctx.tx.topics().await?;
    let mut near = if typed.is_empty() { Vec::new() } else { nearest(&topics, typed) };
    if near.is_empty() {
        near = spoken_of(&topics, &request.words);
    }
    let near: Vec<(TopicId, String)> =
        near.into_iter().map(|topic| (topic.id.clone(), topic.name.clone())).collect();
    let shown = view::request(ctx, request).await?;
    private(ctx, asker, say::which_topic(&shown, typed, &near, &names(&topics))).await
}

async fn settle_place(
    ctx: &mut Ctx<'_>,
    asker: &Asker,
    mut request: Request,
    topic: &Topic,
    before: Vec<Happening>,
) -> Result<Result<Request, Refusal>, StoreError> {
    let frozen = ladder(ctx, topic).await?;
    request.ladder = frozen.clone();
    let placed = Request { topic: Some(topic.id.clone()), ..request.clone() };
    let mut around_it = placed;
    let world = around(ctx, &mut around_it).await?;
    let step = match holding::place(request, topic.id.clone(), frozen, &world, ctx.now) {
        Ok(step) => step,
        Err(refusal) => return Ok(Err(refusal)),
    };
    let happened = before.into_iter().chain(step.happened).collect();
    let step = Step { request: step.request, happened };
    Ok(Ok(tell::settle(ctx, step, Some(&asker.person.id)).await?))
}

/// What is said in the thread where it was handed off belongs to the request.
async fn bind(ctx: &mut Ctx<'_>, request: &Request) -> Result<(), StoreError> {
    let Some(place) = &request.origin.place else { return Ok(()) };
    let (true, Some(thread)) = (request.origin.thread_is_ours, &place.thread) else { return Ok(()) };
    let workspace = ctx.workspace.id.clone();
    ctx.tx.bind_thread(&request.id, &workspace, &place.channel, Some(thread)).await
}

fn names(topics: &[Topic]) -> Vec<(TopicId, String)> {
    topics.iter().map(|topic| (topic.id.clone(), topic.name.clone())).collect()
}

fn in_thread(asker: &Asker) -> bool {
    asker.place.as_ref().is_some_and(|place| place.thread.is_some())
}

impl About {
    fn here(asker: &Asker) -> Self {
        Self { place: asker.place.clone(), link: asker.link.clone(), ..Self::default() }
    }

    /// Kept until the form comes back: no platform carries much along with a form.
    async fn keep(&self, ctx: &mut Ctx<'_>) -> Result<String, StoreError> {
        let id = ctx.id();
        let body = serde_json::to_string(self).expect("a place is plain data");
        ctx.tx.keep_draft(&id, &body, ctx.now).await?;
        Ok(id)
    }

    /// What the form is about. One that is not known any more is handed off from where it was sent.
    async fn kept(ctx: &mut Ctx<'_>, id: &str) -> Result<Self, StoreError> {
        let body = ctx.tx.draft(id).await?;
        Ok(body.and_then(|body| serde_json::from_str(&body).ok()).unwrap_or_default())
    }
}

impl Draft {
    fn new(ctx: &Ctx<'_>, asker: &Asker, topic: Option<Topic>, words: String) -> Self {
        Self {
            topic,
            typed: String::new(),
            words,
            customer: None,
            privacy: Privacy::Open,
            urgency: Urgency::Normal,
            requester: asker.person.id.clone(),
            origin: Origin {
                workspace: Some(ctx.workspace.id.clone()),
                thread_is_ours: asker.forms == Forms::CannotOpen && in_thread(asker),
                place: asker.place.clone(),
                message: None,
                link: asker.link.clone(),
            },
        }
    }
}
