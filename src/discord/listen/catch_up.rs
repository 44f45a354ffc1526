//! What was said while nobody listened: read from history, oldest first, and taken in through the same
//! door under the same delivery ids, so that reading twice or too far back is harmless.
//!
//! Read are the direct conversations with the bot, the threads of open requests, and, for mentions of
//! the bot, the channels and threads in which something was said meanwhile.
//! Invariant: a server is caught up once all of it was read and taken in; until then it is tried again.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt;
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use tokio::time::{Instant, timeout};

use super::Listener;
use crate::chat::inbound::{Event, Speech};
use crate::discord::api::CallError;
use crate::discord::decode::{self, Decoded};
use crate::discord::gateway::{Gap, Unread};
use crate::domain::ids::{ChannelKey, PlaceKind, PlatformKind, UserKey, WorkspaceKey};

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

/// After so long it is said that servers are still awaited.
const SERVERS_WITHIN: Duration = Duration::from_mins(1);

/// The first and the longest pause before what could not be read is read again.
const PAUSES: [Duration; 2] = [Duration::from_secs(5), Duration::from_mins(5)];

/// What is of interest in a place.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Interest {
    /// Everything that is said.
    All,
    /// What is said to the bot.
    ToBot,
}

/// What came of reading a place.
#[derive(Default)]
struct Read {
    /// Messages that were heard.
    messages: usize,
    /// Whether something could not be read or taken in.
    missed: bool,
}

impl Listener {
    /// Notes which servers a new session has to catch up, before their events come.
    pub(super) fn note(&self, gap: &Gap) {
        let (Some(since), Some(guilds)) = (gap.since, &gap.guilds) else { return };
        for guild in guilds {
            self.due.note(&guild.as_str().into(), since);
        }
    }

    /// Closes a gap: done once every server of it is caught up.
    pub(super) async fn close(self: Arc<Self>, gap: Gap) {
        let Some(since) = gap.since else { return };
        let guilds = match gap.guilds {
            Some(guilds) => guilds.into_iter().map(WorkspaceKey::from).collect(),
            // The session went on, so all of them are there.
            None => self.all_due(since).await,
        };
        let all = self.due.none_of(&guilds);
        tokio::pin!(all);
        if timeout(SERVERS_WITHIN, &mut all).await.is_err() {
            tracing::warn!("some servers are not caught up yet; it goes on beside the rest");
            all.await;
        }
    }

    async fn all_due(&self, since: Timestamp) -> Vec<WorkspaceKey> {
        let mut pause = PAUSES[0];
        let known = loop {
            match self.app.workspaces_on(PlatformKind::Discord).await {
                Ok(known) => break known,
                Err(error) => tracing::error!(%error, "the store could not help with catching up"),
            }
            if timeout(pause, self.stop.cancelled()).await.is_ok() {
                // Whoever waits for it ends with the stop, too.
                std::future::pending::<()>().await;
            }
            pause = (pause * 2).min(PAUSES[1]);
        };
        let known: Vec<WorkspaceKey> = known.into_iter().map(|(guild, _)| guild).collect();
        for guild in &known {
            self.due.note(guild, since);
            self.read_due(guild);
        }
        known
    }

    /// Words could not be taken in: done once they were read again from history.
    pub(super) async fn again(&self, unread: Unread) {
        let Unread { message, author, guild, at } = unread;
        let user = UserKey::from(author.as_str());
        let mut pause = PAUSES[0];
        loop {
            if timeout(pause, self.stop.cancelled()).await.is_ok() {
                // It stays open: the next process goes on.
                std::future::pending::<()>().await;
            }
            let home = match &guild {
                Some(guild) => Ok(Some(guild.as_str().into())),
                None => self.home_of_message(&message, &user).await,
            };
            match home {
                Ok(Some(home)) => {
                    self.due.note(&home, at);
                    self.read_due(&home);
                    return self.due.none_of(&[home]).await;
                }
                // Somebody who was met nowhere has no conversation that is read.
                Ok(None) => return,
                Err(_) => pause = (pause * 2).min(PAUSES[1]),
            }
        }
    }

    /// Begins to read what a server that is there has missed, until all of it is read.
    pub(super) fn read_due(&self, guild: &WorkspaceKey) {
        let Some(listener) = self.me.upgrade() else { return };
        if !self.due.begin(guild) {
            return;
        }
        let guild = guild.clone();
        self.tasks.spawn(async move {
            let mut pause = PAUSES[0];
            while let Some((since, round)) = listener.due.round(&guild) {
                let reading = AssertUnwindSafe(listener.catch_up(&guild, since)).catch_unwind().await;
                if reading.is_err() {
                    tracing::error!("catching up panicked");
                }
                if reading.unwrap_or(false) && listener.due.read(&guild, round) {
                    return;
                }
                // At the stop it stays due: the next process goes on.
                if timeout(pause, listener.stop.cancelled()).await.is_ok() {
                    return;
                }
                pause = (pause * 2).min(PAUSES[1]);
            }
        });
    }

    /// Reads everything that was said in a server since then; false if something could not be read.
    async fn catch_up(&self, guild: &WorkspaceKey, since: Timestamp) -> bool {
        let oldest = self.discord.clock.now() - OLDEST;
        self.discord.acquaint(guild).await;
        if !self.discord.guilds.knows(guild) {
            tracing::warn!(%guild, "a server could not be caught up: it is not known");
            return since < oldest;
        }
        let since = first_id((since - OVERLAP).max(oldest));
        let places = match self.app.places_to_catch_up(PlatformKind::Discord, guild).await {
            Ok(places) => places,
            Err(error) => {
                tracing::error!(%error, "the store could not help with catching up");
                return false;
            }
        };
        let (mut messages, mut missed) = (0, 0);
        let mut read: Vec<ChannelKey> = Vec::new();
        for place in places {
            let direct = place.kind == PlaceKind::Direct;
            let channel = place.thread.map_or(place.channel, |thread| thread.as_str().into());
            if !read.contains(&channel) {
                let there = self.catch_up_in(guild, &channel, direct, since, Interest::All).await;
                messages += there.messages;
                missed += usize::from(there.missed);
                read.push(channel);
            }
        }
        let lively = self.discord.guilds.readable(guild, since);
        if let Some(left @ 1..) = lively.len().checked_sub(CHANNELS) {
            tracing::warn!(%guild, left, "there was talk in more channels than are read for mentions");
        }
        for channel in lively.into_iter().take(CHANNELS) {
            if !read.contains(&channel) {
                let there = self.catch_up_in(guild, &channel, false, since, Interest::ToBot).await;
                messages += there.messages;
                missed += usize::from(there.missed);
                read.push(channel);
            }
        }
        if missed > 0 {
            tracing::warn!(%guild, places = missed, "not everything could be caught up; it is tried again");
        } else {
            tracing::info!(%guild, places = read.len(), messages, "caught up on what was said meanwhile");
        }
        missed == 0
    }

    /// Takes in what was said in a place.
    async fn catch_up_in(
        &self,
        guild: &WorkspaceKey,
        channel: &ChannelKey,
        direct: bool,
        since: u64,
        interest: Interest,
    ) -> Read {
        let pages = if interest == Interest::All { u32::MAX } else { PAGES };
        let (mut after, mut read) = (since.saturating_sub(1), Read::default());
        for _ in 0..pages {
            let page = {
                let _reader = self.readers.acquire().await;
                self.page(channel, after).await
            };
            let Some(page) = page else { return Read { missed: true, ..read } };
            for message in &page {
                if self.stop.is_cancelled() {
                    return Read { missed: true, ..read };
                }
                let taken = self.take_from_history(guild, message, direct, interest);
                match AssertUnwindSafe(taken).catch_unwind().await {
                    Ok(Some(true)) => read.messages += 1,
                    Ok(Some(false)) => read.missed = true,
                    Ok(None) => {}
                    // It would again, so nobody waits for it.
                    Err(_) => tracing::error!("words from history were given up: handling them panicked"),
                }
            }
            let last = page.iter().filter_map(id).max();
            match last {
                Some(last) if last > after && page.len() >= usize::from(PAGE) => after = last,
                _ => break,
            }
        }
        read
    }

    /// Whether a message was taken in; `None` if it is not of interest.
    async fn take_from_history(
        &self,
        guild: &WorkspaceKey,
        message: &Value,
        direct: bool,
        interest: Interest,
    ) -> Option<bool> {
        let home = if direct {
            let user = decode::homeless("MESSAGE_CREATE", message)?;
            match self.home_of_message(message["id"].as_str()?, &user).await {
                Ok(home) => Some(home?),
                Err(_) => return Some(false),
            }
        } else {
            None
        };
        let context = self.context(home.as_ref());
        let decoded = decode::from_history(message, Some(guild).filter(|_| !direct), &context);
        let Decoded::Heard(heard) = decoded else { return None };
        let to_bot = matches!(&heard.inbound.event, Event::Said(said) if said.to_bot == Speech::ToBot);
        if interest == Interest::ToBot && !to_bot {
            return None;
        }
        Some(self.take(Decoded::Heard(heard), Instant::now()).await)
    }

    /// Asks Discord again where it asks us to wait or does not answer; empty where it refuses, `None` where
    /// it could not be read.
    async fn page(&self, channel: &ChannelKey, after: u64) -> Option<Vec<Value>> {
        let after = after.to_string();
        for attempt in 0..ATTEMPTS {
            let wait = match self.discord.api.messages(channel, &after, PAGE).await {
                Ok(page) => return Some(page),
                Err(CallError::Refused { status, code, .. }) if status != 401 => {
                    let channel = self.discord.guilds.shown(channel);
                    tracing::info!(code, channel, "a place could not be caught up");
                    return Some(Vec::new());
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
