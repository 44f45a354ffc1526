//! What was heard, and where something may have been missed: for the platforms, which read the history
//! when they come back. Invariant: nothing here decides; what is caught up comes in as everything else.

use jiff::Timestamp;

use crate::app::App;
use crate::domain::ids::{Place, PlaceKind, PlatformKind, WorkspaceKey};
use crate::store::error::StoreError;

/// The mark of a workspace until which everything was heard, in epoch milliseconds.
const HEARD: &str = "heard_until";

/// Direct conversations that are read again, the liveliest first.
const DIRECTS: u32 = 200;

impl App {
    /// The active workspaces of a platform, with the names that people read.
    pub async fn workspaces_on(
        &self,
        platform: PlatformKind,
    ) -> Result<Vec<(WorkspaceKey, String)>, StoreError> {
        let all = self.store.workspaces().await?;
        let ours = all.into_iter().filter(|workspace| workspace.platform == platform && workspace.active);
        Ok(ours.map(|workspace| (workspace.key, workspace.name)).collect())
    }

    /// Where something may have been said that matters: direct conversations with the bot, and where
    /// people talk about open requests.
    pub async fn places_to_catch_up(
        &self,
        platform: PlatformKind,
        key: &WorkspaceKey,
    ) -> Result<Vec<Place>, StoreError> {
        let Some(workspace) = self.workspace(platform, key).await? else { return Ok(Vec::new()) };
        let mut ctx = self.decide(&workspace).await?;
        let directs = ctx.tx.directs(&workspace.id, DIRECTS).await?;
        let watched = ctx.tx.watched_places(&workspace.id).await?;
        let mut places: Vec<Place> = directs
            .into_iter()
            .map(|channel| Place { channel, thread: None, kind: PlaceKind::Direct })
            .collect();
        for (channel, thread) in watched {
            let direct = places.iter().any(|place| place.channel == channel);
            let kind = if direct { PlaceKind::Direct } else { PlaceKind::Channel };
            let place = Place { channel, thread, kind };
            if !places.contains(&place) {
                places.push(place);
            }
        }
        Ok(places)
    }

    /// Until when everything was heard; `None` before anything was.
    pub async fn heard_until(
        &self,
        platform: PlatformKind,
        key: &WorkspaceKey,
    ) -> Result<Option<Timestamp>, StoreError> {
        let Some(workspace) = self.workspace(platform, key).await? else { return Ok(None) };
        let mark = self.decide(&workspace).await?.tx.mark(&workspace.id, HEARD).await?;
        Ok(mark.and_then(|text| text.parse().ok()).and_then(|at| Timestamp::from_millisecond(at).ok()))
    }

    /// Keeps that everything until `at` was heard.
    pub async fn keep_heard(
        &self,
        platform: PlatformKind,
        key: &WorkspaceKey,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        let Some(workspace) = self.workspace(platform, key).await? else { return Ok(()) };
        let mut ctx = self.decide(&workspace).await?;
        ctx.tx.set_mark(&workspace.id, HEARD, &at.as_millisecond().to_string()).await?;
        ctx.tx.commit().await
    }
}
