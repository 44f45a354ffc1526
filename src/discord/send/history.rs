//! Looking for a post that may stand there already.
//! Invariant: only the bot's own messages that are not older than the row and were not posted for
//! another one are taken for it.

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use super::Desk;
use crate::chat::platform::Errand;
use crate::discord::api::{Api, CallError};
use crate::domain::ids::{ChannelKey, MessageRef};

/// Discord's clock and ours may differ by this much.
const CLOCK_SLACK: SignedDuration = SignedDuration::from_secs(120);
/// Pages of a hundred that are read before a channel is taken to be too busy to tell.
const MOST_PAGES: usize = 50;
/// The beginning of Discord's time, in milliseconds.
const EPOCH: i64 = 1_420_070_400_000;

/// Looks for the post of this row: by its nonce where Discord gives it back, else by what it says.
pub(super) async fn find(
    api: &Api,
    desk: &Desk,
    channel: &ChannelKey,
    errand: &Errand,
    message: &Value,
    nonce: &str,
) -> Result<Option<MessageRef>, CallError> {
    let mut after = first_id(errand.since).to_string();
    for _ in 0..MOST_PAGES {
        let page = api.messages(channel, &after, 100).await?;
        let found = page.iter().find(|seen| is_it(seen, desk, errand, message, nonce));
        if let Some(id) = found.and_then(|seen| seen["id"].as_str()) {
            return Ok(Some(MessageRef { channel: channel.clone(), message: id.into() }));
        }
        match page.last().and_then(|last| last["id"].as_str()) {
            Some(last) if page.len() == 100 && last != after => last.clone_into(&mut after),
            _ => return Ok(None),
        }
    }
    Err(CallError::Unsure { why: "too many messages to look through" })
}

/// The least id that a message of this instant can have.
pub(super) fn first_id(since: Timestamp) -> u64 {
    let since = since.saturating_sub(CLOCK_SLACK).unwrap_or(since);
    let millis = u64::try_from(since.as_millisecond() - EPOCH).unwrap_or(0);
    millis << 22
}

fn is_it(seen: &Value, desk: &Desk, errand: &Errand, message: &Value, nonce: &str) -> bool {
    if seen["author"]["id"] != desk.me().as_str() {
        return false;
    }
    if let Some(row) = seen["id"].as_str().and_then(|id| desk.row_of(id)) {
        return row == errand.id;
    }
    match seen["nonce"].as_str() {
        Some(theirs) => theirs == nonce,
        None => says(seen) == says(message),
    }
}

/// What people see of a message and what stands behind its buttons: what Discord keeps as it was sent.
fn says(message: &Value) -> Vec<String> {
    let mut said = vec![trimmed(&message["content"])];
    for embed in items(&message["embeds"]) {
        said.extend([&embed["title"], &embed["description"], &embed["footer"]["text"]].map(trimmed));
        for field in items(&embed["fields"]) {
            said.extend([&field["name"], &field["value"]].map(trimmed));
        }
    }
    for row in items(&message["components"]) {
        for component in items(&row["components"]) {
            said.extend([&component["custom_id"], &component["url"], &component["label"]].map(trimmed));
            said.extend(items(&component["options"]).iter().map(|option| trimmed(&option["value"])));
        }
    }
    said
}

fn items(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

fn trimmed(value: &Value) -> String {
    value.as_str().unwrap_or_default().trim().to_owned()
}
