//! How a call can fail, sorted by what the caller may do next.
//! Invariant: no body, token or message text is kept, so every error may be logged.

use std::time::Duration;

use hyper_util::client::legacy::Error as HyperError;
use serde_json::Value;
use slack_morphism::errors::SlackClientError;

/// A call to Slack that gave no result.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CallError {
    /// Not done; may be repeated after the pause.
    #[error("Slack asks for a pause of {} s", after.as_secs())]
    RateLimited {
        /// From now.
        after: Duration,
    },
    /// Not done, and repeating changes nothing.
    #[error("Slack refuses: {code}{}", needed.as_ref().map(|scope| format!(" (needs {scope})")).unwrap_or_default())]
    Refused {
        /// Slack's own word (`channel_not_found`, `missing_scope`, …).
        code: String,
        /// The permission that is missing, when that is the reason.
        needed: Option<String>,
    },
    /// May have been done: no answer in time, or the connection broke after sending.
    #[error("no answer from Slack that says whether it was done ({why})")]
    Unsure {
        /// In words for a log.
        why: &'static str,
    },
    /// Certainly not done: no connection could be made.
    #[error("Slack could not be reached")]
    NotSent,
    /// Slack answered something that makes no sense; what was asked may have been done.
    #[error("Slack's answer could not be read")]
    Malformed,
}

/// When Slack asks for a pause and does not say how long.
pub(super) const UNSAID_PAUSE: Duration = Duration::from_secs(5);

impl CallError {
    /// Slack's word, if it gave one.
    pub fn code(&self) -> Option<&str> {
        match self {
            Self::Refused { code, .. } => Some(code),
            _ => None,
        }
    }

    /// Sorts an answer of Slack that says `"ok": false`.
    pub(super) fn refused(code: &str, body: &Value) -> Self {
        match code {
            "ratelimited" | "rate_limited" => Self::RateLimited { after: UNSAID_PAUSE },
            // Slack documents these as "part of it may have succeeded".
            "internal_error" | "fatal_error" | "service_unavailable" | "request_timeout" => {
                Self::Unsure { why: "an error inside Slack" }
            }
            _ => Self::Refused {
                code: code.chars().take(80).collect(),
                needed: body["needed"].as_str().map(|scope| scope.chars().take(200).collect()),
            },
        }
    }

    /// Sorts an HTTP status that is neither 200 nor 429.
    pub(super) fn status(status: u16) -> Self {
        match status {
            408 => Self::Unsure { why: "a time-out at Slack" },
            400..500 => Self::Refused { code: format!("http_{status}"), needed: None },
            500.. => Self::Unsure { why: "a server error at Slack" },
            _ => Self::Malformed,
        }
    }
}

impl From<SlackClientError> for CallError {
    fn from(error: SlackClientError) -> Self {
        match error {
            SlackClientError::ApiError(api) => {
                let body = api.http_response_body.as_deref().and_then(|body| serde_json::from_str(body).ok());
                Self::refused(&api.code, &body.unwrap_or(Value::Null))
            }
            SlackClientError::RateLimitError(limit) => {
                Self::RateLimited { after: limit.retry_after.unwrap_or(UNSAID_PAUSE) }
            }
            SlackClientError::HttpError(http) => Self::status(http.status_code.as_u16()),
            SlackClientError::HttpProtocolError(http) => {
                let unsent = http
                    .cause
                    .as_deref()
                    .and_then(|cause| cause.downcast_ref::<HyperError>())
                    .is_some_and(HyperError::is_connect);
                if unsent { Self::NotSent } else { Self::Unsure { why: "the connection broke" } }
            }
            SlackClientError::ProtocolError(_) | SlackClientError::SocketModeProtocolError(_) => {
                Self::Malformed
            }
            SlackClientError::EndOfStream(_) | SlackClientError::SystemError(_) => {
                Self::Unsure { why: "the connection broke" }
            }
        }
    }
}
