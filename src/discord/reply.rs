//! How the app's reply gets back: as the answer to an interaction, as an edit of a deferred one, as a
//! form, or directly.
//! Invariants: an interaction is answered in time, whatever becomes of the reply; nobody else reads it;
//! a reply that cannot be given is logged by kind, never repeated.

mod body;
pub mod line;
#[cfg(test)]
mod tests;

use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use serde_json::json;
use tokio::time::{Instant, timeout};

use self::body::{Again, Shown, announcement, callback, closed, message, once, plain, pointer};
use self::line::{Line, Missed, Repeat, patient, twice};
use super::decode::{Sort, Ticket, Way};
use super::memory::Memory;
use super::send::Desk;
use crate::app::failure::Failure;
use crate::chat::command::Command;
use crate::chat::form::{Choice, Form, Submitted};
use crate::chat::inbound::{Event, Inbound, Reply};
use crate::chat::platform::Addressed;
use crate::chat::say::forms;
use crate::domain::ids::{Place, PlaceKind, UserKey, WorkspaceKey};

/// A reply that is not there by then is announced; Discord waits 3 s.
const PROMPT: Duration = Duration::from_millis(1_500);

/// Gives replies.
pub struct Replies {
    line: Arc<dyn Line>,
    desk: Arc<Desk>,
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
    /// Since when they wait.
    since: Instant,
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
            since: Instant::now(),
        }
    }

    /// They wait since then already.
    #[must_use]
    pub fn since(self, since: Instant) -> Self {
        Self { since, ..self }
    }

    /// Somebody whose server is not known.
    pub fn of_nobody(user: UserKey, place: Place) -> Self {
        let delivery = format!("homeless:{user}");
        Self {
            workspace: "".into(),
            actor: Some(user),
            place: Some(place),
            submitted: None,
            delivery,
            since: Instant::now(),
        }
    }
}

impl Replies {
    /// Gives replies over this line; the desk learns who can be written to again.
    pub fn new(line: Arc<dyn Line>, desk: Arc<Desk>) -> Self {
        Self { line, desk, memory: Memory::default(), prompt: PROMPT }
    }

    /// Waits for the app's answer and gives it; an interaction that would wait too long is told so first.
    /// Answers whether the app took the delivery in.
    pub async fn give(
        &self,
        way: &Way,
        asked: &Asked,
        answer: impl Future<Output = Result<Reply, Failure>>,
    ) -> bool {
        if let (Some(actor), Some(PlaceKind::Direct)) = (&asked.actor, asked.place.as_ref().map(|at| at.kind))
        {
            self.desk.opened(actor);
        }
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
        let body = body::choices(choices);
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
            since: Instant::now(),
        };
        self.show_first(ticket, &asked, shown).await;
    }

    /// Tells somebody that what they did is not understood.
    pub async fn not_understood(&self, ticket: &Ticket) {
        if ticket.sort == Sort::Typing {
            return self.choices(ticket, &[]).await;
        }
        let body = callback(&Shown::Card(plain(forms::not_understood()), None), ticket, &"".into());
        given(twice(|| self.line.callback(ticket, &body)).await);
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
        if let Ok(answer) = timeout(self.prompt.saturating_sub(asked.since.elapsed()), &mut answer).await {
            let taken = answer.is_ok();
            let shown = self.shown(answer, ticket, asked);
            self.show_first(ticket, asked, shown).await;
            return taken;
        }
        let announcement = announcement(ticket);
        let announcing = twice(|| self.line.callback(ticket, &announcement));
        let (announced, answer) = tokio::join!(announcing, answer);
        let taken = answer.is_ok();
        let shown = closed(self.shown(answer, ticket, asked), &ticket.id);
        match announced {
            // Whether it arrived shows in what follows.
            Ok(()) | Err(Missed::Already | Missed::Unsure) => self.show_after(ticket, asked, shown).await,
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

    /// The first answer to an interaction.
    async fn show_first(&self, ticket: &Ticket, asked: &Asked, shown: Shown) {
        // A form cannot be the answer to a form.
        let shown = if ticket.sort == Sort::Form { closed(shown, &ticket.id) } else { shown };
        let body = callback(&shown, ticket, &asked.workspace);
        match twice(|| self.line.callback(ticket, &body)).await {
            Ok(()) | Err(Missed::Already) => {
                if shown == Shown::Nothing && ticket.sort != Sort::Press {
                    self.take_back(ticket).await;
                }
            }
            Err(missed) => {
                tracing::debug!(%missed, "an interaction was not answered");
                if missed == Missed::Unsure && self.stands(ticket, asked, &shown).await {
                    return;
                }
                self.directly(asked, closed(shown, &ticket.id), ticket).await;
            }
        }
    }

    /// Whether a first answer of which no word came back arrived: then saying the same again in its place
    /// succeeds.
    async fn stands(&self, ticket: &Ticket, asked: &Asked, shown: &Shown) -> bool {
        let Some(message) = message(shown, &asked.workspace) else { return false };
        patient(Repeat::Safe, || self.line.edit_original(ticket, &message)).await.is_ok()
    }

    /// What follows an announcement.
    async fn show_after(&self, ticket: &Ticket, asked: &Asked, shown: Shown) {
        let Some(mut message) = message(&shown, &asked.workspace) else {
            if ticket.sort != Sort::Press {
                self.take_back(ticket).await;
            }
            return;
        };
        let shown_after = if ticket.sort == Sort::Press {
            message["flags"] = json!(body::EPHEMERAL);
            patient(Repeat::Doubles, || self.line.followup(ticket, &message)).await
        } else {
            patient(Repeat::Safe, || self.line.edit_original(ticket, &message)).await
        };
        match shown_after {
            // Certainly not shown there, so it is not said twice.
            Err(Missed::Expired | Missed::Closed | Missed::Busy(_) | Missed::Failed) => {
                self.directly(asked, shown, ticket).await;
            }
            result => given(result),
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
        match patient(Repeat::Safe, || self.line.direct(actor, &message)).await {
            Err(Missed::Closed) => {
                let elsewhere = |place: &&Place| place.kind != PlaceKind::Direct;
                let Some(place) = asked.place.as_ref().filter(elsewhere) else { return };
                let channel = place.thread.as_ref().map_or(place.channel.as_str(), |thread| thread.as_str());
                let word = once(pointer(actor, &asked.workspace), &ticket.id);
                given(patient(Repeat::Safe, || self.line.post(channel, &word)).await);
            }
            result => given(result),
        }
    }

    /// The answer to words: where nobody else reads, there; elsewhere directly.
    async fn in_words(&self, asked: &Asked, reply: Reply) {
        let (Some(actor), Some(place)) = (&asked.actor, &asked.place) else { return };
        let shown = match reply {
            Reply::Nothing => return,
            Reply::Private(card) => Shown::Card(card, None),
            Reply::Form(form) => {
                if let Some(card) = forms::door(&form) {
                    Shown::Card(plain(card), None)
                } else {
                    self.memory.keep(actor, &asked.delivery, form.clone());
                    closed(Shown::Form(form), &asked.delivery)
                }
            }
            Reply::Mend(_) => {
                tracing::warn!("a reply could not be given: complaints without a form");
                return;
            }
        };
        let Some(message) = message(&shown, &asked.workspace) else { return };
        let message = once(message, asked.delivery.rsplit(':').next().unwrap_or_default());
        let result = match place.kind {
            PlaceKind::Direct => {
                patient(Repeat::Safe, || self.line.post(place.channel.as_str(), &message)).await
            }
            PlaceKind::Channel | PlaceKind::Group => {
                patient(Repeat::Safe, || self.line.direct(actor, &message)).await
            }
        };
        given(result);
    }
}

fn given(result: Result<(), Missed>) {
    if let Err(missed) = result {
        tracing::warn!(%missed, "a reply could not be given");
    }
}
