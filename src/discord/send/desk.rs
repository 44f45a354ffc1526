//! What sending remembers: threads that were opened for people, closed doors, what was posted.
//! Invariants: bounded; all of it may be forgotten, then Discord is asked again.

use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use crate::domain::ids::{ChannelKey, MessageKey, UserKey};

/// The memory of one bot's sending.
#[derive(Debug)]
pub struct Desk {
    me: UserKey,
    known: Mutex<Known>,
}

#[derive(Debug, Default)]
struct Known {
    /// The thread of a person below a channel.
    threads: HashMap<(ChannelKey, UserKey), ChannelKey>,
    /// The thread that a row opened for several people.
    rows: HashMap<String, ChannelKey>,
    /// Who takes no direct messages, since when.
    closed: HashMap<UserKey, Instant>,
    /// Who was brought into which thread.
    added: HashSet<(ChannelKey, UserKey)>,
    /// Messages that were posted, with their rows.
    posted: VecDeque<(MessageKey, String)>,
}

/// Entries of each kind before all of that kind are forgotten.
const KEPT: usize = 4096;
/// A closed door is tried again after this time.
const CLOSED_FOR: Duration = Duration::from_mins(10);

impl Desk {
    /// An empty desk of the bot with this user id.
    pub fn new(me: UserKey) -> Self {
        Self { me, known: Mutex::default() }
    }

    /// The bot as a user.
    pub fn me(&self) -> &UserKey {
        &self.me
    }

    pub(super) fn thread(&self, below: &ChannelKey, user: &UserKey) -> Option<ChannelKey> {
        self.known().threads.get(&(below.clone(), user.clone())).cloned()
    }

    pub(super) fn keep_thread(&self, below: &ChannelKey, user: &UserKey, thread: &ChannelKey) {
        let mut known = self.known();
        if known.threads.len() >= KEPT {
            known.threads.clear();
        }
        known.threads.insert((below.clone(), user.clone()), thread.clone());
    }

    pub(super) fn forget_thread(&self, thread: &ChannelKey) {
        let mut known = self.known();
        known.threads.retain(|_, kept| kept != thread);
        known.rows.retain(|_, kept| kept != thread);
        known.added.retain(|(kept, _)| kept != thread);
    }

    pub(super) fn thread_of_row(&self, row: &str) -> Option<ChannelKey> {
        self.known().rows.get(row).cloned()
    }

    pub(super) fn keep_thread_of_row(&self, row: &str, thread: &ChannelKey) {
        let mut known = self.known();
        if known.rows.len() >= KEPT {
            known.rows.clear();
        }
        known.rows.insert(row.to_owned(), thread.clone());
    }

    pub(in crate::discord) fn is_closed(&self, user: &UserKey) -> bool {
        let mut known = self.known();
        let closed = known.closed.get(user).is_some_and(|since| since.elapsed() < CLOSED_FOR);
        if !closed {
            known.closed.remove(user);
        }
        closed
    }

    pub(in crate::discord) fn close(&self, user: &UserKey) {
        let mut known = self.known();
        if known.closed.len() >= KEPT {
            known.closed.retain(|_, since| since.elapsed() < CLOSED_FOR);
        }
        known.closed.insert(user.clone(), Instant::now());
    }

    /// Somebody wrote to the bot directly, so their door is open.
    pub fn opened(&self, user: &UserKey) {
        self.known().closed.remove(user);
    }

    pub(super) fn is_in(&self, thread: &ChannelKey, user: &UserKey) -> bool {
        self.known().added.contains(&(thread.clone(), user.clone()))
    }

    pub(super) fn brought(&self, thread: &ChannelKey, user: &UserKey) {
        let mut known = self.known();
        if known.added.len() >= KEPT {
            known.added.clear();
        }
        known.added.insert((thread.clone(), user.clone()));
    }

    pub(super) fn posted(&self, message: &MessageKey, row: &str) {
        let mut known = self.known();
        if known.posted.len() >= KEPT {
            known.posted.pop_front();
        }
        known.posted.push_back((message.clone(), row.to_owned()));
    }

    /// The row that a message was surely posted for.
    pub(super) fn row_of(&self, message: &str) -> Option<String> {
        let known = self.known();
        known.posted.iter().rev().find(|(key, _)| key.as_str() == message).map(|(_, row)| row.clone())
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
