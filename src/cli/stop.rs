//! How the process ends: the first signal asks it to finish, the second ends it at once.
//!
//! Invariant: after the first signal no more than the drain time passes.

use std::io;
use std::time::Duration;

use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

/// The exit code of a process that was ended at once.
pub const AT_ONCE: i32 = 130;

/// Listens for SIGINT and SIGTERM from here on: the first cancels the token, the second exits.
pub fn on_signals(drain: Duration) -> io::Result<CancellationToken> {
    let stop = CancellationToken::new();
    let (heard, signals) = mpsc::channel(2);
    for kind in [SignalKind::interrupt(), SignalKind::terminate()] {
        let (mut kind, heard) = (signal(kind)?, heard.clone());
        tokio::spawn(async move { while kind.recv().await.is_some() && heard.send(()).await.is_ok() {} });
    }
    let token = stop.clone();
    tokio::spawn(obey(signals, token, drain, || std::process::exit(AT_ONCE)));
    Ok(stop)
}

/// Whether started work was finished in time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Drained {
    /// All of it.
    Finished,
    /// The time was up; what is left is taken up at the next start.
    TimeWasUp,
}

/// Waits for started work to finish, for at most `limit`.
pub async fn drain(work: impl Future<Output = ()>, limit: Duration) -> Drained {
    match tokio::time::timeout(limit, work).await {
        Ok(()) => Drained::Finished,
        Err(_) => Drained::TimeWasUp,
    }
}

async fn obey(
    mut signals: mpsc::Receiver<()>,
    stop: CancellationToken,
    drain: Duration,
    at_once: impl FnOnce(),
) {
    if signals.recv().await.is_none() {
        return;
    }
    tracing::info!(
        drain_seconds = drain.as_secs(),
        "stopping: finishing what has begun; a second signal stops at once"
    );
    stop.cancel();
    if signals.recv().await.is_some() {
        at_once();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_first_signal_asks_and_the_second_ends() {
        let (heard, signals) = mpsc::channel(2);
        let (ended, mut end) = mpsc::channel(1);
        let stop = CancellationToken::new();
        let at_once = move || ended.try_send(()).expect("once");
        let obeying = tokio::spawn(obey(signals, stop.clone(), Duration::ZERO, at_once));
        assert!(!stop.is_cancelled());
        heard.send(()).await.expect("listening");
        stop.cancelled().await;
        assert!(end.try_recv().is_err());
        heard.send(()).await.expect("listening");
        obeying.await.expect("no panic");
        assert_eq!(end.recv().await, Some(()));
    }

    #[tokio::test]
    async fn work_that_does_not_finish_is_left() {
        assert_eq!(drain(std::future::ready(()), Duration::from_secs(9)).await, Drained::Finished);
        assert_eq!(drain(std::future::pending(), Duration::ZERO).await, Drained::TimeWasUp);
    }
}
