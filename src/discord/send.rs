//! Errands on Discord: posting, editing, finding people.
//! Invariants: a post carries a nonce made of its row's id, and after an unsure attempt that is older
//! than Discord remembers nonces it is looked for, so it stands there once; what Discord says decides
//! whether an errand is over, comes later, or is unsure; every call is bounded by the client.

mod desk;
mod find;
mod history;
mod outcome;
mod reach;
#[cfg(test)]
mod tests;

use std::fmt::Write;

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::api::{Api, CallError};
use super::render;
use crate::chat::card::Card;
use crate::chat::inbound::PersonFacts;
use crate::chat::platform::{Address, Addressed, Delivery, Errand, Otherwise, Task};
use crate::chat::text::Span;
use crate::domain::ids::{ChannelKey, MessageKey, MessageRef, UserKey, WorkspaceKey};
pub use desk::Desk;
use outcome::code;

/// What is known of servers, to say who their members are.
pub trait Members: Send + Sync {
    /// Reads a member object of a server; `None` where it names nobody.
    fn facts(&self, guild: &WorkspaceKey, member: &Value) -> Option<PersonFacts>;
}

/// For how long Discord surely takes a second post with the same nonce for the first.
const NONCE_HOLDS: SignedDuration = SignedDuration::from_secs(120);

/// One post on its way.
struct Job<'a> {
    api: &'a Api,
    desk: &'a Desk,
    errand: &'a Errand,
    card: &'a Addressed<Card>,
    otherwise: Option<&'a Otherwise>,
    now: Timestamp,
}

/// How an attempt to say something in one place went.
enum Said {
    /// It stands there.
    There(MessageRef),
    /// The call gave no result.
    Not(CallError),
    /// It could not be looked for, so it stays unsure whether it stands there.
    Unseen(CallError),
}

/// Runs one errand at `now`.
pub async fn run(api: &Api, desk: &Desk, members: &dyn Members, errand: &Errand, now: Timestamp) -> Delivery {
    match &errand.task {
        // Discord tells nobody whether somebody wants to be left alone, so there is nothing to ask first.
        Task::Post { to, card, otherwise, .. } => {
            let job = Job { api, desk, errand, card, otherwise: otherwise.as_ref(), now };
            match to {
                Address::Person(user) => reach::person(&job, user).await,
                Address::Group(users) => reach::group(&job, users).await,
                Address::Channel(channel) => in_channel(&job, channel).await,
                Address::Thread(channel, thread) => in_thread(&job, channel, thread).await,
            }
        }
        Task::Edit { at, card } => edit(api, &errand.workspace, at, card).await,
        // There is no such page; `/requests mine` shows the same.
        Task::Home { .. } => Delivery::Done,
        Task::LookUp { user } => find::look_up(api, members, &errand.workspace, user).await,
        Task::Find { name } => find::find(api, members, &errand.workspace, name).await,
    }
}

async fn in_channel(job: &Job<'_>, channel: &ChannelKey) -> Delivery {
    match job.api.channel_id(job.errand.workspace.as_str(), channel).await {
        Ok(Some(channel)) => say(job, &channel, &[], 0).await.delivery(),
        Ok(None) => Delivery::Gone("unknown_channel".to_owned()),
        Err(error) => outcome::harmless(error),
    }
}

/// Those who are spoken to are brought into the thread first. Where a message has no thread yet, it gets
/// one.
async fn in_thread(job: &Job<'_>, channel: &ChannelKey, thread: &MessageKey) -> Delivery {
    let there = ChannelKey::from(thread.as_str());
    if reach::bring_in(job, &there, &mentioned(job.card)).await == reach::Brought::Nowhere {
        return in_new_thread(job, channel, thread).await;
    }
    match say(job, &there, &[], 0).await {
        Said::Not(error) if error.code() == Some(code::UNKNOWN_CHANNEL) => {
            in_new_thread(job, channel, thread).await
        }
        said => said.delivery(),
    }
}

async fn in_new_thread(job: &Job<'_>, channel: &ChannelKey, message: &MessageKey) -> Delivery {
    match job.api.thread_of(channel, message, &heading(job.card)).await {
        Ok(thread) => {
            reach::bring_in(job, &thread, &mentioned(job.card)).await;
            say(job, &thread, &[], 0).await.delivery()
        }
        // One message has one thread, so asking for it again does no harm.
        Err(error) => outcome::harmless(error),
    }
}

async fn edit(api: &Api, workspace: &WorkspaceKey, at: &MessageRef, card: &Addressed<Card>) -> Delivery {
    let message = render::message(card, workspace);
    let mut result = api.edit_message(at, &message).await;
    if result.as_ref().is_err_and(|error| error.code() == Some(code::ARCHIVED))
        && api.wake_thread(&at.channel).await.is_ok()
    {
        result = api.edit_message(at, &message).await;
    }
    outcome::of(result, |()| Delivery::Posted(at.clone()))
}

/// Says the card in a channel or thread whose id is known, to those people in any case. `variant` tells
/// apart several posts of one row.
async fn say(job: &Job<'_>, channel: &ChannelKey, notify: &[UserKey], variant: u8) -> Said {
    let (api, desk, errand) = (job.api, job.desk, job.errand);
    let mut message = render::message_to(job.card, &errand.workspace, notify);
    let nonce = nonce(&errand.id, variant);
    let too_old_for_nonces = job.now.duration_since(errand.since) > NONCE_HOLDS;
    if errand.unsure > 0 && too_old_for_nonces {
        match history::find(api, desk, channel, errand, &message, &nonce).await {
            Ok(Some(at)) => return Said::There(at),
            Ok(None) => {}
            Err(error) => return Said::Unseen(error),
        }
    }
    message["nonce"] = json!(nonce);
    message["enforce_nonce"] = json!(true);
    let mut result = api.create_message(channel, &message).await;
    if result.as_ref().is_err_and(|error| error.code() == Some(code::ARCHIVED))
        && api.wake_thread(channel).await.is_ok()
    {
        result = api.create_message(channel, &message).await;
    }
    match result {
        Ok(at) => {
            desk.posted(&at.message, &errand.id);
            Said::There(at)
        }
        Err(error) => {
            if error.code() == Some(code::UNKNOWN_CHANNEL) {
                api.forget_channel(channel);
            }
            Said::Not(error)
        }
    }
}

impl Said {
    fn delivery(self) -> Delivery {
        match self {
            Self::There(at) => Delivery::Posted(at),
            Self::Not(error) => outcome::of(Err(error), Delivery::Posted),
            Self::Unseen(error) => outcome::unseen(&error),
        }
    }
}

/// What a row's post is recognised by: at most 25 characters.
fn nonce(row: &str, variant: u8) -> String {
    let digest = Sha256::digest(row.as_bytes());
    digest.iter().take(11).chain([&variant]).fold(String::new(), |mut nonce, byte| {
        // Writing to a String cannot fail.
        let _ = write!(nonce, "{byte:02x}");
        nonce
    })
}

/// Those whom the card speaks to.
fn mentioned(card: &Addressed<Card>) -> Vec<UserKey> {
    let mut users: Vec<UserKey> = Vec::new();
    for span in card.said.texts().into_iter().flat_map(|text| &text.0) {
        if let Span::Mention(who) = span
            && let Some(user) = card.users.get(&who.id)
            && !users.contains(user)
        {
            users.push(user.clone());
        }
    }
    users
}

/// A name for a thread: what the card is headed by, else its first line.
fn heading(card: &Addressed<Card>) -> String {
    let first = card.said.title.as_ref().or(card.said.lines.first());
    first.map_or_else(String::new, |text| text.words(&card.zone))
}
