//! What waits between two presses: what a form is about, words that were written and not sent yet.
//! Kept for a while and then cleared away; nobody but its organisation finds it.

use jiff::Timestamp;

use crate::store::Tx;
use crate::store::engine::{execute, one};
use crate::store::error::StoreError;
use crate::store::values::ms;

impl Tx {
    /// Keeps a draft under its id; keeping it again replaces it.
    pub async fn keep_draft(&mut self, id: &str, body: &str, now: Timestamp) -> Result<(), StoreError> {
        execute!(
            self.conn,
            "insert into drafts (organisation, id, body, made_at) values ($1, $2, $3, $4) \
             on conflict (organisation, id) do update set body = excluded.body",
            self.organisation.as_str(),
            id,
            body,
            ms(now)
        )?;
        Ok(())
    }

    /// A draft; `None` where it was sent, or cleared away.
    pub async fn draft(&mut self, id: &str) -> Result<Option<String>, StoreError> {
        let row = one!(
            self.conn,
            (String,),
            "select body from drafts where organisation = $1 and id = $2",
            self.organisation.as_str(),
            id
        )?;
        Ok(row.map(|(body,)| body))
    }

    /// Throws a draft away; whether it was there.
    pub async fn drop_draft(&mut self, id: &str) -> Result<bool, StoreError> {
        let rows = execute!(
            self.conn,
            "delete from drafts where organisation = $1 and id = $2",
            self.organisation.as_str(),
            id
        )?;
        Ok(rows > 0)
    }
}
