//! To which organisation things belong by now: it may have joined another since they were read.
//!
//! Invariant: nothing is done in an organisation that is left over.

use crate::app::{App, Ctx};
use crate::domain::ids::OrganisationId;
use crate::store::Tx;
use crate::store::error::StoreError;
use crate::store::outbox::OutboxRow;
use crate::store::workspaces::Workspace;

impl App {
    /// A workspace as it is now.
    pub(super) async fn now_of(&self, workspace: &Workspace) -> Result<Workspace, StoreError> {
        let now_of = self.store.workspace(workspace.platform, &workspace.key).await?;
        let now_of = now_of.ok_or_else(|| StoreError::Missing("workspaces", workspace.id.to_string()))?;
        self.remember_workspace(&now_of);
        Ok(now_of)
    }

    /// A transaction in the organisation that the row belongs to by now.
    pub(super) async fn begin_for(&self, row: &OutboxRow) -> Result<Tx, StoreError> {
        let mut tx = self.store.begin(&row.organisation).await?;
        if tx.holds(&row.workspace).await? {
            return Ok(tx);
        }
        drop(tx);
        let all = self.store.workspaces().await?;
        let now_of = all.into_iter().find(|workspace| workspace.id == row.workspace);
        let organisation = now_of.map_or_else(|| row.organisation.clone(), |now_of| now_of.organisation);
        self.store.begin(&organisation).await
    }

    /// The workspace of a row; `None` where it is gone.
    pub(super) async fn workspace_of(&self, row: &OutboxRow) -> Result<Option<Workspace>, StoreError> {
        let cached = self
            .workspaces
            .lock()
            .expect("nothing panics while it is locked")
            .values()
            .find(|workspace| workspace.id == row.workspace)
            .cloned();
        if cached.is_some() {
            return Ok(cached);
        }
        let found =
            self.store.workspaces().await?.into_iter().find(|workspace| workspace.id == row.workspace);
        if let Some(workspace) = &found {
            self.remember_workspace(workspace);
        }
        Ok(found)
    }

    /// Decides for an organisation: in one of its active workspaces.
    pub(super) async fn decide_in(
        &self,
        organisation: &OrganisationId,
    ) -> Result<Option<Ctx<'_>>, StoreError> {
        let workspaces = self.store.workspaces().await?;
        let mut own = workspaces.into_iter().filter(|workspace| &workspace.organisation == organisation);
        let first = own.next();
        let active = first.iter().cloned().chain(own).find(|workspace| workspace.active);
        match active.or(first) {
            Some(workspace) => Ok(Some(self.decide(&workspace).await?)),
            None => Ok(None),
        }
    }
}
