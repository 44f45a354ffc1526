//! What went wrong on our side: logged once, with a short reference that the person also sees.

use crate::chat::inbound::Reply;
use crate::chat::platform::Addressed;
use crate::chat::say::refusals;
use crate::store::error::StoreError;

/// Ours, not theirs.
#[derive(Debug, thiserror::Error)]
#[error("it could not be done (ref {reference})")]
pub struct Failure {
    /// Four characters that stand in the log and in the answer.
    pub reference: String,
    /// What was behind it; no words of anybody.
    #[source]
    pub source: StoreError,
}

impl Failure {
    /// Logs it and gives it a reference made from an id.
    pub fn of(source: StoreError, id: &str) -> Self {
        let reference = id[id.len().saturating_sub(4)..].to_uppercase();
        tracing::error!(%reference, error = %source, "a decision failed; nothing was changed");
        Self { reference, source }
    }

    /// What the person is told.
    pub fn reply(&self) -> Reply {
        Reply::Private(Addressed {
            said: refusals::failure(&self.reference),
            users: std::collections::BTreeMap::default(),
            zone: jiff::tz::TimeZone::UTC,
        })
    }
}
