//! A look at what was said, or waits to be said: for the answer to "Why?".
//!
//! Invariant: reads only. Rows that housekeeping cleared away are not found.

use jiff::Timestamp;

use crate::chat::notice::Outgoing;
use crate::store::Tx;
use crate::store::engine::one;
use crate::store::error::StoreError;
use crate::store::values::{count, parse, ts};

/// A row of the outbox as it is now.
#[derive(Clone, PartialEq, Debug)]
pub struct SaidRow {
    /// Ours.
    pub id: String,
    /// What its decision was.
    pub key: String,
    /// What stays in order.
    pub lane: String,
    /// What was to be done; `None` where this version cannot read it.
    pub task: Option<Outgoing>,
    /// Whether it is done.
    pub sent: bool,
    /// Attempts that failed.
    pub attempts: u32,
    /// When it was decided.
    pub decided_at: Timestamp,
}

impl Tx {
    /// The row of this id.
    pub async fn said(&mut self, id: &str) -> Result<Option<SaidRow>, StoreError> {
        let row = one!(
            self.conn,
            (String, String, String, i64, i64, i64),
            "select key, lane, task, state, attempt, created_at from outbox \
             where organisation = $1 and id = $2",
            self.organisation.as_str(),
            id
        )?;
        Ok(row.map(|(key, lane, task, state, attempt, created_at)| SaidRow {
            id: id.to_owned(),
            key,
            lane,
            task: parse("outbox", id, &task).ok(),
            sent: state == 1,
            attempts: count(attempt),
            decided_at: ts(created_at),
        }))
    }
}
