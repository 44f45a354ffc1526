//! What is to be said: written with the decision, sent afterwards. Of each lane only the oldest waiting
//! row is sent, so that order is kept; rows are leased, and the "done" of an owner whose lease went to
//! somebody else changes nothing.

use std::time::Duration;

use jiff::Timestamp;

use crate::chat::notice::Outgoing;
use crate::domain::ids::{MessageRef, OrganisationId, WorkspaceId};
use crate::store::engine::{all, execute, one};
use crate::store::error::StoreError;
use crate::store::values::{count, json, ms, parse, ts};
use crate::store::{Store, Tx};

/// A message to be written to the outbox.
#[derive(Clone, Debug)]
pub struct NewOutbox<'a> {
    /// Ours; travels with the post, so that it can be recognised.
    pub id: &'a str,
    /// Derived from the decision, never random: the same decision taken twice is one row.
    pub key: &'a str,
    /// Where.
    pub workspace: &'a WorkspaceId,
    /// What must stay in order.
    pub lane: &'a str,
    /// What.
    pub task: &'a Outgoing,
    /// Not sent before then.
    pub not_before: Timestamp,
    /// When it was decided.
    pub now: Timestamp,
}

/// A message that was taken to be sent.
#[derive(Clone, PartialEq, Debug)]
pub struct OutboxRow {
    /// The order in which they were written.
    pub seq: i64,
    /// Ours; the same over all attempts.
    pub id: String,
    /// Whose it is.
    pub organisation: OrganisationId,
    /// Where.
    pub workspace: WorkspaceId,
    /// What must stay in order.
    pub lane: String,
    /// The card's name, or '' where it is none.
    pub slot: String,
    /// What its decision was.
    pub key: String,
    /// What is to be done; an error where this version cannot read what another wrote.
    pub task: Result<Outgoing, Unreadable>,
    /// Attempts that failed so far.
    pub attempt: u32,
    /// Attempts that ended unsure so far, those that a crash cut short among them.
    pub unsure: u32,
    /// When it was decided.
    pub created_at: Timestamp,
}

/// The task of a row is in a form that this version does not know.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("the task is in a form that this version does not know")]
pub struct Unreadable;

/// Whether an attempt counts against the row.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Attempt {
    /// It failed.
    Counted,
    /// It was not really made: the platform asked us to come later.
    NotCounted,
}

impl Tx {
    /// Writes a message to the outbox, unless its decision was written before: whether it is new.
    pub async fn enqueue(&mut self, new: &NewOutbox<'_>) -> Result<bool, StoreError> {
        let slot = match new.task {
            Outgoing::Show { slot, .. } => slot.as_str(),
            Outgoing::Say { .. } | Outgoing::LookUp { .. } | Outgoing::Find { .. } => "",
        };
        let written = execute!(
            self.conn,
            "insert into outbox (id, organisation, workspace, key, lane, slot, task, state, attempt, unsure, \
             ready_at, lease_owner, posted_channel, posted_message, last_error, created_at) \
             values ($1, $2, $3, $4, $5, $6, $7, 0, 0, 0, $8, '', '', '', '', $9) \
             on conflict (organisation, key) do nothing",
            new.id,
            self.organisation.as_str(),
            new.workspace.as_str(),
            new.key,
            new.lane,
            slot,
            json(new.task),
            ms(new.not_before),
            ms(new.now)
        )?;
        Ok(written > 0)
    }

    /// Gives the waiting message of a card a newer thing to say, where nobody has taken or tried it yet:
    /// whether there was one.
    pub async fn replace_pending_show(&mut self, slot: &str, task: &Outgoing) -> Result<bool, StoreError> {
        let replaced = execute!(
            self.conn,
            "update outbox set task = $3 where seq = (select max(seq) from outbox \
             where organisation = $1 and slot = $2 and slot <> '' and state = 0) \
             and organisation = $1 and state = 0 and attempt = 0 and unsure = 0 and lease_owner = ''",
            self.organisation.as_str(),
            slot,
            json(task)
        )?;
        Ok(replaced > 0)
    }

    /// Takes back the waiting messages of a card, unless one of them is being sent or may have been posted
    /// already: whether it is certain that the card appears nowhere because of them.
    pub async fn withdraw_show(&mut self, slot: &str) -> Result<bool, StoreError> {
        let withdrawn = execute!(
            self.conn,
            "delete from outbox where organisation = $1 and slot = $2 and slot <> '' and state = 0 \
             and not exists (select 1 from outbox t where t.organisation = $1 and t.slot = $2 and t.slot <> '' \
             and t.state = 0 and (t.lease_owner <> '' or t.unsure > 0))",
            self.organisation.as_str(),
            slot
        )?;
        Ok(withdrawn > 0)
    }

    /// It was sent, or is done without a message. False where the owner's lease went to somebody else.
    pub async fn outbox_done(
        &mut self,
        seq: i64,
        owner: &str,
        posted: Option<&MessageRef>,
    ) -> Result<bool, StoreError> {
        let done = execute!(
            self.conn,
            "update outbox set state = 1, lease_owner = '', posted_channel = $4, posted_message = $5, \
             last_error = '' where organisation = $1 and seq = $2 and lease_owner = $3 and state = 0",
            self.organisation.as_str(),
            seq,
            owner,
            posted.map_or("", |posted| posted.channel.as_str()),
            posted.map_or("", |posted| posted.message.as_str())
        )?;
        Ok(done > 0)
    }

    /// It is tried again, not before then. `unsure`: this attempt may have worked after all. False where
    /// the owner's lease went to somebody else.
    pub async fn outbox_later(
        &mut self,
        seq: i64,
        owner: &str,
        not_before: Timestamp,
        failed: Attempt,
        unsure: bool,
        error: &str,
    ) -> Result<bool, StoreError> {
        let later = execute!(
            self.conn,
            "update outbox set lease_owner = '', ready_at = $4, attempt = attempt + $5, unsure = unsure + $6, \
             last_error = $7 where organisation = $1 and seq = $2 and lease_owner = $3 and state = 0",
            self.organisation.as_str(),
            seq,
            owner,
            ms(not_before),
            i64::from(failed == Attempt::Counted),
            i64::from(unsure),
            error
        )?;
        Ok(later > 0)
    }

    /// It is not tried any more, and its lane goes on. False where the owner's lease went to somebody
    /// else.
    pub async fn outbox_aside(&mut self, seq: i64, owner: &str, error: &str) -> Result<bool, StoreError> {
        let aside = execute!(
            self.conn,
            "update outbox set state = 2, lease_owner = '', last_error = $4 \
             where organisation = $1 and seq = $2 and lease_owner = $3 and state = 0",
            self.organisation.as_str(),
            seq,
            owner,
            error
        )?;
        Ok(aside > 0)
    }

    /// Takes back all messages whose keys begin so, where nobody has taken them to be sent: how many.
    pub async fn withdraw(&mut self, key_prefix: &str) -> Result<u64, StoreError> {
        execute!(
            self.conn,
            "delete from outbox where organisation = $1 and state = 0 and lease_owner = '' \
             and substr(key, 1, $3) = $2",
            self.organisation.as_str(),
            key_prefix,
            // not i64: PostgreSQL has no substr for it
            i32::try_from(key_prefix.chars().count()).unwrap_or(i32::MAX)
        )
    }
}

/// Whether row `o` is the oldest that waits in its lane. A look at one index; `not exists` would let
/// PostgreSQL join the table with itself where its statistics are old.
macro_rules! is_head {
    () => {
        "o.seq = (select min(e.seq) from outbox e where e.state = 0 and e.workspace = o.workspace \
         and e.lane = o.lane)"
    };
}
pub(in crate::store) use is_head;

impl Store {
    /// Takes up to `limit` messages to be sent for this owner, in the order in which they were written:
    /// of each lane at most the oldest. Nobody else gets them before the lease ends. An owner is a fresh
    /// name for each claim.
    pub async fn claim_outbox(
        &self,
        now: Timestamp,
        limit: u32,
        owner: &str,
        lease_until: Timestamp,
    ) -> Result<Vec<OutboxRow>, StoreError> {
        // Looked for beside the writer, which only takes what is there: a long backlog holds up nobody.
        let mut reader = self.pools.read().await?;
        let heads = all!(
            reader,
            (i64,),
            concat!(
                "select o.seq from outbox o where o.state = 0 and o.ready_at <= $1 and ",
                is_head!(),
                " order by o.seq limit $2"
            ),
            ms(now),
            i64::from(limit)
        )?;
        drop(reader);
        if heads.is_empty() {
            return Ok(Vec::new());
        }
        let mut conn = self.pools.write().await?;
        let mut claimed = Vec::with_capacity(heads.len());
        for (seq,) in heads {
            // Who else took it meanwhile has moved its time. A lease that ran out: its owner may have
            // sent it and not lived to say so.
            let row = one!(
                conn,
                ClaimedRow,
                "update outbox set ready_at = $3, lease_owner = $4, \
                 unsure = unsure + case when lease_owner = '' then 0 else 1 end \
                 where seq = $1 and state = 0 and ready_at <= $2 \
                 returning seq, id, organisation, workspace, lane, slot, key, task, attempt, unsure, created_at",
                seq,
                ms(now),
                ms(lease_until),
                owner
            )?;
            claimed.extend(row.map(ClaimedRow::outbox_row));
        }
        conn.commit().await?;
        claimed.sort_by_key(|row| row.seq);
        Ok(claimed)
    }

    /// Ends all leases at once: to be called where it is certain that their owners are no more. What they
    /// had taken may have been sent.
    pub(in crate::store) async fn end_outbox_leases(&self) -> Result<(), StoreError> {
        let mut conn = self.pools.write().await?;
        execute!(
            conn,
            "update outbox set ready_at = 0, lease_owner = '', unsure = unsure + 1 \
             where state = 0 and lease_owner <> ''"
        )?;
        conn.commit().await
    }

    /// How many messages wait, and for how long the oldest has been written;
    /// zero where none waits.
    pub async fn outbox_depth(&self, now: Timestamp) -> Result<(u64, Duration), StoreError> {
        let mut conn = self.pools.read().await?;
        let row = one!(
            conn,
            (i64, i64),
            "select count(*), coalesce(min(created_at), $1) from outbox where state = 0",
            ms(now)
        )?;
        let (waiting, oldest) = row.unwrap_or((0, ms(now)));
        let age = Duration::from_millis(u64::try_from(ms(now) - oldest).unwrap_or(0));
        Ok((u64::from(count(waiting)), age))
    }
}

#[derive(sqlx::FromRow)]
struct ClaimedRow {
    seq: i64,
    id: String,
    organisation: String,
    workspace: String,
    lane: String,
    slot: String,
    key: String,
    task: String,
    attempt: i64,
    unsure: i64,
    created_at: i64,
}

impl ClaimedRow {
    fn outbox_row(self) -> OutboxRow {
        OutboxRow {
            task: parse("outbox", &self.id, &self.task).map_err(|_| Unreadable),
            seq: self.seq,
            id: self.id,
            organisation: self.organisation.into(),
            workspace: self.workspace.into(),
            lane: self.lane,
            slot: self.slot,
            key: self.key,
            attempt: count(self.attempt),
            unsure: count(self.unsure),
            created_at: ts(self.created_at),
        }
    }
}
