//! Reaching people: directly, and where a door is closed or several are meant, in company.
//! Invariants: what is private is never said where others read it; a thread is used again only for the
//! one person it was opened for; opening one twice does not say anything twice.

use serde_json::Value;

use super::outcome::{self, code};
use super::{Job, Said, history, say};
use crate::chat::platform::Delivery;
use crate::discord::api::{CallError, ThreadKind};
use crate::domain::ids::{ChannelKey, UserKey};
use crate::domain::request::Privacy;

/// Why somebody is not reached who takes no direct messages.
const CLOSED: &str = "dm_closed";

/// Whether people could be brought into a thread.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Brought {
    /// They are there, or one of them could not be.
    There,
    /// There is no such thread.
    Nowhere,
}

/// Directly; where that is closed, in a thread of their own, or by a message that names them.
pub(super) async fn person(job: &Job<'_>, user: &UserKey) -> Delivery {
    match directly(job, user, 0).await {
        Ok(delivery) => delivery,
        Err(()) => in_company(job, user).await,
    }
}

/// All of them in one thread; where none can be, each directly.
pub(super) async fn group(job: &Job<'_>, users: &[UserKey]) -> Delivery {
    let Some(channel) = (match meeting_place(job).await {
        Ok(channel) => channel,
        Err(delivery) => return delivery,
    }) else {
        return each(job, users).await;
    };
    let open = job.otherwise.is_some_and(|otherwise| otherwise.privacy == Privacy::Open);
    let kinds: &[ThreadKind] =
        if open { &[ThreadKind::Private, ThreadKind::Public] } else { &[ThreadKind::Private] };
    for kind in kinds {
        match thread_for(job, &channel, users, *kind).await {
            Ok(thread) => {
                bring_in(job, &thread, users).await;
                match say(job, &thread, users, 0).await {
                    Said::Not(error) if outcome::is_barred(&error) => job.desk.forget_thread(&thread),
                    said => return said.delivery(),
                }
            }
            Err(error) if outcome::is_not_allowed(&error) => {}
            Err(error) => return outcome::harmless(error),
        }
    }
    if open {
        return say(job, &channel, users, 0).await.delivery();
    }
    each(job, users).await
}

/// Brings people into a thread; who cannot be brought is left out. An archived thread is woken for it.
pub(super) async fn bring_in(job: &Job<'_>, thread: &ChannelKey, users: &[UserKey]) -> Brought {
    for user in users.iter().filter(|user| !job.desk.is_in(thread, user)) {
        let mut result = job.api.add_to_thread(thread, user).await;
        if result.as_ref().is_err_and(|error| error.code() == Some(code::ARCHIVED))
            && job.api.wake_thread(thread).await.is_ok()
        {
            result = job.api.add_to_thread(thread, user).await;
        }
        match result {
            Ok(()) => job.desk.brought(thread, user),
            Err(error) if error.code() == Some(code::UNKNOWN_CHANNEL) => return Brought::Nowhere,
            Err(error) => tracing::debug!(%error, "somebody could not be added to a thread"),
        }
    }
    Brought::There
}

/// `Err` where the person takes no direct messages.
async fn directly(job: &Job<'_>, user: &UserKey, variant: u8) -> Result<Delivery, ()> {
    if job.desk.is_closed(user) {
        return Err(());
    }
    let channel = match job.api.open_dm(user).await {
        Ok(channel) => channel,
        Err(error) if outcome::is_closed(&error) => {
            job.desk.close(user);
            return Err(());
        }
        // Opening a conversation twice opens one: nothing is unsure here.
        Err(error) => return Ok(outcome::harmless(error)),
    };
    match say(job, &channel, &[], variant).await {
        Said::Not(error) if outcome::is_closed(&error) => {
            job.desk.close(user);
            Err(())
        }
        said => Ok(said.delivery()),
    }
}

/// In a thread of their own; where that cannot be and nothing is private, by name in the channel.
async fn in_company(job: &Job<'_>, user: &UserKey) -> Delivery {
    let channel = match meeting_place(job).await {
        Ok(Some(channel)) => channel,
        Ok(None) => return Delivery::Gone(CLOSED.to_owned()),
        Err(delivery) => return delivery,
    };
    // What is remembered may be gone meanwhile; then a second look finds or opens another one.
    for _ in 0..2 {
        let thread = match thread_of(job, &channel, user).await {
            Ok(thread) => thread,
            Err(error) if outcome::is_not_allowed(&error) => break,
            Err(error) => return outcome::harmless(error),
        };
        match say(job, &thread, std::slice::from_ref(user), 0).await {
            Said::Not(error) if outcome::is_barred(&error) => job.desk.forget_thread(&thread),
            said => return said.delivery(),
        }
    }
    match job.otherwise.map(|otherwise| otherwise.privacy) {
        Some(Privacy::Open) => say(job, &channel, std::slice::from_ref(user), 0).await.delivery(),
        _ => Delivery::Gone(CLOSED.to_owned()),
    }
}

/// Where people are met who cannot be reached directly.
async fn meeting_place(job: &Job<'_>) -> Result<Option<ChannelKey>, Delivery> {
    let Some(otherwise) = job.otherwise else { return Ok(None) };
    let found = job.api.channel_id(job.errand.workspace.as_str(), &otherwise.channel).await;
    found.map_err(outcome::harmless)
}

/// The private thread of one person: remembered, found by its name, or opened.
async fn thread_of(job: &Job<'_>, channel: &ChannelKey, user: &UserKey) -> Result<ChannelKey, CallError> {
    if let Some(thread) = job.desk.thread(channel, user) {
        return Ok(thread);
    }
    let name = format!("Goodturn · {}", name_of(job, user));
    let alone = |thread: &Value| thread["member_count"].as_u64().is_some_and(|count| count <= 2);
    for thread in named(job, channel, &name, ThreadKind::Private, 0).await?.into_iter().filter(alone) {
        let Some(id) = thread["id"].as_str().map(ChannelKey::from) else { continue };
        if job.api.is_in_thread(&id, user).await? {
            job.desk.keep_thread(channel, user, &id);
            return Ok(id);
        }
    }
    let thread = job.api.create_thread(channel, &name, ThreadKind::Private).await?;
    job.api.add_to_thread(&thread, user).await?;
    job.desk.brought(&thread, user);
    job.desk.keep_thread(channel, user, &thread);
    Ok(thread)
}

/// The thread that this row opened for several people, or a new one.
async fn thread_for(
    job: &Job<'_>,
    channel: &ChannelKey,
    users: &[UserKey],
    kind: ThreadKind,
) -> Result<ChannelKey, CallError> {
    if let Some(thread) = job.desk.thread_of_row(&job.errand.id) {
        return Ok(thread);
    }
    let name = users.iter().map(|user| name_of(job, user)).collect::<Vec<_>>().join(", ");
    let mut thread = None;
    if job.errand.unsure > 0 {
        let since = history::first_id(job.errand.since);
        thread = named(job, channel, &name, kind, since)
            .await?
            .first()
            .and_then(|thread| thread["id"].as_str().map(ChannelKey::from));
    }
    let thread = match thread {
        Some(thread) => thread,
        None => job.api.create_thread(channel, &name, kind).await?,
    };
    job.desk.keep_thread_of_row(&job.errand.id, &thread);
    Ok(thread)
}

/// The bot's living threads of that name below a channel that are not older than an id.
async fn named(
    job: &Job<'_>,
    channel: &ChannelKey,
    name: &str,
    kind: ThreadKind,
    since: u64,
) -> Result<Vec<Value>, CallError> {
    let number = match kind {
        ThreadKind::Public => 11,
        ThreadKind::Private => 12,
    };
    let name: String = name.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(100).collect();
    let mut found = job.api.active_threads(job.errand.workspace.as_str()).await?.threads;
    found.retain(|thread| {
        thread["type"] == number
            && thread["parent_id"] == channel.as_str()
            && thread["owner_id"] == job.desk.me().as_str()
            && thread["name"] == name.as_str()
            && thread["thread_metadata"]["locked"] != true
            && thread["id"].as_str().and_then(|id| id.parse::<u64>().ok()).is_some_and(|id| id >= since)
    });
    Ok(found)
}

/// Each of them directly. It counts as said where one of them has it; the others are told if they can be.
async fn each(job: &Job<'_>, users: &[UserKey]) -> Delivery {
    let mut posted = None;
    let mut open = None;
    for (variant, user) in (1..).zip(users) {
        match directly(job, user, variant).await {
            Ok(Delivery::Posted(at)) => posted = posted.or(Some(Delivery::Posted(at))),
            Ok(Delivery::Gone(_)) | Err(()) => {}
            // Repeating says nothing twice: each has a nonce of their own.
            Ok(other) => open = open.or(Some(other)),
        }
    }
    open.or(posted).unwrap_or_else(|| Delivery::Gone(CLOSED.to_owned()))
}

/// The name people read, else the id.
fn name_of(job: &Job<'_>, user: &UserKey) -> String {
    let person = job.card.users.iter().find(|(_, key)| *key == user).map(|(person, _)| person);
    let named = job.card.said.persons().into_iter().find(|who| Some(&who.id) == person);
    named.map_or_else(|| user.to_string(), |who| who.name.clone())
}
