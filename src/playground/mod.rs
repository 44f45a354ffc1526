//! The playground: a chat of our own in the browser, with a sample company, its community and a clock to
//! push. It is an adapter like the others; nothing of the app knows it.
//!
//! Invariant: one thing happens at a time. Whoever acts, and time itself, takes the turn, tells the
//! app, and lets it say all it has to say before the turn passes on; so the page never shows half a step.

use std::future::Future;
use std::path::PathBuf;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::{Notify, watch};
use tokio_util::sync::CancellationToken;

use crate::app::App;
use crate::app::clock::Clock;
use crate::chat::platform::{ChatPlatform, Delivery, Errand};
use crate::domain::ids::PlatformKind;
use clock::PlaygroundClock;
use home::Home;
use world::World;

pub mod home;

pub mod company;

pub mod world;

pub mod clock;

pub mod hear;

pub mod reply;

pub mod deliver;

pub mod act;

pub mod push;

pub mod story;

pub mod keep;

pub mod form;

pub mod notes;

pub mod page;

/// The longest sleep between two looks at what is due.
const LONGEST_SLEEP: Duration = Duration::from_secs(30);

/// Whether the company begins anew or goes on where it was.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Begin {
    /// What the app remembered is thrown away.
    Anew,
    /// It remembers.
    GoOn,
}

/// How an app of the playground's own is opened, on a database of its own: whoever starts it knows.
pub type OpenApp = Box<
    dyn Fn(Arc<dyn Clock>, Begin) -> Pin<Box<dyn Future<Output = Result<App, String>> + Send>> + Send + Sync,
>;

/// The playground.
pub struct Playground {
    open: OpenApp,
    clock: Arc<PlaygroundClock>,
    /// Whoever holds it has the turn; `None` once it has ended.
    app: tokio::sync::Mutex<Option<Arc<App>>>,
    chat: Arc<Chat>,
    bell: Notify,
    file: Option<PathBuf>,
}

/// The chat as the app reaches it.
#[derive(Debug)]
struct Chat {
    world: Mutex<World>,
    clock: Arc<PlaygroundClock>,
    /// Counts what changed, for those who watch.
    revision: watch::Sender<u64>,
}

/// It cannot be done; why, for the person on the page.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{0}")]
pub struct CannotBe(pub String);

impl Playground {
    /// Opens it: goes on where `file` ended, or begins the story. Without a file nothing is kept.
    pub async fn start(open: OpenApp, file: Option<PathBuf>) -> Result<Arc<Self>, CannotBe> {
        let kept = file.as_deref().and_then(keep::load);
        let (begin, mut world) = match kept {
            Some(world) => (Begin::GoOn, world),
            None => (Begin::Anew, World::default()),
        };
        // A chat kept by an older version misses what is new; what was said in it stays.
        let new = world.build();
        let clock = Arc::new(PlaygroundClock::ahead_by(world.ahead));
        let revision = watch::Sender::new(0);
        let chat = Arc::new(Chat { world: Mutex::new(world), clock: Arc::clone(&clock), revision });
        let app = tokio::sync::Mutex::new(None);
        let playground = Arc::new(Self { open, clock, app, chat, bell: Notify::new(), file });
        let mut turn = playground.app.lock().await;
        match begin {
            Begin::Anew => *turn = Some(story::begin(&playground).await?),
            Begin::GoOn => {
                let app = playground.open_app(begin).await?;
                if new.contains(&Home::Community) {
                    story::move_in(&playground, &app).await?;
                }
                playground.pump(&app, playground.last()).await?;
                *turn = Some(app);
            }
        }
        drop(turn);
        Ok(playground)
    }

    /// Throws everything away and begins the story again.
    pub async fn reset(&self) -> Result<(), CannotBe> {
        let mut turn = self.app.lock().await;
        if let Some(app) = turn.take() {
            app.close().await;
        }
        *self.world() = World::empty();
        *turn = Some(story::begin(self).await?);
        drop(turn);
        self.changed();
        Ok(())
    }

    /// Wakes what is due and says what is to be said, until told to stop; keeps the chat in its file.
    pub async fn run(self: Arc<Self>, stop: CancellationToken) {
        let keeping = tokio::spawn(keep::keep(Arc::clone(&self), stop.clone()));
        while !stop.is_cancelled() {
            let sleep = self.turn().await.unwrap_or_else(|error| {
                tracing::error!(%error, "the playground could not do what was due; it tries again");
                Duration::from_secs(1)
            });
            tokio::select! {
                _ = tokio::time::timeout(sleep, self.bell.notified()) => {}
                () = stop.cancelled() => {}
            }
        }
        let app = self.app.lock().await.take();
        let _ = keeping.await;
        if let Some(app) = app {
            app.close().await;
        }
    }

    /// The chat; held for a moment, never across a wait.
    pub fn world(&self) -> MutexGuard<'_, World> {
        self.chat.world.lock().expect("nothing panics while it is locked")
    }

    /// What time it is here.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Tells of every change, by a number that grows.
    pub fn watch(&self) -> watch::Receiver<u64> {
        self.chat.revision.subscribe()
    }

    /// Does what is due now; tells how long nothing is.
    async fn turn(&self) -> Result<Duration, CannotBe> {
        let turn = self.app.lock().await;
        let Some(app) = turn.as_ref() else { return Ok(LONGEST_SLEEP) };
        self.pump(app, self.last()).await?;
        let next = app.next_event().await.map_err(|error| cannot(&error))?;
        let until = next.map_or(LONGEST_SLEEP, |at| {
            at.duration_since(self.now()).max(jiff::SignedDuration::ZERO).unsigned_abs()
        });
        Ok(until.clamp(Duration::from_millis(10), LONGEST_SLEEP))
    }

    /// Wakes what is due and delivers what waits; what was answered before `since` grows old by it.
    async fn pump(&self, app: &App, since: u64) -> Result<(), CannotBe> {
        app.wake().await.map_err(|error| cannot(&error))?;
        let chat: Arc<dyn ChatPlatform> = self.chat.clone();
        app.deliver_all(&[chat]).await.map_err(|error| cannot(&error))?;
        notes::moved_on(&mut self.world(), since);
        Ok(())
    }

    /// The number of the last thing that was said.
    fn last(&self) -> u64 {
        self.world().last
    }

    async fn open_app(&self, begin: Begin) -> Result<Arc<App>, CannotBe> {
        let app = (self.open)(self.clock.clone(), begin).await.map_err(CannotBe)?;
        for home in Home::ALL {
            let adopted = app.adopt(PlatformKind::Playground, &home.key(), home.name()).await;
            adopted.map_err(|error| cannot(&error))?;
        }
        Ok(Arc::new(app))
    }

    fn changed(&self) {
        self.chat.changed();
        self.bell.notify_one();
    }
}

impl Chat {
    fn changed(&self) {
        self.revision.send_modify(|revision| *revision += 1);
    }
}

impl ChatPlatform for Chat {
    fn kind(&self) -> PlatformKind {
        PlatformKind::Playground
    }

    fn deliver<'a>(&'a self, errand: &'a Errand) -> Pin<Box<dyn Future<Output = Delivery> + Send + 'a>> {
        Box::pin(async move {
            let Some(home) = Home::of(&errand.workspace) else {
                return Delivery::Gone("workspace_not_found".to_owned());
            };
            let now = self.clock.now();
            let mut world = self.world.lock().expect("nothing panics while it is locked");
            let delivery = deliver::run(&mut world, home, errand, now);
            drop(world);
            self.changed();
            delivery
        })
    }
}

impl std::fmt::Debug for Playground {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Playground")
    }
}

fn cannot(error: &dyn std::error::Error) -> CannotBe {
    tracing::error!(%error, "the playground's database did not answer");
    CannotBe(
        "The playground's database did not answer; nothing was changed. Try again in a minute.".to_owned(),
    )
}
