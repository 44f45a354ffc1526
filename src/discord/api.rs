//! What Goodturn asks of Discord, call by call.
//! Invariant: an answer is read field by field; unknown or missing extras never fail a call that was done.

mod places;
mod setup;
mod talk;
#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::fmt;
use std::sync::{Mutex, OnceLock, PoisonError};

use reqwest::Method;
use serde_json::{Value, json};

use crate::discord::rest::{Call, Rest};
pub use crate::discord::rest::{CallError, PUBLIC_URL, RestSettings, SetupError};
use crate::domain::ids::{ChannelKey, MessageRef, UserKey};
pub use places::{ThreadKind, Threads};

/// A client of one bot.
pub struct Api {
    rest: Rest,
    application: OnceLock<String>,
    direct: Mutex<HashMap<UserKey, ChannelKey>>,
    channels: Mutex<places::ChannelNames>,
}

/// Direct channels remembered before all are forgotten.
const DIRECT_KEPT: usize = 10_000;

impl Api {
    /// Makes the client; calls nothing.
    pub fn new(settings: &RestSettings) -> Result<Self, SetupError> {
        Ok(Self {
            rest: Rest::new(settings)?,
            application: OnceLock::new(),
            direct: Mutex::default(),
            channels: Mutex::default(),
        })
    }

    /// Posts a message; `message` is the whole body.
    pub async fn create_message(
        &self,
        channel: &ChannelKey,
        message: &Value,
    ) -> Result<MessageRef, CallError> {
        let ids = [channel.as_str()];
        let answer = self.write(Method::POST, "/channels/{}/messages", &ids, message).await?;
        let message = text(&answer, "id")?.into();
        Ok(MessageRef { channel: channel.clone(), message })
    }

    /// Edits a message of the bot's; safe to repeat.
    pub async fn edit_message(&self, at: &MessageRef, message: &Value) -> Result<(), CallError> {
        let ids = [at.channel.as_str(), at.message.as_str()];
        self.write(Method::PATCH, "/channels/{}/messages/{}", &ids, message).await.map(drop)
    }

    /// Messages of a channel or thread, oldest first: those after `after` (a message's id, exclusive), at
    /// most `limit` (1–100) of them.
    pub async fn messages(
        &self,
        channel: &ChannelKey,
        after: &str,
        limit: u8,
    ) -> Result<Vec<Value>, CallError> {
        let call = call(Method::GET, "/channels/{}/messages", &[channel.as_str()])?;
        let call = call.with("after", after).with("limit", &limit.clamp(1, 100).to_string());
        let mut messages = list(self.rest.call(&call).await?)?;
        messages.sort_by_key(|message| snowflake(&message["id"]));
        Ok(messages)
    }

    /// The direct channel with a person; asked once.
    pub async fn open_dm(&self, user: &UserKey) -> Result<ChannelKey, CallError> {
        let known = self.direct.lock().unwrap_or_else(PoisonError::into_inner).get(user).cloned();
        if let Some(channel) = known {
            return Ok(channel);
        }
        let body = json!({ "recipient_id": user });
        let answer = self.write(Method::POST, "/users/@me/channels", &[], &body).await?;
        let channel = ChannelKey::from(text(&answer, "id")?);
        let mut direct = self.direct.lock().unwrap_or_else(PoisonError::into_inner);
        if direct.len() >= DIRECT_KEPT {
            direct.clear();
        }
        direct.insert(user.clone(), channel.clone());
        Ok(channel)
    }

    /// A person as any server sees them.
    pub async fn user(&self, user: &UserKey) -> Result<Value, CallError> {
        self.read("/users/{}", &[user.as_str()]).await
    }

    /// A member of a server.
    pub async fn member(&self, guild: &str, user: &UserKey) -> Result<Value, CallError> {
        self.read("/guilds/{}/members/{}", &[guild, user.as_str()]).await
    }

    /// Members whose name or nickname begins so, at most 100.
    pub async fn search_members(&self, guild: &str, name: &str) -> Result<Vec<Value>, CallError> {
        let call = call(Method::GET, "/guilds/{}/members/search", &[guild])?;
        list(self.rest.call(&call.with("query", name).with("limit", "100")).await?)
    }

    async fn read(&self, route: &'static str, ids: &[&str]) -> Result<Value, CallError> {
        self.rest.call(&call(Method::GET, route, ids)?).await
    }

    async fn write(
        &self,
        method: Method,
        route: &'static str,
        ids: &[&str],
        body: &Value,
    ) -> Result<Value, CallError> {
        self.rest.call(&call(method, route, ids)?.body(body)).await
    }
}

impl fmt::Debug for Api {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Api").field("rest", &self.rest).finish_non_exhaustive()
    }
}

fn call<'a>(method: Method, route: &'static str, ids: &[&str]) -> Result<Call<'a>, CallError> {
    Call::new(method, route, ids).ok_or_else(CallError::no_id)
}

/// A string field that a call is worthless without.
fn text(answer: &Value, field: &str) -> Result<String, CallError> {
    answer[field].as_str().map(str::to_owned).ok_or(CallError::Malformed)
}

fn list(answer: Value) -> Result<Vec<Value>, CallError> {
    match answer {
        Value::Array(items) => Ok(items),
        _ => Err(CallError::Malformed),
    }
}

/// Ids of Discord sort by time; what is none sorts first.
fn snowflake(id: &Value) -> u64 {
    id.as_str().and_then(|id| id.parse().ok()).unwrap_or_default()
}
