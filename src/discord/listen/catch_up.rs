//! What was said while nobody listened: read from history, oldest first, and taken in through the same
//! door under the same delivery ids, so that reading twice or too far back is harmless.
//!
//! Read are the direct conversations with the bot, the threads of open requests, and, for mentions of
//! the bot, the channels and threads in which something was said meanwhile.

use std::collections::HashMap;
use std::sync::{Arc, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use tokio::time::timeout;

use super::{Listener, READ_AGAIN_AFTER};
use crate::chat::inbound::{Event, Speech};
use crate::discord::api::CallError;
use crate::discord::decode::{self, Decoded};
use crate::discord::gateway::Gap;
use crate::domain::ids::{ChannelKey, PlaceKind, PlatformKind, WorkspaceKey};

/// How far behind the last sign of life the catching up begins: clocks differ, handlers may be at work.
const OVERLAP: SignedDuration = SignedDuration::from_secs(120);

/// What is older is not caught up.
const OLDEST: SignedDuration = SignedDuration::from_hours(72);

/// Messages of a page, and pages of a channel that are read for mentions at most.
const PAGE: u8 = 100;
const PAGES: u32 = 10;

/// Channels that are read for mentions at most, in one server.
const CHANNELS: usize = 200;

/// Attempts at one place that Discord does not let us read.
const ATTEMPTS: u32 = 5;

/// For so long a new session waits for its servers; one that comes later is caught up then.
const SERVERS_WITHIN: Duration = Duration::from_mins(1);

/// What is of interest in a place.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Interest {
    /// Everything that is said.
    All,
    /// What is said to the bot.
    ToBot,
}

impl Listener {
    /// Notes which servers a new session has to catch up, before their events come.
    pub(super) fn note(&self, gap: &Gap) {
        let (Some(since), Some(guilds)) = (gap.since, &gap.guilds) else { return };
        let mut due = self.due();
        for guild in guilds {
            let since_then = due.entry(guild.as_str().into()).or_insert(since);
            *since_then = (*since_then).min(since);
        }
    }

    /// Closes a gap: every server of it is caught up, or will be when it comes.
    pub(super) async fn close(self: Arc<Self>, gap: Gap) {
        let Some(since) = gap.since else { return };
        let Some(guilds) = gap.guilds else {
            let known = self.app.workspaces_on(PlatformKind::Discord).await.unwrap_or_default();
            for (guild, _) in known {
                self.discord.acquaint(&guild).await;
                self.catch_up(&guild, since).await;
            }
            return;
        };
        let all = async {
            loop {
                let news = self.caught_up.notified();
                let open = guilds.iter().any(|guild| self.due().contains_key(&guild.as_str().into()));
                if !open {
                    break;
                }
                news.await;
            }
        };
        if timeout(SERVERS_WITHIN, all).await.is_err() {
            tracing::warn!("some servers are not there yet; they are caught up when they come");
        }
    }

    /// A server came: what it missed is read now.
    pub(super) async fn catch_up_if_due(&self, guild: &WorkspaceKey) {
        let since = self.due().get(guild).copied();
        if let Some(since) = since {
            self.catch_up(guild, since).await;
            if self.stop.is_cancelled() {
                // It stays due: the next process goes on.
                return;
            }
            self.due().remove(guild);
        }
        self.caught_up.notify_waiters();
    }

    /// Something could not be taken in: its server is read again a little later.
    pub(super) fn read_again(&self, guild: WorkspaceKey, at: Timestamp) {
        tracing::warn!("words could not be taken in; they will be read again from history");
        let Some(listener) = self.me.upgrade() else { return };
        self.tasks.spawn(async move {
            if timeout(READ_AGAIN_AFTER, listener.stop.cancelled()).await.is_err() {
                listener.catch_up(&guild, at).await;
            }
        });
    }

    async fn catch_up(&self, guild: &WorkspaceKey, since: Timestamp) {
        let now = self.discord.clock.now();
        let since = first_id((since - OVERLAP).max(now - OLDEST));
        let places = self.app.places_to_catch_up(PlatformKind::Discord, guild).await;
        let places = places.unwrap_or_else(|error| {
            tracing::error!(%error, "the store could not help with catching up");
            Vec::new()
        });
        let mut found = 0;
        let mut read: Vec<ChannelKey> = Vec::new();
        for place in places {
            let direct = place.kind == PlaceKind::Direct;
            let channel = place.thread.map_or(place.channel, |thread| thread.as_str().into());
            if !read.contains(&channel) {
                found += self.catch_up_in(guild, &channel, direct, since, Interest::All).await;
                read.push(channel);
            }
        }
        for channel in self.discord.guilds.readable(guild, since).into_iter().take(CHANNELS) {
            if !read.contains(&channel) {
                found += self.catch_up_in(guild, &channel, false, since, Interest::ToBot).await;
                read.push(channel);
            }
        }
        tracing::info!(%guild, places = read.len(), messages = found, "caught up on what was said meanwhile");
    }

    /// Takes in what was said in a place; how many messages there were to hear.
    async fn catch_up_in(
        &self,
        guild: &WorkspaceKey,
        channel: &ChannelKey,
        direct: bool,
        since: u64,
        interest: Interest,
    ) -> usize {
        let pages = if interest == Interest::All { u32::MAX } else { PAGES };
        let (mut after, mut found) = (since.saturating_sub(1), 0);
        let home = direct.then_some(guild);
        for _ in 0..pages {
            if self.stop.is_cancelled() {
                break;
            }
            let page = {
                let _reader = self.readers.acquire().await;
                self.page(channel, after).await.unwrap_or_default()
            };
            for message in &page {
                let context = self.context(home);
                let decoded = decode::from_history(message, Some(guild).filter(|_| !direct), &context);
                let Decoded::Heard(heard) = decoded else { continue };
                let said = &heard.inbound.event;
                let to_bot = matches!(said, Event::Said(said) if said.to_bot == Speech::ToBot);
                if interest == Interest::All || to_bot {
                    found += 1;
                    self.take(Decoded::Heard(heard)).await;
                }
            }
            let last = page.iter().filter_map(id).max();
            match last {
                Some(last) if last > after && page.len() >= usize::from(PAGE) => after = last,
                _ => break,
            }
        }
        found
    }

    /// Asks Discord again where it asks us to wait or does not answer; nothing where it refuses.
    async fn page(&self, channel: &ChannelKey, after: u64) -> Option<Vec<Value>> {
        let after = after.to_string();
        for attempt in 0..ATTEMPTS {
            let wait = match self.discord.api.messages(channel, &after, PAGE).await {
                Ok(page) => return Some(page),
                Err(CallError::Refused { code, .. }) => {
                    let channel = self.discord.guilds.shown(channel);
                    tracing::info!(code, channel, "a place could not be caught up");
                    return None;
                }
                Err(CallError::RateLimited { after }) => after,
                Err(_) => Duration::from_secs(1 << attempt),
            };
            if timeout(wait, self.stop.cancelled()).await.is_ok() {
                return None;
            }
        }
        tracing::warn!("a place could not be caught up: Discord did not answer");
        None
    }

    pub(super) fn due(&self) -> MutexGuard<'_, HashMap<WorkspaceKey, Timestamp>> {
        self.due.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The least id that a message of that instant can have.
fn first_id(at: Timestamp) -> u64 {
    /// The first second of 2015, where Discord's ids begin to count.
    const EPOCH: i64 = 1_420_070_400_000;
    u64::try_from(at.as_millisecond() - EPOCH).unwrap_or_default() << 22
}

fn id(message: &Value) -> Option<u64> {
    message["id"].as_str()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_begin_where_an_instant_does() {
        let at: Timestamp = "2026-11-24T12:00:00Z".parse().expect("an instant");
        let first = first_id(at);
        assert_eq!(decode::made_at(&first.to_string()), Some(at));
        assert!(decode::made_at(&(first - 1).to_string()).is_some_and(|before| before < at));
        assert_eq!(first_id(Timestamp::UNIX_EPOCH), 0);
    }
}
