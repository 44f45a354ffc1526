//! What an HTTP answer of Discord says: done, refused, later, or nothing that can be relied on.
//! Invariant: total; odd headers and bodies are never an error of their own.

use std::time::Duration;

use reqwest::header::HeaderMap;
use serde_json::Value;

use super::error::{self, CallError};

/// What the headers say about limits.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Limit {
    /// The bucket's name.
    pub bucket: Option<String>,
    /// Calls per window.
    pub window: Option<u32>,
    /// Calls left in this window.
    pub remaining: Option<u32>,
    /// Until the window ends.
    pub reset_after: Option<Duration>,
    /// Until it may be tried again.
    pub retry_after: Option<Duration>,
    /// All of the bot's calls, and not this bucket's only.
    pub global: bool,
    /// Whether the answer is Discord's own and not of something before it.
    pub discord: bool,
}

/// How much of what the bot does is asked to pause.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Whole {
    /// One bucket.
    Bucket,
    /// Everything.
    Bot,
}

/// When Discord asks for a pause and does not say how long.
const UNSAID_PAUSE: Duration = Duration::from_secs(5);
/// No pause is longer than this before it is asked again.
const LONGEST_PAUSE: Duration = Duration::from_hours(1);

impl Limit {
    pub(super) fn read(headers: &HeaderMap) -> Self {
        let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).map(str::trim);
        let bucket = text("x-ratelimit-bucket").map(|name| name.chars().take(80).collect());
        Self {
            window: text("x-ratelimit-limit").and_then(|text| text.parse().ok()),
            remaining: text("x-ratelimit-remaining").and_then(|text| text.parse().ok()),
            reset_after: text("x-ratelimit-reset-after").and_then(seconds),
            retry_after: text("retry-after").and_then(seconds),
            global: text("x-ratelimit-global").is_some_and(|text| text.eq_ignore_ascii_case("true"))
                || text("x-ratelimit-scope") == Some("global"),
            discord: bucket.is_some() || text("x-ratelimit-scope").is_some(),
            bucket,
        }
    }
}

/// A pause without any of Discord's headers is asked for by what stands before it, for the whole address.
pub(super) fn whole(headers: &Limit) -> Whole {
    if headers.global || !headers.discord { Whole::Bot } else { Whole::Bucket }
}

/// Sorts an answer. `body` is absent where it broke off.
pub(super) fn sort(status: u16, headers: &Limit, body: Option<&[u8]>) -> Result<Value, CallError> {
    let read: Option<Value> = body.and_then(|body| serde_json::from_slice(body).ok());
    match status {
        204 => Ok(Value::Null),
        200..300 => match body {
            None => Err(CallError::Unsure { why: "the connection broke" }),
            Some(b"") => Ok(Value::Null),
            Some(_) => read.ok_or(CallError::Malformed),
        },
        429 => {
            let said = read.as_ref().and_then(|body| body["retry_after"].as_f64()).and_then(of_seconds);
            let after = said.max(headers.retry_after).unwrap_or(UNSAID_PAUSE);
            // A little more, since both clocks round.
            Err(CallError::RateLimited { after: after.min(LONGEST_PAUSE) + Duration::from_millis(20) })
        }
        408 => Err(CallError::Unsure { why: "a time-out at Discord" }),
        400..500 => {
            let read = read.unwrap_or_default();
            let code = read["code"].as_u64().unwrap_or_default();
            Err(CallError::Refused { status, code, fields: error::fields(&read["errors"]) })
        }
        500.. => Err(CallError::Unsure { why: "a server error at Discord" }),
        _ => Err(CallError::Malformed),
    }
}

fn seconds(text: &str) -> Option<Duration> {
    of_seconds(text.parse().ok()?)
}

fn of_seconds(seconds: f64) -> Option<Duration> {
    Duration::try_from_secs_f64(seconds).ok()
}
