//! Who a person is on the platforms. Handles and e-mail addresses are kept in lower case, only to find
//! people by them.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::domain::ids::{PersonId, PlatformKind, UserKey, WorkspaceId, WorkspaceKey};
use crate::domain::person::{Role, Standing};
use crate::store::engine::{all, all_in, execute, one};
use crate::store::error::StoreError;
use crate::store::values::{ms_or_none, ts_or_none};
use crate::store::{Store, Tx};

impl Store {
    /// The active workspaces in which we have met this user: those in which they are of the staff first,
    /// then the one they chose, then the one we last heard of them in.
    pub async fn workspaces_of(
        &self,
        platform: PlatformKind,
        user: &UserKey,
    ) -> Result<Vec<WorkspaceKey>, StoreError> {
        let mut conn = self.pools.read().await?;
        let rows = all!(
            conn,
            (String,),
            "select w.key from identities i join workspaces w on w.id = i.workspace \
             where w.platform = $1 and i.user_key = $2 and w.active = $3 \
             order by case when i.standing = 'staff' then 0 else 1 end, i.preferred desc, \
             i.facts_at desc, w.created_at, w.id",
            platform.as_str(),
            user.as_str(),
            true
        )?;
        Ok(rows.into_iter().map(|(key,)| key.into()).collect())
    }
}

impl Tx {
    /// The person behind a platform's user, where we have met them.
    pub async fn identity(
        &mut self,
        workspace: &WorkspaceId,
        user: &UserKey,
    ) -> Result<Option<PersonId>, StoreError> {
        let row = one!(
            self.conn,
            (String,),
            "select person from identities where organisation = $1 and workspace = $2 and user_key = $3",
            self.organisation.as_str(),
            workspace.as_str(),
            user.as_str()
        )?;
        Ok(row.map(|(person,)| person.into()))
    }

    /// Notes that this user is this person. Nothing is known about them yet beyond what is given.
    pub async fn add_identity(
        &mut self,
        workspace: &WorkspaceId,
        user: &UserKey,
        person: &PersonId,
        handle: Option<&str>,
        email: Option<&str>,
    ) -> Result<(), StoreError> {
        execute!(
            self.conn,
            "insert into identities \
             (workspace, user_key, user_lower, organisation, person, handle, email, facts_at) \
             values ($1, $2, $3, $4, $5, $6, $7, 0)",
            workspace.as_str(),
            user.as_str(),
            user.as_str().to_lowercase(),
            self.organisation.as_str(),
            person.as_str(),
            handle.unwrap_or_default().to_lowercase(),
            email.unwrap_or_default().to_lowercase()
        )?;
        Ok(())
    }

    /// Notes what the platform told about a user, and when they were looked up. What is `None` stays as
    /// it was.
    pub async fn update_identity(
        &mut self,
        workspace: &WorkspaceId,
        user: &UserKey,
        handle: Option<&str>,
        email: Option<&str>,
        looked_up: Option<Timestamp>,
    ) -> Result<(), StoreError> {
        execute!(
            self.conn,
            "update identities set facts_at = case when $4 = 0 then facts_at else $4 end, \
             handle = case when $5 = '' then handle else $5 end, \
             email = case when $6 = '' then email else $6 end \
             where organisation = $1 and workspace = $2 and user_key = $3",
            self.organisation.as_str(),
            workspace.as_str(),
            user.as_str(),
            ms_or_none(looked_up),
            handle.unwrap_or_default().to_lowercase(),
            email.unwrap_or_default().to_lowercase()
        )?;
        Ok(())
    }

    /// Notes what somebody is in a workspace, as it tells.
    pub async fn note_standing(
        &mut self,
        workspace: &WorkspaceId,
        user: &UserKey,
        standing: Standing,
        role: Role,
    ) -> Result<(), StoreError> {
        execute!(
            self.conn,
            "update identities set standing = $4, role = $5 \
             where organisation = $1 and workspace = $2 and user_key = $3",
            self.organisation.as_str(),
            workspace.as_str(),
            user.as_str(),
            standing.as_str(),
            role.as_str()
        )?;
        Ok(())
    }

    /// What a person is in each workspace that has told.
    pub async fn standings(
        &mut self,
        person: &PersonId,
    ) -> Result<Vec<(WorkspaceId, UserKey, Standing, Role)>, StoreError> {
        let rows = all!(
            self.conn,
            (String, String, String, String),
            "select workspace, user_key, standing, role from identities \
             where organisation = $1 and person = $2 and standing <> '' order by workspace, user_key",
            self.organisation.as_str(),
            person.as_str()
        )?;
        Ok(rows
            .into_iter()
            .map(|(workspace, user, standing, role)| {
                (workspace.into(), user.into(), Standing::parse(&standing), Role::parse(&role))
            })
            .collect())
    }

    /// When the platform last told about a user; `None` where it never did or we have not met them.
    pub async fn met_at(
        &mut self,
        workspace: &WorkspaceId,
        user: &UserKey,
    ) -> Result<Option<Timestamp>, StoreError> {
        let row = one!(
            self.conn,
            (i64,),
            "select facts_at from identities where organisation = $1 and workspace = $2 and user_key = $3",
            self.organisation.as_str(),
            workspace.as_str(),
            user.as_str()
        )?;
        Ok(row.and_then(|(at,)| ts_or_none(at)))
    }

    /// Users of a workspace that were never looked up.
    pub async fn unknown_identities(
        &mut self,
        workspace: &WorkspaceId,
        limit: u32,
    ) -> Result<Vec<UserKey>, StoreError> {
        let rows = all!(
            self.conn,
            (String,),
            "select user_key from identities where organisation = $1 and workspace = $2 and facts_at = 0 \
             order by user_key limit $3",
            self.organisation.as_str(),
            workspace.as_str(),
            i64::from(limit)
        )?;
        Ok(rows.into_iter().map(|(user,)| user.into()).collect())
    }

    /// The keys of these persons in a workspace; who has none there is left out.
    pub async fn user_keys(
        &mut self,
        workspace: &WorkspaceId,
        persons: &[PersonId],
    ) -> Result<BTreeMap<PersonId, UserKey>, StoreError> {
        let ids: Vec<&str> = persons.iter().map(PersonId::as_str).collect();
        let rows = all_in!(
            self.conn,
            (String, String, String),
            "select person, workspace, user_key from identities",
            " where organisation = $1 and person in ",
            " order by user_key desc",
            self.organisation.as_str(),
            &ids
        )?;
        Ok(rows
            .into_iter()
            .filter(|(_, at, _)| at == workspace.as_str())
            .map(|(person, _, user)| (person.into(), user.into()))
            .collect())
    }

    /// The active workspace in which a person is reached: the one they chose, else the first of `near`
    /// they are in, else the oldest.
    pub async fn reach(
        &mut self,
        person: &PersonId,
        near: [&WorkspaceId; 2],
    ) -> Result<Option<WorkspaceId>, StoreError> {
        let row = one!(
            self.conn,
            (String,),
            "select i.workspace from identities i join workspaces w on w.id = i.workspace \
             where i.organisation = $1 and i.person = $2 and w.active = $3 \
             order by i.preferred desc, \
             case when i.workspace = $4 then 0 when i.workspace = $5 then 1 else 2 end, \
             w.created_at, w.id limit 1",
            self.organisation.as_str(),
            person.as_str(),
            true,
            near[0].as_str(),
            near[1].as_str()
        )?;
        Ok(row.map(|(workspace,)| workspace.into()))
    }

    /// Who is meant by a name, whatever its case: those of this user key, else of this handle, else of
    /// this e-mail address, else of this full name. More than one where the name is not unique.
    pub async fn find_persons(&mut self, named: &str) -> Result<Vec<PersonId>, StoreError> {
        let by_name = [
            "select distinct person from identities where organisation = $1 and user_lower = $2",
            "select distinct person from identities where organisation = $1 and handle = $2",
            "select distinct person from identities where organisation = $1 and email = $2",
            "select id from persons where organisation = $1 and name_lower = $2",
        ];
        self.find(named, &by_name).await
    }

    /// Whose account bears this name for sure: what people choose for themselves is left aside, and so
    /// are handles on the `open` platform, which anybody takes who comes first. There, the id counts.
    pub async fn find_accounts(
        &mut self,
        named: &str,
        open: PlatformKind,
    ) -> Result<Vec<PersonId>, StoreError> {
        let named = named.trim().trim_start_matches('@').to_lowercase();
        if named.is_empty() {
            return Ok(Vec::new());
        }
        let rows = all!(
            self.conn,
            (String,),
            "select distinct i.person from identities i join workspaces w on w.id = i.workspace \
             where i.organisation = $1 and (i.user_lower = $2 or i.email = $2 \
             or (i.handle = $2 and w.platform <> $3)) order by i.person",
            self.organisation.as_str(),
            named.as_str(),
            open.as_str()
        )?;
        Ok(rows.into_iter().map(|(person,)| person.into()).collect())
    }

    async fn find(&mut self, named: &str, ways: &[&'static str]) -> Result<Vec<PersonId>, StoreError> {
        let named = named.trim().trim_start_matches('@').to_lowercase();
        if named.is_empty() {
            return Ok(Vec::new());
        }
        for &sql in ways {
            let rows = all!(self.conn, (String,), sql, self.organisation.as_str(), named.as_str())?;
            if !rows.is_empty() {
                let mut persons: Vec<PersonId> = rows.into_iter().map(|(person,)| person.into()).collect();
                persons.sort();
                return Ok(persons);
            }
        }
        Ok(Vec::new())
    }
}
