//! To which server a direct message belongs: the one in which its author was last heard of.
//! Invariant: asked again about the same message, the answer is the same, so that a message which is
//! read twice is taken in once.

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, PoisonError};

use crate::domain::ids::WorkspaceKey;

/// Messages of which it is remembered.
const KEPT: usize = 4096;

/// The homes of the latest direct messages.
#[derive(Debug, Default)]
pub(super) struct Homes(Mutex<Kept>);

#[derive(Debug, Default)]
struct Kept {
    homes: HashMap<String, WorkspaceKey>,
    order: VecDeque<String>,
}

impl Homes {
    /// Where this message belongs, if it was said before.
    pub(super) fn of(&self, message: &str) -> Option<WorkspaceKey> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).homes.get(message).cloned()
    }

    /// Remembers where a message belongs; what was said first holds.
    pub(super) fn keep(&self, message: &str, home: WorkspaceKey) -> WorkspaceKey {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(home) = kept.homes.get(message) {
            return home.clone();
        }
        if kept.order.len() >= KEPT
            && let Some(oldest) = kept.order.pop_front()
        {
            kept.homes.remove(&oldest);
        }
        kept.order.push_back(message.to_owned());
        kept.homes.insert(message.to_owned(), home.clone());
        home
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_said_first_holds_and_the_oldest_is_forgotten() {
        let homes = Homes::default();
        assert_eq!(homes.of("m"), None);
        assert_eq!(homes.keep("m", "1".into()), "1".into());
        assert_eq!(homes.keep("m", "2".into()), "1".into());
        assert_eq!(homes.of("m"), Some("1".into()));
        for n in 0..KEPT {
            homes.keep(&n.to_string(), "3".into());
        }
        assert_eq!(homes.of("m"), None);
    }
}
