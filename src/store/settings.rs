//! Settings that an organisation's admins changed, and small marks that the bot leaves itself.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::domain::ids::{PersonId, WorkspaceId};
use crate::domain::settings::SettingName;
use crate::store::Tx;
use crate::store::engine::{all, execute, one};
use crate::store::error::StoreError;
use crate::store::values::ms;

impl Tx {
    /// What the admins changed. A name that this version does not know is left out.
    pub async fn settings(&mut self) -> Result<BTreeMap<SettingName, String>, StoreError> {
        let rows = all!(
            self.conn,
            (String, String),
            "select name, value from settings where organisation = $1",
            self.organisation.as_str()
        )?;
        Ok(rows
            .into_iter()
            .filter_map(|(name, value)| SettingName::parse(&name).map(|name| (name, value)))
            .collect())
    }

    /// Changes a setting; `None` gives it back to the default.
    pub async fn set_setting(
        &mut self,
        name: SettingName,
        value: Option<&str>,
        by: &PersonId,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let organisation = self.organisation.as_str();
        match value {
            Some(value) => execute!(
                self.conn,
                "insert into settings (organisation, name, value, changed_by, changed_at) \
                 values ($1, $2, $3, $4, $5) on conflict (organisation, name) do update set \
                 value = excluded.value, changed_by = excluded.changed_by, changed_at = excluded.changed_at",
                organisation,
                name.as_str(),
                value,
                by.as_str(),
                ms(now)
            )?,
            None => execute!(
                self.conn,
                "delete from settings where organisation = $1 and name = $2",
                organisation,
                name.as_str()
            )?,
        };
        Ok(())
    }

    /// A mark that was left for this workspace.
    pub async fn mark(&mut self, workspace: &WorkspaceId, name: &str) -> Result<Option<String>, StoreError> {
        let row = one!(
            self.conn,
            (String,),
            "select value from marks where organisation = $1 and workspace = $2 and name = $3",
            self.organisation.as_str(),
            workspace.as_str(),
            name
        )?;
        Ok(row.map(|(value,)| value))
    }

    /// The workspace for which a mark of this name was left.
    pub async fn workspace_marked(&mut self, name: &str) -> Result<Option<WorkspaceId>, StoreError> {
        let row = one!(
            self.conn,
            (String,),
            "select workspace from marks where organisation = $1 and name = $2 order by workspace limit 1",
            self.organisation.as_str(),
            name
        )?;
        Ok(row.map(|(workspace,)| workspace.into()))
    }

    /// Takes the marks of this name away, in all workspaces.
    pub async fn clear_marks(&mut self, name: &str) -> Result<(), StoreError> {
        execute!(
            self.conn,
            "delete from marks where organisation = $1 and name = $2",
            self.organisation.as_str(),
            name
        )?;
        Ok(())
    }

    /// Leaves a mark for this workspace, in the place of an older one of its name.
    pub async fn set_mark(
        &mut self,
        workspace: &WorkspaceId,
        name: &str,
        value: &str,
    ) -> Result<(), StoreError> {
        execute!(
            self.conn,
            "insert into marks (organisation, workspace, name, value) values ($1, $2, $3, $4) \
             on conflict (workspace, name) do update set value = excluded.value",
            self.organisation.as_str(),
            workspace.as_str(),
            name,
            value
        )?;
        Ok(())
    }
}
