//! One world from beginning to rest: time passes, people do things, the platform has its moods, and the
//! process dies at the worst moments and comes back on the same store.

use std::collections::VecDeque;
use std::sync::Arc;

use goodturn::app::App;
use goodturn::app::clock::{IdSource, ManualClock};
use goodturn::app::deliver::Claimed;
use goodturn::app::metrics::Metrics;
use goodturn::chat::card::Card;
use goodturn::chat::inbound::{Event, Inbound, Reply};
use goodturn::chat::platform::ChatPlatform;
use goodturn::domain::ids::{PlatformKind, UserKey, WorkspaceKey};
use goodturn::store::Store;
use goodturn::store::engine::OpenMode;
use goodturn::store::workspaces::Workspace;
use jiff::{SignedDuration, Timestamp};

use super::chance::Chance;
use super::oracle::Oracle;
use super::screen::{Interruption, Screen, Weather};
use super::town::Town;

/// Why a world is not as it should be.
pub type Fault = String;

/// How much people do in a world.
const DEEDS: usize = 20;

/// More events than this between two deeds: time stands still.
const PATIENCE: usize = 3_000;

pub struct Story {
    pub chance: Chance,
    pub town: Town,
    pub now: Timestamp,
    pub screen: Arc<Screen>,
    /// Private answers that people still have before them, the newest last.
    pub answers: VecDeque<(UserKey, Card)>,
    pub oracle: Oracle,
    /// What happened, for whoever reads of a fault.
    pub diary: Vec<String>,
    pub deliveries: u64,
    pub handed_off: u64,
    storm_ends: Timestamp,
    seed: u64,
    lives: u64,
    clock: Arc<ManualClock>,
    store: Store,
    app: App,
    platforms: Vec<Arc<dyn ChatPlatform>>,
    /// Deliveries that the platform will make once more, with the answer they got.
    again: Vec<(Inbound, Reply)>,
}

/// Lives through the world of a seed.
pub async fn live(seed: u64) -> (Result<(), Fault>, Vec<String>) {
    let mut story = match Story::begin(seed).await {
        Ok(story) => story,
        Err(fault) => return (Err(fault), Vec::new()),
    };
    let end = story.run().await;
    (end, story.diary)
}

impl Story {
    async fn begin(seed: u64) -> Result<Self, Fault> {
        let mut chance = Chance::new(seed);
        let town = Town::new(&mut chance);
        let now = town.begins;
        let clock = Arc::new(ManualClock::at(now));
        let screen = Arc::new(Screen::new(chance.branch(), now));
        for citizen in &town.citizens {
            screen.look().people.insert(citizen.user.clone(), (citizen.facts(), None));
        }
        let store = Store::open("sqlite::memory:", OpenMode::Run).await.map_err(failed)?;
        let app = app(&store, &clock, &town, seed, 0);
        let workspace = adopt(&app).await?;
        let oracle = Oracle::new(store.clone(), workspace, town.defaults.settings.clone());
        let platforms: Vec<Arc<dyn ChatPlatform>> = vec![Arc::clone(&screen) as Arc<dyn ChatPlatform>];
        Ok(Self {
            chance,
            town,
            now,
            screen,
            answers: VecDeque::new(),
            oracle,
            diary: Vec::new(),
            deliveries: 0,
            handed_off: 0,
            storm_ends: now,
            seed,
            lives: 0,
            clock,
            store,
            app,
            platforms,
            again: Vec::new(),
        })
    }

    async fn run(&mut self) -> Result<(), Fault> {
        self.sign_up().await?;
        for _ in 0..DEEDS {
            let pause = match self.chance.below(10) {
                0..4 => self.chance.between(0, 20),
                4..8 => self.chance.between(10, 240),
                _ => self.chance.between(240, 2_400),
            };
            let pause = SignedDuration::from_mins(pause)
                + SignedDuration::from_millis(self.chance.between(0, 60_000));
            self.pass(self.now + pause).await?;
            self.change_weather();
            self.deed().await?;
            self.deliver_some().await?;
        }
        self.come_to_rest().await
    }

    /// Time passes until then, with all that falls due. Sometimes the process is down meanwhile.
    async fn pass(&mut self, until: Timestamp) -> Result<(), Fault> {
        if self.chance.percent(6) {
            self.note("the process is down");
            self.turn_to(until);
            self.come_back().await?;
            return self.wake().await;
        }
        for _ in 0..PATIENCE {
            let next = self.app.next_event().await.map_err(failed)?;
            let Some(next) = next.filter(|next| *next <= until) else {
                self.turn_to(until);
                return Ok(());
            };
            self.turn_to(next.max(self.now));
            self.wake().await?;
            self.deliver_some().await?;
        }
        Err("time stands still: something is due again and again".to_owned())
    }

    async fn wake(&mut self) -> Result<(), Fault> {
        if self.chance.percent(3) {
            self.note("the process takes timers and is killed");
            let lease = self.now + SignedDuration::from_secs(30);
            self.store
                .claim_timers(self.now, 3, &format!("ghost {}", self.lives), lease)
                .await
                .map_err(failed)?;
            self.come_back().await?;
        }
        if self.app.wake().await.map_err(failed)? == 0 {
            return Ok(());
        }
        self.check().await?;
        if self.app.wake().await.map_err(failed)? > 0 {
            return Err("a second look at the same instant found something to do".to_owned());
        }
        Ok(())
    }

    /// Sends what may be sent, lanes in any order, with all that may come between.
    async fn deliver_some(&mut self) -> Result<(), Fault> {
        loop {
            let limit = if self.chance.percent(70) { 100 } else { 2 };
            let mut claimed = self.app.claim(limit).await.map_err(failed)?;
            if claimed.is_empty() {
                return Ok(());
            }
            self.chance.shuffle(&mut claimed);
            for row in &claimed {
                match self.chance.below(100) {
                    0..2 => {
                        self.note("the process is killed before it posts");
                        return self.come_back().await;
                    }
                    2..5 => {
                        self.deliver_interrupted(row, Ending::Killed).await?;
                        return self.come_back().await;
                    }
                    5..9 => self.deliver_interrupted(row, Ending::PressedMeanwhile).await?,
                    9..14 => {
                        self.press_something().await?;
                        self.deliver(row).await?;
                    }
                    _ => self.deliver(row).await?,
                }
            }
        }
    }

    async fn deliver(&mut self, row: &Claimed) -> Result<(), Fault> {
        self.app.deliver(row, &self.platforms).await.map_err(failed)?;
        self.delivered(row).await
    }

    /// The platform has done it, and before the answer is taken in something happens.
    async fn deliver_interrupted(&mut self, row: &Claimed, ending: Ending) -> Result<(), Fault> {
        self.screen.look().interruption = Interruption::BeforeTheAnswer;
        let screen = Arc::clone(&self.screen);
        // The app is borrowed by the delivery; what is pressed meanwhile goes to the same app.
        let app = app(&self.store, &self.clock, &self.town, self.seed, self.lives + 1);
        self.lives += 1;
        let old = std::mem::replace(&mut self.app, app);
        let platforms = self.platforms.clone();
        let mut delivery = Box::pin(old.deliver(row, &platforms));
        tokio::select! {
            result = &mut delivery => {
                // It came to nothing before the platform was asked.
                self.screen.look().interruption = Interruption::No;
                result.map_err(failed)?;
            }
            () = screen.reached.notified() => match ending {
                Ending::Killed => {
                    self.note(&format!("the process is killed after {} was posted", row.row().key));
                    drop(delivery);
                }
                Ending::PressedMeanwhile => {
                    self.note(&format!("before {} is known as posted", row.row().key));
                    self.press_something().await?;
                    screen.go_on.notify_one();
                    delivery.await.map_err(failed)?;
                }
            },
        }
        self.delivered(row).await
    }

    async fn delivered(&mut self, row: &Claimed) -> Result<(), Fault> {
        let faults = std::mem::take(&mut self.screen.look().faults);
        if let Some(fault) = faults.into_iter().next() {
            return Err(fault);
        }
        let screen = Arc::clone(&self.screen);
        self.oracle.delivered(row.row(), &screen).await?;
        // Only these change more than the row itself.
        let decided = std::mem::take(&mut screen.look().decided);
        if decided { self.check().await } else { Ok(()) }
    }

    /// Takes an event to the app; now and then it is delivered again, or the process is killed between
    /// commit and acknowledgement.
    pub async fn send(&mut self, inbound: Inbound) -> Result<Reply, Fault> {
        let reply = self.app.receive(inbound.clone()).await.map_err(failed)?;
        self.check().await?;
        match self.chance.below(100) {
            0..6 => {
                self.note("the process is killed before it acknowledges");
                self.come_back().await?;
                self.repeat(&inbound, &reply).await?;
            }
            6..12 => self.repeat(&inbound, &reply).await?,
            12..20 => self.again.push((inbound, reply.clone())),
            _ => {}
        }
        if self.again.len() > 2 {
            let (inbound, reply) = self.again.remove(self.chance.below(self.again.len()));
            self.repeat(&inbound, &reply).await?;
        }
        Ok(reply)
    }

    /// The same delivery again: the same answer, and nothing happens.
    async fn repeat(&mut self, inbound: &Inbound, reply: &Reply) -> Result<(), Fault> {
        let before = self.oracle.fingerprint(self.now).await?;
        let again = self.app.receive(inbound.clone()).await.map_err(failed)?;
        // An answer to words went out beside the acknowledgement: it stands there already.
        let wanted = if matches!(inbound.event, Event::Said(_)) { &Reply::Nothing } else { reply };
        if again != *wanted {
            return Err(format!("the same delivery got another answer: {reply:?}, then {again:?}"));
        }
        let after = self.oracle.fingerprint(self.now).await?;
        if before != after {
            return Err(format!("the same delivery had an effect twice: {inbound:?}"));
        }
        Ok(())
    }

    /// The process is gone, with all it had in mind; a new one takes up the same store.
    async fn come_back(&mut self) -> Result<(), Fault> {
        self.lives += 1;
        self.app = app(&self.store, &self.clock, &self.town, self.seed, self.lives);
        adopt(&self.app).await?;
        Ok(())
    }

    pub async fn check(&mut self) -> Result<(), Fault> {
        self.oracle.check(self.now).await
    }

    pub fn note(&mut self, what: &str) {
        self.diary.push(format!("{} {what}", self.now));
    }

    fn turn_to(&mut self, now: Timestamp) {
        self.now = now;
        self.clock.set(now);
        let mut screen = self.screen.look();
        screen.now = now;
        // A storm passes before an errand is given up for good.
        if screen.weather == Weather::Storm && now > self.storm_ends {
            screen.weather = Weather::Rough;
        }
    }

    fn change_weather(&mut self) {
        let weather = match self.chance.below(10) {
            0..4 => Weather::Calm,
            4..9 => Weather::Rough,
            _ => Weather::Storm,
        };
        self.storm_ends = self.now + SignedDuration::from_mins(10);
        self.screen.look().weather = weather;
    }

    /// The platform is well again: everything gets said, and what people see is what is true.
    async fn come_to_rest(&mut self) -> Result<(), Fault> {
        self.screen.look().weather = Weather::Calm;
        self.note("everything comes to rest");
        for _ in 0..200 {
            self.wake().await?;
            loop {
                let claimed = self.app.claim(100).await.map_err(failed)?;
                if claimed.is_empty() {
                    break;
                }
                for row in &claimed {
                    self.deliver(row).await?;
                }
            }
            let (waiting, _) = self.store.outbox_depth(self.now).await.map_err(failed)?;
            if waiting == 0 {
                let screen = Arc::clone(&self.screen);
                return self.oracle.at_rest(&screen).await;
            }
            let next = self.app.next_event().await.map_err(failed)?;
            self.turn_to(next.unwrap_or(self.now).max(self.now + SignedDuration::from_secs(1)));
        }
        Err("the outbox does not drain though the platform is well".to_owned())
    }
}

/// How an interrupted delivery ends.
enum Ending {
    Killed,
    PressedMeanwhile,
}

fn app(store: &Store, clock: &Arc<ManualClock>, town: &Town, seed: u64, life: u64) -> App {
    let ids = IdSource::seeded(seed.wrapping_mul(0x0100_0000_01B3).wrapping_add(life << 32));
    App::new(store.clone(), Arc::clone(clock) as _, ids, town.defaults.clone(), Arc::new(Metrics::new()))
}

async fn adopt(app: &App) -> Result<Workspace, Fault> {
    app.adopt(PlatformKind::Slack, &WorkspaceKey::from("T1"), "Sample").await.map_err(failed)
}

/// A failure of ours is a fault, too.
pub fn failed(error: impl std::error::Error) -> Fault {
    let source = error.source().map(ToString::to_string).unwrap_or_default();
    format!("the app failed: {error} {source}")
}
