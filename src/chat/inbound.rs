//! What reaches the app: somebody did something, on some platform. And what goes back at once.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::chat::card::Card;
use crate::chat::command::Command;
use crate::chat::form::Form;
use crate::chat::platform::Addressed;
use crate::domain::ids::{MessageKey, Place, PlatformKind, UserKey, WorkspaceKey};
use crate::domain::person::{Role, Standing};

/// One delivery of one event.
#[derive(Clone, PartialEq, Debug)]
pub struct Inbound {
    /// Which platform.
    pub platform: PlatformKind,
    /// Which workspace there.
    pub workspace: WorkspaceKey,
    /// The platform's id of the delivery: the same event delivered twice carries the same one.
    pub delivery: String,
    /// Who did it, where a person did.
    pub actor: Option<UserKey>,
    /// Where, where it has a place.
    pub place: Option<Place>,
    /// Persons that the words mention, as they stand there.
    pub mentions: Vec<Mentioned>,
    /// What the platform tells with it about people; taken in first, in the same transaction.
    pub people: Vec<PersonFacts>,
    /// What.
    pub event: Event,
}

/// A mention in words: how it stands there, and whom it means.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Mentioned {
    /// As in the words, without the `@`.
    pub shown: String,
    /// Whom it means.
    pub user: UserKey,
}

/// What was done.
#[derive(Clone, PartialEq, Debug)]
pub enum Event {
    /// Something was asked of the bot.
    Command(Command),
    /// Something was said where the bot can hear it.
    Said(Said),
    /// The platform tells who people are: after a look-up, at a change, when somebody joins or leaves.
    Met(Vec<PersonFacts>),
    /// Somebody opened their App Home.
    HomeOpened,
    /// The bot was taken out of the workspace, or its token revoked.
    Removed,
}

/// Words that somebody said.
#[derive(Clone, PartialEq, Debug)]
pub struct Said {
    /// The message.
    pub message: MessageKey,
    /// When, by the platform's clock.
    pub at: Timestamp,
    /// A link to it, where the platform can make one.
    pub link: Option<String>,
    /// Plain words, a mention of the bot at the start taken off.
    pub words: String,
    /// Whether they speak to the bot: a mention of it, or a direct message to it.
    pub to_bot: Speech,
}

/// Whether words are meant for the bot.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Speech {
    /// It was mentioned, or written to directly.
    ToBot,
    /// It only hears it.
    Overheard,
}

/// What a platform tells about a person. What it did not tell is `None`.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct PersonFacts {
    /// Theirs there; empty only while unknown.
    pub user: Option<UserKey>,
    /// The name people read.
    pub name: Option<String>,
    /// The short name, without `@`.
    pub handle: Option<String>,
    /// E-mail address, lower case.
    pub email: Option<String>,
    /// IANA name of their zone.
    pub zone: Option<String>,
    /// Staff, outside, bot, left.
    pub standing: Option<Standing>,
    /// Admin of the workspace or not.
    pub role: Option<Role>,
    /// What they wear there that settings may name: ids and names of their roles.
    pub marks: Option<Vec<String>>,
    /// Not to be disturbed until then (do not disturb or an out-of-office status);
    /// `Some(None)`: they may be disturbed.
    pub away_until: Option<Option<Timestamp>>,
}

/// What goes back at once: now or never.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reply {
    /// Nothing to say.
    Nothing,
    /// For the actor's eyes, where they are.
    Private(Addressed<Card>),
    /// A form, to be opened for the actor.
    Form(Form),
    /// The form that was sent cannot be taken as it is: what to mend, by field.
    Mend(Vec<Mend>),
}

/// What to mend in one field of a form.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Mend {
    /// The field's name.
    pub field: String,
    /// What is amiss, and what would do.
    pub why: String,
}
