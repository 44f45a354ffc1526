//! Servers in which something may have been missed, and since when.
//! Invariant: one leaves the list when everything since then is read, or when the bot is not in it any
//! more; what is noted while it is read is read in another round.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use tokio::sync::Notify;

use crate::domain::ids::WorkspaceKey;

/// The list.
#[derive(Debug, Default)]
pub(super) struct Due {
    servers: Mutex<Servers>,
    changed: Notify,
}

#[derive(Debug, Default)]
struct Servers {
    open: HashMap<WorkspaceKey, Open>,
    rounds: u64,
}

#[derive(Debug)]
struct Open {
    since: Timestamp,
    /// Somebody reads it, round after round.
    reader: bool,
    /// The round that reads everything noted so far.
    round: Option<u64>,
}

impl Due {
    /// Something may have been missed there since then.
    pub(super) fn note(&self, guild: &WorkspaceKey, since: Timestamp) {
        let mut servers = self.servers();
        let open = servers.open.entry(guild.clone()).or_insert(Open { since, reader: false, round: None });
        open.since = open.since.min(since);
        open.round = None;
    }

    /// True if something is due there that nobody reads yet: the caller does from now on.
    pub(super) fn begin(&self, guild: &WorkspaceKey) -> bool {
        let mut servers = self.servers();
        servers.open.get_mut(guild).is_some_and(|open| !std::mem::replace(&mut open.reader, true))
    }

    /// Begins a round: since when, and its number; `None` if nothing is due there any more.
    pub(super) fn round(&self, guild: &WorkspaceKey) -> Option<(Timestamp, u64)> {
        let mut servers = self.servers();
        servers.rounds += 1;
        let number = servers.rounds;
        let open = servers.open.get_mut(guild)?;
        open.round = Some(number);
        Some((open.since, number))
    }

    /// A round read everything; true unless something was noted meanwhile.
    pub(super) fn read(&self, guild: &WorkspaceKey, round: u64) -> bool {
        let mut servers = self.servers();
        let all = servers.open.get(guild).is_none_or(|open| open.round == Some(round));
        if all {
            servers.open.remove(guild);
            drop(servers);
            self.changed.notify_waiters();
        }
        all
    }

    /// The bot is only in those servers that stay.
    pub(super) fn retain(&self, stays: impl Fn(&WorkspaceKey) -> bool) {
        self.servers().open.retain(|guild, _| stays(guild));
        self.changed.notify_waiters();
    }

    /// Waits until none of these is due.
    pub(super) async fn none_of(&self, guilds: &[WorkspaceKey]) {
        loop {
            let changed = self.changed.notified();
            if !guilds.iter().any(|guild| self.servers().open.contains_key(guild)) {
                return;
            }
            changed.await;
        }
    }

    fn servers(&self) -> MutexGuard<'_, Servers> {
        self.servers.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;

    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    #[test]
    fn it_is_due_until_everything_that_was_noted_is_read() {
        let due = Due::default();
        let guild = WorkspaceKey::from("1");
        let guilds = [guild.clone()];
        assert!(!due.begin(&guild) && due.none_of(&guilds).now_or_never().is_some());
        due.note(&guild, at(20));
        due.note(&guild, at(30));
        assert!(due.begin(&guild) && !due.begin(&guild), "one reader");
        let (since, first) = due.round(&guild).unwrap();
        assert_eq!(since, at(20));
        // Older words are missed while it is read.
        due.note(&guild, at(10));
        assert!(!due.read(&guild, first));
        assert!(due.none_of(&guilds).now_or_never().is_none());
        let (since, second) = due.round(&guild).unwrap();
        assert_eq!(since, at(10));
        assert!(due.read(&guild, second));
        assert!(due.none_of(&guilds).now_or_never().is_some());
        assert_eq!(due.round(&guild), None);
    }

    #[tokio::test]
    async fn who_waits_learns_that_a_server_was_left() {
        let due = Due::default();
        let guilds = [WorkspaceKey::from("1"), WorkspaceKey::from("2")];
        for guild in &guilds {
            due.note(guild, at(1));
        }
        let waiting = due.none_of(&guilds);
        let leaving = async {
            due.retain(|guild| guild.as_str() != "1");
            let (_, round) = due.round(&guilds[1]).unwrap();
            assert!(due.read(&guilds[1], round));
        };
        tokio::join!(waiting, leaving);
    }
}
