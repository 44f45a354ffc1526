//! Everything the bot says unasked, as data: what happened, not how it looks. Rows of the outbox hold
//! these as JSON, so yesterday's must still parse: variants and fields are added, never renamed.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::chat::platform::Courtesy;
use crate::chat::text::Who;
use crate::domain::ids::{ChannelKey, MessageKey, PersonId, RequestId, TopicId, UserKey};
use crate::domain::request::{Outcome, Privacy, Urgency};

/// What is to be done on a platform, as kept in the outbox.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outgoing {
    /// Say something once.
    Say {
        /// To whom or where.
        to: Destination,
        /// What.
        notice: Notice,
        /// Whether to look first if the person wants not to be disturbed.
        courtesy: Courtesy,
    },
    /// Show a card in its place: posted the first time, edited from then on.
    Show {
        /// The card's name in the organisation.
        slot: String,
        /// Where it is posted.
        to: Destination,
        /// What it says now.
        notice: Notice,
        /// Whether to look first if the person wants not to be disturbed; for the first post.
        courtesy: Courtesy,
    },
    /// Learn who somebody is.
    LookUp {
        /// Whom.
        user: UserKey,
    },
    /// Find somebody who is named in a setting.
    Find {
        /// As written.
        name: String,
    },
}

/// To whom or where something goes.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Destination {
    /// Directly to one person.
    Person(PersonId),
    /// A direct conversation of several people.
    Group(Vec<PersonId>),
    /// A channel.
    Channel(ChannelKey),
    /// A thread.
    Thread(ChannelKey, MessageKey),
    /// A person's App Home.
    Home(PersonId),
}

impl Destination {
    /// What must stay in order: one destination is one lane.
    pub fn lane(&self) -> String {
        match self {
            Self::Person(person) => format!("person:{person}"),
            Self::Group(people) => {
                let people: Vec<&str> = people.iter().map(PersonId::as_str).collect();
                format!("group:{}", people.join("+"))
            }
            Self::Channel(channel) | Self::Thread(channel, _) => format!("channel:{channel}"),
            Self::Home(person) => format!("home:{person}"),
        }
    }
}

/// Everything the bot says unasked.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Notice {
    /// The card of whoever asked or handed off: where it stands, what is next and when.
    Status {
        /// Whose card it is.
        reader: Who,
        /// The request.
        request: RequestView,
    },
    /// The card of somebody who is asked, from the question to the end.
    Offer {
        /// Who is asked.
        reader: Who,
        /// The offer's number.
        n: usize,
        /// Why them.
        why: Option<WhyView>,
        /// Until when they have time.
        until: Timestamp,
        /// What became of it.
        state: OfferView,
        /// The request.
        request: RequestView,
    },
    /// The card in a topic's channel.
    ChannelOffer {
        /// The offer's number.
        n: usize,
        /// Until when, before the ladder goes on.
        until: Timestamp,
        /// The request.
        request: RequestView,
    },
    /// The two are brought together, with the context.
    Introduction {
        /// Who has it now.
        volunteer: Who,
        /// Until when they are there today, where known.
        there_until: Option<Timestamp>,
        /// The request.
        request: RequestView,
    },
    /// Somebody has it: told to whoever asked or handed off.
    Taken {
        /// Who is told.
        reader: Who,
        /// Who has it now.
        volunteer: Who,
        /// Their zone's city, where it is not the reader's zone.
        city: Option<String>,
        /// Until when they are there today, where known.
        there_until: Option<Timestamp>,
        /// The request.
        request: RequestView,
    },
    /// Nobody is there, or nobody accepted: the holding reply.
    Holding {
        /// Who is told.
        reader: Who,
        /// Whether anybody was asked.
        asked: Asked,
        /// When it goes on.
        next: Timestamp,
        /// Who is there then.
        back: Option<Who>,
        /// When this was said.
        at: Timestamp,
        /// The request.
        request: RequestView,
    },
    /// It has no topic yet.
    TopicWanted {
        /// Topics to pick from.
        topics: Vec<(TopicId, String)>,
        /// The request.
        request: RequestView,
    },
    /// To the holder: no life for a while.
    Reminder {
        /// When it is offered on, where it would be.
        offered_on_at: Option<Timestamp>,
        /// The request.
        request: RequestView,
    },
    /// To the holder: somebody asks after it.
    AskedAfter {
        /// Who asks.
        by: Who,
        /// The request.
        request: RequestView,
    },
    /// To whoever holds it again: it came back.
    CameBack {
        /// Who is told.
        reader: Who,
        /// Who had it.
        from: Who,
        /// Why it came back.
        why: CameBack,
        /// The request.
        request: RequestView,
    },
    /// It is over: told to everybody in the chain.
    Closed {
        /// Who is told.
        reader: Who,
        /// By whom.
        by: Who,
        /// How.
        outcome: Outcome,
        /// What helped.
        note: String,
        /// The request.
        request: RequestView,
    },
    /// It is open again: told to who holds it.
    Reopened {
        /// Who reads it; absent in rows of old, which went to the holder.
        #[serde(default)]
        reader: Option<Who>,
        /// By whom.
        by: Who,
        /// The request.
        request: RequestView,
    },
    /// Words that somebody had passed on to the other side of a request.
    Relayed {
        /// Who wrote them.
        from: Who,
        /// To whom.
        reader: Who,
        /// As written.
        words: String,
        /// The request.
        request: RequestView,
    },
    /// An account elsewhere was linked to the reader's, or is no longer.
    Linked {
        /// Whose accounts.
        reader: Who,
        /// The other workspace's name.
        place: String,
        /// What happened.
        link: LinkNews,
    },
    /// A person's App Home.
    Home(Box<HomeView>),
}

/// What happened to somebody's accounts.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LinkNews {
    /// Two accounts are one person now.
    Linked,
    /// So are two organisations.
    Joined,
    /// They are two again.
    Unlinked,
}

impl Notice {
    /// The request it is about.
    pub fn request(&self) -> Option<&RequestView> {
        match self {
            Self::Status { request, .. }
            | Self::Offer { request, .. }
            | Self::ChannelOffer { request, .. }
            | Self::Introduction { request, .. }
            | Self::Taken { request, .. }
            | Self::Holding { request, .. }
            | Self::TopicWanted { request, .. }
            | Self::Reminder { request, .. }
            | Self::AskedAfter { request, .. }
            | Self::CameBack { request, .. }
            | Self::Closed { request, .. }
            | Self::Reopened { request, .. }
            | Self::Relayed { request, .. } => Some(request),
            Self::Linked { .. } | Self::Home(_) => None,
        }
    }
}

/// Whether anybody was asked before nobody was left.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Asked {
    /// Nobody is in.
    Nobody,
    /// Everybody there was, and nobody could.
    Everybody,
}

/// Why a request came back.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CameBack {
    /// Given back, and somebody else is sought.
    GivenBack,
    /// Given back to the reader, who holds it.
    ToYou,
    /// It showed no life.
    Stale,
    /// They left.
    Left,
}

/// A request as shown: a snapshot of what a card needs.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct RequestView {
    /// Ours.
    pub id: RequestId,
    /// Its short number.
    pub number: i64,
    /// Its topic's name, once it has one.
    pub topic: Option<String>,
    /// What is needed.
    pub words: String,
    /// For which customer.
    pub customer: Option<String>,
    /// Who needs it.
    pub requester: Who,
    /// Who handed it off.
    pub handed_by: Who,
    /// Who has it now.
    pub holder: Who,
    /// Since when.
    pub held_since: Timestamp,
    /// Who may see it.
    pub privacy: Privacy,
    /// Whether it may wait.
    pub urgency: Urgency,
    /// Back to the message.
    pub link: Option<String>,
    /// Whether requester and holder have a workspace in common, where they can talk.
    #[serde(default)]
    pub between: Between,
    /// Where it stands.
    pub now: Now,
}

/// Whether the two of a request can talk to each other by themselves.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Between {
    /// They can.
    #[default]
    Together,
    /// They are in no workspace together: words are passed on, on a press.
    Apart,
}

/// Where a request stands, as shown.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Now {
    /// It has no topic yet.
    Unplaced,
    /// Somebody is being asked.
    Asking {
        /// Who, or everybody in a channel.
        who: AskedNow,
        /// Until when.
        until: Timestamp,
    },
    /// Nobody is there.
    Resting {
        /// When it goes on.
        until: Timestamp,
        /// Who is there then.
        back: Option<Who>,
    },
    /// A volunteer has it.
    Held,
    /// Whoever handed it off has it back.
    HeldBySender,
    /// It is over.
    Closed {
        /// By whom.
        by: Who,
        /// When.
        at: Timestamp,
        /// How.
        outcome: Outcome,
        /// What helped.
        note: String,
        /// Whether it can still be undone by who closed it.
        undo: Possible,
        /// Whether it can still be reopened by the requester.
        reopen: Possible,
    },
}

/// Who is being asked.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AskedNow {
    /// One person.
    Person(Who),
    /// Everybody in a channel.
    Channel(ChannelKey),
}

/// Whether something can be done.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Possible {
    /// It can.
    Yes,
    /// Not any more.
    No,
}

/// "Why you", as shown.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct WhyView {
    /// What brought them to the list.
    pub via: ViaView,
    /// Whether it was within their hours.
    pub in_hours: bool,
    /// Open requests they held.
    pub open: u32,
    /// When they were last asked before.
    pub last_asked: Option<Timestamp>,
}

/// What brought somebody to the list, as shown.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ViaView {
    /// They volunteer for the topic.
    Volunteer,
    /// They stand in for somebody.
    DeputyOf(Who),
    /// A colleague named them.
    NamedBy(Who),
    /// They care for the topic.
    Steward,
    /// The last resort.
    Escalation,
}

/// What became of an offer, as its reader sees it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OfferView {
    /// They can answer.
    Open,
    /// They have it.
    Yours,
    /// They passed.
    Declined,
    /// Their time went by; they may still take it.
    Lapsed,
    /// Their time went by, and somebody else has it.
    Taken(Who),
    /// Their time went by, and they were asked again on a card of its own.
    Again,
    /// They gave it back, or it was offered on.
    Passed,
    /// It is over.
    Over,
}

/// A person's App Home, as data.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct HomeView {
    /// Whose.
    pub reader: Who,
    /// Offers to them: the offer's number, until when, and the request.
    pub offers: Vec<(usize, Timestamp, RequestView)>,
    /// What they hold.
    pub holding: Vec<RequestView>,
    /// What they wait for.
    pub waiting: Vec<RequestView>,
    /// Their availability.
    pub availability: AvailabilityView,
}

/// Somebody's availability, as shown.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct AvailabilityView {
    /// Topics they volunteer for.
    pub topics: Vec<String>,
    /// Their hours, in words.
    pub hours: String,
    /// Whether these are their own.
    pub own_hours: bool,
    /// The zone's name.
    pub zone: String,
    /// Open requests held at most.
    pub capacity: u32,
    /// Open requests held.
    pub open: u32,
    /// Whether they pause, and until when.
    pub pause: crate::domain::person::Pause,
    /// Who is asked meanwhile.
    pub deputy: Option<Who>,
}
