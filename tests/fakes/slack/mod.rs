//! A believable Slack on loopback: the Web API, Socket Mode, and people who use the app.
//!
//! Invariant: everything that happens is one step of the state in `state.rs`, and everyone who waits
//! for something wakes on the next step; there is no fixed sleep. `violations` lists whatever the app
//! did that a real Slack would refuse or that people would notice; a good test asserts it is empty.
//!
//! ```ignore
//! let slack = FakeSlack::start(Workspace::sample()).await;
//! // ... start the app with slack.api_url(), slack.bot_token(), slack.app_token()
//! let ack = slack.as_user("ana").slash("/handoff", "billing refund stuck", "sales").await;
//! let offer = slack.expect("an offer to bo", |s| s.dm_with("bo").last().cloned()).await;
//! slack.as_user("bo").press(&offer, "Accept").await;
//! ```
#![expect(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "test code: it stands for the world, which has clocks, and a broken story should panic"
)]

pub mod blocks;
mod channels;
mod delivery;
mod events;
pub mod faults;
mod forms;
mod http;
mod methods;
mod methods_chat;
mod methods_conversations;
mod methods_people;
mod methods_views;
pub mod people;
mod responses;
pub mod socket;
pub mod state;
mod views;
pub mod workspace;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use delivery::{Envelope, dispatch, see_through};
use state::State;
use workspace::Workspace;

/// How long a story waits for what it expects.
const PATIENCE: Duration = Duration::from_secs(20);

/// The state, and who waits for it to change.
pub struct Shared {
    state: Mutex<State>,
    version: watch::Sender<u64>,
    stop: CancellationToken,
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        // A story that panicked while it looked has changed nothing half-way.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn read<T>(&self, look: impl FnOnce(&State) -> T) -> T {
        look(&self.lock())
    }

    /// One step: changes the state, sends the events that follow from it, wakes everyone who waits.
    pub fn change<T>(self: &Arc<Self>, step: impl FnOnce(&mut State) -> T) -> T {
        let mut state = self.lock();
        let result = step(&mut state);
        let mut sent = Vec::new();
        while let Some(payload) = state.outgoing.pop_front() {
            let envelope = Envelope::event(payload);
            let pending = dispatch(&mut state, &envelope);
            sent.push((envelope, pending));
        }
        drop(state);
        self.version.send_modify(|version| *version += 1);
        for (envelope, pending) in sent {
            tokio::spawn(see_through(Arc::clone(self), envelope, pending));
        }
        result
    }

    /// Waits until `look` finds something; `None` after `patience`.
    pub async fn wait<T>(
        &self,
        patience: Duration,
        mut look: impl FnMut(&mut State) -> Option<T>,
    ) -> Option<T> {
        let mut version = self.version.subscribe();
        let found = async {
            loop {
                if let Some(found) = look(&mut self.lock()) {
                    return found;
                }
                version.changed().await.expect("the sender lives in self");
            }
        };
        tokio::time::timeout(patience, found).await.ok()
    }
}

/// Stops the servers when the last handle is gone.
struct Guard(CancellationToken);

impl Drop for Guard {
    fn drop(&mut self) {
        self.0.cancel();
    }
}

/// A running fake; clones are handles of the same one, and it stops with the last.
#[derive(Clone)]
pub struct FakeSlack {
    shared: Arc<Shared>,
    _guard: Arc<Guard>,
}

impl FakeSlack {
    /// Starts on two free ports of the loopback.
    pub async fn start(workspace: Workspace) -> Self {
        let web = TcpListener::bind("127.0.0.1:0").await.expect("loopback has a free port");
        let sockets = TcpListener::bind("127.0.0.1:0").await.expect("loopback has a free port");
        let mut state = State::new(workspace);
        state.api_base = format!("http://{}", web.local_addr().expect("it is bound"));
        state.socket_base = format!("ws://{}", sockets.local_addr().expect("it is bound"));
        let stop = CancellationToken::new();
        let shared =
            Arc::new(Shared { state: Mutex::new(state), version: watch::Sender::new(0), stop: stop.clone() });
        tokio::spawn(stop.clone().run_until_cancelled_owned(http::serve(Arc::clone(&shared), web)));
        tokio::spawn(stop.clone().run_until_cancelled_owned(socket::serve(Arc::clone(&shared), sockets)));
        Self { shared, _guard: Arc::new(Guard(stop)) }
    }

    /// What `SLACK_API_URL` should be: no slash at the end.
    pub fn api_url(&self) -> String {
        self.shared.read(|state| format!("{}/api", state.api_base))
    }

    pub fn bot_token(&self) -> String {
        self.shared.read(|state| state.bot_token.clone())
    }

    pub fn app_token(&self) -> String {
        self.shared.read(|state| state.app_token.clone())
    }
}
