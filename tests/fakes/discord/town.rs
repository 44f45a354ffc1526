//! What a test sets up before the fake starts: servers, people, roles, channels, and how strict to be.
//!
//! Invariant: values only; `Town::sample` is the town that most stories are told in.

use std::time::Duration;

use super::permissions::{self, Bits};

/// One account.
#[derive(Clone, Debug)]
pub struct Person {
    /// The user name, by which tests speak of them.
    pub handle: String,
    /// The display name.
    pub name: String,
    pub locale: String,
    pub is_bot: bool,
    /// Whether direct messages of apps are refused (50007).
    pub closed_to_messages: bool,
}

impl Person {
    pub fn new(handle: &str, name: &str) -> Self {
        Self {
            handle: handle.to_owned(),
            name: name.to_owned(),
            locale: "en-US".to_owned(),
            is_bot: false,
            closed_to_messages: false,
        }
    }
}

/// A role; `@everyone` and the bot's own are made by the server.
#[derive(Clone, Debug)]
pub struct Role {
    pub name: String,
    pub permissions: Bits,
    /// Handles of those who have it.
    pub members: Vec<String>,
}

impl Role {
    pub fn new(name: &str, permissions: Bits, members: &[&str]) -> Self {
        let members = members.iter().map(|handle| (*handle).to_owned()).collect();
        Self { name: name.to_owned(), permissions, members }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChannelKind {
    Text,
    Voice,
    Category,
    Announcement,
    Forum,
}

impl ChannelKind {
    pub fn number(self) -> u64 {
        match self {
            Self::Text => 0,
            Self::Voice => 2,
            Self::Category => 4,
            Self::Announcement => 5,
            Self::Forum => 15,
        }
    }
}

/// Whom an overwrite of permissions is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Whom {
    Everyone,
    Role(String),
    Person(String),
    Bot,
}

/// What a channel allows or denies somebody.
#[derive(Clone, Debug)]
pub struct Overwrite {
    pub whom: Whom,
    pub allow: Bits,
    pub deny: Bits,
}

impl Overwrite {
    pub fn deny(whom: Whom, deny: Bits) -> Self {
        Self { whom, allow: 0, deny }
    }

    pub fn allow(whom: Whom, allow: Bits) -> Self {
        Self { whom, allow, deny: 0 }
    }
}

#[derive(Clone, Debug)]
pub struct Channel {
    pub name: String,
    pub kind: ChannelKind,
    pub overwrites: Vec<Overwrite>,
}

impl Channel {
    pub fn new(name: &str, kind: ChannelKind) -> Self {
        Self { name: name.to_owned(), kind, overwrites: Vec::new() }
    }

    pub fn with(mut self, overwrite: Overwrite) -> Self {
        self.overwrites.push(overwrite);
        self
    }
}

/// A server ("guild" on the wire).
#[derive(Clone, Debug)]
pub struct Guild {
    pub name: String,
    /// Handle of the owner.
    pub owner: String,
    /// Handles of the members, the owner included; the bot is in without being named.
    pub members: Vec<String>,
    pub roles: Vec<Role>,
    pub channels: Vec<Channel>,
    /// What the bot was granted when it was installed.
    pub bot_permissions: Bits,
    /// Whether the bot is in from the start.
    pub has_bot: bool,
    /// Which shard of two it falls on; so that a test can have servers on both.
    pub shard_of_two: u64,
}

impl Guild {
    pub fn new(name: &str, owner: &str, members: &[&str]) -> Self {
        let members = members.iter().map(|handle| (*handle).to_owned()).collect();
        Self {
            name: name.to_owned(),
            owner: owner.to_owned(),
            members,
            roles: Vec::new(),
            channels: Vec::new(),
            bot_permissions: permissions::INSTALLED,
            has_bot: true,
            shard_of_two: 0,
        }
    }

    pub fn channel(mut self, channel: Channel) -> Self {
        self.channels.push(channel);
        self
    }

    pub fn role(mut self, role: Role) -> Self {
        self.roles.push(role);
        self
    }
}

/// Every route and its major parameter: `limit` calls in each `window`.
#[derive(Clone, Copy, Debug)]
pub struct Bucket {
    pub limit: u32,
    pub window: Duration,
}

/// How fast and how strict the fake is.
#[derive(Clone, Debug)]
pub struct Tuning {
    pub heartbeat_every: Duration,
    /// How old an interaction may be at its first answer; then 10062.
    pub answer_within: Duration,
    /// How long an interaction's token works; then 50027.
    pub token_life: Duration,
    /// How long a person of a story waits for an answer.
    pub patience: Duration,
    /// How long a nonce is remembered.
    pub nonce_window: Duration,
    /// Whether frames are compressed for clients that ask for it.
    pub compression: bool,
    /// IDENTIFY is refused with this close code.
    pub refuse_identify: Option<u16>,
    /// A RESUME is answered with op 9 `false`.
    pub refuse_resume: bool,
    /// Heartbeats are not acknowledged.
    pub deaf: bool,
    /// Recommended shards in `GET /gateway/bot`.
    pub shards: u64,
    /// Rate limits as Discord has them; without, nothing is limited by itself.
    pub bucket: Option<Bucket>,
}

impl Default for Tuning {
    fn default() -> Self {
        Self {
            heartbeat_every: Duration::from_millis(41_250),
            answer_within: Duration::from_secs(3),
            token_life: Duration::from_mins(15),
            patience: Duration::from_secs(10),
            nonce_window: Duration::from_mins(3),
            compression: true,
            refuse_identify: None,
            refuse_resume: false,
            deaf: false,
            shards: 1,
            bucket: None,
        }
    }
}

/// Everything as it is when the story begins.
#[derive(Clone, Debug)]
pub struct Town {
    pub people: Vec<Person>,
    pub guilds: Vec<Guild>,
    /// The privileged intents that are switched on in the developer portal.
    pub privileged: Bits,
    pub tuning: Tuning,
}

impl Town {
    /// The server `acme`: Ana in sales, Bo and Cy in billing, Dee the owner, Eve an administrator, Fay,
    /// all with the role `staff`; and Gus, a customer without it. The bot sees every channel but
    /// `secret`; it may read but not write in `news`.
    pub fn sample() -> Self {
        let people = [
            ("ana", "Ana Araujo"),
            ("bo", "Bo Berg"),
            ("cy", "Cy Chen"),
            ("dee", "Dee Diaz"),
            ("eve", "Eve Egger"),
            ("fay", "Fay Frost"),
            ("gus", "Gus Gray"),
        ];
        let handles = people.map(|(handle, _)| handle);
        let text = |name| Channel::new(name, ChannelKind::Text);
        let hidden = Overwrite::deny(Whom::Everyone, permissions::VIEW_CHANNEL);
        let mute = Overwrite::deny(Whom::Bot, permissions::SEND_MESSAGES);
        let acme = Guild::new("acme", "dee", &handles)
            .role(Role::new("staff", 0, &handles[..6]))
            .role(Role::new("admins", permissions::ADMINISTRATOR, &["eve"]))
            .role(Role::new("ops", 0, &["bo", "cy"]))
            .channel(text("general"))
            .channel(text("sales"))
            .channel(text("billing"))
            .channel(text("front-desk"))
            .channel(text("kudos"))
            .channel(text("news").with(mute))
            .channel(text("secret").with(hidden))
            .channel(Channel::new("help", ChannelKind::Forum))
            .channel(Channel::new("lounge", ChannelKind::Voice));
        Self {
            people: people.iter().map(|(handle, name)| Person::new(handle, name)).collect(),
            guilds: vec![acme],
            privileged: permissions::PRIVILEGED_INTENTS,
            tuning: Tuning::default(),
        }
    }

    /// The same town, changed by `change`.
    pub fn with(mut self, change: impl FnOnce(&mut Self)) -> Self {
        change(&mut self);
        self
    }

    /// The same town with how fast and how strict it is changed.
    pub fn tuned(self, change: impl FnOnce(&mut Tuning)) -> Self {
        self.with(|town| change(&mut town.tuning))
    }
}
