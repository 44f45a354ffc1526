//! All that the fake knows: accounts, servers, channels, messages, commands, interactions, sessions.
//!
//! Invariant: objects are kept as they go over the wire (`shapes.rs`); ids are snowflakes that rise,
//! made from the fake's clock, which is the system's and what a story let pass.

use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use serde_json::{Value, json};

use super::faults::Faults;
use super::gateway::Sessions;
use super::permissions::Bits;
use super::shapes;
use super::town::{self, Person, Town, Tuning, Whom};

/// The first millisecond of Discord.
pub const EPOCH: i64 = 1_420_070_400_000;

pub struct Guild {
    pub id: String,
    pub name: String,
    pub owner: String,
    pub roles: Vec<Value>,
    /// Members by user id, without their user.
    pub members: BTreeMap<String, Value>,
    pub joined_at: String,
    pub unavailable: bool,
}

/// Something a person did that the app must answer.
pub struct Interaction {
    pub id: String,
    /// 2 command, 3 component, 4 autocomplete, 5 modal.
    pub kind: u64,
    pub user: String,
    pub channel: String,
    pub made: Timestamp,
    pub sent: Instant,
    /// The message that a component or a modal belongs to.
    pub source: Option<String>,
    /// The first answer and how long it took.
    pub callback: Option<(Value, Duration)>,
    /// The id of the message that `@original` is.
    pub original: Option<String>,
    /// What the person sees instead of an answer: "loading".
    pub deferred: Option<Deferred>,
    pub name: String,
}

/// A promised answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deferred {
    Private,
    Public,
}

/// A form in front of a person.
#[derive(Clone, Debug)]
pub struct OpenModal {
    pub user: String,
    pub channel: String,
    pub source: Option<String>,
    pub data: Value,
}

/// One call of the app.
#[derive(Clone, Debug)]
pub struct Call {
    /// `POST /channels/{channel_id}/messages`.
    pub route: String,
    pub path: String,
    pub body: Value,
    pub status: u16,
    pub at: Timestamp,
}

pub struct State {
    pub address: SocketAddr,
    pub token: String,
    pub application: String,
    /// The bot's user id.
    pub bot: String,
    pub privileged: Bits,
    pub tuning: Tuning,
    pub people: BTreeMap<String, Person>,
    pub guilds: BTreeMap<String, Guild>,
    pub channels: BTreeMap<String, Value>,
    pub thread_members: BTreeMap<String, BTreeSet<String>>,
    /// Messages of a channel in their order; ephemeral ones are apart.
    pub messages: BTreeMap<String, Vec<Value>>,
    /// Ephemeral messages with the user who sees them.
    pub ephemeral: Vec<(String, Value)>,
    /// Commands by server; the global ones under "".
    pub commands: BTreeMap<String, Vec<Value>>,
    pub interactions: BTreeMap<String, Interaction>,
    pub modals: Vec<OpenModal>,
    pub nonces: BTreeMap<(String, String), (String, Timestamp)>,
    pub sessions: Sessions,
    pub faults: Faults,
    pub calls: Vec<Call>,
    pub violations: Vec<String>,
    pub limits: BTreeMap<String, (u32, Instant)>,
    ahead: Duration,
    last_id: u64,
}

impl State {
    pub fn new(town: Town, address: SocketAddr) -> Self {
        let mut state = Self {
            address,
            token: "MTA.fake.discord-token".to_owned(),
            application: String::new(),
            bot: String::new(),
            privileged: town.privileged,
            tuning: town.tuning,
            people: BTreeMap::new(),
            guilds: BTreeMap::new(),
            channels: BTreeMap::new(),
            thread_members: BTreeMap::new(),
            messages: BTreeMap::new(),
            ephemeral: Vec::new(),
            commands: BTreeMap::new(),
            interactions: BTreeMap::new(),
            modals: Vec::new(),
            nonces: BTreeMap::new(),
            sessions: Sessions::default(),
            faults: Faults::default(),
            calls: Vec::new(),
            violations: Vec::new(),
            limits: BTreeMap::new(),
            ahead: Duration::ZERO,
            last_id: 0,
        };
        // As with all newer apps, the bot's user has the id of the application.
        state.bot = state.snowflake();
        state.application.clone_from(&state.bot);
        let bot = Person { is_bot: true, ..Person::new("goodturn", "Goodturn") };
        state.people.insert(state.bot.clone(), bot);
        for person in town.people {
            let id = state.snowflake();
            state.people.insert(id, person);
        }
        for guild in town.guilds {
            state.found(guild);
        }
        state
    }

    pub fn now(&self) -> Timestamp {
        Timestamp::now() + self.ahead
    }

    /// The fake's clock goes ahead.
    pub fn pass(&mut self, time: Duration) {
        self.ahead += time;
    }

    pub fn stamp(&self) -> String {
        shapes::stamp(self.now())
    }

    /// A fresh id.
    pub fn snowflake(&mut self) -> String {
        let elapsed = u64::try_from(self.now().as_millisecond() - EPOCH).expect("it is after 2015");
        self.last_id = (elapsed << 22).max(self.last_id + 1);
        self.last_id.to_string()
    }

    /// Makes a server as it was described; nobody is told.
    pub fn found(&mut self, plan: town::Guild) -> String {
        let shard = plan.shard_of_two;
        let id = loop {
            // Server ids differ in the bits that choose the shard.
            self.last_id += 1 << 22;
            if (self.last_id >> 22) % 2 == shard {
                break self.last_id.to_string();
            }
        };
        let joined_at = self.stamp();
        let mut members: BTreeMap<String, Value> = BTreeMap::new();
        for handle in &plan.members {
            members.insert(self.user_id(handle), shapes::member(&joined_at));
        }
        let owner = self.user_id(&plan.owner);
        members.entry(owner.clone()).or_insert_with(|| shapes::member(&joined_at));
        let mut roles = vec![shapes::role(&id, "@everyone", super::permissions::EVERYONE, 0, None)];
        for (position, role) in plan.roles.iter().enumerate() {
            let role_id = self.snowflake();
            roles.push(shapes::role(&role_id, &role.name, role.permissions, position + 1, None));
            for handle in &role.members {
                let member = members.get_mut(&self.user_id(handle)).expect("roles are for members");
                member["roles"].as_array_mut().expect("a list").push(json!(role_id));
            }
        }
        let guild =
            Guild { id: id.clone(), name: plan.name, owner, roles, members, joined_at, unavailable: false };
        self.guilds.insert(id.clone(), guild);
        if plan.has_bot {
            self.install(&id, plan.bot_permissions);
        }
        for (position, channel) in plan.channels.into_iter().enumerate() {
            self.add_channel(&id, channel, position);
        }
        id
    }

    /// Puts the bot and its role into a server.
    pub fn install(&mut self, guild: &str, permissions: Bits) {
        let (role, bot, at) = (self.snowflake(), self.bot.clone(), self.stamp());
        let guild = self.guilds.get_mut(guild).expect("the server is there");
        let position = guild.roles.len();
        guild.roles.push(shapes::role(&role, "Goodturn", permissions, position, Some(&bot)));
        let mut member = shapes::member(&at);
        member["roles"] = json!([role]);
        guild.members.insert(bot, member);
        guild.joined_at = at;
    }

    pub fn add_channel(&mut self, guild: &str, channel: town::Channel, position: usize) -> String {
        let id = self.snowflake();
        let overwrites: Vec<Value> = channel
            .overwrites
            .iter()
            .map(|o| {
                let (kind, whom) = match &o.whom {
                    Whom::Everyone => (0, guild.to_owned()),
                    Whom::Role(name) => (0, id_of(self.role(guild, name)).to_owned()),
                    Whom::Person(handle) => (1, self.user_id(handle)),
                    Whom::Bot => (1, self.bot.clone()),
                };
                json!({"id": whom, "type": kind, "allow": o.allow.to_string(), "deny": o.deny.to_string()})
            })
            .collect();
        let kind = channel.kind.number();
        let shape = shapes::guild_channel(&id, guild, kind, &channel.name, position, &overwrites);
        self.channels.insert(id.clone(), shape);
        self.messages.insert(id.clone(), Vec::new());
        id
    }

    pub fn role(&self, guild: &str, name: &str) -> &Value {
        let found = self.guilds[guild].roles.iter().find(|role| role["name"] == name || role["id"] == name);
        found.unwrap_or_else(|| panic!("there is no role {name}"))
    }

    /// The id of the person with this handle (or of this id).
    pub fn user_id(&self, handle: &str) -> String {
        let handle = handle.trim_start_matches('@');
        if self.people.contains_key(handle) {
            return handle.to_owned();
        }
        let found = self.people.iter().find(|(_, person)| person.handle == handle);
        found.unwrap_or_else(|| panic!("there is nobody called {handle}")).0.clone()
    }

    pub fn handle(&self, user: &str) -> &str {
        self.people.get(user).map_or("?", |person| &person.handle)
    }

    pub fn user(&self, id: &str) -> Value {
        shapes::user(id, &self.people[id])
    }

    /// The member with their user, as REST and events show it.
    pub fn member(&self, guild: &str, user: &str) -> Option<Value> {
        let mut member = self.guilds.get(guild)?.members.get(user)?.clone();
        member["user"] = self.user(user);
        Some(member)
    }

    pub fn guild_named(&self, name: &str) -> &Guild {
        let found = self.guilds.values().find(|guild| guild.name == name || guild.id == name);
        found.unwrap_or_else(|| panic!("there is no server {name}"))
    }

    /// The channel that a test names: `sales`, `acme/sales`, or an id.
    pub fn place(&self, name: &str) -> String {
        if self.channels.contains_key(name) {
            return name.to_owned();
        }
        let (guild, channel) = match name.split_once('/') {
            Some((guild, channel)) => (Some(self.guild_named(guild).id.clone()), channel),
            None => (None, name),
        };
        let fits = |c: &&Value| c["name"] == channel && guild.as_ref().is_none_or(|g| c["guild_id"] == **g);
        let mut found = self.channels.values().filter(fits);
        let first = found.next().unwrap_or_else(|| panic!("there is no channel {name}"));
        assert!(found.next().is_none(), "there are several channels {name}: say which server");
        id_of(first).to_owned()
    }

    /// The direct conversation of the bot and this person, if there is one.
    pub fn direct(&self, user: &str) -> Option<&Value> {
        let theirs = |c: &&Value| c["type"] == 1 && c["recipients"][0]["id"] == user;
        self.channels.values().find(theirs)
    }

    /// ... made when there is none.
    pub fn open_direct(&mut self, user: &str) -> String {
        if let Some(known) = self.direct(user) {
            return id_of(known).to_owned();
        }
        let id = self.snowflake();
        let recipient = self.user(user);
        let shape = json!({
            "id": id, "type": 1, "flags": 0, "last_message_id": null, "recipients": [recipient],
        });
        self.channels.insert(id.clone(), shape);
        self.messages.insert(id.clone(), Vec::new());
        id
    }

    pub fn guild_of(&self, channel: &str) -> Option<&str> {
        self.channels.get(channel)?["guild_id"].as_str()
    }

    pub fn message(&self, channel: &str, id: &str) -> Option<&Value> {
        self.messages.get(channel)?.iter().find(|message| message["id"] == id)
    }

    pub fn message_mut(&mut self, channel: &str, id: &str) -> Option<&mut Value> {
        self.messages.get_mut(channel)?.iter_mut().find(|message| message["id"] == id)
    }

    pub fn violation(&mut self, what: impl Into<String>) {
        self.violations.push(what.into());
    }
}

pub fn id_of(object: &Value) -> &str {
    object["id"].as_str().expect("objects have an id")
}

/// A text of an object; empty when it is not there.
pub fn text(object: &Value, key: &str) -> String {
    object[key].as_str().unwrap_or_default().to_owned()
}
