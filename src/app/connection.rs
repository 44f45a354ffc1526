//! What a platform's connection remembers over a restart, and where its people are. Invariant: nothing
//! here decides.

use crate::app::App;
use crate::domain::ids::{PlatformKind, UserKey, WorkspaceKey};
use crate::store::error::StoreError;

impl App {
    /// What the connection to a platform remembers under a name: a session, a digest.
    pub async fn connection(&self, platform: PlatformKind, name: &str) -> Result<Option<String>, StoreError> {
        self.store.connection(platform, name).await
    }

    /// Remembers it. Never a secret.
    pub async fn keep_connection(
        &self,
        platform: PlatformKind,
        name: &str,
        value: &str,
    ) -> Result<(), StoreError> {
        self.store.keep_connection(platform, name, value).await
    }

    /// The active workspaces in which this user was met, the one they were last heard of in first: where
    /// a platform's direct messages belong to no workspace, this says to which they do.
    pub async fn workspaces_of(
        &self,
        platform: PlatformKind,
        user: &UserKey,
    ) -> Result<Vec<WorkspaceKey>, StoreError> {
        self.store.workspaces_of(platform, user).await
    }
}
