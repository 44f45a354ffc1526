//! How the app's reply gets back: as the answer to an interaction, as an edit of a deferred one, as a
//! form, or directly.
//! Invariants: an interaction is answered in time, whatever becomes of the reply; nobody else reads it;
//! a reply that cannot be given is logged by kind, never repeated.

pub mod line;
#[cfg(test)]
mod tests;

use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::timeout;

use self::line::{Line, Missed, patient};
use super::decode::{Sort, Ticket, Way};
use super::memory::{self, Memory};
use super::render;
use crate::app::failure::Failure;
use crate::chat::card::Card;
use crate::chat::command::Command;
use crate::chat::form::{Choice, Form, Submitted};
use crate::chat::inbound::{Event, Inbound, Reply};
use crate::chat::platform::Addressed;
use crate::chat::say::forms;
use crate::domain::ids::{Place, PlaceKind, UserKey, WorkspaceKey};

/// A reply that is not there by then is announced; Discord waits 3 s.
const PROMPT: Duration = Duration::from_millis(1_500);
/// Discord's flag of a message that only the asker sees.
const EPHEMERAL: u64 = 64;
/// Choices that Discord shows at most, and characters of each.
const CHOICES: usize = 25;
const CHOICE: usize = 100;

/// Discord's sorts of answers.
mod answer {
    pub const MESSAGE: u64 = 4;
    pub const ANNOUNCED: u64 = 5;
    pub const SEEN: u64 = 6;
    pub const CHOICES: u64 = 8;
    pub const FORM: u64 = 9;
}

/// Gives replies.
pub struct Replies {
    line: Arc<dyn Line>,
    memory: Memory,
    prompt: Duration,
}

/// Who asked, where, and with which answers.
#[derive(Debug, Clone)]
pub struct Asked {
    workspace: WorkspaceKey,
    actor: Option<UserKey>,
    place: Option<Place>,
    submitted: Option<Submitted>,
    delivery: String,
}

/// What is to be shown.
#[derive(Debug, PartialEq)]
enum Shown {
    Nothing,
    Card(Addressed<Card>, Option<Again>),
    Form(Form),
}

/// A button that opens a form: what stands on it, and the form's key.
#[derive(Debug, Clone, PartialEq)]
struct Again {
    label: &'static str,
    key: String,
}

impl Asked {
    /// What a reply needs to know of a delivery.
    pub fn of(inbound: &Inbound) -> Self {
        let submitted = match &inbound.event {
            Event::Command(Command::Submit(submitted)) => Some(submitted.clone()),
            _ => None,
        };
        Self {
            workspace: inbound.workspace.clone(),
            actor: inbound.actor.clone(),
            place: inbound.place.clone(),
            submitted,
            delivery: inbound.delivery.clone(),
        }
    }

    /// Somebody whose server is not known.
    pub fn of_nobody(user: UserKey, place: Place) -> Self {
        let delivery = format!("homeless:{user}");
        Self { workspace: "".into(), actor: Some(user), place: Some(place), submitted: None, delivery }
    }
}

impl Replies {
    /// Gives replies over this line.
    pub fn new(line: Arc<dyn Line>) -> Self {
        Self { line, memory: Memory::default(), prompt: PROMPT }
    }

    /// Waits for the app's answer and gives it; an interaction that would wait too long is told so first.
    /// Answers whether the app took the delivery in.
    pub async fn give(
        &self,
        way: &Way,
        asked: &Asked,
        answer: impl Future<Output = Result<Reply, Failure>>,
    ) -> bool {
        match way {
            Way::Interaction(ticket) => self.interaction(ticket, asked, answer).await,
            Way::Said | Way::None => {
                let answer = answer.await;
                let taken = answer.is_ok();
                // What the app could not take in is read again later; nobody needs to be told twice.
                if let (Ok(reply), Way::Said) = (answer, way) {
                    self.in_words(asked, reply).await;
                }
                taken
            }
        }
    }

    /// Shows what an argument could be.
    pub async fn choices(&self, ticket: &Ticket, choices: &[Choice]) {
        let choices: Vec<Value> = choices
            .iter()
            .take(CHOICES)
            .filter(|choice| choice.value.chars().count() <= CHOICE)
            .map(|choice| json!({ "name": choice.label, "value": choice.value }))
            .collect();
        let body = json!({ "type": answer::CHOICES, "data": { "choices": choices } });
        if let Err(missed) = self.line.callback(ticket, &body).await {
            tracing::debug!(%missed, "choices came too late");
        }
    }

    /// Opens a form again that could not be taken, or could not be opened by itself.
    pub async fn again(&self, ticket: &Ticket, user: &UserKey, key: &str, workspace: &WorkspaceKey) {
        let shown = match self.memory.form(user, key) {
            Some(form) => Shown::Form(form),
            None => Shown::Card(plain(forms::forgotten()), None),
        };
        let asked = Asked {
            workspace: workspace.clone(),
            actor: Some(user.clone()),
            place: None,
            submitted: None,
            delivery: ticket.id.clone(),
        };
        self.show_first(ticket, &asked, shown).await;
    }

    /// Tells somebody that what they did is not understood.
    pub async fn not_understood(&self, ticket: &Ticket) {
        if ticket.sort == Sort::Typing {
            return self.choices(ticket, &[]).await;
        }
        let body = callback(&Shown::Card(plain(forms::not_understood()), None), ticket, &"".into());
        if let Err(missed) = self.line.callback(ticket, &body).await {
            tracing::warn!(%missed, "a reply could not be given");
        }
    }

    /// Tells somebody that it is not known where they belong.
    pub async fn no_home(&self, way: &Way, user: UserKey, place: Place) {
        match way {
            Way::Interaction(ticket) if ticket.sort == Sort::Typing => self.choices(ticket, &[]).await,
            _ => {
                let asked = Asked::of_nobody(user, place);
                self.give(way, &asked, async { Ok(Reply::Private(plain(forms::no_home()))) }).await;
            }
        }
    }

    async fn interaction(
        &self,
        ticket: &Ticket,
        asked: &Asked,
        answer: impl Future<Output = Result<Reply, Failure>>,
    ) -> bool {
        let mut answer = pin!(answer);
        if let Ok(answer) = timeout(self.prompt, &mut answer).await {
            let taken = answer.is_ok();
            let shown = self.shown(answer, ticket, asked);
            self.show_first(ticket, asked, shown).await;
            return taken;
        }
        let announced = self.line.callback(ticket, &announcement(ticket)).await;
        let answer = answer.await;
        let taken = answer.is_ok();
        let shown = self.closed(self.shown(answer, ticket, asked), ticket);
        match announced {
            Ok(()) | Err(Missed::Already) => self.show_after(ticket, asked, shown).await,
            Err(_) => self.directly(asked, shown, ticket).await,
        }
        taken
    }

    /// What is to be shown for an answer; a form is kept until it comes back.
    fn shown(&self, answer: Result<Reply, Failure>, ticket: &Ticket, asked: &Asked) -> Shown {
        let again = |form: Option<&Form>| {
            let (form, actor) = (form?, asked.actor.as_ref()?);
            self.memory.keep(actor, &ticket.id, form.clone());
            Some(Again { label: forms::AGAIN, key: ticket.id.clone() })
        };
        let answered = || self.memory.answered(asked.actor.as_ref()?, asked.submitted.as_ref()?);
        match (answer, &asked.submitted) {
            (Ok(Reply::Nothing), _) => Shown::Nothing,
            (Ok(Reply::Private(card)), _) => Shown::Card(card, None),
            (Ok(Reply::Form(form)), _) => {
                if let Some(actor) = &asked.actor {
                    self.memory.keep(actor, &ticket.id, form.clone());
                }
                Shown::Form(form)
            }
            (Ok(Reply::Mend(mends)), Some(submitted)) => {
                let form = answered();
                Shown::Card(plain(forms::to_mend(form.as_ref(), &mends, submitted)), again(form.as_ref()))
            }
            (Ok(Reply::Mend(_)), None) => {
                tracing::warn!("a reply could not be given: complaints without a form");
                Shown::Nothing
            }
            (Err(failure), submitted) => {
                let Reply::Private(card) = failure.reply() else { return Shown::Nothing };
                let Some(submitted) = submitted else { return Shown::Card(card, None) };
                let form = answered();
                let said = forms::typed(card.said, form.as_ref(), submitted);
                Shown::Card(Addressed { said, ..card }, again(form.as_ref()))
            }
        }
    }

    /// The same where no form can be opened any more: a button opens it.
    fn closed(&self, shown: Shown, ticket: &Ticket) -> Shown {
        match shown {
            Shown::Form(form) => {
                let again = Again { label: forms::OPEN, key: ticket.id.clone() };
                Shown::Card(plain(forms::ready(&form)), Some(again))
            }
            shown => shown,
        }
    }

    /// The first answer to an interaction.
    async fn show_first(&self, ticket: &Ticket, asked: &Asked, shown: Shown) {
        // A form cannot be the answer to a form.
        let shown = if ticket.sort == Sort::Form { self.closed(shown, ticket) } else { shown };
        let body = callback(&shown, ticket, &asked.workspace);
        match self.line.callback(ticket, &body).await {
            Ok(()) | Err(Missed::Already) => {
                if shown == Shown::Nothing && ticket.sort != Sort::Press {
                    self.take_back(ticket).await;
                }
            }
            Err(Missed::Expired | Missed::Refused(_)) => {
                self.directly(asked, self.closed(shown, ticket), ticket).await;
            }
            Err(missed) => tracing::warn!(%missed, "a reply could not be given"),
        }
    }

    /// What follows an announcement.
    async fn show_after(&self, ticket: &Ticket, asked: &Asked, shown: Shown) {
        let Some(mut message) = message(&shown, &asked.workspace) else {
            if ticket.sort != Sort::Press {
                self.take_back(ticket).await;
            }
            return;
        };
        let given = if ticket.sort == Sort::Press {
            message["flags"] = json!(EPHEMERAL);
            patient(|| self.line.followup(ticket, &message)).await
        } else {
            patient(|| self.line.edit_original(ticket, &message)).await
        };
        match given {
            Ok(()) => {}
            Err(Missed::Expired) => self.directly(asked, shown, ticket).await,
            Err(missed) => tracing::warn!(%missed, "a reply could not be given"),
        }
    }

    async fn take_back(&self, ticket: &Ticket) {
        if let Err(missed) = self.line.delete_original(ticket).await {
            tracing::debug!(%missed, "an announcement stays");
        }
    }

    /// When an interaction cannot be answered any more: a direct message, or where there is none, word
    /// that there was an answer.
    async fn directly(&self, asked: &Asked, shown: Shown, ticket: &Ticket) {
        let (Some(actor), Some(message)) = (&asked.actor, message(&shown, &asked.workspace)) else { return };
        let message = once(message, &ticket.id);
        match patient(|| self.line.direct(actor, &message)).await {
            Ok(()) => {}
            Err(Missed::Closed) => {
                let Some(place) = asked.place.as_ref().filter(|place| place.kind != PlaceKind::Direct) else {
                    return;
                };
                let channel = place.thread.as_ref().map_or(place.channel.as_str(), |thread| thread.as_str());
                let word = pointer(actor, &asked.workspace);
                if let Err(missed) = patient(|| self.line.post(channel, &word)).await {
                    tracing::warn!(%missed, "a reply could not be given");
                }
            }
            Err(missed) => tracing::warn!(%missed, "a reply could not be given"),
        }
    }

    /// The answer to words: where nobody else reads, there; elsewhere directly.
    async fn in_words(&self, asked: &Asked, reply: Reply) {
        let (Some(actor), Some(place)) = (&asked.actor, &asked.place) else { return };
        let shown = match reply {
            Reply::Nothing => return,
            Reply::Private(card) => Shown::Card(card, None),
            Reply::Form(form) => match forms::door(&form) {
                Some(card) => Shown::Card(plain(card), None),
                None => {
                    self.memory.keep(actor, &asked.delivery, form.clone());
                    let again = Again { label: forms::OPEN, key: asked.delivery.clone() };
                    Shown::Card(plain(forms::ready(&form)), Some(again))
                }
            },
            Reply::Mend(_) => {
                tracing::warn!("a reply could not be given: complaints without a form");
                return;
            }
        };
        let Some(message) = message(&shown, &asked.workspace) else { return };
        let message = once(message, asked.delivery.rsplit(':').next().unwrap_or_default());
        let given = match place.kind {
            PlaceKind::Direct => patient(|| self.line.post(place.channel.as_str(), &message)).await,
            PlaceKind::Channel | PlaceKind::Group => patient(|| self.line.direct(actor, &message)).await,
        };
        if let Err(missed) = given {
            tracing::warn!(%missed, "a reply to words could not be given");
        }
    }
}

/// The body that answers an interaction.
fn callback(shown: &Shown, ticket: &Ticket, workspace: &WorkspaceKey) -> Value {
    match shown {
        Shown::Nothing => announcement(ticket),
        Shown::Form(form) => json!({ "type": answer::FORM, "data": render::form::form(form, workspace) }),
        Shown::Card(..) => {
            let mut data = message(shown, workspace).unwrap_or_default();
            data["flags"] = json!(EPHEMERAL);
            json!({ "type": answer::MESSAGE, "data": data })
        }
    }
}

/// The body that says "seen": for the asker's eyes, or without a trace on the message that was pressed.
fn announcement(ticket: &Ticket) -> Value {
    match ticket.sort {
        Sort::Press => json!({ "type": answer::SEEN }),
        _ => json!({ "type": answer::ANNOUNCED, "data": { "flags": EPHEMERAL } }),
    }
}

/// The message of what is shown; `None` where it is none.
fn message(shown: &Shown, workspace: &WorkspaceKey) -> Option<Value> {
    let Shown::Card(card, again) = shown else { return None };
    let mut message = render::message(card, workspace);
    if let Some(Again { label, key }) = again {
        let button =
            json!({ "type": 2, "style": 1, "label": label, "custom_id": memory::token(key, workspace) });
        let row = json!({ "type": 1, "components": [button] });
        match message["components"].as_array_mut() {
            Some(rows) => rows.push(row),
            None => message["components"] = json!([row]),
        }
    }
    Some(message)
}

/// A word in company that there was an answer; it tells nothing of it, and pings nobody else.
fn pointer(user: &UserKey, workspace: &WorkspaceKey) -> Value {
    let mut message = render::message(&plain(forms::too_late()), workspace);
    let words = message["content"].as_str().unwrap_or_default().to_owned();
    message["content"] = json!(format!("<@{user}>: {words}"));
    message["allowed_mentions"] = json!({ "parse": [], "users": [user.as_str()] });
    message
}

/// With a mark by which Discord tells a second attempt from a second message.
fn once(mut message: Value, id: &str) -> Value {
    message["nonce"] = json!(format!("r{id}").chars().take(25).collect::<String>());
    message["enforce_nonce"] = json!(true);
    message
}

/// A card without persons in it.
fn plain(said: Card) -> Addressed<Card> {
    Addressed { said, users: std::collections::BTreeMap::new(), zone: jiff::tz::TimeZone::UTC }
}
