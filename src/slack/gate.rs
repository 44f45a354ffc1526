//! When the next call may go out: a lane per channel, and a closed gate after Slack said "too many".
//! Invariant: it decides from the instant it is given; it neither sleeps nor calls.

use std::collections::HashMap;
use std::time::Duration;

use tokio::time::Instant;

/// Messages that may go to one channel at once after a rest.
const BURST: f64 = 3.0;
/// The time in which a channel earns one more message.
const PER_MESSAGE: Duration = Duration::from_secs(1);
/// Beyond this wait a caller is told to come back instead.
const PATIENCE: Duration = Duration::from_secs(3);
/// Lanes kept before the rested ones are forgotten.
const LANES_KEPT: usize = 1024;

/// The gates of one workspace.
#[derive(Debug, Default)]
pub struct Gates {
    lanes: HashMap<String, Lane>,
    closed: HashMap<String, Instant>,
}

/// What a caller must do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pass {
    /// Call after this wait (often zero); the place is taken.
    In(Duration),
    /// Come back after this long; nothing is taken.
    Later(Duration),
}

#[derive(Debug)]
struct Lane {
    tokens: f64,
    at: Instant,
}

impl Gates {
    /// Asks to call `method` at `now`; with a `lane` (a channel), the channel's pace counts as well.
    pub fn ask(&mut self, method: &str, lane: Option<&str>, now: Instant) -> Pass {
        if let Some(opens) = self.closed.get(&key(method, lane)) {
            if *opens > now {
                return Pass::Later(*opens - now);
            }
            self.closed.remove(&key(method, lane));
        }
        let Some(channel) = lane else { return Pass::In(Duration::ZERO) };
        if self.lanes.len() > LANES_KEPT {
            self.lanes.retain(|_, lane| lane.filled(now) < BURST);
        }
        let lane = self.lanes.entry(channel.to_owned()).or_insert(Lane { tokens: BURST, at: now });
        lane.tokens = lane.filled(now);
        lane.at = now;
        let wait = PER_MESSAGE.mul_f64((1.0 - lane.tokens).max(0.0));
        if let Some(over) = wait.checked_sub(PATIENCE).filter(|over| !over.is_zero()) {
            return Pass::Later(over);
        }
        lane.tokens -= 1.0;
        Pass::In(wait)
    }

    /// Slack asked for a pause of `after`, from `now`.
    pub fn close(&mut self, method: &str, lane: Option<&str>, after: Duration, now: Instant) {
        self.closed.retain(|_, opens| *opens > now);
        self.closed.insert(key(method, lane), now + after);
    }
}

impl Lane {
    fn filled(&self, now: Instant) -> f64 {
        let earned = now.duration_since(self.at).as_secs_f64() / PER_MESSAGE.as_secs_f64();
        (self.tokens + earned).min(BURST)
    }
}

/// Slack limits posting by channel, everything else by method.
fn key(method: &str, lane: Option<&str>) -> String {
    match lane {
        Some(channel) => format!("{method} {channel}"),
        None => method.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const POST: &str = "chat.postMessage";

    #[test]
    fn a_burst_then_one_a_second_then_later() {
        let (mut gates, now) = (Gates::default(), Instant::now());
        let mut ask = || gates.ask(POST, Some("C1"), now);
        for seconds in [0, 0, 0, 1, 2, 3] {
            assert_eq!(ask(), Pass::In(Duration::from_secs(seconds)));
        }
        assert_eq!(ask(), Pass::Later(Duration::from_secs(1)));
        assert_eq!(ask(), Pass::Later(Duration::from_secs(1)), "asking again costs nothing");
        assert_eq!(gates.ask(POST, Some("C2"), now), Pass::In(Duration::ZERO), "other channels are free");
        let rested = now + Duration::from_mins(1);
        assert_eq!(gates.ask(POST, Some("C1"), rested), Pass::In(Duration::ZERO));
    }

    #[test]
    fn a_closed_gate_opens_after_its_pause_and_closes_nothing_else() {
        let (mut gates, now) = (Gates::default(), Instant::now());
        gates.close("users.info", None, Duration::from_secs(30), now);
        gates.close(POST, Some("C1"), Duration::from_secs(5), now);
        let soon = now + Duration::from_secs(10);
        assert_eq!(gates.ask("users.info", None, soon), Pass::Later(Duration::from_secs(20)));
        assert_eq!(gates.ask("users.list", None, soon), Pass::In(Duration::ZERO));
        assert_eq!(gates.ask(POST, Some("C1"), now), Pass::Later(Duration::from_secs(5)));
        assert_eq!(gates.ask(POST, Some("C2"), now), Pass::In(Duration::ZERO));
        assert_eq!(gates.ask(POST, Some("C1"), soon), Pass::In(Duration::ZERO));
    }
}
