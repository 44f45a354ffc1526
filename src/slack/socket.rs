//! Socket Mode, spoken by ourselves: a few connections kept up, every envelope acknowledged only after
//! its handler has returned.
//! Invariants: no acknowledgement before the handler is done; at rotation the new connection stands before
//! the old one goes; no attempt to connect without a pause after a failed one; the address (it carries a
//! ticket) and the frames are never printed. What an envelope means is decided elsewhere.

mod backoff;
mod connection;
mod frame;
mod shared;
#[cfg(test)]
mod tests;
mod watchdog;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::{BoxFuture, join_all};
use jiff::Timestamp;
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;
use tokio::sync::mpsc;
use tokio::time::{Instant, timeout};
use tokio_util::sync::CancellationToken;

use backoff::Backoff;
use connection::{End, Event, Link};
use shared::Shared;
pub use shared::{Counters, Monitor, Status};

/// Whether Slack is spoken to with encryption. Without it only where the operator said so in the address:
/// a stand-in on loopback, a proxy in the same machine room.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Transport {
    /// `https://` and `wss://` only.
    Encrypted,
    /// `http://` and `ws://` as well.
    Plain,
}

/// Where one connection goes, as `apps.connections.open` said; good for one use, never printed.
#[derive(Clone)]
pub struct SocketUrl(SecretString);

/// Why no address could be had.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OpenError {
    /// Slack asks for a pause of this length.
    RateLimited {
        /// From now.
        after: Duration,
    },
    /// Slack says no (`invalid_auth`, `not_allowed_token_type`, …); only the operator can mend it.
    Refused {
        /// Slack's own word for it.
        code: String,
    },
    /// Slack could not be reached, or did not answer sensibly.
    Unreachable,
}

/// What the handler says about an envelope it was given.
#[derive(Debug, Clone, PartialEq)]
pub enum Answer {
    /// It is safe with us; the value, if any, goes back inside the acknowledgement.
    Acknowledge(Option<Value>),
    /// It is not: Slack keeps it and, for events, sends it again.
    Withhold,
}

/// A time in which nobody listened, ending now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Gap {
    /// The last sign of life from Slack; `None` at the start of the program.
    pub since: Option<Timestamp>,
}

/// What the loop asks of the rest of the adapter.
pub struct Hooks {
    /// Gets an address for one connection.
    pub open: Box<dyn Fn() -> BoxFuture<'static, Result<SocketUrl, OpenError>> + Send + Sync>,
    /// Handles one envelope, up to and including the commit; awaited before the acknowledgement.
    pub handle: Box<dyn Fn(Value) -> BoxFuture<'static, Answer> + Send + Sync>,
    /// Catches up on what was said while nobody listened; runs beside the reading.
    pub on_gap: Box<dyn Fn(Gap) -> BoxFuture<'static, ()> + Send + Sync>,
    /// The wall clock, for the beginning of a gap.
    pub now: Box<dyn Fn() -> Timestamp + Send + Sync>,
}

/// The loop's limits; the default is meant for production.
#[derive(Debug, Clone)]
pub struct SocketSettings {
    /// Connections kept up at the same time.
    pub connections: usize,
    /// Envelopes handled at the same time, over all connections.
    pub at_once: usize,
    /// Envelopes read but not yet handled; beyond it nothing is read.
    pub waiting: usize,
    /// For TCP, TLS and the web socket handshake together, and for `open`.
    pub connect_within: Duration,
    /// From the handshake to the server's hello.
    pub hello_within: Duration,
    /// Silence after which we send a ping.
    pub ping_after: Duration,
    /// Silence after our ping that counts as a lost connection.
    pub pong_within: Duration,
    /// For one frame of ours to leave.
    pub write_within: Duration,
    /// For one envelope to be handled; past it the work is dropped and nothing acknowledged.
    pub handle_within: Duration,
    /// How long a replaced connection goes on reading.
    pub keep_replaced: Duration,
    /// The pause after the first failure; doubles.
    pub first_wait: Duration,
    /// The longest such pause.
    pub longest_wait: Duration,
    /// A connection that lived this long clears the failures.
    pub healthy_after: Duration,
    /// The pause after Slack has refused us.
    pub refused_wait: Duration,
}

/// Keeps the connections up until `stop`, then lets what is in flight finish, acknowledges it and closes.
/// Only the caller bounds that end: give this future a time-out once `stop` is cancelled.
pub async fn run(hooks: Hooks, settings: SocketSettings, monitor: Arc<Monitor>, stop: CancellationToken) {
    let slots = settings.connections;
    let shared = Arc::new(Shared::new(hooks, settings, monitor, stop));
    join_all((0..slots).map(|_| keep_up(&shared))).await;
    shared.finish().await;
}

impl SocketUrl {
    /// Takes `wss://`, and `ws://` only from a Slack that itself is spoken to without encryption.
    pub fn parse(text: &str, transport: Transport) -> Option<Self> {
        let url = reqwest::Url::parse(text).ok()?;
        let fit = url.scheme() == "wss" || (url.scheme() == "ws" && transport == Transport::Plain);
        fit.then(|| Self(text.to_owned().into()))
    }

    fn expose(&self) -> &str {
        self.0.expose_secret()
    }
}

impl fmt::Debug for SocketUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SocketUrl")
    }
}

impl Default for SocketSettings {
    fn default() -> Self {
        Self {
            connections: 2,
            at_once: 64,
            waiting: 1024,
            connect_within: Duration::from_secs(10),
            hello_within: Duration::from_secs(10),
            ping_after: Duration::from_secs(10),
            pong_within: Duration::from_secs(30),
            write_within: Duration::from_secs(10),
            handle_within: Duration::from_secs(30),
            keep_replaced: Duration::from_secs(30),
            first_wait: Duration::from_millis(100),
            longest_wait: Duration::from_secs(30),
            healthy_after: Duration::from_secs(30),
            refused_wait: Duration::from_mins(1),
        }
    }
}

/// What a slot does after a connection has had its say.
enum Next {
    AtOnce,
    After(Duration),
    Stop,
}

/// Keeps one connection up; a replaced one lives on beside it until it is released.
async fn keep_up(shared: &Arc<Shared>) {
    let settings = &shared.settings;
    let mut backoff = Backoff::new(settings.first_wait, settings.longest_wait);
    let mut replaced: Option<CancellationToken> = None;
    loop {
        let next = attempt(shared, &mut backoff, &mut replaced).await;
        let wait = match next {
            Next::Stop => return,
            Next::AtOnce => continue,
            Next::After(wait) => wait,
        };
        if timeout(wait, shared.stop.cancelled()).await.is_ok() {
            return;
        }
    }
}

/// One connection from its address to the moment at which another is wanted.
async fn attempt(
    shared: &Arc<Shared>,
    backoff: &mut Backoff,
    replaced: &mut Option<CancellationToken>,
) -> Next {
    let settings = &shared.settings;
    if shared.stop.is_cancelled() {
        return Next::Stop;
    }
    let opened = tokio::select! {
        () = shared.stop.cancelled() => return Next::Stop,
        opened = shared.open() => opened,
    };
    let url = match opened {
        Ok(url) => url,
        Err(OpenError::RateLimited { after }) => {
            shared.trouble("rate limited when asking for a connection");
            return Next::After(after.max(backoff.failed(jitter())));
        }
        Err(OpenError::Refused { code }) => {
            shared.refused(&code);
            return Next::After(settings.refused_wait);
        }
        Err(OpenError::Unreachable) => {
            shared.trouble("Slack cannot be reached");
            return Next::After(backoff.failed(jitter()));
        }
    };
    let dialled = tokio::select! {
        () = shared.stop.cancelled() => return Next::Stop,
        dialled = connection::dial(&url, settings) => dialled,
    };
    let socket = match dialled {
        Ok(socket) => socket,
        Err(why) => {
            shared.trouble(why);
            return Next::After(backoff.failed(jitter()));
        }
    };

    let (events, mut seen) = mpsc::unbounded_channel();
    let release = CancellationToken::new();
    let link = Link { id: shared.next_id(), shared: Arc::clone(shared), events, release: release.clone() };
    shared.tasks.spawn(connection::live(socket, link));
    let mut up = None;
    while let Some(event) = seen.recv().await {
        match event {
            Event::Up => {
                up = Some(Instant::now());
                if let Some(old) = replaced.take() {
                    old.cancel();
                }
            }
            Event::Rotate => {
                *replaced = Some(release);
                return after_life(up, backoff, settings);
            }
            Event::Ended(End::Stopped) => return Next::Stop,
            Event::Ended(End::LinkDisabled) => {
                shared.refused("link_disabled");
                return Next::After(settings.refused_wait);
            }
            Event::Ended(End::TooMany) => {
                shared.trouble("too many connections of this app");
                return Next::After(backoff.failed(jitter()));
            }
            Event::Ended(End::Replaced | End::Lost(_)) => return after_life(up, backoff, settings),
        }
    }
    Next::After(backoff.failed(jitter()))
}

/// A connection that lived long is replaced at once; one that died young costs a pause.
fn after_life(up: Option<Instant>, backoff: &mut Backoff, settings: &SocketSettings) -> Next {
    if up.is_some_and(|since| since.elapsed() >= settings.healthy_after) {
        backoff.healthy();
        return Next::AtOnce;
    }
    Next::After(backoff.failed(jitter()))
}

#[expect(clippy::disallowed_methods, reason = "spreads reconnects over time; no decision depends on it")]
fn jitter() -> f64 {
    use rand::RngExt;
    rand::rng().random()
}
