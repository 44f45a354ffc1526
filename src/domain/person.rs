//! People as the rules see them: when somebody may be asked, and why not. Identities on platforms
//! and names to show are facts beside this, not rules, and stand here only as data.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use crate::domain::ids::PersonId;
use crate::domain::office_hours::weekly::Weekly;

/// Somebody in the organisation.
#[derive(Clone, PartialEq, Debug)]
pub struct Person {
    /// Ours.
    pub id: PersonId,
    /// The name that people read.
    pub name: String,
    /// Their own zone, where the platform told us.
    pub zone: Option<TimeZone>,
    /// Their own hours; without them the organisation's hours in their own zone.
    pub hours: Option<Weekly>,
    /// The most open requests they want to hold; without it the organisation's default.
    pub capacity: Option<u32>,
    /// Whether they asked not to be asked.
    pub pause: Pause,
    /// Who is asked in their place while they pause.
    pub deputy: Option<PersonId>,
    /// Not disturbed until then: do not disturb, out of office, as the platform says.
    pub away_until: Option<Timestamp>,
    /// Declined with "Not today": not asked before then.
    pub not_before: Option<Timestamp>,
    /// Still with us, or not.
    pub standing: Standing,
    /// What they may do.
    pub role: Role,
}

/// Whether somebody asked not to be asked.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum Pause {
    /// They may be asked.
    No,
    /// Not before this instant.
    Until(Timestamp),
    /// Not until they say so.
    Open,
}

impl Pause {
    /// When the pause ends: `None` while it has no end, `now` where there is none.
    pub fn ends(self, now: Timestamp) -> Option<Timestamp> {
        match self {
            Self::No => Some(now),
            Self::Until(at) => Some(at.max(now)),
            Self::Open => None,
        }
    }

    /// Whether it holds at this instant.
    pub fn holds(self, now: Timestamp) -> bool {
        self.ends(now) != Some(now)
    }
}

/// Whether somebody is with the organisation, and how.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Standing {
    /// One of us.
    Staff,
    /// A guest, a stranger from a shared channel: a customer until somebody says otherwise.
    Outside,
    /// An application, not a person.
    Bot,
    /// Deactivated or left.
    Left,
}

impl Standing {
    /// Of two, the one that counts for somebody who is both: one of us before outside, before left.
    #[must_use]
    pub fn nearer(self, other: Self) -> Self {
        let rank = |standing| match standing {
            Self::Staff => 0,
            Self::Bot => 1,
            Self::Outside => 2,
            Self::Left => 3,
        };
        if rank(other) < rank(self) { other } else { self }
    }

    /// As stored.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Staff => "staff",
            Self::Outside => "outside",
            Self::Bot => "bot",
            Self::Left => "left",
        }
    }

    /// The inverse of [`Standing::as_str`]; what is not known is outside.
    pub fn parse(text: &str) -> Self {
        [Self::Staff, Self::Bot, Self::Left]
            .into_iter()
            .find(|standing| standing.as_str() == text)
            .unwrap_or(Self::Outside)
    }
}

/// What somebody may do. A steward is one by topic, not by role.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Everybody of the staff.
    Member,
    /// May change topics.
    Steward,
    /// May change topics and settings.
    Admin,
}

impl Role {
    /// As stored.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Member => "member",
            Self::Steward => "steward",
            Self::Admin => "admin",
        }
    }

    /// The inverse of [`Role::as_str`]; what is not known is a member.
    pub fn parse(text: &str) -> Self {
        match text {
            "admin" => Self::Admin,
            "steward" => Self::Steward,
            _ => Self::Member,
        }
    }
}
