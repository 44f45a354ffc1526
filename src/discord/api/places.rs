//! Channels and threads.
//! Invariant: repeating any of these changes nothing more, except opening a thread.

use std::collections::HashMap;
use std::sync::PoisonError;
use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};
use tokio::time::Instant;

use super::{Api, CallError, call, list, text};
use crate::discord::render::is_snowflake;
use crate::domain::ids::{ChannelKey, MessageKey, UserKey};

/// Who may see a thread.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ThreadKind {
    /// Everybody who sees the channel.
    Public,
    /// Those who were added.
    Private,
}

/// The threads of a server that are not archived.
#[derive(Debug, Clone, Default)]
pub struct Threads {
    /// Raw, as Discord sent them.
    pub threads: Vec<Value>,
}

/// Names of channels, read once in a while.
#[derive(Debug, Default)]
pub(super) struct ChannelNames(HashMap<String, (Instant, HashMap<String, ChannelKey>)>);

/// A name not found is looked for again after this time.
const NAMES_KEPT: Duration = Duration::from_mins(1);
/// A thread goes to rest after a week without words; a word wakes it again.
const REST_AFTER_MINUTES: u32 = 10_080;

impl Api {
    /// A channel or thread.
    pub async fn channel(&self, channel: &ChannelKey) -> Result<Value, CallError> {
        self.read("/channels/{}", &[channel.as_str()]).await
    }

    /// The channels of a server, without its threads.
    pub async fn guild_channels(&self, guild: &str) -> Result<Vec<Value>, CallError> {
        list(self.read("/guilds/{}/channels", &[guild]).await?)
    }

    /// The id of a channel named `#name` or `name`; an id is given back as it is. `None`: no such channel
    /// that the bot may see.
    pub async fn channel_id(
        &self,
        guild: &str,
        channel: &ChannelKey,
    ) -> Result<Option<ChannelKey>, CallError> {
        let wanted = channel.as_str().trim_start_matches("<#").trim_end_matches('>');
        if is_snowflake(wanted) {
            return Ok(Some(wanted.into()));
        }
        let wanted = wanted.trim_start_matches('#').to_lowercase();
        {
            let known = self.channels.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some((read, names)) = known.0.get(guild)
                && (names.contains_key(&wanted) || read.elapsed() < NAMES_KEPT)
            {
                return Ok(names.get(&wanted).cloned());
            }
        }
        let mut names = HashMap::new();
        for channel in self.guild_channels(guild).await? {
            // Text, announcements: where words can be posted.
            if let (Some(name), Some(id), Some(0 | 5)) =
                (channel["name"].as_str(), channel["id"].as_str(), channel["type"].as_u64())
            {
                names.entry(name.to_lowercase()).or_insert_with(|| id.into());
            }
        }
        let found = names.get(&wanted).cloned();
        let mut known = self.channels.lock().unwrap_or_else(PoisonError::into_inner);
        known.0.insert(guild.to_owned(), (Instant::now(), names));
        Ok(found)
    }

    /// Forgets what is remembered about a channel, after Discord said that it is gone.
    pub fn forget_channel(&self, channel: &ChannelKey) {
        self.direct.lock().unwrap_or_else(PoisonError::into_inner).retain(|_, id| id != channel);
        let mut known = self.channels.lock().unwrap_or_else(PoisonError::into_inner);
        known.0.retain(|_, (_, names)| !names.values().any(|id| id == channel));
    }

    /// Threads that are not archived and that the bot may see.
    pub async fn active_threads(&self, guild: &str) -> Result<Threads, CallError> {
        let mut answer = self.read("/guilds/{}/threads/active", &[guild]).await?;
        Ok(Threads { threads: list(answer["threads"].take())? })
    }

    /// Opens a thread of its own in a channel. Only the bot adds people to a private one.
    pub async fn create_thread(
        &self,
        channel: &ChannelKey,
        name: &str,
        kind: ThreadKind,
    ) -> Result<ChannelKey, CallError> {
        let mut body = json!({
            "name": thread_name(name),
            "type": match kind { ThreadKind::Public => 11, ThreadKind::Private => 12 },
            "auto_archive_duration": REST_AFTER_MINUTES,
        });
        if kind == ThreadKind::Private {
            body["invitable"] = json!(false);
        }
        let answer = self.write(Method::POST, "/channels/{}/threads", &[channel.as_str()], &body).await?;
        text(&answer, "id").map(Into::into)
    }

    /// Opens the thread of a message; it carries the message's id. It is one thread however often it is
    /// asked for.
    pub async fn thread_of(
        &self,
        channel: &ChannelKey,
        message: &MessageKey,
        name: &str,
    ) -> Result<ChannelKey, CallError> {
        let body = json!({ "name": thread_name(name), "auto_archive_duration": REST_AFTER_MINUTES });
        let ids = [channel.as_str(), message.as_str()];
        match self.write(Method::POST, "/channels/{}/messages/{}/threads", &ids, &body).await {
            Ok(answer) => text(&answer, "id").map(Into::into),
            Err(error) if error.code() == Some(code::THREAD_EXISTS) => Ok(message.as_str().into()),
            Err(error) => Err(error),
        }
    }

    /// Adds somebody to a thread.
    pub async fn add_to_thread(&self, thread: &ChannelKey, user: &UserKey) -> Result<(), CallError> {
        let ids = [thread.as_str(), user.as_str()];
        self.rest.call(&call(Method::PUT, "/channels/{}/thread-members/{}", &ids)?).await.map(drop)
    }

    /// Whether somebody is in a thread.
    pub async fn is_in_thread(&self, thread: &ChannelKey, user: &UserKey) -> Result<bool, CallError> {
        let ids = [thread.as_str(), user.as_str()];
        match self.read("/channels/{}/thread-members/{}", &ids).await {
            Ok(_) => Ok(true),
            Err(CallError::Refused { status: 404, .. }) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Wakes a thread that was archived.
    pub async fn wake_thread(&self, thread: &ChannelKey) -> Result<(), CallError> {
        let body = json!({ "archived": false });
        self.write(Method::PATCH, "/channels/{}", &[thread.as_str()], &body).await.map(drop)
    }
}

/// Discord's numbers that calls here are told by.
mod code {
    pub(super) const THREAD_EXISTS: u64 = 160_004;
}

/// Discord takes 1 to 100 characters.
fn thread_name(name: &str) -> String {
    let name = name.split_whitespace().collect::<Vec<_>>().join(" ");
    if name.is_empty() { "Goodturn".to_owned() } else { name.chars().take(100).collect() }
}
