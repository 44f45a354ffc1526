//! A clock that runs with the machine's, ahead of it by what it was pushed; while it is being pushed
//! it stands, so that what happens on the way happens at its time.

use std::sync::Mutex;

use jiff::{SignedDuration, Timestamp};

use crate::app::clock::{Clock, SystemClock};

/// The playground's clock.
#[derive(Debug)]
pub struct PlaygroundClock(Mutex<Hand>);

#[derive(Clone, Copy, Debug)]
enum Hand {
    /// Runs, ahead of the machine's by this.
    Runs(SignedDuration),
    /// Stands.
    Stands(Timestamp),
}

impl PlaygroundClock {
    /// A clock that runs, ahead of the machine's.
    pub fn ahead_by(ahead: SignedDuration) -> Self {
        Self(Mutex::new(Hand::Runs(ahead)))
    }

    /// Lets it stand at an instant.
    pub fn stand(&self, at: Timestamp) {
        self.set(Hand::Stands(at));
    }

    /// Lets it run on from where it is.
    pub fn go(&self) {
        self.set(Hand::Runs(self.ahead()));
    }

    /// Lets it run, ahead of the machine's by this.
    pub fn go_ahead_by(&self, ahead: SignedDuration) {
        self.set(Hand::Runs(ahead));
    }

    /// How far it is ahead of the machine's.
    pub fn ahead(&self) -> SignedDuration {
        match self.hand() {
            Hand::Runs(ahead) => ahead,
            Hand::Stands(at) => at.duration_since(SystemClock.now()),
        }
    }

    fn hand(&self) -> Hand {
        *self.0.lock().expect("nothing panics while it is locked")
    }

    fn set(&self, hand: Hand) {
        *self.0.lock().expect("nothing panics while it is locked") = hand;
    }
}

impl Clock for PlaygroundClock {
    fn now(&self) -> Timestamp {
        match self.hand() {
            Hand::Runs(ahead) => SystemClock.now().saturating_add(ahead).unwrap_or(Timestamp::MAX),
            Hand::Stands(at) => at,
        }
    }
}
