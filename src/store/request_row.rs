//! A request as it stands in its row, both ways. The offers are rows of their own.

use crate::domain::ids::{PersonId, TopicId};
use crate::domain::request::{Privacy, Request, Stage, Urgency};
use crate::store::error::StoreError;
use crate::store::values::{count, json, ms, ms_or_none, parse, text_or_none, ts, ts_or_none};

macro_rules! columns {
    () => {
        "id, number, topic, requester, handed_by, customer, words, privacy, urgency, origin, created_at, \
         holder, held_since, state, ladder, hops, round, asked_after"
    };
}
pub(in crate::store) use columns;

/// What the columns hold that are not written as they are in a request.
pub(in crate::store) struct Columns<'a> {
    pub(in crate::store) topic: &'a str,
    pub(in crate::store) customer: &'a str,
    pub(in crate::store) privacy: &'static str,
    pub(in crate::store) urgency: &'static str,
    pub(in crate::store) origin: String,
    pub(in crate::store) volunteer: &'a str,
    pub(in crate::store) stage: &'static str,
    pub(in crate::store) state: String,
    pub(in crate::store) ladder: String,
    pub(in crate::store) asked_after: i64,
    pub(in crate::store) closed_at: i64,
}

impl<'a> Columns<'a> {
    /// For this request.
    pub(in crate::store) fn of(request: &'a Request) -> Self {
        let (stage, volunteer, closed_at) = match &request.stage {
            Stage::Unplaced { .. } => ("unplaced", None, 0),
            Stage::Asking { .. } => ("asking", None, 0),
            Stage::Resting { .. } => ("resting", None, 0),
            Stage::Held { .. } => ("held", request.accepted().map(|(_, person)| person), 0),
            Stage::Closed { at, .. } => ("closed", None, ms(*at)),
        };
        Self {
            topic: request.topic.as_ref().map_or("", TopicId::as_str),
            customer: request.customer.as_deref().unwrap_or_default(),
            privacy: match request.privacy {
                Privacy::Open => "open",
                Privacy::Private => "private",
            },
            urgency: match request.urgency {
                Urgency::Normal => "normal",
                Urgency::Urgent => "urgent",
            },
            origin: json(&request.origin),
            volunteer: volunteer.map_or("", PersonId::as_str),
            stage,
            state: json(&request.stage),
            ladder: json(&request.ladder),
            asked_after: ms_or_none(request.asked_after),
            closed_at,
        }
    }
}

/// A row of `requests`.
#[derive(sqlx::FromRow)]
pub(in crate::store) struct RequestRow {
    id: String,
    number: i64,
    topic: String,
    requester: String,
    handed_by: String,
    customer: String,
    words: String,
    privacy: String,
    urgency: String,
    origin: String,
    created_at: i64,
    holder: String,
    held_since: i64,
    state: String,
    ladder: String,
    hops: i64,
    round: i64,
    asked_after: i64,
}

impl RequestRow {
    /// Which request it is.
    pub(in crate::store) fn id(&self) -> &str {
        &self.id
    }

    /// Out of the row, without its offers.
    pub(in crate::store) fn request(self) -> Result<Request, StoreError> {
        Ok(Request {
            topic: text_or_none(&self.topic),
            customer: text_or_none(&self.customer),
            // what is not known is kept private
            privacy: if self.privacy == "open" { Privacy::Open } else { Privacy::Private },
            urgency: if self.urgency == "urgent" { Urgency::Urgent } else { Urgency::Normal },
            origin: parse("requests", &self.id, &self.origin)?,
            created_at: ts(self.created_at),
            held_since: ts(self.held_since),
            stage: parse("requests", &self.id, &self.state)?,
            ladder: parse("requests", &self.id, &self.ladder)?,
            offers: Vec::new(),
            hops: count(self.hops),
            round: count(self.round),
            asked_after: ts_or_none(self.asked_after),
            number: self.number,
            requester: self.requester.into(),
            handed_by: self.handed_by.into(),
            holder: self.holder.into(),
            words: self.words,
            id: self.id.into(),
        })
    }
}
