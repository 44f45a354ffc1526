//! Hearing Discord: events to the app and replies back, and catching up on what was said while nobody
//! listened.
//! Invariants: an event counts as handled after the app has committed; one that the app could not take is
//! tried again and then read from history; what is caught up goes through the same door.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::{BoxFuture, join_all};
use jiff::Timestamp;
use serde_json::Value;
use tokio::sync::{Notify, OnceCell, Semaphore};
use tokio::time::{Instant, timeout};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::Discord;
use super::api::CallError;
use super::decode::{self, Context, Decoded, Heard, Known, Typing, Way};
use super::gateway::lanes::Lane;
use super::gateway::{self, Address, AddressError, Event, Gap, GatewaySettings, Host};
use super::reply::Asked;
use super::token;
use crate::app::App;
use crate::app::failure::Failure;
use crate::chat::inbound::{self, Inbound, PersonFacts, Reply, Said, Speech};
use crate::domain::ids::{PlatformKind, UserKey, WorkspaceKey};

mod catch_up;

mod servers;

/// Attempts at an event that nobody sends again.
const ATTEMPTS: u32 = 4;
/// What a look-up before the first answer may take.
const PATIENCE: Duration = Duration::from_secs(1);
/// Choices that come later are of no use.
const CHOICES_WITHIN: Duration = Duration::from_secs(2);
/// After so long, what the app could not take is read from history.
const READ_AGAIN_AFTER: Duration = Duration::from_secs(30);

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
        due: Mutex::default(),
        caught_up: Notify::new(),
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
    /// Since when servers are to be caught up once they are there.
    due: Mutex<HashMap<WorkspaceKey, Timestamp>>,
    caught_up: Notify,
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

    fn handle(self: Arc<Self>, event: Event) -> BoxFuture<'static, ()> {
        async move {
            match event.name.as_str() {
                "READY" => self.began(&event.data).await,
                "GUILD_CREATE" => self.arrived(&event.data).await,
                "GUILD_UPDATE" => self.renamed(&event.data).await,
                "GUILD_DELETE" => self.removed(&event.data["id"]).await,
                "GUILD_MEMBER_UPDATE" | "GUILD_MEMBER_REMOVE" => self.member(&event).await,
                _ => self.said(&event).await,
            }
        }
        .boxed()
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
    /// A message or an interaction.
    async fn said(&self, event: &Event) {
        let data = &event.data;
        let guild = data["guild_id"].as_str().map(WorkspaceKey::from);
        if let Some(guild) = &guild {
            self.settle(guild).await;
            if event.name == "MESSAGE_CREATE" {
                let channel = data["channel_id"].as_str().unwrap_or_default();
                self.discord.acquaint_channel(guild, channel).await;
            }
        }
        let home = match decode::homeless(&event.name, data) {
            Some(user) => self.home_of(&user).await,
            None => None,
        };
        let context = self.context(home.as_ref());
        match decode::event(&event.name, data, &context) {
            Decoded::Again { ticket, user, key } => {
                let told = data["data"]["custom_id"].as_str().and_then(|token| token::split(token).1);
                let workspace = told.or(guild).or(home).unwrap_or_else(|| "".into());
                self.discord.replies.again(&ticket, &user, &key, &workspace).await;
            }
            decoded => {
                self.take(decoded).await;
            }
        }
    }

    /// Takes in what was decoded; false if the app could not take it and nobody sends it again.
    async fn take(&self, decoded: Decoded) -> bool {
        let replies = &self.discord.replies;
        match decoded {
            Decoded::Heard(heard) => return self.heard(*heard).await,
            Decoded::Typing(typing) => self.complete(&typing).await,
            Decoded::Homeless { way, user, place } => replies.no_home(&way, user, place).await,
            Decoded::Passed(what) => tracing::trace!(what, "passed over"),
            Decoded::Unreadable { what, kind, ticket } => {
                self.app.metrics().unparsable(what);
                tracing::warn!(what, kind, "something from Discord could not be read");
                if let Some(ticket) = ticket {
                    replies.not_understood(&ticket).await;
                }
            }
            // It is opened where it was pressed; histories hold no presses.
            Decoded::Again { .. } => {}
        }
        true
    }

    async fn heard(&self, heard: Heard) -> bool {
        let Heard { inbound, strangers, way } = heard;
        let started = Instant::now();
        let (workspace, said) = (inbound.workspace.clone(), said_at(&inbound));
        let prompt = matches!(way, Way::Interaction(_));
        let asked = Asked::of(&inbound);
        let taken = self.discord.replies.give(&way, &asked, self.answer(inbound, strangers, &way)).await;
        if prompt {
            self.app.metrics().acknowledged_after(started.elapsed());
        }
        if let (false, Some(at)) = (taken, said) {
            self.read_again(workspace, at);
        }
        taken
    }

    /// The app's answer, once those whom it concerns are looked up.
    async fn answer(
        &self,
        mut inbound: Inbound,
        strangers: Vec<PersonFacts>,
        way: &Way,
    ) -> Result<Reply, Failure> {
        if !overheard(&inbound) {
            let known = self.look_up(&inbound.workspace, strangers).await;
            inbound.people.extend(known);
        }
        // Who pressed a button sees the failure and presses again; words are said once.
        let attempts = if matches!(way, Way::Interaction(_)) { 1 } else { ATTEMPTS };
        let mut result = self.app.receive(inbound.clone()).await;
        for attempt in 1..attempts {
            if result.is_ok() || timeout(PATIENCE * attempt, self.stop.cancelled()).await.is_ok() {
                break;
            }
            result = self.app.receive(inbound.clone()).await;
        }
        result
    }

    /// What the server tells about people of whom the event told a name at most.
    async fn look_up(&self, guild: &WorkspaceKey, strangers: Vec<PersonFacts>) -> Vec<PersonFacts> {
        let asked = strangers.into_iter().filter_map(|facts| {
            let user = facts.user.clone()?;
            Some(async move {
                let member = timeout(PATIENCE, self.discord.api.member(guild.as_str(), &user)).await;
                match member {
                    Ok(Ok(member)) => self.discord.guilds.facts(guild, &member),
                    _ => facts,
                }
            })
        });
        join_all(asked).await
    }

    async fn complete(&self, typing: &Typing) {
        let Typing { ticket, workspace, user, facts, takes, typed } = typing;
        let app = &self.app;
        let choices = app.complete(PlatformKind::Discord, workspace, user, facts.as_ref(), *takes, typed);
        let choices = match timeout(CHOICES_WITHIN, choices).await {
            Ok(Ok(choices)) => choices,
            Ok(Err(error)) => {
                tracing::error!(%error, "the store could not help with completing");
                Vec::new()
            }
            Err(_) => Vec::new(),
        };
        self.discord.replies.choices(ticket, &choices).await;
    }

    /// The server that somebody's direct messages are about.
    async fn home_of(&self, user: &UserKey) -> Option<WorkspaceKey> {
        let homes = self.app.workspaces_of(PlatformKind::Discord, user).await;
        homes.unwrap_or_default().into_iter().next()
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

fn overheard(inbound: &Inbound) -> bool {
    matches!(&inbound.event, inbound::Event::Said(Said { to_bot: Speech::Overheard, .. }))
}

/// When words were said; nothing else can be read again.
fn said_at(inbound: &Inbound) -> Option<Timestamp> {
    match &inbound.event {
        inbound::Event::Said(said) => Some(said.at),
        _ => None,
    }
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
