//! The port to the platforms: what is to be done there, and how it went.

use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use crate::chat::card::Card;
use crate::chat::inbound::PersonFacts;
use crate::domain::ids::{ChannelKey, MessageKey, MessageRef, PersonId, PlatformKind, UserKey, WorkspaceKey};
use crate::domain::request::Privacy;

/// A platform that errands can be run on. Errands in one lane come one after the other; lanes run side
/// by side. An implementation bounds every errand in time and never panics on what the platform says.
pub trait ChatPlatform: Send + Sync {
    /// Which one it is.
    fn kind(&self) -> PlatformKind;

    /// Runs one errand.
    fn deliver<'a>(&'a self, errand: &'a Errand) -> Pin<Box<dyn Future<Output = Delivery> + Send + 'a>>;
}

/// Something to be done on a platform.
#[derive(Clone, PartialEq, Debug)]
pub struct Errand {
    /// The outbox row: stays the same over all attempts, and travels with a post so that it can be
    /// recognised.
    pub id: String,
    /// Where.
    pub workspace: WorkspaceKey,
    /// Attempts that ended unsure so far: above 0 the post may stand there already, so it is looked
    /// for before it is made again.
    pub unsure: u32,
    /// When the row was written; a post made for it is not older.
    pub since: Timestamp,
    /// What.
    pub task: Task,
}

/// What is to be done.
#[derive(Clone, PartialEq, Debug)]
pub enum Task {
    /// Post a card.
    Post {
        /// To whom or where.
        to: Address,
        /// What.
        card: Addressed<Card>,
        /// Whether to look first if the person wants not to be disturbed.
        courtesy: Courtesy,
        /// Where they are reached instead, where a platform or a person takes no direct message.
        otherwise: Option<Otherwise>,
    },
    /// Edit a card that was posted.
    Edit {
        /// Which message.
        at: MessageRef,
        /// What it says now.
        card: Addressed<Card>,
    },
    /// Show a person their App Home.
    Home {
        /// Whose.
        user: UserKey,
        /// What it shows.
        card: Addressed<Card>,
    },
    /// Learn who somebody is.
    LookUp {
        /// Whom.
        user: UserKey,
    },
    /// Find somebody who is named in a setting: `@handle`, e-mail address or id.
    Find {
        /// As written.
        name: String,
    },
}

/// To whom or where a card goes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Address {
    /// Directly to one person.
    Person(UserKey),
    /// A direct conversation of several people and the bot.
    Group(Vec<UserKey>),
    /// A channel, by its key or as `#name`.
    Channel(ChannelKey),
    /// A thread.
    Thread(ChannelKey, MessageKey),
}

/// Where somebody is reached in company: by a thread of their own there, or where that is not possible
/// and nothing is private, by a message that names them.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Otherwise {
    /// Where, by its key or as `#name`.
    pub channel: ChannelKey,
    /// Who may read it there.
    pub privacy: Privacy,
}

/// Whether a person's wish not to be disturbed is looked at before posting.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Courtesy {
    /// Look first; answer [`Delivery::Away`] instead of posting.
    AskFirst,
    /// Post at any time.
    Post,
}

/// How an errand went.
#[derive(Clone, PartialEq, Debug)]
pub enum Delivery {
    /// It stands there.
    Posted(MessageRef),
    /// It is done, and left no message.
    Done,
    /// Who somebody is.
    Met(PersonFacts),
    /// Nobody of that name is there.
    NobodyFound,
    /// The person is not to be disturbed, until then where known.
    Away(Option<Timestamp>),
    /// Certainly not done; not before this time again (rate limit, not connected). No attempt is counted.
    Later(Duration),
    /// It may have been done or not: the answer did not come. A short code for the operator.
    Unsure(String),
    /// Certainly not done, and may work again later (server error before anything happened).
    Failed(String),
    /// It can never be done: channel deleted, person gone, token revoked. The platform's code.
    Gone(String),
}

/// Something said, with all that a renderer needs to know about the people in it and its reader.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Addressed<T> {
    /// What is said.
    pub said: T,
    /// The keys, on the destination's platform, of the persons in it; who is absent is shown by name.
    pub users: BTreeMap<PersonId, UserKey>,
    /// The reader's zone: for platforms and fallbacks that cannot show it by themselves.
    #[serde(with = "jiff::fmt::serde::tz::required")]
    pub zone: TimeZone,
}
