//! A chat platform in memory: it keeps every message in its latest form, and a record of all that
//! appeared, in order.

use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex};

use goodturn::app::clock::{Clock, ManualClock};
use goodturn::chat::card::Card;
use goodturn::chat::platform::{Address, Addressed, ChatPlatform, Courtesy, Delivery, Errand, Task};
use goodturn::domain::ids::{ChannelKey, MessageKey, MessageRef, PlatformKind, UserKey};
use goodturn::domain::person::Standing;

use crate::support::people::{self, People};

/// How something appeared.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum How {
    /// A new message, or a home.
    New,
    /// A message that stood there reads differently now.
    Edited,
}

/// Something that appeared on somebody's screen.
#[derive(Clone, Debug)]
pub struct Seen {
    /// Where, as the script says it: `bo directly`, `#billing`, `ana and bo`.
    pub place: String,
    /// How.
    pub how: How,
    /// Who can press its buttons; nobody in particular in a channel.
    pub readers: Vec<UserKey>,
    /// What it says.
    pub card: Addressed<Card>,
    /// Where it stands.
    pub at: Option<MessageRef>,
}

/// What goes wrong from now on.
#[derive(Clone, Debug, Default)]
pub struct Weather {
    /// So many of the next errands fail for certain.
    pub failing: u32,
    /// So many of the next errands end without an answer, though they were done.
    pub unsure: u32,
    /// Channels that are gone.
    pub gone: Vec<String>,
}

/// The platform.
pub struct Chat {
    kind: PlatformKind,
    clock: Arc<ManualClock>,
    inner: Mutex<Inner>,
}

#[derive(Default)]
struct Inner {
    people: People,
    messages: BTreeMap<String, Seen>,
    done: BTreeMap<String, MessageRef>,
    fresh: Vec<Seen>,
    weather: Weather,
    posted: u32,
}

impl Chat {
    /// An empty chat of these people.
    pub fn new(kind: PlatformKind, clock: Arc<ManualClock>, people: People) -> Self {
        Self { kind, clock, inner: Mutex::new(Inner { people, ..Inner::default() }) }
    }

    /// Changes the people or the weather.
    pub fn change(&self, change: impl FnOnce(&mut People, &mut Weather)) {
        let mut inner = self.inner.lock().expect("nothing panics while it is locked");
        let Inner { people, weather, .. } = &mut *inner;
        change(people, weather);
    }

    /// What appeared since the last time this was asked.
    pub fn fresh(&self) -> Vec<Seen> {
        std::mem::take(&mut self.inner.lock().expect("nothing panics while it is locked").fresh)
    }

    /// Somebody, if they are there.
    pub fn person(&self, name: &str) -> Option<people::Somebody> {
        people::find(&self.inner.lock().expect("nothing panics while it is locked").people, name).cloned()
    }

    fn run(&self, errand: &Errand) -> Delivery {
        let now = self.clock.now();
        let mut inner = self.inner.lock().expect("nothing panics while it is locked");
        if inner.weather.failing > 0 {
            inner.weather.failing -= 1;
            return Delivery::Failed("bad_weather".to_owned());
        }
        if errand.unsure > 0
            && let Some(at) = inner.done.get(&errand.id)
        {
            return Delivery::Posted(at.clone());
        }
        let delivery = match &errand.task {
            Task::Post { to, card, courtesy, .. } => {
                if let (Address::Person(user), Courtesy::AskFirst) = (to, courtesy)
                    && let Some(until) = inner.people.get(user).and_then(|person| person.quiet_until)
                    && until > now
                {
                    return Delivery::Away(Some(until));
                }
                inner.post(self.kind, to, card)
            }
            Task::Edit { at, card } => inner.edit(at, card),
            Task::Home { user, card } => {
                inner.fresh.push(Seen {
                    place: format!("{} home", people::handle(user)),
                    how: How::New,
                    readers: vec![user.clone()],
                    card: card.clone(),
                    at: None,
                });
                Delivery::Done
            }
            Task::LookUp { user } => match inner.people.get(user) {
                Some(person) => Delivery::Met(person.facts()),
                None => Delivery::Gone("user_not_found".to_owned()),
            },
            Task::Find { name } => match people::find(&inner.people, name) {
                Some(person) => Delivery::Met(person.facts()),
                None => Delivery::NobodyFound,
            },
        };
        if let Delivery::Posted(at) = &delivery {
            inner.done.insert(errand.id.clone(), at.clone());
            if inner.weather.unsure > 0 {
                inner.weather.unsure -= 1;
                return Delivery::Unsure("no_answer".to_owned());
            }
        }
        delivery
    }
}

impl Inner {
    fn post(&mut self, kind: PlatformKind, to: &Address, card: &Addressed<Card>) -> Delivery {
        let (letter, on) = match kind {
            PlatformKind::Discord => ('N', " on discord"),
            _ => ('M', ""),
        };
        let (channel, place, readers) = match to {
            Address::Person(user) => {
                let gone = self.people.get(user).is_none_or(|person| person.standing == Standing::Left);
                if gone {
                    return Delivery::Gone("user_disabled".to_owned());
                }
                let name = people::handle(user);
                (format!("D-{name}"), format!("{name} directly"), vec![user.clone()])
            }
            Address::Group(users) => {
                let names: Vec<String> = users.iter().map(people::handle).collect();
                (format!("G-{}", names.join("-")), names.join(" and "), users.clone())
            }
            Address::Channel(channel) => (channel.to_string(), format!("{channel}{on}"), Vec::new()),
            Address::Thread(channel, _) => (channel.to_string(), format!("{channel} thread{on}"), Vec::new()),
        };
        if self.weather.gone.contains(&channel) {
            return Delivery::Gone("channel_not_found".to_owned());
        }
        self.posted += 1;
        let at = MessageRef {
            channel: ChannelKey::from(channel),
            message: MessageKey::from(format!("{letter}{}", self.posted)),
        };
        let seen = Seen { place, how: How::New, readers, card: card.clone(), at: Some(at.clone()) };
        self.messages.insert(at.message.to_string(), seen.clone());
        self.fresh.push(seen);
        Delivery::Posted(at)
    }

    fn edit(&mut self, at: &MessageRef, card: &Addressed<Card>) -> Delivery {
        let Some(message) = self.messages.get_mut(at.message.as_str()) else {
            return Delivery::Gone("message_not_found".to_owned());
        };
        message.how = How::Edited;
        message.card = card.clone();
        self.fresh.push(message.clone());
        Delivery::Done
    }
}

impl ChatPlatform for Chat {
    fn kind(&self) -> PlatformKind {
        self.kind
    }

    fn deliver<'a>(&'a self, errand: &'a Errand) -> Pin<Box<dyn Future<Output = Delivery> + Send + 'a>> {
        Box::pin(std::future::ready(self.run(errand)))
    }
}
