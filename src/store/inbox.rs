//! Deliveries that were taken in. Invariant: of the same delivery only the first has an effect, however
//! often and however much at once it comes; the others get the first one's reply.

use jiff::Timestamp;

use crate::domain::ids::WorkspaceId;
use crate::store::engine::{execute, one};
use crate::store::error::StoreError;
use crate::store::values::ms;
use crate::store::{Store, Tx};

/// Whether a delivery was seen before.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum FirstDelivery {
    /// It was not.
    Fresh,
    /// It was: the reply it got, as JSON; '' where none was saved.
    Seen(String),
}

/// What was thrown away.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Purged {
    /// Deliveries that were taken in.
    pub inbox: u64,
    /// Messages that were sent or set aside.
    pub outbox: u64,
    /// Drafts and codes that nobody came back to.
    pub drafts: u64,
}

impl Tx {
    /// Takes a delivery in.
    pub async fn first_delivery(
        &mut self,
        workspace: &WorkspaceId,
        delivery: &str,
        now: Timestamp,
    ) -> Result<FirstDelivery, StoreError> {
        let fresh = execute!(
            self.conn,
            "insert into inbox (workspace, delivery, organisation, reply, received_at) \
             values ($1, $2, $3, '', $4) on conflict (workspace, delivery) do nothing",
            workspace.as_str(),
            delivery,
            self.organisation.as_str(),
            ms(now)
        )?;
        if fresh > 0 {
            return Ok(FirstDelivery::Fresh);
        }
        let row = one!(
            self.conn,
            (String,),
            "select reply from inbox where workspace = $1 and delivery = $2 and organisation = $3",
            workspace.as_str(),
            delivery,
            self.organisation.as_str()
        )?;
        Ok(FirstDelivery::Seen(row.map(|(reply,)| reply).unwrap_or_default()))
    }

    /// Keeps the reply to a delivery, as JSON, for when it comes again.
    pub async fn save_reply(
        &mut self,
        workspace: &WorkspaceId,
        delivery: &str,
        json: &str,
    ) -> Result<(), StoreError> {
        execute!(
            self.conn,
            "update inbox set reply = $4 where workspace = $1 and delivery = $2 and organisation = $3",
            workspace.as_str(),
            delivery,
            self.organisation.as_str(),
            json
        )?;
        Ok(())
    }
}

impl Store {
    /// Throws away deliveries taken in, and messages written and finished, before then.
    pub async fn purge(&self, before: Timestamp) -> Result<Purged, StoreError> {
        let mut conn = self.pools.write().await?;
        let inbox = execute!(conn, "delete from inbox where received_at < $1", ms(before))?;
        let outbox = execute!(conn, "delete from outbox where state <> 0 and created_at < $1", ms(before))?;
        let mut drafts = execute!(conn, "delete from drafts where made_at < $1", ms(before))?;
        drafts += execute!(conn, "delete from link_codes where made_at < $1", ms(before))?;
        execute!(conn, "delete from link_tries where at < $1", ms(before))?;
        conn.commit().await?;
        Ok(Purged { inbox, outbox, drafts })
    }
}
