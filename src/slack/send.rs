//! Errands on Slack: posting, editing, App Home, finding people.
//! Invariants: a post carries its row's id in the message's metadata and is looked for only after an
//! attempt that ended unsure, so it stands there once; what Slack says decides whether an errand is over,
//! comes later, or is unsure; every call is bounded by the client.

mod find;
mod outcome;

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::api::{Api, CallError, Granted, Posted};
use super::people::{self, Away};
use super::render;
use crate::chat::card::Card;
use crate::chat::platform::{Address, Addressed, Courtesy, Delivery, Errand, Task};
use crate::domain::ids::{MessageRef, UserKey};
pub use find::Directory;

/// The name under which a message's metadata is ours.
const METADATA: &str = "goodturn";
/// Slack's clock and ours may differ by this much when a post is looked for.
const CLOCK_SLACK: SignedDuration = SignedDuration::from_secs(120);

/// Runs one errand at `now`.
pub async fn run(
    api: &Api,
    home: &Granted,
    directory: &Directory,
    errand: &Errand,
    now: Timestamp,
) -> Delivery {
    match &errand.task {
        Task::Post { to, card, courtesy, .. } => post(api, errand, to, card, *courtesy, now).await,
        Task::Edit { at, card } => edit(api, at, card).await,
        Task::Home { user, card } => {
            let view = render::home(card);
            outcome::of(api.publish_home(user.as_str(), &view).await, |()| Delivery::Done)
        }
        Task::LookUp { user } => find::look_up(api, home, user, now).await,
        Task::Find { name } => find::find(api, home, directory, name, now).await,
    }
}

async fn post(
    api: &Api,
    errand: &Errand,
    to: &Address,
    card: &Addressed<Card>,
    courtesy: Courtesy,
    now: Timestamp,
) -> Delivery {
    let (channel, thread) = match place(api, to).await {
        Ok(place) => place,
        Err(delivery) => return delivery,
    };
    if errand.unsure > 0 {
        match stands_there(api, &channel, thread, errand).await {
            Ok(Some(posted)) => return Delivery::Posted(reference(posted)),
            Ok(None) => {}
            Err(error) => return outcome::unseen(error),
        }
    }
    // After the look: what stands there already disturbs nobody any more.
    if let (Courtesy::AskFirst, Address::Person(user)) = (courtesy, to)
        && let Some(until) = undisturbed(api, user, now).await
    {
        return Delivery::Away(until);
    }
    let mut message = render::message(card);
    message["metadata"] = json!({ "event_type": METADATA, "event_payload": { "row": errand.id } });
    if let Some(thread) = thread {
        message["thread_ts"] = json!(thread);
    }
    let result = api.post_message(&channel, &message).await;
    if result.as_ref().is_err_and(|error| error.code() == Some("channel_not_found")) {
        api.forget_channel(&channel);
    }
    outcome::of(result, |posted| Delivery::Posted(reference(posted)))
}

async fn edit(api: &Api, at: &MessageRef, card: &Addressed<Card>) -> Delivery {
    let posted = Posted { channel: at.channel.to_string(), ts: at.message.to_string() };
    outcome::of(api.update_message(&posted, &render::message(card)).await, |posted| {
        Delivery::Posted(reference(posted))
    })
}

/// The channel's id and the thread, or why there is none.
async fn place<'a>(api: &Api, to: &'a Address) -> Result<(String, Option<&'a str>), Delivery> {
    let (found, thread) = match to {
        Address::Person(user) => (api.direct_channel(user.as_str()).await.map(Some), None),
        Address::Group(users) => {
            let users: Vec<&str> = users.iter().map(UserKey::as_str).collect();
            (api.direct_channel(&users.join(",")).await.map(Some), None)
        }
        Address::Channel(channel) => (api.channel_id(channel.as_str()).await, None),
        Address::Thread(channel, thread) => (api.channel_id(channel.as_str()).await, Some(thread.as_str())),
    };
    match found {
        Ok(Some(channel)) => Ok((channel, thread)),
        Ok(None) => Err(Delivery::Gone("channel_not_found".to_owned())),
        // Opening a conversation twice opens one, and listing changes nothing: nothing is unsure here.
        Err(error) => Err(outcome::harmless(error)),
    }
}

/// Looks for the post of this row in the history.
async fn stands_there(
    api: &Api,
    channel: &str,
    thread: Option<&str>,
    errand: &Errand,
) -> Result<Option<Posted>, CallError> {
    let since = errand.since.saturating_sub(CLOCK_SLACK).unwrap_or(errand.since);
    let oldest = format!("{}.000000", since.as_second());
    let mut cursor: Option<String> = None;
    loop {
        let page = match thread {
            Some(thread) => api.replies(channel, thread, &oldest, cursor.as_deref()).await?,
            None => api.history(channel, &oldest, cursor.as_deref()).await?,
        };
        let found = page.messages.iter().find(|message| is_of_row(message, &errand.id));
        if let Some(ts) = found.and_then(|message| message["ts"].as_str()) {
            return Ok(Some(Posted { channel: channel.to_owned(), ts: ts.to_owned() }));
        }
        match page.cursor {
            Some(next) if cursor.as_ref() != Some(&next) => cursor = Some(next),
            _ => return Ok(None),
        }
    }
}

fn is_of_row(message: &Value, row: &str) -> bool {
    let metadata = &message["metadata"];
    metadata["event_type"] == METADATA && metadata["event_payload"]["row"] == row
}

/// `Some` when the person is not to be disturbed now, with the end where it is known. A courtesy that
/// cannot be asked for is no reason not to post.
async fn undisturbed(api: &Api, user: &UserKey, now: Timestamp) -> Option<Option<Timestamp>> {
    let (person, dnd) = tokio::join!(api.user(user.as_str()), api.dnd(user.as_str()));
    let quiet = dnd.ok().and_then(|status| people::do_not_disturb(&status, now));
    let away = person.map_or(Away::No, |person| people::out_of_office(&person["profile"], now));
    match away {
        Away::Open => Some(None),
        Away::Until(until) => Some(Some(quiet.map_or(until, |quiet| quiet.max(until)))),
        Away::No => quiet.map(Some),
    }
}

fn reference(posted: Posted) -> MessageRef {
    MessageRef { channel: posted.channel.into(), message: posted.ts.into() }
}

/// The pause before something is tried again for which Slack named none.
const A_WHILE: Duration = Duration::from_secs(5);
