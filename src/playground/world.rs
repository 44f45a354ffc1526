//! The chat as the playground keeps it: rooms, messages, open forms, who read what. Plain data.
//!
//! Invariant: a message's key is never used again, and messages of a room stand in order of time.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::chat::card::Card;
use crate::chat::form::{Answer, Form};
use crate::chat::inbound::Mend;
use crate::chat::platform::Addressed;
use crate::domain::ids::{ChannelKey, MessageKey, PlaceKind, RequestId, UserKey};
use crate::playground::company;
use crate::playground::home::Home;

/// Everything that was said and shown.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct World {
    /// The last running number: of messages and of deliveries.
    pub last: u64,
    /// How far the clock is ahead of the machine's.
    pub ahead: SignedDuration,
    /// Rooms in the order shown.
    pub rooms: Vec<Room>,
    /// What stands in App Homes, by their rooms. One that is missing is drawn when it is looked at.
    #[serde(default)]
    pub app_homes: BTreeMap<ChannelKey, Body>,
    /// Forms that are open, by whose they are.
    pub forms: BTreeMap<UserKey, OpenForm>,
    /// The number of the last message each has read, by person and room.
    pub read: BTreeMap<UserKey, BTreeMap<ChannelKey, u64>>,
    /// Steps of the guided path that were taken.
    pub taken: BTreeSet<usize>,
    /// What the bot said while the clock was last pushed.
    pub way: Option<Way>,
    /// Requests whose cards were said or changed since private messages were last looked through.
    #[serde(skip)]
    pub moved: BTreeSet<RequestId>,
}

/// A place where people write.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Room {
    /// The workspace it is in.
    #[serde(default)]
    pub home: Home,
    /// Its key; part of addresses.
    pub key: ChannelKey,
    /// What sort of place it is.
    pub kind: RoomKind,
    /// Who reads it, by their handles; the bot always does.
    pub members: Vec<UserKey>,
    /// What was said, in order.
    pub messages: Vec<Message>,
}

/// What sort of place a room is.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RoomKind {
    /// A channel.
    Channel,
    /// One person and the bot.
    Direct,
    /// Several people and the bot.
    Group,
    /// A person's App Home, with the private answers given there.
    Home,
}

/// Something said.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Message {
    /// Its key.
    pub key: MessageKey,
    /// Its running number.
    pub number: u64,
    /// When.
    pub at: Timestamp,
    /// The message its thread hangs on.
    pub thread: Option<MessageKey>,
    /// By whom; `None` is the bot.
    pub by: Option<UserKey>,
    /// Who alone sees it.
    pub only: Option<UserKey>,
    /// What.
    pub body: Body,
    /// When it was last edited.
    pub edited: Option<Timestamp>,
    /// Who reacted, by emoji.
    pub reactions: BTreeMap<String, Vec<UserKey>>,
}

/// What a message says.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Body {
    /// What a person typed.
    Words(String),
    /// What the bot said unasked, and the outbox row it last came from.
    Told(Box<Addressed<Card>>, String),
    /// What the bot answered, and to what.
    Answer(Box<Addressed<Card>>, String),
}

/// A form that somebody has open.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct OpenForm {
    /// Its running number: a form that was opened anew is another.
    pub number: u64,
    /// The form.
    pub form: Form,
    /// The room in which it was opened.
    pub room: ChannelKey,
    /// What to mend in what was sent.
    pub mends: Vec<Mend>,
    /// What was sent.
    pub answers: BTreeMap<String, Answer>,
}

/// What happened while the clock was pushed.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Way {
    /// From when.
    pub from: Timestamp,
    /// To when.
    pub to: Timestamp,
    /// In order.
    pub steps: Vec<WayStep>,
}

/// One thing the bot did on the way.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct WayStep {
    /// When.
    pub at: Timestamp,
    /// Where.
    pub room: ChannelKey,
    /// Which message.
    pub message: MessageKey,
    /// Whether it was said, or a card changed.
    pub deed: WayDeed,
    /// Its words.
    pub words: String,
}

/// What the bot did.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WayDeed {
    /// Said something.
    Said,
    /// Changed a card.
    Changed,
}

/// A message to be added.
#[derive(Clone, Debug)]
pub struct NewMessage {
    /// The message its thread hangs on.
    pub thread: Option<MessageKey>,
    /// By whom; `None` is the bot.
    pub by: Option<UserKey>,
    /// Who alone sees it.
    pub only: Option<UserKey>,
    /// What.
    pub body: Body,
}

impl World {
    /// The rooms of both workspaces, empty.
    pub fn empty() -> Self {
        let mut world = Self::default();
        world.build();
        world
    }

    /// Adds the rooms that are not there yet; tells the workspaces of which nothing was there.
    pub fn build(&mut self) -> Vec<Home> {
        let new = Home::ALL.into_iter().filter(|home| self.rooms.iter().all(|room| room.home != *home));
        let new = new.collect();
        for channel in company::CHANNELS {
            let members = channel.members.iter().map(|handle| UserKey::from(*handle)).collect();
            self.open_room(channel.home, channel.home.room(channel.name), RoomKind::Channel, members);
        }
        for person in company::PEOPLE {
            let user = UserKey::from(person.handle);
            for home in person.homes {
                self.open_room(*home, home.app_home(&user), RoomKind::Home, vec![user.clone()]);
                self.open_room(*home, home.direct(&user), RoomKind::Direct, vec![user.clone()]);
            }
        }
        new
    }

    fn open_room(&mut self, home: Home, key: ChannelKey, kind: RoomKind, members: Vec<UserKey>) {
        if self.room(&key).is_none() {
            self.rooms.push(Room { home, key, kind, members, messages: Vec::new() });
        }
    }

    /// The next running number.
    pub fn number(&mut self) -> u64 {
        self.last += 1;
        self.last
    }

    /// The room of this key.
    pub fn room(&self, key: &ChannelKey) -> Option<&Room> {
        self.rooms.iter().find(|room| &room.key == key)
    }

    /// The room of this key, to be changed.
    pub fn room_mut(&mut self, key: &ChannelKey) -> Option<&mut Room> {
        self.rooms.iter_mut().find(|room| &room.key == key)
    }

    /// The rooms that somebody reads, in the order shown.
    pub fn rooms_of<'a>(&'a self, user: &'a UserKey) -> impl Iterator<Item = &'a Room> {
        self.rooms.iter().filter(move |room| room.members.contains(user))
    }

    /// The workspace that a room is in.
    pub fn home(&self, room: &ChannelKey) -> Home {
        self.room(room).map(|room| room.home).unwrap_or_default()
    }

    /// The room of several people in a workspace, made where there is none.
    pub fn group(&mut self, home: Home, members: &[UserKey]) -> ChannelKey {
        let mut members = members.to_vec();
        members.sort();
        members.dedup();
        let names: Vec<&str> = members.iter().map(UserKey::as_str).collect();
        let key = home.room(&format!("group-{}", names.join("-")));
        self.open_room(home, key.clone(), RoomKind::Group, members);
        key
    }

    /// Adds a message; `None` where there is no such room. Who writes has read what is there.
    pub fn add(&mut self, room: &ChannelKey, new: NewMessage, now: Timestamp) -> Option<MessageKey> {
        let number = self.number();
        let key = MessageKey::from(format!("{}-{number}", now.as_millisecond()));
        let NewMessage { thread, by, only, body } = new;
        if let Some(by) = by.as_ref().or(only.as_ref()) {
            self.mark_read(by, room, number);
        }
        let at = now;
        let (edited, reactions) = (None, BTreeMap::new());
        let message = Message { key: key.clone(), number, at, thread, by, only, body, edited, reactions };
        self.room_mut(room)?.messages.push(message);
        Some(key)
    }

    /// A message and its room.
    pub fn find(&self, key: &MessageKey) -> Option<(&Room, &Message)> {
        self.rooms.iter().find_map(|room| Some((room, room.message(key)?)))
    }

    /// Notes that somebody read a room up to a message.
    pub fn mark_read(&mut self, user: &UserKey, room: &ChannelKey, number: u64) {
        let read = self.read.entry(user.clone()).or_default().entry(room.clone()).or_default();
        *read = number.max(*read);
    }

    /// How many messages of a room somebody has not read.
    pub fn unread(&self, user: &UserKey, room: &Room) -> usize {
        let read = self.read.get(user).and_then(|rooms| rooms.get(&room.key)).copied().unwrap_or(0);
        room.seen_by(user).rev().take_while(|message| message.number > read).count()
    }
}

impl Room {
    /// What sort of place it is for the app; App Home is none.
    pub fn place_kind(&self) -> Option<PlaceKind> {
        match self.kind {
            RoomKind::Channel => Some(PlaceKind::Channel),
            RoomKind::Direct => Some(PlaceKind::Direct),
            RoomKind::Group => Some(PlaceKind::Group),
            RoomKind::Home => None,
        }
    }

    /// A message of it.
    pub fn message(&self, key: &MessageKey) -> Option<&Message> {
        self.messages.iter().find(|message| &message.key == key)
    }

    /// A message of it, to be changed.
    pub fn message_mut(&mut self, key: &MessageKey) -> Option<&mut Message> {
        self.messages.iter_mut().find(|message| &message.key == key)
    }

    /// What somebody sees of it.
    pub fn seen_by<'a>(&'a self, user: &'a UserKey) -> impl DoubleEndedIterator<Item = &'a Message> {
        self.messages.iter().filter(move |message| message.only.as_ref().is_none_or(|only| only == user))
    }
}
