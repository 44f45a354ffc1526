//! The methods that Goodturn uses to speak, each with its arguments and what is read from its answer.
//! Invariant: an answer is read field by field; unknown or missing extras never fail a call that was done.

use std::collections::HashMap;
use std::sync::PoisonError;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::Instant;

use super::{Api, As, Ask, CallError, pause};
use crate::slack::socket::{OpenError, SocketUrl};

/// Where a message stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Posted {
    /// The channel's id, also when it was posted to a name or a person.
    pub channel: String,
    /// The message's timestamp: its name within the channel.
    pub ts: String,
}

/// One page of messages, newest first, as Slack sent them.
#[derive(Debug, Clone, Default)]
pub struct Page {
    /// Raw: metadata may hold anything.
    pub messages: Vec<Value>,
    /// For the next page, if there is one.
    pub cursor: Option<String>,
}

/// Names of channels, read once in a while.
#[derive(Debug, Default)]
pub(super) struct ChannelNames {
    ids: HashMap<String, String>,
    read: Option<Instant>,
}

/// Pages read before a listing is taken to go in circles.
const MOST_PAGES: usize = 500;
/// A name not found is looked for again after this time.
const NAMES_KEPT: Duration = Duration::from_mins(1);
/// The longest pause that a listing waits out itself.
const LISTING_PATIENCE: Duration = Duration::from_mins(1);

impl Api {
    /// `apps.connections.open`: an address for one connection of Socket Mode.
    pub async fn connections_open(&self) -> Result<SocketUrl, OpenError> {
        match self.call(As::App, "apps.connections.open", None, Ask::Post(&json!({}))).await {
            Ok(answer) => answer["url"]
                .as_str()
                .and_then(|url| SocketUrl::parse(url, self.transport))
                .ok_or(OpenError::Unreachable),
            Err(CallError::RateLimited { after }) => Err(OpenError::RateLimited { after }),
            Err(CallError::Refused { code, .. }) => Err(OpenError::Refused { code }),
            Err(CallError::Unsure { .. } | CallError::NotSent | CallError::Malformed) => {
                Err(OpenError::Unreachable)
            }
        }
    }

    /// `conversations.open`: the direct channel with a person, or with several (their ids joined by commas);
    /// asked once.
    pub async fn direct_channel(&self, user: &str) -> Result<String, CallError> {
        let known = self.direct.lock().unwrap_or_else(PoisonError::into_inner).get(user).cloned();
        if let Some(channel) = known {
            return Ok(channel);
        }
        let answer = self.post("conversations.open", &json!({ "users": user })).await?;
        let channel = text(&answer["channel"], "id")?;
        self.direct.lock().unwrap_or_else(PoisonError::into_inner).insert(user.to_owned(), channel.clone());
        Ok(channel)
    }

    /// `chat.postMessage`; `message` holds all arguments except the channel.
    pub async fn post_message(&self, channel: &str, message: &Value) -> Result<Posted, CallError> {
        let answer = self.post_to("chat.postMessage", channel, &to_channel(channel, message)).await?;
        posted(&answer)
    }

    /// `chat.update`; safe to repeat.
    pub async fn update_message(&self, at: &Posted, message: &Value) -> Result<Posted, CallError> {
        let mut body = to_channel(&at.channel, message);
        body["ts"] = json!(at.ts);
        posted(&self.post("chat.update", &body).await?)
    }

    /// `chat.postEphemeral`: seen by one person, gone after a reload, never certain to be seen.
    pub async fn post_ephemeral(&self, channel: &str, user: &str, message: &Value) -> Result<(), CallError> {
        let mut body = to_channel(channel, message);
        body["user"] = json!(user);
        self.post_to("chat.postEphemeral", channel, &body).await.map(drop)
    }

    /// `views.open`: a form, within 3 s of the press that `trigger` stands for.
    pub async fn open_view(&self, trigger: &str, view: &Value) -> Result<(), CallError> {
        self.post("views.open", &json!({ "trigger_id": trigger, "view": view })).await.map(drop)
    }

    /// `views.push`: a form on top of the one in which the press was.
    pub async fn push_view(&self, trigger: &str, view: &Value) -> Result<(), CallError> {
        self.post("views.push", &json!({ "trigger_id": trigger, "view": view })).await.map(drop)
    }

    /// `views.publish`: a person's App Home.
    pub async fn publish_home(&self, user: &str, view: &Value) -> Result<(), CallError> {
        self.post("views.publish", &json!({ "user_id": user, "view": view })).await.map(drop)
    }

    /// `views.update`: replaces an open form.
    pub async fn update_view(&self, view_id: &str, view: &Value) -> Result<(), CallError> {
        self.post("views.update", &json!({ "view_id": view_id, "view": view })).await.map(drop)
    }

    /// `chat.getPermalink`.
    pub async fn permalink(&self, at: &Posted) -> Result<String, CallError> {
        let params = [("channel", at.channel.as_str()), ("message_ts", at.ts.as_str())];
        text(&self.get("chat.getPermalink", &params).await?, "permalink")
    }

    /// `conversations.history` with metadata, from `oldest` (a message timestamp, inclusive) on.
    pub async fn history(
        &self,
        channel: &str,
        oldest: &str,
        cursor: Option<&str>,
    ) -> Result<Page, CallError> {
        self.page("conversations.history", &[("channel", channel), ("oldest", oldest)], cursor).await
    }

    /// `conversations.replies` with metadata: the thread under `thread`, from `oldest` on.
    pub async fn replies(
        &self,
        channel: &str,
        thread: &str,
        oldest: &str,
        cursor: Option<&str>,
    ) -> Result<Page, CallError> {
        let params = [("channel", channel), ("ts", thread), ("oldest", oldest)];
        self.page("conversations.replies", &params, cursor).await
    }

    /// The channels that the bot is a member of, by id.
    pub async fn our_channels(&self) -> Result<Vec<String>, CallError> {
        let params = [("types", "public_channel,private_channel"), ("exclude_archived", "true")];
        let listed = self.all("users.conversations", &params, "channels").await?;
        Ok(listed.iter().filter_map(|channel| channel["id"].as_str().map(str::to_owned)).collect())
    }

    /// The id of a channel named `#name` or `name`; an id is given back as it is. `None`: no such channel
    /// that the bot may see.
    pub async fn channel_id(&self, name: &str) -> Result<Option<String>, CallError> {
        let wanted = name.strip_prefix('#').unwrap_or(name);
        // Names are lower case, so this cannot be one.
        if looks_like_a_channel_id(wanted) {
            return Ok(Some(wanted.to_owned()));
        }
        {
            let known = self.channels.lock().unwrap_or_else(PoisonError::into_inner);
            let fresh = known.read.is_some_and(|read| read.elapsed() < NAMES_KEPT);
            if known.ids.contains_key(wanted) || fresh {
                return Ok(known.ids.get(wanted).cloned());
            }
        }
        let params = [("types", "public_channel,private_channel"), ("exclude_archived", "true")];
        let listed = self.all("conversations.list", &params, "channels").await?;
        let ids: HashMap<String, String> = listed
            .iter()
            .filter_map(|channel| {
                Some((channel["name"].as_str()?.to_owned(), channel["id"].as_str()?.to_owned()))
            })
            .collect();
        let found = ids.get(wanted).cloned();
        *self.channels.lock().unwrap_or_else(PoisonError::into_inner) =
            ChannelNames { ids, read: Some(Instant::now()) };
        Ok(found)
    }

    /// Forgets what was cached about channels and direct channels, after Slack said that one is gone.
    pub fn forget_channel(&self, channel: &str) {
        self.direct.lock().unwrap_or_else(PoisonError::into_inner).retain(|_, id| id != channel);
        self.channels.lock().unwrap_or_else(PoisonError::into_inner).ids.retain(|_, id| id != channel);
    }

    /// `users.info`: the user object.
    pub async fn user(&self, id: &str) -> Result<Value, CallError> {
        Ok(self.get("users.info", &[("user", id)]).await?["user"].take())
    }

    /// `users.lookupByEmail`; `None` when nobody has that address.
    pub async fn user_by_email(&self, email: &str) -> Result<Option<Value>, CallError> {
        match self.get("users.lookupByEmail", &[("email", email)]).await {
            Ok(mut answer) => Ok(Some(answer["user"].take())),
            Err(CallError::Refused { code, .. }) if code == "users_not_found" => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// `users.list`, to its end.
    pub async fn users(&self) -> Result<Vec<Value>, CallError> {
        self.all("users.list", &[], "members").await
    }

    /// `dnd.info`: a person's do-not-disturb status.
    pub async fn dnd(&self, user: &str) -> Result<Value, CallError> {
        self.get("dnd.info", &[("user", user)]).await
    }

    /// Reads a listing to its end, waiting out short pauses.
    pub(super) async fn all(
        &self,
        method: &str,
        params: &[(&str, &str)],
        key: &str,
    ) -> Result<Vec<Value>, CallError> {
        let mut items = Vec::new();
        let mut cursor = String::new();
        for _ in 0..MOST_PAGES {
            let mut asked = params.to_vec();
            asked.push(("limit", "200"));
            if !cursor.is_empty() {
                asked.push(("cursor", &cursor));
            }
            let mut answer = match self.get(method, &asked).await {
                Ok(answer) => answer,
                Err(CallError::RateLimited { after }) if after <= LISTING_PATIENCE => {
                    pause(after).await;
                    continue;
                }
                Err(error) => return Err(error),
            };
            if let Value::Array(page) = answer[key].take() {
                items.extend(page);
            }
            match next_cursor(&answer) {
                Some(next) if next != cursor => cursor = next,
                _ => return Ok(items),
            }
        }
        Ok(items)
    }

    async fn page(
        &self,
        method: &str,
        params: &[(&str, &str)],
        cursor: Option<&str>,
    ) -> Result<Page, CallError> {
        let mut asked = params.to_vec();
        asked.extend([("inclusive", "true"), ("include_all_metadata", "true"), ("limit", "200")]);
        asked.extend(cursor.map(|cursor| ("cursor", cursor)));
        let mut answer = self.get(method, &asked).await?;
        let cursor = next_cursor(&answer);
        let Value::Array(messages) = answer["messages"].take() else { return Err(CallError::Malformed) };
        Ok(Page { messages, cursor })
    }
}

/// A string field that a call is worthless without.
pub(super) fn text(answer: &Value, field: &str) -> Result<String, CallError> {
    answer[field].as_str().map(str::to_owned).ok_or(CallError::Malformed)
}

fn posted(answer: &Value) -> Result<Posted, CallError> {
    Ok(Posted { channel: text(answer, "channel")?, ts: text(answer, "ts")? })
}

fn to_channel(channel: &str, message: &Value) -> Value {
    let mut body = message.clone();
    body["channel"] = json!(channel);
    body
}

fn next_cursor(answer: &Value) -> Option<String> {
    let cursor = answer["response_metadata"]["next_cursor"].as_str()?;
    (!cursor.is_empty()).then(|| cursor.to_owned())
}

fn looks_like_a_channel_id(text: &str) -> bool {
    text.len() >= 2
        && text.starts_with(['C', 'G', 'D'])
        && text.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
}
