//! Workspaces and the organisations they belong to. The only tables that are read before one knows the
//! organisation.

use jiff::Timestamp;

use crate::domain::ids::{OrganisationId, PlatformKind, WorkspaceId, WorkspaceKey};
use crate::store::engine::{Conn, all, execute, one};
use crate::store::error::StoreError;
use crate::store::values::ms;
use crate::store::{Store, Tx};

/// A workspace that we know.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Workspace {
    /// Ours.
    pub id: WorkspaceId,
    /// Whose it is.
    pub organisation: OrganisationId,
    /// Where it is.
    pub platform: PlatformKind,
    /// The platform's name for it.
    pub key: WorkspaceKey,
    /// The name people read.
    pub name: String,
    /// Whether the bot is in it; not after it was taken out.
    pub active: bool,
}

impl Store {
    /// The workspace of this key, where we know it.
    pub async fn workspace(
        &self,
        platform: PlatformKind,
        key: &WorkspaceKey,
    ) -> Result<Option<Workspace>, StoreError> {
        find(&mut self.pools.read().await?, platform, key).await
    }

    /// The workspace of this key, active. Where it is not known it is made, with an organisation of its
    /// own and these fresh ids. An empty name leaves a known one's as it is.
    pub async fn adopt_workspace(
        &self,
        platform: PlatformKind,
        key: &WorkspaceKey,
        name: &str,
        organisation: OrganisationId,
        id: WorkspaceId,
        now: Timestamp,
    ) -> Result<Workspace, StoreError> {
        let mut conn = self.pools.write().await?;
        execute!(
            conn,
            "insert into organisations (id, created_at) select $1, $2 \
             where not exists (select 1 from workspaces where platform = $3 and key = $4)",
            organisation.as_str(),
            ms(now),
            platform.as_str(),
            key.as_str()
        )?;
        // two at once: the second finds the first one's row, and its organisation goes with the roll-back
        let made = execute!(
            conn,
            "insert into workspaces (id, organisation, platform, key, name, active, created_at) \
             select $1, $2, $3, $4, $5, $6, $7 where exists (select 1 from organisations where id = $2) \
             on conflict (platform, key) do nothing",
            id.as_str(),
            organisation.as_str(),
            platform.as_str(),
            key.as_str(),
            name,
            true,
            ms(now)
        )?;
        if made == 0 {
            drop(conn);
            conn = self.pools.write().await?;
            execute!(
                conn,
                "update workspaces set active = $1, name = case when $2 = '' then name else $2 end \
                 where platform = $3 and key = $4",
                true,
                name,
                platform.as_str(),
                key.as_str()
            )?;
        }
        let workspace = find(&mut conn, platform, key).await?;
        conn.commit().await?;
        workspace.ok_or_else(|| StoreError::Corrupt("workspaces", key.to_string()))
    }

    /// All workspaces, active or not, in the order in which they came.
    pub async fn workspaces(&self) -> Result<Vec<Workspace>, StoreError> {
        let mut conn = self.pools.read().await?;
        all!(conn, WorkspaceRow, concat!(select!(), " order by created_at, id"))?
            .into_iter()
            .map(WorkspaceRow::workspace)
            .collect()
    }
}

impl Tx {
    /// Notes whether the bot is in a workspace.
    pub async fn set_active(&mut self, id: &WorkspaceId, active: bool) -> Result<(), StoreError> {
        execute!(
            self.conn,
            "update workspaces set active = $3 where organisation = $1 and id = $2",
            self.organisation.as_str(),
            id.as_str(),
            active
        )?;
        Ok(())
    }

    /// The organisation's workspaces, active or not, in the order in which they came.
    pub async fn workspaces(&mut self) -> Result<Vec<Workspace>, StoreError> {
        all!(
            self.conn,
            WorkspaceRow,
            concat!(select!(), " where organisation = $1 order by created_at, id"),
            self.organisation.as_str()
        )?
        .into_iter()
        .map(WorkspaceRow::workspace)
        .collect()
    }
}

macro_rules! select {
    () => {
        "select id, organisation, platform, key, name, active from workspaces"
    };
}
use select;

async fn find(
    conn: &mut Conn,
    platform: PlatformKind,
    key: &WorkspaceKey,
) -> Result<Option<Workspace>, StoreError> {
    one!(
        *conn,
        WorkspaceRow,
        concat!(select!(), " where platform = $1 and key = $2"),
        platform.as_str(),
        key.as_str()
    )?
    .map(WorkspaceRow::workspace)
    .transpose()
}

#[derive(sqlx::FromRow)]
struct WorkspaceRow {
    id: String,
    organisation: String,
    platform: String,
    key: String,
    name: String,
    active: bool,
}

impl WorkspaceRow {
    fn workspace(self) -> Result<Workspace, StoreError> {
        let platform = PlatformKind::parse(&self.platform)
            .ok_or_else(|| StoreError::Corrupt("workspaces", self.id.clone()))?;
        Ok(Workspace {
            id: self.id.into(),
            organisation: self.organisation.into(),
            platform,
            key: self.key.into(),
            name: self.name,
            active: self.active,
        })
    }
}
