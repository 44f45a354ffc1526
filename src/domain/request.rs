//! A request and its life: placed, offered, held, closed.
//!
//! Invariants: `holder` names one person at every moment; at most one offer is accepted at a time;
//! every open request has a next look (`next_look`) strictly in the future of the last one; two looks
//! at the same instant change nothing the second time. Steps take the old request and give the new
//! one with what happened (`Happening`), from which the audit, the cards and the messages are made.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::domain::duration::OfficeDuration;
use crate::domain::ids::{ChannelKey, MessageRef, PersonId, Place, RequestId, TopicId, WorkspaceId};
use crate::domain::topic::Why;

/// Something a person needs from another.
#[derive(Clone, PartialEq, Debug)]
pub struct Request {
    /// Ours.
    pub id: RequestId,
    /// Short number that people read, unique in the organisation.
    pub number: i64,
    /// Where it belongs, once known.
    pub topic: Option<TopicId>,
    /// Who needs it.
    pub requester: PersonId,
    /// Who passed it on; often the requester.
    pub handed_by: PersonId,
    /// On behalf of this customer, as typed.
    pub customer: Option<String>,
    /// What is needed, in the words it was said in.
    pub words: String,
    /// Who may see it.
    pub privacy: Privacy,
    /// Whether it may wait for office hours.
    pub urgency: Urgency,
    /// Where it came from.
    pub origin: Origin,
    /// When it was handed off.
    pub created_at: Timestamp,
    /// The one person accountable now.
    pub holder: PersonId,
    /// Since when.
    pub held_since: Timestamp,
    /// Where it stands.
    pub stage: Stage,
    /// The ladder, frozen when it started.
    pub ladder: Ladder,
    /// Everybody asked so far, in order; `n` of an offer is its index.
    pub offers: Vec<Offer>,
    /// How often it was taken by a volunteer.
    pub hops: u32,
    /// Which climb of the ladder this is, from 0.
    pub round: u32,
    /// When the requester last pressed "Still waiting" and the holder was told.
    pub asked_after: Option<Timestamp>,
}

/// Who may see a request.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Privacy {
    /// Anybody in the organisation.
    Open,
    /// Those who are asked, and those who asked.
    Private,
}

/// Whether a request may wait for office hours.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Urgency {
    /// It waits for office hours.
    Normal,
    /// It does not: the ladder climbs by the wall clock and its upper rungs are asked at any hour.
    Urgent,
}

/// Where a request came from.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Origin {
    /// The workspace it was handed off in.
    pub workspace: Option<WorkspaceId>,
    /// Whether the bot was spoken to in a thread there, so that it may answer in it.
    #[serde(default)]
    pub thread_is_ours: bool,
    /// Where it was handed off.
    pub place: Option<Place>,
    /// The message that was handed off.
    pub message: Option<MessageRef>,
    /// A link back to that message.
    pub link: Option<String>,
}

/// Where a request stands.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// It has no topic yet; whoever handed it off is asked for one.
    Unplaced {
        /// When they are reminded.
        look_at: Timestamp,
    },
    /// Somebody is being asked.
    Asking {
        /// The rung of the ladder.
        rung: Rung,
        /// When the next is asked.
        until: Timestamp,
    },
    /// Nobody is there; the people concerned have been told.
    Resting {
        /// When it is looked at again.
        until: Timestamp,
        /// Who is there then.
        back: Option<PersonId>,
    },
    /// Somebody has it.
    Held {
        /// When they last gave a sign of life.
        last_sign: Timestamp,
        /// When they were reminded since then.
        reminded: Option<Timestamp>,
        /// When it is looked at again.
        look_at: Timestamp,
    },
    /// It is over.
    Closed {
        /// By whom.
        by: PersonId,
        /// When.
        at: Timestamp,
        /// How.
        outcome: Outcome,
        /// What helped, in one line.
        note: String,
        /// Until when who closed it may undo that.
        undo_until: Timestamp,
        /// Until when the requester may reopen it.
        reopen_until: Timestamp,
    },
}

/// A rung of the ladder.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rung {
    /// Volunteers, one after the other.
    Volunteers,
    /// The topic's channel.
    Channel,
    /// The steward.
    Steward,
    /// The escalation contact.
    Escalation,
}

/// Who is asked and for how long, as it was when the climb began.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Ladder {
    /// Each one's time to answer, office time.
    pub offer_timeout: OfficeDuration,
    /// An accepted request without life is reminded after this, then offered on; office time.
    pub stale_after: OfficeDuration,
    /// After so many holders the volunteers are not asked again.
    pub max_hops: u32,
    /// Where the volunteers of the topic meet.
    pub channel: Option<ChannelKey>,
    /// Who cares for the topic.
    pub steward: Option<PersonId>,
    /// The last resort.
    pub escalation: Option<PersonId>,
    /// How long who closed it may undo that.
    pub undo_for: SignedDuration,
    /// How long the requester may reopen it.
    pub reopen_for: SignedDuration,
}

/// One question to one person or channel: will you take this?
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Offer {
    /// Which climb it belongs to.
    pub round: u32,
    /// Who is asked.
    pub to: OfferTo,
    /// At which rung.
    pub rung: Rung,
    /// Why them.
    pub why: Option<Why>,
    /// When.
    pub asked_at: Timestamp,
    /// Until when they have time.
    pub until: Timestamp,
    /// What became of it.
    pub state: OfferState,
}

/// Who is asked.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OfferTo {
    /// One person, directly.
    Person(PersonId),
    /// Everybody in a channel.
    Channel(ChannelKey),
}

/// What became of an offer.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OfferState {
    /// They have not answered.
    Open,
    /// They took it. An offer that a channel's reader takes becomes an offer of their own.
    Accepted,
    /// They passed, and that is fine.
    Declined(Decline),
    /// Their time went by. They may still take it while nobody has it.
    TimedOut,
    /// Somebody else has it.
    Taken,
    /// They were not to be disturbed when the message was about to be sent.
    Away,
    /// They gave it back.
    GivenBack,
    /// It showed no life and was offered on.
    Stale,
    /// The request was withdrawn or closed, or they left.
    Over,
}

/// Why somebody passed. Never counted per person.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Decline {
    /// Too much at hand.
    Busy,
    /// Not theirs.
    NotMine,
    /// Somebody else is the right one.
    Knows(PersonId),
    /// Not today, and no reason asked.
    NotToday,
}

/// Why a request is over.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// The question was answered.
    Answered,
    /// The thing was done.
    Done,
    /// It should not have come here: poor signposting.
    WrongTopic,
    /// It turned out not to be needed.
    NotNeeded,
    /// A no, with an alternative.
    KindNo,
    /// Whoever asked took it back.
    Withdrawn,
}

impl Outcome {
    /// All that a holder can choose, in the order shown.
    pub const CHOICES: [Self; 5] =
        [Self::Done, Self::Answered, Self::WrongTopic, Self::NotNeeded, Self::KindNo];

    /// Short, as in tokens and forms.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Answered => "answered",
            Self::Done => "done",
            Self::WrongTopic => "wrong_topic",
            Self::NotNeeded => "not_needed",
            Self::KindNo => "kind_no",
            Self::Withdrawn => "withdrawn",
        }
    }

    /// The inverse of [`Outcome::as_str`].
    pub fn parse(text: &str) -> Option<Self> {
        Self::CHOICES.into_iter().chain([Self::Withdrawn]).find(|outcome| outcome.as_str() == text)
    }
}

/// What happened in a step: the raw material of the audit and of what is said.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Happening {
    /// It was handed off.
    HandedOff,
    /// It got its topic.
    Placed,
    /// Whoever handed it off was reminded that it has no topic.
    TopicWanted,
    /// Offer `n` was made.
    Asked(usize),
    /// Offer `n` was not answered in time.
    TimedOut(usize),
    /// The person of offer `n` was not to be disturbed.
    Away(usize),
    /// Offer `n` was declined.
    Declined(usize, Decline),
    /// The person took it, through offer `n`.
    Accepted(usize, PersonId),
    /// Nobody is there; looked at again then.
    NobodyThere(Timestamp),
    /// Everybody was asked; the climb begins anew then.
    NobodyAccepted(Timestamp),
    /// The holder was reminded.
    Reminded,
    /// The requester asked after it.
    AskedAfter,
    /// It showed no life under this person and was offered on.
    OfferedOn(PersonId),
    /// This person gave it back, to be offered on or to the one who handed it off.
    GivenBack(PersonId, GiveBack),
    /// This person left while holding it or while asked.
    Left(PersonId),
    /// Somebody else keeps it now, since who kept it left.
    KeptBy(PersonId),
    /// It became urgent.
    Urgent,
    /// It is over.
    Closed(Outcome),
    /// It is open again.
    Reopened(PersonId),
}

/// Where a request goes that is given back.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GiveBack {
    /// On to the next.
    Next,
    /// Back to whoever handed it off.
    Sender,
}

/// A request after a step, and what happened in it.
#[derive(Clone, PartialEq, Debug)]
pub struct Step {
    /// The new state.
    pub request: Request,
    /// In order.
    pub happened: Vec<Happening>,
}

impl Request {
    /// Whether it is not over.
    pub fn is_open(&self) -> bool {
        !matches!(self.stage, Stage::Closed { .. })
    }

    /// When it must be looked at again. `None` only once nothing can happen any more.
    pub fn next_look(&self, now: Timestamp) -> Option<Timestamp> {
        match &self.stage {
            Stage::Unplaced { look_at } | Stage::Held { look_at, .. } => Some(*look_at),
            Stage::Asking { until, .. } | Stage::Resting { until, .. } => Some(*until),
            Stage::Closed { undo_until, reopen_until, .. } => {
                [*undo_until, *reopen_until].into_iter().filter(|at| *at > now).min()
            }
        }
    }

    /// The offer through which the holder has it, where a volunteer has it.
    pub fn accepted(&self) -> Option<(usize, &PersonId)> {
        self.offers.iter().enumerate().find_map(|(n, offer)| match (&offer.state, &offer.to) {
            (OfferState::Accepted, OfferTo::Person(person)) => Some((n, person)),
            _ => None,
        })
    }

    /// Whether this person asked for it or handed it off.
    pub fn is_for(&self, person: &PersonId) -> bool {
        &self.requester == person || &self.handed_by == person
    }

    /// Whether it is this person's to steer while nobody has it: they asked, handed it off, or keep it
    /// for those who left.
    pub fn may_steer(&self, person: &PersonId) -> bool {
        self.is_for(person) || (&self.holder == person && self.accepted().is_none())
    }

    /// Everybody who had a part in it: who asked, who handed off, who held it.
    pub fn chain(&self) -> Vec<PersonId> {
        let mut chain = vec![self.requester.clone(), self.handed_by.clone()];
        for offer in &self.offers {
            if let OfferTo::Person(person) = &offer.to
                && matches!(offer.state, OfferState::Accepted | OfferState::GivenBack | OfferState::Stale)
            {
                chain.push(person.clone());
            }
        }
        let mut seen = Vec::new();
        chain.retain(|person| {
            let new = !seen.contains(person);
            seen.push(person.clone());
            new
        });
        chain
    }

    /// Whether this person may see it.
    pub fn visible_to(&self, person: &PersonId) -> bool {
        self.privacy == Privacy::Open
            || self.is_for(person)
            || &self.holder == person
            || self.offers.iter().any(|offer| offer.to == OfferTo::Person(person.clone()))
    }
}
