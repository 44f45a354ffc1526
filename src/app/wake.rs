//! Time passed: what is due is looked at again. A timer carries no instruction; the feature loads the
//! state and asks the rules, so an early, late, repeated or stale wake-up is harmless.

use jiff::{SignedDuration, Timestamp};

use crate::app::{App, housekeeping, request};
use crate::domain::ids::RequestId;
use crate::store::error::StoreError;
use crate::store::timers::TimerRow;

/// How long a process that took due timers has for them before another may.
const LEASE: SignedDuration = SignedDuration::from_secs(30);

/// A timer whose look failed is tried again after this.
const AGAIN_AFTER: SignedDuration = SignedDuration::from_secs(60);

/// How many are taken at once.
const BATCH: u32 = 1_000;

impl App {
    /// Looks at everything that is due, in order, and tells how much that was.
    pub async fn wake(&self) -> Result<usize, StoreError> {
        let mut woken = 0;
        loop {
            let now = self.clock.now();
            let owner = self.ids.next(now);
            let due = self.store.claim_timers(now, BATCH, &owner, later(now, LEASE)).await?;
            if due.is_empty() {
                return Ok(woken);
            }
            woken += due.len();
            for timer in due {
                let late = now.duration_since(timer.due_at).unsigned_abs();
                self.metrics.timer_late_by(late);
                if let Err(error) = self.look(&timer).await {
                    tracing::error!(subject = %timer.subject, %error, "a look at what was due failed");
                    self.postpone(&timer).await?;
                }
            }
        }
    }

    async fn look(&self, timer: &TimerRow) -> Result<(), StoreError> {
        let Some(mut ctx) = self.decide_in(&timer.organisation).await? else { return Ok(()) };
        match timer.subject.split_once(':') {
            Some(("request", id)) => request::wake(&mut ctx, &RequestId::from(id)).await?,
            None if timer.subject == housekeeping::SUBJECT => {
                let now = ctx.now;
                housekeeping::schedule(&mut ctx).await?;
                ctx.commit().await?;
                return self.clear_away(now).await;
            }
            _ => {
                tracing::warn!(subject = %timer.subject, "a timer of no known kind was taken out");
                ctx.tx.clear_timer(&timer.subject).await?;
            }
        }
        ctx.commit().await
    }

    async fn postpone(&self, timer: &TimerRow) -> Result<(), StoreError> {
        let Some(mut ctx) = self.decide_in(&timer.organisation).await? else { return Ok(()) };
        let at = later(ctx.now, AGAIN_AFTER);
        ctx.tx.set_timer(&timer.subject, at).await?;
        ctx.commit().await
    }
}

fn later(now: Timestamp, while_: SignedDuration) -> Timestamp {
    now.checked_add(while_).unwrap_or(Timestamp::MAX)
}
