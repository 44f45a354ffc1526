//! Every night: deliveries and sent messages that nobody will ask for again are cleared away.
//!
//! Requests, offers and the audit are kept: they are the organisation's memory.

use jiff::{SignedDuration, Timestamp};

use crate::app::{App, Ctx};
use crate::store::error::StoreError;

/// The subject of its timer.
pub const SUBJECT: &str = "housekeeping";

/// How long deliveries and sent messages are kept: longer than any platform delivers again.
const KEPT_FOR: SignedDuration = SignedDuration::from_hours(24 * 14);

/// Sets the next time.
pub async fn schedule(ctx: &mut Ctx<'_>) -> Result<(), StoreError> {
    let next = ctx.app.defaults.housekeeping.next_after(ctx.now, &ctx.settings.timezone);
    match next {
        Some(at) => ctx.tx.set_timer(SUBJECT, at).await,
        None => Ok(()),
    }
}

impl App {
    /// Clears away what is old.
    pub(super) async fn clear_away(&self, now: Timestamp) -> Result<(), StoreError> {
        let purged = self.store.purge(now.checked_sub(KEPT_FOR).unwrap_or(now)).await?;
        tracing::info!(
            deliveries = purged.inbox,
            messages = purged.outbox,
            drafts = purged.drafts,
            "cleared away what is old"
        );
        Ok(())
    }
}
