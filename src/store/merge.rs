//! Two persons become one, two organisations become one.
//!
//! Invariant: afterwards no row names the one that is left over; [`Tx::join_organisation`] is the only
//! statement that moves rows from one tenant to another.

use crate::domain::ids::{OrganisationId, PersonId, PlatformKind, RequestId, UserKey, WorkspaceId};
use crate::store::Tx;
use crate::store::engine::{Conn, all, execute, one};
use crate::store::error::StoreError;

impl Tx {
    /// Everything of one person becomes another's: identities, requests, offers, topics, cards, what
    /// waits to be said. The one who is left over is gone. What they set themselves is the caller's to
    /// bring together before.
    pub async fn merge_persons(&mut self, into: &PersonId, from: &PersonId) -> Result<(), StoreError> {
        for sql in MERGE {
            execute!(self.conn, *sql, self.organisation.as_str(), into.as_str(), from.as_str())?;
        }
        Ok(())
    }

    /// Everything of this transaction's organisation becomes another's, which it is bound to from then
    /// on; the one that is left over is gone. Topics of the same name become one; requests get new
    /// numbers after those that are there; settings of the one that is left over are dropped.
    pub async fn join_organisation(&mut self, into: &OrganisationId) -> Result<(), StoreError> {
        let deferred = match &self.conn {
            Conn::Sqlite(_) => "pragma defer_foreign_keys = on",
            Conn::Postgres(_) => "set constraints all deferred",
        };
        execute!(self.conn, deferred)?;
        for sql in JOIN {
            execute!(self.conn, *sql, into.as_str(), self.organisation.as_str())?;
        }
        self.organisation = into.clone();
        Ok(())
    }

    /// Pairs of persons who have the same account in two workspaces of this platform: the older one
    /// first. Only where an account's key means the same person everywhere.
    pub async fn same_accounts(
        &mut self,
        platform: PlatformKind,
    ) -> Result<Vec<(PersonId, PersonId)>, StoreError> {
        let rows = all!(
            self.conn,
            (String, String),
            "select distinct a.person, b.person from identities a \
             join workspaces v on v.id = a.workspace \
             join identities b on b.organisation = a.organisation and b.user_key = a.user_key \
             join workspaces w on w.id = b.workspace \
             where a.organisation = $1 and v.platform = $2 and w.platform = $2 and a.person < b.person \
             order by a.person, b.person",
            self.organisation.as_str(),
            platform.as_str()
        )?;
        Ok(rows.into_iter().map(|(one, other)| (one.into(), other.into())).collect())
    }

    /// The person who has this account in another workspace of this platform: the oldest of them. Only
    /// where an account's key means the same person everywhere.
    pub async fn same_account(
        &mut self,
        platform: PlatformKind,
        user: &UserKey,
    ) -> Result<Option<PersonId>, StoreError> {
        let row = one!(
            self.conn,
            (String,),
            "select i.person from identities i join workspaces w on w.id = i.workspace \
             where i.organisation = $1 and w.platform = $2 and i.user_key = $3 order by i.person limit 1",
            self.organisation.as_str(),
            platform.as_str(),
            user.as_str()
        )?;
        Ok(row.map(|(person,)| person.into()))
    }

    /// The organisation's open requests, by number.
    pub async fn open_requests(&mut self) -> Result<Vec<RequestId>, StoreError> {
        let rows = all!(
            self.conn,
            (String,),
            "select id from requests where organisation = $1 and closed_at = 0 order by number",
            self.organisation.as_str()
        )?;
        Ok(rows.into_iter().map(|(id,)| id.into()).collect())
    }

    /// Whether a workspace still belongs to the organisation of this transaction.
    pub async fn holds(&mut self, workspace: &WorkspaceId) -> Result<bool, StoreError> {
        let row = one!(
            self.conn,
            (i64,),
            "select count(*) from workspaces where organisation = $1 and id = $2",
            self.organisation.as_str(),
            workspace.as_str()
        )?;
        Ok(row.is_some_and(|(n,)| n > 0))
    }
}

/// $1 the organisation, $2 who stays, $3 who is left over. Ids are 32 hex digits that stand in JSON as
/// they are, so that they can be exchanged there as text.
const MERGE: &[&str] = &[
    "update identities set person = $2, preferred = (1 = 0) where organisation = $1 and person = $3",
    "insert into topic_members (organisation, topic, person, joined_at) \
     select organisation, topic, $2, joined_at from topic_members where organisation = $1 and person = $3 \
     on conflict (organisation, topic, person) do nothing",
    "delete from topic_members where organisation = $1 and person = $3 and $2 <> ''",
    "update requests set requester = case when requester = $3 then $2 else requester end, \
     handed_by = case when handed_by = $3 then $2 else handed_by end, \
     holder = case when holder = $3 then $2 else holder end, \
     volunteer = case when volunteer = $3 then $2 else volunteer end, \
     state = replace(state, $3, $2), ladder = replace(ladder, $3, $2), version = version + 1 \
     where organisation = $1 and (requester = $3 or handed_by = $3 or holder = $3 or volunteer = $3 \
     or state like '%' || $3 || '%' or ladder like '%' || $3 || '%')",
    "update offers set to_person = case when to_person = $3 then $2 else to_person end, \
     body = replace(body, $3, $2) \
     where organisation = $1 and (to_person = $3 or body like '%' || $3 || '%')",
    "update persons set deputy = $2 where organisation = $1 and deputy = $3",
    "update persons set deputy = '' where organisation = $1 and id = $2 and deputy = $2 and $3 <> ''",
    "update persons set home_opened = (1 = 1) where organisation = $1 and id = $2 and exists \
     (select 1 from persons p where p.organisation = $1 and p.id = $3 and p.home_opened)",
    "update settings set changed_by = $2 where organisation = $1 and changed_by = $3",
    "update audit set actor = case when actor = $3 then $2 else actor end, \
     subject = replace(subject, $3, $2), what = replace(what, $3, $2) where organisation = $1 \
     and (actor = $3 or subject like '%' || $3 || '%' or what like '%' || $3 || '%')",
    "update inbox set reply = replace(reply, $3, $2) \
     where organisation = $1 and reply like '%' || $3 || '%'",
    // a card that both had is kept where the one who stays had it
    "delete from outbox where organisation = $1 and state = 0 and slot like '%' || $3 || '%' and exists \
     (select 1 from cards c where c.organisation = $1 and c.slot = replace(outbox.slot, $3, $2))",
    "delete from cards where organisation = $1 and slot like '%' || $3 || '%' and exists \
     (select 1 from cards c where c.organisation = $1 and c.slot = replace(cards.slot, $3, $2))",
    "update cards set slot = replace(slot, $3, $2), shown = replace(shown, $3, $2) \
     where organisation = $1 and (slot like '%' || $3 || '%' or shown like '%' || $3 || '%')",
    // also of what was said long ago: nothing is said to the same person twice
    "delete from outbox where organisation = $1 and key like '%' || $3 || '%' and exists \
     (select 1 from outbox o where o.organisation = $1 and o.key = replace(outbox.key, $3, $2))",
    "update outbox set key = replace(key, $3, $2), lane = replace(lane, $3, $2), \
     slot = replace(slot, $3, $2), task = replace(task, $3, $2) \
     where organisation = $1 and (task like '%' || $3 || '%' or key like '%' || $3 || '%')",
    "update link_codes set person = $2 where organisation = $1 and person = $3",
    "update drafts set body = replace(body, $3, $2) \
     where organisation = $1 and body like '%' || $3 || '%'",
    "delete from persons where organisation = $1 and id = $3 and $2 <> ''",
];

/// $1 the organisation that stays, $2 the one that is left over. References are looked at in the end.
const JOIN: &[&str] = &[
    "insert into topic_members (organisation, topic, person, joined_at) \
     select m.organisation, kept.id, m.person, m.joined_at from topic_members m \
     join topics gone on gone.organisation = m.organisation and gone.id = m.topic and gone.removed_at = 0 \
     join topics kept on kept.organisation = $1 and kept.name = gone.name and kept.removed_at = 0 \
     where m.organisation = $2",
    "update requests set topic = (select kept.id from topics kept join topics gone \
     on gone.name = kept.name and gone.removed_at = 0 and gone.organisation = $2 and gone.id = requests.topic \
     where kept.organisation = $1 and kept.removed_at = 0), version = version + 1 \
     where organisation = $2 and topic in (select gone.id from topics gone join topics kept \
     on kept.name = gone.name where gone.organisation = $2 and gone.removed_at = 0 \
     and kept.organisation = $1 and kept.removed_at = 0)",
    "delete from topic_members where organisation = $2 and topic in (select gone.id from topics gone \
     join topics kept on kept.name = gone.name where gone.organisation = $2 and gone.removed_at = 0 \
     and kept.organisation = $1 and kept.removed_at = 0)",
    "delete from topics where organisation = $2 and removed_at = 0 and exists \
     (select 1 from topics kept where kept.organisation = $1 and kept.name = topics.name \
     and kept.removed_at = 0)",
    "update topics set organisation = $1 where organisation = $2",
    // in two steps, so that no number meets another on the way
    "update requests set number = -number where organisation = $2 and $1 <> ''",
    "update requests set number = \
     (select coalesce(max(value), 0) from counters where organisation = $1 and name = 'request') - number \
     where organisation = $2",
    "insert into counters (organisation, name, value) select $1, name, value from counters \
     where organisation = $2 \
     on conflict (organisation, name) do update set value = counters.value + excluded.value",
    "delete from counters where organisation = $2 and $1 <> ''",
    "update workspaces set organisation = $1 where organisation = $2",
    "update persons set organisation = $1 where organisation = $2",
    "update identities set organisation = $1 where organisation = $2",
    "update topic_members set organisation = $1 where organisation = $2",
    "update requests set organisation = $1, version = version + 1 where organisation = $2",
    "update offers set organisation = $1 where organisation = $2",
    "update threads set organisation = $1 where organisation = $2",
    "update cards set organisation = $1 where organisation = $2",
    "update inbox set organisation = $1 where organisation = $2",
    "delete from outbox where organisation = $2 and exists \
     (select 1 from outbox kept where kept.organisation = $1 and kept.key = outbox.key)",
    "update outbox set organisation = $1 where organisation = $2",
    "delete from timers where organisation = $2 and exists \
     (select 1 from timers kept where kept.organisation = $1 and kept.subject = timers.subject)",
    "update timers set organisation = $1 where organisation = $2",
    "update audit set organisation = $1 where organisation = $2",
    "delete from settings where organisation = $2 and $1 <> ''",
    "update marks set organisation = $1 where organisation = $2",
    "update directs set organisation = $1 where organisation = $2",
    "update link_codes set organisation = $1 where organisation = $2",
    "update drafts set organisation = $1 where organisation = $2",
    "delete from organisations where id = $2 and $1 <> ''",
];
