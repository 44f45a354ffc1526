//! The state of the link to Discord, as the operator sees it.
//! Invariant: connected means every shard is.

use std::collections::BTreeSet;
use std::sync::atomic::AtomicU64;
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::watch;

/// The state of all shards together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Status {
    /// Not yet connected since the start.
    Starting,
    /// All shards are, this many.
    Connected(u32),
    /// At least one is not; attempts go on.
    Reconnecting {
        /// What went wrong last, in words for the operator.
        why: &'static str,
    },
    /// Discord says no, and will until somebody acts; attempts go on slowly.
    Refused {
        /// Discord's number for it, where there is one.
        code: Option<u16>,
    },
    /// Stopped in good order.
    Stopped,
}

/// What one may watch from outside while the shards run.
#[derive(Debug)]
pub struct Monitor {
    status: watch::Sender<Status>,
    shards: Mutex<Shards>,
    /// Counts since the start of the program.
    pub counters: Counters,
}

/// Counts since the start of the program.
#[derive(Debug, Default)]
pub struct Counters {
    /// Sessions that were begun.
    pub sessions: AtomicU64,
    /// Sessions that went on after a connection was lost.
    pub resumed: AtomicU64,
    /// Events read.
    pub events: AtomicU64,
    /// Frames that could not be read.
    pub malformed: AtomicU64,
}

#[derive(Debug, Default)]
struct Shards {
    expected: u32,
    up: BTreeSet<u32>,
}

impl Default for Monitor {
    fn default() -> Self {
        let status = watch::Sender::new(Status::Starting);
        Self { status, shards: Mutex::default(), counters: Counters::default() }
    }
}

impl Monitor {
    /// The state now.
    pub fn status(&self) -> Status {
        self.status.borrow().clone()
    }

    /// Follows the state.
    pub fn watch(&self) -> watch::Receiver<Status> {
        self.status.subscribe()
    }

    /// So many shards are wanted, and none is up.
    pub(super) fn expect(&self, shards: u32) {
        *self.shards() = Shards { expected: shards, up: BTreeSet::new() };
    }

    /// A shard has a session and its events come.
    pub(super) fn up(&self, shard: u32) {
        let all = {
            let mut shards = self.shards();
            shards.up.insert(shard);
            (shards.up.len() == shards.expected as usize).then_some(shards.expected)
        };
        if let Some(count) = all {
            self.say(Status::Connected(count));
        }
    }

    /// A shard lost its connection.
    pub(super) fn down(&self, shard: u32, why: &'static str) {
        self.shards().up.remove(&shard);
        self.trouble(why);
    }

    /// An attempt failed.
    pub(super) fn trouble(&self, why: &'static str) {
        self.say(Status::Reconnecting { why });
    }

    /// Discord refuses.
    pub(super) fn refused(&self, code: Option<u16>) {
        self.say(Status::Refused { code });
    }

    /// All shards have ended.
    pub(super) fn stopped(&self) {
        self.say(Status::Stopped);
    }

    fn say(&self, status: Status) {
        self.status.send_if_modified(|now| {
            let changed = *now != status;
            *now = status;
            changed
        });
    }

    fn shards(&self) -> MutexGuard<'_, Shards> {
        self.shards.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn connected_means_every_shard() {
        let monitor = Monitor::default();
        monitor.expect(2);
        monitor.up(0);
        assert_eq!(monitor.status(), Status::Starting);
        monitor.up(1);
        assert_eq!(monitor.status(), Status::Connected(2));
        monitor.down(0, "gone");
        assert_eq!(monitor.status(), Status::Reconnecting { why: "gone" });
        monitor.up(0);
        assert_eq!(monitor.status(), Status::Connected(2));
    }
}
