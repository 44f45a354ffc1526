//! How a call can fail, sorted by what the caller may do next.
//! Invariant: no body, token, address or message text is kept, so every error may be logged.

use std::time::Duration;

use serde_json::Value;

/// A call to Discord that gave no result.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CallError {
    /// Not done; may be repeated after the pause.
    #[error("Discord asks for a pause of {:.1} s", after.as_secs_f64())]
    RateLimited {
        /// From now.
        after: Duration,
    },
    /// Not done, and repeating changes nothing.
    #[error("Discord refuses: {code} (HTTP {status}){}", fields.as_ref().map(|fields| format!(" in {fields}")).unwrap_or_default())]
    Refused {
        /// The HTTP status; 0 where nothing was sent because the call made no sense.
        status: u16,
        /// Discord's own number (10003, 50007, …); 0 where it gave none.
        code: u64,
        /// Which fields of the body, and Discord's word for what is amiss there.
        fields: Option<String>,
    },
    /// May have been done: no answer in time, or the connection broke after sending.
    #[error("no answer from Discord that says whether it was done ({why})")]
    Unsure {
        /// In words for a log.
        why: &'static str,
    },
    /// Certainly not done: no connection could be made.
    #[error("Discord could not be reached")]
    NotSent,
    /// Discord answered something that makes no sense; what was asked may have been done.
    #[error("Discord's answer could not be read")]
    Malformed,
}

impl CallError {
    /// A refusal with a number only.
    pub fn refused(status: u16, code: u64) -> Self {
        Self::Refused { status, code, fields: None }
    }

    /// An id that is none: nothing was sent.
    pub fn no_id() -> Self {
        Self::refused(0, 0)
    }

    /// Discord's number, where it refused with one.
    pub fn code(&self) -> Option<u64> {
        match self {
            Self::Refused { code, .. } => Some(*code),
            _ => None,
        }
    }

    /// Sorts an error of a call that got no answer.
    pub(super) fn unanswered(error: &reqwest::Error) -> Self {
        if error.is_builder() {
            return Self::no_id();
        }
        if error.is_connect() {
            return Self::NotSent;
        }
        if error.is_timeout() {
            return Self::Unsure { why: "no answer in time" };
        }
        Self::Unsure { why: "the connection broke" }
    }
}

/// Where a body was amiss, with Discord's words for what (`content: BASE_TYPE_MAX_LENGTH`): the names
/// of fields and codes, never what stood in them.
pub(super) fn fields(errors: &Value) -> Option<String> {
    let mut found = Vec::new();
    gather(errors, &mut String::new(), &mut found);
    found.truncate(5);
    (!found.is_empty()).then(|| found.join(", "))
}

fn gather(errors: &Value, path: &mut String, found: &mut Vec<String>) {
    let Value::Object(object) = errors else { return };
    if let Some(Value::Array(list)) = object.get("_errors") {
        for error in list {
            let code = name(error["code"].as_str().unwrap_or_default());
            found.push(format!("{path}: {code}"));
        }
    }
    for (key, inner) in object.iter().filter(|(key, _)| *key != "_errors") {
        let before = path.len();
        if !path.is_empty() {
            path.push('.');
        }
        path.push_str(&name(key));
        gather(inner, path, found);
        path.truncate(before);
    }
}

/// Only what names are made of.
fn name(text: &str) -> String {
    text.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '_').take(60).collect()
}
