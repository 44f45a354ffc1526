//! What the connections of one loop have in common: limits, who is live, what the operator sees.
//! Invariant: a gap is announced exactly when the number of live connections leaves zero.

use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use tokio::sync::mpsc::WeakUnboundedSender;
use tokio::sync::{Mutex as TurnMutex, Semaphore, watch};
use tokio::time::{Instant, timeout, timeout_at};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::{Gap, Hooks, OpenError, SocketSettings, SocketUrl};

/// The state of the link to Slack, as the operator sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Status {
    /// Not yet connected since the start.
    Starting,
    /// This many connections have been greeted and read.
    Connected(usize),
    /// None is; attempts go on.
    Reconnecting {
        /// What went wrong last, in words for the operator.
        why: &'static str,
    },
    /// Slack says no, and will until somebody acts; attempts go on slowly.
    Refused {
        /// Slack's own word for it.
        code: String,
    },
    /// Stopped in good order.
    Stopped,
}

/// What one may watch from outside while the loop runs.
#[derive(Debug)]
pub struct Monitor {
    status: watch::Sender<Status>,
    /// Counts since the start of the program.
    pub counters: Counters,
}

/// Counts since the start of the program.
#[derive(Debug, Default)]
pub struct Counters {
    /// Connections greeted by the server.
    pub connected: AtomicU64,
    /// Envelopes read.
    pub envelopes: AtomicU64,
    /// Acknowledgements written.
    pub acknowledged: AtomicU64,
    /// Envelopes that their handler did not want acknowledged.
    pub withheld: AtomicU64,
    /// Handlers that panicked.
    pub panicked: AtomicU64,
    /// Handlers dropped because they took too long.
    pub overdue: AtomicU64,
    /// Acknowledgements for which no connection was left.
    pub unsent: AtomicU64,
    /// Frames that were no JSON object.
    pub malformed: AtomicU64,
    /// Frames of an unknown kind without an envelope.
    pub passed_over: AtomicU64,
}

/// Shared by the slots, the connections and the handlers of one loop.
pub(super) struct Shared {
    pub hooks: Hooks,
    pub settings: SocketSettings,
    pub monitor: Arc<Monitor>,
    pub stop: CancellationToken,
    /// Every connection and handler; empty once all is said.
    pub tasks: TaskTracker,
    /// Room for envelopes read but not finished.
    pub room: Arc<Semaphore>,
    /// Turns for envelopes being handled.
    pub turns: Semaphore,
    live: Mutex<Live>,
    last_heard: AtomicI64,
    ids: AtomicU64,
    /// One question for an address at a time, and none before this instant.
    open_from: TurnMutex<Option<Instant>>,
}

#[derive(Default)]
struct Live {
    links: Vec<(u64, WeakUnboundedSender<String>)>,
    refused: Option<String>,
}

/// `last_heard` before anything was.
const NEVER: i64 = i64::MIN;

impl Default for Monitor {
    fn default() -> Self {
        Self { status: watch::Sender::new(Status::Starting), counters: Counters::default() }
    }
}

impl Monitor {
    /// The state now.
    pub fn status(&self) -> Status {
        self.status.borrow().clone()
    }

    /// Follows the state.
    pub fn watch(&self) -> watch::Receiver<Status> {
        self.status.subscribe()
    }

    fn say(&self, status: Status) {
        self.status.send_if_modified(|now| {
            let changed = *now != status;
            *now = status;
            changed
        });
    }
}

impl Shared {
    pub(super) fn new(
        hooks: Hooks,
        settings: SocketSettings,
        monitor: Arc<Monitor>,
        stop: CancellationToken,
    ) -> Self {
        Self {
            room: Arc::new(Semaphore::new(settings.waiting.max(settings.connections * 2))),
            turns: Semaphore::new(settings.at_once.max(1)),
            hooks,
            settings,
            monitor,
            stop,
            tasks: TaskTracker::new(),
            live: Mutex::default(),
            last_heard: AtomicI64::new(NEVER),
            ids: AtomicU64::new(0),
            open_from: TurnMutex::new(None),
        }
    }

    pub(super) fn next_id(&self) -> u64 {
        self.ids.fetch_add(1, Ordering::Relaxed)
    }

    /// Asks for an address: one slot at a time, and after a rate limit no slot before its end.
    pub(super) async fn open(&self) -> Result<SocketUrl, OpenError> {
        let mut from = self.open_from.lock().await;
        if let Some(until) = from.take()
            && timeout_at(until, self.stop.cancelled()).await.is_ok()
        {
            return Err(OpenError::Unreachable);
        }
        let opened = timeout(self.settings.connect_within, (self.hooks.open)())
            .await
            .unwrap_or(Err(OpenError::Unreachable));
        if let Err(OpenError::RateLimited { after }) = &opened {
            *from = Some(Instant::now() + *after);
        }
        opened
    }

    /// A frame of any kind came over a greeted connection (before the hello nobody has listened yet).
    pub(super) fn heard(&self) {
        self.last_heard.fetch_max((self.hooks.now)().as_millisecond(), Ordering::Relaxed);
    }

    /// A connection has been greeted.
    pub(super) fn joined(self: &Arc<Self>, id: u64, acks: WeakUnboundedSender<String>) {
        self.monitor.counters.connected.fetch_add(1, Ordering::Relaxed);
        let (count, gap) = {
            let mut live = self.live();
            let first = live.links.is_empty();
            live.links.push((id, acks));
            live.refused = None;
            let since = Timestamp::from_millisecond(self.last_heard.load(Ordering::Relaxed)).ok();
            (live.links.len(), first.then_some(Gap { since }))
        };
        self.monitor.say(Status::Connected(count));
        tracing::info!(connections = count, "connected to Slack");
        if let Some(gap) = gap {
            let shared = Arc::clone(self);
            self.tasks.spawn(async move {
                tokio::select! {
                    () = shared.stop.cancelled() => {}
                    () = (shared.hooks.on_gap)(gap) => {}
                }
            });
        }
    }

    /// A greeted connection is gone.
    pub(super) fn left(&self, id: u64, why: &'static str) {
        let (count, refused) = {
            let mut live = self.live();
            live.links.retain(|(other, _)| *other != id);
            (live.links.len(), live.refused.clone())
        };
        match refused {
            _ if self.stop.is_cancelled() => {}
            Some(code) => self.monitor.say(Status::Refused { code }),
            None if count == 0 => self.monitor.say(Status::Reconnecting { why }),
            None => self.monitor.say(Status::Connected(count)),
        }
        tracing::info!(connections = count, why, "a connection to Slack ended");
    }

    /// An attempt to connect failed.
    pub(super) fn trouble(&self, why: &'static str) {
        tracing::warn!(why, "could not connect to Slack; trying again");
        let live = self.live();
        if live.links.is_empty() && live.refused.is_none() {
            drop(live);
            self.monitor.say(Status::Reconnecting { why });
        }
    }

    /// Slack refuses; said loudly, because only the operator can mend it.
    pub(super) fn refused(&self, code: &str) {
        tracing::error!(
            code,
            "Slack refuses the connection: check the app-level token and that Socket Mode is on"
        );
        self.live().refused = Some(code.to_owned());
        self.monitor.say(Status::Refused { code: code.to_owned() });
    }

    /// Sends an acknowledgement over any connection that is left, when its own is gone.
    pub(super) fn reroute(&self, text: String) {
        let mut text = text;
        for (_, acks) in &self.live().links {
            let Some(acks) = acks.upgrade() else { continue };
            match acks.send(text) {
                Ok(()) => return,
                Err(unsent) => text = unsent.0,
            }
        }
        self.monitor.counters.unsent.fetch_add(1, Ordering::Relaxed);
        tracing::warn!("an acknowledgement found no connection to Slack");
    }

    /// Waits for everything in flight; the slots have ended.
    pub(super) async fn finish(&self) {
        self.tasks.close();
        self.tasks.wait().await;
        self.monitor.say(Status::Stopped);
    }

    fn live(&self) -> MutexGuard<'_, Live> {
        self.live.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
