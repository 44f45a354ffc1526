//! What was said while nobody listened: read from history, oldest first, and taken in through the same
//! door under the same delivery ids, so that reading twice or too far back is harmless.
//!
//! Read are the direct conversations with the bot, the threads of open requests, and, for mentions of
//! the bot, the channels it is a member of with their threads that went on meanwhile.

use std::sync::atomic::Ordering;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use super::Listener;
use crate::chat::inbound::{Event, Speech};
use crate::domain::ids::{ChannelKey, MessageKey, Place, PlaceKind};
use crate::slack::api::CallError;
use crate::slack::decode::{self, Decoded};
use crate::slack::socket::Gap;

/// How far behind the last sign of life the catching up begins: clocks differ, handlers may be at work.
const OVERLAP: SignedDuration = SignedDuration::from_secs(120);

/// What is older is not caught up.
const OLDEST: SignedDuration = SignedDuration::from_hours(72);

/// A thread may go on under a message that is so much older than the gap.
const THREAD_AGE: SignedDuration = SignedDuration::from_hours(24 * 7);

/// Pages of a channel that are read at most; a page holds 200 messages, the latest first.
const PAGES: u32 = 5;

/// Channels that are read for mentions at most.
const CHANNELS: usize = 200;

/// Attempts at one place that Slack does not let us read.
const ATTEMPTS: u32 = 5;

/// What is of interest in a place.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Interest {
    /// Everything that is said.
    All,
    /// What is said to the bot.
    ToBot,
}

impl Listener {
    /// Reads what was said while nobody listened.
    pub(super) async fn catch_up(&self, gap: Gap) {
        self.caught_up.store(false, Ordering::SeqCst);
        let now = self.slack.clock.now();
        let since = match gap.since {
            Some(since) => Some(since),
            None => (self.ears.heard_until)().await,
        };
        if let Some(since) = since {
            let since = (since - OVERLAP).max(now - OLDEST);
            let places = (self.ears.places)().await;
            let mut found = 0;
            for place in &places {
                found += self.catch_up_in(place, since, Interest::All).await;
            }
            let channels = self.our_channels().await;
            for channel in &channels {
                found += self.mentions_in(channel, since).await;
            }
            let places = places.len() + channels.len();
            tracing::info!(places, messages = found, "caught up on what was said meanwhile");
        }
        self.caught_up.store(true, Ordering::SeqCst);
        // From the first moment on: a process that is killed at once has something to catch up from.
        self.keep_heard_now().await;
    }

    /// Takes in what was said in a place; how many messages there were to hear.
    async fn catch_up_in(&self, place: &Place, since: Timestamp, interest: Interest) -> usize {
        let messages = self.insisting(|| self.read(place, since, u32::MAX)).await.unwrap_or_default();
        self.take_all(place, &messages, since, interest).await
    }

    /// Takes in what was said to the bot in a channel and in its threads that went on since then.
    async fn mentions_in(&self, channel: &ChannelKey, since: Timestamp) -> usize {
        let place = Place { channel: channel.clone(), thread: None, kind: PlaceKind::Channel };
        let parents_since = since - THREAD_AGE;
        let read = self.insisting(|| self.read(&place, parents_since, PAGES)).await;
        let messages = read.unwrap_or_default();
        let mut found = self.take_all(&place, &messages, since, Interest::ToBot).await;
        let went_on = messages
            .iter()
            .filter(|message| message["latest_reply"].as_str().is_some_and(|at| at >= stamp(since).as_str()))
            .filter_map(|message| message["ts"].as_str());
        for thread in went_on {
            let thread = Some(MessageKey::from(thread));
            found += self.catch_up_in(&Place { thread, ..place.clone() }, since, Interest::ToBot).await;
        }
        found
    }

    async fn take_all(
        &self,
        place: &Place,
        messages: &[Value],
        since: Timestamp,
        interest: Interest,
    ) -> usize {
        let direct = place.channel.as_str().starts_with('D');
        let kind = if direct { PlaceKind::Direct } else { place.kind };
        let mut found = 0;
        let since = stamp(since);
        for message in messages.iter().filter(|message| message["ts"].as_str() >= Some(&since)).rev() {
            let Decoded::Heard(heard) =
                decode::from_history(message, (place.channel.as_str(), kind), &self.context())
            else {
                continue;
            };
            let to_bot = matches!(&heard.inbound.event, Event::Said(said) if said.to_bot == Speech::ToBot);
            if interest == Interest::All || to_bot {
                found += 1;
                // Neither a failure nor a reply is anything that Slack could be told here.
                let _ = self.take(*heard).await;
            }
        }
        found
    }

    /// The channels that the bot is a member of.
    async fn our_channels(&self) -> Vec<ChannelKey> {
        let channels = self.insisting(|| self.slack.api.our_channels()).await.unwrap_or_default();
        channels.into_iter().take(CHANNELS).map(ChannelKey::from).collect()
    }

    /// All messages since then, newest first, from so many pages at most.
    async fn read(&self, place: &Place, since: Timestamp, pages: u32) -> Result<Vec<Value>, CallError> {
        let oldest = stamp(since);
        let (channel, api) = (place.channel.as_str(), &self.slack.api);
        let mut messages = Vec::new();
        let mut cursor: Option<String> = None;
        for _ in 0..pages {
            let page = match &place.thread {
                Some(thread) => api.replies(channel, thread.as_str(), &oldest, cursor.as_deref()).await?,
                None => api.history(channel, &oldest, cursor.as_deref()).await?,
            };
            messages.extend(page.messages);
            match page.cursor {
                Some(next) if cursor.as_ref() != Some(&next) => cursor = Some(next),
                _ => break,
            }
        }
        // A thread comes oldest first, a channel newest first.
        messages.sort_by(|a, b| b["ts"].as_str().cmp(&a["ts"].as_str()));
        Ok(messages)
    }

    /// Asks Slack again where it asks us to wait or does not answer; nothing where it refuses.
    async fn insisting<T, F>(&self, ask: impl Fn() -> F) -> Option<T>
    where
        F: Future<Output = Result<T, CallError>>,
    {
        for attempt in 0..ATTEMPTS {
            match ask().await {
                Ok(answer) => return Some(answer),
                Err(CallError::Refused { code, .. }) => {
                    tracing::info!(code, "a place could not be caught up");
                    return None;
                }
                Err(CallError::RateLimited { after }) => pause(after).await,
                Err(_) => pause(Duration::from_secs(1 << attempt)).await,
            }
        }
        tracing::warn!("a place could not be caught up: Slack did not answer");
        None
    }
}

/// An instant as Slack counts messages.
fn stamp(at: Timestamp) -> String {
    format!("{}.000000", at.as_second())
}

#[expect(clippy::disallowed_methods, reason = "waits as long as Slack asks before reading on")]
async fn pause(wait: Duration) {
    tokio::time::sleep(wait).await;
}
