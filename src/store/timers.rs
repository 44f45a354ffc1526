//! When a subject is to be looked at again: one row each, so that nothing is forgotten or doubled.
//! `wake_at` is the later of `due_at` and the end of the lease; what is due is found by it alone, and
//! the cost grows with what is due, not with what is there.

use jiff::Timestamp;

use crate::domain::ids::OrganisationId;
use crate::store::engine::{Engine, all, execute, one};
use crate::store::error::StoreError;
use crate::store::outbox::is_head;
use crate::store::values::{ms, ts};
use crate::store::{Store, Tx};

/// A subject whose time has come.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TimerRow {
    /// Whose it is.
    pub organisation: OrganisationId,
    /// What is to be looked at: `request:…`, say.
    pub subject: String,
    /// Since when.
    pub due_at: Timestamp,
}

impl Tx {
    /// Sets when a subject is to be looked at; a timer that it has is moved, and a lease on it ends.
    pub async fn set_timer(&mut self, subject: &str, due_at: Timestamp) -> Result<(), StoreError> {
        execute!(
            self.conn,
            "insert into timers (organisation, subject, due_at, wake_at, lease_owner) \
             values ($1, $2, $3, $3, '') on conflict (organisation, subject) do update set \
             due_at = excluded.due_at, wake_at = excluded.wake_at, lease_owner = ''",
            self.organisation.as_str(),
            subject,
            ms(due_at)
        )?;
        Ok(())
    }

    /// The subject needs no look any more.
    pub async fn clear_timer(&mut self, subject: &str) -> Result<(), StoreError> {
        execute!(
            self.conn,
            "delete from timers where organisation = $1 and subject = $2",
            self.organisation.as_str(),
            subject
        )?;
        Ok(())
    }

    /// When a subject is to be looked at.
    pub async fn timer(&mut self, subject: &str) -> Result<Option<Timestamp>, StoreError> {
        let row = one!(
            self.conn,
            (i64,),
            "select due_at from timers where organisation = $1 and subject = $2",
            self.organisation.as_str(),
            subject
        )?;
        Ok(row.map(|(due_at,)| ts(due_at)))
    }
}

macro_rules! claim {
    ($lock:literal) => {
        concat!(
            "with due as (select organisation, subject from timers where wake_at <= $1 \
             order by wake_at limit $2",
            $lock,
            ") update timers set wake_at = $3, lease_owner = $4 \
             where (organisation, subject) in (select organisation, subject from due) \
             returning organisation, subject, due_at"
        )
    };
}

impl Store {
    /// Takes up to `limit` due timers for this owner, the longest due first. Nobody else gets them
    /// before the lease ends; setting or clearing a timer ends it at once.
    pub async fn claim_timers(
        &self,
        now: Timestamp,
        limit: u32,
        owner: &str,
        lease_until: Timestamp,
    ) -> Result<Vec<TimerRow>, StoreError> {
        let sql = match self.engine() {
            Engine::Sqlite => claim!(""),
            Engine::Postgres => claim!(" for update skip locked"),
        };
        // Mostly nothing is due, and the writer need not be held up to see that.
        let mut reader = self.pools.read().await?;
        let any = one!(reader, (i64,), "select wake_at from timers where wake_at <= $1 limit 1", ms(now))?;
        drop(reader);
        if any.is_none() {
            return Ok(Vec::new());
        }
        let mut conn = self.pools.write().await?;
        let rows = all!(conn, (String, String, i64), sql, ms(now), i64::from(limit), ms(lease_until), owner)?;
        conn.commit().await?;
        let mut due: Vec<TimerRow> = rows
            .into_iter()
            .map(|(organisation, subject, due_at)| TimerRow {
                organisation: organisation.into(),
                subject,
                due_at: ts(due_at),
            })
            .collect();
        due.sort_by(|a, b| (a.due_at, &a.subject).cmp(&(b.due_at, &b.subject)));
        Ok(due)
    }

    /// Ends all leases at once: to be called where it is certain that their owners are no more.
    pub(in crate::store) async fn end_timer_leases(&self) -> Result<(), StoreError> {
        let mut conn = self.pools.write().await?;
        execute!(conn, "update timers set wake_at = due_at, lease_owner = '' where lease_owner <> ''")?;
        conn.commit().await
    }

    /// When there is something to do next: a timer to wake, a message to send, a lease that ends. Never
    /// before `now`; `None` where nothing is planned.
    pub async fn next_event(&self, now: Timestamp) -> Result<Option<Timestamp>, StoreError> {
        let mut conn = self.pools.read().await?;
        let wake = one!(conn, (i64,), "select wake_at from timers order by wake_at limit 1")?;
        let send = one!(
            conn,
            (i64,),
            concat!(
                "select o.ready_at from outbox o where o.state = 0 and ",
                is_head!(),
                " order by o.ready_at limit 1"
            )
        )?;
        Ok(wake.into_iter().chain(send).map(|(at,)| ts(at).max(now)).min())
    }
}
