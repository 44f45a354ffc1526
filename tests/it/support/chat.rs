//! A chat platform in memory: it keeps every message in its latest form, and a record of all that
//! appeared, in order.

use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex};

use goodturn::app::clock::{Clock, ManualClock};
use goodturn::chat::card::Card;
use goodturn::chat::platform::{Address, Addressed, ChatPlatform, Courtesy, Delivery, Errand, Task};
use goodturn::domain::ids::{ChannelKey, MessageRef, Place, PlaceKind, PlatformKind, UserKey};
use goodturn::domain::person::Standing;
use jiff::Timestamp;

use crate::support::people::{self, People};
use crate::support::skin::{self, Screen, Shown, Skin};

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
    /// The same as its platform shows it.
    pub shown: Shown,
    /// Which message it is.
    pub at: Option<MessageRef>,
    /// Where its buttons are pressed, in the script's words.
    pub spot: Option<Place>,
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
    clock: Arc<ManualClock>,
    skin: Arc<dyn Skin>,
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
    /// An empty chat of these people, on this platform.
    pub fn new(clock: Arc<ManualClock>, people: People, skin: Arc<dyn Skin>) -> Self {
        Self { clock, skin, inner: Mutex::new(Inner { people, ..Inner::default() }) }
    }

    /// The platform as people meet it.
    pub fn skin(&self) -> &dyn Skin {
        &*self.skin
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

    /// Everybody as they are now.
    pub fn people(&self) -> People {
        self.inner.lock().expect("nothing panics while it is locked").people.clone()
    }

    fn run(&self, errand: &Errand) -> Delivery {
        let now = self.clock.now();
        let skin = &*self.skin;
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
                    && let Some(until) =
                        inner.people.get(&skin.script_user(user)).and_then(|person| person.quiet_until)
                    && until > now
                {
                    return Delivery::Away(Some(until));
                }
                inner.post(to, card, skin, now)
            }
            Task::Edit { at, card } => inner.edit(at, card, skin),
            Task::Home { user, card } => {
                let user = skin.script_user(user);
                inner.fresh.push(Seen {
                    place: format!("{} home", people::handle(&user)),
                    how: How::New,
                    readers: vec![user],
                    card: card.clone(),
                    shown: skin::show(skin, card, Screen::Home),
                    at: None,
                    spot: None,
                });
                Delivery::Done
            }
            Task::LookUp { user } => match inner.people.get(&skin.script_user(user)) {
                Some(person) => Delivery::Met(skin.facts(person, now)),
                None => Delivery::Gone("user_not_found".to_owned()),
            },
            Task::Find { name } => match people::find(&inner.people, name) {
                Some(person) => Delivery::Met(skin.facts(person, now)),
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
    fn post(&mut self, to: &Address, card: &Addressed<Card>, skin: &dyn Skin, now: Timestamp) -> Delivery {
        let (channel, place, readers) = match to {
            Address::Person(user) => {
                let user = &skin.script_user(user);
                let gone = self.people.get(user).is_none_or(|person| person.standing == Standing::Left);
                if gone {
                    return Delivery::Gone("user_disabled".to_owned());
                }
                let name = people::handle(user);
                (format!("D-{name}"), format!("{name} directly"), vec![user.clone()])
            }
            Address::Group(users) => {
                let users: Vec<UserKey> = users.iter().map(|user| skin.script_user(user)).collect();
                let names: Vec<String> = users.iter().map(people::handle).collect();
                (format!("G-{}", names.join("-")), names.join(" and "), users)
            }
            Address::Channel(channel) => {
                let channel = skin.script_channel(channel);
                let place = format!("{channel}{}", skin.aside());
                (channel, place, Vec::new())
            }
            Address::Thread(channel, _) => {
                let channel = skin.script_channel(channel);
                let place = format!("{channel} thread{}", skin.aside());
                (channel, place, Vec::new())
            }
        };
        if self.weather.gone.contains(&channel) {
            return Delivery::Gone("channel_not_found".to_owned());
        }
        self.posted += 1;
        let at = MessageRef { channel: skin.channel(&channel), message: skin.message(self.posted, now) };
        let kind = match &channel {
            channel if channel.starts_with("D-") => PlaceKind::Direct,
            channel if channel.starts_with("G-") => PlaceKind::Group,
            _ => PlaceKind::Channel,
        };
        let seen = Seen {
            place,
            how: How::New,
            readers,
            card: card.clone(),
            shown: skin::show(skin, card, Screen::Message),
            at: Some(at.clone()),
            spot: Some(Place { channel: ChannelKey::from(channel), thread: None, kind }),
        };
        self.messages.insert(at.message.to_string(), seen.clone());
        self.fresh.push(seen);
        Delivery::Posted(at)
    }

    fn edit(&mut self, at: &MessageRef, card: &Addressed<Card>, skin: &dyn Skin) -> Delivery {
        let Some(message) = self.messages.get_mut(at.message.as_str()) else {
            return Delivery::Gone("message_not_found".to_owned());
        };
        message.how = How::Edited;
        message.card = card.clone();
        message.shown = skin::show(skin, card, Screen::Message);
        self.fresh.push(message.clone());
        Delivery::Done
    }
}

impl ChatPlatform for Chat {
    fn kind(&self) -> PlatformKind {
        self.skin.kind()
    }

    fn deliver<'a>(&'a self, errand: &'a Errand) -> Pin<Box<dyn Future<Output = Delivery> + Send + 'a>> {
        Box::pin(std::future::ready(self.run(errand)))
    }
}
