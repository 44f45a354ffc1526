//! The deadlines of one connection: hello, silence, and the end of a replaced one.
//! Invariant: a server that says nothing for a ping's patience is taken for gone.

use std::time::Duration;

use tokio::time::Instant;

use super::SocketSettings;
use super::connection::End;

/// The deadlines of one connection.
pub(super) struct Watchdog {
    ping_after: Duration,
    pong_within: Duration,
    keep_replaced: Duration,
    hello_by: Option<Instant>,
    last_heard: Instant,
    pinged: Option<Instant>,
    phase: Phase,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Phase {
    Serving,
    /// A successor is wanted.
    Rotating,
    /// A successor stands; gone by then.
    LeavingBy(Instant),
}

/// What a deadline asks for.
pub(super) enum Due {
    End(End),
    Ping,
    Nothing,
}

impl Watchdog {
    pub(super) fn new(settings: &SocketSettings) -> Self {
        let now = Instant::now();
        Self {
            ping_after: settings.ping_after,
            pong_within: settings.pong_within,
            keep_replaced: settings.keep_replaced,
            hello_by: Some(now + settings.hello_within),
            last_heard: now,
            pinged: None,
            phase: Phase::Serving,
        }
    }

    pub(super) fn heard(&mut self) {
        self.last_heard = Instant::now();
        self.pinged = None;
    }

    /// True once the server has said hello.
    pub(super) fn is_greeted(&self) -> bool {
        self.hello_by.is_none()
    }

    /// True at the first hello.
    pub(super) fn greeted(&mut self) -> bool {
        self.hello_by.take().is_some()
    }

    /// True when a successor must be asked for.
    pub(super) fn rotating(&mut self) -> bool {
        let news = self.phase == Phase::Serving && self.hello_by.is_none();
        if news {
            self.phase = Phase::Rotating;
        }
        news
    }

    pub(super) fn release(&mut self) {
        self.phase = Phase::LeavingBy(Instant::now() + self.keep_replaced);
    }

    pub(super) fn released(&self) -> bool {
        matches!(self.phase, Phase::LeavingBy(_))
    }

    /// The end that a server's close means now: expected after it asked us to leave.
    pub(super) fn over(&self, why: &'static str) -> End {
        if self.phase == Phase::Serving { End::Lost(why) } else { End::Replaced }
    }

    pub(super) fn next(&self) -> Instant {
        let silence = match self.pinged {
            Some(pinged) => pinged + self.pong_within,
            None => self.last_heard + self.ping_after,
        };
        let leave = match self.phase {
            Phase::LeavingBy(instant) => instant,
            Phase::Serving | Phase::Rotating => silence,
        };
        silence.min(leave).min(self.hello_by.unwrap_or(silence))
    }

    pub(super) fn due(&mut self) -> Due {
        let now = Instant::now();
        if self.hello_by.is_some_and(|by| by <= now) {
            return Due::End(End::Lost("no hello in time"));
        }
        if let Phase::LeavingBy(by) = self.phase
            && by <= now
        {
            return Due::End(End::Replaced);
        }
        match self.pinged {
            Some(pinged) if pinged + self.pong_within <= now => Due::End(End::Lost("no answer to our ping")),
            None if self.last_heard + self.ping_after <= now => {
                self.pinged = Some(now);
                Due::Ping
            }
            _ => Due::Nothing,
        }
    }
}
