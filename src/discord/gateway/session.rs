//! A shard's session as it is kept for the next process.
//! Invariant: what cannot be read is no session; then a new one is begun and the gap is caught up.

use std::sync::{Arc, Mutex};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::watermark::Watermark;

/// What is kept of a session.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub(super) struct Kept {
    /// Discord's name for it.
    pub id: String,
    /// Everything up to here is handled.
    pub sequence: u64,
    /// Where it is gone on with.
    pub url: Option<String>,
    /// Until when everything was heard, in epoch milliseconds.
    pub heard: Option<i64>,
    /// Whether a gap before it is still being caught up.
    pub catching_up: bool,
    /// The intents it was begun with.
    pub intents: u64,
}

/// The name it is kept under.
pub(super) fn name(shard: u32, total: u32) -> String {
    format!("session:{shard}/{total}")
}

impl Kept {
    pub(super) fn read(text: &str) -> Option<Self> {
        serde_json::from_str(text).ok().filter(|kept: &Self| !kept.id.is_empty())
    }

    pub(super) fn write(&self) -> String {
        serde_json::to_string(self).expect("plain data")
    }

    pub(super) fn heard(&self) -> Option<Timestamp> {
        self.heard.and_then(|at| Timestamp::from_millisecond(at).ok())
    }
}

/// A session of this process.
#[derive(Clone, Debug)]
pub(super) struct Session {
    pub id: String,
    pub url: Option<String>,
    pub mark: Arc<Mutex<Watermark>>,
}

impl Session {
    pub(super) fn new(id: &str, url: Option<&str>, sequence: u64) -> Self {
        let mark = Arc::new(Mutex::new(Watermark::at(sequence)));
        Self { id: id.to_owned(), url: url.map(str::to_owned), mark }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_comes_back_as_it_was_kept_and_nonsense_is_none() {
        let kept = Kept {
            id: "s1".to_owned(),
            sequence: 9,
            url: Some("ws://127.0.0.1:1".to_owned()),
            heard: Some(1_700_000_000_000),
            catching_up: true,
            intents: 513,
        };
        assert_eq!(Kept::read(&kept.write()), Some(kept));
        for nonsense in ["", "{}", "null", r#"{"id":"","sequence":1,"catching_up":false}"#, r#"{"id":1}"#] {
            assert_eq!(Kept::read(nonsense), None, "{nonsense}");
        }
    }
}
