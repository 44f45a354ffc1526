//! Discord's gateway: shards kept connected, events read in order, a session that outlives the process.
//!
//! What an event means is decided elsewhere ([`Host`]); here it is kept coming.
//! Invariants: what is kept for a restart is never ahead of what is handled; no attempt without a pause
//! after one that failed; a gap that a resume did not close is announced; neither the token nor an event
//! is ever printed.

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::{BoxFuture, join_all};
use jiff::Timestamp;
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;
use tokio::time::{Instant, timeout};
use tokio_util::sync::CancellationToken;
use twilight_gateway::ConfigBuilder;
use twilight_gateway::queue::InMemoryQueue;

use intents::Content;
use lanes::{Lane, Lanes};
pub use monitor::{Counters, Monitor, Status};
use seat::Shared;

pub mod intents;

pub mod lanes;

pub mod watermark;

mod monitor;

mod seat;

mod session;

mod shard;

/// One event of a session.
#[derive(Clone, PartialEq, Debug)]
pub struct Event {
    /// Over which shard it came.
    pub shard: u32,
    /// Its type, as Discord names it: `MESSAGE_CREATE`.
    pub name: String,
    /// What it says.
    pub data: Value,
    /// When it was read: who waits for an answer waits since then.
    pub read: Instant,
}

/// Words that could not be taken in, and stand in the history.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Unread {
    /// The message's id.
    pub message: String,
    /// Whose.
    pub author: String,
    /// In which server; `None` if they were said directly.
    pub guild: Option<String>,
    /// When they were said.
    pub at: Timestamp,
}

/// A time in which something may have been missed, ending now.
#[derive(Clone, PartialEq, Debug)]
pub struct Gap {
    /// Of which shard.
    pub shard: u32,
    /// Until when everything was heard; `None` if nothing ever was.
    pub since: Option<Timestamp>,
    /// The servers that the new session serves; `None` if the session went on.
    pub guilds: Option<Vec<String>>,
}

/// Where the gateway is, and how much may be asked of it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Address {
    /// `wss://…`, without a path.
    pub url: String,
    /// How many shards Discord recommends.
    pub shards: u32,
    /// Sessions that may be begun at the same time.
    pub at_once: u16,
    /// Sessions that may still be begun.
    pub remaining: u32,
    /// Of how many.
    pub total: u32,
    /// Until they are as many again.
    pub reset_after: Duration,
}

/// Why the address could not be had.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum AddressError {
    /// Discord refuses the token; only the operator can mend it.
    Refused,
    /// It could not be reached, or asks for a pause of at least this length.
    Later(Duration),
}

/// What the connection asks of the rest of the adapter.
pub trait Host: Send + Sync + 'static {
    /// Where the gateway is.
    fn address(&self) -> BoxFuture<'_, Result<Address, AddressError>>;

    /// Looks at an event in the order of reading and says where it waits to be handled; `None` if
    /// nothing is to be done about it. Must be quick.
    fn notice(&self, event: &Event) -> Option<Lane>;

    /// Handles one event, up to and including the commit; false if it could not be.
    fn handle(self: Arc<Self>, event: Event) -> BoxFuture<'static, bool>;

    /// What of an event can be read from history if it is not handled.
    fn unread(&self, event: &Event) -> Option<Unread>;

    /// Reads it from history; done once it is taken in.
    fn read_again(self: Arc<Self>, unread: Unread) -> BoxFuture<'static, ()>;

    /// Catches up on what a resume did not bring; done once everything is taken in.
    fn gap(self: Arc<Self>, gap: Gap) -> BoxFuture<'static, ()>;

    /// What was kept under a name.
    fn kept(&self, name: String) -> BoxFuture<'_, Option<String>>;

    /// Keeps something under a name, over restarts.
    fn keep(&self, name: String, value: String) -> BoxFuture<'_, ()>;

    /// The wall clock.
    fn now(&self) -> Timestamp;
}

/// The connection's limits; the default is meant for production.
#[derive(Clone, Debug)]
pub struct GatewaySettings {
    /// The bot token.
    pub token: SecretString,
    /// How many shards; `None`: as many as Discord recommends.
    pub shards: Option<u32>,
    /// Whether the words of messages are asked for.
    pub content: Content,
    /// The application's flags, where they could be learned.
    pub flags: Option<u64>,
    /// Events handled at the same time, over all shards.
    pub at_once: usize,
    /// Events of a shard read but not yet handled; beyond it nothing is read.
    pub waiting: usize,
    /// Silence of a connection that counts as lost.
    pub silence: Duration,
    /// From the start of an attempt to a session.
    pub greeting: Duration,
    /// The pause after the first failure; doubles.
    pub first_wait: Duration,
    /// The longest such pause.
    pub longest_wait: Duration,
    /// A connection that lived this long clears the failures.
    pub healthy_after: Duration,
    /// The pause after Discord has refused us.
    pub refused_wait: Duration,
    /// How often it is kept up to where everything is handled.
    pub keep_every: Duration,
}

impl GatewaySettings {
    /// Those for production.
    pub fn new(token: SecretString) -> Self {
        Self {
            token,
            shards: None,
            content: Content::Wanted,
            flags: None,
            at_once: 64,
            waiting: 4096,
            silence: Duration::from_mins(2),
            greeting: Duration::from_secs(30),
            first_wait: Duration::from_millis(250),
            longest_wait: Duration::from_secs(30),
            healthy_after: Duration::from_secs(10),
            refused_wait: Duration::from_mins(1),
            keep_every: Duration::from_secs(1),
        }
    }
}

/// Keeps all shards connected until `stop`, then finishes what was read and keeps the sessions.
pub async fn run(
    host: Arc<dyn Host>,
    settings: GatewaySettings,
    monitor: Arc<Monitor>,
    stop: CancellationToken,
) {
    let lanes = Lanes::new(settings.at_once);
    let mut intents = intents::wanted(settings.content, settings.flags);
    say_missing(settings.content, intents);
    let (mut queue, mut before) = (None, None);
    // Once more only where Discord wants another number of shards or fewer intents.
    while let Some(address) = reach(&*host, &settings, &monitor, &stop).await {
        let total = settings.shards.unwrap_or(address.shards).max(1);
        if before.replace((total, intents)) == Some((total, intents)) {
            tracing::warn!(
                total,
                "Discord wants another number of shards and names the same; trying again later"
            );
            monitor.trouble("Discord wants another number of shards");
            if timeout(settings.refused_wait, stop.cancelled()).await.is_ok() {
                break;
            }
        }
        // One over all rounds, so that what one has begun counts in the next.
        let queue = queue.get_or_insert_with(|| queue_of(&address)).clone();
        let config = ConfigBuilder::new(settings.token.expose_secret().to_owned(), intents)
            .proxy_url(address.url)
            .queue(queue)
            .build();
        let again = CancellationToken::new();
        let shared = Arc::new(Shared {
            host: Arc::clone(&host),
            settings: settings.clone(),
            monitor: Arc::clone(&monitor),
            lanes: lanes.clone(),
            config,
            total,
            stop: stop.clone(),
            again: again.clone(),
            without: std::sync::Mutex::new(intents),
        });
        monitor.expect(total);
        join_all((0..total).map(|number| shard::keep_up(Arc::clone(&shared), number))).await;
        if !again.is_cancelled() {
            break;
        }
        let fewer = *shared.without.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if fewer != intents {
            intents = fewer;
            say_missing(settings.content, intents);
        }
    }
    monitor.stopped();
}

fn queue_of(address: &Address) -> InMemoryQueue {
    let total = address.total.max(address.remaining);
    InMemoryQueue::new(address.at_once.max(1), address.remaining, address.reset_after, total)
}

fn say_missing(content: Content, intents: twilight_gateway::Intents) {
    if let Some(line) = intents::missing(content, intents) {
        tracing::warn!("{line}");
    }
}

/// The address, asked for until there is one; `None` at the stop.
async fn reach(
    host: &dyn Host,
    settings: &GatewaySettings,
    monitor: &Monitor,
    stop: &CancellationToken,
) -> Option<Address> {
    let mut failures = 0;
    loop {
        let wait = match tokio::select! {
            () = stop.cancelled() => return None,
            address = host.address() => address,
        } {
            Ok(address) => return Some(address),
            Err(AddressError::Refused) => {
                tracing::error!(
                    "Discord refuses the bot token; `goodturn check` says what to do; trying again later"
                );
                monitor.refused(None);
                settings.refused_wait
            }
            Err(AddressError::Later(after)) => {
                tracing::warn!("Discord cannot be reached yet; trying again");
                monitor.trouble("Discord could not be reached");
                after.max(shard::pause_after(settings, failures))
            }
        };
        failures += 1;
        if timeout(wait, stop.cancelled()).await.is_ok() {
            return None;
        }
    }
}
