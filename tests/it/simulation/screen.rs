//! The platform of a simulated world: what people see, and all the ways in which posting may go.
//!
//! It keeps the port's contract as an adapter must: a post is looked for by the row's id only where an
//! earlier attempt was unsure. Whatever would be seen twice is noted in `faults`.

use std::collections::{BTreeMap, BTreeSet};
use std::future::Future;
use std::pin::Pin;
use std::sync::{Mutex, MutexGuard};
use std::time::Duration;

use goodturn::chat::card::Card;
use goodturn::chat::inbound::PersonFacts;
use goodturn::chat::platform::{Address, ChatPlatform, Courtesy, Delivery, Errand, Task};
use goodturn::domain::ids::{ChannelKey, MessageKey, MessageRef, PlatformKind, UserKey};
use goodturn::domain::person::Standing;
use jiff::Timestamp;
use tokio::sync::Notify;

use super::chance::Chance;

/// A message as people see it.
#[derive(Clone)]
pub struct Post {
    /// The row of the outbox it was made for.
    pub row: String,
    pub to: Address,
    pub at: MessageRef,
    /// When its row was written.
    pub since: Timestamp,
    /// What it said, from the first to what it says now.
    pub versions: Vec<Card>,
}

impl Post {
    pub fn card(&self) -> &Card {
        self.versions.last().expect("a post says something")
    }
}

/// How well the platform works.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Weather {
    Calm,
    Rough,
    /// Nothing but rate limits and errors.
    Storm,
}

/// What interrupts the next errand.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Interruption {
    No,
    /// After the platform did it, before anybody knows: `reached` rings, and it stands until `go_on`.
    BeforeTheAnswer,
}

pub struct State {
    chance: Chance,
    pub now: Timestamp,
    pub weather: Weather,
    pub interruption: Interruption,
    pub posts: Vec<Post>,
    pub homes: BTreeMap<UserKey, Card>,
    pub people: BTreeMap<UserKey, (PersonFacts, Option<Timestamp>)>,
    pub dead_channels: BTreeSet<ChannelKey>,
    /// Rows that the platform said can never be delivered.
    pub gone: BTreeSet<String>,
    pub faults: Vec<String>,
    /// Something was answered from which the app draws conclusions.
    pub decided: bool,
}

pub struct Screen {
    state: Mutex<State>,
    pub reached: Notify,
    pub go_on: Notify,
}

/// What an errand meets.
enum Luck {
    Good,
    Later,
    Failed,
    UnsureDone,
    UnsureNotDone,
}

impl Screen {
    pub fn new(chance: Chance, now: Timestamp) -> Self {
        let state = State {
            chance,
            now,
            weather: Weather::Calm,
            interruption: Interruption::No,
            posts: Vec::new(),
            homes: BTreeMap::new(),
            people: BTreeMap::new(),
            dead_channels: BTreeSet::new(),
            gone: BTreeSet::new(),
            faults: Vec::new(),
            decided: false,
        };
        Self { state: Mutex::new(state), reached: Notify::new(), go_on: Notify::new() }
    }

    pub fn look(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("nobody panics while they look")
    }
}

impl ChatPlatform for Screen {
    fn kind(&self) -> PlatformKind {
        PlatformKind::Slack
    }

    fn deliver<'a>(&'a self, errand: &'a Errand) -> Pin<Box<dyn Future<Output = Delivery> + Send + 'a>> {
        Box::pin(async move {
            let (delivery, interruption) = {
                let mut state = self.look();
                let delivery = state.run(errand);
                state.decided |= matches!(delivery, Delivery::Gone(_) | Delivery::Away(_) | Delivery::Met(_));
                if matches!(delivery, Delivery::Gone(_)) {
                    state.gone.insert(errand.id.clone());
                }
                let interruption = std::mem::replace(&mut state.interruption, Interruption::No);
                (delivery, interruption)
            };
            if interruption == Interruption::BeforeTheAnswer {
                self.reached.notify_one();
                self.go_on.notified().await;
            }
            delivery
        })
    }
}

impl State {
    fn run(&mut self, errand: &Errand) -> Delivery {
        match self.luck() {
            Luck::Good => self.perform(errand),
            Luck::Later => {
                let seconds = self.chance.between(1, 90);
                Delivery::Later(Duration::from_secs(seconds.unsigned_abs()))
            }
            Luck::Failed => Delivery::Failed("internal_error".to_owned()),
            Luck::UnsureNotDone => Delivery::Unsure("timeout".to_owned()),
            Luck::UnsureDone => match self.perform(errand) {
                Delivery::Posted(_) | Delivery::Done | Delivery::Met(_) => {
                    Delivery::Unsure("timeout".to_owned())
                }
                certain => certain,
            },
        }
    }

    fn luck(&mut self) -> Luck {
        let roll = self.chance.below(100);
        match (self.weather, roll) {
            (Weather::Calm, _) | (Weather::Rough, 40..) => Luck::Good,
            (Weather::Rough, 0..10) => Luck::Later,
            (Weather::Rough, 10..18) | (Weather::Storm, 70..) => Luck::Failed,
            (Weather::Rough, 18..30) => Luck::UnsureDone,
            (Weather::Rough, _) => Luck::UnsureNotDone,
            (Weather::Storm, _) => Luck::Later,
        }
    }

    fn perform(&mut self, errand: &Errand) -> Delivery {
        match &errand.task {
            Task::Post { to, card, courtesy, .. } => self.post(errand, to, &card.said, *courtesy),
            Task::Edit { at, card } => {
                if self.dead_channels.contains(&at.channel) {
                    return Delivery::Gone("channel_not_found".to_owned());
                }
                if let Some(post) = self.posts.iter_mut().find(|post| &post.at == at) {
                    post.versions.push(card.said.clone());
                    return Delivery::Done;
                }
                self.faults.push(format!("an edit of {at:?}, which does not stand anywhere"));
                Delivery::Gone("message_not_found".to_owned())
            }
            Task::Home { user, card } => {
                self.homes.insert(user.clone(), card.said.clone());
                Delivery::Done
            }
            Task::LookUp { user } => match self.people.get(user) {
                Some((facts, _)) => Delivery::Met(facts.clone()),
                None => Delivery::Gone("user_not_found".to_owned()),
            },
            Task::Find { name } => {
                let found = self.people.values().find(|(facts, _)| facts.handle.as_deref() == Some(name));
                found.map_or(Delivery::NobodyFound, |(facts, _)| Delivery::Met(facts.clone()))
            }
        }
    }

    fn post(&mut self, errand: &Errand, to: &Address, card: &Card, courtesy: Courtesy) -> Delivery {
        if errand.unsure > 0
            && let Some(post) = self.posts.iter().find(|post| post.row == errand.id)
        {
            return Delivery::Posted(post.at.clone());
        }
        let channel = match to {
            Address::Person(user) => {
                let Some((facts, quiet_until)) = self.people.get(user) else {
                    return Delivery::Gone("user_not_found".to_owned());
                };
                if facts.standing == Some(Standing::Left) {
                    return Delivery::Gone("account_inactive".to_owned());
                }
                let quiet = quiet_until.filter(|until| *until > self.now);
                if let (Courtesy::AskFirst, Some(until)) = (courtesy, quiet) {
                    return Delivery::Away(self.chance.percent(70).then_some(until));
                }
                ChannelKey::from(format!("D-{user}"))
            }
            Address::Group(users) => {
                let names: Vec<&str> = users.iter().map(UserKey::as_str).collect();
                ChannelKey::from(format!("G-{}", names.join("-")))
            }
            Address::Channel(channel) | Address::Thread(channel, _) => channel.clone(),
        };
        if self.dead_channels.contains(&channel) {
            return Delivery::Gone("channel_not_found".to_owned());
        }
        self.see(errand, to, card);
        let message = MessageKey::from(format!("{}", self.posts.len()));
        let at = MessageRef { channel, message };
        self.posts.push(Post {
            row: errand.id.clone(),
            to: to.clone(),
            at: at.clone(),
            since: errand.since,
            versions: vec![card.clone()],
        });
        Delivery::Posted(at)
    }

    /// What people would notice about a new post.
    fn see(&mut self, errand: &Errand, to: &Address, card: &Card) {
        for post in &self.posts {
            if post.row == errand.id {
                self.faults.push(format!("row {} stands on the screen twice", errand.id));
            } else if &post.to == to && post.since == errand.since && &post.versions[0] == card {
                self.faults.push(format!("the same words twice to {to:?}: {card:?}"));
            }
        }
    }
}
