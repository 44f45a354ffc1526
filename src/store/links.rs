//! Codes that link a person's accounts, tries at them, and where a person is reached.
//!
//! Invariant: [`Tx::link_code`] is the only statement that reads across tenants, and only for whoever
//! knows the code.

use jiff::Timestamp;

use crate::domain::ids::{OrganisationId, PersonId, UserKey, WorkspaceId};
use crate::store::Tx;
use crate::store::engine::{all, execute, one};
use crate::store::error::StoreError;
use crate::store::values::{count, ms, ts};

/// A code that somebody was given.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LinkCode {
    /// As typed: capitals and digits.
    pub code: String,
    /// Whose.
    pub organisation: OrganisationId,
    /// Where it was given.
    pub workspace: WorkspaceId,
    /// To whom.
    pub person: PersonId,
    /// Their key there.
    pub user: UserKey,
    /// What they may do there.
    pub power: Power,
    /// When.
    pub made_at: Timestamp,
    /// Whether it can still be used.
    pub state: CodeState,
    /// Their name, as shown. Read along with the code, and not kept with it.
    pub name: String,
    /// The workspace's name, as shown. Read along, too.
    pub place: String,
}

/// Whether somebody may join their organisation to another.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Power {
    /// They are an admin there.
    Admin,
    /// They are not.
    Member,
}

/// Whether a code can still be used.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum CodeState {
    /// It can.
    Good,
    /// It was.
    Used,
}

impl Tx {
    /// Remembers a code; older ones of the same person that were not used are gone.
    pub async fn make_link_code(&mut self, code: &LinkCode) -> Result<(), StoreError> {
        execute!(
            self.conn,
            "delete from link_codes where organisation = $1 and person = $2 and used_at = 0",
            self.organisation.as_str(),
            code.person.as_str()
        )?;
        execute!(
            self.conn,
            "insert into link_codes (code, organisation, workspace, person, user_key, admin, made_at, used_at) \
             values ($1, $2, $3, $4, $5, $6, $7, 0)",
            code.code.as_str(),
            self.organisation.as_str(),
            code.workspace.as_str(),
            code.person.as_str(),
            code.user.as_str(),
            code.power == Power::Admin,
            ms(code.made_at)
        )?;
        Ok(())
    }

    /// The code, whichever organisation it is of.
    pub async fn link_code(&mut self, code: &str) -> Result<Option<LinkCode>, StoreError> {
        let row = one!(
            self.conn,
            (String, String, String, String, bool, i64, i64, String, String),
            "select c.organisation, c.workspace, c.person, c.user_key, c.admin, c.made_at, c.used_at, \
             p.name, w.name from link_codes c join workspaces w on w.id = c.workspace \
             join persons p on p.organisation = c.organisation and p.id = c.person where c.code = $1",
            code
        )?;
        Ok(row.map(|(organisation, workspace, person, user, admin, made_at, used_at, name, place)| {
            LinkCode {
                code: code.to_owned(),
                organisation: organisation.into(),
                workspace: workspace.into(),
                person: person.into(),
                user: user.into(),
                power: if admin { Power::Admin } else { Power::Member },
                made_at: ts(made_at),
                state: if used_at == 0 { CodeState::Good } else { CodeState::Used },
                name,
                place,
            }
        }))
    }

    /// Uses a code up; `false` where somebody else was first.
    pub async fn use_link_code(&mut self, code: &str, now: Timestamp) -> Result<bool, StoreError> {
        let rows = execute!(
            self.conn,
            "update link_codes set used_at = $2 where code = $1 and used_at = 0",
            code,
            ms(now)
        )?;
        Ok(rows > 0)
    }

    /// Notes that somebody tried a code that is none.
    pub async fn note_link_try(
        &mut self,
        workspace: &WorkspaceId,
        user: &UserKey,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        execute!(
            self.conn,
            "insert into link_tries (workspace, user_key, at) values ($1, $2, $3)",
            workspace.as_str(),
            user.as_str(),
            ms(now)
        )?;
        Ok(())
    }

    /// How often somebody tried since then, and how often anybody in the workspace did.
    pub async fn link_tries(
        &mut self,
        workspace: &WorkspaceId,
        user: &UserKey,
        since: Timestamp,
    ) -> Result<(u32, u32), StoreError> {
        let row = one!(
            self.conn,
            (i64, i64),
            "select coalesce(sum(case when user_key = $2 then 1 else 0 end), 0), count(*) \
             from link_tries where workspace = $1 and at >= $3",
            workspace.as_str(),
            user.as_str(),
            ms(since)
        )?;
        Ok(row.map_or((0, 0), |(own, all)| (count(own), count(all))))
    }

    /// Notes that a person is reached in this workspace first; `None`: where it is nearest.
    pub async fn prefer(
        &mut self,
        person: &PersonId,
        workspace: Option<&WorkspaceId>,
    ) -> Result<(), StoreError> {
        execute!(
            self.conn,
            "update identities set preferred = (workspace = $3) where organisation = $1 and person = $2",
            self.organisation.as_str(),
            person.as_str(),
            workspace.map_or("", WorkspaceId::as_str)
        )?;
        Ok(())
    }

    /// Gives one identity to another person, who is there already.
    pub async fn move_identity(
        &mut self,
        workspace: &WorkspaceId,
        user: &UserKey,
        to: &PersonId,
    ) -> Result<(), StoreError> {
        execute!(
            self.conn,
            "update identities set person = $4, preferred = $5 \
             where organisation = $1 and workspace = $2 and user_key = $3",
            self.organisation.as_str(),
            workspace.as_str(),
            user.as_str(),
            to.as_str(),
            false
        )?;
        Ok(())
    }

    /// Where somebody has accounts: the workspaces, in the order in which they came.
    pub async fn workspaces_with(&mut self, person: &PersonId) -> Result<Vec<WorkspaceId>, StoreError> {
        let rows = all!(
            self.conn,
            (String,),
            "select w.id from workspaces w where w.organisation = $1 and exists \
             (select 1 from identities i where i.workspace = w.id and i.person = $2) \
             order by w.created_at, w.id",
            self.organisation.as_str(),
            person.as_str()
        )?;
        Ok(rows.into_iter().map(|(id,)| id.into()).collect())
    }
}
