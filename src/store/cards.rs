//! Cards that are kept up to date in their place: what each was last given to say, and where it stands.

use crate::domain::ids::{MessageRef, WorkspaceId};
use crate::store::Tx;
use crate::store::engine::{execute, one};
use crate::store::error::StoreError;

/// A card that was shown, or is about to be.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CardRow {
    /// Its name in the organisation.
    pub slot: String,
    /// Where it is shown.
    pub workspace: WorkspaceId,
    /// The notice last queued for it, as JSON.
    pub shown: String,
    /// Where it stands, once it does.
    pub posted: Option<MessageRef>,
}

impl Tx {
    /// The card of this name.
    pub async fn card(&mut self, slot: &str) -> Result<Option<CardRow>, StoreError> {
        let row = one!(
            self.conn,
            (String, String, String, String),
            "select workspace, shown, posted_channel, posted_message from cards \
             where organisation = $1 and slot = $2",
            self.organisation.as_str(),
            slot
        )?;
        Ok(row.map(|(workspace, shown, channel, message)| CardRow {
            slot: slot.to_owned(),
            workspace: workspace.into(),
            shown,
            posted: (!message.is_empty())
                .then(|| MessageRef { channel: channel.into(), message: message.into() }),
        }))
    }

    /// Notes what a card was given to say, as JSON. Where it stands stays as it is.
    pub async fn save_card_shown(
        &mut self,
        slot: &str,
        workspace: &WorkspaceId,
        json: &str,
    ) -> Result<(), StoreError> {
        execute!(
            self.conn,
            "insert into cards (organisation, slot, workspace, shown, posted_channel, posted_message) \
             values ($1, $2, $3, $4, '', '') \
             on conflict (organisation, slot) do update set workspace = excluded.workspace, \
             shown = excluded.shown",
            self.organisation.as_str(),
            slot,
            workspace.as_str(),
            json
        )?;
        Ok(())
    }

    /// Notes where a card stands.
    pub async fn save_card_posted(&mut self, slot: &str, posted: &MessageRef) -> Result<(), StoreError> {
        execute!(
            self.conn,
            "update cards set posted_channel = $3, posted_message = $4 where organisation = $1 and slot = $2",
            self.organisation.as_str(),
            slot,
            posted.channel.as_str(),
            posted.message.as_str()
        )?;
        Ok(())
    }
}
