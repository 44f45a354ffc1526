//! Hearing Slack: envelopes to the app and replies back, and catching up on what was said while nobody
//! listened.
//! Invariants: an envelope is acknowledged after the app has committed; one that the app could not take
//! is left to Slack to send again where Slack does that; what is caught up goes through the same door.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use jiff::Timestamp;
use serde_json::Value;
use tokio::time::{Instant, timeout};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::Slack;
use super::api::CallError;
use super::decode::{self, Context, Decoded, Heard, Way};
use super::reply::{self, Call};
use super::socket::{self, Answer, Hooks, SocketSettings, Status};
use crate::app::App;
use crate::app::metrics::Metrics;
use crate::chat::command::Command;
use crate::chat::inbound::{Event, Inbound, Mend, Reply};
use crate::domain::ids::{Place, PlatformKind, UserKey, WorkspaceKey};

mod catch_up;

/// What the app does with what is heard.
pub struct Ears {
    /// Takes in one delivery, up to and including its commit.
    pub receive: Box<dyn Fn(Inbound) -> BoxFuture<'static, Received> + Send + Sync>,
    /// Places in which something may have been said that matters: direct conversations, threads of
    /// open requests.
    pub places: Box<dyn Fn() -> BoxFuture<'static, Vec<Place>> + Send + Sync>,
    /// Until when everything was heard, as kept over restarts; `None` before the first time.
    pub heard_until: Box<dyn Fn() -> BoxFuture<'static, Option<Timestamp>> + Send + Sync>,
    /// Keeps that everything until then was heard.
    pub keep_heard: Box<dyn Fn(Timestamp) -> BoxFuture<'static, ()> + Send + Sync>,
    /// Counts.
    pub metrics: Arc<Metrics>,
}

/// What became of a delivery.
#[derive(Debug)]
pub enum Received {
    /// Taken in; this goes back.
    Taken(Reply),
    /// Nothing was changed; this tells the person, where Slack does not send it again by itself.
    Failed(Reply),
}

impl Ears {
    /// The app's; what the store refuses is logged and costs the catching up, never the hearing.
    pub fn of(app: &Arc<App>, workspace: &WorkspaceKey) -> Self {
        let (one, two, three, four) = (Arc::clone(app), Arc::clone(app), Arc::clone(app), Arc::clone(app));
        let (places_of, heard_of, keep_of) = (workspace.clone(), workspace.clone(), workspace.clone());
        Self {
            receive: Box::new(move |inbound| {
                let app = Arc::clone(&one);
                async move {
                    match app.receive(inbound).await {
                        Ok(reply) => Received::Taken(reply),
                        Err(failure) => Received::Failed(failure.reply()),
                    }
                }
                .boxed()
            }),
            places: Box::new(move || {
                let (app, key) = (Arc::clone(&two), places_of.clone());
                async move { told(app.places_to_catch_up(PlatformKind::Slack, &key).await) }.boxed()
            }),
            heard_until: Box::new(move || {
                let (app, key) = (Arc::clone(&three), heard_of.clone());
                async move { told(app.heard_until(PlatformKind::Slack, &key).await) }.boxed()
            }),
            keep_heard: Box::new(move |at| {
                let (app, key) = (Arc::clone(&four), keep_of.clone());
                async move { told(app.keep_heard(PlatformKind::Slack, &key, at).await) }.boxed()
            }),
            metrics: Arc::clone(app.metrics()),
        }
    }
}

fn told<T: Default, E: fmt::Display>(result: Result<T, E>) -> T {
    result.unwrap_or_else(|error| {
        tracing::error!(%error, "the store could not help with catching up");
        T::default()
    })
}

/// How often it is kept that everything was heard.
const KEEP_EVERY: Duration = Duration::from_secs(30);
/// A reply that would have to wait longer is not given any more.
const LONGEST_REPLY: Duration = Duration::from_secs(30);
/// Attempts at one reply.
const ATTEMPTS: u32 = 5;

/// Keeps listening until `stop`, then finishes what is in flight.
pub async fn listen(slack: Arc<Slack>, ears: Ears, settings: SocketSettings, stop: CancellationToken) {
    let listener = Arc::new(Listener {
        slack: Arc::clone(&slack),
        ears,
        calls: TaskTracker::new(),
        caught_up: AtomicBool::new(false),
    });
    let hooks = Hooks {
        open: Box::new({
            let slack = Arc::clone(&slack);
            move || {
                let slack = Arc::clone(&slack);
                async move { slack.api.connections_open().await }.boxed()
            }
        }),
        handle: Box::new({
            let listener = Arc::clone(&listener);
            move |envelope| {
                let listener = Arc::clone(&listener);
                async move { listener.handle(&envelope).await }.boxed()
            }
        }),
        on_gap: Box::new({
            let listener = Arc::clone(&listener);
            move |gap| {
                let listener = Arc::clone(&listener);
                async move { listener.catch_up(gap).await }.boxed()
            }
        }),
        now: Box::new({
            let slack = Arc::clone(&slack);
            move || slack.clock.now()
        }),
    };
    let keeping = listener.keep_heard(stop.clone());
    let socket = socket::run(hooks, settings, Arc::clone(&slack.monitor), stop);
    tokio::join!(socket, keeping);
    listener.calls.close();
    listener.calls.wait().await;
}

struct Listener {
    slack: Arc<Slack>,
    ears: Ears,
    /// Replies on their way.
    calls: TaskTracker,
    /// Whether what was missed has been read.
    caught_up: AtomicBool,
}

impl Listener {
    async fn handle(&self, envelope: &Value) -> Answer {
        let started = Instant::now();
        let answer = match decode::envelope(envelope, &self.context()) {
            Decoded::Heard(heard) => self.take(*heard).await,
            Decoded::Passed(what) => {
                tracing::trace!(what, "passed over");
                Answer::Acknowledge(None)
            }
            Decoded::Unreadable { what, kind } => {
                self.ears.metrics.unparsable(what);
                tracing::warn!(what, kind, "something from Slack could not be read; it is not acknowledged");
                Answer::Withhold
            }
        };
        if matches!(answer, Answer::Acknowledge(_)) {
            self.ears.metrics.acknowledged_after(started.elapsed());
        }
        answer
    }

    async fn take(&self, mut heard: Heard) -> Answer {
        self.acquaint(&heard.inbound).await;
        self.slack.names.fill(&self.slack.api, &mut heard.inbound).await;
        let (actor, place) = (heard.inbound.actor.clone(), heard.inbound.place.clone());
        let field = first_field(&heard.inbound.event);
        let reply = match ((self.ears.receive)(heard.inbound).await, field) {
            (Received::Failed(_), _) if matches!(heard.way, Way::Said | Way::None) => {
                return Answer::Withhold;
            }
            // The form stays open with what was typed in it.
            (Received::Failed(Reply::Private(card)), Some(field)) if heard.way == Way::Form => {
                Reply::Mend(vec![Mend { field, why: card.said.words(&card.zone) }])
            }
            (Received::Taken(reply) | Received::Failed(reply), _) => reply,
        };
        let back = reply::back(reply, &heard.way, actor.as_ref(), place.as_ref());
        if let Some(call) = back.call {
            let slack = Arc::clone(&self.slack);
            self.calls.spawn(async move { give(&slack, &call, actor.as_ref()).await });
        }
        Answer::Acknowledge(back.payload)
    }

    /// Tells the app who is new in a delivery, before it takes the delivery in.
    async fn acquaint(&self, inbound: &Inbound) {
        let Slack { api, home, acquaintances, clock, .. } = &*self.slack;
        let facts = acquaintances.learn(api, home, inbound, clock.now()).await;
        if facts.is_empty() {
            return;
        }
        let met = Inbound {
            delivery: format!("met:{}", inbound.delivery),
            actor: None,
            place: None,
            mentions: Vec::new(),
            event: Event::Met(facts.clone()),
            ..inbound.clone()
        };
        if let Received::Taken(_) = (self.ears.receive)(met).await {
            acquaintances.met(&facts);
        }
    }

    /// Keeps from time to time that everything was heard, while it was.
    async fn keep_heard(&self, stop: CancellationToken) {
        while timeout(KEEP_EVERY, stop.cancelled()).await.is_err() {
            self.keep_heard_now().await;
        }
        self.keep_heard_now().await;
    }

    async fn keep_heard_now(&self) {
        let connected = matches!(self.slack.monitor.status(), Status::Connected(_));
        if connected && self.caught_up.load(Ordering::SeqCst) {
            (self.ears.keep_heard)(self.slack.clock.now()).await;
        }
    }

    fn context(&self) -> Context<'_> {
        Context { home: &self.slack.home, now: self.slack.clock.now() }
    }
}

/// The first field of a form that came back: where what concerns the whole form is said.
fn first_field(event: &Event) -> Option<String> {
    match event {
        Event::Command(Command::Submit(form)) => form.answers.keys().next().cloned(),
        _ => None,
    }
}

/// Gives a reply; one that cannot be shown in a channel reaches the person directly, and one that comes
/// too fast for the channel waits its turn. A form cannot wait: its trigger does not live that long.
async fn give(slack: &Slack, call: &Call, actor: Option<&UserKey>) {
    let mut result = carry(slack, call, actor).await;
    for _ in 0..ATTEMPTS {
        let Err(CallError::RateLimited { after }) = result else { break };
        if matches!(call, Call::Open { .. }) || after > LONGEST_REPLY {
            break;
        }
        pause(after.max(Duration::from_millis(50))).await;
        result = carry(slack, call, actor).await;
    }
    if let Err(error) = result {
        tracing::warn!(%error, "a reply could not be given");
    }
}

async fn carry(slack: &Slack, call: &Call, actor: Option<&UserKey>) -> Result<(), CallError> {
    match (reply::carry(&slack.api, call).await, call, actor) {
        (Err(CallError::Refused { .. }), Call::Ephemeral { message, .. }, Some(actor)) => {
            directly(slack, actor, message).await
        }
        (result, ..) => result,
    }
}

async fn directly(slack: &Slack, actor: &UserKey, message: &Value) -> Result<(), CallError> {
    let channel = slack.api.direct_channel(actor.as_str()).await?;
    let mut message = message.clone();
    if let Some(message) = message.as_object_mut() {
        // The thread is elsewhere.
        message.remove("thread_ts");
    }
    slack.api.post_message(&channel, &message).await.map(drop)
}

#[expect(clippy::disallowed_methods, reason = "a reply waits for its turn in a channel")]
async fn pause(wait: Duration) {
    tokio::time::sleep(wait).await;
}
