//! The two workspaces of the playground: the company and its community, and how each names people and
//! rooms. What is the company's has no prefix, so that chats kept before there was a community still fit.
//!
//! Invariant: no account and no room of one is one of the other, as on two platforms.

use serde::{Deserialize, Serialize};

use crate::domain::ids::{ChannelKey, UserKey, WorkspaceKey};

/// A workspace.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Home {
    /// Where the company works.
    #[default]
    Company,
    /// Where it meets those who buy from it.
    Community,
}

impl Home {
    /// Both, in the order shown.
    pub const ALL: [Self; 2] = [Self::Company, Self::Community];

    /// Its key for the app.
    pub fn key(self) -> WorkspaceKey {
        WorkspaceKey::from(match self {
            Self::Company => "playground",
            Self::Community => "playground-community",
        })
    }

    /// The inverse of [`Home::key`].
    pub fn of(key: &WorkspaceKey) -> Option<Self> {
        Self::ALL.into_iter().find(|home| home.key() == *key)
    }

    /// What it is called.
    pub fn name(self) -> &'static str {
        match self {
            Self::Company => "Harbour & Hill",
            Self::Community => "Harbour Community",
        }
    }

    /// What it is called beside other words.
    pub fn short(self) -> &'static str {
        match self {
            Self::Company => "Company",
            Self::Community => "Community",
        }
    }

    fn prefix(self) -> &'static str {
        match self {
            Self::Company => "",
            Self::Community => "community-",
        }
    }

    /// The key of a room of it.
    pub fn room(self, name: &str) -> ChannelKey {
        ChannelKey::from(format!("{}{name}", self.prefix()))
    }

    /// The key of somebody's conversation with the bot.
    pub fn direct(self, handle: &UserKey) -> ChannelKey {
        self.room(&format!("dm-{handle}"))
    }

    /// The key of somebody's App Home.
    pub fn app_home(self, handle: &UserKey) -> ChannelKey {
        self.room(&format!("home-{handle}"))
    }

    /// The account of a person of this handle here: another in each workspace, so that the app knows only
    /// by a link that they are one person's.
    pub fn account(self, handle: &UserKey) -> UserKey {
        UserKey::from(format!("{}{handle}", self.prefix()))
    }

    /// The inverse of [`Home::account`]; what is no account of it comes back as nobody's.
    pub fn handle(self, account: &UserKey) -> Option<UserKey> {
        account.as_str().strip_prefix(self.prefix()).map(UserKey::from)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accounts_and_workspaces_are_named_there_and_back() {
        for home in Home::ALL {
            assert_eq!(Home::of(&home.key()), Some(home));
            assert_eq!(home.handle(&home.account(&"hugo".into())), Some("hugo".into()));
        }
        assert_eq!(Home::Community.handle(&"hugo".into()), None);
        assert_eq!(Home::of(&"elsewhere".into()), None);
        assert_ne!(Home::Company.direct(&"hugo".into()), Home::Community.direct(&"hugo".into()));
    }
}
