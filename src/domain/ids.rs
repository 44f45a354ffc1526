//! Names of things. Ours (`RequestId`, …) are UUIDv7 in 32 hex digits and sort by time;
//! the platforms' (`UserKey`, …) are theirs, kept as they come. Inside the house nothing is a bare
//! `String` id.

use std::fmt;

use serde::{Deserialize, Serialize};

macro_rules! names {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            /// The name as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl From<String> for $name {
            fn from(text: String) -> Self {
                Self(text)
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                Self(text.to_owned())
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    )+};
}

names! {
    /// The tenant: one or more linked workspaces.
    OrganisationId,
    /// One Slack workspace or Discord server, as we know it.
    WorkspaceId,
    /// Somebody in an organisation, whichever platforms they use.
    PersonId,
    /// An area that volunteers sign up for.
    TopicId,
    /// Something a person needs from another.
    RequestId,
    /// Words that somebody wrote and has not sent yet.
    DraftId,
    /// A platform's own name for a workspace (`T0123`).
    WorkspaceKey,
    /// A platform's own name for a user (`U0123`).
    UserKey,
    /// A platform's own name for a channel (`C0123`), or a channel written by a person (`#billing`).
    ChannelKey,
    /// A platform's own name for a message (`1700000000.000100`).
    MessageKey,
}

/// The platforms we speak.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PlatformKind {
    /// Slack.
    Slack,
    /// Discord.
    Discord,
    /// The playground in the browser.
    Playground,
}

impl PlatformKind {
    /// Lower case, as stored and logged.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Slack => "slack",
            Self::Discord => "discord",
            Self::Playground => "playground",
        }
    }

    /// The inverse of [`PlatformKind::as_str`].
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Slack, Self::Discord, Self::Playground].into_iter().find(|kind| kind.as_str() == text)
    }
}

/// One message on a platform.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct MessageRef {
    /// Where it stands.
    pub channel: ChannelKey,
    /// Which one it is there.
    pub message: MessageKey,
}

/// Where something was said.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Place {
    /// The channel or direct conversation.
    pub channel: ChannelKey,
    /// The message that the thread hangs on, where it is a thread.
    pub thread: Option<MessageKey>,
    /// What sort of place it is.
    pub kind: PlaceKind,
}

/// What sort of place it is.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PlaceKind {
    /// A channel that several people read.
    Channel,
    /// A direct conversation between one person and the bot.
    Direct,
    /// A direct conversation of several people.
    Group,
}
