//! Every way a rule says no. A refusal is not an error: it becomes a kind private answer that names
//! the next step. The sentences are in `chat`; here are only the facts they need.

use jiff::Timestamp;

use crate::domain::ids::PersonId;

/// Why a rule says no.
#[derive(Clone, PartialEq, Debug)]
pub enum Refusal {
    /// Somebody else was faster, and holds it now.
    TakenBy(PersonId),
    /// They hold it already.
    AlreadyYours,
    /// The request is finished.
    AlreadyClosed,
    /// The request is not finished, so it cannot be reopened.
    StillOpen,
    /// The offer was never made to them.
    NotAsked,
    /// Only who holds it may do this.
    NotHolder(PersonId),
    /// Only who asked or handed off may do this.
    NotRequester,
    /// The time to reopen or undo is over.
    TooLate(Timestamp),
    /// Nothing to do with it yet: it has no topic.
    NoTopicYet,
    /// The volunteer cannot be the one who asks.
    OwnRequest,
    /// The person named is not of the staff, or has left.
    NotStaff(PersonId),
    /// Reminding is allowed once in a while only; the next time is given.
    RemindedRecently(Timestamp),
}
