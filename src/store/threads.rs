//! Where people talk: conversations bound to requests, and direct conversations with the bot. Both are
//! what is read again after an outage.

use crate::domain::ids::{ChannelKey, MessageKey, RequestId, WorkspaceId};
use crate::store::Tx;
use crate::store::engine::{all, execute, one};
use crate::store::error::StoreError;

impl Tx {
    /// Binds a thread to a request, or without a message the whole conversation (a group's, say).
    /// Binding again changes nothing.
    pub async fn bind_thread(
        &mut self,
        request: &RequestId,
        workspace: &WorkspaceId,
        channel: &ChannelKey,
        message: Option<&MessageKey>,
    ) -> Result<(), StoreError> {
        execute!(
            self.conn,
            "insert into threads (organisation, request, workspace, channel, message) \
             values ($1, $2, $3, $4, $5) on conflict (workspace, channel, message, request) do nothing",
            self.organisation.as_str(),
            request.as_str(),
            workspace.as_str(),
            channel.as_str(),
            message.map_or("", MessageKey::as_str)
        )?;
        Ok(())
    }

    /// The request last bound to exactly this thread, or without a message to the whole conversation; one
    /// that is still open before one that is over.
    pub async fn request_in(
        &mut self,
        workspace: &WorkspaceId,
        channel: &ChannelKey,
        message: Option<&MessageKey>,
    ) -> Result<Option<RequestId>, StoreError> {
        let row = one!(
            self.conn,
            (String,),
            "select t.request from threads t \
             join requests r on r.organisation = t.organisation and r.id = t.request \
             where t.organisation = $1 and t.workspace = $2 and t.channel = $3 and t.message = $4 \
             order by case when r.closed_at = 0 then 0 else 1 end, t.seq desc limit 1",
            self.organisation.as_str(),
            workspace.as_str(),
            channel.as_str(),
            message.map_or("", MessageKey::as_str)
        )?;
        Ok(row.map(|(request,)| request.into()))
    }

    /// Where people talk about requests that are still open.
    pub async fn watched_places(
        &mut self,
        workspace: &WorkspaceId,
    ) -> Result<Vec<(ChannelKey, Option<MessageKey>)>, StoreError> {
        let rows = all!(
            self.conn,
            (String, String),
            "select distinct t.channel, t.message from threads t \
             join requests r on r.organisation = t.organisation and r.id = t.request \
             where t.organisation = $1 and t.workspace = $2 and r.closed_at = 0 \
             order by t.channel, t.message",
            self.organisation.as_str(),
            workspace.as_str()
        )?;
        Ok(rows
            .into_iter()
            .map(|(channel, message)| {
                (channel.into(), (!message.is_empty()).then(|| MessageKey::from(message)))
            })
            .collect())
    }

    /// Notes that something was said in a direct conversation with the bot.
    pub async fn note_direct(
        &mut self,
        workspace: &WorkspaceId,
        channel: &ChannelKey,
    ) -> Result<(), StoreError> {
        execute!(
            self.conn,
            "insert into directs (organisation, workspace, channel, heard) \
             select $1, $2, $3, coalesce(max(heard), 0) + 1 from directs where workspace = $2 \
             on conflict (workspace, channel) do update set heard = excluded.heard",
            self.organisation.as_str(),
            workspace.as_str(),
            channel.as_str()
        )?;
        Ok(())
    }

    /// Direct conversations with the bot, the one last heard in first.
    pub async fn directs(
        &mut self,
        workspace: &WorkspaceId,
        limit: u32,
    ) -> Result<Vec<ChannelKey>, StoreError> {
        let rows = all!(
            self.conn,
            (String,),
            "select channel from directs where organisation = $1 and workspace = $2 \
             order by heard desc, channel limit $3",
            self.organisation.as_str(),
            workspace.as_str(),
            i64::from(limit)
        )?;
        Ok(rows.into_iter().map(|(channel,)| channel.into()).collect())
    }
}
