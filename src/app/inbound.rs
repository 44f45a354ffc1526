//! Something was said: exactly one effect per event, however often it is delivered.
//!
//! Dedupe, workspace, permission, feature, commit, then the reply; the adapter acknowledges with it.
//! A crash before the commit means redelivery, which the dedupe makes harmless.

use jiff::Timestamp;

use crate::app::failure::Failure;
use crate::app::{App, Ctx, handoff, link, people, relay, request, requests, service, volunteer};
use crate::chat::card::Card;
use crate::chat::catalog::{May, may};
use crate::chat::command::{Command, DeclineChoice, ServiceCommand};
use crate::chat::form::FormKind;
use crate::chat::inbound::{Event, Inbound, Mentioned, Reply, Said, Speech};
use crate::chat::parse;
use crate::chat::platform::Addressed;
use crate::chat::say::refusals;
use crate::domain::ids::{Place, RequestId, UserKey};
use crate::domain::person::{Person, Role, Standing};
use crate::domain::request::Outcome;
use crate::store::error::StoreError;
use crate::store::inbox::FirstDelivery;
use crate::store::workspaces::Workspace;

/// Who asks something, and from where.
#[derive(Clone, Debug)]
pub struct Asker {
    /// Who.
    pub person: Person,
    /// Their key where they are.
    pub user: UserKey,
    /// Where.
    pub place: Option<Place>,
    /// Persons that their words mention.
    pub mentions: Vec<Mentioned>,
    /// Whether a form can be opened for them from here.
    pub forms: Forms,
    /// The link to the message they said it in, where there is one.
    pub link: Option<String>,
    /// When they said it.
    pub at: Timestamp,
}

/// Whether a form can be opened: only a command, a button or a shortcut can, words cannot.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Forms {
    /// It can.
    CanOpen,
    /// It cannot.
    CannotOpen,
}

/// What a feature answers: a refusal is an answer, not a failure.
pub type Answer = Result<Reply, StoreError>;

/// How often a decision that met another at the same rows is taken again.
const RETRIES: u32 = 3;

impl App {
    /// Takes in one delivery and answers what goes back at once. On a failure nothing was changed.
    pub async fn receive(&self, inbound: Inbound) -> Result<Reply, Failure> {
        let kind = kind_of(&inbound.event);
        let mut taken = Box::pin(self.take_in(inbound.clone())).await;
        // Somebody else was at the same rows at the same moment: nothing was done, and they are done now.
        for _ in 0..RETRIES {
            if !matches!(taken, Err(StoreError::Conflict)) {
                break;
            }
            taken = Box::pin(self.take_in(inbound.clone())).await;
        }
        match taken {
            Ok((reply, result)) => {
                self.metrics.event(kind, result);
                Ok(reply)
            }
            Err(error) => {
                self.metrics.event(kind, "failed");
                Err(Failure::of(error, &self.ids.next(self.clock.now())))
            }
        }
    }

    async fn take_in(&self, inbound: Inbound) -> Result<(Reply, &'static str), StoreError> {
        let Some(workspace) = self.workspace(inbound.platform, &inbound.workspace).await? else {
            tracing::debug!(platform = inbound.platform.as_str(), "an event of a workspace that is not ours");
            return Ok((Reply::Nothing, "foreign"));
        };
        // Most of what is overheard concerns nothing here: it is looked at, and leaves no trace.
        if let Event::Said(Said { to_bot: Speech::Overheard, .. }) = &inbound.event {
            let mut looking = self.look_in(&workspace).await?;
            let Some(place) = &inbound.place else { return Ok((Reply::Nothing, "passed")) };
            if request::at(&mut looking, &place.channel, place.thread.as_ref()).await?.is_none() {
                return Ok((Reply::Nothing, "passed"));
            }
        }
        let mut ctx = self.decide(&workspace).await?;
        match ctx.tx.first_delivery(&workspace.id, &inbound.delivery, ctx.now).await? {
            // The reply to words goes out beside the acknowledgement: it stands there already.
            FirstDelivery::Seen(_) if matches!(inbound.event, Event::Said(_)) => {
                return Ok((Reply::Nothing, "repeated"));
            }
            FirstDelivery::Seen(saved) => {
                return Ok((serde_json::from_str(&saved).unwrap_or(Reply::Nothing), "repeated"));
            }
            FirstDelivery::Fresh => {}
        }
        for facts in &inbound.people {
            people::told(&mut ctx, facts).await?;
        }
        let (delivery, removed) = (inbound.delivery.clone(), inbound.event == Event::Removed);
        let reply = Box::pin(event(&mut ctx, inbound)).await?;
        if reply != Reply::Nothing {
            let saved = serde_json::to_string(&reply).expect("a reply is plain data");
            ctx.tx.save_reply(&workspace.id, &delivery, &saved).await?;
        }
        ctx.commit().await?;
        if removed {
            self.remember_workspace(&Workspace { active: false, ..workspace });
        }
        Ok((reply, "done"))
    }
}

async fn event(ctx: &mut Ctx<'_>, inbound: Inbound) -> Answer {
    let Inbound { actor, place, mentions, event, .. } = inbound;
    match event {
        Event::Met(facts) => {
            for facts in facts {
                people::met(ctx, &facts).await?;
            }
            Ok(Reply::Nothing)
        }
        Event::Removed => {
            people::removed(ctx).await?;
            Ok(Reply::Nothing)
        }
        Event::HomeOpened => {
            if let Some(user) = actor {
                let person = people::meet(ctx, &user).await?;
                crate::app::home::opened(ctx, &person).await?;
            }
            Ok(Reply::Nothing)
        }
        Event::Command(command) => {
            let Some(user) = actor else { return Ok(Reply::Nothing) };
            let person = people::meet(ctx, &user).await?;
            let at = ctx.now;
            let forms = Forms::CanOpen;
            let asker = Asker { person, user, place, mentions, forms, link: None, at };
            ask(ctx, &asker, command).await
        }
        Event::Said(said) => {
            let Some(user) = actor else { return Ok(Reply::Nothing) };
            heard(ctx, user, place, mentions, said).await
        }
    }
}

/// Words in a place where the bot can hear: a command to it, or a sign of life in a request's thread.
async fn heard(
    ctx: &mut Ctx<'_>,
    user: UserKey,
    place: Option<Place>,
    mentions: Vec<Mentioned>,
    said: Said,
) -> Answer {
    let Some(place) = place else { return Ok(Reply::Nothing) };
    match said.to_bot {
        Speech::Overheard => {
            let bound = request::at(ctx, &place.channel, place.thread.as_ref()).await?;
            if let (Some(id), Some(person)) = (bound, ctx.tx.identity(&ctx.workspace.id, &user).await?) {
                request::heard_from(ctx, &id, &person).await?;
            }
            Ok(Reply::Nothing)
        }
        Speech::ToBot => {
            let person = people::meet(ctx, &user).await?;
            if place.kind == crate::domain::ids::PlaceKind::Direct {
                ctx.tx.note_direct(&ctx.workspace.id, &place.channel).await?;
            }
            let command = parse::spoken(&said.words);
            let (link, at) = (said.link, said.at);
            let asker =
                Asker { person, user, place: Some(place), mentions, forms: Forms::CannotOpen, link, at };
            ask(ctx, &asker, command).await
        }
    }
}

/// A command: permission first, then the feature.
async fn ask(ctx: &mut Ctx<'_>, asker: &Asker, command: Command) -> Answer {
    if asker.person.standing == Standing::Outside
        && let Command::Service(ServiceCommand::Link(code)) = &command
    {
        return link::from_outside(ctx, asker, code).await;
    }
    if asker.person.standing != Standing::Staff {
        return private(ctx, asker, refusals::outsiders()).await;
    }
    let allowed = match may(&command) {
        May::Staff => true,
        May::Admins => is_admin(ctx, &asker.person).await?,
        May::Stewards => {
            is_admin(ctx, &asker.person).await? || service::is_steward(ctx, asker, &command).await?
        }
    };
    if !allowed {
        return private(ctx, asker, refusals::may_not(may(&command))).await;
    }
    match command {
        Command::Handoff(words) => handoff::words(ctx, asker, &words).await,
        Command::HandoffMessage(message) => handoff::message(ctx, asker, message).await,
        Command::HandoffPerson(user) => handoff::person(ctx, asker, &user).await,
        Command::Submit(form) => match form.kind {
            FormKind::Handoff => handoff::submitted(ctx, asker, &form).await,
            FormKind::Done => request::done_submitted(ctx, asker, &form).await,
            FormKind::KnowsWho => request::knows_who_submitted(ctx, asker, &form).await,
            FormKind::Availability => volunteer::submitted(ctx, asker, &form).await,
            FormKind::Write => relay::submitted(ctx, asker, &form).await,
        },
        Command::Place(id, topic) => handoff::place(ctx, asker, &id, &topic).await,
        Command::Accept(id, n) => request::accept(ctx, asker, &id, n).await,
        Command::Decline(id, n, DeclineChoice::KnowsWho) => request::knows_who(ctx, asker, &id, n).await,
        Command::Decline(id, n, choice) => request::decline(ctx, asker, &id, n, choice).await,
        Command::GiveBackChoice(id) => request::give_back_choice(ctx, asker, &id).await,
        Command::GiveBack(id, to) => request::give_back(ctx, asker, &id, to).await,
        Command::PassOn(id) => request::pass_on(ctx, asker, &id).await,
        Command::DoneForm(id) => request::done_form(ctx, asker, &id).await,
        Command::DoneHere(note) => request::done_here(ctx, asker, &note).await,
        Command::StillOnIt(id) => request::still_on_it(ctx, asker, &id).await,
        Command::Withdraw(id) => request::close(ctx, asker, &id, Outcome::Withdrawn, "").await,
        Command::StillWaiting(id) => request::still_waiting(ctx, asker, &id).await,
        Command::Urgent(id) => request::urgent(ctx, asker, &id).await,
        Command::Reopen(id) => request::reopen(ctx, asker, &id).await,
        Command::Write(id) => relay::write(ctx, asker, &id).await,
        Command::SendDraft(id) => relay::send(ctx, asker, &id).await,
        Command::ChangeDraft(id) => relay::change(ctx, asker, &id).await,
        Command::Volunteer(command) => volunteer::volunteer(ctx, asker, command).await,
        Command::Requests(command) => requests::requests(ctx, asker, command).await,
        Command::Service(command) => service::service(ctx, asker, command).await,
        Command::Thanked => private(ctx, asker, crate::chat::say::service::thanked()).await,
        Command::Outdated => private(ctx, asker, refusals::old_button()).await,
        Command::Unknown { name, words } => service::unknown(ctx, asker, &name, &words).await,
    }
}

/// Whether somebody may change everything: by the platform's word, or by the operator's.
pub async fn is_admin(ctx: &mut Ctx<'_>, person: &Person) -> Result<bool, StoreError> {
    if person.role == Role::Admin {
        return Ok(true);
    }
    people::is_named(ctx, &person.id, &ctx.app.defaults.admins).await
}

/// An answer for the asker's eyes.
pub async fn private(ctx: &mut Ctx<'_>, asker: &Asker, card: Card) -> Answer {
    Ok(Reply::Private(addressed(ctx, card, &asker.person).await?))
}

/// A card with the keys of the persons in it, for a reader in this workspace.
pub async fn addressed(
    ctx: &mut Ctx<'_>,
    said: Card,
    reader: &Person,
) -> Result<Addressed<Card>, StoreError> {
    let persons: Vec<_> = said.persons().into_iter().map(|who| who.id.clone()).collect();
    let users = ctx.tx.user_keys(&ctx.workspace.id, &persons).await?;
    let zone = reader.zone.clone().unwrap_or_else(|| ctx.settings.timezone.clone());
    Ok(Addressed { said, users, zone })
}

/// The request and the way of giving it back, from a form's subject `request:n`.
pub fn request_and_number(about: &str) -> Option<(RequestId, usize)> {
    let (request, n) = about.rsplit_once(':')?;
    Some((RequestId::from(request), n.parse().ok()?))
}

fn kind_of(event: &Event) -> &'static str {
    match event {
        Event::Command(Command::Submit(_)) => "form",
        Event::Command(_) => "command",
        Event::Said(_) => "message",
        Event::Met(_) => "person",
        Event::HomeOpened => "home",
        Event::Removed => "removed",
    }
}
