//! What a platform's connection remembers over a restart: sessions, digests. Of no organisation, and
//! never a secret.

use crate::domain::ids::PlatformKind;
use crate::store::Store;
use crate::store::engine::{execute, one};
use crate::store::error::StoreError;

impl Store {
    /// What is remembered under a name.
    pub async fn connection(&self, platform: PlatformKind, name: &str) -> Result<Option<String>, StoreError> {
        let mut conn = self.pools.read().await?;
        let row = one!(
            conn,
            (String,),
            "select value from connections where platform = $1 and name = $2",
            platform.as_str(),
            name
        )?;
        Ok(row.map(|(value,)| value))
    }

    /// Remembers a value under a name.
    pub async fn keep_connection(
        &self,
        platform: PlatformKind,
        name: &str,
        value: &str,
    ) -> Result<(), StoreError> {
        let mut conn = self.pools.write().await?;
        execute!(
            conn,
            "insert into connections (platform, name, value) values ($1, $2, $3) \
             on conflict (platform, name) do update set value = excluded.value",
            platform.as_str(),
            name,
            value
        )?;
        conn.commit().await
    }
}
