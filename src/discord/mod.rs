//! Discord: what it says is decoded, what we say is rendered and sent.
//!
//! In: [`gateway`] keeps the connections, [`decode`] reads, [`listen`] brings it to the app and its
//! [`reply`] back. Out: [`render`] makes messages of cards, [`send`] runs errands through the [`api`].
//! [`guilds`] is what is known of the servers, [`declare`] what Discord must know of us.
//! Invariant: one bot, many servers, each a workspace; nothing outside this folder knows Discord.

use std::collections::{BTreeSet, HashMap};
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex as Lock, PoisonError};
use std::time::Duration;

use serde_json::{Value, json};
use tokio::sync::{Mutex, watch};
use tokio::time::{Instant, timeout};
use tokio_util::sync::CancellationToken;

use crate::app::clock::Clock;
use crate::chat::platform::{Address, ChatPlatform, Delivery, Errand, Task};
use crate::domain::ids::{ChannelKey, PlatformKind, UserKey, WorkspaceKey};
use api::{Api, CallError};
use gateway::Monitor;
use guilds::Guilds;
use reply::Replies;

pub mod token;

pub mod gateway;

pub mod guilds;

pub mod decode;

pub mod listen;

pub mod reply;

pub mod memory;

pub mod declare;

pub mod invite;

pub mod rest;

pub mod api;

pub mod render;

pub mod send;

/// A connected bot.
pub struct Discord {
    /// The REST API.
    pub api: Arc<Api>,
    /// The bot as a user.
    pub bot: UserKey,
    /// The application's flags, which tell what it is granted; `None` where they could not be learned.
    pub flags: Option<u64>,
    /// What is known of the servers.
    pub guilds: Guilds,
    /// The state of the gateway.
    pub monitor: Arc<Monitor>,
    clock: Arc<dyn Clock>,
    /// Servers that a new session named and that have not come yet.
    awaited: watch::Sender<BTreeSet<String>>,
    desk: Arc<send::Desk>,
    replies: Replies,
    /// One server is asked for at a time.
    loading: Mutex<()>,
    /// Servers that could not be learned, and when.
    unknown: Lock<HashMap<WorkspaceKey, Instant>>,
}

/// Why Discord was not connected.
#[derive(Debug, thiserror::Error)]
pub enum ConnectError {
    /// Discord refuses the bot token; the operator must act.
    #[error("Discord refuses the bot token")]
    Refused,
    /// Stopped while still trying.
    #[error("stopped before Discord could be reached")]
    Stopped,
}

/// The first and the longest pause between attempts to reach Discord at the start.
const PAUSES: [Duration; 2] = [Duration::from_secs(1), Duration::from_secs(30)];

/// A server that could not be learned is not asked for again before.
const UNKNOWN_FOR: Duration = Duration::from_mins(1);

impl Discord {
    /// Learns who we are; while Discord cannot be reached it keeps trying, until `stop`.
    pub async fn connect(
        api: Api,
        clock: Arc<dyn Clock>,
        stop: &CancellationToken,
    ) -> Result<Arc<Self>, ConnectError> {
        let mut pause = PAUSES[0];
        let (me, application) = loop {
            let (me, application) = tokio::join!(api.me(), api.application());
            let wait = match me {
                Ok(me) if me["id"].is_string() => break (me, application.ok()),
                Err(CallError::Refused { status: 401 | 403, .. }) => return Err(ConnectError::Refused),
                Err(CallError::RateLimited { after }) => after,
                _ => {
                    tracing::warn!("Discord cannot be reached yet; trying again");
                    pause
                }
            };
            if timeout(wait, stop.cancelled()).await.is_ok() {
                return Err(ConnectError::Stopped);
            }
            pause = (pause * 2).min(PAUSES[1]);
        };
        let bot = UserKey::from(me["id"].as_str().unwrap_or_default());
        let api = Arc::new(api);
        let desk = Arc::new(send::Desk::new(bot.clone()));
        Ok(Arc::new(Self {
            replies: Replies::new(api.clone(), Arc::clone(&desk)),
            desk,
            api,
            bot,
            flags: application.and_then(|application| application["flags"].as_u64()),
            guilds: Guilds::default(),
            monitor: Arc::default(),
            clock,
            awaited: watch::Sender::default(),
            loading: Mutex::default(),
            unknown: Lock::default(),
        }))
    }

    /// Waits until the servers that the session named are taken in, for at most `limit`.
    pub async fn settled(&self, limit: Duration) {
        let mut awaited = self.awaited.subscribe();
        let all = awaited.wait_for(BTreeSet::is_empty);
        let _ = timeout(limit, all).await;
    }

    /// Learns a server's roles, channels and threads where no event told them: a session that goes on
    /// after a restart brings only news.
    pub async fn acquaint(&self, guild: &WorkspaceKey) {
        if self.guilds.knows(guild) || self.asked_lately(guild) {
            return;
        }
        let _one = self.loading.lock().await;
        if self.guilds.knows(guild) || self.asked_lately(guild) {
            return;
        }
        match self.load(guild).await {
            Ok(data) => self.guilds.take("GUILD_CREATE", &data, &self.bot),
            Err(error) => {
                tracing::info!(%guild, %error, "a server could not be looked up");
                let mut unknown = self.unknown.lock().unwrap_or_else(PoisonError::into_inner);
                unknown.retain(|_, at| at.elapsed() < UNKNOWN_FOR);
                unknown.insert(guild.clone(), Instant::now());
            }
        }
    }

    async fn load(&self, guild: &WorkspaceKey) -> Result<Value, CallError> {
        let name = guild.as_str();
        let (data, channels, threads, me) = tokio::join!(
            self.api.guild(name),
            self.api.guild_channels(name),
            self.api.active_threads(name),
            self.api.member(name, &self.bot),
        );
        let mut data = data?;
        data["channels"] = Value::Array(channels?);
        data["threads"] = threads.map(|threads| Value::Array(threads.threads)).unwrap_or_default();
        let mut me = me.unwrap_or_default();
        me["user"] = json!({ "id": self.bot });
        data["members"] = json!([me]);
        Ok(data)
    }

    fn asked_lately(&self, guild: &WorkspaceKey) -> bool {
        let unknown = self.unknown.lock().unwrap_or_else(PoisonError::into_inner);
        unknown.get(guild).is_some_and(|at| at.elapsed() < UNKNOWN_FOR)
    }

    /// Learns a channel or thread that no event told of.
    async fn acquaint_channel(&self, guild: &WorkspaceKey, channel: &str) {
        if self.guilds.knows_channel(channel) || !self.guilds.knows(guild) {
            return;
        }
        if let Ok(mut data) = self.api.channel(&channel.into()).await {
            data["guild_id"] = json!(guild);
            self.guilds.take("CHANNEL_UPDATE", &data, &self.bot);
        }
    }

    /// Says what is missing where a post was refused for a lack of permission, so that the operator need
    /// not guess.
    fn explain(&self, task: &Task, code: &str) {
        if !matches!(code, "50001" | "50013" | "missing_access" | "missing_permissions") {
            return;
        }
        let channel = match task {
            Task::Post { to: Address::Channel(channel), .. } => channel.clone(),
            Task::Post { to: Address::Thread(_, thread), .. } => ChannelKey::from(thread.as_str()),
            Task::Post { otherwise: Some(otherwise), .. } => otherwise.channel.clone(),
            Task::Edit { at, .. } => at.channel.clone(),
            _ => return,
        };
        let missing: Vec<&str> = self.guilds.missing(&channel).iter().map(|needed| needed.name).collect();
        let channel = self.guilds.shown(&channel);
        tracing::warn!(
            channel,
            missing = missing.join(", "),
            "the bot may not do there what it needs to; grant it in the channel's permissions"
        );
    }
}

impl ChatPlatform for Discord {
    fn kind(&self) -> PlatformKind {
        PlatformKind::Discord
    }

    fn deliver<'a>(&'a self, errand: &'a Errand) -> Pin<Box<dyn Future<Output = Delivery> + Send + 'a>> {
        Box::pin(async move {
            if matches!(errand.task, Task::LookUp { .. } | Task::Find { .. }) {
                self.acquaint(&errand.workspace).await;
            }
            let now = self.clock.now();
            let delivery = send::run(&self.api, &self.desk, &self.guilds, errand, now).await;
            if let Delivery::Gone(code) = &delivery {
                self.acquaint(&errand.workspace).await;
                self.explain(&errand.task, code);
            }
            delivery
        })
    }
}

impl send::Members for Guilds {
    fn facts(&self, guild: &WorkspaceKey, member: &Value) -> Option<crate::chat::inbound::PersonFacts> {
        Some(decode::Known::facts(self, guild, member)).filter(|facts| facts.user.is_some())
    }
}

impl fmt::Debug for Discord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Discord").field("bot", &self.bot).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
