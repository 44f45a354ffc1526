//! From Discord's events to what the app understands.
//! Invariants: pure; total on any JSON; what should have meant something and could not be read is
//! `Unreadable`, never silently passed; names of kinds are kept for the log, words and tokens never.

mod interaction;
mod message;
mod options;
#[cfg(test)]
mod tests;
pub mod words;

use std::fmt;

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use crate::chat::catalog::Takes;
use crate::chat::inbound::{Event, Inbound, Mentioned, PersonFacts};
use crate::domain::ids::{Place, PlaceKind, PlatformKind, UserKey, WorkspaceKey};

/// What an event means.
#[derive(Debug, PartialEq)]
pub enum Decoded {
    /// Something for the app, and how its reply gets back.
    Heard(Box<Heard>),
    /// Somebody types an argument of a command: what could it be?
    Typing(Box<Typing>),
    /// The button that opens a form again; the key is the adapter's own.
    Again {
        /// The press.
        ticket: Ticket,
        /// Who pressed.
        user: UserKey,
        /// Which form.
        key: String,
    },
    /// Somebody speaks directly who was met in no server yet.
    Homeless {
        /// How they are answered.
        way: Way,
        /// Who.
        user: UserKey,
        /// The direct conversation.
        place: Place,
    },
    /// Nothing for us.
    Passed(&'static str),
    /// It should have meant something.
    Unreadable {
        /// What it came as (`command`, `press`, `form`, …).
        what: &'static str,
        /// Discord's own word for its kind, for the log.
        kind: String,
        /// How the person who did it can be told.
        ticket: Option<Ticket>,
    },
}

/// Something for the app.
#[derive(Debug, PartialEq)]
pub struct Heard {
    /// What the app gets.
    pub inbound: Inbound,
    /// People in it of whom the event tells the name at most, not who they are in the server: to be
    /// looked up where there is time; then they belong to [`Inbound::people`].
    pub strangers: Vec<PersonFacts>,
    /// How the reply gets back.
    pub way: Way,
}

/// Somebody types an argument of a command.
#[derive(Debug, PartialEq)]
pub struct Typing {
    /// Takes the choices, within 3 s.
    pub ticket: Ticket,
    /// Where.
    pub workspace: WorkspaceKey,
    /// Who.
    pub user: UserKey,
    /// What is told about them.
    pub facts: Option<PersonFacts>,
    /// What the argument takes.
    pub takes: Takes,
    /// What stands there so far.
    pub typed: String,
}

/// The ways back that an event opens.
#[derive(Debug, Clone, PartialEq)]
pub enum Way {
    /// An answer to an interaction.
    Interaction(Ticket),
    /// Words in a place.
    Said,
    /// Nobody waits for an answer.
    None,
}

/// What an interaction is answered with: once within 3 s, after that by edits and further messages for
/// 15 minutes.
#[derive(Clone, PartialEq, Eq)]
pub struct Ticket {
    /// The interaction's id.
    pub id: String,
    /// The token that answers it: a secret, and part of addresses.
    pub token: String,
    /// What was done.
    pub sort: Sort,
    /// When.
    pub created: Timestamp,
}

/// What was done to make an interaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sort {
    /// A command was sent, or one of a menu.
    Command,
    /// A button or a choice of a message.
    Press,
    /// A form was sent.
    Form,
    /// An argument is being typed.
    Typing,
    /// Nothing we know.
    Unknown,
}

/// What the adapter knows of the servers, for decoding.
pub trait Known: Sync {
    /// A place by its channel: the object that came along, or its id alone.
    fn place(&self, channel: &Value) -> Place;

    /// Who somebody is in a server, by a member object with its `user`; without roles in it, their
    /// standing is not known.
    fn facts(&self, guild: &WorkspaceKey, member: &Value) -> PersonFacts;

    /// A channel's name, without `#`.
    fn channel_name(&self, channel: &str) -> Option<String>;

    /// A role's name, without `@`.
    fn role_name(&self, guild: &WorkspaceKey, role: &str) -> Option<String>;
}

/// What decoding needs to know.
#[derive(Clone, Copy)]
pub struct Context<'a> {
    /// The bot.
    pub bot: &'a UserKey,
    /// The server that a direct conversation belongs to, as asked for by [`homeless`].
    pub home: Option<&'a WorkspaceKey>,
    /// The servers.
    pub known: &'a dyn Known,
}

/// Reads one event of the gateway.
pub fn event(name: &str, data: &Value, context: &Context<'_>) -> Decoded {
    match name {
        "INTERACTION_CREATE" => interaction::read(data, context),
        "MESSAGE_CREATE" => message::read(data, text(data, "guild_id"), context),
        _ => Decoded::Passed("an event that is not said or done"),
    }
}

/// A message from a channel's history, as if it had just been said there.
pub fn from_history(message: &Value, guild: Option<&WorkspaceKey>, context: &Context<'_>) -> Decoded {
    message::read(message, guild.map(WorkspaceKey::as_str), context)
}

/// Whose servers must be looked up before an event can be read: it came directly and names none.
pub fn homeless(name: &str, data: &Value) -> Option<UserKey> {
    if text(data, "guild_id").is_some() {
        return None;
    }
    match name {
        "INTERACTION_CREATE" => interaction::homeless(data).then(|| interaction::user(data)).flatten(),
        "MESSAGE_CREATE" => text(&data["author"], "id")
            .filter(|_| data["author"]["bot"] != true && data["webhook_id"].is_null())
            .map(Into::into),
        _ => None,
    }
}

/// When a snowflake was made.
pub fn made_at(id: &str) -> Option<Timestamp> {
    /// The first second of 2015, where Discord's ids begin to count.
    const EPOCH: i64 = 1_420_070_400_000;
    let id: u64 = id.parse().ok()?;
    let since = i64::try_from(id >> 22).ok()?;
    Timestamp::from_millisecond(since.checked_add(EPOCH)?).ok()
}

/// Discord's form of a link to a message.
pub fn permalink(guild: Option<&str>, channel: &str, message: &str) -> String {
    format!("https://discord.com/channels/{}/{channel}/{message}", guild.unwrap_or("@me"))
}

/// The parts of an `Inbound` that differ.
struct Draft<'a> {
    workspace: WorkspaceKey,
    delivery: String,
    actor: &'a str,
    place: Option<Place>,
    mentions: Vec<Mentioned>,
    people: Vec<PersonFacts>,
    strangers: Vec<PersonFacts>,
    event: Event,
}

fn heard(draft: Draft<'_>, way: Way) -> Decoded {
    let inbound = Inbound {
        platform: PlatformKind::Discord,
        workspace: draft.workspace,
        delivery: draft.delivery,
        actor: Some(draft.actor.into()),
        place: draft.place,
        mentions: draft.mentions,
        people: draft.people,
        event: draft.event,
    };
    Decoded::Heard(Box::new(Heard { inbound, strangers: draft.strangers, way }))
}

/// Where something was done; without a server it is a direct conversation, whatever else is said.
fn place(guild: Option<&str>, object: &Value, id: &Value, context: &Context<'_>) -> Option<Place> {
    let key = text(object, "id").or_else(|| id.as_str().filter(|id| !id.is_empty()))?;
    if guild.is_none() {
        return Some(Place { channel: key.into(), thread: None, kind: PlaceKind::Direct });
    }
    Some(context.known.place(if text(object, "id").is_some() { object } else { id }))
}

/// A member object with its user in it, as the app of a server sees it: events split the two.
fn member(user: &Value, member: &Value) -> Option<Value> {
    text(user, "id")?;
    let mut whole = member.as_object().cloned().unwrap_or_default();
    whole.insert("user".to_owned(), user.clone());
    Some(Value::Object(whole))
}

/// A string field that is there and not empty.
fn text<'a>(value: &'a Value, field: &str) -> Option<&'a str> {
    value[field].as_str().filter(|text| !text.is_empty())
}

fn unreadable(what: &'static str, kind: &Value, ticket: Option<Ticket>) -> Decoded {
    let kind = kind.as_str().map_or_else(|| kind.to_string(), str::to_owned);
    let kind = kind.chars().filter(char::is_ascii_graphic).take(40).collect();
    Decoded::Unreadable { what, kind, ticket }
}

impl Ticket {
    /// How long an interaction can be answered.
    pub const LIVES: SignedDuration = SignedDuration::from_mins(15);

    /// Whether it can still be answered.
    pub fn lives(&self, now: Timestamp) -> bool {
        now.duration_since(self.created) < Self::LIVES
    }
}

impl fmt::Debug for Ticket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ticket").field("id", &self.id).field("sort", &self.sort).finish_non_exhaustive()
    }
}
