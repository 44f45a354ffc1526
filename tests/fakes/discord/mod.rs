//! A believable Discord on loopback: REST and gateway on one port, and people who use the app.
//!
//! Invariant: everything that happens is one step of the state in `state.rs`, and everyone who waits
//! for something wakes on the next step; there is no fixed sleep. `violations` lists whatever the app
//! did that a real Discord would refuse or that people would suffer from (an answer that never came, a
//! body against the published schema, a message that could mention anybody); a good test asserts it is
//! empty.
//!
//! ```ignore
//! let discord = FakeDiscord::start(Town::sample()).await;
//! // ... start the app with DISCORD_API_URL = discord.api_url(), DISCORD_TOKEN = discord.token()
//! discord.connected(1).await;                                  // sessions that had READY
//! let ana = discord.as_user("ana");
//! // Places: "sales", "acme/sales" (server/channel), "dm" (with the bot), or an id (threads).
//! let answer = ana.command("sales", "handoff", &[("topic", "billing"), ("what", "refund")]).await;
//! answer.text(); answer.private(); answer.latency;             // what the first callback said
//! discord.expect("the words", |s| s.reply(&answer).filter(|m| m.text().contains("Passed"))).await;
//! ana.autocomplete("sales", "handoff", &[("topic", "bil")]).await;     // choices; the last is typed
//! ana.message_command("Hand off", &message).await;             // context menus
//! ana.user_command("sales", "Hand off to", "bo").await;
//! let offer = discord.expect("an offer", |s| s.dm_with("bo").last().cloned()).await;
//! discord.as_user("bo").press(&offer, "Accept").await;         // buttons by their label
//! discord.as_user("bo").choose(&offer, "Not mine").await;      // an option of a select; "@ana" of people
//! let form = discord.expect("a form", |s| s.modal("ana")).await;       // form.text(), form.fields()
//! ana.submit(&form, &[("Topic", "billing"), ("What", "a refund")]).await; // by label
//! let said = ana.say("sales", "hello");                        // MESSAGE_CREATE; "@bo" and "#sales" resolve
//! ana.reply(&said, "..."); ana.edit(&said, "..."); ana.delete(&said); ana.react(&said, "👍");
//! let thread = ana.thread_on(&said, "Refund"); ana.post_in_forum("help", "Stuck", "It fails");
//! discord.archive(&thread); discord.delete_channel(&thread); discord.kick_bot("acme");
//! // To see: s.messages("sales"), s.dm_with("bo"), s.private("ana") (ephemeral), s.now_of(&message),
//! // s.threads("sales"), s.calls_of("POST /channels/{channel_id}/messages"); discord.violations()
//! // To disturb: discord.fault(route, Fault::...), discord.outage(..), discord.gateway(Order::...),
//! // discord.refuse_connections().await / accept_connections(), discord.let_time_pass(..), discord.tune(|t| ..)
//! ```
#![expect(
    clippy::disallowed_methods,
    clippy::needless_pass_by_value,
    clippy::unnecessary_wraps,
    reason = "handlers have one shape, JSON is handed over; and test code stands for the world, which has clocks"
)]

mod answers;
mod channels;
mod checks;
mod commands;
mod delivery;
pub mod faults;
mod filled;
pub mod gateway;
mod guilds;
mod http;
mod interactions;
mod limits;
mod menus;
mod messages;
pub mod mishaps;
mod openapi;
pub mod people;
pub mod permissions;
mod port;
mod reactions;
mod routes;
pub mod seen;
mod shapes;
pub mod state;
mod threads;
pub mod town;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use port::{Door, Lines};
use state::State;
use town::Town;

/// Where the published specifications are: `GOODTURN_SPEC_DIR`, or beside the checkout.
pub fn specifications() -> std::path::PathBuf {
    openapi::folder()
}

/// How long a story waits for what it expects.
const PATIENCE: Duration = Duration::from_secs(20);

/// The state, and who waits for it to change.
pub struct Shared {
    state: Mutex<State>,
    version: watch::Sender<u64>,
    door: watch::Sender<Door>,
    lines: Lines,
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

    /// One step: changes the state and wakes everyone who waits. Events are sent within it, in order.
    pub fn change<T>(&self, step: impl FnOnce(&mut State) -> T) -> T {
        let result = step(&mut self.lock());
        self.version.send_modify(|version| *version += 1);
        result
    }

    /// Waits until `look` finds something; `None` after `patience`.
    pub async fn wait<T>(&self, patience: Duration, mut look: impl FnMut(&State) -> Option<T>) -> Option<T> {
        let mut version = self.version.subscribe();
        let found = async {
            loop {
                if let Some(found) = look(&self.lock()) {
                    return found;
                }
                version.changed().await.expect("the sender lives in self");
            }
        };
        tokio::time::timeout(patience, found).await.ok()
    }
}

/// Stops the server when the last handle is gone.
struct Guard(Arc<Shared>);

impl Drop for Guard {
    fn drop(&mut self) {
        self.0.stop.cancel();
        self.0.lines.cut();
    }
}

/// A running fake; clones are handles of the same one, and it stops with the last.
#[derive(Clone)]
pub struct FakeDiscord {
    shared: Arc<Shared>,
    _guard: Arc<Guard>,
}

impl FakeDiscord {
    /// Starts on a free port of the loopback.
    pub async fn start(town: Town) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("loopback has a free port");
        let address = listener.local_addr().expect("it is bound");
        let shared = Arc::new(Shared {
            state: Mutex::new(State::new(town, address)),
            version: watch::Sender::new(0),
            door: watch::Sender::new(Door::Open),
            lines: Lines::default(),
            stop: CancellationToken::new(),
        });
        let serving = port::serve(Arc::clone(&shared), listener);
        tokio::spawn(shared.stop.clone().run_until_cancelled_owned(serving));
        Self { _guard: Arc::new(Guard(Arc::clone(&shared))), shared }
    }

    /// What `DISCORD_API_URL` should be: scheme and host, without `/api`.
    pub fn api_url(&self) -> String {
        self.shared.read(|state| format!("http://{}", state.address))
    }

    /// Where the gateway is.
    pub fn gateway_url(&self) -> String {
        self.shared.read(|state| format!("ws://{}", state.address))
    }

    pub fn token(&self) -> String {
        self.shared.read(|state| state.token.clone())
    }
}
