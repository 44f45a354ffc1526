//! Hearing Discord: events to the app and replies back, and catching up on what was said while nobody
//! listened.
//! Invariants: an event counts as handled after the app has committed; one that the app could not take is
//! tried again and then read from history; what is caught up goes through the same door.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use jiff::Timestamp;
use serde_json::Value;
use tokio::sync::{OnceCell, Semaphore};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::Discord;
use super::api::CallError;
use super::decode::{self, Context};
use super::gateway::lanes::Lane;
use super::gateway::{self, Address, AddressError, Event, Gap, GatewaySettings, Host, Unread};
use crate::app::App;
use crate::app::failure::Failure;
use crate::domain::ids::{PlatformKind, UserKey, WorkspaceKey};
use due::Due;
use homes::Homes;

mod catch_up;

mod due;

mod events;

mod homes;

mod servers;

/// Keeps listening until `stop`, then finishes what is in flight.
pub async fn listen(
    discord: Arc<Discord>,
    app: Arc<App>,
    settings: GatewaySettings,
    stop: CancellationToken,
) {
    let monitor = Arc::clone(&discord.monitor);
    let listener = Arc::new_cyclic(|me| Listener {
        me: Weak::clone(me),
        discord,
        app,
        homes: Mutex::default(),
        directs: Homes::default(),
        due: Due::default(),
        readers: Semaphore::new(READERS),
        tasks: TaskTracker::new(),
        stop: stop.clone(),
    });
    let host: Arc<dyn Host> = listener.clone();
    gateway::run(host, settings, monitor, stop).await;
    listener.tasks.close();
    listener.tasks.wait().await;
}

/// Places that are read at the same time.
const READERS: usize = 4;

/// Brings what is heard to the app.
struct Listener {
    /// For what is begun and goes on by itself.
    me: Weak<Self>,
    discord: Arc<Discord>,
    app: Arc<App>,
    /// Servers that came in this session, each taken in once before anything said in it.
    homes: Mutex<HashMap<WorkspaceKey, Arc<OnceCell<()>>>>,
    directs: Homes,
    /// Since when servers are to be caught up once they are there.
    due: Due,
    readers: Semaphore,
    tasks: TaskTracker,
    stop: CancellationToken,
}

impl Host for Listener {
    fn address(&self) -> BoxFuture<'_, Result<Address, AddressError>> {
        async {
            match self.discord.api.gateway_bot().await {
                Ok(answer) => address(&answer).ok_or(AddressError::Later(Duration::ZERO)),
                Err(CallError::Refused { status: 401 | 403, .. }) => Err(AddressError::Refused),
                Err(CallError::RateLimited { after }) => Err(AddressError::Later(after)),
                Err(_) => Err(AddressError::Later(Duration::ZERO)),
            }
        }
        .boxed()
    }

    fn notice(&self, event: &Event) -> Option<Lane> {
        let data = &event.data;
        self.discord.guilds.take(&event.name, data, &self.discord.bot);
        let id = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        match event.name.as_str() {
            "READY" => {
                if let Some(ours) = data["application"]["id"].as_str() {
                    self.discord.api.is_application(ours);
                }
                let guilds = data["guilds"].as_array().into_iter().flatten().map(|guild| id(&guild["id"]));
                self.discord.awaited.send_modify(|awaited| awaited.extend(guilds));
                Some(Lane::Named(format!("ready:{}", event.shard)))
            }
            "INTERACTION_CREATE" if data["type"] == TYPING => Some(Lane::Free),
            "INTERACTION_CREATE" => {
                let user = if data["user"].is_object() { &data["user"] } else { &data["member"]["user"] };
                Some(Lane::Prompt(id(&user["id"])))
            }
            "MESSAGE_CREATE" if data["author"]["bot"] == true => None,
            "MESSAGE_CREATE" => Some(Lane::Named(format!("channel:{}", id(&data["channel_id"])))),
            "GUILD_CREATE" if data["unavailable"] != true => {
                self.homes().entry(id(&data["id"]).into()).or_default();
                Some(server_lane(&data["id"]))
            }
            "GUILD_DELETE" if data["unavailable"] != true => {
                self.homes().remove(&WorkspaceKey::from(id(&data["id"])));
                Some(server_lane(&data["id"]))
            }
            "GUILD_UPDATE" => Some(server_lane(&data["id"])),
            "GUILD_MEMBER_UPDATE" | "GUILD_MEMBER_REMOVE" => {
                Some(Lane::Named(format!("member:{}:{}", id(&data["guild_id"]), id(&data["user"]["id"]))))
            }
            "CHANNEL_UPDATE" | "CHANNEL_DELETE" | "THREAD_DELETE" => {
                self.discord.api.forget_channel(&id(&data["id"]).into());
                None
            }
            _ => None,
        }
    }

    fn handle(self: Arc<Self>, event: Event) -> BoxFuture<'static, bool> {
        async move {
            match event.name.as_str() {
                "READY" => self.began(&event.data).await,
                "GUILD_CREATE" => self.arrived(&event.data).await,
                "GUILD_UPDATE" => self.renamed(&event.data).await,
                "GUILD_DELETE" => self.removed(&event.data["id"]).await,
                "GUILD_MEMBER_UPDATE" | "GUILD_MEMBER_REMOVE" => self.member(&event).await,
                _ => return self.said(&event).await,
            }
            true
        }
        .boxed()
    }

    fn unread(&self, event: &Event) -> Option<Unread> {
        let data = &event.data;
        if event.name != "MESSAGE_CREATE" {
            return None;
        }
        Some(Unread {
            message: data["id"].as_str()?.to_owned(),
            author: data["author"]["id"].as_str()?.to_owned(),
            guild: data["guild_id"].as_str().map(str::to_owned),
            at: decode::made_at(data["id"].as_str()?)?,
        })
    }

    fn read_again(self: Arc<Self>, unread: Unread) -> BoxFuture<'static, ()> {
        async move { self.again(unread).await }.boxed()
    }

    fn gap(self: Arc<Self>, gap: Gap) -> BoxFuture<'static, ()> {
        self.note(&gap);
        async move { self.close(gap).await }.boxed()
    }

    fn kept(&self, name: String) -> BoxFuture<'_, Option<String>> {
        async move {
            self.app.connection(PlatformKind::Discord, &name).await.unwrap_or_else(|error| {
                tracing::error!(%error, "the store could not tell where the session stood");
                None
            })
        }
        .boxed()
    }

    fn keep(&self, name: String, value: String) -> BoxFuture<'_, ()> {
        async move {
            if let Err(error) = self.app.keep_connection(PlatformKind::Discord, &name, &value).await {
                tracing::error!(%error, "the store could not keep where the session stands");
            }
        }
        .boxed()
    }

    fn now(&self) -> Timestamp {
        self.discord.clock.now()
    }
}

/// Discord's number of an interaction that asks for choices.
const TYPING: u64 = 4;

impl Listener {
    /// The server that somebody's direct messages are about.
    async fn home_of(&self, user: &UserKey) -> Result<Option<WorkspaceKey>, Failure> {
        let homes = self.app.workspaces_of(PlatformKind::Discord, user).await;
        let homes = homes.map_err(|error| Failure::of(error, user.as_str()))?;
        Ok(homes.into_iter().next())
    }

    /// The server that this direct message is about, however often it is read.
    async fn home_of_message(&self, message: &str, user: &UserKey) -> Result<Option<WorkspaceKey>, Failure> {
        if let Some(home) = self.directs.of(message) {
            return Ok(Some(home));
        }
        let home = self.home_of(user).await?;
        Ok(home.map(|home| self.directs.keep(message, home)))
    }

    fn context<'a>(&'a self, home: Option<&'a WorkspaceKey>) -> Context<'a> {
        Context { bot: &self.discord.bot, home, known: &self.discord.guilds }
    }

    fn homes(&self) -> MutexGuard<'_, HashMap<WorkspaceKey, Arc<OnceCell<()>>>> {
        self.homes.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn server_lane(id: &Value) -> Lane {
    Lane::Named(format!("server:{}", id.as_str().unwrap_or_default()))
}

/// Reads what Discord says about its gateway.
fn address(answer: &Value) -> Option<Address> {
    let limit = &answer["session_start_limit"];
    let number = |value: &Value, or: u64| value.as_u64().unwrap_or(or);
    let small = |number: u64| u32::try_from(number).unwrap_or(u32::MAX);
    Some(Address {
        url: answer["url"].as_str().filter(|url| !url.is_empty())?.trim_end_matches('/').to_owned(),
        shards: small(number(&answer["shards"], 1)),
        at_once: u16::try_from(number(&limit["max_concurrency"], 1)).unwrap_or(u16::MAX),
        remaining: small(number(&limit["remaining"], 1000)),
        total: small(number(&limit["total"], 1000)),
        reset_after: Duration::from_millis(number(&limit["reset_after"], 0)),
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_address_and_its_limits_are_read() {
        let answer = json!({"url": "wss://gateway.discord.gg/", "shards": 3, "session_start_limit":
            {"total": 1000, "remaining": 999, "reset_after": 14_400_000, "max_concurrency": 2}});
        let expected = Address {
            url: "wss://gateway.discord.gg".to_owned(),
            shards: 3,
            at_once: 2,
            remaining: 999,
            total: 1000,
            reset_after: Duration::from_hours(4),
        };
        assert_eq!(address(&answer), Some(expected));
        assert_eq!(address(&json!({"url": "wss://x"})).unwrap().shards, 1);
        assert_eq!(address(&json!({"url": ""})), None);
        assert_eq!(address(&Value::Null), None);
    }
}
