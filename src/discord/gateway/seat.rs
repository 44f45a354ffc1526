//! What is known of one shard: its session, what of it is handled, until when everything was heard.
//! Invariant: what is kept is never ahead of what is handled, and stands still while a gap is open.

use std::panic::AssertUnwindSafe;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use serde::Deserialize;
use serde_json::Value;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, timeout};
use tokio_util::sync::CancellationToken;
use twilight_gateway::queue::InMemoryQueue;
use twilight_gateway::{Config, Intents};

use super::lanes::{Lane, Lanes};
use super::monitor::Monitor;
use super::session::{self, Kept, Session};
use super::{Event, Gap, GatewaySettings, Host, Unread};

/// Shared by the shards of one round.
pub(super) struct Shared {
    pub host: Arc<dyn Host>,
    pub settings: GatewaySettings,
    pub monitor: Arc<Monitor>,
    pub lanes: Lanes,
    pub config: Config<InMemoryQueue>,
    pub total: u32,
    pub stop: CancellationToken,
    /// Another round is wanted, with what is in `without` or another number of shards.
    pub again: CancellationToken,
    pub without: Mutex<Intents>,
}

/// What the keeper and the reader of a shard know.
pub(super) struct Seat {
    pub shared: Arc<Shared>,
    pub number: u32,
    /// Room for words read but not handled, and as much for everything else.
    pub room: Arc<Semaphore>,
    pub room_for_others: Arc<Semaphore>,
    pub state: Mutex<State>,
}

#[derive(Default)]
pub(super) struct State {
    pub session: Option<Session>,
    pub heard: Option<jiff::Timestamp>,
    /// Gaps that are being caught up; while there is one, `heard` stands still.
    pub gaps: u32,
    /// A gap of the process before, to be caught up once connected.
    pub owed: bool,
}

/// What the gateway sends.
#[derive(Deserialize)]
pub(super) struct Frame {
    pub op: u8,
    #[serde(default)]
    pub s: Option<u64>,
    #[serde(default)]
    pub t: Option<String>,
    #[serde(default)]
    pub d: Value,
}

/// Until when everything was heard, for shards that are new because their number changed.
pub(super) const HEARD: &str = "heard";

/// How often it is kept that everything was heard while nothing happens.
const KEEP_HEARD: i64 = 30_000;

impl Seat {
    /// Takes one frame in; true if the session stands now.
    pub(super) async fn take(self: &Arc<Self>, frame: Frame) -> bool {
        let (0, Some(name), Some(sequence)) = (frame.op, frame.t, frame.s) else { return false };
        let counters = &self.shared.monitor.counters;
        counters.events.fetch_add(1, Ordering::Relaxed);
        let stands = match name.as_str() {
            "READY" => {
                counters.sessions.fetch_add(1, Ordering::Relaxed);
                let id = frame.d["session_id"].as_str().unwrap_or_default();
                let url = frame.d["resume_gateway_url"].as_str();
                self.state().session = Some(Session::new(id, url, sequence));
                true
            }
            "RESUMED" => {
                counters.resumed.fetch_add(1, Ordering::Relaxed);
                true
            }
            _ => false,
        };
        let begins = name == "READY";
        let event = Event { shard: self.number, name, data: frame.d, read: Instant::now() };
        let lane = self.shared.host.notice(&event);
        if stands {
            tracing::info!(shard = self.number, session = %event.name, "connected to Discord");
            self.shared.monitor.up(self.number);
            self.announce_gap(&event);
        }
        let Some(session) = self.state().session.clone() else { return stands };
        let unread = lane.as_ref().and_then(|_| self.shared.host.unread(&event));
        let permit = match (&lane, &unread) {
            (None, _) => None,
            // Nobody's heartbeat waits for room: the words stand in the history.
            (_, Some(_)) => Arc::clone(&self.room).try_acquire_owned().ok(),
            (_, None) => tokio::select! {
                () = self.over() => return stands,
                permit = Arc::clone(&self.room_for_others).acquire_owned() => permit.ok(),
            },
        };
        // From here on it holds the mark until it is handled.
        session.mark.lock().unwrap_or_else(PoisonError::into_inner).begin(sequence);
        let at_work = AtWork { session, sequence };
        if begins {
            // A process that is killed soon after must find it, or what is said until it is back is lost.
            self.keep_now(&session::name(self.number, self.shared.total), &mut None).await;
        }
        match (lane, permit, unread) {
            (Some(lane), Some(permit), unread) => self.hand_over(lane, event, unread, (permit, at_work)),
            (_, None, Some(unread)) => self.read_again(unread),
            _ => {}
        }
        stands
    }

    fn hand_over(
        self: &Arc<Self>,
        lane: Lane,
        event: Event,
        unread: Option<Unread>,
        held: (OwnedSemaphorePermit, AtWork),
    ) {
        let handling = Arc::clone(&self.shared.host).handle(event);
        let seat = Arc::clone(self);
        let job = async move {
            let _held = held;
            let handled = AssertUnwindSafe(handling).catch_unwind().await;
            if handled.is_err() {
                tracing::error!("handling an event from Discord panicked");
            }
            if let (false, Some(unread)) = (handled.unwrap_or(false), unread) {
                seat.read_again(unread);
            }
        };
        self.shared.lanes.push(lane, job.boxed());
    }

    /// Words that were not taken in are a gap until they are.
    fn read_again(self: &Arc<Self>, unread: Unread) {
        tracing::warn!("words could not be taken in; they will be read again from history");
        {
            let mut state = self.state();
            state.gaps += 1;
            state.heard = Some(state.heard.map_or(unread.at, |heard| heard.min(unread.at)));
        }
        self.close(Arc::clone(&self.shared.host).read_again(unread));
    }

    /// After a new session there is a gap; after a resumed one only if the process before left one.
    fn announce_gap(self: &Arc<Self>, event: &Event) {
        let gap = {
            let mut state = self.state();
            let resumed = event.name == "RESUMED";
            let owed = std::mem::take(&mut state.owed);
            if resumed && !owed {
                return;
            }
            state.gaps += 1;
            let guilds = event.data["guilds"].as_array().filter(|_| !resumed).map(|guilds| {
                guilds.iter().filter_map(|guild| guild["id"].as_str().map(str::to_owned)).collect()
            });
            Gap { shard: self.number, since: state.heard, guilds }
        };
        // Noted here, before the events that come next; closed beside the reading.
        self.close(Arc::clone(&self.shared.host).gap(gap));
    }

    /// A gap is open until this is done.
    fn close(self: &Arc<Self>, closing: BoxFuture<'static, ()>) {
        let seat = Arc::clone(self);
        tokio::spawn(async move {
            tokio::select! {
                // It stays owed, and the next process catches up.
                () = seat.over() => {}
                () = closing => {
                    seat.state().gaps -= 1;
                    seat.heard();
                }
            }
        });
    }

    /// A sign of life came: everything said until now was heard, but for a gap.
    pub(super) fn heard(&self) {
        let now = self.shared.host.now();
        let mut state = self.state();
        let known = state.session.is_some();
        if known && state.gaps == 0 && !state.owed {
            state.heard = Some(now);
        }
    }

    /// Keeps from time to time where the session stands, until the shard has ended.
    pub(super) async fn keep(&self, name: &str, ended: &CancellationToken) {
        let mut last = None;
        while timeout(self.shared.settings.keep_every, ended.cancelled()).await.is_err() {
            self.keep_now(name, &mut last).await;
        }
    }

    pub(super) async fn keep_now(&self, name: &str, last: &mut Option<Kept>) {
        let kept = {
            let state = self.state();
            let Some(session) = &state.session else { return };
            Kept {
                id: session.id.clone(),
                sequence: session.mark.lock().unwrap_or_else(PoisonError::into_inner).low(),
                url: session.url.clone(),
                heard: state.heard.map(jiff::Timestamp::as_millisecond),
                catching_up: state.gaps > 0 || state.owed,
                intents: self.shared.config.intents().bits(),
            }
        };
        let news = last.as_ref().is_none_or(|last| {
            let fresh = kept.heard.zip(last.heard).is_some_and(|(now, then)| now - then < KEEP_HEARD);
            !fresh || Kept { heard: last.heard, ..kept.clone() } != *last
        });
        if news {
            self.shared.host.keep(name.to_owned(), kept.write()).await;
            let heard = self.state().heard;
            if let Some(at) = heard.filter(|_| self.number == 0) {
                self.shared.host.keep(HEARD.to_owned(), at.to_string()).await;
            }
            *last = Some(kept);
        }
    }

    /// Waits until we are to stop, or another round is wanted.
    pub(super) async fn over(&self) {
        tokio::select! {
            () = self.shared.stop.cancelled() => {}
            () = self.shared.again.cancelled() => {}
        }
    }

    pub(super) fn count_malformed(&self) {
        self.shared.monitor.counters.malformed.fetch_add(1, Ordering::Relaxed);
        tracing::warn!(shard = self.number, "something from Discord could not be read");
    }

    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Holds the mark while an event is handled, however that ends.
struct AtWork {
    session: Session,
    sequence: u64,
}

impl Drop for AtWork {
    fn drop(&mut self) {
        self.session.mark.lock().unwrap_or_else(PoisonError::into_inner).done(self.sequence);
    }
}
