//! The run loop: wakes what is due, sends what waits, and sleeps until the next of either. The only
//! place that sleeps.

use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::app::App;
use crate::chat::platform::ChatPlatform;
use crate::store::error::StoreError;

/// The longest sleep: a clock that was turned, or a missed bell, is noticed after this.
const LONGEST_SLEEP: Duration = Duration::from_secs(30);

/// How often the backlog is measured.
const MEASURE_EVERY: Duration = Duration::from_secs(5);

/// The wait after the store failed.
const AFTER_FAILURE: Duration = Duration::from_secs(1);

impl App {
    /// Runs until told to stop, then lets what is being sent finish. `at_once` bounds how many lanes
    /// are sent side by side.
    pub async fn run(
        self: Arc<Self>,
        platforms: Vec<Arc<dyn ChatPlatform>>,
        at_once: usize,
        stop: CancellationToken,
    ) {
        let platforms: Arc<[Arc<dyn ChatPlatform>]> = platforms.into();
        let mut sending = JoinSet::new();
        let measuring = tokio::spawn(Arc::clone(&self).measure(stop.clone()));
        while !stop.is_cancelled() {
            let sleep = match self.turn(&platforms, at_once, &mut sending).await {
                Ok(sleep) => sleep,
                Err(error) => {
                    tracing::error!(%error, "the run loop could not reach the store; it goes on");
                    AFTER_FAILURE
                }
            };
            tokio::select! {
                () = pause(sleep) => {}
                () = self.bell.notified() => {}
                _ = sending.join_next(), if !sending.is_empty() => {}
                () = stop.cancelled() => {}
            }
        }
        while sending.join_next().await.is_some() {}
        let _ = measuring.await;
    }

    /// Tells the metrics now and then how much waits to be sent.
    async fn measure(self: Arc<Self>, stop: CancellationToken) {
        while !stop.is_cancelled() {
            let now = self.clock.now();
            if let Ok((waiting, oldest)) = self.store.outbox_depth(now).await {
                self.metrics.outbox(waiting, oldest);
            }
            tokio::select! {
                () = pause(MEASURE_EVERY) => {}
                () = stop.cancelled() => {}
            }
        }
    }

    /// One turn: everything that is due, and as much sending as there is room for. Answers how long
    /// nothing is due.
    async fn turn(
        self: &Arc<Self>,
        platforms: &Arc<[Arc<dyn ChatPlatform>]>,
        at_once: usize,
        sending: &mut JoinSet<()>,
    ) -> Result<Duration, StoreError> {
        self.wake().await?;
        while sending.try_join_next().is_some() {}
        let room = u32::try_from(at_once.saturating_sub(sending.len())).unwrap_or(u32::MAX);
        if room > 0 {
            for claimed in self.claim(room).await? {
                let (app, platforms) = (Arc::clone(self), Arc::clone(platforms));
                sending.spawn(async move {
                    if let Err(error) = app.deliver(&claimed, &platforms).await {
                        tracing::error!(%error, "the result of a delivery could not be saved; its lease will end");
                    }
                });
            }
        }
        let now = self.clock.now();
        let next = self.store.next_event(now).await?;
        let until = next.map_or(LONGEST_SLEEP, |at| {
            at.duration_since(now).max(jiff::SignedDuration::ZERO).unsigned_abs()
        });
        // Without room, a finished delivery wakes the loop; until then what waits must wait.
        let least = if sending.len() >= at_once { LONGEST_SLEEP } else { Duration::ZERO };
        Ok(until.max(least).min(LONGEST_SLEEP))
    }
}

#[expect(clippy::disallowed_methods, reason = "the run loop is the place that sleeps")]
async fn pause(time: Duration) {
    tokio::time::sleep(time).await;
}

impl App {
    /// When the next timer or message is due: what a test or a simulation turns its clock to.
    pub async fn next_event(&self) -> Result<Option<jiff::Timestamp>, StoreError> {
        self.store.next_event(self.clock.now()).await
    }
}
