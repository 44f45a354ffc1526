//! What happened, to whom it happened and who did it: written in the transaction of the deed, never
//! changed.

use jiff::Timestamp;

use crate::domain::ids::PersonId;
use crate::store::Tx;
use crate::store::engine::{all, execute};
use crate::store::error::StoreError;
use crate::store::values::{ms, text_or_none, ts};

/// One thing that happened.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct AuditRow {
    /// What it happened to: `request:…`, say.
    pub subject: String,
    /// Who did it, where a person did.
    pub actor: Option<PersonId>,
    /// What, as JSON.
    pub what: String,
    /// When.
    pub at: Timestamp,
}

impl Tx {
    /// Writes down what happened, as JSON.
    pub async fn audit(
        &mut self,
        subject: &str,
        actor: Option<&PersonId>,
        what: &str,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        execute!(
            self.conn,
            "insert into audit (organisation, subject, actor, what, at) values ($1, $2, $3, $4, $5)",
            self.organisation.as_str(),
            subject,
            actor.map_or("", PersonId::as_str),
            what,
            ms(now)
        )?;
        Ok(())
    }

    /// What happened to a subject, in order.
    pub async fn audit_of(&mut self, subject: &str) -> Result<Vec<AuditRow>, StoreError> {
        let rows = all!(
            self.conn,
            (String, String, i64),
            "select actor, what, at from audit where organisation = $1 and subject = $2 order by seq",
            self.organisation.as_str(),
            subject
        )?;
        Ok(rows
            .into_iter()
            .map(|(actor, what, at)| AuditRow {
                subject: subject.to_owned(),
                actor: text_or_none(&actor),
                what,
                at: ts(at),
            })
            .collect())
    }
}
